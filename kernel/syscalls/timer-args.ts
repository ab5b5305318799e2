// What POSIX timers and timer descriptors are told in: clocks, struct itimerspec, instants and intervals.
import { ITIMERSPEC, TIMER_ABSTIME, writeStruct, type Int64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { later, toTimespec } from '../time/index.ts'
import { structIn, structOut } from './args.ts'
import { instantOfRealtime, ktimeOf, timeIn, timespecText, type Timespec } from './times.ts'

export interface TimerSpec {
  interval: Timespec
  value: Timespec
}
const specText = ({ interval, value }: TimerSpec): string => `{it_interval=${timespecText(interval)}, it_value=${timespecText(value)}}`
export const itimerspec = structIn(ITIMERSPEC, specText, 'const struct itimerspec *')
export const itimerspecOut = structOut(ITIMERSPEC, specText, 'struct itimerspec *')

/** struct itimerspec of what is left, in nanoseconds. */
export const itimerspecBytes = ({ value, interval }: { value: Int64; interval: Int64 }): Uint8Array =>
  writeStruct(ITIMERSPEC, { value: toTimespec(value), interval: toTimespec(interval) })

/**
 * When a timer so set first expires, by a clock that shows `now`: for a date an instant of CLOCK_MONOTONIC, maybe before boot; null: it is
 * disarmed. EINVAL for times that are none.
 */
export function timerInstant(k: Kernel, dated: boolean, flags: number, { value, interval }: TimerSpec, now: number): Int64 | null {
  const first = timeIn(value)
  timeIn(interval)
  const span = ktimeOf(first)
  if (span === 0) return null
  if ((flags & TIMER_ABSTIME) === 0) return later(now, span)
  return dated ? instantOfRealtime(k, first) : span
}

export const timerInterval = ({ interval }: TimerSpec): Int64 => ktimeOf(timeIn(interval))
