// How a stopped task is seen by an editor: its frames by their levels, registers of any of them, and names of addresses.
import type { Task } from '../../kernel/index.ts'
import { fByName, xByName } from '../../vm/index.ts'
import { framesOf, readerOf, spaceOf, X_REGISTERS, type Sight } from '../motion/index.ts'
import { readRegister } from '../session/index.ts'
import { describeInSpace, lineInSpace, type StackFrame, type ValueSource } from '../symbols/index.ts'

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
