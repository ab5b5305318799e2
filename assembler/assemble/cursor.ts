// A reading position in one statement, and the error that points back into it.
import type { Statement } from './scan.ts'
import { endOfString } from './scan.ts'

/** A mistake in the source. Caught once per statement and turned into a diagnostic; nothing of it leaves the assembler. */
export class SourceError extends Error {
  override name = 'SourceError'
  /** Offsets into the statement's text; null means the whole statement. */
  readonly start: number | null
  readonly end: number | null
  readonly suggestion: string | null
  constructor(message: string, start: number | null = null, end: number | null = null, suggestion: string | null = null) {
    super(message)
    this.start = start
    this.end = end
    this.suggestion = suggestion
  }
}

export interface Cursor {
  statement: Statement
  text: string
  at: number
}

export const cursorOf = (statement: Statement, at = 0): Cursor => ({ statement, text: statement.text, at })

export function skipBlanks(c: Cursor): void {
  while (c.text[c.at] === ' ' || c.text[c.at] === '\t') c.at++
}

/** The next character after blanks, '' at the end. */
export function peek(c: Cursor): string {
  skipBlanks(c)
  return c.text[c.at] ?? ''
}

export function accept(c: Cursor, token: string): boolean {
  skipBlanks(c)
  if (!c.text.startsWith(token, c.at)) return false
  c.at += token.length
  return true
}

export const atEnd = (c: Cursor): boolean => peek(c) === ''

const NAME = /[A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*/y

/** A symbol name at the cursor, or null. Quoted names are taken as they are. */
export function acceptName(c: Cursor): string | null {
  skipBlanks(c)
  if (c.text[c.at] === '"') {
    const start = c.at
    c.at = endOfString(c.text, start)
    return c.text.slice(start + 1, c.at - 1)
  }
  NAME.lastIndex = c.at
  const found = NAME.exec(c.text)
  if (!found) return null
  c.at = NAME.lastIndex
  return found[0]
}

export function expectName(c: Cursor): string {
  const name = acceptName(c)
  if (!name) throw new SourceError('expected symbol name', c.at, c.at + 1)
  return name
}

export function expectEnd(c: Cursor): void {
  if (atEnd(c)) return
  throw new SourceError(`junk at end of line, first unrecognized character is \`${c.text[c.at]}'`, c.at, c.text.length)
}

/** Everything that is left, trimmed; the cursor goes to the end. */
export function rest(c: Cursor): string {
  const text = c.text.slice(c.at).trim()
  c.at = c.text.length
  return text
}

const ESCAPES: Readonly<Record<string, number>> = { b: 8, t: 9, n: 10, f: 12, r: 13, v: 11, a: 7, e: 27 }

/** One character at `at` (after the opening quote), escapes read as GNU as reads them; answers its UTF-8 bytes and the offset past it. */
export function readCharacter(
  text: string,
  at: number,
  encode: (text: string) => ArrayLike<number>,
): { bytes: ArrayLike<number>; next: number } {
  if (text[at] !== '\\') {
    const point = text.codePointAt(at) ?? 0
    const next = at + (point > 0xffff ? 2 : 1)
    return { bytes: point < 0x80 ? [point] : encode(text.slice(at, next)), next }
  }
  const c = text[at + 1] ?? ''
  if (c in ESCAPES) return { bytes: [ESCAPES[c]], next: at + 2 }
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))
  if (octal) return { bytes: [parseInt(octal[0], 8) & 0xff], next: at + 1 + octal[0].length }
  const hex = /^[xX]([0-9a-fA-F]+)/.exec(text.slice(at + 1))
  if (hex) return { bytes: [parseInt(hex[1].slice(-2), 16)], next: at + 1 + hex[0].length }
  return { bytes: c === '' ? [] : encode(c), next: at + 1 + c.length }
}

/** The bytes of a quoted string at the cursor. */
export function expectString(c: Cursor, encode: (text: string) => ArrayLike<number>): number[] {
  if (peek(c) !== '"') throw new SourceError('expected a string in double quotes', c.at, c.at + 1)
  const out: number[] = []
  const start = c.at
  let at = start + 1
  while (at < c.text.length && c.text[at] !== '"') {
    const { bytes, next } = readCharacter(c.text, at, encode)
    for (let i = 0; i < bytes.length; i++) out.push(bytes[i])
    at = next
  }
  if (c.text[at] !== '"') throw new SourceError('unterminated string', start, c.text.length)
  c.at = at + 1
  return out
}
