// Clocks and sleeping. Guest time is retired instructions and what the kernel's work takes; the real-time clock is that plus the date at boot.
import {
  CAP_SYS_TIME,
  CLOCKS,
  CLOCK_REALTIME,
  EFAULT,
  EINVAL,
  EPERM,
  ERESTARTNOHAND,
  ERESTART_RESTARTBLOCK,
  NANOSECONDS,
  NANOSECONDS_PER_TICK,
  TIMER_ABSTIME,
  TIMESPEC,
  TIMEVAL,
  TIMEZONE,
  TMS,
  writeStruct,
  type Errno,
  type Int64,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut } from '../mm/index.ts'
import { capable, cpuClockNow, groupUsage, type CpuClock } from '../task/index.ts'
import { updateVvar } from '../process/index.ts'
import { wakeTask } from '../sched/index.ts'
import { alarmAt, later, untilInstant, toTimespec } from '../time/index.ts'
import { addCpuTimer, cancelCpuSleep } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { timestampNow, type Timestamp } from '../vfs/index.ts'
import { flags, oneOf, structIn, structOut } from './args.ts'
import { checkSleepsBy, clockResolution, cpuClock, isDated, readClock } from './clocks.ts'
import { moveDatedTimers } from './dated-timers.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import {
  instantOfRealtime,
  KTIME_SECONDS,
  ktimeOf,
  nanoseconds,
  timeIn,
  timespec,
  timespecOut,
  timeval,
  timevalIn,
  timevalOut,
  type Timespec,
} from './times.ts'

const US = 1000
const CLOCK_NANOSLEEP = 115

const putTimespec = (k: Kernel, task: Task, at: number, value: Timespec): void => copyOut(k, task, at, writeStruct(TIMESPEC, value))

/** Until when: what a relative sleep was begun with. An instant is looked up again each time: its clock may have been set. */
const endOf = (task: Task, relative: boolean, until: Int64): Int64 => (relative ? progressOf(task, 'sleep')?.until : undefined) ?? until

const interruptedBy = (relative: boolean): Errno => (relative ? ERESTART_RESTARTBLOCK : ERESTARTNOHAND)

/** Sleeps until an instant. A signal leaves in `rem` (0: nowhere) what is left of a relative sleep. */
function sleep(k: Kernel, task: Task, until: Int64, rem: number, relative: boolean): SyscallResult {
  const end = endOf(task, relative, until)
  if (k.state.time >= end) return 0
  if (task.signalPending && relative && rem !== 0) putTimespec(k, task, rem, toTimespec(untilInstant(end, k.state.time)))
  return { ...blocked([], interruptedBy(relative), alarmAt(end)), progress: { call: 'sleep', until: end } }
}

/** Sleeps until a process or a thread has had so much processor time (ns). EINVAL for one's own thread, which would never wake. */
function sleepByCpu(k: Kernel, task: Task, clock: CpuClock, until: Int64, rem: number, relative: boolean): SyscallResult {
  if (clock.thread === task) throw EINVAL
  const end = endOf(task, relative, until)
  cancelCpuSleep(clock, task)
  const now = cpuClockNow(clock)
  if (now >= end) return 0
  if (task.signalPending && relative && rem !== 0) putTimespec(k, task, rem, toTimespec(untilInstant(end, now)))
  addCpuTimer(clock, end, { kind: 'wake', task })
  return { ...blocked([], interruptedBy(relative), Infinity), progress: { call: 'sleep', until: end } }
}

function clockNanosleep(k: Kernel, task: Task, id: number, how: number, request: Timespec | null, rem: number): SyscallResult {
  checkSleepsBy(task, id)
  const cpu = cpuClock(task, id)
  const wanted = timeIn(required(request))
  const span = ktimeOf(wanted)
  const relative = (how & TIMER_ABSTIME) === 0
  if (cpu !== null) return sleepByCpu(k, task, cpu, relative ? later(cpuClockNow(cpu), span) : span, rem, relative)
  if (relative) return sleep(k, task, later(k.state.time, span), rem, true)
  return sleep(k, task, isDated(id) ? instantOfRealtime(k, wanted) : span, 0, false)
}

/** The date has to fit for 30 years yet, and is never before boot (timekeeping.c). */
const MAX_DATE = KTIME_SECONDS - 30 * 365 * 24 * 60 * 60

