// The kernel's times: nanoseconds of one of its clocks. They end at KTIME_MAX as Linux's do, in 292 years, and what is set for then never
// comes. An instant or a span is a number while that is exact (104 days), so that the common ones cost nothing.
import { I64_MAX, least64, narrow, type Int64 } from '../abi/index.ts'

export const KTIME_MAX = I64_MAX

const exact = (value: Int64): bigint => (typeof value === 'bigint' ? value : BigInt(Math.floor(value)))

/** `span` after an instant, or before it where that is negative; never later than `end`. Infinity stays. */
export const later = (at: Int64, span: Int64, end: bigint = KTIME_MAX): Int64 => least64(sum(at, span), end)

/** Not sum64: there may be fractions, which cycles make, and Infinity. */
function sum(at: Int64, span: Int64): Int64 {
  if (typeof at === 'number' && typeof span === 'number') {
    const number = at + span
    if (Math.abs(number) <= Number.MAX_SAFE_INTEGER || number === Infinity) return number
  }
  return narrow(exact(at) + exact(span))
}

/** How long until an instant: negative when it has passed. */
export const untilInstant = (at: Int64, now: number): Int64 => sum(at, -now)

/** The instant after so many periods. */
export const afterPeriods = (at: Int64, periods: number, interval: Int64): Int64 =>
  typeof interval === 'number' && periods * interval <= Number.MAX_SAFE_INTEGER
    ? later(at, periods * interval)
    : later(at, BigInt(periods) * exact(interval))

/** Whole periods from an instant to another that is not before it. */
export const periodsSince = (at: Int64, now: number, interval: Int64): number =>
  typeof at === 'number' ? Math.floor((now - at) / Number(interval)) : Number((exact(now) - at) / exact(interval))

/** An instant as queues of timers have it: rounded beyond 104 days, Infinity for what never comes. */
export const alarmAt = (at: Int64): number => (at >= KTIME_MAX ? Infinity : Number(at))
