// A stopped task as the unwinder wants it: its registers and memory, read without changing anything.
import { peekUser, regBig, regF, regPc, type Kernel, type Task } from '../../kernel/index.ts'
import { loadTask, type DebugFileCache } from './load.ts'
import type { SymbolSpace } from './space.ts'
import { unwind, type Backtrace, type FrameRegisters, type ReadMemory } from './unwind.ts'

const FILE_REGISTERS = 32

/** pc and x0-x31, f0-f31 of a task, wherever they are: on its hart or saved. */
export function taskRegisters(k: Kernel, task: Task): { pc: number; values: FrameRegisters } {
  const numbers = Array.from({ length: FILE_REGISTERS }, (_, n) => n)
  const values = [...numbers.map(n => regBig(k, task, n)), ...numbers.map(n => regF(k, task, n))]
  return { pc: regPc(k, task), values: values.map(value => BigInt.asUintN(64, value)) }
}

/** Memory of a task for tables and values: what is not in memory cannot be had. */
export const taskMemory =
  (k: Kernel, task: Task): ReadMemory =>
  (address, length) =>
    Number.isSafeInteger(address) && address >= 0 ? peekUser(k, task, address, length) : null

/** The stack of calls of a task, with the symbols of what it has mapped just now. */
export function backtraceOf(k: Kernel, task: Task, cache: DebugFileCache, limit?: number): Backtrace & { space: SymbolSpace } {
  const space = loadTask(k, task, cache)
  return { ...unwind(space, taskRegisters(k, task), taskMemory(k, task), limit), space }
}
