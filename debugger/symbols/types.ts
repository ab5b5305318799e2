// The types of C as DWARF has them, one node per entry. A node names others by the offset of their entries, so a type that refers to
// itself is plain data, and making one node reads only that one.
import { AT, ENCODING, TAG, type AttributeValue, toNumber } from '../../kernel/abi/dwarf/index.ts'
import { entryAt, inherited, isSet, nameOf, numberOf, referred } from './units.ts'
import type { DebugUnits, Entry, Member, Type, TypeRef } from './model.ts'

const POINTER_BYTES = 8
const VOID: Type = { kind: 'void' }
/** No honest type has more: steps from a typedef to what it stands for. */
const MAX_STEPS = 64

const refOf = (units: DebugUnits, entry: Entry): TypeRef => {
  const found = inherited(units, entry, AT.type)
  return found === null ? null : (referred(units, found.entry, AT.type)?.offset ?? null)
}
/** What is no size of anything reads as none. */
const MAX_SIZE = 2 ** 40
function sizeOf(entry: Entry): number {
  const size = numberOf(entry.attributes.get(AT.byteSize)) ?? 0
  return size >= 0 && size <= MAX_SIZE ? size : 0
}

const lastSigned: readonly number[] = [ENCODING.signed, ENCODING.signedChar]

/** A constant of an entry as a signed number. */
function constantOf(value: AttributeValue | undefined): bigint | null {
  if (value?.kind !== 'constant') return null
  return value.bits === 0 ? value.value : BigInt.asUintN(value.bits, value.value)
}

function countOf(entry: Entry): number | null {
  const count = numberOf(entry.attributes.get(AT.count))
  if (count !== null) return Math.max(0, count)
  const value = entry.attributes.get(AT.upperBound)
  if (value?.kind !== 'constant') return null
  const upper = toNumber(value.value)
  const lower = numberOf(entry.attributes.get(AT.lowerBound)) ?? 0
  // An array of no elements ends before it begins; the bound is then all ones, in whatever form.
  const none = value.bits > 0 && value.value === BigInt.asUintN(value.bits, -1n)
  return none || upper < lower ? 0 : upper - lower + 1
}

/** Expressions that place a member: versions 2 and 3 say `plus a constant`. */
const OP_PLUS_UCONST = 0x23
function memberOffset(entry: Entry): number | null {
  const value = entry.attributes.get(AT.dataMemberLocation)
  if (value === undefined) return 0
  if (value.kind !== 'block') return numberOf(value)
  const [op, ...rest] = value.bytes
  if (op !== OP_PLUS_UCONST || rest.length > 4) return null
  return rest.reduce((sum, byte, i) => sum + (byte & 0x7f) * 128 ** i, 0)
}

const AT_BIT_OFFSET = 0x0c
const MAX_BITS = 64
function bitsOf(entry: Entry, offset: number | null): Member['bits'] {
  const size = numberOf(entry.attributes.get(AT.bitSize))
  if (size === null || size <= 0 || size > MAX_BITS) return null
  // Before version 4 bits count down from the highest of the storage unit.
  const down = numberOf(entry.attributes.get(AT_BIT_OFFSET))
  const old = down === null || offset === null ? null : (offset + sizeOf(entry)) * 8 - down - size
  const at = numberOf(entry.attributes.get(AT.dataBitOffset)) ?? old
  return at !== null && at >= 0 && at <= MAX_SIZE ? { size, offset: at } : null
}

function membersOf(units: DebugUnits, entry: Entry): Member[] {
  return entry.children
    .filter(child => child.tag === TAG.member)
    .map(child => {
      const offset = memberOffset(child)
      return { name: nameOf(units, child), type: refOf(units, child), offset, bits: bitsOf(child, offset) }
    })
}

type Make = (units: DebugUnits, entry: Entry) => Type

const aggregate =
  (kind: 'struct' | 'union' | 'class'): Make =>
  (units, entry) => ({
    kind,
    name: nameOf(units, entry),
    size: sizeOf(entry),
    members: membersOf(units, entry),
    declared: isSet(entry, AT.declaration),
  })
const pointer =
  (kind: 'pointer' | 'reference'): Make =>
  (units, entry) => ({ kind, target: refOf(units, entry), size: sizeOf(entry) || POINTER_BYTES })
const qualifier =
  (kind: 'const' | 'volatile' | 'restrict' | '_Atomic'): Make =>
  (units, entry) => ({ kind, target: refOf(units, entry) })

