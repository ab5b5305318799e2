// A stopped task as the unwinder wants it: its registers and memory, read without changing anything.
import { REG } from '../../vm/index.ts'
import { findRegion, peekUser, PROT_EXEC, regBig, regF, regPc, type Kernel, type Task } from '../../kernel/index.ts'
import { loadTask, type DebugFileCache } from './load.ts'
import { fileAt, lineInSpace, symbolInSpace, type SymbolSpace } from './space.ts'
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

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function placeText(space: SymbolSpace, pc: number, lookup: number): string | null {
  const file = fileAt(space, lookup)
  const symbol = symbolInSpace(space, lookup, true)
  if (symbol === null) return file && `in ${baseName(file.file.name)}`
  const line = lineInSpace(space, lookup)
  const offset = pc - symbol.address
  if (line !== null) return `${symbol.name} (${baseName(line.file)}:${line.line})`
  return `${symbol.name}${offset > 0 ? `+0x${offset.toString(16)}` : ''}`
}

/** Frames that are looked at for one whose source is known. */
const MOST_FRAMES = 16

const isCode = ({ mm }: Task, address: number): boolean => {
  const region = mm && findRegion(mm, address)
  return region !== null && (region.prot & PROT_EXEC) !== 0
}

/**
 * Where a task stands, as a sentence goes on behind its pc: `, main (null.s:3)`. In a library without lines, or in no code at all, also where
 * it came from. '' if nobody knows.
 */
export function placeOfTask(k: Kernel, task: Task): string {
  const here = regPc(k, task)
  const { frames, space } = backtraceOf(k, task, new Map(), MOST_FRAMES)
  const stands = isCode(task, here)
  const place = stands ? placeText(space, here, here) : null
  const own = place === null ? '' : `, ${place}`
  if (stands && lineInSpace(space, here) !== null) return own
  // A jump into nowhere left no frame, but where it would have returned to.
  const ra = Number(regBig(k, task, REG.ra))
  const outer = stands ? frames.slice(1).map(({ pc, lookup }) => ({ pc, lookup })) : [{ pc: ra, lookup: ra - 1 }]
  const caller = outer.find(({ lookup }) => lineInSpace(space, lookup) !== null) ?? (stands ? undefined : outer[0])
  const from = caller === undefined || !isCode(task, caller.lookup) ? null : placeText(space, caller.pc, caller.lookup)
  return from === null ? own : `${own}, called from ${from}`
}
