// Guest time: its arithmetic, and the one queue of timers. The only door of this folder. What a timer's expiry does is above: kernel/timers.ts.
export type * from './types.ts'
export { afterPeriods, alarmAt, KTIME_MAX, later, periodsSince, untilInstant } from './ktime.ts'
export { toTimespec, toTimeval } from './structures.ts'
export { addTimer, cancelTimer, newTimerQueue, nextTimer, takeDueTimer } from './timers.ts'
