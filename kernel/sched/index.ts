// The door of scheduling: queues to wait on, and runqueues.
export type * from './types.ts'
export { moveDeadline, newQueue, sleepOn, stopWaiting, wakeAll, wakeOne, wakeTask } from './wait.ts'
export { loadAverages, loadText, newLoadAverages, passLoad } from './load.ts'
export {
  account,
  before as runsBefore,
  dequeue,
  enqueue,
  isRealTime,
  LATENCY,
  makeRunnable,
  mayRunOn,
  MIN_GRANULARITY,
  newHartState,
  newSchedEntity,
  pickNext,
  reweigh,
  sliceOf,
  yieldHart,
} from './runqueue.ts'
export { NICE_0_WEIGHT, NICE_MAX, NICE_MIN } from './weights.ts'
