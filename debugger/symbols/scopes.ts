// What names mean at an address: the function it is in, functions inlined there, blocks, and the variables of each, innermost first;
// and the globals of all units.
import { AT, TAG, type AttributeValue } from '../../kernel/abi/dwarf/index.ts'
import { rangesOfEntry } from './ranges.ts'
import { inherited, isSet, nameOf, numberOf, treeOf } from './units.ts'
import { isTypeTag, typeOfEntry } from './types.ts'
import type { AddressRange, DebugUnits, Entry, GlobalNames, TypeRef, Unit, Variable } from './model.ts'

export interface Scope {
  kind: 'function' | 'inlined' | 'block'
  /** Of a function; null for a block. */
  name: string | null
  linkageName: string | null
  ranges: AddressRange[]
  /** Parameters first, as they are declared. */
  variables: Variable[]
  /** DW_AT_frame_base of the function that this is in. */
  frameBase: AttributeValue | null
  unit: Unit
  entry: Entry
}

const KINDS: Readonly<Record<number, Scope['kind']>> = {
  [TAG.subprogram]: 'function',
  [TAG.inlinedSubroutine]: 'inlined',
  [TAG.lexicalBlock]: 'block',
}
/** What functions may be inside of. */
const CONTAINERS: readonly number[] = [TAG.namespace, TAG.structureType, TAG.classType]
const VARIABLES: readonly number[] = [TAG.variable, TAG.formalParameter]

export function variableOf(units: DebugUnits, entry: Entry): Variable | null {
  const name = nameOf(units, entry)
  if (name === null) return null
  return {
    name,
    parameter: entry.tag === TAG.formalParameter,
    type: typeOfEntry(units, entry),
    line: numberOf(inherited(units, entry, AT.declLine)?.value) ?? 0,
    location: entry.attributes.get(AT.location) ?? null,
    constant: inherited(units, entry, AT.constValue)?.value ?? null,
    unit: entry.unit,
  }
}

/** `extern` declarations inside of a function mean the variable of the file. */
const isDefinition = (entry: Entry): boolean => VARIABLES.includes(entry.tag) && !isSet(entry, AT.declaration)

function scopeOf(units: DebugUnits, entry: Entry, outer: Scope | null): Scope {
  const kind = KINDS[entry.tag]
  const own = entry.attributes.get(AT.frameBase) ?? null
  return {
    kind,
    name: kind === 'block' ? null : nameOf(units, entry),
    linkageName: kind === 'block' ? null : nameOf(units, entry, AT.linkageName),
    ranges: rangesOfEntry(units, entry),
    variables: entry.children.filter(isDefinition).flatMap(child => variableOf(units, child) ?? []),
    frameBase: own ?? outer?.frameBase ?? null,
    unit: entry.unit,
    entry,
  }
}

const covers = (ranges: readonly AddressRange[], address: number): boolean => ranges.some(r => address >= r.start && address < r.end)

function inner(units: DebugUnits, entry: Entry, address: number): Entry | null {
  return entry.children.find(child => KINDS[child.tag] !== undefined && covers(rangesOfEntry(units, child), address)) ?? null
}

/** Functions of a unit, those in namespaces and classes included. */
function* functionsOf(root: Entry): Iterable<Entry> {
  const pending = [root]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    for (const child of entry.children) {
      if (child.tag === TAG.subprogram) yield child
      else if (CONTAINERS.includes(child.tag)) pending.push(child)
    }
  }
}

/** The unit whose code an address of the file is in, or null. */
export function unitAt(units: DebugUnits, address: number): Unit | null {
  return units.units.find(unit => covers(rangesOfEntry(units, unit.root), address)) ?? null
}

