// Operands at random for tests that walk the instruction table. Deterministic: the same seed, the same operands.
import { fieldRange, fieldSpec, type FieldName } from './fields.ts'

/** A whole number from 0 to `below` - 1. */
export type Random = (below: number) => number

/** A generator with 32 bits of state (SplitMix32's mixing), good enough to pick operands with. */
export function randomNumbers(seed: number): Random {
  let state = seed >>> 0
  return below => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * below)
  }
}

/** A value that the field can hold. */
export function randomOperand(field: FieldName, random: Random): number {
  const { table } = fieldSpec(field)
  const values = table?.()
  if (values) return values[random(values.length)]
  const { min, max, multiple, not } = fieldRange(field)
  for (;;) {
    const value = min + multiple * random((max - min) / multiple + 1)
    if (!not.includes(value)) return value
  }
}
