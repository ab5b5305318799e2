// What IEEE 754 numbers are, and the one place where rounding happens: every operation computes an exact result (or one with a
// sticky last bit) as integers, and `round` makes bits and flags of it. Slow and plainly right, for the reference engine, the
// rare cases of the fast ones, and as the oracle of both.
import type { FloatFormat } from '../isa/index.ts'

/** The rounding modes as `rm` and `frm` encode them: 0 nearest-even, 1 towards zero, 2 down, 3 up, 4 nearest, ties away from zero. */
export type RoundingMode = 0 | 1 | 2 | 3 | 4
export const RNE = 0
export const RTZ = 1
export const RDN = 2
export const RUP = 3
export const RMM = 4

/** Exception flags as fflags holds them. */
export const NX = 1
export const UF = 2
export const OF = 4
export const DZ = 8
export const NV = 16

export interface Result {
  /** Raw bits, unsigned: 16, 32 or 64 of them for a float, 64 (sign- or zero-extended by type) for an integer. */
  bits: bigint
  flags: number
}

interface Layout {
  /** Bits of the significand, the hidden one included. */
  precision: number
  /** Exponents of the smallest and largest normal numbers. */
  minExponent: number
  maxExponent: number
  signShift: bigint
  exponentMask: bigint
  fractionMask: bigint
  canonicalNan: bigint
}

const layoutOf = (precision: number, exponentBits: number): Layout => {
  const maxExponent = 2 ** (exponentBits - 1) - 1
  const fractionBits = BigInt(precision - 1)
  const exponentMask = (1n << BigInt(exponentBits)) - 1n
  return {
    precision,
    minExponent: 1 - maxExponent,
    maxExponent,
    signShift: fractionBits + BigInt(exponentBits),
    exponentMask,
    fractionMask: (1n << fractionBits) - 1n,
    canonicalNan: (exponentMask << fractionBits) | (1n << (fractionBits - 1n)),
  }
}

export const layouts: Readonly<Record<FloatFormat, Layout>> = { 16: layoutOf(11, 5), 32: layoutOf(24, 8), 64: layoutOf(53, 11) }

/** A number taken apart: finite ones are (-1)^sign * significand * 2^exponent, with significand > 0. */
export type Unpacked =
  | { kind: 'nan'; signaling: boolean }
  | { kind: 'infinity'; sign: boolean }
  | { kind: 'zero'; sign: boolean }
  | { kind: 'finite'; sign: boolean; significand: bigint; exponent: number; normal: boolean }

export function unpack(format: FloatFormat, bits: bigint): Unpacked {
  const { precision, minExponent, maxExponent, signShift, exponentMask, fractionMask } = layouts[format]
  const fractionBits = BigInt(precision - 1)
  const sign = ((bits >> signShift) & 1n) === 1n
  const biased = (bits >> fractionBits) & exponentMask
  const fraction = bits & fractionMask
  if (biased === exponentMask) {
    return fraction === 0n ? { kind: 'infinity', sign } : { kind: 'nan', signaling: fraction >> (fractionBits - 1n) === 0n }
  }
  if (biased === 0n) {
    if (fraction === 0n) return { kind: 'zero', sign }
    return { kind: 'finite', sign, significand: fraction, exponent: minExponent - (precision - 1), normal: false }
  }
  const exponent = Number(biased) - maxExponent - (precision - 1)
  return { kind: 'finite', sign, significand: fraction | (1n << fractionBits), exponent, normal: true }
}

export const canonicalNan = (format: FloatFormat): bigint => layouts[format].canonicalNan
export const zero = (format: FloatFormat, sign: boolean): bigint => (sign ? 1n << layouts[format].signShift : 0n)
export function infinity(format: FloatFormat, sign: boolean): bigint {
  const { exponentMask, precision } = layouts[format]
  return zero(format, sign) | (exponentMask << BigInt(precision - 1))
}

const HEX_DIGIT_BITS = 4
/** Bits in a positive integer: 1 for 1n, 2 for 2n and 3n. */
export function bitLength(v: bigint): number {
  const hex = v.toString(16)
  return hex.length * HEX_DIGIT_BITS - (Math.clz32(parseInt(hex[0], 16)) - 28)
}

export interface Rounded {
  quotient: bigint
  inexact: boolean
}

/** magnitude / 2^shift rounded to an integer; `sign` is that of the number, for the directed modes. */
export function shiftRight(magnitude: bigint, shift: number, rm: RoundingMode, sign: boolean): Rounded {
  if (shift <= 0) return { quotient: magnitude << BigInt(-shift), inexact: false }
  const by = BigInt(shift)
  const quotient = magnitude >> by
  const rest = magnitude - (quotient << by)
  if (rest === 0n) return { quotient, inexact: false }
  return { quotient: quotient + (roundsAway(quotient, rest, 1n << (by - 1n), rm, sign) ? 1n : 0n), inexact: true }
}

function roundsAway(quotient: bigint, rest: bigint, half: bigint, rm: RoundingMode, sign: boolean): boolean {
  switch (rm) {
    case RNE:
      return rest > half || (rest === half && (quotient & 1n) === 1n)
    case RTZ:
      return false
    case RDN:
      return sign
    case RUP:
      return !sign
    case RMM:
      return rest >= half
  }
}

/**
 * The float nearest to (-1)^sign * significand * 2^exponent in the mode's sense. significand > 0; where it stands for something
 * inexact, its last bit must be sticky and at least two bits below the last one kept.
 * Underflow is detected after rounding (Unprivileged spec, F extension, fcsr).
 */
export function round(format: FloatFormat, rm: RoundingMode, sign: boolean, significand: bigint, exponent: number): Result {
  const { precision, minExponent, maxExponent, signShift, fractionMask } = layouts[format]
  const top = exponent + bitLength(significand) - 1
  const last = Math.max(top, minExponent) - (precision - 1)
  const { quotient, inexact } = shiftRight(significand, last - exponent, rm, sign)
  const bits = zero(format, sign)
  if (quotient === 0n) return { bits, flags: UF | NX }

  const carried = bitLength(quotient) > precision
  const resultTop = last + bitLength(quotient) - 1
  if (resultTop > maxExponent) return { bits: overflow(format, rm, sign), flags: OF | NX }
  const fraction = carried ? quotient >> 1n : quotient
  const biased = fraction >> BigInt(precision - 1) === 0n ? 0n : BigInt(last + (carried ? 1 : 0) + (precision - 1) + maxExponent)
  const tiny = inexact && top < minExponent && staysTiny(format, rm, sign, significand, exponent, top)
  const flags = (inexact ? NX : 0) | (tiny ? UF : 0)
  return { bits: bits | (biased << (signShift - exponentBits(format))) | (fraction & fractionMask), flags }
}

const exponentBits = (format: FloatFormat): bigint => layouts[format].signShift - BigInt(layouts[format].precision - 1)

// Rounded as if exponents had no lower bound, does it still lie below the smallest normal number?
function staysTiny(format: FloatFormat, rm: RoundingMode, sign: boolean, significand: bigint, exponent: number, top: number): boolean {
  const { precision, minExponent } = layouts[format]
  if (top < minExponent - 1) return true
  const { quotient } = shiftRight(significand, top - (precision - 1) - exponent, rm, sign)
  return bitLength(quotient) <= precision
}

function overflow(format: FloatFormat, rm: RoundingMode, sign: boolean): bigint {
  const toInfinity = rm === RNE || rm === RMM || rm === (sign ? RDN : RUP)
  return toInfinity ? infinity(format, sign) : infinity(format, sign) - 1n
}
