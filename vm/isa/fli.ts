// The constants of fli (Unprivileged spec, "Zfa"): what they are called, and their bits in each format. Of a double the upper half: the
// lower one is zero.
import { lazily } from './lazily.ts'

const SPECIAL = ['min', 'inf', 'nan']
/** As objdump prints them; `min` is the smallest normal number of the format. */
export const fliNames: readonly string[] = [
  ...['-0x1p+0', 'min', '0x1p-16', '0x1p-15', '0x1p-8', '0x1p-7', '0x1p-4', '0x1p-3', '0x1p-2', '0x1.4p-2', '0x1.8p-2', '0x1.cp-2'],
  ...['0x1p-1', '0x1.4p-1', '0x1.8p-1', '0x1.cp-1', '0x1p+0', '0x1.4p+0', '0x1.8p+0', '0x1.cp+0', '0x1p+1', '0x1.4p+1', '0x1.8p+1'],
  ...['0x1p+2', '0x1p+3', '0x1p+4', '0x1p+7', '0x1p+8', '0x1p+15', '0x1p+16', 'inf', 'nan'],
]

/** Of decimal and hexadecimal numbers. */
function numberOf(text: string): number {
  const hex = /^(-?)0x([0-9a-f]+)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?$/i.exec(text)
  if (hex === null) return text.trim() === '' ? NaN : Number(text)
  const [, sign, whole, fraction = '', exponent = '0'] = hex
  const size = parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -size : size
}

/** The number of the constant that is written so; null: there is none. */
export function fliIndex(text: string): number | null {
  const lower = text.toLowerCase()
  if (SPECIAL.includes(lower)) return fliNames.indexOf(lower)
  const value = numberOf(lower)
  const at = fliNames.findIndex(name => !SPECIAL.includes(name) && numberOf(name) === value)
  return at < 0 ? null : at
}

/** The bits that follow the sign, as far as any constant has some: of a format with so many bits of exponent and of fraction. */
function bitsOf(name: string, exponentBits: number, fractionBits: number): number {
  const most = 2 ** exponentBits - 1
  const bias = (most - 1) / 2
  const one = 2 ** fractionBits
  const infinity = most * one
  if (name === 'min') return one
  if (name === 'inf') return infinity
  if (name === 'nan') return infinity + one / 2
  const value = Math.abs(numberOf(name))
  const exponent = Math.floor(Math.log2(value))
  if (exponent > bias) return infinity
  const size = exponent < 1 - bias ? (value / 2 ** (1 - bias)) * one : (exponent + bias + value / 2 ** exponent - 1) * one
  return numberOf(name) < 0 ? size + 2 ** (exponentBits + fractionBits) : size
}
const tableOf = (exponentBits: number, fractionBits: number): (() => readonly number[]) =>
  lazily(() => fliNames.map(name => bitsOf(name, exponentBits, fractionBits) | 0))

export const FLI_HALF = tableOf(5, 10)
export const FLI_SINGLE = tableOf(8, 23)
/** Upper halves of doubles. */
export const FLI_DOUBLE = tableOf(11, 20)
