// How a stopped task is seen: its symbols and its frames, and the way out of one. Nothing is kept but the files' tables, so that it is right
// wherever time went meanwhile.
import { REG } from '../../vm/index.ts'
import { regBig, regF, usesFp, type Kernel, type Task } from '../../kernel/index.ts'
import { readMemory, registersOf, taskById, type Session, type TaskRef } from '../session/index.ts'
import { loadTask, unwind, type Backtrace, type FrameRegisters, type ReadMemory, type SymbolSpace } from '../symbols/index.ts'

import type { Way } from '../target/index.ts'
import { NoWay, type Sight } from './types.ts'

export const X_REGISTERS = 32
const PC = 32
/** Deeper stacks are cut: an editor asks for all of them. */
const MAX_FRAMES = 1000

export const spaceOf = ({ s, files }: Sight, task: Task): SymbolSpace => loadTask(s.k, task, files)

/** Memory of a task as unwinding and values read it: all or nothing. */
export const readerOf =
  (s: Session, task: Task): ReadMemory =>
  (address, length) => {
    const bytes = readMemory(s, task, address, length)
    return bytes.length < length ? null : bytes
  }

function floatsOf(k: Kernel, task: Task): (bigint | null)[] {
  return usesFp(k, task) ? Array.from({ length: X_REGISTERS }, (_, n) => regF(k, task, n)) : []
}

/** The frames of a task, innermost first; none of one that is dead. */
export function framesOf(sight: Sight, task: Task, limit = MAX_FRAMES): Backtrace {
  if (task.mm === null) return { frames: [], ended: 'the task has ended' }
  const registers = registersOf(sight.s, task)
  const values: FrameRegisters = [...registers.slice(0, X_REGISTERS), ...floatsOf(sight.s.k, task)]
  return unwind(spaceOf(sight, task), { pc: Number(registers[PC]), values }, readerOf(sight.s, task), limit)
}

/** Where a function returns to, and an address that its caller's stack pointer is above. */
export type WayOut = Required<Way>

/** The way out of a frame of a task. NoWay: nobody called it, or nobody knows who. */
export function wayOut(sight: Sight, who: TaskRef, level = 0): WayOut {
  const task = taskById(sight.s, who)
  const { frames, ended } = task === null ? { frames: [], ended: 'the task has ended' } : framesOf(sight, task, level + 2)
  const [inner, caller] = frames.slice(level)
  if (task === null || inner === undefined || caller === undefined) throw new NoWay(`there is no frame to go out to: ${ended}`)
  // Right below the caller's stack pointer, as it is again once the frame is left: deeper calls of the same function are not meant.
  return { address: caller.pc, stackAbove: (inner.cfa ?? Number(regBig(sight.s.k, task, REG.sp))) - 1 }
}
