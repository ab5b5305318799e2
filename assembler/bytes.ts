// A byte buffer that grows: sections, tables and whole files are written into one of these. Little-endian throughout.

export interface Bytes {
  data: Uint8Array
  view: DataView
  length: number
}

export function newBytes(capacity = 256): Bytes {
  const data = new Uint8Array(capacity)
  return { data, view: new DataView(data.buffer), length: 0 }
}

/** Makes room for `more` bytes and answers the offset where they start; they read as zero until written. */
function grow(b: Bytes, more: number): number {
  const at = b.length
  const needed = at + more
  if (needed > b.data.length) {
    const data = new Uint8Array(Math.max(needed, b.data.length * 2))
    data.set(b.data.subarray(0, at))
    b.data = data
    b.view = new DataView(data.buffer)
  }
  b.length = needed
  return at
}

// The room is made first: it may replace the buffer.
export function putU8(b: Bytes, value: number): void {
  const at = grow(b, 1)
  b.data[at] = value
}
export function putU16(b: Bytes, value: number): void {
  const at = grow(b, 2)
  b.view.setUint16(at, value, true)
}
export function putU32(b: Bytes, value: number): void {
  const at = grow(b, 4)
  b.view.setUint32(at, value, true)
}
export function putU64(b: Bytes, value: bigint | number): void {
  const at = grow(b, 8)
  b.view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true)
}
export function putBytes(b: Bytes, bytes: ArrayLike<number>): void {
  const at = grow(b, bytes.length)
  b.data.set(bytes, at)
}
export function putFill(b: Bytes, count: number, value: number): void {
  const at = grow(b, count)
  if (value !== 0) b.data.fill(value, at, at + count)
}
/** Zeros up to a multiple of `alignment`; answers the aligned length. */
export function putAlign(b: Bytes, alignment: number): number {
  putFill(b, alignUp(b.length, alignment) - b.length, 0)
  return b.length
}
/** `size` low bytes of the value, for any size up to 8 and beyond (sign-filled). */
export function putInteger(b: Bytes, value: bigint, size: number): void {
  const at = grow(b, size)
  writeInteger(b.view, at, value, size)
}
export function putUleb128(b: Bytes, value: bigint): void {
  putBytes(b, uleb128(value))
}
export function putSleb128(b: Bytes, value: bigint): void {
  putBytes(b, sleb128(value))
}
/** UTF-8 text and a closing zero. */
export function putString(b: Bytes, text: string): void {
  const at = grow(b, text.length + 1)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) {
      b.length = at
      putBytes(b, encodeUtf8(text))
      putU8(b, 0)
      return
    }
    b.data[at + i] = code
  }
  b.data[at + text.length] = 0
}

/** The bytes written so far, copied. */
export const toBytes = (b: Bytes): Uint8Array => b.data.slice(0, b.length)

export function writeInteger(view: DataView, at: number, value: bigint, size: number): void {
  if (size === 1) view.setUint8(at, Number(value & 0xffn))
  else if (size === 2) view.setUint16(at, Number(value & 0xffffn), true)
  else if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), true)
  else if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, value), true)
  else for (let i = 0; i < size; i++, value >>= 8n) view.setUint8(at + i, Number(value & 0xffn))
}

/** Little-endian base 128 of an unsigned value (DWARF 5, section 7.6). */
export function uleb128(value: bigint): number[] {
  let rest = BigInt.asUintN(64, value)
  const out: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    out.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return out
}

/** Little-endian base 128 of a signed value (DWARF 5, section 7.6). */
export function sleb128(value: bigint): number[] {
  let rest = value
  const out: number[] = []
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)
    out.push(done ? low : low | 0x80)
    if (done) return out
  }
}

export const isPowerOfTwo = (n: number): boolean => n >= 1 && 2 ** Math.round(Math.log2(n)) === n
export const alignUp = (n: number, alignment: number): number => Math.ceil(n / alignment) * alignment

const encoder = new TextEncoder()
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}
