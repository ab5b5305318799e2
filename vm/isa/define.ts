// How a row of the instruction table is written. `insn` takes the syntax, the bit pattern, one sentence and the meaning;
// `compressed` takes a pattern and the 32-bit instruction that it stands for.
import { fields, type FieldName } from './fields.ts'
import type { Meaning } from './sem.ts'

export interface Row {
  /** Mnemonic without .aq/.rl suffixes. */
  name: string
  /** Operands as written: `rd, i(rs1)`, with field names in place of values. */
  syntax: string
  /** Fields of `syntax`, in order. */
  operands: readonly FieldName[]
  /** Every field of the pattern. A field that is not an operand is a suffix (aq, rl) or optional last operand (rm). */
  fields: readonly FieldName[]
  mask: number
  match: number
  length: 2 | 4
  extension: string
  /** An extension that has to be there as well. */
  also: string | null
  doc: string
  meaning: Meaning | null
  expansion: Expansion | null
  /** Other 32-bit forms with the same effect, which automatic compression may turn into this one. */
  inverse: readonly Expansion[]
  /** Only decoded, never produced: an encoding without effect of its own, or with reserved bits that are ignored. It shares its name with the ordinary form. */
  hint: boolean
  /** It is printed under its own name where others go by that of what they stand for: that is only how it executes here. */
  opaque: boolean
}

/** The instructions of an extension, made when somebody asks for them. */
export type Rows = () => readonly Row[]

/** A compressed form stands for `name` with each operand taken from a field of its own, or fixed. */
export interface Expansion {
  name: string
  operands: readonly (FieldName | number)[]
}

export const isField = (token: string): token is FieldName => token in fields

function parsePattern(name: string, pattern: string, bits: number): Pick<Row, 'mask' | 'match' | 'fields'> {
  let mask = 0
  let match = 0
  let at = bits
  const seen: FieldName[] = []
  for (const token of pattern.split(' ')) {
    const colon = token.indexOf(':')
    if (colon < 0) {
      const value = Number(`0b${token}`)
      if (Number.isNaN(value)) throw new Error(`${name}: no bits ${token}`)
      at -= token.length
      mask |= (2 ** token.length - 1) << at
      match |= value << at
      continue
    }
    const field = token.slice(0, colon)
    if (!isField(field)) throw new Error(`${name}: no field ${field}`)
    at -= Number(token.slice(colon + 1))
    if (!seen.includes(field)) seen.push(field)
  }
  if (at !== 0) throw new Error(`${name}: the pattern covers ${bits - at} of ${bits} bits`)
  return { mask: mask >>> 0, match: match >>> 0, fields: seen }
}

export function parseSyntax(syntax: string): Pick<Row, 'name' | 'syntax' | 'operands'> {
  const space = syntax.indexOf(' ')
  const name = space < 0 ? syntax : syntax.slice(0, space)
  const rest = space < 0 ? '' : syntax.slice(space + 1)
  const words: readonly string[] = rest.match(/[a-z]\w*/g) ?? []
  return { name, syntax: rest, operands: words.filter(isField) }
}

/**
 * The same format for other instructions: `fixed` says which bits are another's, and how they are. Rows of large families are made so,
 * as a pattern takes longer to read than to change.
 */
export const alike = (row: Row, name: string, doc: string, meaning: Meaning, fixed: { mask: number; match: number }): Row => ({
  ...row,
  name,
  doc,
  meaning,
  match: ((row.match & ~fixed.mask) | fixed.match) >>> 0,
})

/** A 32-bit instruction of `extension`. */
export function insn(extension: string, syntax: string, pattern: string, doc: string, meaning: Meaning): Row {
  return rowOf(syntax, pattern, 4, extension, doc, meaning, null, [])
}

/** Members by their names, not by spreading: there are hundreds of rows at each start. */
function rowOf(
  written: string,
  pattern: string,
  length: 2 | 4,
  extension: string,
  doc: string,
  meaning: Meaning | null,
  expansion: Expansion | null,
  inverse: readonly Expansion[],
): Row {
  const { name, syntax, operands } = parseSyntax(written)
  const { mask, match, fields: all } = parsePattern(name, pattern, length * 8)
  return {
    name,
    syntax,
    operands,
    fields: all,
    mask,
    match,
    length,
    extension,
    also: null,
    doc,
    meaning,
    expansion,
    inverse,
    hint: false,
    opaque: false,
  }
}

function parseExpansion(text: string): Expansion {
  const [name, ...operands] = text.split(/[\s,()]+/).filter(Boolean)
  return { name, operands: operands.map(o => (isField(o) ? o : Number(o))) }
}

/**
 * A 16-bit instruction: `stands` names the 32-bit one with the fields (or register and immediate numbers) it takes, e.g.
 * `addi crd, 0, ci`; `also` lists others that it may replace.
 */
export function compressed(syntax: string, pattern: string, stands: string, doc: string, also: readonly string[] = []): Row {
  return rowOf(syntax, pattern, 2, 'C', doc, null, parseExpansion(stands), also.map(parseExpansion))
}

/** A 16-bit encoding that does nothing (Unprivileged spec, C extension, HINT instructions). */
export const hint = (syntax: string, pattern: string, stands: string): Row => ({
  ...compressed(syntax, pattern, stands, 'Nothing (a hint).'),
  hint: true,
})

/** A 32-bit instruction that executes as another one: `stands` is that one, as for `compressed`. */
export const standing = (extension: string, syntax: string, pattern: string, stands: string, doc: string): Row => ({
  ...insn(extension, syntax, pattern, doc, () => {}),
  meaning: null,
  expansion: parseExpansion(stands),
  opaque: true,
})

/**
 * A 32-bit encoding with bits that are reserved and must be ignored (Unprivileged spec, Memory Ordering Instructions): `stands` is what it
 * executes as. It takes the words that the ordinary rows leave.
 */
export const ignoring = (extension: string, syntax: string, pattern: string, stands: string): Row => {
  const doc = 'The same, with reserved bits that are ignored.'
  return { ...standing(extension, syntax, pattern, stands, doc), hint: true }
}
