// A screen as cells, and what to send a terminal so that it shows another one: only cells that differ are written.
import { sequenceOf, type ColourDepth, type StyleName } from './styles.ts'

export interface CellBuffer {
  readonly width: number
  readonly height: number
  /** One character each, row by row. */
  chars: string[]
  styles: StyleName[]
}

/** A screen of blanks. */
export function newBuffer(width: number, height: number): CellBuffer {
  const size = width * height
  return { width, height, chars: Array.from({ length: size }, () => ' '), styles: Array.from({ length: size }, () => 'plain') }
}

/** A piece of a line in one style. */
export interface Span {
  text: string
  style: StyleName
}
export type StyledLine = readonly Span[]

export const plain = (text: string, style: StyleName = 'plain'): StyledLine => [{ text, style }]

/** What a character that takes no cell, or two, or moves the cursor, is shown as. */
const SHOWN = /^[\x20-\x7e\u00a1-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25ff]$/
const STRANGE = '?'
const TAB = 8

/** Writes a text within [x, limit); tabs go to every eighth column from x. Answers the column behind it. */
export function write(buffer: CellBuffer, x: number, y: number, text: string, style: StyleName, limit = buffer.width, origin = x): number {
  if (y < 0 || y >= buffer.height) return x
  let at = x
  for (const char of text) {
    if (at >= limit) break
    const count = char === '\t' ? TAB - ((at - origin) % TAB) : 1
    for (let i = 0; i < count && at < limit; i++, at++) {
      if (at < 0) continue
      buffer.chars[y * buffer.width + at] = char === '\t' ? ' ' : SHOWN.test(char) ? char : STRANGE
      buffer.styles[y * buffer.width + at] = style
    }
  }
  return at
}

/** A line of spans, and blanks in `fill` up to the limit. */
export function writeLine(buffer: CellBuffer, x: number, y: number, line: StyledLine, limit: number, fill: StyleName = 'plain'): void {
  let at = x
  for (const { text, style } of line) at = write(buffer, at, y, text, style, limit, x)
  write(buffer, at, y, ' '.repeat(Math.max(0, limit - at)), fill, limit)
}

const moveTo = (x: number, y: number): string => `\x1b[${y + 1};${x + 1}H`
/** Cells alike that are written again where jumping over them would take more bytes. */
const GAP = 4

/**
 * What turns a terminal that shows `before` (null: anything, of any size) into `after`.
 * The cursor and the style end up somewhere: the caller sets both.
 */
export function diff(before: CellBuffer | null, after: CellBuffer, depth: ColourDepth): string {
  const { width, height } = after
  const known = before !== null && before.width === width && before.height === height ? before : null
  const out: string[] = known === null ? [`${sequenceOf('plain', depth)}\x1b[2J`] : []
  const blank = (i: number): boolean => after.chars[i] === ' ' && after.styles[i] === 'plain'
  const same = (i: number): boolean =>
    known === null ? blank(i) : known.chars[i] === after.chars[i] && known.styles[i] === after.styles[i]
  let style: StyleName | null = null
  for (let y = 0; y < height; y++) {
    let cursor = -1
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (same(i)) continue
      const from = cursor >= 0 && x - cursor <= GAP ? cursor : x
      if (from !== cursor) out.push(moveTo(x, y))
      for (let c = from; c <= x; c++) {
        const cell = y * width + c
        if (after.styles[cell] !== style) {
          style = after.styles[cell]
          out.push(sequenceOf(style, depth))
        }
        out.push(after.chars[cell])
      }
      cursor = x + 1
    }
  }
  return out.join('')
}

/** Rows as text, for tests and for people who cannot see. */
export const rowsOf = ({ chars, width, height }: CellBuffer): string[] =>
  Array.from({ length: height }, (_, y) =>
    chars
      .slice(y * width, (y + 1) * width)
      .join('')
      .trimEnd(),
  )
