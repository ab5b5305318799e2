// Instructions: the mnemonic picks the forms, the operands pick one of them, the table of rows does the rest.
import { didYouMean } from '../diagnostic.ts'
import {
  encode,
  findMnemonic,
  foreignMnemonic,
  isWord,
  lazily,
  pseudos,
  pseudosByName,
  rowNamed,
  rowsByName,
  symbolPseudos,
} from '../../vm/isa/index.ts'
import type { FieldName, Pseudo, Row, Suffixes } from '../../vm/isa/index.ts'
import { SourceError, type Cursor } from './cursor.ts'
import { emitMatched, missingExtension } from './emit.ts'
import { asForm, isUnmasked, matchPattern, parseSyntaxPatterns, splitOperands, UNMASKED } from './operands.ts'
import type { Matched, Mismatch, Operand, Pattern } from './operands.ts'
import { symbolForms } from './symbol-forms.ts'
import type { Assembly } from './state.ts'

type Values = Map<FieldName, Matched>

/** Patterns by syntax text; there are only as many as the tables have. */
const patterns: () => ReadonlyMap<string, Pattern[]> = lazily(
  () => new Map([...rowsByName().values(), ...pseudos()].map(form => [form.syntax, parseSyntaxPatterns(form.syntax)] as const)),
)

function matchAll(asm: Assembly, syntax: string, operands: readonly Operand[]): Values | Mismatch | null {
  const expected = patterns().get(syntax) ?? []
  const given = asForm(expected, operands)
  const unmasked = isUnmasked(expected, given)
  if (expected.length !== given.length + Number(unmasked)) return null
  const values: Values = new Map()
  for (const [n, operand] of given.entries()) {
    const failed = matchPattern(asm, operand, expected[n], values)
    if (failed) return failed
  }
  if (unmasked) values.set('vm', UNMASKED)
  return values
}

/** The mismatch that says most: one with a reason, else the one furthest to the right. */
const NO_REGISTER = /^there is no register/
function better(a: Mismatch | null, b: Mismatch): Mismatch {
  if (a === null) return b
  if (a.reason !== null && NO_REGISTER.test(a.reason)) return a
  if (b.reason !== null && NO_REGISTER.test(b.reason)) return b
  if ((a.reason === null) !== (b.reason === null)) return a.reason === null ? b : a
  return b.operand.start > a.operand.start ? b : a
}

/** A number that its field cannot hold. */
function misfit(row: Row, values: Values, operands: readonly Operand[], fieldOperands: readonly FieldName[]): Mismatch | null {
  const numbers = row.operands.map(f => {
    const v = values.get(f)
    return v && 'number' in v ? v.number : null
  })
  const checked = encode(
    row,
    numbers.map((n, i) => n ?? placeholder(row.operands[i])),
  )
  if (isWord(checked)) return null
  const at = fieldOperands.indexOf(checked.field)
  return { operand: operands[Math.min(Math.max(0, at), operands.length - 1)], reason: checked.message }
}

/** A value that any field of the kind can hold, in place of one that is not known yet. */
const placeholder = (field: FieldName): number => (field === 'clui' ? 1 << 12 : 0)

/**
 * As in GNU as, an indirect jump is only shortened when written with its register alone (`jr a0`, `jalr a0`, `ret`), and `mv a0, zero`
 * is not.
 */
function isCompressible(row: Row, name: string, syntax: string, values: Values): boolean {
  if (row.name === 'jalr') return syntax === '' || syntax === 'rs1'
  const source = values.get('rs1')
  return !((name === 'mv' || name === 'move') && source && 'number' in source && source.number === 0)
}

function tryRow(asm: Assembly, row: Row, operands: readonly Operand[], suffixes: Suffixes): Mismatch | 'done' | null {
  let used = operands
  let extra: Suffixes = suffixes
  const expected = patterns().get(row.syntax) ?? []
  if (row.fields.includes('rm') && operands.length === expected.length + 1) {
    const mode: Values = new Map()
    const last = operands[operands.length - 1]
    const failed = matchPattern(asm, last, { kind: 'one', token: 'rm' }, mode)
    const rm = mode.get('rm')
    if (failed || !rm || !('number' in rm)) return failed
    used = operands.slice(0, -1)
    extra = { ...suffixes, rm: rm.number }
  }
  const values = matchAll(asm, row.syntax, used)
  if (values === null) return null
  if (!(values instanceof Map)) return values
  const wrong = misfit(row, values, used, orderOf(expected, row.operands))
  if (wrong) return wrong
  emitMatched(asm, row, values, extra, isCompressible(row, row.name, row.syntax, values))
  return 'done'
}

/** The fields by the operand they are written in. */
function orderOf(expected: readonly Pattern[], fields: readonly FieldName[]): FieldName[] {
  const known = new Set<string>(fields)
  return expected.map(p => {
    const token = p.kind === 'one' ? p.token : p.offset && known.has(p.offset) ? p.offset : p.base
    return fields.find(f => f === token) ?? fields[0]
  })
}

const expansionOf = ({ name, expansion }: Pseudo): Row[] =>
  expansion.map(step => {
    const row = rowNamed(step.name)
    if (!row) throw new Error(`${name} expands to an unknown ${step.name}`)
    return row
  })

