// Guest time follows the host's where the clock is real. A busy machine counts instructions, which takes longer or shorter than they say:
// every few milliseconds the guest's clock is put forward to the host's, or the machine waits for the host. Each step is in the journal.
import { followClock, type Kernel } from '../kernel/index.ts'

const NS_PER_MS = 1e6
const MS_PER_SECOND = 1000
/** Between two looks at the host's clock. */
const INTERVAL_MS = 5
/** How far ahead of the host's clock the guest's may be. */
const AHEAD_NS = 10 * NS_PER_MS

export interface HostClock {
  /** The guest's time that it is now, by the host (ns). */
  now(): number
  /** Host milliseconds when it was last looked at. */
  looked: number
  readonly milliseconds: () => number
}

/** Two clocks of the host: what day it is, and one that never jumps (both in milliseconds). */
export interface HostTime {
  date(): number
  steady(): number
}
const HOST_TIME: HostTime = { date: () => Date.now(), steady: () => performance.now() }

const epochMs = ({ state: { bootEpoch } }: Kernel): number => bootEpoch.sec * MS_PER_SECOND + bootEpoch.nsec / NS_PER_MS

/** For a kernel that is about to run for the first time. */
export function newHostClock(k: Kernel, host: HostTime = HOST_TIME): HostClock {
  const booted = host.date() - epochMs(k)
  const began = host.steady()
  return { now: () => Math.floor((booted + host.steady() - began) * NS_PER_MS), looked: -Infinity, milliseconds: host.steady }
}

/** Puts the guest's clock forward if it is behind; `atOnce`: even if that was looked at just before. Not on a timed machine: its time is cycles. */
export function follow(k: Kernel, clock: HostClock, atOnce = false): void {
  const now = clock.milliseconds()
  if (k.preset !== null || (!atOnce && now - clock.looked < INTERVAL_MS)) return
  clock.looked = now
  const time = clock.now()
  if (time > k.state.time) followClock(k, time)
}

/** Milliseconds that the machine has to wait for the host's clock, 0: none. */
export function aheadMs(k: Kernel, clock: HostClock): number {
  if (k.preset !== null) return 0
  const ahead = k.state.time - clock.now()
  return ahead > AHEAD_NS ? ahead / NS_PER_MS : 0
}
