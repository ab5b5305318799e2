// `.insn`: an instruction by the fields of its format, or as a number (gas manual, RISC-V Instruction Formats).
import { fByName, xByName } from '../../../vm/isa/index.ts'
import { atEnd, peek, SourceError, accept, type Cursor } from '../cursor.ts'
import { emitRaw, type RawBranch } from '../emit.ts'
import { didYouMean } from '../../diagnostic.ts'
import { absoluteIn } from '../operand-expression.ts'
import { matchPattern, splitOperands, symbolOperand, type Matched, type Operand } from '../operands.ts'
import { constantOf } from '../value.ts'
import type { FieldName } from '../../../vm/isa/index.ts'
import type { Assembly, Expr } from '../state.ts'
import type { Directive } from './directive.ts'
import { bigConstant } from './big.ts'

/** Major opcodes by name (ISA manual, RISC-V base opcode map). */
const OPCODES: Readonly<Record<string, number>> = {
  LOAD: 0x03,
  LOAD_FP: 0x07,
  CUSTOM_0: 0x0b,
  MISC_MEM: 0x0f,
  OP_IMM: 0x13,
  AUIPC: 0x17,
  OP_IMM_32: 0x1b,
  STORE: 0x23,
  STORE_FP: 0x27,
  CUSTOM_1: 0x2b,
  AMO: 0x2f,
  OP: 0x33,
  LUI: 0x37,
  OP_32: 0x3b,
  MADD: 0x43,
  MSUB: 0x47,
  NMSUB: 0x4b,
  NMADD: 0x4f,
  OP_FP: 0x53,
  OP_V: 0x57,
  CUSTOM_2: 0x5b,
  BRANCH: 0x63,
  JALR: 0x67,
  JAL: 0x6f,
  SYSTEM: 0x73,
  CUSTOM_3: 0x7b,
}
const QUADRANTS: Readonly<Record<string, number>> = { C0: 0, C1: 1, C2: 2 }

/** The instruction as far as it is known. */
interface Building {
  word: number
  /** A field that a relocation fills in. */
  relocation: { type: number; value: Expr } | null
  /** A branch or jump whose size depends on the distance. */
  branch: RawBranch | null
}
/** Reads one operand into the word; answers why it cannot. */
type Part = (asm: Assembly, operand: Operand, b: Building) => string | null

const put = (b: Building, value: number, at: number): null => {
  b.word = (b.word | (value << at)) >>> 0
  return null
}

/** A known number within bounds, or what is wrong. */
function numberIn(asm: Assembly, operand: Operand, text: string, low: number, high: number): number | string {
  const value = symbolOperand(asm, { ...operand, text })
  const known = value === null ? null : constantOf(value)
  if (known === null) return `bad expression \`${text}'`
  return known < BigInt(low) || known > BigInt(high) ? `${text} is not in ${low}..${high}` : Number(known)
}

const fields =
  (at: number, width: number): Part =>
  (asm, operand, b) => {
    const n = numberIn(asm, operand, operand.text, 0, 2 ** width - 1)
    return typeof n === 'string' ? `bad value for funct${width} field: ${n}` : put(b, n, at)
  }

const opcode =
  (names: Readonly<Record<string, number>>, isRight: (n: number) => boolean, width: number): Part =>
  (asm, operand, b) => {
    const n = names[operand.text] ?? numberIn(asm, operand, operand.text, 0, 2 ** width - 1)
    return typeof n === 'string' || !isRight(n) ? `bad value for opcode field: \`${operand.text}'` : put(b, n, 0)
  }
const long = opcode(OPCODES, n => (n & 3) === 3, 7)
const short = opcode(QUADRANTS, n => n !== 3, 2)

const register =
  (at: number): Part =>
  (_asm, operand, b) => {
    const n = xByName.get(operand.text) ?? fByName.get(operand.text)
    return n === undefined ? `no register \`${operand.text}'` : put(b, n, at)
  }
/** One of the eight registers x8..x15, f8..f15. */
const near =
  (at: number): Part =>
  (_asm, operand, b) => {
    const n = xByName.get(operand.text) ?? fByName.get(operand.text) ?? -1
    return n < 8 || n > 15 ? `\`${operand.text}' is none of the registers 8 to 15` : put(b, n - 8, at)
  }

const ENCODERS: Readonly<Record<'i' | 's' | 'u', (n: number) => number>> = {
  i: n => (n & 0xfff) << 20,
  s: n => ((n & 0xfe0) << 20) | ((n & 0x1f) << 7),
  u: n => n & 0xfffff000,
}
function takeImmediate(b: Building, matched: Matched | undefined, field: 'i' | 's' | 'u'): string | null {
  if (matched === undefined || 'target' in matched) return 'bad immediate'
  if ('relocation' in matched) b.relocation = { type: matched.relocation, value: matched.value }
  else if (field !== 'u' && (matched.number < -2048 || matched.number > 2047)) return `${matched.number} is not in -2048..2047`
  else put(b, ENCODERS[field](matched.number), 0)
  return null
}
const immediate =
  (field: 'i' | 'u'): Part =>
  (asm, operand, b) => {
    const values = new Map<FieldName, Matched>()
    const failed = matchPattern(asm, operand, { kind: 'one', token: field }, values)
    return failed ? (failed.reason ?? 'bad immediate') : takeImmediate(b, values.get(field), field)
  }
