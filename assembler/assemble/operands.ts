// The operands of an instruction as written, and how one is read as what a field of an instruction wants.
import {
  csrByName,
  fByName,
  fieldSpec,
  fliIndex,
  isField,
  isUpper,
  parseFenceSet,
  parseVtype,
  rmByName,
  valueOf,
  vByName,
  xByName,
  type FieldName,
} from '../../vm/isa/index.ts'
import { R_RISCV } from '../../kernel/abi/index.ts'
import { SourceError, type Cursor } from './cursor.ts'
import { parseExpression } from './expression.ts'
import { scopeOf } from './symbols.ts'
import { constantOf } from './value.ts'
import type { Assembly, Expr } from './state.ts'

/** One operand between commas. Its expression is parsed at most once: parsing may make labels. */
export interface Operand {
  text: string
  /** Offset in the statement's text. */
  start: number
  parsed: Map<string, Parsed>
}
interface Parsed {
  /** `%hi(...)` and its kin, without the percent sign. */
  operator: string | null
  value: Expr
}

/** What an operand comes to: a number for its field, or a relocation that will fill the field in. */
export type Matched = { number: number } | { relocation: number; value: Expr } | { target: Expr }

/** Relocation operators: the relocation by the field that they stand in. */
const OPERATORS: Readonly<Record<string, Partial<Record<FieldName, number>>>> = {
  hi: { u: R_RISCV.HI20 },
  lo: { i: R_RISCV.LO12_I, s: R_RISCV.LO12_S },
  pcrel_hi: { u: R_RISCV.PCREL_HI20 },
  pcrel_lo: { i: R_RISCV.PCREL_LO12_I, s: R_RISCV.PCREL_LO12_S },
  got_pcrel_hi: { u: R_RISCV.GOT_HI20 },
  tprel_hi: { u: R_RISCV.TPREL_HI20 },
  tprel_lo: { i: R_RISCV.TPREL_LO12_I, s: R_RISCV.TPREL_LO12_S },
  tls_ie_pcrel_hi: { u: R_RISCV.TLS_GOT_HI20 },
  tls_gd_pcrel_hi: { u: R_RISCV.TLS_GD_HI20 },
}

/** The operands from the cursor to the end of the statement, split at commas outside of parentheses and quotes. */
export function splitOperands(c: Cursor): Operand[] {
  const out: Operand[] = []
  let depth = 0
  let start = c.at
  const push = (end: number): void => {
    const raw = c.text.slice(start, end)
    const text = raw.trim()
    out.push({ text, start: start + (text ? raw.indexOf(text[0]) : raw.length), parsed: new Map() })
  }
  for (let i = c.at; i < c.text.length; i++) {
    const ch = c.text[i]
    if (ch === '(') depth++
    else if (ch === ')') depth--
    else if (ch === "'") i += c.text[i + 1] === '\\' ? 2 : 1
    else if (ch === ',' && depth <= 0) {
      push(i)
      start = i + 1
    }
  }
  if (out.length > 0 || c.text.slice(start).trim() !== '') push(c.text.length)
  c.at = c.text.length
  return out
}

const isRegister = (text: string): boolean => xByName.has(text) || fByName.has(text)

/**
 * The operand, or the part of it in front of `(register)`, as an expression; null when it is a register, unless only a symbol can stand
 * there: as GNU as, `j ra` and `la a0, sp` go to symbols of these names.
 */
