// Runs jobs over several lanes (worker threads, or fakes in tests). Which lane takes which job is chance; the results are not: each
// job has a machine of its own, and rows are kept by job.
import { measureCell } from './measure.ts'
import { place } from './match.ts'
import type { Interval, Job, Row } from './types.ts'

/** Runs one job to its intervals. */
export type Lane = (job: Job) => Promise<readonly Interval[]>

export interface SweepWatch {
  /** A job begins on a lane. */
  begun?(job: Job): void
  /** A job has ended; all rows so far are in `done`. */
  ended?(job: Job, done: ReadonlyMap<Job, readonly Row[]>): void
}

/**
 * Runs every job that `done` does not have yet and adds its rows. The first failure ends the sweep, with what was finished kept in
 * `done`; an abort lets no new job begin and rejects with the signal's reason.
 */
export async function sweep(
  jobs: readonly Job[],
  lanes: readonly Lane[],
  done: Map<Job, readonly Row[]>,
  watch: SweepWatch = {},
  signal?: AbortSignal,
): Promise<void> {
  const left = jobs.filter(job => !done.has(job))
  let failed = false
  const drive = async (lane: Lane): Promise<void> => {
    for (let job = left.shift(); job !== undefined && !failed && !signal?.aborted; job = left.shift()) {
      watch.begun?.(job)
      try {
        done.set(job, measureCell(job, await lane(job)))
      } catch (error) {
        failed = true
        const message = error instanceof Error ? error.message : String(error)
        throw new Error(`${place(job.scenario, job.cell.measures[0])}: ${message}`, { cause: error })
      }
      watch.ended?.(job, done)
    }
  }
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal!.reason as Error)
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
  await Promise.race([Promise.all(lanes.map(drive)), aborted])
}