const memory =
  (field: 'i' | 's'): Part =>
  (asm, operand, b) => {
    const values = new Map<FieldName, Matched>()
    const failed = matchPattern(asm, operand, { kind: 'memory', offset: field, base: 'rs1' }, values)
    if (failed) return failed.reason ?? 'expected offset(register)'
    const base = values.get('rs1')
    put(b, base && 'number' in base ? base.number : 0, 15)
    return takeImmediate(b, values.get(field), field)
  }

/** A plain number in a field of a short instruction. */
const small =
  (low: number, high: number, encode: (n: number) => number): Part =>
  (asm, operand, b) => {
    const n = numberIn(asm, operand, operand.text, low, high)
    return typeof n === 'string' ? n : put(b, encode(n), 0)
  }
const MEMORY = /^(.*?)\s*\(\s*([A-Za-z]\w*)\s*\)$/s
const nearMemory: Part = (asm, operand, b) => {
  const found = MEMORY.exec(operand.text)
  if (found === null) return 'expected offset(register)'
  const n = found[1] === '' ? 0 : numberIn(asm, operand, found[1], 0, 31)
  if (typeof n === 'string') return n
  put(b, ((n & 3) << 5) | ((n >> 2) << 10), 0)
  return near(7)(asm, { ...operand, text: found[2] }, b)
}

const target =
  (kind: RawBranch['kind']): Part =>
  (asm, operand, b) => {
    const value = symbolOperand(asm, operand)
    if (value === null) return `bad target \`${operand.text}'`
    b.branch = { target: value, kind }
    return null
  }

const r = [long, fields(12, 3), fields(25, 7), register(7), register(15), register(20)]
const r4 = [long, fields(12, 3), fields(25, 2), register(7), register(15), register(20), register(27)]
const b = [long, fields(12, 3), register(15), register(20), target('b')]
const j = [long, register(7), target('j')]
const near2 = [short, fields(13, 3), near(2), nearMemory]

const FORMATS: Readonly<Record<string, readonly (readonly Part[])[]>> = {
  r: [r, r4],
  r4: [r4],
  i: [
    [long, fields(12, 3), register(7), register(15), immediate('i')],
    [long, fields(12, 3), register(7), memory('i')],
  ],
  s: [[long, fields(12, 3), register(20), memory('s')]],
  sb: [b],
  b: [b],
  u: [[long, register(7), immediate('u')]],
  uj: [j],
  j: [j],
  cr: [[short, fields(12, 4), register(7), register(2)]],
  ci: [[short, fields(13, 3), register(7), small(-32, 31, n => ((n & 0x20) << 7) | ((n & 0x1f) << 2))]],
  ciw: [[short, fields(13, 3), near(2), small(0, 255, n => n << 5)]],
  css: [[short, fields(13, 3), register(2), small(0, 63, n => n << 7)]],
  cl: [near2],
  cs: [near2],
  ca: [[short, fields(10, 6), fields(5, 2), near(7), near(2)]],
  cb: [[short, fields(13, 3), near(7), target('cb')]],
  cj: [[short, fields(13, 3), target('cj')]],
}

function byFormat(asm: Assembly, c: Cursor, name: string): void {
  const forms = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
  if (forms === undefined)
    throw new SourceError(`unrecognized opcode \`${name}'`, c.at, c.at + name.length, didYouMean(name, Object.keys(FORMATS)))
  c.at += name.length
  const start = c.at
  const operands = splitOperands(c)
  const form = forms.find(parts => parts.length === operands.length)
  if (form === undefined) {
    const counts = forms.map(parts => parts.length).join(' or ')
    throw new SourceError(`.insn ${name} takes ${counts} operands, not ${operands.length}`, start, c.text.length)
  }
  const building: Building = { word: 0, relocation: null, branch: null }
  for (const [n, part] of form.entries()) {
    const wrong = part(asm, operands[n], building)
    if (wrong !== null) {
      const at = operands[n].start
      throw new SourceError(
        `illegal operands \`.insn ${c.text.slice(start - name.length).trim()}'`,
        at,
        at + Math.max(1, operands[n].text.length),
        wrong,
      )
    }
  }
  emitRaw(asm, building.word, form[0] === short ? 2 : 4, building.relocation, building.branch)
}

/** The length that the low bits of an instruction say (ISA manual, Expanded Instruction-Length Encoding); 0 for the reserved one. */
function lengthOf(word: bigint): number {
  const low = Number(word & 0xffffn)
  if ((low & 3) !== 3) return 2
  if ((low & 0x1f) !== 0x1f) return 4
  if ((low & 0x3f) === 0x1f) return 6
  if ((low & 0x7f) === 0x3f) return 8
  const more = (low >> 12) & 7
  return more === 7 ? 0 : 10 + 2 * more
}

const MAX_LENGTH = 22

export const insn: Directive = (asm, c) => {
  const name = /^[A-Za-z]\w*/.exec(peek(c) === '' ? '' : c.text.slice(c.at))?.[0]
  if (name !== undefined) return byFormat(asm, c, name)
  if (atEnd(c)) throw new SourceError('missing expression')
  const start = c.at
  let word = bigConstant(asm, c)
  const natural = lengthOf(word)
  let length = natural
  if (accept(c, ',')) {
    c.at = start
    length = absoluteIn(asm, c, 2, MAX_LENGTH, 'instruction length')
    accept(c, ',')
    word = bigConstant(asm, c)
    if (length !== lengthOf(word)) throw new SourceError('instruction length conflicts with its encoding', start, c.at)
  }
  if (length === 0 || word < 0n || word >= 1n << BigInt(8 * length))
    throw new SourceError(`value conflicts with instruction length`, start, c.at)
  emitRaw(asm, word, length, null, null)
}
