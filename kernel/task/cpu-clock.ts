// Clocks of processor time: which one an id names (clock_getcpuclockid(3), pthread_getcpuclockid(3)), and what it shows.
import { EINVAL } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { findTask } from './find.ts'
import type { CpuClock } from './types.ts'
import { groupUsage } from './usage.ts'

/** User and system time, user time alone, time on a processor: here the first and the last are the same. */
const CPUCLOCK = { PROF: 0, VIRT: 1, SCHED: 2 } as const
const WHICH = 3
const PER_THREAD = 4
const PID_SHIFT = 3

/** The clock of an id < 0. EINVAL. `reading`: a process may be named by the calling thread's id, too. */
export function cpuClockOf(task: Task, id: number, reading: boolean): CpuClock {
  const which = id & WHICH
  // 3 means a clock that is a device.
  if (which > CPUCLOCK.SCHED) throw EINVAL
  const kind = { userOnly: which === CPUCLOCK.VIRT, coarse: which !== CPUCLOCK.SCHED }
  const pid = ~(id >> PID_SHIFT)
  const own = (id & PER_THREAD) !== 0
  if (pid === 0) return { group: task.group, thread: own ? task : null, ...kind }
  const found = findTask(task.ns, pid)
  if (found === null) throw EINVAL
  if (own && found.group !== task.group) throw EINVAL
  if (!own && found.group.tgid !== pid && !(reading && found === task)) throw EINVAL
  return { group: found.group, thread: own ? found : null, ...kind }
}

/** Nanoseconds that it shows. */
export function cpuClockNow({ group, thread, userOnly }: CpuClock): number {
  const { userTime, systemTime } = thread === null ? groupUsage(group) : thread.usage
  return userOnly ? userTime : userTime + systemTime
}

/** It only goes on while this task runs, perhaps among others. */
export const drivesCpuClock = ({ group, thread }: CpuClock, task: Task): boolean =>
  task.group === group && (thread === null || thread === task)
