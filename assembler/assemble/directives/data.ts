// Directives that put values into the section.
import { encodeUtf8, sleb128, uleb128 } from '../../bytes.ts'
import { accept, atEnd, expectString, peek, SourceError, type Cursor } from '../cursor.ts'
import { absoluteIn, expression } from '../operand-expression.ts'
import { warn } from '../report.ts'
import { addFixup, emitBytes, emitFill, emitGap, emitInteger, mapAs, MAX_SECTION_BYTES } from '../sections.ts'
import { constantOf } from '../value.ts'
import { asDifference, linkedDifference } from '../difference.ts'
import { floatBits } from '../float.ts'
import { R_RISCV } from '../../../kernel/abi/index.ts'
import type { Assembly } from '../state.ts'
import { bigOrExpression } from './big.ts'
import type { Directive } from './directive.ts'
import { insn } from './insn.ts'

/** `a, b, c`: runs `item` for each; an empty list has none. */
export function list(c: Cursor, item: () => void): void {
  if (atEnd(c)) return
  do item()
  while (accept(c, ','))
}

const hex = (n: bigint): string => (n < 0n ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`)

/** A constant cut to `size` bytes, with a warning when that loses something: it fits neither as signed nor as unsigned. */
function putConstant(asm: Assembly, value: bigint, size: number, start: number, end: number): void {
  const bits = BigInt(size * 8)
  const low = BigInt.asUintN(size * 8, value)
  if (size < 8 && (value >= 1n << bits || value < -(1n << bits))) warn(asm, `value ${hex(value)} truncated to ${hex(low)}`, start, end)
  emitInteger(asm, value, size)
}

const integers =
  (size: number, type: number | null = null): Directive =>
  (asm, c) => {
    list(c, () => {
      mapAs(asm, 'data')
      const start = c.at
      if (peek(c) === '' || peek(c) === ',') {
        warn(asm, 'zero assumed for missing expression')
        emitFill(asm, size, 0)
        return
      }
      const value = expression(asm, c)
      const known = constantOf(value)
      const difference = type === null ? asDifference(value) : null
      if (known !== null && type === null && !(difference && linkedDifference(difference))) {
        putConstant(asm, known, size, start, c.at)
        return
      }
      addFixup(asm, type, size, value, false, difference)
      emitFill(asm, size, 0)
    })
  }

const FLOAT = /[-+]?(?:0[fFdDeE])?[-+]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/iy

const floats =
  (size: 4 | 8): Directive =>
  (asm, c) => {
    list(c, () => {
      mapAs(asm, 'data')
      peek(c)
      FLOAT.lastIndex = c.at
      const text = FLOAT.exec(c.text)?.[0]
      if (text === undefined) throw new SourceError('floating point number invalid', c.at, c.text.length)
      c.at += text.length
      emitInteger(asm, floatBits(text.replace(/0[fd]/i, ''), size), size)
    })
  }

/** `.string` and `.asciz` close each string with a zero; strings side by side are one. */
const strings =
  (zero: boolean): Directive =>
  (asm, c) => {
    list(c, () => {
      mapAs(asm, 'data')
      const bytes = expectString(c, encodeUtf8)
      while (peek(c) === '"') for (const b of expectString(c, encodeUtf8)) bytes.push(b)
      emitBytes(asm, bytes)
      if (zero) emitInteger(asm, 0n, 1)
    })
  }

const MAX_FILL_SIZE = 8
/** Only this many bytes of a .fill value are used; the rest of a larger size is zeros (gas manual, .fill). */
const FILL_VALUE_SIZE = 4

const fill: Directive = (asm, c) => {
  mapAs(asm, 'data')
  const count = absoluteIn(asm, c, -1, MAX_SECTION_BYTES, '.fill repeat')
  const size = accept(c, ',') ? absoluteIn(asm, c, 0, MAX_SECTION_BYTES, '.fill size') : 1
  const value = accept(c, ',') ? expression(asm, c) : null
  const known = value === null ? 0n : constantOf(value)
  if (known === null) throw new SourceError('.fill needs a value that is known')
  const used = Math.min(size, MAX_FILL_SIZE)
  if (count < 0) warn(asm, 'repeat < 0; .fill ignored')
  if (count * used > MAX_SECTION_BYTES) throw new SourceError('.fill is too large')
  if (BigInt.asUintN(32, known) === 0n) emitFill(asm, Math.max(0, count) * used, 0)
  else for (let i = 0; i < count; i++) emitInteger(asm, BigInt.asUintN(8 * Math.min(used, FILL_VALUE_SIZE), known), used)
}

const leb =
  (signed: boolean): Directive =>
  (asm, c) => {
    list(c, () => {
      mapAs(asm, 'data')
      const value = expression(asm, c)
      const known = constantOf(value)
      const { section, statement } = asm
      if (known !== null) emitBytes(asm, (signed ? sleb128 : uleb128)(known))
      else if (statement) emitGap(asm, { kind: 'leb', at: section.fixed, size: 1, value, signed, bytes: [0], statement })
    })
  }

const OCTA_BYTES = 16
/** 16 bytes each; a negative value is extended. An address does not fit (there is no relocation). */
const octa: Directive = (asm, c) => {
  list(c, () => {
    mapAs(asm, 'data')
    const start = c.at
    if (peek(c) === '' || peek(c) === ',') {
      warn(asm, 'zero assumed for missing expression')
      emitFill(asm, OCTA_BYTES, 0)
      return
    }
    const found = bigOrExpression(asm, c)
    if ('later' in found) {
      addFixup(asm, null, OCTA_BYTES, found.later)
      emitFill(asm, OCTA_BYTES, 0)
      return
    }
    if (found.value >= OCTA_LIMIT || found.value < -OCTA_LIMIT) warn(asm, `bignum truncated to ${OCTA_BYTES} bytes`, start, c.at)
    emitInteger(asm, found.value, OCTA_BYTES)
  })
}
const OCTA_LIMIT = 1n << 128n

export const data: Readonly<Record<string, Directive>> = {
  '.byte': integers(1),
  '.half': integers(2),
  '.short': integers(2),
  '.hword': integers(2),
  '.2byte': integers(2),
  '.word': integers(4),
  '.long': integers(4),
  '.int': integers(4),
  '.4byte': integers(4),
  '.dword': integers(8),
  '.quad': integers(8),
  '.8byte': integers(8),
  '.octa': octa,
  '.dtprelword': integers(4, R_RISCV.TLS_DTPREL32),
  '.dtpreldword': integers(8, R_RISCV.TLS_DTPREL64),
  '.float': floats(4),
  '.single': floats(4),
  '.double': floats(8),
  '.ascii': strings(false),
  '.asciz': strings(true),
  '.string': strings(true),
  '.fill': fill,
  '.uleb128': leb(false),
  '.sleb128': leb(true),
  '.insn': insn,
}
