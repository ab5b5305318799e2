// What POSIX timers and timer descriptors are told in: clocks, struct itimerspec, instants and intervals.
import { ITIMERSPEC, TIMER_ABSTIME, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { structIn, structOut } from './args.ts'
import { checkTimespec, instantOfRealtime, MAX_NS, nanoseconds, timespecText, toTimespec, type Timespec } from './times.ts'

export interface TimerSpec {
  interval: Timespec
  value: Timespec
}
const specText = ({ interval, value }: TimerSpec): string => `{it_interval=${timespecText(interval)}, it_value=${timespecText(value)}}`
export const itimerspec = structIn(ITIMERSPEC, specText, 'const struct itimerspec *')
export const itimerspecOut = structOut(ITIMERSPEC, specText, 'struct itimerspec *')

/** struct itimerspec of what is left, in nanoseconds. */
export const itimerspecBytes = ({ value, interval }: { value: number; interval: number }): Uint8Array =>
  writeStruct(ITIMERSPEC, { value: toTimespec(value), interval: toTimespec(interval) })

/**
 * When a timer so set first expires, by a clock that shows `now`: for a date an instant of CLOCK_MONOTONIC, maybe before boot; null: it is
 * disarmed. EINVAL for times that are none.
 */
export function timerInstant(k: Kernel, dated: boolean, flags: number, { value, interval }: TimerSpec, now: number): number | null {
  checkTimespec(value)
  checkTimespec(interval)
  const span = nanoseconds(value)
  if (span === 0) return null
  if ((flags & TIMER_ABSTIME) === 0) return Math.min(now + span, MAX_NS)
  return Math.min(dated ? instantOfRealtime(k, value) : span, MAX_NS)
}

export const timerInterval = ({ interval }: TimerSpec): number => Math.min(nanoseconds(interval), MAX_NS)
