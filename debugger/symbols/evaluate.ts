// What a user asks to see: `name`, `point.x`, `list->next`, `table[3]`, `*p`, `&x`, in the frame that is looked at. No arithmetic, no calls.
import { AT, DebugInfoError } from '../../kernel/abi/dwarf/index.ts'
import { formatValue, memberBytes } from './format.ts'
import { globalsOf, variableOf } from './scopes.ts'
import type { LoadedFile } from './space.ts'
import { byteSize, stripped } from './types.ts'
import { typeName } from './type-names.ts'
import { addressOf, unitsOf } from './units.ts'
import { addressOfValue, findVariable, pointerOf, valueAt, valueOfVariable, type Value, type ValueSource } from './value.ts'
import type { DebugUnits, Member, Type, TypeRef } from './model.ts'

const POINTER_BYTES = 8
const TOKENS = /\s*(->|[.*&[\]()]|\d+|0x[0-9a-f]+|[A-Za-z_$][\w$]*)/giy
const MAX_TOKENS = 500

interface Parse {
  source: ValueSource
  tokens: string[]
  at: number
}

function refuse(reason: string): never {
  throw new DebugInfoError(reason)
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const pattern = new RegExp(TOKENS.source, TOKENS.flags)
  const trimmed = text.trim()
  while (pattern.lastIndex < trimmed.length) {
    const match = pattern.exec(trimmed)
    if (match === null) refuse(`A syntax error in expression, near \`${trimmed}'.`)
    tokens.push(match[1])
  }
  if (tokens.length > MAX_TOKENS) refuse('The expression is too long.')
  return tokens
}

const accept = (p: Parse, token: string): boolean => p.tokens[p.at] === token && ++p.at > 0

/** A function or an enumerator of that name. */
function otherNamed(source: ValueSource, name: string): Value | null {
  for (const loaded of source.space.files) {
    const units = unitsOf(loaded.file)
    if (units === null) continue
    const found = namedIn(source, loaded, units, name)
    if (found) return found
  }
  return null
}

function namedIn(source: ValueSource, loaded: LoadedFile, units: DebugUnits, name: string): Value | null {
  const { values, enumerators } = globalsOf(units)
  const entry = values.get(name)
  const start = entry && addressOf(units, entry.unit, entry.attributes.get(AT.lowPc))
  if (entry && start !== null && start !== undefined)
    return valueAt(source, units, entry.offset, { kind: 'memory', address: start + loaded.bias })
  const label = enumerators.get(name)
  const value = label && variableOf(units, label.entry)?.constant
  if (!label || value?.kind !== 'constant') return null
  return valueAt(source, units, label.type.offset, { kind: 'value', value: value.value })
}

function named(p: Parse): Value {
  const name = p.tokens[p.at++] ?? refuse('An expression is missing.')
  if (!/^[A-Za-z_$]/.test(name)) refuse(`A syntax error in expression, near \`${name}'.`)
  const visible = findVariable(p.source.space, p.source.frame, name)
  if (visible) return valueOfVariable(p.source, visible)
  return otherNamed(p.source, name) ?? refuse(`No symbol "${name}" in current context.`)
}

function bytesOf(value: Value): Uint8Array {
  return value.bytes ?? refuse(value.problem ?? 'The value is not known.')
}

function at(p: Parse, value: Value, type: TypeRef, address: number): Value {
  return valueAt(p.source, value.units, type, { kind: 'memory', address })
}

function dereference(p: Parse, value: Value): Value {
  const type = stripped(value.units, value.type)
  if (type.kind === 'array') return element(p, value, 0)
  if (type.kind === 'function') return value
  if (type.kind !== 'pointer' && type.kind !== 'reference') refuse('Attempt to take contents of a non-pointer value.')
  if (stripped(value.units, type.target).kind === 'void') refuse('Attempt to take contents of a non-pointer value.')
  return at(p, value, type.target, pointerOf(bytesOf(value)))
}

/** A part of a value that lies in the bytes of the whole. */
function part(p: Parse, value: Value, type: TypeRef, offset: number): Value {
  const address = addressOfValue(value)
  if (address !== null) return at(p, value, type, address + offset)
  const bytes = value.bytes?.subarray(offset, offset + byteSize(value.units, type)) ?? null
  return { ...value, type, bytes, location: bytes ? { kind: 'bytes', bytes } : value.location }
}

