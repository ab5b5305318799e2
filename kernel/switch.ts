// The context switch: registers of one task to its trap frame in RAM, those of the next from there, and satp with its ASID.
import { emit } from './events.ts'
import type { Kernel } from './kernel.ts'
import { useMm } from './mm/index.ts'
import { loadRegisters, saveRegisters } from './task/index.ts'
import type { Task } from './state.ts'
import { enterSwitch, leave } from './timing/index.ts'
import type { HartState } from './sched/types.ts'

/** Puts a task (or nothing: idle) on a hart. The one that was there must be queued, asleep or dead already. */
export function switchTo(k: Kernel, hart: HartState, task: Task | null): void {
  const from = hart.current
  if (from === task) return
  const row = enterSwitch(k, hart.id, from, task)
  if (from !== null && from.onHart >= 0) {
    saveRegisters(k, from)
    from.onHart = -1
  }
  hart.current = task
  if (task !== null) {
    loadRegisters(k, task, hart.id)
    task.onHart = hart.id
    task.sched.sliceStart = task.sched.sumExec
    task.sched.turns++
    if (task.rseq !== null) task.rseq.due = true
    if (task.mm !== null) useMm(k, hart.id, task.mm)
  }
  leave(k, row)
  hart.switches++
  k.state.counts.contextSwitches++
  if (k.events.switch !== undefined) emit(k, { kind: 'switch', hart: hart.id, from, to: task })
}
