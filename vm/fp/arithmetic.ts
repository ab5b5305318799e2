// Sum, product, quotient, square root, fused multiply-add, minimum and maximum, with every rounding mode and flag.
// A NaN result is always the canonical one (Unprivileged spec, F extension, "NaN Generation and Propagation").
import type { FloatFormat, FloatOp } from '../isa/index.ts'
import {
  bitLength,
  canonicalNan,
  DZ,
  infinity,
  layouts,
  NV,
  NX,
  RDN,
  round,
  shiftRight,
  unpack,
  zero,
  type Result,
  type RoundingMode,
  type Unpacked,
} from './format.ts'

type Finite = Extract<Unpacked, { kind: 'finite' }>
type NotNan = Exclude<Unpacked, { kind: 'nan' }>

const exact = (bits: bigint): Result => ({ bits, flags: 0 })
const invalid = (format: FloatFormat): Result => ({ bits: canonicalNan(format), flags: NV })
const isSignaling = (v: Unpacked): boolean => v.kind === 'nan' && v.signaling
const isNumber = (v: Unpacked): v is NotNan => v.kind !== 'nan'

interface Scaled {
  /** With its sign. */
  value: bigint
  exponent: number
}
const scaled = (v: NotNan): Scaled =>
  v.kind === 'finite' ? { value: v.sign ? -v.significand : v.significand, exponent: v.exponent } : { value: 0n, exponent: 0 }

// The sign of an exact zero sum: that of both when they agree, else plus, or minus when rounding down.
const zeroSum = (a: boolean, b: boolean, rm: RoundingMode): boolean => (a === b ? a : rm === RDN)

/** a + b where neither is infinite; the signs matter when the sum is zero. */
function sum(format: FloatFormat, rm: RoundingMode, a: Scaled, aSign: boolean, b: Scaled, bSign: boolean): Result {
  const exponent = a.value === 0n ? b.exponent : b.value === 0n ? a.exponent : Math.min(a.exponent, b.exponent)
  const align = (s: Scaled): bigint => (s.value === 0n ? 0n : s.value << BigInt(s.exponent - exponent))
  const total = align(a) + align(b)
  if (total === 0n) return exact(zero(format, zeroSum(aSign, bSign, rm)))
  return round(format, rm, total < 0n, total < 0n ? -total : total, exponent)
}

function add(format: FloatFormat, rm: RoundingMode, a: NotNan, b: NotNan): Result {
  if (a.kind === 'infinity') return b.kind === 'infinity' && a.sign !== b.sign ? invalid(format) : exact(infinity(format, a.sign))
  if (b.kind === 'infinity') return exact(infinity(format, b.sign))
  return sum(format, rm, scaled(a), a.sign, scaled(b), b.sign)
}

const negated = (v: NotNan): NotNan => ({ ...v, sign: !v.sign })

function mul(format: FloatFormat, rm: RoundingMode, a: NotNan, b: NotNan): Result {
  const sign = a.sign !== b.sign
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    return a.kind === 'zero' || b.kind === 'zero' ? invalid(format) : exact(infinity(format, sign))
  }
  if (a.kind === 'zero' || b.kind === 'zero') return exact(zero(format, sign))
  return round(format, rm, sign, a.significand * b.significand, a.exponent + b.exponent)
}

function div(format: FloatFormat, rm: RoundingMode, a: NotNan, b: NotNan): Result {
  const sign = a.sign !== b.sign
  if (a.kind === 'infinity') return b.kind === 'infinity' ? invalid(format) : exact(infinity(format, sign))
  if (b.kind === 'infinity') return exact(zero(format, sign))
  if (b.kind === 'zero') return a.kind === 'zero' ? invalid(format) : { bits: infinity(format, sign), flags: DZ }
  if (a.kind === 'zero') return exact(zero(format, sign))
  return quotient(format, rm, sign, a, b)
}

// Guard bits: a quotient or root is computed to this many more bits than the format keeps, and the remainder goes into the last.
const GUARD_BITS = 4

function quotient(format: FloatFormat, rm: RoundingMode, sign: boolean, a: Finite, b: Finite): Result {
  const wanted = layouts[format].precision + GUARD_BITS
  const shift = Math.max(0, wanted + bitLength(b.significand) - bitLength(a.significand))
  const dividend = a.significand << BigInt(shift)
  const sticky = dividend % b.significand === 0n ? 0n : 1n
  const value = ((dividend / b.significand) << 1n) | sticky
  return round(format, rm, sign, value, a.exponent - b.exponent - shift - 1)
}

function sqrt(format: FloatFormat, rm: RoundingMode, a: NotNan): Result {
  if (a.kind === 'zero') return exact(zero(format, a.sign))
  if (a.sign) return invalid(format)
  if (a.kind === 'infinity') return exact(infinity(format, false))
  const wanted = 2 * (layouts[format].precision + GUARD_BITS)
  const shift = Math.max(0, wanted - bitLength(a.significand))
  // The exponent of the radicand must be even, to be halved.
  const even = shift + ((a.exponent - shift) & 1)
  const radicand = a.significand << BigInt(even)
  const root = integerRoot(radicand)
  const sticky = root * root === radicand ? 0n : 1n
  return round(format, rm, false, (root << 1n) | sticky, (a.exponent - even) / 2 - 1)
}

