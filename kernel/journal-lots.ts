// What came in long ago, out of memory: entries go in lots to wherever the host keeps bytes for us (a file), and come back a lot at a time
// when the run is gone through again. A lot is JSON, and behind it the bytes that JSON does not hold.
import type { JournalEntry } from './journal.ts'

/** Bytes kept elsewhere: a file. */
export interface Spill {
  /** Answers where they are. */
  put(bytes: Uint8Array): number
  get(at: number, length: number): Uint8Array
}

/** Entries that were put there: `count` of them, from number `first` on. */
export interface Lot {
  readonly first: number
  readonly count: number
  readonly at: number
  readonly length: number
}

/** Entries are put away when so many are at hand, or when they hold so many bytes. */
export const LOT_ENTRIES = 1024
export const LOT_BYTES = 1 << 18

/** What an entry's answer takes in memory, about: what it could grow by. */
export function weightOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  if (data instanceof Uint8Array) return data.length
  if (Array.isArray(data)) return data.reduce<number>((sum, one) => sum + WORD + weightOf(one), 0)
  if (typeof data === 'object' && data !== null && 'bytes' in data) return weightOf(data.bytes)
  if (typeof data === 'object' && data !== null && 'event' in data) return weightOf(data.event)
  return WORD
}
const WORD = 8

const [BYTES, INFINITE] = ['$bytes', '$infinity']
/** In front of the JSON: its length. */
const PREFIX = 4

export function putLot(spill: Spill, first: number, entries: readonly JournalEntry[]): Lot {
  const parts: Uint8Array[] = []
  let size = 0
  // What the value was before its own toJSON: a Buffer has one.
  const text = JSON.stringify(entries, function (this: Record<string, unknown>, key: string, value: unknown): unknown {
    const given = this[key]
    if (!(given instanceof Uint8Array)) return value === Infinity ? { [INFINITE]: true } : value
    parts.push(given)
    size += given.length
    return { [BYTES]: [size - given.length, given.length] }
  })
  const json = new TextEncoder().encode(text)
  const packed = new Uint8Array(PREFIX + json.length + size)
  new DataView(packed.buffer).setUint32(0, json.length, true)
  packed.set(json, PREFIX)
  let at = PREFIX + json.length
  for (const part of parts) {
    packed.set(part, at)
    at += part.length
  }
  return { first, count: entries.length, at: spill.put(packed), length: packed.length }
}

export function getLot(spill: Spill, lot: Lot): JournalEntry[] {
  const packed = spill.get(lot.at, lot.length)
  const start = PREFIX + new DataView(packed.buffer, packed.byteOffset).getUint32(0, true)
  const revive = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (INFINITE in value) return Infinity
    if (!(BYTES in value)) return value
    const [at, length] = (value as Record<string, [number, number]>)[BYTES]
    return packed.slice(start + at, start + at + length)
  }
  return JSON.parse(new TextDecoder().decode(packed.subarray(PREFIX, start)), revive) as JournalEntry[]
}

/** The lot that holds an entry; undefined: none does. */
export function lotWith(lots: readonly Lot[], number: number): Lot | undefined {
  let [low, high] = [0, lots.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (lots[middle].first + lots[middle].count <= number) low = middle + 1
    else high = middle
  }
  return low < lots.length && lots[low].first <= number ? lots[low] : undefined
}
