// Types written as C writes them (`int (*)[3]`, `struct point *`), and spelled out as gdb's ptype does.
import { strippedRef, typeAt } from './types.ts'
import type { DebugUnits, Member, Type, TypeRef } from './model.ts'

/** Deeper than any honest declarator: damaged types may go round in circles. */
const MAX_DEPTH = 32
const INDENT = 4

type Aggregate = Extract<Type, { members: Member[] }>
type Enumeration = Extract<Type, { kind: 'enum' }>

const tagName = (type: Aggregate | Enumeration): string => `${type.kind} ${type.name ?? '{...}'}`

const needsBrackets = (type: Type): boolean => type.kind === 'array' || type.kind === 'function'
const join = (left: string, right: string): string => (right === '' || right.startsWith('[') ? left + right : `${left} ${right}`)

/** One type being written: how many more types may be part of it, as those of a damaged file multiply. */
interface Naming {
  units: DebugUnits
  left: number
}
const MAX_PARTS = 2000
const newNaming = (units: DebugUnits): Naming => ({ units, left: MAX_PARTS })

/** What spells a type out instead of naming it, or null. */
type Body = (type: Type) => string | null

/** The declaration of `inner` as a value of the type: `int (*inner)[3]`. */
function declare(naming: Naming, ref: TypeRef, inner: string, depth: number, body: Body): string {
  const { units } = naming
  const type = typeAt(units, ref)
  const rest = (target: TypeRef, text: string): string => declare(naming, target, text, depth + 1, body)
  if (depth > MAX_DEPTH || --naming.left < 0) return '...'
  const spelled = body(type)
  if (spelled !== null) return join(spelled, inner)
  switch (type.kind) {
    case 'void':
      return join('void', inner)
    case 'base':
    case 'typedef':
    case 'unknown':
      return join(type.name, inner)
    case 'struct':
    case 'union':
    case 'class':
    case 'enum':
      return join(tagName(type), inner)
    case 'pointer':
    case 'reference': {
      const mark = (type.kind === 'pointer' ? '*' : '&') + inner
      return rest(type.target, needsBrackets(typeAt(units, type.target)) ? `(${mark})` : mark)
    }
    case 'array':
      return rest(type.element, `${inner}${type.counts.map(n => `[${n ?? ''}]`).join('')}`)
    case 'function': {
      const listed = type.parameters.map(p => declare(naming, p, '', depth + 1, () => null))
      const parameters = [...listed, ...(type.variadic ? ['...'] : [])].join(', ')
      const last = parameters === '' && type.prototyped ? 'void' : parameters
      return rest(type.result, `${inner}(${last})`)
    }
    default: {
      const { words, target } = qualified(units, ref)
      // Qualifiers of a pointer stand behind its star, all others in front.
      if (typeAt(units, target).kind === 'pointer') return rest(target, ` ${words}${inner === '' ? '' : ` ${inner}`}`)
      return `${words} ${rest(target, inner)}`
    }
  }
}

const QUALIFIERS: readonly string[] = ['const', 'volatile', 'restrict', '_Atomic']

/** Qualifiers on top of one another, in the order that gdb writes them, and what they qualify. */
function qualified(units: DebugUnits, ref: TypeRef): { words: string; target: TypeRef } {
  const found = new Set<string>()
  let target = ref
  for (let n = 0; n < MAX_DEPTH; n++) {
    const type = typeAt(units, target)
    if (!QUALIFIERS.includes(type.kind) || !('target' in type)) break
    found.add(type.kind)
    target = type.target
  }
  return { words: QUALIFIERS.filter(word => found.has(word)).join(' '), target }
}

/** gdb writes a space between a type and what is declared, except before the dimensions of a nameless array. */
const tidy = (text: string): string => text.replace(/\* +(const|volatile|restrict)/g, '* $1').replace(/ {2,}/g, ' ')