/** floor(sqrt(v)), by Newton's iteration from above. */
function integerRoot(v: bigint): bigint {
  let guess = 1n << BigInt((bitLength(v) + 1) >> 1)
  for (;;) {
    const next = (guess + v / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}

// Infinity times zero is invalid even when the addend is a quiet NaN (Unprivileged spec, F extension, fused multiply-add).
function madd(format: FloatFormat, rm: RoundingMode, a: Unpacked, b: Unpacked, c: Unpacked): Result {
  const vanishing = (a.kind === 'infinity' && b.kind === 'zero') || (a.kind === 'zero' && b.kind === 'infinity')
  if (vanishing || isSignaling(a) || isSignaling(b) || isSignaling(c)) return invalid(format)
  if (!isNumber(a) || !isNumber(b) || !isNumber(c)) return exact(canonicalNan(format))
  const sign = a.sign !== b.sign
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    return c.kind === 'infinity' && c.sign !== sign ? invalid(format) : exact(infinity(format, sign))
  }
  if (c.kind === 'infinity') return exact(infinity(format, c.sign))
  const [x, y] = [scaled(a), scaled(b)]
  return sum(format, rm, { value: x.value * y.value, exponent: x.exponent + y.exponent }, sign, scaled(c), c.sign)
}

function extreme(format: FloatFormat, larger: boolean, bits: readonly bigint[], a: Unpacked, b: Unpacked): Result {
  const flags = isSignaling(a) || isSignaling(b) ? NV : 0
  if (!isNumber(a)) return { bits: isNumber(b) ? bits[1] : canonicalNan(format), flags }
  if (!isNumber(b)) return { bits: bits[0], flags }
  return { bits: order(format, bits[0]) < order(format, bits[1]) === larger ? bits[1] : bits[0], flags }
}

/** The same, but a NaN if one of them is. */
const strict: typeof extreme = (format, larger, bits, a, b) =>
  isNumber(a) && isNumber(b)
    ? extreme(format, larger, bits, a, b)
    : { bits: canonicalNan(format), flags: isSignaling(a) || isSignaling(b) ? NV : 0 }

/** Rounded to an integer; whether it was one is flagged, or not. */
function integral(format: FloatFormat, rm: RoundingMode, a: NotNan, flagged: boolean): Result {
  if (a.kind === 'infinity') return exact(infinity(format, a.sign))
  if (a.kind === 'zero') return exact(zero(format, a.sign))
  const { quotient, inexact } = shiftRight(a.significand, -a.exponent, rm, a.sign)
  const bits = quotient === 0n ? zero(format, a.sign) : round(format, rm, a.sign, quotient, 0).bits
  return { bits, flags: inexact && flagged ? NX : 0 }
}

/** An integer that grows with the number; -0 comes just before +0. Not for NaNs. */
export function order(format: FloatFormat, bits: bigint): bigint {
  const sign = zero(format, true)
  return bits & sign ? -(bits ^ sign) - 1n : bits
}

type Operation = (format: FloatFormat, rm: RoundingMode, bits: readonly bigint[], args: readonly Unpacked[]) => Result

/** For operations whose NaN result says no more than that an operand was one. */
const ofNumbers =
  (operation: (format: FloatFormat, rm: RoundingMode, a: NotNan, b: NotNan) => Result): Operation =>
  (format, rm, _bits, args) => {
    const numbers = args.filter(isNumber)
    if (numbers.length < args.length) return args.some(isSignaling) ? invalid(format) : exact(canonicalNan(format))
    return operation(format, rm, numbers[0], numbers[1])
  }

const operations: Record<FloatOp, Operation> = {
  add: ofNumbers(add),
  sub: ofNumbers((format, rm, a, b) => add(format, rm, a, negated(b))),
  mul: ofNumbers(mul),
  div: ofNumbers(div),
  sqrt: ofNumbers((format, rm, a) => sqrt(format, rm, a)),
  min: (format, _rm, bits, [a, b]) => extreme(format, false, bits, a, b),
  max: (format, _rm, bits, [a, b]) => extreme(format, true, bits, a, b),
  minm: (format, _rm, bits, [a, b]) => strict(format, false, bits, a, b),
  maxm: (format, _rm, bits, [a, b]) => strict(format, true, bits, a, b),
  round: ofNumbers((format, rm, a) => integral(format, rm, a, false)),
  roundnx: ofNumbers((format, rm, a) => integral(format, rm, a, true)),
  madd: (format, rm, _bits, [a, b, c]) => madd(format, rm, a, b, c),
}

/** `op` on raw bits of one format; minima and maxima ignore the rounding mode. madd is args[0] * args[1] + args[2], rounded once. */
export function arithmetic(op: FloatOp, format: FloatFormat, rm: RoundingMode, args: readonly bigint[]): Result {
  return operations[op](
    format,
    rm,
    args,
    args.map(bits => unpack(format, bits)),
  )
}