/** The type of an array's elements: of one with several dimensions, an array of those that remain. */
function element(p: Parse, value: Value, index: number): Value {
  const { units } = value
  const type = stripped(units, value.type)
  if (type.kind === 'pointer') return at(p, value, type.target, pointerOf(bytesOf(value)) + index * byteSize(units, type.target))
  if (type.kind !== 'array') refuse('cannot subscript something of type `' + typeName(units, value.type) + "'")
  const [, ...rest] = type.counts
  const size = byteSize(units, type.element) * rest.reduce<number>((product, n) => product * (n ?? 0), 1)
  const inner = rest.length === 0 ? type.element : restOf(units, type.element, rest)
  return part(p, value, inner, index * size)
}

/** The type of a row of an array. */
function restOf(units: DebugUnits, elementType: TypeRef, counts: (number | null)[]): TypeRef {
  return derivedType(units, `${elementType}[${counts.join('][')}]`, { kind: 'array', element: elementType, counts })
}

/** A type that no entry of the file describes gets a number that none has. */
function derivedType(units: DebugUnits, key: string, type: Type): TypeRef {
  const known = units.derived.get(key)
  if (known !== undefined) return known
  const ref = -1 - units.derived.size
  units.types.set(ref, type)
  units.derived.set(key, ref)
  return ref
}

/** The member of a name, those of anonymous members included, and where the whole it is in begins. `seen`: types that are being looked into. */
function findMember(units: DebugUnits, type: TypeRef, name: string, seen = new Set<Type>()): { member: Member; base: number } | null {
  const whole = stripped(units, type)
  if (!('members' in whole) || seen.has(whole)) return null
  seen.add(whole)
  for (const member of whole.members) {
    if (member.name === name) return { member, base: 0 }
    const inner = member.name === null ? findMember(units, member.type, name, seen) : null
    if (inner) return { ...inner, base: inner.base + (member.offset ?? 0) }
  }
  return null
}

function memberOf(p: Parse, value: Value): Value {
  const name = p.tokens[p.at++] ?? refuse('A member is missing.')
  const { units } = value
  const found = findMember(units, value.type, name)
  if (found === null) refuse(`There is no member named ${name}.`)
  const { member, base } = found
  if (member.bits === null) return part(p, value, member.type, base + (member.offset ?? 0))
  const whole = bytesOf(value).subarray(base)
  return { ...value, type: member.type, bytes: memberBytes(units, whole, member), location: { kind: 'lost', reason: 'a bit field' } }
}

function postfix(p: Parse): Value {
  let value: Value
  if (accept(p, '(')) {
    value = prefixed(p)
    if (!accept(p, ')')) refuse("A `)' is missing.")
  } else value = named(p)
  for (;;) {
    if (accept(p, '.')) value = memberOf(p, value)
    else if (accept(p, '->')) value = memberOf(p, stripped(value.units, value.type).kind === 'pointer' ? dereference(p, value) : value)
    else if (accept(p, '[')) {
      const index = Number(p.tokens[p.at++])
      if (!Number.isSafeInteger(index)) refuse('An index must be a number.')
      if (!accept(p, ']')) refuse("A `]' is missing.")
      value = element(p, value, index)
    } else return value
  }
}

function prefixed(p: Parse): Value {
  if (accept(p, '*')) return dereference(p, prefixed(p))
  if (!accept(p, '&')) return postfix(p)
  const value = prefixed(p)
  const address = addressOfValue(value)
  if (address === null) refuse('Attempt to take address of value not located in memory.')
  const { units } = value
  const ref = derivedType(units, `&${value.type}`, { kind: 'pointer', target: value.type, size: POINTER_BYTES })
  return valueAt(p.source, units, ref, { kind: 'value', value: BigInt(address) })
}

/**
 * The value of an expression in a frame.
 * @throws DebugInfoError with what to tell the user
 */
export function evaluate(source: ValueSource, text: string): Value {
  const p: Parse = { source, tokens: tokensOf(text), at: 0 }
  const value = prefixed(p)
  if (p.at < p.tokens.length) refuse(`A syntax error in expression, near \`${p.tokens.slice(p.at).join('')}'.`)
  return value
}

/** The text of an expression's value as gdb's `print` shows it. @throws DebugInfoError with what to tell the user */
export function printExpression(source: ValueSource, text: string): string {
  return formatValue(source, evaluate(source, text), true)
}