/** A type's name as C writes it, as gdb's whatis: `struct point *`, `int [4]`, `int (*)(char)`. */
export function typeName(units: DebugUnits, ref: TypeRef): string {
  return tidy(declare(newNaming(units), ref, placeholderFor(units, ref), 0, () => null)).replace('\u0000', '')
}

/** A nameless array or function has a space before its brackets, which an empty name gives. */
function placeholderFor(units: DebugUnits, ref: TypeRef): string {
  return needsBrackets(typeAt(units, ref)) ? '\u0000' : ''
}

/** A declaration: `char name[8]`. */
export const declaration = (units: DebugUnits, ref: TypeRef, name: string): string =>
  tidy(declare(newNaming(units), ref, name, 0, () => null))

function memberLine(units: DebugUnits, member: Member, indent: number): string {
  const pad = ' '.repeat(indent)
  const bits = member.bits ? ` : ${member.bits.size}` : ''
  const anonymous = (type: Type): string | null =>
    'members' in type && type.name === null ? body(units, type, indent) : type.kind === 'enum' && type.name === null ? enumBody(type) : null
  return `${pad}${tidyLines(declare(newNaming(units), member.type, member.name ?? '', 0, anonymous))}${bits};`
}

/** As tidy, but leaves the indentation of lines alone. */
const tidyLines = (text: string): string => text.replace(/(\S) {2,}/g, '$1 ')

/** Anonymous structures are spelled out in members of the outermost one only, as gdb does. */
const MAX_INDENT = INDENT

function body(units: DebugUnits, type: Aggregate, indent: number): string {
  const head = type.name === null ? type.kind : `${type.kind} ${type.name}`
  if (type.declared && type.members.length === 0)
    return `${head} {\n${' '.repeat(indent + INDENT)}<incomplete type>\n${' '.repeat(indent)}}`
  if (indent > MAX_INDENT) return `${head} {...}`
  if (type.members.length === 0) return `${head} {\n${' '.repeat(indent + INDENT)}<no data fields>\n${' '.repeat(indent)}}`
  const lines = type.members.map(member => memberLine(units, member, indent + INDENT))
  return `${head} {\n${lines.join('\n')}\n${' '.repeat(indent)}}`
}

/** Values are written where they are not one more than the last. */
function enumBody(type: Enumeration): string {
  let next = 0n
  const items = type.values.map(({ name, value }) => {
    const text = value === next ? name : `${name} = ${value}`
    next = value + 1n
    return text
  })
  return `enum ${type.name === null ? '' : `${type.name} `}{${items.join(', ')}}`
}

/** A type spelled out, as gdb's ptype: typedefs resolved at the outside, members one a line. */
export function typeText(units: DebugUnits, ref: TypeRef): string {
  const outer = (type: Type): string | null => ('members' in type ? body(units, type, 0) : type.kind === 'enum' ? enumBody(type) : null)
  return spell(units, ref, placeholderFor(units, strippedTypedef(units, ref)), outer)
}

/** Qualifiers stay, typedefs go. */
function strippedTypedef(units: DebugUnits, ref: TypeRef): TypeRef {
  const type = typeAt(units, ref)
  return type.kind === 'typedef' ? strippedRef(units, type.target) : ref
}

function spell(units: DebugUnits, ref: TypeRef, inner: string, outer: Body): string {
  const resolve = (type: Type): string | null => {
    const spelled = outer(type)
    if (spelled !== null || type.kind !== 'typedef') return spelled
    const target = strippedRef(units, type.target)
    const simple = typeAt(units, target)
    // Pointers, arrays and functions behind a typedef cannot be put in front of a name: the name of the typedef has to do.
    return outer(simple) ?? (simple.kind === 'base' || simple.kind === 'void' ? typeName(units, target) : null)
  }
  return declare(newNaming(units), strippedTypedef(units, ref), inner, 0, resolve).replace('\u0000', '')
}
