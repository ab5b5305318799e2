// What somebody types to be evaluated in a frame: a variable of C with its parts, a register, a symbol, or an integer expression of them.
import { unsignedOf } from '../little-endian.ts'
import type { Task } from '../../kernel/index.ts'
import { evaluateIn, readMemory, type Session } from '../session/index.ts'
import {
  addressOfValue,
  DebugInfoError,
  describeInSpace,
  evaluate as evaluateVariable,
  formatValue,
  stripped,
  symbolsInSpace,
  typeName,
  type StackFrame,
  type Value,
} from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { spaceOf, type Sight } from '../motion/index.ts'
import { registerIn, sourceOf } from './sight.ts'

export interface Where {
  task: Task
  frame: StackFrame
}

export interface Evaluated {
  text: string
  type: string | null
  /** Of a variable: it may have parts. */
  value: Value | null
  /** Of an integer, or of a variable that is one. */
  bits: bigint | null
  /** Where to look at memory: the variable's own address, or what an integer may point to. */
  address: number | null
}

const USER_END = 1n << 47n
const WORD_BYTES = 8

/** The value of a variable's bytes as an integer, when it is one: integers, characters, enumerators and pointers. */
function integerOf(value: Value): bigint | null {
  const type = stripped(value.units, value.type)
  const { bytes } = value
  if (bytes === null || bytes.length === 0 || bytes.length > WORD_BYTES) return null
  if (type.kind !== 'base' && type.kind !== 'pointer' && type.kind !== 'enum' && type.kind !== 'reference') return null
  if (type.kind === 'base' && FLOATS.includes(type.encoding)) return null
  const bits = unsignedOf(bytes)
  const signed = type.kind === 'base' ? SIGNED.includes(type.encoding) : type.kind === 'enum' && type.signed
  return signed ? BigInt.asIntN(8 * bytes.length, bits) : bits
}
/** DW_ATE encodings (DWARF 5, 7.8). */
const FLOATS: readonly number[] = [3, 4]
const SIGNED: readonly number[] = [5, 6, 13]

/** A variable of C or a part of one; null when the text is no such thing. */
function variableOf(sight: Sight, { task, frame }: Where, text: string): Value | null {
  try {
    return evaluateVariable(sourceOf(sight, task, frame), text)
  } catch (error) {
    if (!(error instanceof DebugInfoError)) throw error
    return null
  }
}

const describeVariable = (sight: Sight, where: Where, value: Value): Evaluated => ({
  text: formatValue(sourceOf(sight, where.task, where.frame), value, true),
  type: typeName(value.units, value.type),
  value,
  bits: integerOf(value),
  address: addressOfValue(value),
})

/** An integer as people read it: decimal and hex, and the symbol that it may be an address of. */
export function integerText(sight: Sight, task: Task, bits: bigint): string {
  const unsigned = BigInt.asUintN(64, bits)
  const symbol = unsigned > 0n && unsigned < USER_END ? describeInSpace(spaceOf(sight, task), Number(unsigned)) : null
  return `${hex(bits)} (${BigInt.asIntN(64, bits)})${symbol === null ? '' : ` <${symbol}>`}`
}

function littleEndian(s: Session, task: Task, address: bigint, bytes: number): bigint | null {
  const read = readMemory(s, task, Number(BigInt.asUintN(64, address)), bytes)
  return read.length < bytes ? null : unsignedOf(read)
}

/** What the machine knows of itself and of a task. */
const OWN: Readonly<Record<string, (s: Session, task: Task) => bigint | string>> = {
  pid: (_, task) => BigInt(task.group.tgid),
  tid: (_, task) => BigInt(task.pid),
  ppid: (_, task) => BigInt(task.group.parent?.tgid ?? 0),
  comm: (_, task) => task.comm,
  time: s => BigInt(s.k.state.time),
  executed: s => BigInt(s.k.state.executed),
  steps: s => BigInt(s.k.state.steps),
}

function nameValue(sight: Sight, where: Where, name: string): bigint | string | null {
  const { task, frame } = where
  const variable = variableOf(sight, where, name)
  const integer = variable === null ? null : integerOf(variable)
  if (integer !== null) return integer
  const register = registerIn(sight, task, frame, name)
  if (register === 'lost') throw new Error(`${name} was not saved in this frame`)
  if (register !== null) return register
  if (Object.hasOwn(OWN, name)) return OWN[name](sight.s, task)
  const [symbol] = symbolsInSpace(spaceOf(sight, task), name)
  return symbol === undefined ? null : BigInt(symbol.address)
}

/** A part of a variable, `p->x`, `table[3].size`; texts in quotes are passed over. */
const PARTS = /"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*|\[\d+\])+/g

/** Parts of variables as their values, as integer expressions have names only. */
const withoutParts = (sight: Sight, where: Where, text: string): string =>
  text.replace(PARTS, part => {
    const value = part.startsWith('"') ? null : variableOf(sight, where, part)
    const integer = value === null ? null : integerOf(value)
    return integer === null ? part : `(${integer})`
  })

/** The value of an integer expression over registers, variables, symbols and memory. Throws an Error that can be shown. */
export const evaluateInteger = (sight: Sight, where: Where, text: string): bigint =>
  evaluateIn(withoutParts(sight, where, text), {
    name: name => nameValue(sight, where, name),
    load: (address, bytes) => littleEndian(sight.s, where.task, address, bytes),
  })

/** Evaluates what was typed. Throws an Error that can be shown. */
export function evaluateText(sight: Sight, where: Where, text: string): Evaluated {
  const plain = text.trim()
  const variable = plain.startsWith('$') ? null : variableOf(sight, where, plain)
  if (variable !== null) return describeVariable(sight, where, variable)
  if (/^"?\$?comm"?$/.test(plain)) return { text: `"${where.task.comm}"`, type: null, value: null, bits: null, address: null }
  const bits = evaluateInteger(sight, where, plain)
  const unsigned = BigInt.asUintN(64, bits)
  const address = unsigned < USER_END ? Number(unsigned) : null
  return { text: integerText(sight, where.task, bits), type: null, value: null, bits, address }
}

/** `{a0}` in the text of a logpoint is its value; what cannot be evaluated says why. */
export function interpolate(sight: Sight, where: Where, message: string): string {
  return message.replace(/\{([^{}]+)\}/g, (_, text: string) => {
    try {
      return evaluateText(sight, where, text).text
    } catch (error) {
      return `<${(error as Error).message}>`
    }
  })
}
