// Debug information is read by a cursor that checks every step: whatever a damaged file says, a read stays inside its section, and a
// refusal names the section and the offset.

/** The only error that reading debug information throws: `.debug_line at 0x1c: reason`. */
export class DebugInfoError extends Error {
  override name = 'DebugInfoError'
}

export interface Cursor {
  /** Name of the section, for messages. */
  section: string
  bytes: Uint8Array
  view: DataView
  at: number
  /** Reading stops here: the end of the section, or of the structure being read. */
  end: number
}

/** What may still be spent on something that honest files do little of. */
export interface Budget {
  left: number
}

/** Numbers beyond this cannot be addresses of ours. */
const MAX_SAFE_BITS = 53
const LEB_BYTES = 10
const LEB_BITS = 7
/** Initial lengths (DWARF 5, section 7.4): the escape to 64-bit DWARF, and the values reserved below it. */
const LENGTH_64 = 0xffff_ffff
const LENGTH_RESERVED = 0xffff_fff0
const utf8 = new TextDecoder()

export function cursorOn(section: string, bytes: Uint8Array, at = 0, end = bytes.length): Cursor {
  const cursor = { section, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at, end: bytes.length }
  if (at < 0 || at > bytes.length) fail(cursor, 'the offset is past the section')
  cursor.end = Math.min(end, bytes.length)
  return cursor
}

export function fail(c: Cursor, reason: string, at = c.at): never {
  throw new DebugInfoError(`${c.section} at 0x${at.toString(16)}: ${reason}`)
}

/** Takes `cost` from a budget; past it the file is refused. */
export function spend(c: Cursor, budget: Budget, cost: number, what: string): void {
  budget.left -= cost
  if (budget.left < 0) fail(c, `${what} beyond reason`)
}

/** Moves on by `size` bytes and answers where they begin. */
export function take(c: Cursor, size: number): number {
  const { at } = c
  if (!(size >= 0 && size <= c.end - at)) fail(c, 'cut short')
  c.at = at + size
  return at
}

export const u8 = (c: Cursor): number => c.view.getUint8(take(c, 1))
export const i8 = (c: Cursor): number => c.view.getInt8(take(c, 1))
export const u16 = (c: Cursor): number => c.view.getUint16(take(c, 2), true)
export const i16 = (c: Cursor): number => c.view.getInt16(take(c, 2), true)
export const u24 = (c: Cursor): number => u16(c) + u8(c) * 2 ** 16
export const u32 = (c: Cursor): number => c.view.getUint32(take(c, 4), true)
export const i32 = (c: Cursor): number => c.view.getInt32(take(c, 4), true)
export const u64 = (c: Cursor): bigint => c.view.getBigUint64(take(c, 8), true)
export const i64 = (c: Cursor): bigint => c.view.getBigInt64(take(c, 8), true)
export const block = (c: Cursor, size: number): Uint8Array => {
  const at = take(c, size)
  return c.bytes.subarray(at, at + size)
}

/** A u64 that must be an address, offset or count of ours. */
export function word(c: Cursor): number {
  const at = c.at
  const value = Number(u64(c))
  if (!Number.isSafeInteger(value)) fail(c, 'a value beyond 2^53', at)
  return value
}

/** An offset or length: 4 bytes, or 8 in 64-bit DWARF. */
export const offset = (c: Cursor, wide: boolean): number => (wide ? word(c) : u32(c))

const SIZED: Readonly<Record<number, (c: Cursor) => number>> = { 1: u8, 2: u16, 4: u32, 8: word }
/** An address of `size` bytes. */
export function address(c: Cursor, size: number): number {
  const read = SIZED[size]
  if (read === undefined) fail(c, `addresses of ${size} bytes`)
  return read(c)
}

/** Unsigned LEB128 of up to 64 bits. */
export function ulebBig(c: Cursor): bigint {
  const start = c.at
  let value = 0n
  for (let n = 0; n < LEB_BYTES; n++) {
    const byte = u8(c)
    value |= BigInt(byte & 0x7f) << BigInt(LEB_BITS * n)
    if (byte < 0x80) return BigInt.asUintN(64, value)
  }
  return fail(c, 'a number of more than 64 bits', start)
}

/** Unsigned LEB128 that must fit a number. */
export function uleb(c: Cursor): number {
  const start = c.at
  let value = 0
  let scale = 1
  for (let n = 0; n < LEB_BYTES; n++) {
    const byte = u8(c)
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (value >= 2 ** MAX_SAFE_BITS) break
      return value
    }
    scale *= 128
  }
  return fail(c, 'a number beyond 2^53', start)
}

/** Signed LEB128 of up to 64 bits. */
export function slebBig(c: Cursor): bigint {
  const start = c.at
  let value = 0n
  for (let n = 0; n < LEB_BYTES; n++) {
    const byte = u8(c)
    value |= BigInt(byte & 0x7f) << BigInt(LEB_BITS * n)
    if (byte < 0x80) return BigInt.asIntN(Math.min(64, LEB_BITS * (n + 1)), value)
  }
  return fail(c, 'a number of more than 64 bits', start)
}

export function sleb(c: Cursor): number {
  const start = c.at
  const value = Number(slebBig(c))
  if (!Number.isSafeInteger(value)) fail(c, 'a number beyond 2^53', start)
  return value
}

/** NUL-terminated UTF-8. */
export function text(c: Cursor): string {
  const start = c.at
  const stop = c.bytes.indexOf(0, start)
  if (stop < 0 || stop >= c.end) fail(c, 'a string that does not end', start)
  c.at = stop + 1
  return utf8.decode(c.bytes.subarray(start, stop))
}

/** A unit's length: the cursor's end moves to the unit's; answers whether the unit is 64-bit DWARF. */
export function unitLength(c: Cursor): boolean {
  const start = c.at
  const short = u32(c)
  if (short >= LENGTH_RESERVED && short !== LENGTH_64) fail(c, 'a reserved length', start)
  const wide = short === LENGTH_64
  const length = wide ? word(c) : short
  if (length > c.end - c.at) fail(c, 'a unit that reaches past its section', start)
  c.end = c.at + length
  return wide
}
