// Values as text, as gdb prints them: `{x = 1, name = "ab"}`, `(int *) 0x12008 <table>`, `97 'a'`, `'\000' <repeats 15 times>`.
import { hex } from '../hex.ts'
import { ENCODING } from '../../kernel/abi/dwarf/index.ts'
import { signedOf, unsignedOf } from '../little-endian.ts'
import { characterText, floatText } from './numbers.ts'
import { describeInSpace } from './space.ts'
import { typeName } from './type-names.ts'
import { byteSize, stripped, typeAt } from './types.ts'
import { cannotAccess, pointerOf, type Value, type ValueSource } from './value.ts'
import type { DebugUnits, Member, Type, TypeRef } from './model.ts'

/** As gdb's `print elements`, `print repeats`, `print max-depth`. */
const MAX_ELEMENTS = 200
const REPEATS = 10
const MAX_DEPTH = 20

interface Printing {
  units: DebugUnits
  source: Pick<ValueSource, 'space' | 'read'>
  depth: number
  /** Parts that may still be written: those of a damaged type multiply. */
  budget: { left: number }
}
const MAX_PARTS = 20_000
const newPrinting = (units: DebugUnits, source: Pick<ValueSource, 'space' | 'read'>): Printing => ({
  units,
  source,
  depth: 0,
  budget: { left: MAX_PARTS },
})

type Kinds = { [K in Type['kind']]: Type & { kind: K } }
type Print<T> = (p: Printing, type: T, bytes: Uint8Array) => string

/** Types of one byte that are text: all of C's char, however it is called. */
function isText(units: DebugUnits, ref: TypeRef): boolean {
  const type = stripped(units, ref)
  return type.kind === 'base' && type.size === 1 && type.encoding !== ENCODING.boolean
}

function characters(bytes: Uint8Array, signed: boolean): string {
  return `${signed ? signedOf(bytes) : unsignedOf(bytes)} '${characterText(bytes[0], "'")}'`
}

/** Parts of equal items: how many of each, in order. */
function runs(length: number, same: (a: number, b: number) => boolean): { at: number; count: number }[] {
  const found: { at: number; count: number }[] = []
  for (let at = 0; at < length;) {
    let count = 1
    while (at + count < length && same(at, at + count)) count++
    found.push({ at, count })
    at += count
  }
  return found
}

/** A string with its long repetitions told apart: `"ab", '\000' <repeats 13 times>`. */
function quoted(bytes: Uint8Array, more: boolean): string {
  if (bytes.length === 0) return more ? '""...' : '""'
  const parts: string[] = []
  let open = ''
  let shown = 0
  let cut = more
  const close = (): void => {
    if (open !== '') parts.push(`"${open}"`)
    open = ''
  }
  for (const { at, count } of runs(bytes.length, (a, b) => bytes[a] === bytes[b])) {
    if (shown >= MAX_ELEMENTS) {
      cut = true
      break
    }
    if (count > REPEATS) {
      close()
      parts.push(`'${characterText(bytes[at], "'")}' <repeats ${count} times>`)
      shown += REPEATS
      continue
    }
    const visible = Math.min(count, MAX_ELEMENTS - shown)
    open += characterText(bytes[at], '"').repeat(visible)
    shown += visible
    cut ||= visible < count
  }
  close()
  return parts.join(', ') + (cut ? '...' : '')
}

/** The string that a pointer leads to. */
function stringThere(p: Printing, address: number): string {
  const found: number[] = []
  while (found.length < MAX_ELEMENTS) {
    const byte = p.source.read(address + found.length, 1)
    if (byte === null) return found.length > 0 ? quoted(Uint8Array.from(found), true) : `<error: ${cannotAccess(address)}>`
    if (byte[0] === 0) return quoted(Uint8Array.from(found), false)
    found.push(byte[0])
  }
  return quoted(Uint8Array.from(found), true)
}

/** An address with the symbol it is in: `0x12008 <table+8>`. */
function addressText(p: Printing, address: number): string {
  const place = describeInSpace(p.source.space, address)
  return place === null ? hex(address) : `${hex(address)} <${place}>`
}

function pointerText(p: Printing, target: TypeRef, bytes: Uint8Array): string {
  const address = pointerOf(bytes)
  const text = addressText(p, address)
  return address !== 0 && isText(p.units, target) ? `${text} ${stringThere(p, address)}` : text
}

