// The tree of variables: registers, CSRs and the locals of a frame, and the parts of what has parts. A node is named by plain data, and
// looked up again whenever it is opened.
import { unsignedOf } from '../little-endian.ts'
import { fNames, xByName, xNames } from '../../vm/index.ts'
import { findTask, usesFp } from '../../kernel/index.ts'
import { readRegister, taskByPid, writeMemory, writeRegister, writeSome } from '../session/index.ts'
import { formatValue, localsOf, stripped, typeName, valueOfVariable, type Type, type Value } from '../symbols/index.ts'
import { registersView } from '../views/index.ts'
import { hex } from '../hex.ts'
import { evaluateInteger, evaluateText, integerText, type Where } from './expressions.ts'
import type { Sight } from '../motion/index.ts'
import { frameAt, registerIn, sourceOf } from './sight.ts'

/** Something that can be opened: a scope, or a value with parts. */
export interface Node {
  kind: 'registers' | 'float' | 'csrs' | 'locals' | 'value'
  task: number
  /** Of the frame. */
  level: number
  /** Of a value: how it is written in an expression. */
  expression: string
}

export interface Row {
  name: string
  value: string
  type?: string
  evaluateName?: string
  memoryReference?: string
  /** What it opens to; null: nothing. */
  node: Node | null
  named?: number
  indexed?: number
}

export interface ScopeRow {
  name: string
  hint?: 'registers' | 'locals'
  expensive: boolean
  node: Node
}

/** Elements of an array are shown so many at most unless a part is asked for. */
const MOST_ELEMENTS = 1000

function where(sight: Sight, { task: id, level }: Node): Where {
  const task = findTask(sight.s.k.state.ns, id)
  if (task === null) throw new Error(`there is no task ${id}`)
  return { task, frame: frameAt(sight, task, level) }
}

/** What an editor shows of a frame: locals, registers, and what else there is. */
export function scopesOf(sight: Sight, task: number, level: number): ScopeRow[] {
  const node = (kind: Node['kind']): Node => ({ kind, task, level, expression: '' })
  const at = where(sight, node('registers'))
  const rows: ScopeRow[] = []
  if (localsOf(at.frame).length > 0) rows.push({ name: 'Locals', hint: 'locals', expensive: false, node: node('locals') })
  rows.push({ name: 'Registers', hint: 'registers', expensive: false, node: node('registers') })
  if (usesFp(sight.s.k, at.task)) rows.push({ name: 'Float', hint: 'registers', expensive: true, node: node('float') })
  if (at.task.onHart >= 0) rows.push({ name: 'CSRs', hint: 'registers', expensive: true, node: node('csrs') })
  return rows
}

function registerRow(sight: Sight, at: Where, name: string, note?: string): Row {
  const bits = registerIn(sight, at.task, at.frame, name)
  if (bits === null || bits === 'lost') return { name, value: '<not saved>', node: null }
  const value = note === undefined ? integerText(sight, at.task, bits) : `${hex(bits)}${note === '' ? '' : ` ${note}`}`
  return { name, value, evaluateName: `$${name}`, memoryReference: hex(bits), node: null }
}

/** What a value opens to: members, elements, or what it points to. */
function partsOf({
  units,
  type,
  bytes,
}: Value): { kind: 'members'; count: number } | { kind: 'elements'; count: number } | 'target' | null {
  const known: Type = stripped(units, type)
  if ('members' in known) return { kind: 'members', count: known.members.length }
  if (known.kind === 'array') return { kind: 'elements', count: known.counts[0] ?? 0 }
  if (known.kind !== 'pointer' || bytes === null || bytes.every(byte => byte === 0)) return null
  const target = stripped(units, known.target)
  return target.kind === 'void' || target.kind === 'function' ? null : 'target'
}

function valueRow(sight: Sight, at: Where, node: Node, name: string, expression: string, value: Value): Row {
  const parts = partsOf(value)
  const address = value.location.kind === 'memory' ? value.location.address : null
  return {
    name,
    value: formatValue(sourceOf(sight, at.task, at.frame), value, true),
    type: typeName(value.units, value.type),
    evaluateName: expression,
    ...(address === null ? {} : { memoryReference: hex(address) }),
    node: parts === null ? null : { ...node, kind: 'value', expression },
    ...(parts === null || parts === 'target' ? {} : parts.kind === 'members' ? { named: parts.count } : { indexed: parts.count }),
  }
}

/** A pointer's star binds less than what may follow. */
const inner = (expression: string): string => (expression.startsWith('*') ? `(${expression})` : expression)

function valueRows(sight: Sight, at: Where, node: Node, start: number, count: number): Row[] {
  const { value } = evaluateText(sight, at, node.expression)
  const parts = value === null ? null : partsOf(value)
  if (value === null || parts === null) return []
  const row = (name: string, expression: string): Row[] => {
    const part = evaluateText(sight, at, expression).value
    return part === null ? [] : [valueRow(sight, at, node, name, expression, part)]
  }
  if (parts === 'target') return row(`*${node.expression}`, `*${node.expression}`)
  if (parts.kind === 'elements') {
    const end = Math.min(parts.count, start + (count === 0 ? MOST_ELEMENTS : count))
    return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i).flatMap(i =>
      row(`[${i}]`, `${inner(node.expression)}[${i}]`),
    )
  }
  const type = stripped(value.units, value.type)
  return 'members' in type ? type.members.flatMap(m => (m.name === null ? [] : row(m.name, `${inner(node.expression)}.${m.name}`))) : []
}

