// The clocks by their ids: what each shows, and what may be done with it (posix-timers.c and alarmtimer.c have the same table).
import {
  CAP_WAKE_ALARM,
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  EINVAL,
  EOPNOTSUPP,
  EPERM,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable, cpuClockNow, cpuClockOf, type CpuClock } from '../task/index.ts'
import { toTimespec } from '../time/index.ts'
import type { Task } from '../state.ts'
import { timestampNow } from '../vfs/index.ts'
import { type Timespec } from './times.ts'

const RESOLUTION = 1
/** The coarse clocks tick at the scheduler's rate on Linux (HZ = 250). */
const COARSE_RESOLUTION = 4_000_000

/** Clocks that are devices; there are none. */
const CLOCKFD = 3
const CLOCKFD_MASK = 7

const coarse = (ns: number): number => ns - (ns % COARSE_RESOLUTION)

interface ClockRow {
  /** Of the machine; null: of processor time. */
  now: ((k: Kernel) => Timespec) | null
  resolution: number
  sleeps: boolean
  timers: boolean
  /** It shows the date: instants of it move when that is set. */
  dated: boolean
  /** It would wake a machine that is suspended, which takes a capability. */
  wakes: boolean
}

const clock = (now: ClockRow['now'], rest: Partial<ClockRow> = {}): ClockRow => ({
  now,
  resolution: RESOLUTION,
  sleeps: true,
  timers: true,
  dated: false,
  wakes: false,
  ...rest,
})
const readOnly = { sleeps: false, timers: false }

function date(k: Kernel): Timespec {
  const { sec, nsec } = timestampNow(k)
  return { sec, nsec }
}
const sinceBoot = (k: Kernel): Timespec => toTimespec(k.state.time)

/** International atomic time is the date here: nobody has told the machine about leap seconds, as on Linux before ntpd does. */
const ROWS: Readonly<Record<number, ClockRow | undefined>> = {
  [CLOCK_REALTIME]: clock(date, { dated: true }),
  [CLOCK_TAI]: clock(date, { dated: true }),
  [CLOCK_REALTIME_ALARM]: clock(date, { dated: true, wakes: true }),
  [CLOCK_REALTIME_COARSE]: clock(
    k => {
      const { sec, nsec } = timestampNow(k)
      return { sec, nsec: coarse(nsec) }
    },
    { ...readOnly, resolution: COARSE_RESOLUTION },
  ),
  [CLOCK_MONOTONIC]: clock(sinceBoot),
  [CLOCK_MONOTONIC_RAW]: clock(sinceBoot, readOnly),
  [CLOCK_MONOTONIC_COARSE]: clock(k => toTimespec(coarse(k.state.time)), { ...readOnly, resolution: COARSE_RESOLUTION }),
  [CLOCK_BOOTTIME]: clock(sinceBoot),
  [CLOCK_BOOTTIME_ALARM]: clock(sinceBoot, { wakes: true }),
  [CLOCK_PROCESS_CPUTIME_ID]: clock(null),
  [CLOCK_THREAD_CPUTIME_ID]: clock(null, { sleeps: false }),
}

/** EINVAL for a clock that is not there. */
function rowOf(id: number): ClockRow {
  const row = ROWS[id]
  if (row === undefined) throw EINVAL
  return row
}

/** The clock of processor time that an id names; null: it is one of the machine's. EINVAL. */
export function cpuClock(task: Task, id: number, reading = false): CpuClock | null {
  if (id < 0) return cpuClockOf(task, id, reading)
  if (rowOf(id).now !== null) return null
  return { group: task.group, thread: id === CLOCK_THREAD_CPUTIME_ID ? task : null, userOnly: false, coarse: false }
}

/** EINVAL for a clock that is not there. */
export function readClock(k: Kernel, task: Task, id: number): Timespec {
  const cpu = cpuClock(task, id, true)
  return cpu === null ? (rowOf(id).now as (k: Kernel) => Timespec)(k) : toTimespec(cpuClockNow(cpu))
}

export function clockResolution(task: Task, id: number): number {
  const cpu = cpuClock(task, id)
  return cpu === null ? rowOf(id).resolution : cpu.coarse ? COARSE_RESOLUTION : RESOLUTION
}

/** EINVAL, EOPNOTSUPP, EPERM. */
function checkUse(task: Task, id: number, use: 'sleeps' | 'timers'): void {
  if (id < 0) {
    if ((id & CLOCKFD_MASK) === CLOCKFD) throw EOPNOTSUPP
    return
  }
  const row = rowOf(id)
  if (!row[use]) throw EOPNOTSUPP
  if (row.wakes && !capable(task.credentials, CAP_WAKE_ALARM)) throw EPERM
}
export const checkSleepsBy = (task: Task, id: number): void => checkUse(task, id, 'sleeps')
export const checkTimersOf = (task: Task, id: number): void => checkUse(task, id, 'timers')

/** Does it show the date? */
export const isDated = (id: number): boolean => ROWS[id]?.dated ?? false

/** timerfd_create(2) takes the machine's clocks that have timers, but not international atomic time. EINVAL, EPERM. */
export function checkTimerFdClock(task: Task, id: number): void {
  const row = ROWS[id]
  if (row === undefined || !row.timers || row.now === null || id === CLOCK_TAI) throw EINVAL
  checkTimersOf(task, id)
}
