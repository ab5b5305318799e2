// How strace writes values: quoted bytes, flag sets, addresses, errors.
import { SYSCALL_NAMES } from '../abi/index.ts'

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' }
const isPrintable = (code: number): boolean => code >= 32 && code < 127
const isOctalDigit = (code: number): boolean => code >= 48 && code <= 55

/** A byte string in C's notation, cut to `max` bytes with `...` after the closing quote. */
export function quote(text: string, max: number): string {
  const shown = Math.min(text.length, max)
  let out = '"'
  for (let i = 0; i < shown; i++) {
    const code = text.charCodeAt(i)
    const next = i + 1 < shown ? text.charCodeAt(i + 1) : 0
    // Octal escapes are as short as they can be without swallowing the digit that follows.
    out += ESCAPES[code] ?? (isPrintable(code) ? text[i] : `\\${code.toString(8).padStart(isOctalDigit(next) ? 3 : 1, '0')}`)
  }
  return `${out}"${text.length > max ? '...' : ''}`
}

/** 0x7fff1234, of a signed double standing for 64 bits. */
export const hex = (value: number): string => (value < 0 ? `0x${(BigInt(value) + 2n ** 64n).toString(16)}` : `0x${value.toString(16)}`)
/** The same with a bare 0, as C's %#x has it. */
export const plainHex = (value: number): string => (value === 0 ? '0' : hex(value))

/**
 * `O_RDWR|O_CLOEXEC|0x40`: the table's names in its order, composite ones before their parts, then what is left.
 * With `prefix` a value without any name gets strace's mark: `0x40 /* O_??? *\/`.
 */
export function flagsText(table: Readonly<Record<string, number>>, value: number, zero = '0', prefix?: string): string {
  const names: string[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  // A flag of several bits (O_SYNC, O_TMPFILE) stands for all of them.
  const rows = Object.entries(table).filter(([, bits]) => bits !== 0)
  const composite = rows.filter(([, bits]) => !isPowerOfTwo(bits))
  const taken = new Set<string>()
  for (const [name, bits] of composite) {
    if ((rest & BigInt(bits)) !== BigInt(bits)) continue
    taken.add(name)
    rest &= ~BigInt(bits)
  }
  for (const [name, bits] of rows) {
    if (taken.has(name)) names.push(name)
    else if (isPowerOfTwo(bits) && (rest & BigInt(bits)) !== 0n) {
      names.push(name)
      rest &= ~BigInt(bits)
    }
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)}${names.length === 0 && prefix !== undefined ? ` /* ${prefix}??? */` : ''}`)
  return names.length ? names.join('|') : zero
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n))

/** The name of one value, or `0x7 /* PREFIX_??? *\/` as strace marks unknown ones. */
export function nameOf(table: Readonly<Record<string, number>>, value: number, prefix = prefixOf(table)): string {
  for (const [name, n] of Object.entries(table)) if (n === value) return name
  return `${plainHex(value)} /* ${prefix}??? */`
}

/** What a table's names begin with, up to the first `_`. */
export function prefixOf(table: Readonly<Record<string, number>>): string {
  const first = Object.keys(table)[0] as string
  return first.slice(0, first.indexOf('_') + 1)
}

/** A call's name, `syscall_0x1f4` for a number Linux does not have. */
export const callName = (nr: number): string => SYSCALL_NAMES[nr] ?? `syscall_0x${(nr >>> 0).toString(16)}`
