// What POSIX timers and timer descriptors are told in: clocks, struct itimerspec, instants and intervals.
import { CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME, ITIMERSPEC, TIMER_ABSTIME, writeStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { structIn, structOut } from './args.ts'
import { checkTimespec, instantOfRealtime, nanoseconds, timespecText, toTimespec, type Timespec } from './times.ts'

/** Clocks that timers can run against; those of processor time are refused. */
export const TIMER_CLOCKS: readonly number[] = [CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME]
/** Spans past 52 days are cut to it: instants stay exact. */
const MAX_NS = 2 ** 52

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

/** The instant of CLOCK_MONOTONIC when a timer so set first expires, maybe before boot; null: it is disarmed. EINVAL for times that are none. */
export function timerInstant(k: Kernel, clock: number, flags: number, { value, interval }: TimerSpec): number | null {
  checkTimespec(value)
  checkTimespec(interval)
  const span = nanoseconds(value)
  if (span === 0) return null
  if ((flags & TIMER_ABSTIME) === 0) return k.state.time + Math.min(span, MAX_NS)
  return Math.min(clock === CLOCK_REALTIME ? instantOfRealtime(k, value) : span, MAX_NS)
}

export const timerInterval = ({ interval }: TimerSpec): number => Math.min(nanoseconds(interval), MAX_NS)
