// Guest time on a machine that is timed by its cycles: a hart's clock is what its cycle counter says.
import { C_IDLE, rowOf, settle, timeOf } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { HartState } from '../sched/index.ts'
import { causeOf, PATH } from './paths.ts'

/** Does guest time count cycles? */
export const countsCycles = (k: Kernel): boolean => k.machine.timing !== null && k.machine.timing.config.time === 'cycles'

/** Cycles that pass in so many nanoseconds: at least one. */
export const cyclesIn = (k: Kernel, ns: number): number => Math.max(1, Math.ceil(ns * (k.machine.timing?.config.clock ?? 1)))

/** Brings a hart's clock up to its cycle counter. Answers the nanoseconds that passed. */
export function passTime(k: Kernel, hart: HartState): number {
  const t = k.machine.timing
  if (t === null) return 0
  const cpu = k.machine.harts[hart.id]
  settle(t.cores[hart.id], cpu.counters)
  if (t.config.time !== 'cycles') return 0
  const now = timeOf(k.machine, cpu)
  const passed = now - hart.time
  hart.time = now
  // Harts of one round lie side by side in time; what anyone sees of the clock never goes back.
  if (now > k.state.time) k.state.time = now
  return passed
}

/** What the kernel did on a hart for its task took time of that task. */
export function passKernelTime(k: Kernel, hart: HartState): void {
  const passed = passTime(k, hart)
  const task = hart.current
  if (passed === 0 || task === null) return
  task.sched.sumExec += passed
  task.usage.systemTime += passed
}

/** A hart has nothing to do until an instant (ns). */
export function idleUntil(k: Kernel, hart: HartState, until: number): void {
  const t = k.machine.timing
  if (t === null || t.config.time !== 'cycles') {
    hart.time = Math.max(hart.time, until)
    return
  }
  passTime(k, hart)
  const idle = Math.ceil((until - hart.time) * t.config.clock)
  if (idle <= 0) return
  const core = t.cores[hart.id]
  const { row } = core
  core.row = rowOf(t.ledger, causeOf(0, PATH.idle))
  core.row[C_IDLE] += idle
  core.stalls += idle
  core.row = row
  passTime(k, hart)
}
