// The door of scheduling: queues to wait on, runqueues, and the classes that order them.
export type * from './types.ts'
export { moveDeadline, newQueue, sleepOn, stopWaiting, wakeAll, wakeOne, wakeTask } from './wait.ts'
export { loadAverages, loadText, newLoadAverages, passLoad } from './load.ts'
export { account, MIN_GRANULARITY } from './account.ts'
export { asGiven, classOf, isMoreUrgent, ownParams } from './class.ts'
export { auditLending, changeOwn, firstWaiter, lend, lockOwner, passLock, waitsForItself } from './lending.ts'
export { checkFork, childEntity, newHartState, newSchedEntity } from './entity.ts'
export {
  before as runsBefore,
  dequeue,
  enqueue,
  makeRunnable,
  mayRunOn,
  pickNext,
  putBack,
  replenish,
  reweigh,
  sliceOf,
  yieldHart,
} from './runqueue.ts'
export { SHARING, schedTable } from './classes/index.ts'
export { checkAffinity, deadlinesFit, PERIOD_MAX, PERIOD_MIN } from './classes/deadline.ts'
export { NICE_0_WEIGHT, NICE_MAX, NICE_MIN } from './weights.ts'
