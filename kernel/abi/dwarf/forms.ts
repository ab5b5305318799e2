// How the values of attributes are stored: one row per form of DWARF 4 and 5 (section 7.5.6). References and indexes stay what they
// are until somebody asks; strings too, so that a unit is read in time linear in its bytes.
import { FORM } from './constants.ts'
import {
  address,
  block,
  fail,
  i64,
  offset,
  sleb,
  slebBig,
  take,
  text,
  u16,
  u24,
  u32,
  u64,
  u8,
  uleb,
  ulebBig,
  word,
  type Cursor,
} from './reader.ts'

/** What the forms of one unit depend on. */
export interface UnitFormat {
  version: number
  /** 64-bit DWARF: offsets of 8 bytes. */
  wide: boolean
  addressSize: number
  /** Offset of the unit, which references within it count from. */
  offset: number
}

export type AttributeValue =
  | { kind: 'address'; address: number }
  /** Index into .debug_addr. */
  | { kind: 'addressIndex'; index: number }
  /** `bits`: of a form whose sign is not said; sdata and implicit_const are signed as they are. */
  | { kind: 'constant'; value: bigint; bits: number }
  | { kind: 'text'; text: string }
  /** A string of another section. */
  | { kind: 'string'; section: string; offset: number }
  /** A string by index into .debug_str_offsets. */
  | { kind: 'stringIndex'; index: number }
  | { kind: 'block'; bytes: Uint8Array; expression: boolean }
  | { kind: 'flag'; value: boolean }
  /** Offset of a debugging entry in .debug_info. */
  | { kind: 'reference'; offset: number }
  | { kind: 'signature'; value: bigint }
  /** Offset into the section that the attribute's meaning tells. */
  | { kind: 'offset'; offset: number }
  /** Index into a table of lists, of locations or ranges. */
  | { kind: 'listIndex'; index: number }
  /** Kept elsewhere: in a supplementary file. */
  | { kind: 'elsewhere' }

type Read = (c: Cursor, unit: UnitFormat, implicit: bigint) => AttributeValue

const constant = (value: bigint | number, bits: number): AttributeValue => ({ kind: 'constant', value: BigInt(value), bits })
const bytes = (c: Cursor, size: number, expression = false): AttributeValue => ({ kind: 'block', bytes: block(c, size), expression })
const reference = (unit: UnitFormat, at: number): AttributeValue => ({ kind: 'reference', offset: unit.offset + at })
const stringIndex = (index: number): AttributeValue => ({ kind: 'stringIndex', index })
const addressIndex = (index: number): AttributeValue => ({ kind: 'addressIndex', index })
const SIGNED = 0

