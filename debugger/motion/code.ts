// What the instruction is that a task is before: a call, or a return.
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { isReturn, REG, type Decoded } from '../../vm/index.ts'
import { readMemory, type Session } from '../session/index.ts'
import { instructionIn, lengthOfCall, LONGEST, type Standing } from '../target/index.ts'

/** What a task is before, null where nothing can be read or decoded. */
const instructionAt = (s: Session, task: Task): Decoded | null => instructionIn(readMemory(s, task, regPc(s.k, task), LONGEST))

/** Where a task stands. */
export const standingOf = (s: Session, task: Task): Standing => ({
  pc: regPc(s.k, task),
  sp: regBig(s.k, task, REG.sp),
  instruction: instructionAt(s, task),
})

/** Length of the call instruction that a task is before, 0 for any other. */
export const callLength = (s: Session, task: Task): number => lengthOfCall(instructionAt(s, task))

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
