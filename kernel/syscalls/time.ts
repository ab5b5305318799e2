// Clocks and sleeping. Guest time is retired instructions; the real-time clock is that plus the date at boot.
import {
  CAP_SYS_TIME,
  CLOCKS,
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  EFAULT,
  EINVAL,
  EOPNOTSUPP,
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
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut } from '../mm/index.ts'
import { capable, findGroup, findTask, groupUsage, updateVvar } from '../process/index.ts'
import type { Task } from '../state.ts'
import { timestampNow } from '../vfs/index.ts'
import { flags, oneOf, structIn, structOut } from './args.ts'
import { blocked, syscall, type Syscall, type SyscallResult } from './define.ts'
import {
  checkTimespec,
  instantOfRealtime,
  nanoseconds,
  timespec,
  timespecOut,
  timeval,
  timevalOut,
  toTimespec,
  type Timespec,
} from './times.ts'

const RESOLUTION = 1
/** The coarse clocks tick at the scheduler's rate on Linux (HZ = 250). */
const COARSE_RESOLUTION = 4_000_000
const US = 1000

const coarse = (ns: number): number => ns - (ns % COARSE_RESOLUTION)

function realtime(k: Kernel): Timespec {
  const { sec, nsec } = timestampNow(k)
  return { sec, nsec }
}

const processTime = (task: Task): number => {
  const usage = groupUsage(task.group)
  return usage.userTime + usage.systemTime
}
const threadTime = (task: Task): number => task.usage.userTime + task.usage.systemTime

/** What each clock shows now. */
const NOW: Readonly<Record<number, (k: Kernel, task: Task) => Timespec>> = {
  [CLOCK_REALTIME]: realtime,
  [CLOCK_TAI]: realtime,
  [CLOCK_REALTIME_COARSE]: k => {
    const { sec, nsec } = timestampNow(k)
    return { sec, nsec: coarse(nsec) }
  },
  [CLOCK_MONOTONIC]: k => toTimespec(k.state.time),
  [CLOCK_MONOTONIC_RAW]: k => toTimespec(k.state.time),
  [CLOCK_BOOTTIME]: k => toTimespec(k.state.time),
  [CLOCK_MONOTONIC_COARSE]: k => toTimespec(coarse(k.state.time)),
  [CLOCK_PROCESS_CPUTIME_ID]: (_k, task) => toTimespec(processTime(task)),
  [CLOCK_THREAD_CPUTIME_ID]: (_k, task) => toTimespec(threadTime(task)),
}

/** Negative ids are processor clocks of another process or thread: the pid's complement above three bits (clock_getcpuclockid(3)). */
function otherClock(k: Kernel, id: number): Timespec {
  const pid = ~(id >> 3)
  const perThread = (id & 4) !== 0
  if ((id & 3) === 3) throw EINVAL
  const task = perThread ? findTask(k, pid) : (findGroup(k, pid)?.leader ?? null)
  if (task === null) throw EINVAL
  return toTimespec(perThread ? threadTime(task) : processTime(task))
}

/** EINVAL for a clock that is not there. */
export function readClock(k: Kernel, task: Task, id: number): Timespec {
  if (id < 0) return otherClock(k, id)
  const now = NOW[id]
  if (now === undefined) throw EINVAL
  return now(k, task)
}

const putTimespec = (k: Kernel, task: Task, at: number, value: Timespec): void => copyOut(k, task, at, writeStruct(TIMESPEC, value))

interface Sleep {
  until: number
}
const isSleep = (progress: Record<string, unknown> | undefined): progress is Record<string, unknown> & Sleep =>
  typeof progress?.until === 'number'

/** Sleeps until an instant. A signal leaves in `rem` (0: nowhere) what is left of a relative sleep. */
function sleep(k: Kernel, task: Task, until: number, rem: number, relative: boolean): SyscallResult {
  const { progress } = task.call ?? {}
  const end = isSleep(progress) ? progress.until : until
  if (k.state.time >= end) return 0
  if (task.signalPending && relative && rem !== 0) putTimespec(k, task, rem, toTimespec(end - k.state.time))
  return { ...blocked([], relative ? ERESTART_RESTARTBLOCK : ERESTARTNOHAND, end), progress: { until: end } }
}

/** Clocks that can be slept by. */
const SLEEPABLE = new Set<number>([CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI])

function clockNanosleep(k: Kernel, task: Task, id: number, how: number, request: Timespec | null, rem: number): SyscallResult {
  if (id === CLOCK_THREAD_CPUTIME_ID || NOW[id] === undefined) throw EINVAL
  if (!SLEEPABLE.has(id)) throw EOPNOTSUPP
  const wanted = required(request)
  checkTimespec(wanted)
  if ((how & TIMER_ABSTIME) === 0) return sleep(k, task, k.state.time + nanoseconds(wanted), rem, true)
  const until = id === CLOCK_REALTIME || id === CLOCK_TAI ? instantOfRealtime(k, wanted) : nanoseconds(wanted)
  return sleep(k, task, until, 0, false)
}

/** Sets the date. The clock of timers and sleeps is not touched. */
function setDate(k: Kernel, task: Task, value: Timespec): number {
  checkTimespec(value)
  if (!capable(task.credentials, CAP_SYS_TIME)) throw EPERM
  k.state.bootEpoch = nanoseconds(value) - k.state.time
  updateVvar(k)
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
    const wanted = required(req)
    checkTimespec(wanted)
    return sleep(k, task, k.state.time + nanoseconds(wanted), rem, true)
  }),
  syscall(
    112,
    'clock_settime',
    { clockid: clock, tp: timespec },
    (k, task, { clockid, tp }) => {
      if (clockid !== CLOCK_REALTIME) throw EINVAL
      return setDate(k, task, required(tp))
    },
    { note: 'Sleeps until an instant of CLOCK_REALTIME that have begun do not follow a change of the date.' },
  ),
  syscall(113, 'clock_gettime', { clockid: clock, tp: timespecOut }, (k, task, { clockid, tp }) => {
    putTimespec(k, task, tp, readClock(k, task, clockid))
    return 0
  }),
  syscall(114, 'clock_getres', { clockid: clock, tp: timespecOut }, (k, task, { clockid, tp }) => {
    readClock(k, task, clockid)
    const isCoarse = clockid === CLOCK_REALTIME_COARSE || clockid === CLOCK_MONOTONIC_COARSE
    if (tp !== 0) putTimespec(k, task, tp, { sec: 0, nsec: isCoarse ? COARSE_RESOLUTION : RESOLUTION })
    return 0
  }),
  syscall(
    115,
    'clock_nanosleep',
    { clockid: clock, flags: flags({ TIMER_ABSTIME }), request: timespec, remain: timespecOut },
    (k, task, { clockid, flags: how, request, remain }) => clockNanosleep(k, task, clockid, how, request, remain),
    { note: 'Processor-time clocks are refused with EOPNOTSUPP.' },
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
      if (tv.usec < 0 || tv.usec >= NANOSECONDS / US) throw EINVAL
      return setDate(k, task, { sec: tv.sec, nsec: tv.usec * US })
    },
    { note: 'The time zone is not kept: gettimeofday always answers UTC.' },
  ),
]
