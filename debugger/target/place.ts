// Where a run wants to come to, and where a step over a call is done: the same for tasks of an operating system and for harts alone.
import { lengthOfCall } from './code.ts'
import type { Decoded } from '../../vm/index.ts'

/** An address, and how deep the stack may be there: what was called from below is still running then. */
export interface Way {
  address: number
  /** Missing: it does not matter. */
  stackAbove?: number
}

/** Addresses that a run wants to come to, whoever else stops there: it is a step of those that count. */
export interface Place<T> {
  addresses: readonly number[]
  counts(who: T): boolean
}

/** The end of a way, for those that are meant. */
export const placeOf = <T>({ address, stackAbove }: Way, isMeant: (who: T) => boolean, spOf: (who: T) => bigint): Place<T> => ({
  addresses: [address],
  counts: who => isMeant(who) && (stackAbove === undefined || spOf(who) > BigInt(stackAbove)),
})

/** Somebody who is before an instruction (null: nothing can be read or decoded there). */
export interface Standing {
  pc: number
  sp: bigint
  instruction: Decoded | null
}

/** A step over: one instruction, or the way to where what it calls has returned. */
export function overBy<M>({ pc, sp, instruction }: Standing, one: () => M, to: (way: Way) => M): M {
  const length = lengthOfCall(instruction)
  return length === 0 ? one() : to({ address: pc + length, stackAbove: Number(sp) - 1 })
}
