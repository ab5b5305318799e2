// A lane's other end: gets a job, runs it on a machine of its own, answers with what the guest measured.
import { parentPort } from 'node:worker_threads'
import { BenchError } from './errors.ts'
import type { Answer } from './pool.ts'
import { runCell } from './run-cell.ts'
import type { Job } from './types.ts'

const port = parentPort
if (port === null) throw new Error('this is the worker of hartbeat bench')
port.on('message', (job: Job) => {
  let answer: Answer
  try {
    answer = { intervals: runCell(job) }
  } catch (error) {
    // A guest that fails is told in words; anything else is a defect, told with its stack.
    const message = error instanceof BenchError ? error.message : error instanceof Error ? error.stack : undefined
    answer = { error: message ?? String(error) }
  }
  port.postMessage(answer)
})
