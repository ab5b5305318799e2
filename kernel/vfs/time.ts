// File times. A time since 1970 in nanoseconds does not fit a double exactly, so seconds and nanoseconds are kept apart.
import { sum64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Inode, Timestamp } from './types.ts'

const NS_PER_SECOND = 1e9
/** relatime: an access time is renewed when a day old, or not newer than the last change (mount(8)). */
const RELATIME_SECONDS = 24 * 60 * 60

/** CLOCK_REALTIME now. */
export function timestampNow(k: Kernel): { sec: number; nsec: number } {
  const { bootEpoch, time } = k.state
  const nsec = bootEpoch.nsec + (time % NS_PER_SECOND)
  const carry = nsec >= NS_PER_SECOND ? 1 : 0
  return { sec: bootEpoch.sec + Math.floor(time / NS_PER_SECOND) + carry, nsec: nsec - carry * NS_PER_SECOND }
}

/** From nanoseconds since 1970, as host files give it. */
export const timestampOfNs = (ns: number): { sec: number; nsec: number } => {
  const sec = Math.floor(ns / NS_PER_SECOND)
  return { sec, nsec: Math.max(0, Math.min(NS_PER_SECOND - 1, Math.floor(ns - sec * NS_PER_SECOND))) }
}

const notLater = (a: Timestamp, b: Timestamp) => a.sec < b.sec || (a.sec === b.sec && a.nsec <= b.nsec)

/** A read happened: renews the access time by the relatime rule. */
export function touchAccessed(k: Kernel, inode: Inode): void {
  if (notLater(inode.atime, inode.mtime) || notLater(inode.atime, inode.ctime)) {
    const now = timestampNow(k)
    if (now.sec !== inode.atime.sec || now.nsec !== inode.atime.nsec) inode.atime = now
    return
  }
  const now = timestampNow(k)
  if (sum64(inode.atime.sec, RELATIME_SECONDS) <= now.sec) inode.atime = now
}

/** Contents changed. */
export function touchModified(k: Kernel, inode: Inode): void {
  inode.mtime = inode.ctime = timestampNow(k)
}

/** Attributes changed. */
export function touchChanged(k: Kernel, inode: Inode): void {
  inode.ctime = timestampNow(k)
}
