// Time in the structures programs use, to and from the kernel's nanoseconds.
import { EINVAL, NANOSECONDS, narrow, TIMESPEC, TIMEVAL, type Int64, type StructValues } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { KTIME_MAX } from '../time/index.ts'
import type { Timestamp } from '../vfs/index.ts'
import { structIn, structOut } from './args.ts'

export type Timespec = StructValues<(typeof TIMESPEC)['members']>
export type Timeval = StructValues<(typeof TIMEVAL)['members']>

const NS_PER_US = 1000
const US_PER_SECOND = 1e6
/** Seconds whose nanoseconds a number can count. */
const EXACT_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / NANOSECONDS) - 1

export const timespecText = ({ sec, nsec }: Timespec): string => `{tv_sec=${sec}, tv_nsec=${nsec}}`
export const timevalText = ({ sec, usec }: Timeval): string => `{tv_sec=${sec}, tv_usec=${usec}}`

export const timespec = structIn(TIMESPEC, timespecText, 'const struct timespec *')
export const timespecOut = structOut(TIMESPEC, timespecText, 'struct timespec *')
export const timeval = structIn(TIMEVAL, timevalText, 'const struct timeval *')
export const timevalOut = structOut(TIMEVAL, timevalText, 'struct timeval *')

/** What a program's structure says. EINVAL unless it is a time that is not negative. */
export function timeIn({ sec, nsec }: Timespec): Timestamp {
  if (sec < 0 || nsec < 0 || nsec >= NANOSECONDS) throw EINVAL
  return { sec, nsec: Number(nsec) }
}

/** The same of a struct timeval. */
export function timevalIn({ sec, usec }: Timeval): Timestamp {
  if (sec < 0 || usec < 0 || usec >= US_PER_SECOND) throw EINVAL
  return { sec, nsec: Number(usec) * NS_PER_US }
}

/** In nanoseconds, exactly, which may be more than KTIME_MAX. */
export const nanoseconds = ({ sec, nsec }: Timestamp): Int64 =>
  sec <= EXACT_SECONDS && sec >= -EXACT_SECONDS
    ? Number(sec) * NANOSECONDS + nsec
    : narrow(BigInt(sec) * BigInt(NANOSECONDS) + BigInt(nsec))

/** Linux looks at the seconds alone to see whether a time fits (ktime_set). */
export const KTIME_SECONDS = Number(KTIME_MAX / BigInt(NANOSECONDS))

/** In nanoseconds, but KTIME_MAX for what does not fit. */
export const ktimeOf = (time: Timestamp): Int64 => (time.sec >= KTIME_SECONDS ? KTIME_MAX : nanoseconds(time))

/** The instant of CLOCK_MONOTONIC (ns, maybe before boot) at which CLOCK_REALTIME shows this. */
export function instantOfRealtime(k: Kernel, time: Timestamp): Int64 {
  const { bootEpoch } = k.state
  const ns = ktimeOf(time)
  return ns === KTIME_MAX ? ns : nanoseconds({ sec: narrow(BigInt(time.sec) - BigInt(bootEpoch.sec)), nsec: time.nsec - bootEpoch.nsec })
}
