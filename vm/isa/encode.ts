// From a row and the values of its operands to an instruction word; compression and expansion between the 16- and 32-bit forms.
import type { Expansion, Row } from './define.ts'
import { encodeField, fieldRange, type FieldName, type FieldRange } from './fields.ts'
import { defaultRm } from './registers.ts'
import { lazily } from './lazily.ts'
import { allRows, namedRow, rowNamed } from './rows.ts'

/** The parts of an instruction that are not operands. `rm` defaults to the row's, aq and rl to 0. */
export interface Suffixes {
  rm?: number
  aq?: number
  rl?: number
}

/** An operand that does not fit its field. */
export interface FieldError {
  /** Index into the row's operands. */
  operand: number
  field: FieldName
  value: number
  range: FieldRange
  /** e.g. `immediate 2048 is not in -2048..2047`. */
  message: string
}

function fieldError(operand: number, field: FieldName, value: number): FieldError {
  const range = fieldRange(field)
  const { min, max, multiple, not, unit } = range
  const multiples = multiple > 1 ? `a multiple of ${multiple} ` : ''
  const except = not.length > 0 ? ` except ${not.join(' and ')}` : ''
  const what = { register: 'register number', immediate: 'immediate', word: field }[range.what]
  const message = `${what} ${value / unit} is not ${multiples}in ${min / unit}..${max / unit}${except}`
  return { operand, field, value, range, message }
}

/** True for the answer of `encode` that is a word. */
export const isWord = (encoded: number | FieldError): encoded is number => typeof encoded === 'number'

/**
 * The word of a row: 32 bits unsigned, or 16. `values` are in the order of `row.operands`: register numbers 0-31, immediates as the
 * bits they stand for (`u` and `clui` shifted left by 12 already; branches relative to the instruction), CSR numbers, fence sets.
 */
export function encode(row: Row, values: readonly number[], suffixes: Suffixes = {}): number | FieldError {
  if (values.length !== row.operands.length) throw new Error(`${row.name} takes ${row.operands.length} operands, got ${values.length}`)
  let word = row.match
  for (const [n, field] of row.operands.entries()) {
    const bits = encodeField(values[n], field)
    if (bits === null) return fieldError(n, field, values[n])
    word |= bits
  }
  for (const field of row.fields) {
    if (row.operands.includes(field)) continue
    const bits = encodeField(suffixValue(row, field, suffixes), field)
    if (bits === null) throw new Error(`${row.name}: no ${field} ${suffixValue(row, field, suffixes)}`)
    word |= bits
  }
  return word >>> 0
}

function suffixValue(row: Row, field: FieldName, suffixes: Suffixes): number {
  if (field === 'rm') return suffixes.rm ?? defaultRm(row.name)
  if (field === 'aq') return suffixes.aq ?? 0
  if (field === 'rl') return suffixes.rl ?? 0
  throw new Error(`${row.name}: field ${field} is neither operand nor suffix`)
}

const ORDERINGS: readonly { text: string; aq: number; rl: number }[] = [
  { text: '.aqrl', aq: 1, rl: 1 },
  { text: '.aq', aq: 1, rl: 0 },
  { text: '.rl', aq: 0, rl: 1 },
]
export const orderingSuffix = (aq: number, rl: number): string => ORDERINGS.find(o => o.aq === aq && o.rl === rl)?.text ?? ''

/** The row of a mnemonic as written, with the `.aq`, `.rl` or `.aqrl` of an atomic split off; null when there is none. */
export function findMnemonic(mnemonic: string): { row: Row; suffixes: Suffixes } | null {
  const plain = rowNamed(mnemonic)
  if (plain) return { row: plain, suffixes: {} }
  const ordering = ORDERINGS.find(o => mnemonic.endsWith(o.text))
  const row = ordering && rowNamed(mnemonic.slice(0, -ordering.text.length))
  return row?.fields.includes('aq') ? { row, suffixes: { aq: ordering?.aq, rl: ordering?.rl } } : null
}

/** A row with the values of its operands, in their order. */
export interface Filled {
  row: Row
  values: number[]
}

interface Inverse {
  short: Row
  form: Expansion
}

const inverses = lazily(() => {
  const found = new Map<string, Inverse[]>()
  for (const short of allRows()) {
    if (!short.expansion || short.hint || short.length === 4) continue
    for (const form of [short.expansion, ...short.inverse]) found.set(form.name, [...(found.get(form.name) ?? []), { short, form }])
  }
  return found
})

/** Operands of `short` that make its form mean `values`, or null. */
function fit(short: Row, form: Expansion, values: readonly number[]): number[] | null {
  const found = new Map<FieldName, number>()
  for (const [n, operand] of form.operands.entries()) {
    const value = values[n]
    if (typeof operand === 'number') {
      if (operand !== value) return null
    } else {
      if ((found.get(operand) ?? value) !== value || encodeField(value, operand) === null) return null
      found.set(operand, value)
    }
  }
  return short.operands.map(field => found.get(field) ?? 0)
}

/** The 16-bit instruction with the same effect as a 32-bit one, or null. Of several that may be used, the first in the table. */
export function compress(row: Row, values: readonly number[], mayUse: (short: Row) => boolean): Filled | null {
  for (const { short, form } of inverses().get(row.name) ?? []) {
    const fitting = mayUse(short) ? fit(short, form, values) : null
    if (fitting) return { row: short, values: fitting }
  }
  return null
}

/** The 32-bit instruction that a 16-bit one stands for; a 32-bit one stands for itself. */
export function expand(row: Row, values: readonly number[]): Filled {
  if (!row.expansion) return { row, values: [...values] }
  const valueOf = (field: FieldName): number => values[row.operands.indexOf(field)]
  return { row: namedRow(row.expansion.name), values: row.expansion.operands.map(o => (typeof o === 'number' ? o : valueOf(o))) }
}
