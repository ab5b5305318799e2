// For tests of floating point: operands that are hard. Subnormal ones, numbers near overflow, few significant bits, halves of last bits, NaNs,
// infinities; and three of which the third nearly cancels the product of the others.
import type { FloatFormat, Random } from '../isa/index.ts'
import { arithmetic } from './arithmetic.ts'

/** Those that every host computes in. */
export type HostFormat = Exclude<FloatFormat, 16>

export const u64 = (v: bigint): bigint => BigInt.asUintN(64, v)
export const BOX = 0xffffffff_00000000n
const CANONICAL = 0x7fc00000n
/** The single in a register. */
export const unbox = (v: bigint): bigint => ((v & BOX) === BOX ? v & 0xffffffffn : CANONICAL)
export const wide = (random: Random): bigint => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))

export const SHAPES: Record<HostFormat, { width: bigint; fraction: bigint }> = {
  32: { width: 32n, fraction: 23n },
  64: { width: 64n, fraction: 52n },
}

/** Bits that are often special: near one, subnormal, near overflow, few significant bits, NaNs, infinities. */
function floatBits(format: HostFormat, random: Random): bigint {
  const { width, fraction } = SHAPES[format]
  const top = (1n << (width - 1n - fraction)) - 1n
  const bias = top >> 1n
  const exponents = [
    0n,
    0n,
    1n,
    2n,
    bias,
    bias + BigInt(random(9) - 4),
    bias + BigInt(random(140) - 70),
    top - 1n,
    top,
    BigInt(random(Number(top))),
  ]
  const bits = wide(random)
  const mantissas = [bits, bits >> 40n, bits << BigInt(random(52)), ~(bits >> 45n), 0n, 1n, -1n]
  const mantissa = mantissas[random(mantissas.length)] & ((1n << fraction) - 1n)
  return (BigInt(random(2)) << (width - 1n)) | (exponents[random(exponents.length)] << fraction) | mantissa
}

/** A number whose product with another one, or the quotient by it, is near the smallest normal number or the largest. */
function atEdge(format: HostFormat, other: bigint, random: Random): bigint {
  const { width, fraction } = SHAPES[format]
  const top = (1n << (width - 1n - fraction)) - 1n
  const bias = top >> 1n
  const exponent = (other >> fraction) & top
  const edge = [1n, top - 1n][random(2)] + BigInt(random(5) - 3)
  const wanted = random(2) === 0 ? edge - exponent + bias : exponent - edge + bias
  if (wanted < 0n || wanted > top) return other
  const bits = (floatBits(format, random) & ~(top << fraction)) | (wanted << fraction)
  return format === 64 ? bits : bits | BOX
}

/** Two numbers whose product is halfway between two of the format, and a third one far below that decides. */
function halfway(format: HostFormat, random: Random): [bigint, bigint, bigint] {
  const { width, fraction } = SHAPES[format]
  const bias = (1n << (width - 2n - fraction)) - 1n
  const short = (fraction + 1n) / 2n
  // 1 + odd * 2^-bits, less than 1.25.
  const near = (bits: bigint): bigint => (bias << fraction) | ((BigInt(random(2 ** 9)) * 2n + 1n) << (fraction - bits))
  const below = fraction + 8n + BigInt(random(format === 32 ? 80 : 400))
  const tiny = (BigInt(random(2)) << (width - 1n)) | ((bias - below) << fraction) | (BigInt(random(2 ** 20)) & ((1n << fraction) - 1n))
  return [near(short), near(fraction + 1n - short), tiny]
}

/** Three numbers; single ones are boxed, nearly always. */
export function floatOperands(format: HostFormat, random: Random): [bigint, bigint, bigint] {
  const one = (): bigint => {
    const bits = floatBits(format, random)
    return format === 64 ? bits : random(30) === 0 ? bits | (BigInt(random(2 ** 32)) << 32n) : bits | BOX
  }
  if (random(16) === 0) {
    const hard = halfway(format, random)
    return format === 64 ? hard : [hard[0] | BOX, hard[1] | BOX, hard[2] | BOX]
  }
  const [a, b, c] = [one(), one(), one()]
  if (random(8) === 0) return [a, atEdge(format, a, random), c]
  if (random(4) > 0) return [a, b, c]
  // Cancellation: the addend near the negated product is what fused multiply-add is hard for.
  const read = format === 64 ? u64 : unbox
  const product = arithmetic('mul', format, 0, [read(a), read(b)]).bits ^ (1n << (SHAPES[format].width - 1n))
  const near = product + BigInt(random(5) - 2)
  return [a, random(2) === 0 ? a : b, format === 64 ? u64(near) : BigInt.asUintN(32, near) | BOX]
}