function parse(asm: Assembly, operand: Operand, text: string, onlySymbol = false): Parsed | null {
  if (text === '' || (isRegister(text) && !onlySymbol)) return null
  const known = operand.parsed.get(text)
  if (known) return known
  const { statement } = asm
  if (!statement) return null
  const end = operand.start + text.length
  const c: Cursor = { statement, text: statement.text.slice(0, end), at: operand.start }
  let operator: string | null = null
  const found = /^%([a-z_]+)\s*\(/.exec(text)
  if (found) {
    operator = found[1]
    c.at += found[0].length - 1
    if (!text.endsWith(')')) throw new SourceError("missing ')'", c.at, end)
  }
  const value = parseExpression(c, scopeOf(asm))
  if (c.text.slice(c.at).trim() !== '') return null
  const parsed = { operator, value }
  operand.parsed.set(text, parsed)
  return parsed
}

/** A mismatch that names its reason, for the message when no form of the instruction fits. */
export interface Mismatch {
  operand: Operand
  reason: string | null
}
type MatchResult = Matched | Mismatch
const isMismatch = (m: MatchResult): m is Mismatch => 'reason' in m

const mismatch = (operand: Operand, reason: string | null = null): Mismatch => ({ operand, reason })

const BRANCH_FIELDS: readonly FieldName[] = ['b', 'j', 'cb', 'cj']
const TWELVE_BITS = 12n
const UPPER_LIMIT = 1n << 20n

/** The value that a constant under a relocation operator has in its field. */
const OPERATOR_ON_CONSTANT: Readonly<Record<string, (v: bigint) => bigint>> = {
  hi: v => BigInt.asIntN(32, ((v + 0x800n) >> TWELVE_BITS) << TWELVE_BITS),
  lo: v => BigInt.asIntN(12, v),
}

function matchImmediate(asm: Assembly, operand: Operand, text: string, field: FieldName): MatchResult {
  const parsed = parse(asm, operand, text, BRANCH_FIELDS.includes(field))
  if (parsed === null) return mismatch(operand)
  if (BRANCH_FIELDS.includes(field)) return parsed.operator === null ? { target: parsed.value } : mismatch(operand)
  const known = constantOf(parsed.value)
  if (parsed.operator !== null) {
    const relocation = OPERATORS[parsed.operator]?.[field]
    if (relocation === undefined) return mismatch(operand, `%${parsed.operator} cannot stand here`)
    const onConstant = OPERATOR_ON_CONSTANT[parsed.operator]
    if (known !== null && onConstant) return { number: Number(onConstant(known)) }
    return { relocation, value: parsed.value }
  }
  if (known === null) return mismatch(operand, 'the value is not known here; an address needs %hi, %lo, %pcrel_hi or %pcrel_lo, or `la`')
  if (isUpper(field)) {
    if (known < 0n || known >= UPPER_LIMIT) return mismatch(operand, `${fieldName(field)} expression not in range 0..1048575`)
    return { number: Number(BigInt.asIntN(32, known << TWELVE_BITS)) }
  }
  const number = Number.isSafeInteger(Number(known)) ? valueOf(Number(known), field) : null
  return number !== null ? { number } : mismatch(operand, 'immediate is out of range')
}

const fieldName = (field: FieldName): string => (field === 'u' ? 'lui' : 'c.lui')

function matchCsr(asm: Assembly, operand: Operand): MatchResult {
  const named = csrByName.get(operand.text)
  if (named) return { number: named.number }
  const parsed = /^[A-Za-z_]/.test(operand.text) && !asm.symbols.has(operand.text) ? null : parse(asm, operand, operand.text)
  const known = parsed === null ? null : constantOf(parsed.value)
  if (known === null) return mismatch(operand, `unknown CSR \`${operand.text}'`)
  return known >= 0n && known < 4096n ? { number: Number(known) } : mismatch(operand, `improper CSR address (${known})`)
}

/** What looks like a register and is none. */
const LIKE_REGISTER = /^(?:[xfrv]\d+|[ast]\d+|f[ast]\d+)$/

function noRegister(operand: Operand, text: string): Mismatch {
  return mismatch(operand, LIKE_REGISTER.test(text) && !isRegister(text) ? `there is no register \`${text}'` : null)
}

const lookup = (names: ReadonlyMap<string, number>, operand: Operand, text: string): MatchResult => {
  const number = names.get(text)
  return number === undefined ? noRegister(operand, text) : { number }
}

function matchField(asm: Assembly, operand: Operand, text: string, field: FieldName): MatchResult {
  const { kind } = fieldSpec(field)
  if (kind === 'x' || kind === 'xc') return lookup(xByName, operand, text)
  if (kind === 'f' || kind === 'fc') return lookup(fByName, operand, text)
  if (kind === 'csr') return matchCsr(asm, operand)
  if (kind === 'fli') {
    const number = fieldSpec(field).table?.()[fliIndex(text) ?? -1]
    return number === undefined ? mismatch(operand, `no constant ${text}`) : { number }
  }
  if (kind === 'rm') return lookup(rmByName, operand, text)
  if (kind === 'v') {
    const found = lookup(vByName, operand, text)
    return 'number' in found && fieldSpec(field).not?.includes(found.number) ? mismatch(operand) : found
  }
  if (kind === 'vm') return text === MASKED ? { number: 0 } : mismatch(operand)
  if (kind === 'vtype') {
    const number = parseVtype(text)
    return number === null ? matchImmediate(asm, operand, text, field) : { number }
  }
  if (kind === 'fence') {
    const number = parseFenceSet(text)
    return number === null ? mismatch(operand) : { number }
  }
  return matchImmediate(asm, operand, text, field)
}

/** One operand of a form: a field or a register that must be written, an offset with a base, a base alone. */
export type Pattern = { kind: 'one'; token: string } | { kind: 'memory'; offset: string | null; base: string }

/** `rd, i(rs1)` -> what to expect between commas. */
export function parseSyntaxPatterns(syntax: string): Pattern[] {
  if (syntax === '') return []
  return syntax.split(/\s*,\s*/).map(part => {
    const memory = /^(\w*)\((\w+)\)$/.exec(part)
    return memory ? { kind: 'memory', offset: memory[1] || null, base: memory[2] } : { kind: 'one', token: part }
  })
}

const MEMORY = /^(.*?)\s*\(\s*([A-Za-z]\w*)\s*\)$/s

/** Reads a token of a pattern; one that is no field is a register or word that has to be there. */
function matchToken(asm: Assembly, operand: Operand, text: string, token: string, values: Map<FieldName, Matched>): Mismatch | null {
  if (!isField(token)) return text === token || (xByName.has(token) && xByName.get(text) === xByName.get(token)) ? null : mismatch(operand)
  const matched = matchField(asm, operand, text, token)
  if (isMismatch(matched)) return matched
  values.set(token, matched)
  return null
}

/** How the mask is written. */
const MASKED = 'v0.t'
const kindOf = (pattern: Pattern | undefined): string | null =>
  pattern?.kind === 'one' && isField(pattern.token) ? fieldSpec(pattern.token).kind : null

/** The operands as a form has them: a vector type is one, though commas are in it. */
export function asForm(expected: readonly Pattern[], operands: readonly Operand[]): readonly Operand[] {
  const last = expected.length - 1
  if (kindOf(expected[last]) !== 'vtype' || operands.length <= expected.length) return operands
  const parts = operands.slice(last)
  return [...operands.slice(0, last), { ...parts[0], text: parts.map(o => o.text).join(','), parsed: new Map() }]
}
/** Is the mask left out, which may be? */
export const isUnmasked = (expected: readonly Pattern[], operands: readonly Operand[]): boolean =>
  kindOf(expected[expected.length - 1]) === 'vm' && operands.length === expected.length - 1
/** What `vm` is then. */
export const UNMASKED = { number: 1 } as const

/** Matches one operand; null when it fits, and its fields are in `values`. */
export function matchPattern(asm: Assembly, operand: Operand, pattern: Pattern, values: Map<FieldName, Matched>): Mismatch | null {
  if (pattern.kind === 'one') return matchToken(asm, operand, operand.text, pattern.token, values)
  const memory = MEMORY.exec(operand.text)
  if (!memory) return mismatch(operand)
  if (!xByName.has(memory[2])) return noRegister(operand, memory[2])
  const [, offset, base] = memory
  if (pattern.offset === null) {
    // Atomics take an address only; a written 0 is accepted.
    if (offset !== '' && !/^0+$/.test(offset)) return mismatch(operand, 'this instruction takes no offset')
  } else if (offset === '') {
    if (!isField(pattern.offset)) return mismatch(operand)
    values.set(pattern.offset, { number: 0 })
  } else {
    const failed = matchToken(asm, operand, offset, pattern.offset, values)
    if (failed) return failed
  }
  return matchToken(asm, operand, base, pattern.base, values)
}

/** An operand as an expression alone, for the pseudo-instructions that take a symbol. */
export function symbolOperand(asm: Assembly, operand: Operand): Expr | null {
  const text = operand.text.replace(/\s*@plt$/, '')
  const parsed = parse(asm, operand, text, true)
  return parsed === null || parsed.operator !== null ? null : parsed.value
}

/** The symbol of `%tprel_add(symbol)`, or null. */
export function tprelAdd(asm: Assembly, operand: Operand): Expr | null {
  const parsed = operand.text.startsWith('%tprel_add') ? parse(asm, operand, operand.text) : null
  return parsed?.operator === 'tprel_add' ? parsed.value : null
}
