// Memory of a task, or of a frame of RAM, as hex and ASCII or as words. Bytes that cannot be had without touching a page are marked.
import { frameAddress, getX, PAGE_SIZE, REG, type Machine } from '../../vm/index.ts'
import { peekMm, regX } from '../../kernel/index.ts'
import { readHart } from '../target/index.ts'
import { bareHart, countOf, mmOf, taskOf, userAddress } from './ask.ts'
import { view } from './define.ts'
import { ADDRESS_DIGITS, digits, fit } from './layout.ts'
import { ViewError, type ViewArguments } from './types.ts'

export interface MemoryRow {
  address: number
  /** null: unmapped, or not in memory. */
  bytes: (number | null)[]
  /** In words of the size that was asked for, unsigned, in hex; null where a byte is missing. */
  words: (string | null)[]
  ascii: string
}

export interface MemoryData {
  /** null: physical; 0: of a hart. */
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
    const size = sizeOf(args)
    const count = countOf(args.count, DEFAULT_COUNT, MOST)
    if (args.frame !== undefined) return frameRows(k.machine, args.frame, count, size)
    const task = taskOf(k, args)
    const mm = mmOf(task)
    const address = args.address === undefined ? regX(k, task, REG.sp) : userAddress(args.address)
    return {
      pid: task.pid,
      address,
      size,
      rows: rowsOf(
        address,
        peekBytes((at, part) => peekMm(k, mm, at, part), address, count),
        size,
      ),
    }
  },

  bare(machine, args) {
    const size = sizeOf(args)
    const count = countOf(args.count, DEFAULT_COUNT, MOST)
    if (args.frame !== undefined) return frameRows(machine, args.frame, count, size)
    const hart = bareHart(machine, args)
    const address = args.address ?? Math.max(0, getX(hart, REG.sp))
    return {
      pid: 0,
      address,
      size,
      rows: rowsOf(
        address,
        peekBytes((at, part) => readHart(machine, hart, at, part), address, count),
        size,
      ),
    }
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

function sizeOf({ size = 1 }: ViewArguments): number {
  if (!SIZES.includes(size)) throw new ViewError(`${size} is no size of a word: 1, 2, 4 or 8`)
  return size
}

function frameRows(machine: Machine, frame: number, count: number, size: number): MemoryData {
  if (!(Number.isInteger(frame) && frame >= 0 && frame < machine.ramBytes / PAGE_SIZE)) throw new ViewError(`there is no frame ${frame}`)
  const address = frameAddress(frame)
  const from = frame * PAGE_SIZE
  return { pid: null, address, size, rows: rowsOf(address, [...machine.ram.subarray(from, from + Math.min(count, PAGE_SIZE))], size) }
}

/** Page by page: what one of them has not does not hide the next. */
function peekBytes(peek: (address: number, length: number) => Uint8Array, address: number, count: number): (number | null)[] {
  const bytes: (number | null)[] = []
  while (bytes.length < count) {
    const at = address + bytes.length
    const part = Math.min(count - bytes.length, PAGE_SIZE - (at % PAGE_SIZE))
    const known = peek(at, part)
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
