// POSIX timers (timer_create(2)): any number a process, each with its own signal and value. A periodic one starts its next period when
// its signal is taken; what it missed meanwhile is its overrun count (posix-timers.c does the same).
import { EAGAIN, EINVAL, most64, type Int64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { cpuClockNow, findTask, type CpuClock } from '../task/index.ts'
import { addTimer, afterPeriods, cancelTimer, later, periodsSince, untilInstant } from '../time/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { isIgnored } from './actions.ts'
import { addCpuTimer, cancelCpuTimer } from './cpu-timers.ts'
import { timerInfo } from './info.ts'
import { noteQueued, queueIsFull } from './queued.ts'
import { sendToGroup, sendToTask } from './send.ts'
import { hasSignal } from './sigset.ts'
import type { PendingSignals, PosixTimer, SigInfo } from './types.ts'

/** Ids go on from the last one, and around. */
const ID_LIMIT = 2 ** 31
/** sysctl's DELAYTIMER_MAX: the count stays there. */
const MAX_OVERRUN = 0x7fff_ffff
/** An ignored periodic timer looks again after no less than this. */
const IGNORED_PERIOD = 1_000_000

const timersOf = (group: ThreadGroup): Map<number, PosixTimer> => (group.posixTimers ??= new Map())

/** EINVAL. */
export function posixTimer(group: ThreadGroup, id: number): PosixTimer {
  const timer = group.posixTimers?.get(id)
  if (!timer) throw EINVAL
  return timer
}

/** A disarmed timer with an id of its own. Its signal has a place from now on: EAGAIN at RLIMIT_SIGPENDING. */
export function createPosixTimer(
  k: Kernel,
  group: ThreadGroup,
  clock: number,
  cpu: CpuClock | null,
  event: { signal: number; tid: number; value: bigint | null },
): PosixTimer {
  const timers = timersOf(group)
  if (queueIsFull(k, group)) throw EAGAIN
  const id = (group.nextTimerId ?? 0) % ID_LIMIT
  group.nextTimerId = id + 1
  const { signal, tid, value } = event
  const timer: PosixTimer = {
    id,
    clock,
    signal,
    tid,
    value: value ?? BigInt(id),
    expires: 0,
    interval: 0,
    timer: 0,
    overrun: 0,
    cpu,
    cpuTimer: null,
    dated: false,
  }
  timers.set(id, timer)
  noteQueued(k, group)
  return timer
}

function disarm(k: Kernel, timer: PosixTimer): void {
  if (timer.timer !== 0) cancelTimer(k, timer.timer)
  if (timer.cpuTimer !== null) cancelCpuTimer(timer.cpuTimer)
  timer.timer = 0
  timer.cpuTimer = null
  timer.expires = 0
}

/** Waits for its expiry: neither disarmed nor with a signal that nobody has taken yet. */
const isRunning = ({ timer, cpuTimer }: PosixTimer): boolean => timer !== 0 || cpuTimer !== null

/** What its clock shows, as it is counted here (ns). */
export const posixTimerNow = (k: Kernel, { cpu }: PosixTimer): number => (cpu === null ? k.state.time : cpuClockNow(cpu))

function arm(k: Kernel, group: ThreadGroup, timer: PosixTimer, at: Int64): void {
  const spec = { kind: 'posixTimer', group, id: timer.id } as const
  if (timer.cpu === null) timer.timer = addTimer(k, at, spec)
  else timer.cpuTimer = addCpuTimer(timer.cpu, at, spec)
}

/** Ends a timer of timer_create, with what it has queued. Throws EINVAL for an id that is none. */
export function deletePosixTimer(k: Kernel, group: ThreadGroup, id: number): void {
  disarm(k, posixTimer(group, id))
  group.posixTimers?.delete(id)
}

/** exec and exit: timers are not kept. */
export function deletePosixTimers(k: Kernel, group: ThreadGroup): void {
  if (!group.posixTimers) return
  for (const timer of group.posixTimers.values()) disarm(k, timer)
  group.posixTimers = undefined
}

/** Nanoseconds that are left, 0 when disarmed, and the interval. */
export function posixTimerLeft(k: Kernel, timer: PosixTimer): { value: Int64; interval: Int64 } {
  const { expires, interval } = timer
  if (expires === 0) return { value: 0, interval }
  const now = posixTimerNow(k, timer)
  if (expires > now) return { value: untilInstant(expires, now), interval }
  // Expired, and its signal not yet taken: what a restarted timer would show.
  return {
    value: interval === 0 ? 0 : untilInstant(afterPeriods(expires, periodsSince(expires, now, interval) + 1, interval), now),
    interval,
  }
}

/** timer_settime(2): expires at an instant (ns of CLOCK_MONOTONIC, even one before boot, or of its processor time), null disarms. `dated`: it was given as a date. */
export function setPosixTimer(k: Kernel, group: ThreadGroup, timer: PosixTimer, at: Int64 | null, interval: Int64, dated: boolean): void {
  disarm(k, timer)
  timer.overrun = 0
  timer.interval = interval
  timer.dated = dated
  if (at === null) return
  // 0 means that the timer is off.
  timer.expires = at || 1
  arm(k, group, timer, timer.expires)
}

/** The date was put forward by so many nanoseconds. */
export function movePosixTimer(k: Kernel, group: ThreadGroup, timer: PosixTimer, by: Int64): void {
  if (!timer.dated || timer.timer === 0) return
  cancelTimer(k, timer.timer)
  timer.expires = later(timer.expires, -by) || 1
  arm(k, group, timer, timer.expires)
}

/** Whole periods that have passed since it was due; it is due again after them. */
function forward(k: Kernel, timer: PosixTimer): number {
  const missed = Math.max(periodsSince(timer.expires, posixTimerNow(k, timer), timer.interval), 0)
  timer.expires = afterPeriods(timer.expires, missed + 1, timer.interval)
  return missed
}

const isQueued = ({ queue }: PendingSignals, id: number): boolean => queue.some(({ fields }) => fields.kind === 'timer' && fields.id === id)

/** Ignored, and not blocked: what is blocked waits, since it may find a handler later (signal.c, sig_ignored). */
const isDropped = ({ blocked, group }: Task, signal: number): boolean => !hasSignal(blocked, signal) && isIgnored(group, signal)

/** The kernel's timer ran out. */
export function posixTimerExpired(k: Kernel, group: ThreadGroup, id: number): void {
  const timer = group.posixTimers?.get(id)
  // One that was set anew just when its processor time had come is not due.
  if (!timer || timer.expires === 0 || timer.expires > posixTimerNow(k, timer)) return
  timer.timer = 0
  timer.cpuTimer = null
  const thread = timer.tid === 0 ? null : findTask(group.leader.ns, timer.tid)
  const silent = timer.signal === 0 || (timer.tid !== 0 && !thread) || isDropped(thread ?? group.leader, timer.signal)
  if (!silent) {
    const info = timerInfo(timer.signal, id, 0, timer.value)
    // Set again before its last signal was taken: one is enough.
    if (isQueued(group.pending, id) || (thread !== null && isQueued(thread.pending, id))) return
    if (thread) sendToTask(k, null, thread, info)
    else sendToGroup(k, null, group, info)
    return
  }
  if (timer.interval === 0) {
    timer.expires = 0
    return
  }
  forward(k, timer)
  timer.expires = most64(timer.expires, posixTimerNow(k, timer) + IGNORED_PERIOD)
  arm(k, group, timer, timer.expires)
}

/** Its signal was taken: the overrun goes into the information, and a periodic timer runs again. */
export function restartPosixTimer(k: Kernel, group: ThreadGroup, info: SigInfo): SigInfo {
  const { fields } = info
  if (fields.kind !== 'timer') return info
  const timer = group.posixTimers?.get(fields.id)
  if (!timer || timer.expires === 0 || isRunning(timer)) return info
  timer.overrun = 0
  if (timer.interval === 0) {
    timer.expires = 0
    return info
  }
  timer.overrun = Math.min(forward(k, timer), MAX_OVERRUN)
  arm(k, group, timer, timer.expires)
  return { ...info, fields: { ...fields, overrun: timer.overrun } }
}