function localRows(sight: Sight, at: Where, node: Node): Row[] {
  const source = sourceOf(sight, at.task, at.frame)
  const seen = new Set<string>()
  return localsOf(at.frame).flatMap(visible => {
    const { name } = visible.variable
    // One of an outer block that an inner one hides.
    if (seen.has(name)) return []
    seen.add(name)
    return [valueRow(sight, at, node, name, name, valueOfVariable(source, visible))]
  })
}

const KINDS: Readonly<Record<Node['kind'], (sight: Sight, at: Where, node: Node, start: number, count: number) => Row[]>> = {
  registers: (sight, at) => ['pc', ...xNames].map(name => registerRow(sight, at, name)),
  float: (sight, at) => {
    const notes = new Map(at.frame.level === 0 ? registersView.data(sight.s.k, { pid: at.task.pid }).f.map(r => [r.name, r.note]) : [])
    return [...fNames.map(name => registerRow(sight, at, name, notes.get(name) ?? '')), registerRow(sight, at, 'fcsr', '')]
  },
  csrs: (sight, at) =>
    registersView.data(sight.s.k, { pid: at.task.pid }).csrs.map(({ name, value, note }) => ({
      name,
      value: note === '' ? value : `${value} ${note}`,
      evaluateName: `$${name}`,
      node: null,
    })),
  locals: localRows,
  value: valueRows,
}

/** What a node opens to. `count` 0: all. */
export const rowsOf = (sight: Sight, node: Node, start = 0, count = 0): Row[] =>
  KINDS[node.kind](sight, where(sight, node), node, start, count)

/** A row for an expression in a frame. Throws an Error that says what is wrong with it. */
export function rowOfExpression(sight: Sight, task: number, level: number, expression: string): Row {
  const node: Node = { kind: 'value', task, level, expression }
  const at = where(sight, node)
  const { text, type, value, address } = evaluateText(sight, at, expression)
  if (value !== null) return valueRow(sight, at, node, expression, expression, value)
  return {
    name: expression,
    value: text,
    ...(type === null ? {} : { type }),
    ...(address === null ? {} : { memoryReference: hex(address) }),
    node: null,
  }
}

const FLOAT_BYTES: Readonly<Record<number, (number: number) => ArrayBuffer>> = {
  4: number => new Float32Array([number]).buffer,
  8: number => new Float64Array([number]).buffer,
}
const ENCODING_FLOAT = 4

/** Bytes of a scalar that was typed. */
function bytesFor(sight: Sight, at: Where, value: Value, text: string): Uint8Array {
  const type = stripped(value.units, value.type)
  const size = value.bytes?.length ?? 0
  if (type.kind === 'base' && type.encoding === ENCODING_FLOAT) {
    const number = Number(text)
    const make = FLOAT_BYTES[size]
    if (Number.isNaN(number) || make === undefined) throw new Error(`'${text}' is no number of ${size} bytes`)
    return new Uint8Array(make(number))
  }
  if (type.kind !== 'base' && type.kind !== 'pointer' && type.kind !== 'enum') throw new Error('only numbers and pointers can be set')
  const bits = BigInt.asUintN(8 * size, evaluateInteger(sight, at, text))
  return Uint8Array.from({ length: size }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn))
}

function setValue(sight: Sight, at: Where, value: Value, text: string): void {
  const { location } = value
  if (value.bits !== null || (location.kind !== 'memory' && location.kind !== 'register'))
    throw new Error('the value has no place that could be set')
  const bytes = bytesFor(sight, at, value, text)
  if (location.kind === 'memory') {
    if (!writeMemory(sight.s, at.task, location.address, bytes)) throw new Error(`memory at ${hex(location.address)} cannot be written`)
    return
  }
  if (at.frame.level > 0) throw new Error('a register of an outer frame cannot be set')
  const name = [...xNames, ...fNames][location.register]
  const bits = unsignedOf(bytes)
  writeRegister(sight.s, at.task, name, BigInt.asIntN(8 * bytes.length, bits))
}

/** Sets a register. Throws an Error that can be shown. */
function setRegister(sight: Sight, at: Where, name: string, text: string): void {
  if (at.frame.level > 0) throw new Error('registers of outer frames cannot be set')
  const bits = evaluateInteger(sight, at, text)
  if (xByName.get(name) === 0 || !writeRegister(sight.s, at.task, name, bits)) throw new Error(`${name} cannot be set`)
}

/** Sets what an expression names: a register (`$a0`), or a variable. The recorded future is another machine's then. */
export function setExpression(sight: Sight, task: number, level: number, expression: string, text: string): void {
  const at = where(sight, { kind: 'value', task, level, expression })
  const { value } = expression.startsWith('$') ? { value: null } : evaluateText(sight, at, expression)
  if (value !== null) return setValue(sight, at, value, text)
  const name = expression.replace(/^\$/, '')
  if (readRegister(sight.s, at.task, name) === null) throw new Error(`'${expression}' cannot be set`)
  setRegister(sight, at, name, text)
}

/** Writes as many bytes of a task's memory as are mapped, and answers how many. */
export function writePartially(sight: Sight, task: number, address: number, bytes: Uint8Array): number {
  const found = taskByPid(sight.s, task)
  return found === null ? 0 : writeSome(sight.s, found, address, bytes)
}
