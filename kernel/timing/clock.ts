// Guest time on a machine that is timed by its cycles: a hart's clock is what its cycle counter says.
import { C_IDLE, clockOf, COUNTERS, rowOf, settle } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { HartState } from '../sched/types.ts'
import { NO_TASK } from '../ids.ts'
import { causeOf, PATH } from './paths.ts'

/** Does guest time count cycles? */
export const countsCycles = (k: Kernel): boolean => k.machine.timing !== null && k.machine.timing.config.time === 'cycles'

/** Cycles from now to an instant (ns) of a hart's clock: at least one. */
export function cyclesUntil(k: Kernel, hart: HartState, until: number): number {
  const { counters } = k.machine.harts[hart.id]
  const clock = k.machine.timing?.config.clock ?? 1
  // From the clock's beginning, so that it does not matter where a run is cut.
  return Math.max(1, Math.ceil((until - counters[COUNTERS.timeOffset]) * clock) - counters[COUNTERS.cycles])
}

/** Brings a hart's clock up to its cycle counter. Answers the nanoseconds that passed. */
export function passTime(k: Kernel, hart: HartState): number {
  const t = k.machine.timing
  if (t === null) return 0
  const cpu = k.machine.harts[hart.id]
  settle(t.cores[hart.id], cpu.counters)
  if (t.config.time !== 'cycles') return 0
  const now = clockOf(k.machine, cpu)
  const passed = now - hart.time
  hart.time = now
  // Harts of one round lie side by side in time; what anyone sees of the clock never goes back.
  if (now > k.state.time) k.state.time = now
  return passed
}

/** Another hart than the one whose kernel code runs was made to do something: that is in its clock at once. */
export function passOther(k: Kernel, hart: number): void {
  if (k.machine.timing !== null && k.state.costs?.hart !== hart) passTime(k, k.state.harts[hart])
}

/** What the kernel did on a hart for its task took time of that task. */
export function passKernelTime(k: Kernel, hart: HartState): void {
  const passed = passTime(k, hart)
  const task = hart.current
  if (passed === 0 || task === null) return
  task.sched.sumExec += passed
  task.usage.systemTime += passed
  hart.systemTime += passed
}

/** A hart has nothing to do until an instant (ns). */
export function idleUntil(k: Kernel, hart: HartState, until: number): void {
  const t = k.machine.timing
  if (t === null || t.config.time !== 'cycles') {
    hart.time = Math.max(hart.time, until)
    return
  }
  passTime(k, hart)
  if (hart.time >= until) return
  const idle = cyclesUntil(k, hart, until)
  const core = t.cores[hart.id]
  const { row } = core
  core.row = rowOf(t.ledger, causeOf(NO_TASK, PATH.idle))
  core.row[C_IDLE] += idle
  core.stalls += idle
  core.row = row
  passTime(k, hart)
}
