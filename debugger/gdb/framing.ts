// The frames of gdb's remote protocol (GDB manual, appendix "gdb Remote Serial Protocol"): `$text#checksum`, acknowledgements, escapes and
// run lengths. Text is a byte string, one char a byte.

const ESCAPE = '}'
const ESCAPE_BIT = 0x20
const RUN = '*'
/** A run's count is a printable char: the number of further copies plus this. */
const RUN_BASE = 29
const LONGEST_RUN = 126 - RUN_BASE
const SHORTEST_RUN = 3
/** Counts that would read as the frame's own chars. */
const NO_COUNTS = new Set(['#', '$', '+', '-'].map(char => char.charCodeAt(0)))
const INTERRUPT = '\x03'
/** More than any packet that was announced to be possible: whoever sends more gets no answer. */
const MOST = 2 ** 20

/** What came in: a packet, a wish to stop, or an acknowledgement that failed. */
export type Received = { kind: 'packet'; text: string } | { kind: 'damaged' } | { kind: 'interrupt' } | { kind: 'resend' }

/** What is left of a stream of bytes between two arrivals. */
export interface Decoder {
  /** null: between packets. */
  text: string | null
  /** Digits of the checksum that are there; null: not yet. */
  digits: string | null
}

export const newDecoder = (): Decoder => ({ text: null, digits: null })

const hexByte = (n: number): string => n.toString(16).padStart(2, '0')

function checksum(text: string): string {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum = (sum + text.charCodeAt(i)) & 0xff
  return hexByte(sum)
}

/** Without escapes and runs; what would unpack to more than is ever asked for stays as it is, and means nothing. */
function plain(text: string): string {
  if (!text.includes(ESCAPE) && !text.includes(RUN)) return text
  const out: string[] = []
  let length = 0
  let last = ''
  for (let i = 0; i < text.length; i++) {
    let part = text[i]
    if (part === ESCAPE) part = String.fromCharCode(text.charCodeAt(++i) ^ ESCAPE_BIT)
    // A count that is none adds nothing.
    else if (part === RUN && last !== '') part = last.repeat(Math.max(0, text.charCodeAt(++i) - RUN_BASE) || 0)
    out.push(part)
    last = part[0] ?? last
    length += part.length
    if (length > MOST) return text
  }
  return out.join('')
}

/** Takes bytes in. `checked`: checksums count (not after QStartNoAckMode). */
export function decode(decoder: Decoder, bytes: Uint8Array, checked: boolean): Received[] {
  const received: Received[] = []
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    if (decoder.text === null) {
      if (char === '$') decoder.text = ''
      else if (char === INTERRUPT) received.push({ kind: 'interrupt' })
      else if (char === '-') received.push({ kind: 'resend' })
    } else if (decoder.digits !== null) {
      decoder.digits += char
      if (decoder.digits.length < 2) continue
      const right = !checked || decoder.digits.toLowerCase() === checksum(decoder.text)
      received.push(right ? { kind: 'packet', text: plain(decoder.text) } : { kind: 'damaged' })
      decoder.text = decoder.digits = null
    } else if (char === '#') decoder.digits = ''
    else if (char === '$') decoder.text = ''
    else if (decoder.text.length < MOST) decoder.text += char
  }
  return received
}

const escaped = (text: string): string => text.replace(/[#$}*]/g, char => ESCAPE + String.fromCharCode(char.charCodeAt(0) ^ ESCAPE_BIT))

/** Runs of a char as one and a count. */
const shortened = (text: string): string =>
  text.replace(/([^}])\1{3,}/gs, (run: string, char: string, at: number, whole: string) => {
    // The char after an escape is half of a pair.
    if (at > 0 && whole[at - 1] === ESCAPE) return run
    let out = ''
    for (let left = run.length; left > 0;) {
      let copies = Math.min(left - 1, LONGEST_RUN)
      while (copies >= SHORTEST_RUN && NO_COUNTS.has(copies + RUN_BASE)) copies--
      if (copies < SHORTEST_RUN) return out + char.repeat(left)
      out += char + RUN + String.fromCharCode(copies + RUN_BASE)
      left -= copies + 1
    }
    return out
  })

/** A packet around a text. */
export function frame(text: string): string {
  const body = shortened(escaped(text))
  return `$${body}#${checksum(body)}`
}

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, hexByte).join('')
/** Bytes of pairs of digits; null: it is something else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null
  return Uint8Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16))
}
export const latin1 = (bytes: Uint8Array): string => {
  const parts: string[] = []
  const AT_ONCE = 8192
  for (let at = 0; at < bytes.length; at += AT_ONCE) parts.push(String.fromCharCode(...bytes.subarray(at, at + AT_ONCE)))
  return parts.join('')
}
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, char => char.charCodeAt(0) & 0xff)
export const hexText = (text: string): string => toHex(bytesOf(text))

/** A number in hexadecimal, exact below 2^53; null: it is none. */
export function hexNumber(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9a-fA-F]{1,16}$/.test(text)) return null
  const n = parseInt(text, 16)
  return Number.isSafeInteger(n) ? n : null
}