function tryPseudo(asm: Assembly, pseudo: Pseudo, operands: readonly Operand[]): Mismatch | 'done' | null {
  const values = matchAll(asm, pseudo.syntax, operands)
  if (values === null || !(values instanceof Map)) return values
  const rows = expansionOf(pseudo)
  const steps = pseudo.expansion.map((step, at) => {
    const row = rows[at]
    const filled: Values = new Map()
    for (const [n, operand] of step.operands.entries()) {
      const value = typeof operand === 'number' ? { number: operand } : values.get(operand)
      if (value) filled.set(row.operands[n], value)
    }
    return { row, filled }
  })
  for (const { row, filled } of steps) {
    const wrong = misfit(row, filled, operands, row.operands)
    if (wrong) return { operand: operands[operands.length - 1], reason: wrong.reason }
  }
  for (const { row, filled } of steps) emitMatched(asm, row, filled, {}, isCompressible(row, pseudo.name, pseudo.syntax, filled))
  return 'done'
}

/** The statement as GNU as quotes it: no blanks but one after the mnemonic. */
function quoted(c: Cursor, start: number): string {
  const text = c.text.slice(start).trim()
  const space = text.search(/\s/)
  if (space < 0) return text
  const operands = text.slice(space).trim().replace(/\s+/g, ' ')
  return `${text.slice(0, space)} ${operands.replace(/ ?([,()]) ?/g, '$1')}`
}

/** Assembles the instruction `mnemonic`, which starts at offset `start`; its operands are at the cursor. */
export function assembleInstruction(asm: Assembly, c: Cursor, mnemonic: string, start: number): void {
  const found = findMnemonic(mnemonic)
  const forms = pseudosByName().get(mnemonic) ?? []
  const special = symbolForms.get(mnemonic)
  if (!found && forms.length === 0 && !special) throw unknown(c, mnemonic, start)
  const needs = found && missingExtension(asm, found.row)
  // Where an extension has an instruction of its own for what is else a sequence (sext.b, zext.w), the sequence is for those without it.
  const usable = forms.filter(form => expansionOf(form).every(row => missingExtension(asm, row) === null))
  if (needs && usable.length === 0)
    throw new SourceError(`unrecognized opcode \`${quoted(c, start)}', extension \`${needs}' required`, start, start + mnemonic.length)

  const operands = splitOperands(c)
  let worst: Mismatch | null = null
  const attempts: (() => Mismatch | 'done' | null)[] = []
  // Without operands (unimp) the special form comes first: it may decline.
  if (special && operands.length === 0) attempts.push(() => special(asm, operands))
  if (found && !needs) attempts.push(() => tryRow(asm, found.row, operands, found.suffixes))
  for (const form of usable.length > 0 ? usable : forms) attempts.push(() => tryPseudo(asm, form, operands))
  if (special) attempts.push(() => special(asm, operands))
  for (const attempt of attempts) {
    const result = attempt()
    if (result === 'done') return
    if (result !== null) worst = better(worst, result)
  }
  const lacking = operands.find(o => /^[a-z]+\d*\s+[a-z(]/.test(o.text) && !/[-+*/%<>]/.test(o.text))
  if (lacking) worst = { operand: lacking, reason: 'is a comma missing?' }
  throw illegal(c, start, mnemonic, worst, syntaxes(mnemonic, found?.row, forms))
}

function syntaxes(mnemonic: string, row: Row | undefined, forms: readonly Pseudo[]): string[] {
  const symbolic = symbolPseudos.filter(p => p.name === mnemonic).map(p => p.syntax)
  return [...(row ? [row.syntax] : []), ...forms.map(f => f.syntax), ...symbolic]
}

function illegal(c: Cursor, start: number, mnemonic: string, why: Mismatch | null, expected: readonly string[]): SourceError {
  // GNU as names these by their own message instead of `illegal operands`.
  const own = why?.reason && /^(unknown CSR|improper|lui expression)/.test(why.reason)
  const message = own && why?.reason ? why.reason : `illegal operands \`${quoted(c, start)}'`
  const hint =
    why?.reason && !own
      ? why.reason
      : expected.length > 0
        ? `expected ${expected
            .slice(0, 3)
            .map(s => `\`${`${mnemonic} ${readable(s)}`.trim()}'`)
            .join(' or ')}`
        : null
  if (!why) return new SourceError(message, start, c.text.length, hint)
  return new SourceError(message, why.operand.start, why.operand.start + Math.max(1, why.operand.text.length), hint)
}

const readable = (syntax: string): string =>
  syntax.replace(/\b(i|s|u|b|j|c[ijb]|cinz|cld|clw|cldsp|clwsp|csdsp|cswsp|clui|caddi\w+)\b/g, m => (/^c?[bj]$/.test(m) ? 'label' : 'imm'))

function unknown(c: Cursor, mnemonic: string, start: number): SourceError {
  const names = [...rowsByName().keys(), ...pseudosByName().keys(), ...symbolForms.keys()]
  const lacks = foreignMnemonic(mnemonic)
  const words = lacks === null ? didYouMean(mnemonic, names) : `an instruction of the ${lacks} extension, which this machine lacks`
  return new SourceError(`unrecognized opcode \`${quoted(c, start)}'`, start, start + mnemonic.length, words)
}
