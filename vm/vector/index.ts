// Vector instructions: element loops over a hart's registers as bytes, by what the row of an instruction says. The reference engine runs
// them; the others leave to it.
import type { Decoded, VectorIsa, VectorOp } from '../isa/index.ts'
import type { Hart } from '../state.ts'
import { config } from './config.ts'
import { convertElements, float, floatCompare, floatMultiplyAdd, floatReduce, floatUnary } from './float.ts'
import { carry, carryOut, compare, extend, integer, merge, multiplyAdd } from './integer.ts'
import { index, iota, maskCount, maskLogic, maskSet } from './mask.ts'
import { memory } from './memory.ts'
import { compress, floatScalar, floatToScalar, fromScalar, gather, moveWhole, scalarToFloat, slide, slide1, toScalar } from './permute.ts'
import { reduce } from './reduce.ts'
import type { VectorUnit } from './unit.ts'

export { legalVector } from './config.ts'
export { VectorUnit, type VectorHost } from './unit.ts'

const mergeOrMove = (u: VectorUnit, op: Extract<VectorOp, { kind: 'merge' | 'move' }>): void => {
  u.typed()
  merge(u, op, op.source === 'f' ? floatScalar(u) : 0n)
}

type Kinds = { [K in VectorOp['kind']]: (u: VectorUnit, op: Extract<VectorOp, { kind: K }>) => void }
const KINDS: Kinds = {
  config,
  load: memory,
  store: memory,
  integer,
  multiplyAdd,
  carry,
  carryOut,
  compare,
  extend,
  merge: mergeOrMove,
  move: mergeOrMove,
  reduce,
  maskLogic,
  maskCount,
  maskSet,
  iota,
  index,
  compress,
  toScalar,
  fromScalar,
  floatToScalar,
  scalarToFloat,
  gather,
  slide,
  slide1,
  moveWhole,
  float,
  floatMultiplyAdd,
  floatCompare,
  floatUnary,
  floatReduce,
  convert: convertElements,
}

/** Runs one vector instruction of a hart. */
export function runVector<K extends VectorOp['kind']>(
  u: VectorUnit,
  hart: Hart,
  isa: VectorIsa | null,
  d: Decoded,
  op: Extract<VectorOp, { kind: K }>,
): void {
  u.begin(hart, isa, d)
  const run: (u: VectorUnit, op: Extract<VectorOp, { kind: K }>) => void = KINDS[op.kind as K]
  run(u, op)
  u.end()
}