/** Names of flags when every name is a bit of its own; else only whole values have names. */
function enumText(type: Kinds['enum'], bytes: Uint8Array): string {
  const value = type.signed ? signedOf(bytes) : unsignedOf(bytes)
  const whole = type.values.find(v => v.value === value)
  if (whole) return whole.name
  let mask = 0n
  const disjoint = type.values.every(v => {
    if (v.value < 0n || (mask & v.value) !== 0n) return false
    mask |= v.value
    return true
  })
  if (!disjoint || value <= 0n) return String(value)
  const names = type.values.filter(v => v.value !== 0n && (value & v.value) === v.value)
  const rest = names.reduce((left, v) => left & ~v.value, value)
  return `(${[...names.map(v => v.name), ...(rest === 0n ? [] : [`unknown: ${hex(rest)}`])].join(' | ')})`
}

const ENCODINGS: Readonly<Record<number, (bytes: Uint8Array) => string | null>> = {
  [ENCODING.boolean]: bytes => {
    const value = unsignedOf(bytes)
    return value === 0n ? 'false' : value === 1n ? 'true' : String(value)
  },
  [ENCODING.float]: floatText,
  [ENCODING.complex]: bytes => {
    const half = bytes.length / 2
    const [real, imaginary] = [floatText(bytes.subarray(0, half)), floatText(bytes.subarray(half))]
    return real === null || imaginary === null ? null : `${real} + ${imaginary}i`
  },
  [ENCODING.signed]: bytes => (bytes.length === 1 ? characters(bytes, true) : String(signedOf(bytes))),
  [ENCODING.signedChar]: bytes => (bytes.length === 1 ? characters(bytes, true) : String(signedOf(bytes))),
  [ENCODING.unsigned]: bytes => (bytes.length === 1 ? characters(bytes, false) : String(unsignedOf(bytes))),
  [ENCODING.unsignedChar]: bytes => (bytes.length === 1 ? characters(bytes, false) : String(unsignedOf(bytes))),
  [ENCODING.utf]: bytes => {
    const code = unsignedOf(bytes)
    return `${code} ${bytes.length === 1 ? 'u8' : bytes.length === 2 ? 'u' : 'U'}'${code < 0x80n ? characterText(Number(code), "'") : `\\${code.toString(8)}`}'`
  },
}

function arrayText(p: Printing, element: TypeRef, counts: readonly (number | null)[], bytes: Uint8Array): string {
  const [first, ...rest] = counts
  const size = byteSize(p.units, element) * rest.reduce<number>((product, n) => product * (n ?? 0), 1)
  const count = first ?? 0
  if (rest.length === 0 && isText(p.units, element)) {
    // The last byte of a string that fills its array is not shown when it is a zero.
    const shown = bytes.length > 0 && bytes[bytes.length - 1] === 0 ? bytes.subarray(0, -1) : bytes
    return quoted(shown, false)
  }
  if (size === 0) return '{}'
  const item = (i: number): Uint8Array => bytes.subarray(i * size, (i + 1) * size)
  const same = (a: number, b: number): boolean => item(a).every((byte, i) => byte === bytes[b * size + i])
  const parts: string[] = []
  let shown = 0
  for (const { at, count: times } of runs(Math.min(count, Math.floor(bytes.length / size)), same)) {
    if (shown >= MAX_ELEMENTS) break
    const text = rest.length > 0 ? arrayText(p, element, rest, item(at)) : inside(p, element, item(at))
    if (times >= REPEATS) {
      parts.push(`${text} <repeats ${times} times>`)
      shown += REPEATS
    } else for (let n = 0; n < times && shown < MAX_ELEMENTS; n++, shown++) parts.push(text)
  }
  const all = shown < MAX_ELEMENTS || parts.length === count
  return `{${parts.join(', ')}${all ? '' : '...'}}`
}

/** The bits of a field as the bytes of its type. */
function fieldBytes(bytes: Uint8Array, bits: { size: number; offset: number }, size: number, signed: boolean): Uint8Array {
  const raw = BigInt.asUintN(bits.size, unsignedOf(bytes) >> BigInt(bits.offset))
  let value = signed ? BigInt.asIntN(bits.size, raw) : raw
  return Uint8Array.from({ length: size }, () => {
    const byte = Number(value & 0xffn)
    value >>= 8n
    return byte
  })
}

