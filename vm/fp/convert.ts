// Conversions between the float formats and integers.
import type { FloatFormat, NumberType } from '../isa/index.ts'
import { canonicalNan, infinity, NV, NX, round, RTZ, shiftRight, unpack, zero, type Result, type RoundingMode } from './format.ts'

type IntegerType = Exclude<NumberType, 'f16' | 'f32' | 'f64'>

const FLOATS: Partial<Record<NumberType, FloatFormat>> = { f16: 16, f32: 32, f64: 64 }
const INTEGERS: Record<IntegerType, { bits: number; signed: boolean }> = {
  i32: { bits: 32, signed: true },
  u32: { bits: 32, signed: false },
  i64: { bits: 64, signed: true },
  u64: { bits: 64, signed: false },
}
const isInteger = (type: NumberType): type is IntegerType => type in INTEGERS

/**
 * `bits` of type `from` as type `to`. A 32-bit integer operand is looked at in its low 32 bits; an integer result comes sign- or
 * zero-extended to 64 bits. Integers saturate, invalid; a NaN gives the largest one.
 */
export function convert(from: NumberType, to: NumberType, rm: RoundingMode, bits: bigint): Result {
  if (isInteger(from)) {
    if (isInteger(to)) throw new Error(`no conversion from ${from} to ${to}`)
    return fromInteger(from, formatOf(to), rm, bits)
  }
  return isInteger(to) ? toInteger(formatOf(from), to, rm, bits) : betweenFloats(formatOf(from), formatOf(to), rm, bits)
}

function formatOf(type: NumberType): FloatFormat {
  const format = FLOATS[type]
  if (!format) throw new Error(`${type} is not a float`)
  return format
}

function fromInteger(from: IntegerType, to: FloatFormat, rm: RoundingMode, bits: bigint): Result {
  const type = INTEGERS[from]
  const value = type.signed ? BigInt.asIntN(type.bits, bits) : BigInt.asUintN(type.bits, bits)
  if (value === 0n) return { bits: zero(to, false), flags: 0 }
  return round(to, rm, value < 0n, value < 0n ? -value : value, 0)
}

function toInteger(from: FloatFormat, to: IntegerType, rm: RoundingMode, bits: bigint): Result {
  const type = INTEGERS[to]
  const max = (1n << BigInt(type.signed ? type.bits - 1 : type.bits)) - 1n
  const min = type.signed ? -max - 1n : 0n
  const answer = (value: bigint, flags: number): Result => ({ bits: BigInt.asUintN(64, value), flags })
  const v = unpack(from, bits)
  if (v.kind === 'nan') return answer(max, NV)
  if (v.kind === 'infinity') return answer(v.sign ? min : max, NV)
  if (v.kind === 'zero') return answer(0n, 0)
  const { quotient, inexact } = shiftRight(v.significand, -v.exponent, rm, v.sign)
  const value = v.sign ? -quotient : quotient
  if (value > max) return answer(max, NV)
  if (value < min) return answer(min, NV)
  return answer(value, inexact ? NX : 0)
}

/** A double towards zero, as the low 32 bits of the integer, sign-extended; flags as for a conversion to 32 bits. */
export function truncateModulo(bits: bigint): Result {
  const { flags } = toInteger(64, 'i32', RTZ, bits)
  const v = unpack(64, bits)
  if (v.kind !== 'finite') return { bits: 0n, flags }
  const { quotient } = shiftRight(v.significand, -v.exponent, RTZ, v.sign)
  return { bits: BigInt.asUintN(64, BigInt.asIntN(32, v.sign ? -quotient : quotient)), flags }
}

function betweenFloats(from: FloatFormat, to: FloatFormat, rm: RoundingMode, bits: bigint): Result {
  const v = unpack(from, bits)
  if (v.kind === 'nan') return { bits: canonicalNan(to), flags: v.signaling ? NV : 0 }
  if (v.kind === 'infinity') return { bits: infinity(to, v.sign), flags: 0 }
  if (v.kind === 'zero') return { bits: zero(to, v.sign), flags: 0 }
  return round(to, rm, v.sign, v.significand, v.exponent)
}
