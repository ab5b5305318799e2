// Timers against processor time: each lies with the process whose time it waits for. The loop stops a hart when the first is due, and what
// is due becomes an ordinary timer of this instant, so that expiry is handled in one place whatever the clock.
import type { Int64 } from '../abi/int64.ts'
import type { Kernel } from '../kernel.ts'
import { cpuClockNow, drivesCpuClock, type CpuClock } from '../task/index.ts'
import { addTimer, alarmAt, type TimerSpec } from '../time/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import type { CpuTimer } from './types.ts'

/** Starts a timer on a processor-time clock; `at` is what the clock reads when it fires, in nanoseconds. */
export function addCpuTimer(clock: CpuClock, at: Int64, spec: TimerSpec): CpuTimer {
  const timer = { clock, at: alarmAt(at), spec }
  clock.group.cpuTimers = [...(clock.group.cpuTimers ?? []), timer]
  return timer
}

function keep(group: ThreadGroup, wanted: (timer: CpuTimer) => boolean): void {
  const left = (group.cpuTimers ?? []).filter(wanted)
  group.cpuTimers = left.length === 0 ? undefined : left
}

export const cancelCpuTimer = (timer: CpuTimer): void => keep(timer.clock.group, other => other !== timer)

/** A task does not wait for a clock's time any more. */
export const cancelCpuSleep = ({ group }: CpuClock, task: Task): void =>
  keep(group, ({ spec }) => spec.kind !== 'wake' || spec.task !== task)

/** Time that a task can use before one of its process's timers is due (ns). */
export function untilCpuTimer(task: Task): number {
  let until = Infinity
  for (const { clock, at } of task.group.cpuTimers ?? []) {
    if (drivesCpuClock(clock, task)) until = Math.min(until, Math.max(at - cpuClockNow(clock), 1))
  }
  return until
}

/** A process used processor time: what is due by now expires. */
export function expireCpuTimers(k: Kernel, group: ThreadGroup): void {
  const due = group.cpuTimers?.filter(({ clock, at }) => cpuClockNow(clock) >= at) ?? []
  if (due.length === 0) return
  keep(group, timer => !due.includes(timer))
  for (const { spec } of due) addTimer(k, k.state.time, spec)
}