/** Scopes around an address of the file, innermost first: blocks and inlined functions, and the function last. None outside of code that is described. */
export function scopesAt(units: DebugUnits, address: number): Scope[] {
  const unit = unitAt(units, address)
  if (unit === null) return []
  const root = treeOf(units, unit)
  let entry: Entry | null = null
  for (const candidate of functionsOf(root)) {
    if (!covers(rangesOfEntry(units, candidate), address)) continue
    entry = candidate
    break
  }
  const scopes: Scope[] = []
  for (; entry !== null; entry = inner(units, entry, address)) scopes.unshift(scopeOf(units, entry, scopes[0] ?? null))
  return scopes
}

/** All scopes of the function at an address, whichever of them the address is in: outer ones before inner ones. */
export function allScopes(units: DebugUnits, address: number): Scope[] {
  const outermost = scopesAt(units, address).at(-1)
  if (outermost === undefined) return []
  const found = [outermost]
  // The list grows while it is walked.
  for (const scope of found)
    for (const child of scope.entry.children) if (KINDS[child.tag] === 'block') found.push(scopeOf(units, child, scope))
  return found
}

/** A name of the file's globals is of a definition if there is one. */
function better(known: Entry | undefined, entry: Entry): boolean {
  if (known === undefined) return true
  const placed = (e: Entry): boolean => e.attributes.has(AT.location) || e.attributes.has(AT.constValue) || e.attributes.has(AT.lowPc)
  return !placed(known) && placed(entry)
}

const GLOBAL_TAGS: readonly number[] = [TAG.variable, TAG.subprogram]

/** Names of a unit's own variables, functions, types and enumerators. */
function gather(units: DebugUnits, unit: Unit, into: GlobalNames): void {
  for (const entry of treeOf(units, unit).children) {
    const isType = isTypeTag(entry.tag)
    if (!isType && !GLOBAL_TAGS.includes(entry.tag)) continue
    const name = nameOf(units, entry)
    if (entry.tag === TAG.enumerationType) {
      for (const child of entry.children) {
        const label = child.tag === TAG.enumerator ? nameOf(units, child) : null
        if (label !== null && !into.enumerators.has(label)) into.enumerators.set(label, { entry: child, type: entry })
      }
    }
    if (name === null) continue
    if (!isType) {
      if (better(into.values.get(name), entry)) into.values.set(name, entry)
      continue
    }
    const key = typeKey(entry.tag, name)
    const known = into.types.get(key)
    if (known === undefined || (isSet(known, AT.declaration) && !isSet(entry, AT.declaration))) into.types.set(key, entry)
  }
}

const KEYWORDS: Readonly<Record<number, string>> = {
  [TAG.structureType]: 'struct ',
  [TAG.unionType]: 'union ',
  [TAG.enumerationType]: 'enum ',
}
const typeKey = (tag: number, name: string): string => (KEYWORDS[tag] ?? '') + name

/** Names of all units, gathered on first use. */
export function globalsOf(units: DebugUnits): GlobalNames {
  if (units.globals === undefined) {
    units.globals = { values: new Map(), types: new Map(), enumerators: new Map() }
    for (const unit of units.units) gather(units, unit, units.globals)
  }
  return units.globals
}

/** The type of a name as C writes it, `struct point` or `size_t`; undefined when no unit has it. */
export const typeNamed = (units: DebugUnits, name: string): TypeRef | undefined =>
  globalsOf(units).types.get(name.trim().replace(/\s+/g, ' '))?.offset

/** The variable of that name: one of the unit of `address` first, as two files may each have a static one. */
export function globalVariable(units: DebugUnits, name: string, address: number | null): Variable | null {
  const unit = address === null ? null : unitAt(units, address)
  const isIt = (entry: Entry): boolean => entry.tag === TAG.variable && entry.attributes.has(AT.location) && nameOf(units, entry) === name
  const own = unit === null ? undefined : treeOf(units, unit).children.find(isIt)
  const entry = own ?? globalsOf(units).values.get(name)
  return entry?.tag === TAG.variable ? variableOf(units, entry) : null
}
