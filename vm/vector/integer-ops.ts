// What integer instructions do to elements: on numbers where every width that takes part has at most 32 bits, else on BigInts. Results
// are cut to their width where they are stored. `bits` is the width of the destination.
import type { IntegerOp, MultiplyAddOp } from '../isa/index.ts'
import { roundBig, roundNumber } from './rounding.ts'
import type { VectorUnit } from './unit.ts'

interface Op {
  /** How the element of vs2 and the other operand are read. */
  signed: readonly [a: boolean, b: boolean]
  number: (a: number, b: number, bits: number, u: VectorUnit) => number
  big: (a: bigint, b: bigint, bits: bigint, u: VectorUnit) => bigint
}
const SIGNED = [true, true] as const
const UNSIGNED = [false, false] as const
const MIXED = [true, false] as const

const op = (signed: Op['signed'], number: Op['number'], big: Op['big']): Op => ({ signed, number, big })
/** For those that are rare, or whose numbers get too large: on BigInts at every width. */
const onBig = (signed: Op['signed'], big: Op['big']): Op =>
  op(signed, (a, b, bits, u) => Number(big(BigInt(a), BigInt(b), BigInt(bits), u)), big)

function clampNumber(value: number, low: number, high: number, u: VectorUnit): number {
  if (value >= low && value <= high) return value
  u.saturate()
  return value < low ? low : high
}
function clampBig(value: bigint, low: bigint, high: bigint, u: VectorUnit): bigint {
  if (value >= low && value <= high) return value
  u.saturate()
  return value < low ? low : high
}
const signedNumber = (value: number, bits: number, u: VectorUnit): number => clampNumber(value, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, u)
const signedBig = (value: bigint, bits: bigint, u: VectorUnit): bigint => clampBig(value, -(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n, u)
const unsignedNumber = (value: number, bits: number, u: VectorUnit): number => clampNumber(value, 0, 2 ** bits - 1, u)
const unsignedBig = (value: bigint, bits: bigint, u: VectorUnit): bigint => clampBig(value, 0n, (1n << bits) - 1n, u)

const HALF_WORD = 16
/** Low bits of a product: doubles are exact for factors of 16 bits, `imul` for the low word of larger ones. */
const product = (a: number, b: number, bits: number): number => (bits <= HALF_WORD ? a * b : Math.imul(a, b))
/** High half of a product. */
const high =
  (big: Op['big']): Op['number'] =>
  (a, b, bits, u) =>
    bits <= HALF_WORD ? Math.floor((a * b) / 2 ** bits) : Number(big(BigInt(a), BigInt(b), BigInt(bits), u))
const highBig: Op['big'] = (a, b, bits) => (a * b) >> bits

const quotient: Op['number'] = (a, b) => (b === 0 ? -1 : Math.trunc(a / b))
const quotientBig: Op['big'] = (a, b) => (b === 0n ? -1n : a / b)
const remainder: Op['number'] = (a, b) => (b === 0 ? a : a % b)
const remainderBig: Op['big'] = (a, b) => (b === 0n ? a : a % b)

const average = (signed: Op['signed'], sign: 1 | -1): Op =>
  op(
    signed,
    (a, b, _bits, u) => roundNumber(a + sign * b, 1, u.vxrm),
    (a, b, _bits, u) => roundBig(a + BigInt(sign) * b, 1n, u.vxrm),
  )
const sum = (signed: Op['signed']): Op =>
  op(
    signed,
    (a, b) => a + b,
    (a, b) => a + b,
  )
const difference = (signed: Op['signed']): Op =>
  op(
    signed,
    (a, b) => a - b,
    (a, b) => a - b,
  )
const products = (signed: Op['signed']): Op => op(signed, product, (a, b) => a * b)
const least = (signed: Op['signed']): Op =>
  op(
    signed,
    (a, b) => (a < b ? a : b),
    (a, b) => (a < b ? a : b),
  )
const most = (signed: Op['signed']): Op =>
  op(
    signed,
    (a, b) => (a > b ? a : b),
    (a, b) => (a > b ? a : b),
  )
/** Distances of shifts: their low bits count, as many as the operand's width has numbers. A narrowing shift's operand is twice as wide. */
const narrowed = (b: number, bits: number): number => b & (2 * bits - 1)
const narrowedBig = (b: bigint, bits: bigint): bigint => b & (2n * bits - 1n)

export const integerOps: Readonly<Record<IntegerOp, Op>> = {
  add: sum(SIGNED),
  addu: sum(UNSIGNED),
  sub: difference(SIGNED),
  subu: difference(UNSIGNED),
  rsub: op(
    SIGNED,
    (a, b) => b - a,
    (a, b) => b - a,
  ),
  minu: least(UNSIGNED),
  min: least(SIGNED),
  maxu: most(UNSIGNED),
  max: most(SIGNED),
  and: op(
    SIGNED,
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  or: op(
    SIGNED,
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  xor: op(
    SIGNED,
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  sll: op(
    UNSIGNED,
    (a, b, bits) => a << (b & (bits - 1)),
    (a, b, bits) => a << (b & (bits - 1n)),
  ),
  srl: op(
    UNSIGNED,
    (a, b, bits) => a >>> (b & (bits - 1)),
    (a, b, bits) => a >> (b & (bits - 1n)),
  ),
  sra: op(
    SIGNED,
    (a, b, bits) => a >> (b & (bits - 1)),
    (a, b, bits) => a >> (b & (bits - 1n)),
  ),
  mul: products(SIGNED),
  mulu: products(UNSIGNED),
  mulsu: products(MIXED),
  mulh: op(SIGNED, high(highBig), highBig),
  mulhu: op(UNSIGNED, high(highBig), highBig),
  mulhsu: op(MIXED, high(highBig), highBig),
  div: op(SIGNED, quotient, quotientBig),
  divu: op(UNSIGNED, quotient, quotientBig),
  rem: op(SIGNED, remainder, remainderBig),
  remu: op(UNSIGNED, remainder, remainderBig),
  saddu: op(
    UNSIGNED,
    (a, b, bits, u) => unsignedNumber(a + b, bits, u),
    (a, b, bits, u) => unsignedBig(a + b, bits, u),
  ),
  sadd: op(
    SIGNED,
    (a, b, bits, u) => signedNumber(a + b, bits, u),
    (a, b, bits, u) => signedBig(a + b, bits, u),
  ),
  ssubu: op(
    UNSIGNED,
    (a, b, bits, u) => unsignedNumber(a - b, bits, u),
    (a, b, bits, u) => unsignedBig(a - b, bits, u),
  ),
  ssub: op(
    SIGNED,
    (a, b, bits, u) => signedNumber(a - b, bits, u),
    (a, b, bits, u) => signedBig(a - b, bits, u),
  ),
  aaddu: average(UNSIGNED, 1),
  aadd: average(SIGNED, 1),
  asubu: average(UNSIGNED, -1),
  asub: average(SIGNED, -1),
  smul: onBig(SIGNED, (a, b, bits, u) => signedBig(roundBig(a * b, bits - 1n, u.vxrm), bits, u)),
  ssrl: op(
    UNSIGNED,
    (a, b, bits, u) => roundNumber(a, b & (bits - 1), u.vxrm),
    (a, b, bits, u) => roundBig(a, b & (bits - 1n), u.vxrm),
  ),
  ssra: op(
    SIGNED,
    (a, b, bits, u) => roundNumber(a, b & (bits - 1), u.vxrm),
    (a, b, bits, u) => roundBig(a, b & (bits - 1n), u.vxrm),
  ),
  nclip: op(
    SIGNED,
    (a, b, bits, u) => signedNumber(roundNumber(a, narrowed(b, bits), u.vxrm), bits, u),
    (a, b, bits, u) => signedBig(roundBig(a, narrowedBig(b, bits), u.vxrm), bits, u),
  ),
  nclipu: op(
    UNSIGNED,
    (a, b, bits, u) => unsignedNumber(roundNumber(a, narrowed(b, bits), u.vxrm), bits, u),
    (a, b, bits, u) => unsignedBig(roundBig(a, narrowedBig(b, bits), u.vxrm), bits, u),
  ),
}

interface MultiplyAdd {
  signed: readonly [a: boolean, b: boolean]
  number: (a: number, b: number, d: number, bits: number) => number
  big: (a: bigint, b: bigint, d: bigint) => bigint
}
const accumulate = (signed: MultiplyAdd['signed']): MultiplyAdd => ({
  signed,
  number: (a, b, d, bits) => product(a, b, bits) + d,
  big: (a, b, d) => a * b + d,
})
/** a is the element of vs2, b the other operand, d what the destination holds. */
export const multiplyAddOps: Readonly<Record<MultiplyAddOp, MultiplyAdd>> = {
  macc: accumulate(SIGNED),
  maccu: accumulate(UNSIGNED),
  maccus: accumulate([true, false]),
  maccsu: accumulate([false, true]),
  nmsac: { signed: SIGNED, number: (a, b, d, bits) => d - product(a, b, bits), big: (a, b, d) => d - a * b },
  madd: { signed: SIGNED, number: (a, b, d, bits) => product(b, d, bits) + a, big: (a, b, d) => b * d + a },
  nmsub: { signed: SIGNED, number: (a, b, d, bits) => a - product(b, d, bits), big: (a, b, d) => a - b * d },
}
