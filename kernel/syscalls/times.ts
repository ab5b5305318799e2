// Time in the structures programs use, to and from the kernel's nanoseconds.
import { EINVAL, NANOSECONDS, TIMESPEC, TIMEVAL, type StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { structIn, structOut } from './args.ts'

export type Timespec = StructValues<(typeof TIMESPEC)['members']>
export type Timeval = StructValues<(typeof TIMEVAL)['members']>

const NS_PER_US = 1000
const US_PER_SECOND = 1e6

export const timespecText = ({ sec, nsec }: Timespec): string => `{tv_sec=${sec}, tv_nsec=${nsec}}`
export const timevalText = ({ sec, usec }: Timeval): string => `{tv_sec=${sec}, tv_usec=${usec}}`

export const timespec = structIn(TIMESPEC, timespecText, 'const struct timespec *')
export const timespecOut = structOut(TIMESPEC, timespecText, 'struct timespec *')
export const timeval = structIn(TIMEVAL, timevalText, 'const struct timeval *')
export const timevalOut = structOut(TIMEVAL, timevalText, 'struct timeval *')

/** EINVAL unless it is a time that is not negative. */
export function checkTimespec({ sec, nsec }: Timespec): void {
  if (sec < 0 || nsec < 0 || nsec >= NANOSECONDS) throw EINVAL
}

/** The kernel's times end here, as Linux's do (KTIME_MAX): in 292 years. */
export const MAX_NS = 2 ** 63

/** A span in nanoseconds: exact up to 104 days, rounded beyond. */
export const nanoseconds = ({ sec, nsec }: Timespec): number => sec * NANOSECONDS + nsec

export function toTimespec(ns: number): Timespec {
  const sec = Math.floor(ns / NANOSECONDS)
  return { sec, nsec: Math.floor(ns - sec * NANOSECONDS) }
}

export function toTimeval(ns: number): Timeval {
  const sec = Math.floor(ns / NANOSECONDS)
  return { sec, usec: Math.min(US_PER_SECOND - 1, Math.floor((ns - sec * NANOSECONDS) / NS_PER_US)) }
}

/** The instant of CLOCK_MONOTONIC (ns) at which CLOCK_REALTIME shows this. Seconds are subtracted first: 64-bit times do not fit a double. */
export function instantOfRealtime(k: Kernel, { sec, nsec }: Timespec): number {
  const epochSeconds = Math.floor(k.state.bootEpoch / NANOSECONDS)
  return (sec - epochSeconds) * NANOSECONDS + nsec - (k.state.bootEpoch % NANOSECONDS)
}
