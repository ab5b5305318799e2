// From an instruction word to text, the way GNU objdump prints it.
import { csrByNumber } from './csrs.ts'
import { decode, slotOf, type Decoded } from './decode.ts'
import { isField, type Expansion } from './define.ts'
import { orderingSuffix } from './encode.ts'
import { decodeField, fieldSpec, isUpper, UPPER_SHIFT, valueOf, writtenOf, type FieldName, type FieldSpec } from './fields.ts'
import { fliNames } from './fli.ts'
import { pseudosByInstruction } from './pseudo.ts'
import { defaultRm, fenceSetName, fNames, rmName, vNames, xNames } from './registers.ts'
import { vtypeText } from './vtype.ts'

export interface DisassembleOptions {
  /** Pseudo-instructions where they fit, compressed forms under their 32-bit name (default). False is objdump's -M no-aliases. */
  aliases?: boolean
  /** Immediate forms under the register form's name, `add sp,sp,-16` for addi, as objdump 2.40 (and no later one) has it. */
  shortImmediates?: boolean
  /** What to print in angle brackets after an address, e.g. `main+0x10`. Without it, addresses begin with 0x, as in a file without symbols. */
  symbol?: (address: number) => string | null
}

export interface Disassembled {
  mnemonic: string
  /** Without spaces: `sp,sp,-16`. */
  operands: string
  /** Both, a tab between them. */
  text: string
  /** Where a branch or direct jump goes. */
  target: number | null
  decoded: Decoded | null
}

/** The text of the instruction in `word` (a halfword when that is compressed) at address `pc`. An illegal one is a `.4byte` or `.2byte`. */
export function disassemble(word: number, pc: number, options: DisassembleOptions = {}): Disassembled {
  const decoded = decode(word)
  // objdump has no name for an encoding whose reserved bits are ignored.
  if (!decoded || (decoded.written.hint && decoded.length === 4)) return illegal(word, options.aliases === false, decoded)
  const target = targetOf(decoded, pc)
  const context = { decoded, target, options }
  const plain = options.aliases === false || decoded.written.hint || decoded.written.opaque
  const [mnemonic, operands] = plain ? asEncoded(context) : withAliases(context)
  return { mnemonic, operands, text: join(mnemonic, operands), target, decoded }
}

function illegal(word: number, plain: boolean, decoded: Decoded | null): Disassembled {
  const short = (word & 3) !== 3
  const bits = short ? word & 0xffff : word >>> 0
  const answer = (mnemonic: string, operands: string): Disassembled => ({
    mnemonic,
    operands,
    text: join(mnemonic, operands),
    target: null,
    decoded,
  })
  // The all-zero halfword is illegal by definition, so that running into cleared memory traps.
  if (bits === 0) return answer(plain ? 'c.unimp' : 'unimp', '')
  return answer(short ? '.2byte' : '.4byte', `0x${bits.toString(16)}`)
}

const join = (mnemonic: string, operands: string): string => (operands === '' ? mnemonic : `${mnemonic}\t${operands}`)

interface Context {
  decoded: Decoded
  target: number | null
  options: DisassembleOptions
}

const isTarget = (field: FieldName): boolean => field === 'b' || field === 'j' || field === 'cb' || field === 'cj'
const targetOf = ({ row, values }: Decoded, pc: number): number | null => (row.operands.some(isTarget) ? pc + values.imm : null)

/** An address as 16 hex digits at most, two's complement when negative. */
export const addressText = (address: number): string => BigInt.asUintN(64, BigInt(address)).toString(16)

function targetText({ target, options }: Context): string {
  if (target === null) return ''
  if (!options.symbol) return `0x${addressText(target)}`
  const name = options.symbol(target)
  return addressText(target) + (name ? ` <${name}>` : '')
}

const HEX_FIELDS: readonly FieldName[] = ['shamt', 'shamtw', 'cshamt']
const UPPER_MASK = 0xfffff

const show: Record<FieldSpec['kind'], (value: number, field: FieldName) => string> = {
  x: value => xNames[value],
  xc: value => xNames[value],
  f: value => fNames[value],
  fc: value => fNames[value],
  imm: showImmediate,
  fli: (value, field) => fliNames[fieldSpec(field).table?.().indexOf(value) ?? 0],
  csr: value => csrByNumber.get(value)?.name ?? `0x${value.toString(16)}`,
  rm: rmName,
  fence: fenceSetName,
  bit: String,
  v: value => vNames[value],
  vm: value => (value === 0 ? 'v0.t' : ''),
  vtype: value => vtypeText(value) ?? String(value),
}

function showImmediate(value: number, field: FieldName): string {
  if (isUpper(field)) return `0x${((value >> UPPER_SHIFT) & UPPER_MASK).toString(16)}`
  return HEX_FIELDS.includes(field) ? `0x${value.toString(16)}` : String(writtenOf(value, field))
}

function fill(syntax: string, context: Context, valueOf: (field: FieldName) => number): string {
  return syntax.replace(/, vm\b|[a-z]\w*|, /g, token => {
    if (token === ', vm') return valueOf('vm') === 0 ? ',v0.t' : ''
    if (token === ', ') return ','
    if (!isField(token)) return token
    return isTarget(token) ? targetText(context) : show[fieldSpec(token).kind](valueOf(token), token)
  })
}

function asEncoded(context: Context): [string, string] {
  const { written, word } = context.decoded
  return [
    mnemonicOf(context.decoded, written.name),
    withRm(
      context.decoded,
      fill(written.syntax, context, f => decodeField(word, f)),
    ),
  ]
}

function withAliases(context: Context): [string, string] {
  const { row, values } = context.decoded
  const operandValues = row.operands.map(f => values[slotOf(f)])
  for (const pseudo of pseudosByInstruction().get(row.name) ?? []) {
    if (pseudo.printed === 'short' && !context.options.shortImmediates) continue
    const bound = bind(pseudo.expansion[0], operandValues)
    if (bound) return [pseudo.name, fill(pseudo.syntax, context, f => bound.get(f) ?? 0)]
  }
  return [
    mnemonicOf(context.decoded, row.name),
    withRm(
      context.decoded,
      fill(row.syntax, context, f => values[slotOf(f)]),
    ),
  ]
}

/** Values of the fields of a form that make it equal `values`, or null. */
function bind(form: Expansion, values: readonly number[]): Map<FieldName, number> | null {
  const bound = new Map<FieldName, number>()
  for (const [n, operand] of form.operands.entries()) {
    const value = values[n]
    if (typeof operand === 'number') {
      if (operand !== value) return null
    } else {
      if ((bound.get(operand) ?? value) !== value || valueOf(writtenOf(value, operand), operand) === null) return null
      bound.set(operand, value)
    }
  }
  return bound
}

const mnemonicOf = ({ row, values }: Decoded, name: string): string =>
  row.fields.includes('aq') ? name + orderingSuffix(values.aq, values.rl) : name

const withRm = ({ row, values }: Decoded, operands: string): string =>
  row.fields.includes('rm') && values.rm !== defaultRm(row.name) ? `${operands},${rmName(values.rm)}` : operands
