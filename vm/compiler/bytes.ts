// Bytes of WebAssembly written one after another: code of regions is made while programs run, so nothing is joined from pieces.
const BITS = 7
const MORE = 0x80
const LOW = 0x7f
const SIGN = 0x40

export interface ByteWriter {
  bytes: Uint8Array<ArrayBuffer>
  length: number
}

export const newBytes = (size: number): ByteWriter => ({ bytes: new Uint8Array(size), length: 0 })

/** The longest number that is written: 64 bits in sevens. */
const LONGEST = 10
export function reserve(w: ByteWriter, more: number): void {
  const needed = w.length + more + LONGEST
  if (needed <= w.bytes.length) return
  const grown = new Uint8Array(Math.max(2 * w.bytes.length, needed))
  grown.set(w.bytes.subarray(0, w.length))
  w.bytes = grown
}

export function writeUnsigned(w: ByteWriter, n: number): void {
  let rest = n >>> 0
  while (rest > LOW) {
    w.bytes[w.length++] = (rest & LOW) | MORE
    rest >>>= BITS
  }
  w.bytes[w.length++] = rest
}

/** A signed number that is exact as a double. */
export function writeSigned(w: ByteWriter, n: number): void {
  let rest = n
  while (rest !== (rest | 0)) {
    w.bytes[w.length++] = ((rest % (LOW + 1)) & LOW) | MORE
    rest = Math.floor(rest / (LOW + 1))
  }
  for (;;) {
    const byte = rest & LOW
    rest >>= BITS
    if ((rest === 0 && !(byte & SIGN)) || (rest === -1 && byte & SIGN)) {
      w.bytes[w.length++] = byte
      return
    }
    w.bytes[w.length++] = byte | MORE
  }
}

export function writeCode(w: ByteWriter, code: ArrayLike<number>): void {
  reserve(w, code.length)
  w.bytes.set(code, w.length)
  w.length += code.length
}
