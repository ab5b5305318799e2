// Memory of a task, or of a frame of RAM, as hex and ASCII or as words. Bytes that cannot be had without touching a page are marked.
import { frameAddress, PAGE_SIZE, REG } from '../../vm/index.ts'
import { peekMm, regX, type Kernel } from '../../kernel/index.ts'
import { countOf, mmOf, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { ADDRESS_DIGITS, digits, fit } from './layout.ts'
import { ViewError } from './types.ts'

export interface MemoryRow {
  address: number
  /** null: unmapped, or not in memory. */
  bytes: (number | null)[]
  /** In words of the size that was asked for, unsigned, in hex; null where a byte is missing. */
  words: (string | null)[]
  ascii: string
}

export interface MemoryData {
  /** null: physical. */
  pid: number | null
  address: number
  size: number
  rows: MemoryRow[]
}

const ROW = 16
const DEFAULT_COUNT = 256
const MOST = 2 ** 20
const SIZES = [1, 2, 4, 8]
const UNKNOWN = '?'

export const memoryView = view<MemoryData>({
  name: 'memory',
  doc: 'Bytes or words of a task at an address (its stack unless given), or of a frame of RAM.',
  arguments: ['pid', 'address', 'count', 'size', 'frame'],

  data(k, args) {
    const size = args.size ?? 1
    if (!SIZES.includes(size)) throw new ViewError(`${size} is no size of a word: 1, 2, 4 or 8`)
    const count = countOf(args.count, DEFAULT_COUNT, MOST)
    if (args.frame !== undefined) {
      if (!(Number.isInteger(args.frame) && args.frame >= 0 && args.frame < k.state.frames.total))
        throw new ViewError(`there is no frame ${args.frame}`)
      const address = frameAddress(args.frame)
      const from = args.frame * PAGE_SIZE
      return { pid: null, address, size, rows: rowsOf(address, [...k.machine.ram.subarray(from, from + Math.min(count, PAGE_SIZE))], size) }
    }
    const task = taskOf(k, args)
    const mm = mmOf(task)
    const address = args.address === undefined ? regX(k, task, REG.sp) : userAddress(args.address)
    return { pid: task.pid, address, size, rows: rowsOf(address, peekBytes(k, mm, address, count), size) }
  },

  text({ size, rows }, width) {
    return rows
      .map(({ address, bytes, words, ascii }) => {
        const cells = size === 1 ? bytes.map(b => (b === null ? '??' : digits(b, 2))) : words.map(w => w ?? UNKNOWN.repeat(2 * size))
        const cellWidth = 2 * size + 1
        const hexPart = cells.map((cell, i) => (size === 1 && i === ROW / 2 ? `  ${cell}` : ` ${cell}`)).join('')
        return `${digits(address, ADDRESS_DIGITS)}${hexPart.padEnd((ROW / size) * cellWidth + (size === 1 ? 1 : 0))} |${ascii}|`
      })
      .map(line => fit(line, width))
  },
})

/** Page by page: what one of them has not does not hide the next. */
function peekBytes(k: Kernel, mm: Parameters<typeof peekMm>[1], address: number, count: number): (number | null)[] {
  const bytes: (number | null)[] = []
  while (bytes.length < count) {
    const at = address + bytes.length
    const part = Math.min(count - bytes.length, PAGE_SIZE - (at % PAGE_SIZE))
    const known = peekMm(k, mm, at, part)
    for (let i = 0; i < part; i++) bytes.push(i < known.length ? known[i] : null)
  }
  return bytes
}

function rowsOf(address: number, bytes: readonly (number | null)[], size: number): MemoryRow[] {
  const rows: MemoryRow[] = []
  for (let at = 0; at < bytes.length; at += ROW) {
    const part = bytes.slice(at, at + ROW)
    const words: (string | null)[] = []
    for (let i = 0; i + size <= part.length; i += size) {
      const word = part.slice(i, i + size)
      words.push(word.includes(null) ? null : word.reduceRight<string>((text, byte) => text + digits(byte ?? 0, 2), ''))
    }
    rows.push({ address: address + at, bytes: part, words, ascii: part.map(asciiOf).join('') })
  }
  return rows
}

const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e
function asciiOf(byte: number | null): string {
  if (byte === null) return UNKNOWN
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE ? String.fromCharCode(byte) : '.'
}
