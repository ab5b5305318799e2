// The door of scheduling: queues to wait on, timers, runqueues, the context switch.
export type * from './types.ts'
export { moveDeadline, newQueue, sleepOn, stopWaiting, wakeAll, wakeOne, wakeTask } from './wait.ts'
export { afterPeriods, alarmAt, KTIME_MAX, later, periodsSince, untilInstant } from './ktime.ts'
export { loadAverages, loadText, newLoadAverages, passLoad } from './load.ts'
export { addTimer, cancelTimer, newTimerQueue, nextTimer, takeDueTimer } from './timers.ts'
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
export { switchTo } from './switch.ts'