/** Sets the date. The clock of timers and sleeps is not touched; what waits for a date follows. */
function setDate(k: Kernel, task: Task, value: Timestamp): number {
  if (value.sec >= MAX_DATE) throw EINVAL
  if (!capable(task.credentials, CAP_SYS_TIME)) throw EPERM
  const sinceBoot = toTimespec(k.state.time)
  const sec = Number(value.sec) - Number(sinceBoot.sec)
  const nsec = value.nsec - sinceBoot.nsec
  const epoch = nsec < 0 ? { sec: sec - 1, nsec: nsec + NANOSECONDS } : { sec, nsec }
  if (epoch.sec < 0) throw EINVAL
  const before = k.state.bootEpoch
  const forward = nanoseconds({ sec: epoch.sec - before.sec, nsec: epoch.nsec - before.nsec })
  k.state.bootEpoch = epoch
  updateVvar(k)
  moveDatedTimers(k, forward)
  for (const sleeper of k.state.tasks.values()) if (sleeper.call?.nr === CLOCK_NANOSLEEP) wakeTask(k, sleeper)
  return 0
}

/** A structure that may not be NULL. */
function required<T>(value: T | null): T {
  if (value === null) throw EFAULT
  return value
}

const clock = oneOf(CLOCKS, 'clockid_t')
const timezoneText = ({ minuteswest, dsttime }: { minuteswest: number; dsttime: number }): string =>
  `{tz_minuteswest=${minuteswest}, tz_dsttime=${dsttime}}`
const tmsText = (t: { utime: number; stime: number; cutime: number; cstime: number }): string =>
  `{tms_utime=${t.utime}, tms_stime=${t.stime}, tms_cutime=${t.cutime}, tms_cstime=${t.cstime}}`

export const timeCalls: Syscall[] = [
  syscall(101, 'nanosleep', { req: timespec, rem: timespecOut }, (k, task, { req, rem }) => {
    return sleep(k, task, later(k.state.time, ktimeOf(timeIn(required(req)))), rem, true)
  }),
  syscall(112, 'clock_settime', { clockid: clock, tp: timespec }, (k, task, { clockid, tp }) => {
    if (clockid >= 0 && clockid !== CLOCK_REALTIME) throw EINVAL
    const wanted = required(tp)
    if (clockid === CLOCK_REALTIME) return setDate(k, task, timeIn(wanted))
    cpuClock(task, clockid)
    throw EPERM
  }),
  syscall(113, 'clock_gettime', { clockid: clock, tp: timespecOut }, (k, task, { clockid, tp }) => {
    putTimespec(k, task, tp, readClock(k, task, clockid))
    return 0
  }),
  syscall(114, 'clock_getres', { clockid: clock, tp: timespecOut }, (k, task, { clockid, tp }) => {
    const nsec = clockResolution(task, clockid)
    if (tp !== 0) putTimespec(k, task, tp, { sec: 0, nsec })
    return 0
  }),
  syscall(
    CLOCK_NANOSLEEP,
    'clock_nanosleep',
    { clockid: clock, flags: flags({ TIMER_ABSTIME }), request: timespec, remain: timespecOut },
    (k, task, { clockid, flags: how, request, remain }) => clockNanosleep(k, task, clockid, how, request, remain),
  ),
  syscall(153, 'times', { buf: structOut(TMS, tmsText, 'struct tms *') }, (k, task, { buf }) => {
    const ticks = (ns: number): number => Math.floor(ns / NANOSECONDS_PER_TICK)
    if (buf !== 0) {
      const own = groupUsage(task.group)
      const children = task.group.childrenUsage
      const tms = { utime: own.userTime, stime: own.systemTime, cutime: children.userTime, cstime: children.systemTime }
      copyOut(
        k,
        task,
        buf,
        writeStruct(TMS, { utime: ticks(tms.utime), stime: ticks(tms.stime), cutime: ticks(tms.cutime), cstime: ticks(tms.cstime) }),
      )
    }
    return ticks(k.state.time)
  }),
  syscall(169, 'gettimeofday', { tv: timevalOut, tz: structOut(TIMEZONE, timezoneText, 'struct timezone *') }, (k, task, { tv, tz }) => {
    const { sec, nsec } = timestampNow(k)
    if (tv !== 0) copyOut(k, task, tv, writeStruct(TIMEVAL, { sec, usec: Math.floor(nsec / US) }))
    if (tz !== 0) copyOut(k, task, tz, writeStruct(TIMEZONE, { minuteswest: 0, dsttime: 0 }))
    return 0
  }),
  syscall(
    170,
    'settimeofday',
    { tv: timeval, tz: structIn(TIMEZONE, timezoneText, 'const struct timezone *') },
    (k, task, { tv }) => {
      if (tv === null) return 0
      return setDate(k, task, timevalIn(tv))
    },
    { note: 'The time zone is not kept: gettimeofday always answers UTC.' },
  ),
]