const FORMS: Readonly<Record<number, Read>> = {
  [FORM.addr]: (c, unit) => ({ kind: 'address', address: address(c, unit.addressSize) }),
  [FORM.addrx]: c => addressIndex(uleb(c)),
  [FORM.addrx1]: c => addressIndex(u8(c)),
  [FORM.addrx2]: c => addressIndex(u16(c)),
  [FORM.addrx3]: c => addressIndex(u24(c)),
  [FORM.addrx4]: c => addressIndex(u32(c)),
  [FORM.block1]: c => bytes(c, u8(c)),
  [FORM.block2]: c => bytes(c, u16(c)),
  [FORM.block4]: c => bytes(c, u32(c)),
  [FORM.block]: c => bytes(c, uleb(c)),
  [FORM.exprloc]: c => bytes(c, uleb(c), true),
  [FORM.data1]: c => constant(u8(c), 8),
  [FORM.data2]: c => constant(u16(c), 16),
  [FORM.data4]: c => constant(u32(c), 32),
  [FORM.data8]: c => constant(u64(c), 64),
  [FORM.data16]: c => bytes(c, 16),
  [FORM.sdata]: c => constant(slebBig(c), SIGNED),
  [FORM.udata]: c => constant(ulebBig(c), 64),
  [FORM.implicitConst]: (_c, _unit, implicit) => constant(implicit, SIGNED),
  [FORM.string]: c => ({ kind: 'text', text: text(c) }),
  [FORM.strp]: (c, unit) => ({ kind: 'string', section: '.debug_str', offset: offset(c, unit.wide) }),
  [FORM.lineStrp]: (c, unit) => ({ kind: 'string', section: '.debug_line_str', offset: offset(c, unit.wide) }),
  [FORM.strx]: c => stringIndex(uleb(c)),
  [FORM.strx1]: c => stringIndex(u8(c)),
  [FORM.strx2]: c => stringIndex(u16(c)),
  [FORM.strx3]: c => stringIndex(u24(c)),
  [FORM.strx4]: c => stringIndex(u32(c)),
  [FORM.flag]: c => ({ kind: 'flag', value: u8(c) !== 0 }),
  [FORM.flagPresent]: () => ({ kind: 'flag', value: true }),
  [FORM.ref1]: (c, unit) => reference(unit, u8(c)),
  [FORM.ref2]: (c, unit) => reference(unit, u16(c)),
  [FORM.ref4]: (c, unit) => reference(unit, u32(c)),
  [FORM.ref8]: (c, unit) => reference(unit, word(c)),
  [FORM.refUdata]: (c, unit) => reference(unit, uleb(c)),
  [FORM.refAddr]: (c, unit) => ({
    kind: 'reference',
    offset: unit.version <= 2 ? address(c, unit.addressSize) : offset(c, unit.wide),
  }),
  [FORM.refSig8]: c => ({ kind: 'signature', value: u64(c) }),
  [FORM.secOffset]: (c, unit) => ({ kind: 'offset', offset: offset(c, unit.wide) }),
  [FORM.loclistx]: c => ({ kind: 'listIndex', index: uleb(c) }),
  [FORM.rnglistx]: c => ({ kind: 'listIndex', index: uleb(c) }),
  [FORM.refSup4]: c => (take(c, 4), { kind: 'elsewhere' }),
  [FORM.refSup8]: c => (i64(c), { kind: 'elsewhere' }),
  [FORM.strpSup]: (c, unit) => (offset(c, unit.wide), { kind: 'elsewhere' }),
}

/** Reads a value of some form. */
export function readForm(c: Cursor, form: number, unit: UnitFormat, implicit: bigint): AttributeValue {
  let actual = form
  // Each step takes a byte, so this ends.
  while (actual === FORM.indirect) actual = uleb(c)
  const read = FORMS[actual]
  if (read === undefined) fail(c, `form 0x${actual.toString(16)} is not supported`)
  return read(c, unit, implicit)
}

/** A constant as a signed number, whatever form it was squeezed into: bounds and offsets that fit a double. */
export const toNumber = (value: bigint): number => Number(BigInt.asIntN(64, value))

/** One attribute of an abbreviation. */
export interface AttributeSpec {
  name: number
  form: number
  implicit: bigint
}
export interface Abbreviation {
  tag: number
  hasChildren: boolean
  attributes: AttributeSpec[]
}

/** No honest entry has more: it bounds what one byte of a damaged file can cost, as some forms take no bytes. */
const MAX_ATTRIBUTES = 128

/** The table of abbreviations that begins at the cursor, by code. */
export function readAbbreviations(c: Cursor): Map<number, Abbreviation> {
  const table = new Map<number, Abbreviation>()
  for (let code = uleb(c); code !== 0; code = uleb(c)) {
    const tag = uleb(c)
    const hasChildren = u8(c) !== 0
    const attributes: AttributeSpec[] = []
    for (;;) {
      const name = uleb(c)
      const form = uleb(c)
      const implicit = form === FORM.implicitConst ? BigInt(sleb(c)) : 0n
      if (name === 0 && form === 0) break
      if (attributes.length === MAX_ATTRIBUTES) fail(c, `an entry of more than ${MAX_ATTRIBUTES} attributes`)
      attributes.push({ name, form, implicit })
    }
    table.set(code, { tag, hasChildren, attributes })
    if (c.at === c.end) break
  }
  return table
}
