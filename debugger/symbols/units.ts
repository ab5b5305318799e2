// Compilation units of .debug_info and the trees of entries in them. Headers are read at once, a tree when somebody needs its unit.
import {
  address,
  AT,
  cursorOn,
  fail,
  offset,
  readAbbreviations,
  readForm,
  readUnitHeader,
  spend,
  uleb,
  unitLength,
  type Abbreviation,
  type AttributeValue,
  type Cursor,
} from '../../kernel/abi/dwarf/index.ts'
import { attempt, contents, stringAt } from './sections.ts'
import { firstIndex } from './table.ts'
import type { DebugFile, DebugUnits, Entry, Unit } from './model.ts'

const MAX_DEPTH = 200
const MAX_OVERLAP = 64
/** Steps along references from entry to entry: abstract origins and specifications. */
const MAX_STEPS = 8

function abbreviationsAt(units: DebugUnits, at: number, from: Cursor): Map<number, Abbreviation> {
  const known = units.abbreviations.get(at)
  if (known) return known
  const c = cursorOn('.debug_abbrev', contents(units.file, '.debug_abbrev'), at)
  const start = c.at
  const table = readAbbreviations(c)
  spend(from, units.abbreviationBudget, c.at - start, 'tables of abbreviations that overlap')
  units.abbreviations.set(at, table)
  return table
}

/** The entry at the cursor with its attributes; null for the mark that ends a list of children. */
function readEntry(c: Cursor, unit: Unit, table: Map<number, Abbreviation>): { entry: Entry; hasChildren: boolean } | null {
  const at = c.at
  const code = uleb(c)
  if (code === 0) return null
  const abbreviation = table.get(code)
  if (abbreviation === undefined) fail(c, `abbreviation ${code} does not exist`, at)
  const attributes = new Map<number, AttributeValue>()
  for (const { name, form, implicit } of abbreviation.attributes) attributes.set(name, readForm(c, form, unit, implicit))
  return { entry: { offset: at, tag: abbreviation.tag, attributes, children: [], unit }, hasChildren: abbreviation.hasChildren }
}

function readUnit(units: DebugUnits, at: number): Unit {
  const c = cursorOn('.debug_info', contents(units.file, '.debug_info'), at)
  const header = readUnitHeader(c)
  const root: Entry = { offset: c.at, tag: 0, attributes: new Map(), children: [], unit: undefined as unknown as Unit }
  const unit: Unit = { ...header, entriesAt: c.at, root, entries: undefined }
  root.unit = unit
  if (c.at === c.end) return unit
  const read = readEntry(c, unit, abbreviationsAt(units, unit.abbreviations, c))
  if (read) unit.root = read.entry
  return unit
}

/** Where the next unit begins, though this one could not be read; null when not even its length makes sense. */
function skipUnit(file: DebugFile, at: number): number | null {
  return attempt(file, () => {
    const c = cursorOn('.debug_info', contents(file, '.debug_info'), at)
    unitLength(c)
    return c.end
  })
}

function makeUnits(file: DebugFile): DebugUnits {
  const info = contents(file, '.debug_info')
  const abbreviationBudget = { left: (contents(file, '.debug_abbrev').length + 1) * MAX_OVERLAP }
  const units: DebugUnits = {
    file,
    units: [],
    abbreviations: new Map(),
    abbreviationBudget,
    types: new Map(),
    derived: new Map(),
    signatures: new Map(),
    ranges: new Map(),
    globals: undefined,
  }
  for (let at = 0; at < info.length;) {
    const unit = attempt(file, () => readUnit(units, at))
    const next = unit?.end ?? skipUnit(file, at)
    if (next === null) break
    if (unit) {
      units.units.push(unit)
      if (unit.type) units.signatures.set(unit.type.signature, unit.type.offset)
    }
    at = next
  }
  return units
}

/** The units of a file, read on first use; null where there are none or they cannot be read (then `problems` says why). */
export function unitsOf(file: DebugFile): DebugUnits | null {
  if (file.made.units === undefined) file.made.units = attempt(file, () => makeUnits(file))
  return file.made.units
}

function readTree(units: DebugUnits, unit: Unit): Map<number, Entry> {
  const c = cursorOn('.debug_info', contents(units.file, '.debug_info'), unit.entriesAt, unit.end)
  const table = abbreviationsAt(units, unit.abbreviations, c)
  const entries = new Map<number, Entry>()
  const open: Entry[] = []
  while (c.at < c.end) {
    const read = readEntry(c, unit, table)
    if (read === null) {
      open.pop()
      if (open.length === 0) break
      continue
    }
    const { entry, hasChildren } = read
    entries.set(entry.offset, entry)
    if (open.length > 0) open[open.length - 1].children.push(entry)
    else unit.root = entry
    if (hasChildren) open.push(entry)
    else if (open.length === 0) break
    if (open.length > MAX_DEPTH) fail(c, `entries nested deeper than ${MAX_DEPTH}`)
  }
  return entries
}

