// Text of JavaScript's and bytes of the machine's: whoever uses the library writes Unicode, programs have UTF-8, and the kernel has its names
// as byte strings (one char a byte).

/** Text or bytes, as bytes: text is UTF-8. */
export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content

/** Bytes as text; what is no UTF-8 becomes U+FFFD. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const PIECE = 4096

/** A name, argument or path as the kernel has it. */
export function byteString(text: string): string {
  const bytes = bytesOf(text)
  let out = ''
  for (let at = 0; at < bytes.length; at += PIECE) out += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return out
}

/** Pieces put together. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
