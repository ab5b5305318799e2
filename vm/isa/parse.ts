// From the text of one instruction to words: the inverse of the disassembler, for tests and for patching an instruction in the
// debugger. Operands are names and plain numbers, branch targets absolute addresses; the assembler has symbols and expressions.
import { csrByName } from './csrs.ts'
import { isField, type Row } from './define.ts'
import { encode, findMnemonic, isWord, type FieldError, type Suffixes } from './encode.ts'
import { fieldSpec, isUpper, UPPER_SHIFT, valueOf, type FieldName, type FieldSpec } from './fields.ts'
import { fliIndex } from './fli.ts'
import { pseudosByName, type Pseudo } from './pseudo.ts'
import { fByName, parseFenceSet, rmByName, vByName, xByName } from './registers.ts'
import { namedRow } from './rows.ts'
import { parseVtype } from './vtype.ts'

type Values = ReadonlyMap<FieldName, number>
type Encoded = number | FieldError

/** One way to write a mnemonic's operands. */
interface Form {
  syntax: string
  takesRm: boolean
  build: (values: Values, rm: number | undefined) => Encoded[]
}

/** The words of `text` at address `pc` (several for a longer pseudo-instruction), or what is wrong with it. */
export function parseInstruction(text: string, pc: number): number[] | string {
  const [, mnemonic, operands] = /^\s*(\S*)\s*(.*?)\s*$/.exec(text) ?? ['', '', '']
  const forms = formsOf(mnemonic)
  if (forms.length === 0) return `unrecognized opcode ${mnemonic}`
  let problem = `illegal operands ${operands}`
  for (const form of forms) {
    const encoded = attempt(form, operands, pc)
    if (encoded === null) continue
    const error = encoded.find((e): e is FieldError => !isWord(e))
    if (!error) return encoded.filter(isWord)
    problem = error.message
  }
  return problem
}

function formsOf(mnemonic: string): Form[] {
  const found = findMnemonic(mnemonic)
  return [...(found ? [rowForm(found.row, found.suffixes)] : []), ...(pseudosByName().get(mnemonic) ?? []).map(pseudoForm)]
}

const rowForm = (row: Row, suffixes: Suffixes): Form => ({
  syntax: row.syntax,
  takesRm: row.fields.includes('rm'),
  build: (values, rm) => [encode(row, row.operands.map(valueIn(values)), { ...suffixes, rm })],
})

const pseudoForm = ({ syntax, expansion }: Pseudo): Form => ({
  syntax,
  takesRm: false,
  build: values => expansion.map(({ name, operands }) => encode(namedRow(name), operands.map(valueIn(values)))),
})

const valueIn =
  (values: Values) =>
  (operand: FieldName | number): number =>
    typeof operand === 'number' ? operand : (values.get(operand) ?? 0)

/** null when the text has not the form's shape. */
function attempt(form: Form, text: string, pc: number): Encoded[] | null {
  const plain = parseOperands(form.syntax, text, pc)
  if (plain) return form.build(plain, undefined)
  const [, operands, mode] = /^(.*),\s*([a-z]{3})$/.exec(text) ?? []
  const rm = form.takesRm && mode !== undefined ? rmByName.get(mode) : undefined
  const values = rm === undefined ? null : parseOperands(form.syntax, operands, pc)
  return values && form.build(values, rm)
}

/** `vm` of an instruction that is written without `v0.t`. */
const UNMASKED = 1

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function parseOperands(syntax: string, text: string, pc: number): Values | null {
  const fields: FieldName[] = []
  const pattern = syntax
    .split(/(, vm\b|[a-z]\w*|, )/)
    .map(token => {
      if (token === ', vm') {
        fields.push('vm')
        return '(?:\\s*,\\s*(v0\\.t))?'
      }
      if (token === ', ') return '\\s*,\\s*'
      if (!isField(token)) return literal(token)
      fields.push(token)
      return fieldSpec(token).kind === 'vtype' ? '([\\w.,\\s-]+)' : '([\\w.+-]+)'
    })
    .join('')
  const match = new RegExp(`^${pattern}$`).exec(text)
  if (!match) return null
  const values = new Map<FieldName, number>()
  for (const [n, field] of fields.entries()) {
    const text = match[n + 1] as string | undefined
    const value = text === undefined ? UNMASKED : read[fieldSpec(field).kind](text, field, pc)
    if (value === null) return null
    values.set(field, value)
  }
  return values
}

const parseNumber = (text: string): number | null =>
  /^-?(0x[\da-f]+|\d+)$/i.test(text) ? Number(text.replace('-', '')) * (text[0] === '-' ? -1 : 1) : null
const TARGETS: readonly FieldName[] = ['b', 'j', 'cb', 'cj']
const UPPER_SPAN = 2 ** 20

function parseImmediate(text: string, field: FieldName, pc: number): number | null {
  const number = parseNumber(text)
  if (number === null) return null
  if (TARGETS.includes(field)) return Number(BigInt.asIntN(64, BigInt(text)) - BigInt(pc))
  if (!isUpper(field)) return valueOf(number, field)
  // Written 0 to 0xfffff; the upper half means a negative number.
  return (number >= UPPER_SPAN / 2 && number < UPPER_SPAN ? number - UPPER_SPAN : number) * 2 ** UPPER_SHIFT
}

const read: Record<FieldSpec['kind'], (text: string, field: FieldName, pc: number) => number | null> = {
  x: text => xByName.get(text) ?? null,
  xc: text => xByName.get(text) ?? null,
  f: text => fByName.get(text) ?? null,
  fc: text => fByName.get(text) ?? null,
  imm: parseImmediate,
  fli: (text, field) => fieldSpec(field).table?.()[fliIndex(text) ?? -1] ?? null,
  csr: text => csrByName.get(text)?.number ?? parseNumber(text),
  rm: text => rmByName.get(text) ?? null,
  fence: parseFenceSet,
  bit: parseNumber,
  v(text, field) {
    const number = vByName.get(text) ?? null
    return number !== null && fieldSpec(field).not?.includes(number) ? null : number
  },
  vm: () => 0,
  vtype: text => parseVtype(text) ?? parseNumber(text),
}
