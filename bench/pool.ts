// Lanes over worker threads: one machine at a time in each, from a bundle of its own beside this one.
import { Worker } from 'node:worker_threads'
import type { Lane } from './sweep.ts'
import type { Interval, Job } from './types.ts'

/** What a worker answers to a job. */
export type Answer = { intervals: readonly Interval[] } | { error: string }

export interface Pool {
  lanes: Lane[]
  /** Ends every worker, whatever it is doing. */
  close(): Promise<void>
}

/** As many lanes as asked for; a worker is started with its lane's first job. */
export function openPool(size: number, worker: URL): Pool {
  const workers: Worker[] = []
  const makeLane = (): Lane => {
    let own: Worker | null = null
    return (job: Job) =>
      new Promise((resolve, reject) => {
        if (own === null) workers.push((own = new Worker(worker)))
        const thread = own
        const settle = (): void => {
          thread.off('message', onMessage)
          thread.off('error', onError)
          thread.off('exit', onExit)
        }
        const onMessage = (answer: Answer): void => {
          settle()
          if ('error' in answer) reject(new Error(answer.error))
          else resolve(answer.intervals)
        }
        const onError = (error: unknown): void => {
          settle()
          reject(error instanceof Error ? error : new Error(String(error)))
        }
        const onExit = (code: number): void => {
          settle()
          reject(new Error(`the worker ended with ${code}`))
        }
        thread.on('message', onMessage).on('error', onError).on('exit', onExit)
        thread.postMessage(job)
      })
  }
  return {
    lanes: Array.from({ length: size }, makeLane),
    close: async () => void (await Promise.all(workers.map(w => w.terminate()))),
  }
}
