// Interval timers (setitimer(2)): one against the clock, one against time in the program, one against all its processor time.
// The real one is a timer of the kernel; the other two are charged as time is used, and the loop stops a hart when one is due.
import {
  ITIMER_PROF,
  ITIMER_REAL,
  ITIMER_VIRTUAL,
  NANOSECONDS,
  RLIMIT_CPU,
  SIGALRM,
  SIGKILL,
  SIGPROF,
  SIGVTALRM,
  SIGXCPU,
  most64,
  type Int64,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { addTimer, afterPeriods, cancelTimer, later, periodsSince, untilInstant } from '../time/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { kernelInfo } from './info.ts'
import { expireCpuTimers, untilCpuTimer } from './cpu-timers.ts'
import { deletePosixTimers } from './posix-timer.ts'
import { sendToGroup } from './send.ts'

type Itimer = ThreadGroup['itimers'][number]

/** By ITIMER_*. */
const SIGNAL_OF = [SIGALRM, SIGVTALRM, SIGPROF] as const
const ITIMER_COUNT = SIGNAL_OF.length

const itimerOf = (group: ThreadGroup, which: number): Itimer => group.itimers[which] as Itimer

/** Nanoseconds left and the interval; 0 left when it is off. `expires` of the real timer is an instant, of the others what remains. */
export function getItimer(k: Kernel, group: ThreadGroup, which: number): { value: Int64; interval: Int64 } {
  const { expires, interval } = itimerOf(group, which)
  if (which !== ITIMER_REAL) return { value: expires, interval }
  if (itimerOf(group, which).timer === 0) return { value: 0, interval }
  // Linux never answers 0 for a timer that is still on.
  return { value: most64(untilInstant(expires, k.state.time), 1000), interval }
}

/** Starts it, or with `value` 0 stops it. Nanoseconds. */
export function setItimer(k: Kernel, group: ThreadGroup, which: number, value: Int64, interval: Int64): void {
  const itimer = itimerOf(group, which)
  if (which !== ITIMER_REAL) {
    itimer.expires = value
    itimer.interval = interval
    return
  }
  if (itimer.timer !== 0) cancelTimer(k, itimer.timer)
  itimer.timer = 0
  itimer.interval = interval
  itimer.expires = value === 0 ? 0 : later(k.state.time, value)
  if (value !== 0) itimer.timer = addTimer(k, itimer.expires, { kind: 'itimer', group, which })
}

/**
 * The kernel's timer of ITIMER_REAL ran out: SIGALRM. A periodic one starts again when that is taken (`restartItimer`), so a short
 * period costs nothing while nobody listens.
 */
export function itimerExpired(k: Kernel, group: ThreadGroup, which: number): void {
  const itimer = itimerOf(group, which)
  itimer.timer = 0
  if (itimer.interval === 0) itimer.expires = 0
  sendToGroup(k, null, group, kernelInfo(SIGNAL_OF[which] as number))
}

/** SIGALRM was taken: the next period, counted from when the last one was due. */
export function restartItimer(k: Kernel, group: ThreadGroup): void {
  const itimer = itimerOf(group, ITIMER_REAL)
  if (itimer.expires === 0 || itimer.timer !== 0) return
  const periods = periodsSince(itimer.expires, k.state.time, itimer.interval) + 1
  itimer.expires = afterPeriods(itimer.expires, Math.max(periods, 1), itimer.interval)
  itimer.timer = addTimer(k, itimer.expires, { kind: 'itimer', group, which: ITIMER_REAL })
}

function charge(k: Kernel, group: ThreadGroup, which: number, ns: number): void {
  const itimer = itimerOf(group, which)
  if (itimer.expires === 0) return
  const left = Number(itimer.expires) - ns
  itimer.expires = left
  if (left > 0) return
  const interval = Number(itimer.interval)
  itimer.expires = interval === 0 ? 0 : interval - (-left % interval)
  sendToGroup(k, null, group, kernelInfo(SIGNAL_OF[which] as number))
}

/** Time in user mode that a task can use before one of the two, a timer against processor time or its process's limit is reached (ns). */
export function untilItimer(task: Task): number {
  const { group } = task
  const { itimers, cpuTimers, rlimits } = group
  const virtual = (itimers[ITIMER_VIRTUAL] as Itimer).expires
  const prof = (itimers[ITIMER_PROF] as Itimer).expires
  if (
    virtual === 0 &&
    prof === 0 &&
    cpuTimers === undefined &&
    rlimits.soft[RLIMIT_CPU] === Infinity &&
    rlimits.hard[RLIMIT_CPU] === Infinity
  )
    return Infinity
  return Math.min(
    virtual === 0 ? Infinity : Number(virtual),
    prof === 0 ? Infinity : Number(prof),
    untilCpuLimit(group),
    cpuTimers ? untilCpuTimer(task) : Infinity,
  )
}

/** Processor time of all threads so far (ns). */
function cpuTime({ threads, exitedUsage }: ThreadGroup): number {
  let time = exitedUsage.userTime + exitedUsage.systemTime
  for (const { usage } of threads) time += usage.userTime + usage.systemTime
  return time
}

/** Before RLIMIT_CPU is reached; a limit that was passed is looked at again at once. */
function untilCpuLimit(group: ThreadGroup): number {
  const { soft, hard } = group.rlimits
  const limit = Math.min(soft[RLIMIT_CPU] as number, hard[RLIMIT_CPU] as number)
  return limit === Infinity ? Infinity : Math.max(limit * NANOSECONDS - cpuTime(group), 1)
}

/** getrlimit(2), RLIMIT_CPU: SIGXCPU at the soft limit and every second after it, SIGKILL at the hard one. */
function checkCpuLimit(k: Kernel, group: ThreadGroup): void {
  const { soft, hard } = group.rlimits
  const limit = soft[RLIMIT_CPU] as number
  if (limit === Infinity && hard[RLIMIT_CPU] === Infinity) return
  const seconds = cpuTime(group) / NANOSECONDS
  if (seconds >= (hard[RLIMIT_CPU] as number)) sendToGroup(k, null, group, kernelInfo(SIGKILL))
  else if (seconds >= limit) {
    // Records of limits are shared: this process gets one of its own.
    const raised = soft.slice()
    raised[RLIMIT_CPU] = limit + 1
    group.rlimits = { ...group.rlimits, soft: raised }
    sendToGroup(k, null, group, kernelInfo(SIGXCPU))
  }
}

/** The process used this much time in user mode and in the kernel. Called where time is accounted. */
export function chargeItimers(k: Kernel, group: ThreadGroup, userNs: number, systemNs: number): void {
  charge(k, group, ITIMER_VIRTUAL, userNs)
  charge(k, group, ITIMER_PROF, userNs + systemNs)
  checkCpuLimit(k, group)
  if (group.cpuTimers) expireCpuTimers(k, group)
}

/** The process ended: nothing may fire any more. (exec keeps these, but not POSIX timers.) */
export function cancelItimers(k: Kernel, group: ThreadGroup): void {
  deletePosixTimers(k, group)
  group.cpuTimers = undefined
  for (let which = 0; which < ITIMER_COUNT; which++) setItimer(k, group, which, 0, 0)
}
