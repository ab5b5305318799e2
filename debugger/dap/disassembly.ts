// Instructions around an address for an editor's disassembly: exactly as many as were asked for, also before the address, where the code
// is read from the function's start so that it is cut as the processor cuts it.
import type { Task } from '../../kernel/index.ts'
import { disassemble } from '../../vm/index.ts'
import { readMemory, type Session } from '../session/index.ts'
import { describeInSpace, lineInSpace, symbolInSpace, type SourcePlace, type SymbolSpace } from '../symbols/index.ts'

export interface InstructionRow {
  address: number
  /** Bytes as objdump groups them; empty where nothing can be read. */
  bytes: string
  text: string
  symbol: string | null
  place: SourcePlace | null
  valid: boolean
}

const SHORT = 2
const LONG = 4
const COMPRESSED_MASK = 3
/** More is not looked back through for where a function begins. */
const MOST_BACK = 65536
const MOST_SYMBOLS = 64

function wordAt(s: Session, task: Task, address: number): { word: number; length: number } | null {
  const bytes = address < 0 ? new Uint8Array(0) : readMemory(s, task, address, LONG)
  if (bytes.length < SHORT) return null
  const low = bytes[0] | (bytes[1] << 8)
  if ((low & COMPRESSED_MASK) !== COMPRESSED_MASK) return { word: low, length: SHORT }
  return bytes.length < LONG ? null : { word: (low | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0, length: LONG }
}

function rowAt(s: Session, task: Task, space: SymbolSpace, address: number): InstructionRow & { length: number } {
  const found = wordAt(s, task, address)
  if (found === null) return { address, bytes: '', text: '(no memory)', symbol: null, place: null, valid: false, length: SHORT }
  const { word, length } = found
  const { text, decoded } = disassemble(word, address, { symbol: target => describeInSpace(space, target) })
  return {
    address,
    bytes: word.toString(16).padStart(2 * length, '0'),
    text: text.replace('\t', ' '),
    symbol: describeInSpace(space, address),
    place: lineInSpace(space, address),
    valid: decoded !== null,
    length,
  }
}

/** Starts of the instructions in [from, to), read from `from`; null when they do not arrive at `to`. */
function startsBetween(s: Session, task: Task, from: number, to: number): number[] | null {
  const starts: number[] = []
  let address = from
  while (address < to) {
    starts.push(address)
    address += wordAt(s, task, address)?.length ?? SHORT
  }
  return address === to ? starts : null
}

/** Starts of at least `count` instructions before an address, as far as symbols tell where they are; else every halfword. */
function startsBefore(s: Session, task: Task, space: SymbolSpace, address: number, count: number): number[] {
  let starts: number[] = []
  let first = address
  for (let n = 0; n < MOST_SYMBOLS && starts.length < count; n++) {
    const symbol = symbolInSpace(space, first - 1, true)
    if (symbol === null || symbol.address >= first || first - symbol.address > MOST_BACK) break
    const more = startsBetween(s, task, symbol.address, first)
    if (more === null) break
    starts = [...more, ...starts]
    first = symbol.address
  }
  // Padding, or no symbols: halfwords, which are right for compressed code.
  const missing = Math.max(0, count - starts.length)
  return [...Array.from({ length: missing }, (_, n) => first - SHORT * (missing - n)), ...starts].slice(-count)
}

/** `count` instructions, the first of them `skip` instructions from an address (before it when negative). */
export function instructionsAround(
  s: Session,
  task: Task,
  space: SymbolSpace,
  address: number,
  skip: number,
  count: number,
): InstructionRow[] {
  const rows: InstructionRow[] = []
  const add = (at: number): number => {
    const { length, ...row } = rowAt(s, task, space, at)
    rows.push(row)
    return at + length
  }
  if (skip < 0) for (const start of startsBefore(s, task, space, address, -skip)) add(start)
  let at = address
  for (let n = 0; n < skip; n++) at += wordAt(s, task, at)?.length ?? SHORT
  while (rows.length < count) at = add(at)
  return rows.slice(0, count)
}