/** The outermost entry of a unit with everything below it. What cannot be read leaves it without children. */
export function treeOf(units: DebugUnits, unit: Unit): Entry {
  if (unit.entries === undefined) unit.entries = attempt(units.file, () => readTree(units, unit))
  return unit.root
}

/** The entry at an offset of .debug_info, or null. */
export function entryAt(units: DebugUnits, at: number): Entry | null {
  const list = units.units
  const unit = list[firstIndex(list.length, i => list[i].offset > at) - 1]
  if (unit === undefined || at >= unit.end) return null
  treeOf(units, unit)
  return unit.entries?.get(at) ?? null
}

/** The entry that an attribute refers to, or null. */
export function referred(units: DebugUnits, entry: Entry, name: number): Entry | null {
  const value = entry.attributes.get(name)
  if (value?.kind === 'reference') return entryAt(units, value.offset)
  if (value?.kind !== 'signature') return null
  const at = units.signatures.get(value.value)
  return at === undefined ? null : entryAt(units, at)
}

/** An attribute of an entry, or of the entry that it is an instance or the definition of. */
export function inherited(units: DebugUnits, entry: Entry, name: number): { value: AttributeValue; entry: Entry } | null {
  let at: Entry | null = entry
  for (let n = 0; at !== null && n < MAX_STEPS; n++) {
    const value = at.attributes.get(name)
    if (value !== undefined) return { value, entry: at }
    at = referred(units, at, AT.abstractOrigin) ?? referred(units, at, AT.specification)
  }
  return null
}

const STR_OFFSETS_HEADER = { narrow: 8, wide: 16 } as const

/** Offset of a unit's own part of a section of tables: said in its root, else right behind the section's first header. */
export function baseOf(unit: Unit, name: number): number {
  const value = unit.root.attributes.get(name)
  if (value?.kind === 'offset') return value.offset
  return unit.wide ? STR_OFFSETS_HEADER.wide : STR_OFFSETS_HEADER.narrow
}

function indexedString(units: DebugUnits, unit: Unit, index: number): string {
  const at = baseOf(unit, AT.strOffsetsBase) + index * (unit.wide ? 8 : 4)
  const c = cursorOn('.debug_str_offsets', contents(units.file, '.debug_str_offsets'), at)
  return stringAt(units.file, '.debug_str', offset(c, unit.wide), c)
}

/** The text of an attribute, or null when it has none that can be read. */
function textOf(units: DebugUnits, unit: Unit, value: AttributeValue | undefined): string | null {
  if (value === undefined) return null
  if (value.kind === 'text') return value.text
  return attempt(units.file, () => {
    if (value.kind === 'stringIndex') return indexedString(units, unit, value.index)
    if (value.kind !== 'string') return null
    const from = cursorOn('.debug_info', contents(units.file, '.debug_info'), unit.offset)
    return stringAt(units.file, value.section, value.offset, from)
  })
}

/** The name of an entry, or of what it is an instance of. */
export function nameOf(units: DebugUnits, entry: Entry, attribute: number = AT.name): string | null {
  const found = inherited(units, entry, attribute)
  return found && textOf(units, found.entry.unit, found.value)
}

/** The address of a .debug_addr index. DebugInfoError when it cannot be read. */
export function indexedAddress(units: DebugUnits, unit: Unit, index: number): number {
  const at = baseOf(unit, AT.addrBase) + index * unit.addressSize
  return address(cursorOn('.debug_addr', contents(units.file, '.debug_addr'), at), unit.addressSize)
}

/** The address that an attribute gives, or null. */
export function addressOf(units: DebugUnits, unit: Unit, value: AttributeValue | undefined): number | null {
  if (value?.kind === 'address') return value.address
  if (value?.kind !== 'addressIndex') return null
  return attempt(units.file, () => indexedAddress(units, unit, value.index))
}

/** A constant as a number; null when the attribute is something else. Negative only where the form has a sign. */
export function numberOf(value: AttributeValue | undefined): number | null {
  if (value?.kind === 'constant') return Number(value.value)
  return value?.kind === 'offset' ? value.offset : null
}

/** Whether an attribute is there and set. */
export const isSet = (entry: Entry, name: number): boolean => {
  const value = entry.attributes.get(name)
  return value !== undefined && !(value.kind === 'flag' && !value.value)
}
