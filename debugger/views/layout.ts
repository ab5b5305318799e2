// Text of views: aligned columns, addresses, sizes and times the way Linux's tools and gdb print them.

const NANOSECONDS = 1e9
const MILLISECOND = 1e6
const MICROSECOND = 1e3
const KIB = 1024
/** Hex digits of an address in /proc/PID/maps, at the least, and those of a user address in full. */
export const MAPS_DIGITS = 8
export const ADDRESS_DIGITS = 12

/** Without 0x, so many digits at least. */
export const digits = (value: number, width: number): string => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(width, '0')

/** A line that fits: cut at the width, with nothing behind. */
export const fit = (line: string, width: number): string => line.slice(0, width).trimEnd()

export interface Column {
  head: string
  /** Numbers end together, words begin together. */
  align: 'left' | 'right'
}
export const left = (head: string): Column => ({ head, align: 'left' })
export const right = (head: string): Column => ({ head, align: 'right' })

/** A table with a line of heads, each column as wide as what is in it, cut at the width. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | number)[])[], width: number): string[] {
  const cells = [columns.map(c => c.head), ...rows.map(row => row.map(String))]
  const widths = columns.map((_, i) => Math.max(...cells.map(row => row[i].length)))
  return cells.map(row => {
    const padded = row.map((cell, i) => (columns[i].align === 'right' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
    return fit(padded.join(' '), width)
  })
}

/** Words broken into lines of at most `width`, those after the first indented. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** 4K, 2M: a size that is whole in its unit. */
export function sizeText(bytes: number): string {
  let rest = bytes
  let unit = 0
  while (rest >= KIB && rest % KIB === 0 && unit < SIZE_UNITS.length - 1) {
    rest /= KIB
    unit++
  }
  return `${rest}${SIZE_UNITS[unit]}`
}
const SIZE_UNITS = ['B', 'K', 'M', 'G', 'T']

/** An instant in seconds to the nanosecond, as dmesg has it to the microsecond: 0.001234567. */
export const instant = (ns: number): string => {
  const whole = Math.floor(ns)
  return `${Math.floor(whole / NANOSECONDS)}.${String(whole % NANOSECONDS).padStart(9, '0')}`
}

/** A span of time in the unit that suits it: 750 us, 1.5 ms. */
export function span(ns: number): string {
  if (ns === Infinity) return 'for ever'
  const size = Math.abs(ns)
  const [unit, per] =
    size < MICROSECOND
      ? ['ns', 1]
      : size < MILLISECOND
        ? ['us', MICROSECOND]
        : size < NANOSECONDS
          ? ['ms', MILLISECOND]
          : ['s', NANOSECONDS]
  return `${Number((ns / Number(per)).toFixed(3))} ${unit}`
}

/** `1 page`, `3 pages`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** `1, 2 and 5`. */
export const listed = (items: readonly (string | number)[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
