// Floating-point numbers as C's %g writes them with as many digits as tell them apart.
import { unsignedOf } from '../little-endian.ts'

interface FloatFormat {
  mantissa: number
  exponent: number
  digits: number
}
/** Formats by their bytes (IEEE 754): half, single, double, quadruple. */
const FORMATS: Readonly<Record<number, FloatFormat>> = {
  2: { mantissa: 10, exponent: 5, digits: 5 },
  4: { mantissa: 23, exponent: 8, digits: 9 },
  8: { mantissa: 52, exponent: 11, digits: 17 },
  16: { mantissa: 112, exponent: 15, digits: 36 },
}

/** An exact fraction of 10s rounded to `digits` significant digits: the digits, and the power of ten of the first. */
function decimal(numerator: bigint, denominator: bigint, digits: number): { text: string; power: number } {
  // A first guess by lengths, off by one at most; corrected below.
  let power = numerator.toString().length - denominator.toString().length
  for (;;) {
    const scale = digits - 1 - power
    const top = scale >= 0 ? numerator * 10n ** BigInt(scale) : numerator
    const bottom = scale >= 0 ? denominator : denominator * 10n ** BigInt(-scale)
    const quotient = top / bottom
    const rest = (top % bottom) * 2n
    const rounded = rest > bottom || (rest === bottom && quotient % 2n === 1n) ? quotient + 1n : quotient
    const text = rounded.toString()
    if (text.length === digits) return { text, power }
    power += text.length > digits ? 1 : -1
  }
}

const SMALLEST_PLAIN = -4

/** C's %g. */
function general(text: string, power: number, digits: number): string {
  const kept = text.replace(/0+$/, '')
  if (power < SMALLEST_PLAIN || power >= digits) {
    const mantissa = kept.length > 1 ? `${kept[0]}.${kept.slice(1)}` : kept
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${kept}`
  const whole = kept.slice(0, power + 1).padEnd(power + 1, '0')
  const fraction = kept.slice(power + 1)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** A floating-point number of 2, 4, 8 or 16 bytes as text; null for other sizes. */
export function floatText(bytes: Uint8Array): string | null {
  const format = FORMATS[bytes.length]
  if (format === undefined) return null
  const { mantissa, exponent, digits } = format
  const raw = unsignedOf(bytes)
  const sign = raw >> BigInt(mantissa + exponent) ? '-' : ''
  const maximum = 2 ** exponent - 1
  const biased = Number((raw >> BigInt(mantissa)) & BigInt(maximum))
  const fraction = BigInt.asUintN(mantissa, raw)
  if (biased === maximum) return fraction === 0n ? `${sign}inf` : `${sign}nan(0x${fraction.toString(16)})`
  if (biased === 0 && fraction === 0n) return `${sign}0`
  const whole = biased === 0 ? fraction : fraction | (1n << BigInt(mantissa))
  const scale = Math.max(biased, 1) - (maximum >> 1) - mantissa
  const [top, bottom] = scale >= 0 ? [whole << BigInt(scale), 1n] : [whole, 1n << BigInt(-scale)]
  const { text, power } = decimal(top, bottom, digits)
  return sign + general(text, power, digits)
}

const ESCAPES: Readonly<Record<number, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 0x5c: '\\\\' }

/** A byte within quotes as C writes it; what cannot be printed is octal. */
export function characterText(byte: number, quote: string): string {
  if (byte === quote.charCodeAt(0)) return `\\${quote}`
  const escape = ESCAPES[byte]
  if (escape !== undefined) return escape
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
}
