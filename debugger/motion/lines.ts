// Lines of source as motions see them: where they begin and end, and where functions' bodies begin.
import { regPc, type Task } from '../../kernel/index.ts'
import { functionAddressesInSpace, statementInSpace, symbolInSpace, type SymbolSpace } from '../symbols/index.ts'
import { spaceOf } from './sight.ts'
import type { Sight } from './types.ts'

export interface Line {
  file: string
  /** 0: code that the compiler made, of no line. */
  line: number
  /** Addresses [start, end). */
  start: number
  end: number
  /** A statement begins where one stands. */
  isStart: boolean
}

/** The line of an address; null: there are no lines. */
export function lineOf(space: SymbolSpace, pc: number): Line | null {
  const found = statementInSpace(space, pc)
  if (found === null) return null
  const { start, end, place } = found
  return { start, end, file: place.file, line: place.line, isStart: pc === start && place.isStatement && place.line !== 0 }
}

/** The line that a task is in. */
export const lineOfTask = (sight: Sight, task: Task): Line | null => lineOf(spaceOf(sight, task), regPc(sight.s.k, task))

/** Where the body of a function that was just called begins. */
export function bodyOf(space: SymbolSpace, pc: number): number {
  const symbol = symbolInSpace(space, pc, true)
  const body = symbol === null ? undefined : functionAddressesInSpace(space, symbol.name).find(address => address >= pc)
  return symbol !== null && symbol.address === pc && body !== undefined ? body : pc
}

/** The function that a task is in, by its address. */
export const functionOf = (sight: Sight, task: Task): number | undefined =>
  symbolInSpace(spaceOf(sight, task), regPc(sight.s.k, task), true)?.address
