// Lists of address ranges, and of locations that hold in ranges: .debug_ranges and .debug_loc of DWARF 4, .debug_rnglists and
// .debug_loclists of DWARF 5 (sections 2.6.2, 2.17.3).
import {
  AT,
  type AttributeValue,
  address,
  block,
  cursorOn,
  fail,
  offset,
  take,
  u16,
  u8,
  uleb,
  type Cursor,
} from '../../kernel/abi/dwarf/index.ts'
import { attempt, contents } from './sections.ts'
import { addressOf, baseOf, indexedAddress } from './units.ts'
import type { AddressRange, DebugUnits, Entry, Unit } from './model.ts'

/** An expression that holds in a range of addresses. */
export interface LocationRange extends AddressRange {
  expression: Uint8Array
}

interface Walk {
  c: Cursor
  units: DebugUnits
  unit: Unit
  base: number
}

/** What a row of a version 5 list says: a range, a new base, the range of everything else, nothing. */
type Row = AddressRange | 'base' | 'end' | 'view'
const ALL_ONES = 0xff
/** No honest list is longer. */
const MAX_ROWS = 20_000
const EVERYWHERE: AddressRange = { start: 0, end: Infinity }

const indexed = ({ c, units, unit }: Walk): number => indexedAddress(units, unit, uleb(c))
const direct = ({ c, unit }: Walk): number => address(c, unit.addressSize)
function setBase(walk: Walk, base: number): Row {
  walk.base = base
  return 'base'
}
function sized(start: number, length: number): Row {
  return { start, end: start + length }
}
function offsets(walk: Walk): Row {
  const start = walk.base + uleb(walk.c)
  return { start, end: walk.base + uleb(walk.c) }
}
const between = (start: number, end: number): Row => ({ start, end })

/** Kinds of rows of range lists (section 7.25) by number. */
const RANGE_ROWS: Readonly<Record<number, (walk: Walk) => Row>> = {
  0: () => 'end',
  1: walk => setBase(walk, indexed(walk)),
  2: walk => between(indexed(walk), indexed(walk)),
  3: walk => sized(indexed(walk), uleb(walk.c)),
  4: offsets,
  5: walk => setBase(walk, direct(walk)),
  6: walk => between(direct(walk), direct(walk)),
  7: walk => sized(direct(walk), uleb(walk.c)),
}

/** And of location lists (section 7.7.3; 9 is GNU's pair of view numbers). */
const LOCATION_ROWS: Readonly<Record<number, (walk: Walk) => Row>> = {
  0: () => 'end',
  1: walk => setBase(walk, indexed(walk)),
  2: walk => between(indexed(walk), indexed(walk)),
  3: walk => sized(indexed(walk), uleb(walk.c)),
  4: offsets,
  5: () => EVERYWHERE,
  6: walk => setBase(walk, direct(walk)),
  7: walk => between(direct(walk), direct(walk)),
  8: walk => sized(direct(walk), uleb(walk.c)),
  9: ({ c }) => {
    uleb(c)
    uleb(c)
    return 'view'
  },
}

function newRow(walk: Walk, rows: Readonly<Record<number, (walk: Walk) => Row>>): Row {
  const kind = u8(walk.c)
  const row = rows[kind]
  if (row === undefined) fail(walk.c, `a list with a row of kind ${kind}`)
  return row(walk)
}

/** A row of the older lists: two addresses; all ones in place of the first mark a base. */
function oldRow(walk: Walk): Row {
  const { c, unit } = walk
  const at = take(c, unit.addressSize)
  if (c.bytes.subarray(at, c.at).every(byte => byte === ALL_ONES)) return setBase(walk, direct(walk))
  c.at = at
  const start = direct(walk)
  const end = direct(walk)
  return start === 0 && end === 0 ? 'end' : between(walk.base + start, walk.base + end)
}

/** Where the unit's addresses count from in its lists. */
const unitBase = (units: DebugUnits, unit: Unit): number => addressOf(units, unit, unit.root.attributes.get(AT.lowPc)) ?? 0

function walkOn(units: DebugUnits, unit: Unit, section: string, at: number): Walk {
  return { c: cursorOn(section, contents(units.file, section), at), units, unit, base: unitBase(units, unit) }
}

/** Offset of a list: said, or by index into the table of offsets at the unit's base. */
function listOffset(units: DebugUnits, unit: Unit, section: string, base: number, value: AttributeValue): number | null {
  if (value.kind === 'offset') return value.offset
  // DWARF 2 and 3 have no form of their own for offsets.
  if (value.kind === 'constant') return Number(value.value)
  if (value.kind !== 'listIndex') return null
  const table = baseOf(unit, base)
  const c = cursorOn(section, contents(units.file, section), table + value.index * (unit.wide ? 8 : 4))
  return table + offset(c, unit.wide)
}

function readRanges(units: DebugUnits, unit: Unit, value: AttributeValue): AddressRange[] {
  const section = unit.version >= 5 ? '.debug_rnglists' : '.debug_ranges'
  const at = listOffset(units, unit, section, AT.rnglistsBase, value)
  if (at === null) return []
  const walk = walkOn(units, unit, section, at)
  const found: AddressRange[] = []
  for (let n = 0; n < MAX_ROWS; n++) {
    const row = unit.version >= 5 ? newRow(walk, RANGE_ROWS) : oldRow(walk)
    if (row === 'end') return found
    if (typeof row !== 'string' && row.end > row.start) found.push(row)
  }
  return fail(walk.c, 'a list without end', at)
}

function makeRanges(units: DebugUnits, entry: Entry): AddressRange[] {
  const { unit, attributes } = entry
  const list = attributes.get(AT.ranges)
  if (list) return attempt(units.file, () => readRanges(units, unit, list)) ?? []
  const start = addressOf(units, unit, attributes.get(AT.lowPc))
  const high = attributes.get(AT.highPc)
  if (start === null || high === undefined) return []
  // Since version 4 a constant is a length.
  const end = high.kind === 'constant' ? start + Number(high.value) : addressOf(units, unit, high)
  return end !== null && end > start ? [{ start, end }] : []
}

/** The addresses that an entry covers: its low and high, or its list. None when it has no code. */
export function rangesOfEntry(units: DebugUnits, entry: Entry): AddressRange[] {
  const known = units.ranges.get(entry.offset)
  if (known) return known
  const made = makeRanges(units, entry)
  units.ranges.set(entry.offset, made)
  return made
}

/** The expressions of a location list with where each holds. DebugInfoError when it cannot be read. */
export function readLocations(units: DebugUnits, unit: Unit, value: AttributeValue): LocationRange[] {
  const section = unit.version >= 5 ? '.debug_loclists' : '.debug_loc'
  const at = listOffset(units, unit, section, AT.loclistsBase, value)
  if (at === null) return []
  const walk = walkOn(units, unit, section, at)
  const found: LocationRange[] = []
  for (let n = 0; n < MAX_ROWS; n++) {
    const row = unit.version >= 5 ? newRow(walk, LOCATION_ROWS) : oldRow(walk)
    if (row === 'end') return found
    if (typeof row === 'string') continue
    const expression = block(walk.c, unit.version >= 5 ? uleb(walk.c) : u16(walk.c))
    found.push({ ...row, expression })
  }
  return fail(walk.c, 'a list without end', at)
}
