// What the instruction is that a task is before: a call, or a return.
import { regPc, type Task } from '../../kernel/index.ts'
import { readMemory, type Session } from '../session/index.ts'

export const RA = 1
export const SP = 2

const LINK_JUMPS = { jal: 0x6f, jalr: 0x67 } as const
const RETURNS = { 'c.jr ra': 0x8082, ret: 0x8067 } as const

/** Length of the call instruction that a task is before, 0 for any other: jal and jalr that keep the way back in ra. */
export function callLength(s: Session, task: Task): number {
  const bytes = readMemory(s, task, regPc(s.k, task), 4)
  if (bytes.length < 2) return 0
  const half = bytes[0] | (bytes[1] << 8)
  if ((half & 3) !== 3) return (half & 0xf07f) === 0x9002 && (half & 0x0f80) !== 0 ? 2 : 0
  if (bytes.length < 4) return 0
  const opcode = half & 0x7f
  const rd = (half >> 7) & 31
  return rd === RA && (opcode === LINK_JUMPS.jal || opcode === LINK_JUMPS.jalr) ? 4 : 0
}

/** The instruction that a task is before is a call that returns to an address. */
export function isCallTo(s: Session, task: Task, back: number): boolean {
  const length = callLength(s, task)
  return length > 0 && regPc(s.k, task) + length === back
}

/** Where calls that return to an address may be. */
export const callsBefore = (back: number): number[] => [back - 2, back - 4]

/** The instruction that a task is before leaves a function. */
export function isReturn(s: Session, task: Task): boolean {
  const bytes = readMemory(s, task, regPc(s.k, task), 4)
  const half = bytes[0] | (bytes[1] << 8)
  return half === RETURNS['c.jr ra'] || (half === RETURNS.ret && bytes[2] === 0 && bytes[3] === 0)
}