function isSigned(type: Type): boolean {
  if (type.kind === 'enum') return type.signed
  return type.kind === 'base' && (type.encoding === ENCODING.signed || type.encoding === ENCODING.signedChar)
}

/** Bytes of a member; null when they are not all there. */
export function memberBytes(units: DebugUnits, whole: Uint8Array, member: Member): Uint8Array | null {
  const size = byteSize(units, member.type)
  if (member.bits) return fieldBytes(whole, member.bits, size, isSigned(stripped(units, member.type)))
  if (member.offset === null || member.offset < 0 || !(member.offset + size <= whole.length)) return null
  return whole.subarray(member.offset, member.offset + size)
}

function aggregateText(p: Printing, type: Kinds['struct'] | Kinds['union'] | Kinds['class'], bytes: Uint8Array): string {
  if (type.declared && type.members.length === 0) return '<incomplete type>'
  const inner = { ...p, depth: p.depth + 1 }
  const parts = type.members.map(member => {
    const part = memberBytes(p.units, bytes, member)
    const text = part === null ? '<unknown>' : inside(inner, member.type, part)
    return member.name === null ? text : `${member.name} = ${text}`
  })
  return `{${parts.join(', ')}}`
}

const PRINTERS: { [K in Type['kind']]: Print<Kinds[K]> } = {
  base: (_p, type, bytes) => ENCODINGS[type.encoding]?.(bytes) ?? `<unsupported: a base type of encoding ${type.encoding}>`,
  pointer: (p, type, bytes) => pointerText(p, type.target, bytes),
  reference: (p, type, bytes) => `@${pointerText(p, type.target, bytes)}`,
  array: (p, type, bytes) => arrayText(p, type.element, type.counts, bytes),
  struct: aggregateText,
  union: aggregateText,
  class: aggregateText,
  enum: (_p, type, bytes) => enumText(type, bytes),
  typedef: () => '<a typedef of itself>',
  const: () => '<a type of itself>',
  volatile: () => '<a type of itself>',
  restrict: () => '<a type of itself>',
  _Atomic: () => '<a type of itself>',
  function: () => '<a function>',
  void: () => 'void',
  unknown: (_p, type) => `<unsupported: ${type.name}>`,
}

/** A value inside of another: pointers without their types. */
function inside(p: Printing, ref: TypeRef, bytes: Uint8Array): string {
  if (p.depth > MAX_DEPTH || --p.budget.left < 0) return '{...}'
  const type = stripped(p.units, ref)
  const print = PRINTERS[type.kind] as Print<Type>
  return print(type.kind === 'array' ? { ...p, depth: p.depth + 1 } : p, type, bytes)
}

/** gdb names the type of a pointer, unless it is plainly a string. */
function prefix(units: DebugUnits, ref: TypeRef): string {
  const type = stripped(units, ref)
  if (type.kind !== 'pointer') return ''
  const target = typeAt(units, strippedQualifiers(units, type.target))
  const bare = typeAt(units, strippedQualifiers(units, ref)).kind === 'pointer'
  return bare && target.kind === 'base' && target.name === 'char' ? '' : `(${typeName(units, ref)}) `
}

/** Behind const and volatile, typedefs kept. Damaged types may go round in circles. */
function strippedQualifiers(units: DebugUnits, ref: TypeRef): TypeRef {
  let at = ref
  for (let n = 0; n < MAX_DEPTH; n++) {
    const type = typeAt(units, at)
    if (type.kind !== 'const' && type.kind !== 'volatile' && type.kind !== 'restrict' && type.kind !== '_Atomic') break
    at = type.target
  }
  return at
}

/**
 * A value as text.
 * @param top as gdb's `print` shows it, with the types of pointers; else as `info locals` does
 */
export function formatValue(source: Pick<ValueSource, 'space' | 'read'>, value: Value, top = false): string {
  const { units, type, bytes, problem, location } = value
  const known = stripped(units, type)
  if (known.kind === 'function' && location.kind === 'memory')
    return `{${typeName(units, type)}} ${addressText(newPrinting(units, source), location.address)}`
  if (bytes === null) return problem === null || problem.startsWith('<') ? (problem ?? '<optimized out>') : `<error: ${problem}>`
  const own = value.bits === null ? bytes : fieldBytes(bytes, value.bits, byteSize(units, type), isSigned(known))
  return (top ? prefix(units, type) : '') + inside(newPrinting(units, source), type, own)
}
