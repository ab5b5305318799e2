// How a stopped task is seen by an editor: its symbols, its frames, and registers of any of them. Nothing is kept but the files' tables,
// so that it is right wherever time went meanwhile.
import { regF, usesFp, type Kernel, type Task } from '../../kernel/index.ts'
import { fByName, xByName } from '../../vm/index.ts'
import { readMemory, readRegister, registersOf, type Session } from '../session/index.ts'
import {
  describeInSpace,
  lineInSpace,
  loadTask,
  unwind,
  type Backtrace,
  type DebugFileCache,
  type FrameRegisters,
  type ReadMemory,
  type StackFrame,
  type SymbolSpace,
  type ValueSource,
} from '../symbols/index.ts'

/** Who looks: a session, and the tables of the files that its programs are made of. */
export interface Sight {
  s: Session
  files: DebugFileCache
}

const X_REGISTERS = 32
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
export function framesOf(sight: Sight, task: Task): Backtrace {
  if (task.mm === null) return { frames: [], ended: 'the task has ended' }
  const registers = registersOf(sight.s, task)
  const values: FrameRegisters = [...registers.slice(0, X_REGISTERS), ...floatsOf(sight.s.k, task)]
  return unwind(spaceOf(sight, task), { pc: Number(registers[PC]), values }, readerOf(sight.s, task), MAX_FRAMES)
}

/** A frame by its level, or an Error that can be shown. */
export function frameAt(sight: Sight, task: Task, level: number): StackFrame {
  const frame = framesOf(sight, task).frames[level]
  if (frame === undefined) throw new Error(`task ${task.pid} has no frame ${level}`)
  return frame
}

export const sourceOf = (sight: Sight, task: Task, frame: StackFrame): ValueSource => ({
  space: spaceOf(sight, task),
  frame,
  read: readerOf(sight.s, task),
})

/** DWARF's number of a register's name, or null. */
function frameNumber(name: string): number | null {
  const x = xByName.get(name)
  if (x !== undefined) return x
  const f = fByName.get(name)
  return f === undefined ? null : X_REGISTERS + f
}

/** A register in a frame: of an outer one as its function will find it again. null: there is none such; 'lost': it was not saved. */
export function registerIn(sight: Sight, task: Task, frame: StackFrame, name: string): bigint | 'lost' | null {
  if (frame.level === 0) return readRegister(sight.s, task, name)
  if (name === 'pc') return BigInt(frame.pc)
  const number = frameNumber(name)
  // What is no register of the unit that computes is the same in every frame.
  return number === null ? readRegister(sight.s, task, name) : (frame.registers[number] ?? 'lost')
}

/** Names and source lines of a task's addresses, as views want them. */
export function namesFor(
  sight: Sight,
  task: Task,
): { symbol: (address: number) => string | null; line: (address: number) => string | null } {
  const space = spaceOf(sight, task)
  return {
    symbol: address => describeInSpace(space, address),
    line(address) {
      const place = lineInSpace(space, address)
      return place === null ? null : `${place.file}:${place.line}`
    },
  }
}