function enumeration(units: DebugUnits, entry: Entry): Type {
  const raw = entry.children
    .filter(child => child.tag === TAG.enumerator)
    .map(child => ({ name: nameOf(units, child) ?? '?', value: constantOf(child.attributes.get(AT.constValue)) ?? 0n }))
  const under = refOf(units, entry)
  const base = under === null ? null : stripped(units, under)
  const signed = base?.kind === 'base' ? lastSigned.includes(base.encoding) : raw.some(v => v.value < 0n)
  const size = sizeOf(entry) || (base?.kind === 'base' ? base.size : 4)
  const values = raw.map(v => ({ ...v, value: signed ? BigInt.asIntN(size * 8, v.value) : v.value }))
  return { kind: 'enum', name: nameOf(units, entry), size, values, signed }
}

const baseType: Make = (units, entry) => {
  const name = nameOf(units, entry) ?? '?'
  const encoding = numberOf(entry.attributes.get(AT.encoding)) ?? 0
  return { kind: 'base', name: SHORTER[name] ?? name, size: sizeOf(entry), encoding }
}

const functionType: Make = (units, entry) => ({
  kind: 'function',
  result: refOf(units, entry),
  parameters: entry.children.filter(child => child.tag === TAG.formalParameter).map(child => refOf(units, child)),
  prototyped: inherited(units, entry, AT.prototyped) !== null,
  variadic: entry.children.some(child => child.tag === TAG.unspecifiedParameters),
})

/** gcc's names for C's integers, as gdb and people write them. */
const SHORTER: Readonly<Record<string, string>> = {
  'short int': 'short',
  'long int': 'long',
  'long long int': 'long long',
  'short unsigned int': 'unsigned short',
  'long unsigned int': 'unsigned long',
  'long long unsigned int': 'unsigned long long',
}

/** Tags of types, and how each becomes a node. */
const MAKERS: Readonly<Record<number, Make>> = {
  [TAG.baseType]: baseType,
  [TAG.pointerType]: pointer('pointer'),
  [TAG.referenceType]: pointer('reference'),
  [TAG.rvalueReferenceType]: pointer('reference'),
  [TAG.arrayType]: (units, entry) => ({
    kind: 'array',
    element: refOf(units, entry),
    counts: entry.children.filter(child => child.tag === TAG.subrangeType).map(countOf),
  }),
  [TAG.structureType]: aggregate('struct'),
  [TAG.unionType]: aggregate('union'),
  [TAG.classType]: aggregate('class'),
  [TAG.enumerationType]: enumeration,
  [TAG.typedef]: (units, entry) => ({ kind: 'typedef', name: nameOf(units, entry) ?? '?', target: refOf(units, entry) }),
  [TAG.constType]: qualifier('const'),
  [TAG.volatileType]: qualifier('volatile'),
  [TAG.restrictType]: qualifier('restrict'),
  [TAG.atomicType]: qualifier('_Atomic'),
  [TAG.subroutineType]: functionType,
  [TAG.subprogram]: functionType,
  [TAG.unspecifiedType]: (units, entry) => ({ kind: 'unknown', name: nameOf(units, entry) ?? '?', size: 0 }),
}

/** Whether a tag is that of a type: `ptype` looks among these. */
export const isTypeTag = (tag: number): boolean => tag !== TAG.subprogram && MAKERS[tag] !== undefined

/** The type at an offset of .debug_info; of a function's entry, its signature. */
export function typeAt(units: DebugUnits, ref: TypeRef): Type {
  if (ref === null) return VOID
  const known = units.types.get(ref)
  if (known) return known
  const entry = entryAt(units, ref)
  const make = entry && MAKERS[entry.tag]
  // Whoever comes back here while the type is made (an enumeration of itself, in a damaged file) finds this.
  units.types.set(ref, { kind: 'unknown', name: `<type 0x${entry ? entry.tag.toString(16) : '?'}>`, size: entry ? sizeOf(entry) : 0 })
  if (entry && make) units.types.set(ref, make(units, entry))
  return units.types.get(ref) ?? VOID
}

/** The reference behind typedefs and qualifiers. */
export function strippedRef(units: DebugUnits, ref: TypeRef): TypeRef {
  let at = ref
  for (let n = 0; n < MAX_STEPS; n++) {
    const type = typeAt(units, at)
    if (!('target' in type) || type.kind === 'pointer' || type.kind === 'reference') return at
    at = type.target
  }
  return null
}

/** The type behind typedefs and qualifiers. A struct that is only declared here is looked for where it is defined. */
export function stripped(units: DebugUnits, ref: TypeRef): Type {
  return typeAt(units, strippedRef(units, ref))
}

/** The type of an entry: a variable, a member, a parameter. */
export const typeOfEntry = refOf

/** Bytes that a value of a type takes; 0 for functions, void and what is only declared. */
export function byteSize(units: DebugUnits, ref: TypeRef): number {
  let at = ref
  let times = 1
  for (let n = 0; n < MAX_STEPS; n++) {
    const type = stripped(units, at)
    if (type.kind !== 'array') return 'size' in type ? type.size * times : 0
    times *= type.counts.reduce<number>((product, count) => product * (count ?? 0), 1)
    at = type.element
  }
  return 0
}
