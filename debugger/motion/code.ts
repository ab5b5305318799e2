// What the instruction is that a task is before: a call, or a return.
import { regPc, type Task } from '../../kernel/index.ts'
import { decode, instructionLength, isCall, isReturn, type Decoded } from '../../vm/index.ts'
import { readMemory, type Session } from '../session/index.ts'

/** What a task is before, null where nothing can be read or decoded. */
function instructionAt(s: Session, task: Task): Decoded | null {
  const bytes = readMemory(s, task, regPc(s.k, task), 4)
  if (bytes.length < 2) return null
  const half = bytes[0] | (bytes[1] << 8)
  if (instructionLength(half) === 2) return decode(half)
  return bytes.length < 4 ? null : decode(half | (bytes[2] << 16) | (bytes[3] << 24))
}

/** Length of the call instruction that a task is before, 0 for any other. */
export function callLength(s: Session, task: Task): number {
  const instruction = instructionAt(s, task)
  return instruction !== null && isCall(instruction) ? instruction.length : 0
}

/** The instruction that a task is before is a call that returns to an address. */
export function isCallTo(s: Session, task: Task, back: number): boolean {
  const length = callLength(s, task)
  return length > 0 && regPc(s.k, task) + length === back
}

/** Where calls that return to an address may be. */
export const callsBefore = (back: number): number[] => [back - 2, back - 4]

/** The instruction that a task is before leaves a function. */
export function returns(s: Session, task: Task): boolean {
  const instruction = instructionAt(s, task)
  return instruction !== null && isReturn(instruction)
}
