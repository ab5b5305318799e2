// vfrec7 and vfrsqrt7 (Vector spec 13.9, 13.10): estimates good to seven bits, the same on every machine, so that programs may refine them.
import type { FloatFormat } from '../isa/index.ts'
import { classify, DZ, NV, NX, OF, RDN, RTZ, RUP, type Result, type RoundingMode } from '../fp/index.ts'

const BITS = 7
const ENTRIES = 1 << BITS

/** The seven bits are those nearest to the exact answer in the middle of an interval. */
const fraction = (value: number): bigint => BigInt(Math.round((value - 1) * ENTRIES))
/** By the first seven bits of the significand. */
const RECIPROCALS: readonly bigint[] = Array.from({ length: ENTRIES }, (_, n) => fraction(2 / (1 + (n + 0.5) / ENTRIES)))
/** By the exponent's last bit and the first six bits of the significand; an even biased exponent means twice the significand. */
const ROOTS: readonly bigint[] = Array.from({ length: ENTRIES }, (_, n) => {
  const half = ENTRIES / 2
  const significand = 1 + ((n % half) + 0.5) / half
  return fraction(2 / Math.sqrt(n < half ? 2 * significand : significand))
})

// Bits of classify.
const NEGATIVE_INFINITY = 1n << 0n
const NEGATIVE_ZERO = 1n << 3n
const POSITIVE_ZERO = 1n << 4n
const POSITIVE_INFINITY = 1n << 7n
const SIGNALING_NAN = 1n << 8n
const QUIET_NAN = 1n << 9n
const NEGATIVE = 7n

interface Parts {
  significandBits: bigint
  exponentMask: bigint
  /** 127 or 1023. */
  bias: bigint
  nan: bigint
}
const PARTS: Readonly<Record<FloatFormat, Parts>> = {
  16: { significandBits: 10n, exponentMask: 0x1fn, bias: 15n, nan: 0x7e00n },
  32: { significandBits: 23n, exponentMask: 0xffn, bias: 127n, nan: 0x7fc00000n },
  64: { significandBits: 52n, exponentMask: 0x7ffn, bias: 1023n, nan: 0x7ff8000000000000n },
}

/** Biased exponent and significand without its leading one; a subnormal's exponent goes below zero. */
function normal(format: FloatFormat, bits: bigint): { exponent: bigint; significand: bigint } {
  const { significandBits, exponentMask } = PARTS[format]
  const mask = (1n << significandBits) - 1n
  let exponent = (bits >> significandBits) & exponentMask
  let significand = bits & mask
  if (exponent !== 0n) return { exponent, significand }
  while (!(significand >> (significandBits - 1n))) {
    exponent--
    significand <<= 1n
  }
  return { exponent, significand: (significand << 1n) & mask }
}

const infinity = (format: FloatFormat, sign: bigint): bigint =>
  (sign << BigInt(format - 1)) | (PARTS[format].exponentMask << PARTS[format].significandBits)
const zero = (format: FloatFormat, sign: bigint): bigint => sign << BigInt(format - 1)

export function reciprocal(format: FloatFormat, rm: RoundingMode, bits: bigint): Result {
  const { significandBits, bias, nan } = PARTS[format]
  const kind = classify(format, bits)
  const sign = bits >> BigInt(format - 1)
  if (kind === SIGNALING_NAN) return { bits: nan, flags: NV }
  if (kind === QUIET_NAN) return { bits: nan, flags: 0 }
  if (kind === NEGATIVE_INFINITY || kind === POSITIVE_INFINITY) return { bits: zero(format, sign), flags: 0 }
  if (kind === NEGATIVE_ZERO || kind === POSITIVE_ZERO) return { bits: infinity(format, sign), flags: DZ }
  const { exponent, significand } = normal(format, bits)
  if (exponent < -1n) {
    // Too small: its reciprocal overflows.
    const towardsZero = rm === RTZ || (rm === RDN && sign === 0n) || (rm === RUP && sign === 1n)
    return { bits: infinity(format, sign) - (towardsZero ? 1n : 0n), flags: NX | OF }
  }
  const spare = significandBits - BigInt(BITS)
  let answer = RECIPROCALS[Number(significand >> spare)] << spare
  let power = 2n * bias - 1n - exponent
  if (power <= 0n) {
    answer = ((answer >> 1n) | (1n << (significandBits - 1n))) >> -power
    power = 0n
  }
  return { bits: (sign << BigInt(format - 1)) | (power << significandBits) | answer, flags: 0 }
}

export function reciprocalRoot(format: FloatFormat, bits: bigint): Result {
  const { significandBits, bias, nan } = PARTS[format]
  const kind = classify(format, bits)
  const sign = bits >> BigInt(format - 1)
  if (kind === QUIET_NAN) return { bits: nan, flags: 0 }
  if (kind === SIGNALING_NAN || kind & NEGATIVE) return { bits: nan, flags: NV }
  if (kind === NEGATIVE_ZERO || kind === POSITIVE_ZERO) return { bits: infinity(format, sign), flags: DZ }
  if (kind === POSITIVE_INFINITY) return { bits: 0n, flags: 0 }
  const { exponent, significand } = normal(format, bits)
  const spare = significandBits - BigInt(BITS)
  const entry = Number((exponent & 1n) << BigInt(BITS - 1)) + Number(significand >> (spare + 1n))
  const power = (3n * bias - 1n - exponent) / 2n
  return { bits: (power << significandBits) | (ROOTS[entry] << spare), flags: 0 }
}
