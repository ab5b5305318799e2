// A time of the kernel's, in nanoseconds, as the structures of programs have it.
import { NANOSECONDS, narrow, type Int64 } from '../abi/index.ts'

const NS_PER_US = 1000

/** Seconds and what is left of nanoseconds; the fractions that cycles make are dropped. */
export function toTimespec(ns: Int64): { sec: Int64; nsec: number } {
  if (typeof ns === 'bigint') {
    const sec = ns / BigInt(NANOSECONDS)
    return { sec: narrow(sec), nsec: Number(ns - sec * BigInt(NANOSECONDS)) }
  }
  const sec = Math.floor(ns / NANOSECONDS)
  return { sec, nsec: Math.floor(ns - sec * NANOSECONDS) }
}

/** Seconds and what is left of microseconds. */
export function toTimeval(ns: Int64): { sec: Int64; usec: number } {
  const { sec, nsec } = toTimespec(ns)
  return { sec, usec: Math.floor(nsec / NS_PER_US) }
}
