// The header of a unit of .debug_info, DWARF 2 to 5 (section 7.5.1).
import { UNIT } from './constants.ts'
import type { UnitFormat } from './forms.ts'
import { fail, offset, take, u16, u64, u8, unitLength, type Cursor } from './reader.ts'

export interface UnitHeader extends UnitFormat {
  /** One past the unit's last byte. */
  end: number
  /** Where its abbreviations begin in .debug_abbrev. */
  abbreviations: number
  /** Of a type unit: what references name it by, and the offset of its type. */
  type: { signature: bigint; offset: number } | null
}

const MIN_VERSION = 2
const MAX_VERSION = 5
const TYPE_UNITS: readonly number[] = [UNIT.type, UNIT.splitType]
const WITH_ID: readonly number[] = [UNIT.skeleton, UNIT.splitCompile]
const ID_BYTES = 8

/** Reads the header at the cursor, which is then at the unit's first entry and ends with the unit. */
export function readUnitHeader(c: Cursor): UnitHeader {
  const at = c.at
  const wide = unitLength(c)
  const version = u16(c)
  if (version < MIN_VERSION || version > MAX_VERSION) fail(c, `a unit of version ${version}`)
  const kind = version >= 5 ? u8(c) : UNIT.compile
  // Version 5 has the two fields the other way round.
  let addressSize = version >= 5 ? u8(c) : 0
  const abbreviations = offset(c, wide)
  if (version < 5) addressSize = u8(c)
  if (WITH_ID.includes(kind)) take(c, ID_BYTES)
  const type = TYPE_UNITS.includes(kind) ? { signature: u64(c), offset: at + offset(c, wide) } : null
  return { version, wide, addressSize, offset: at, end: c.end, abbreviations, type }
}
