// Where an instruction keeps its operands: each field says which instruction bits feed which value bits.
// The decoder, encoder, assembler and disassembler all read this one table.

import { FLI_DOUBLE, FLI_HALF, FLI_SINGLE } from './fli.ts'

/** [lowest instruction bit, width, lowest value bit] */
export type Part = readonly [number, number, number]

export interface FieldSpec {
  parts: readonly Part[]
  /**
   * x, f, v: a register; xc, fc: one of the eight registers 8-15 that compressed forms can name; imm: a number; vm: the optional last
   * operand `v0.t`, whose absence is 1; others print in words.
   */
  kind: 'x' | 'f' | 'v' | 'xc' | 'fc' | 'imm' | 'fli' | 'csr' | 'rm' | 'fence' | 'bit' | 'vm' | 'vtype'
  signed?: boolean
  /** Values that the encoding reserves. */
  nonzero?: boolean
  not?: readonly number[]
  /** Values by what the bits say. */
  table?: () => readonly number[]
  /** The value is what is written and this. */
  plus?: number
}

type Of<K extends FieldSpec['kind']> = FieldSpec & { kind: K }

const x = (lsb: number, not?: readonly number[]): Of<'x'> => ({ parts: [[lsb, 5, 0]], kind: 'x', not })
const f = (lsb: number): Of<'f'> => ({ parts: [[lsb, 5, 0]], kind: 'f' })
const v = (lsb: number): Of<'v'> => ({ parts: [[lsb, 5, 0]], kind: 'v' })
const xc = (lsb: number): Of<'xc'> => ({ parts: [[lsb, 3, 0]], kind: 'xc' })
const fc = (lsb: number): Of<'fc'> => ({ parts: [[lsb, 3, 0]], kind: 'fc' })
const imm = (parts: readonly Part[], rest: Partial<FieldSpec> = {}): Of<'imm'> => ({ parts, ...rest, kind: 'imm' })
const signed = { signed: true }

const fli = (table: () => readonly number[]): Of<'fli'> => ({ parts: [[15, 5, 0]], kind: 'fli', table })
const ODD = Array.from({ length: 16 }, (_, n) => 2 * n + 1)
/** Offsets of prefetches: the low five bits of the immediate of ori say which. */
const prefetch = (plus: number): Of<'imm'> => imm([[25, 7, 5]], { signed: true, plus })

export const fields = {
  // 32-bit forms
  rd: x(7),
  rs1: x(15),
  rs2: x(20),
  rs2nz: x(20, [0]),
  // pairs: an even register and the next
  rde: x(7, ODD),
  rs2e: x(20, ODD),
  frd: f(7),
  frs1: f(15),
  frs2: f(20),
  frs3: f(27),
  i: imm([[20, 12, 0]], signed),
  s: imm(
    [
      [7, 5, 0],
      [25, 7, 5],
    ],
    signed,
  ),
  b: imm(
    [
      [8, 4, 1],
      [25, 6, 5],
      [7, 1, 11],
      [31, 1, 12],
    ],
    signed,
  ),
  u: imm([[12, 20, 12]], signed),
  j: imm(
    [
      [21, 10, 1],
      [20, 1, 11],
      [12, 8, 12],
      [31, 1, 20],
    ],
    signed,
  ),
  shamt: imm([[20, 6, 0]]),
  shamtw: imm([[20, 5, 0]]),
  uimm: imm([[15, 5, 0]]),
  flih: fli(FLI_HALF),
  flis: fli(FLI_SINGLE),
  flid: fli(FLI_DOUBLE),
  pfi: prefetch(0),
  pfr: prefetch(1),
  pfw: prefetch(3),
  csr: { parts: [[20, 12, 0]], kind: 'csr' },
  // 5 and 6 are reserved: an instruction that holds them is illegal.
  rm: { parts: [[12, 3, 0]], kind: 'rm', not: [5, 6] },
  fm: { parts: [[28, 4, 0]], kind: 'bit' },
  pred: { parts: [[24, 4, 0]], kind: 'fence' },
  succ: { parts: [[20, 4, 0]], kind: 'fence' },
  aq: { parts: [[26, 1, 0]], kind: 'bit' },
  rl: { parts: [[25, 1, 0]], kind: 'bit' },

  // The vector extension; vs3 is what a store stores.
  vd: v(7),
  vs1: v(15),
  vs2: v(20),
  vs3: v(7),
  /** Operands of pseudo-instructions alone: no v0, a second destination, and numbers that are encoded as one less. */
  vdnz: { ...v(7), not: [0] },
  vt: v(20),
  less1: imm([[15, 5, 0]], { signed: true, plus: -1 }),
  less1nz: imm([[15, 5, 0]], { signed: true, plus: -1, not: [-1] }),
  vm: { parts: [[25, 1, 0]], kind: 'vm' },
  simm5: imm([[15, 5, 0]], signed),
  vtypei: { parts: [[20, 11, 0]], kind: 'vtype' },
  vtypei10: { parts: [[20, 10, 0]], kind: 'vtype' },

  // 16-bit forms (Unprivileged spec, chapter on the C extension); cX = a full register field, Xp = a three-bit one
  crd: x(7),
  crdnz: x(7, [0]),
  crdlui: x(7, [0, 2]),
  crs2: x(2),
  crs2nz: x(2, [0]),
  crs2h: x(2, [0, 2, 3, 4, 5]),
  cfrd: f(7),
  cfrs2: f(2),
  rdp: xc(2),
  rs1p: xc(7),
  rs2p: xc(2),
  frdp: fc(2),
  frs2p: fc(2),
  ci: imm(
    [
      [2, 5, 0],
      [12, 1, 5],
    ],
    signed,
  ),
  cinz: imm(
    [
      [2, 5, 0],
      [12, 1, 5],
    ],
    { signed: true, nonzero: true },
  ),
  cshamt: imm(
    [
      [2, 5, 0],
      [12, 1, 5],
    ],
    { nonzero: true },
  ),
  clui: imm(
    [
      [2, 5, 12],
      [12, 1, 17],
    ],
    { signed: true, nonzero: true },
  ),
  caddi16sp: imm(
    [
      [6, 1, 4],
      [2, 1, 5],
      [5, 1, 6],
      [3, 2, 7],
      [12, 1, 9],
    ],
    { signed: true, nonzero: true },
  ),
  caddi4spn: imm(
    [
      [6, 1, 2],
      [5, 1, 3],
      [11, 2, 4],
      [7, 4, 6],
    ],
    { nonzero: true },
  ),
  clw: imm([
    [6, 1, 2],
    [10, 3, 3],
    [5, 1, 6],
  ]),
  cld: imm([
    [10, 3, 3],
    [5, 2, 6],
  ]),
  clbu: imm([
    [6, 1, 0],
    [5, 1, 1],
  ]),
  clhu: imm([[5, 1, 1]]),
  clwsp: imm([
    [4, 3, 2],
    [12, 1, 5],
    [2, 2, 6],
  ]),
  cldsp: imm([
    [5, 2, 3],
    [12, 1, 5],
    [2, 3, 6],
  ]),
  cswsp: imm([
    [9, 4, 2],
    [7, 2, 6],
  ]),
  csdsp: imm([
    [10, 3, 3],
    [7, 3, 6],
  ]),
  cj: imm(
    [
      [3, 3, 1],
      [11, 1, 4],
      [2, 1, 5],
      [7, 1, 6],
      [6, 1, 7],
      [9, 2, 8],
      [8, 1, 10],
      [12, 1, 11],
    ],
    signed,
  ),
  cb: imm(
    [
      [3, 2, 1],
      [10, 2, 3],
      [2, 1, 5],
      [5, 2, 6],
      [12, 1, 8],
    ],
    signed,
  ),
} as const satisfies Record<string, FieldSpec>

export type FieldName = keyof typeof fields
type OfKind<K> = { [N in FieldName]: (typeof fields)[N]['kind'] extends K ? N : never }[FieldName]
export type XField = 'rd' | 'rs1' | 'rs2'
export type FField = 'frd' | 'frs1' | 'frs2' | 'frs3'
export type ImmField = OfKind<'imm' | 'fli'>

export const fieldSpec = (name: FieldName): FieldSpec => fields[name]

type Reader = (word: number) => number

// Decoding is on the engines' way to new code: what a field's parts say is worked out once.
function readerOf(spec: FieldSpec): Reader {
  const parts = spec.parts.map(([lsb, width, at]) => ({ lsb, mask: 2 ** width - 1, at }))
  const first = parts[0]
  const unused = 32 - Math.max(...spec.parts.map(([, width, at]) => width + at))
  if (spec.kind === 'xc' || spec.kind === 'fc') return word => ((word >>> first.lsb) & first.mask) + FIRST_SHORT_REGISTER
  const { table } = spec
  if (table) return word => table()[(word >>> first.lsb) & first.mask]
  if (parts.length === 1 && !spec.signed) return word => ((word >>> first.lsb) & first.mask) << first.at
  const raw: Reader = word => {
    let value = 0
    for (const { lsb, mask, at } of parts) value |= ((word >>> lsb) & mask) << at
    return value
  }
  return spec.signed ? word => (raw(word) << unused) >> unused : raw
}

/** Where a field that names a register has its number: bits of the word, and what is added to them. */
export function registerBits(name: FieldName): { shift: number; mask: number; plus: number } {
  const { parts, kind } = fieldSpec(name)
  const [[shift, width]] = parts
  return { shift, mask: 2 ** width - 1, plus: kind === 'xc' || kind === 'fc' ? FIRST_SHORT_REGISTER : 0 }
}

/** Three-bit register fields name registers from this one. */
const FIRST_SHORT_REGISTER = 8

export const allFields = Object.keys(fields) as FieldName[]
const readers = Object.fromEntries(allFields.map(name => [name, readerOf(fields[name])])) as Record<FieldName, Reader>

/** Reads one field of instruction words: what `decodeField` does, looked up once. */
export const fieldReader = (name: FieldName): Reader => readers[name]

/** The value of a field in an instruction word: sign-extended where the field is signed; 0-31 for registers. */
export const decodeField = (word: number, name: FieldName): number => readers[name](word)

/** The instruction bits of a value, or null when the field cannot hold it. */
export function encodeField(value: number, name: FieldName): number | null {
  const spec = fieldSpec(name)
  if (!Number.isInteger(value) || (spec.nonzero && value === 0) || spec.not?.includes(value)) return null
  const table = spec.table?.()
  if (table && !table.includes(value)) return null
  const raw = table ? table.indexOf(value) : spec.kind === 'xc' || spec.kind === 'fc' ? value - FIRST_SHORT_REGISTER : value
  let word = 0
  for (const [lsb, width, at] of spec.parts) word |= ((raw >> at) & (2 ** width - 1)) << lsb
  return decodeField(word, name) === value ? word >>> 0 : null
}

/** What a field can hold, for messages. `min`, `max`, `multiple` and `not` are in values; `unit` is what one written unit is worth. */
export interface FieldRange {
  what: 'register' | 'immediate' | 'word'
  min: number
  max: number
  multiple: number
  not: readonly number[]
  /** Upper immediates are written without their twelve low zeros: `lui a0, 1` holds 4096. */
  unit: number
}

/** Upper immediates: the written number is shifted left by this much. */
export const UPPER_SHIFT = 12
export const isUpper = (name: FieldName): boolean => name === 'u' || name === 'clui'

/** What is written for a value in a field of an instruction. */
export const writtenOf = (value: number, name: FieldName): number => value - (fieldSpec(name).plus ?? 0)
/** The value of what is written in a field; null: the field cannot hold it. Its bits have what is written, or the value where `plus` takes away. */
export function valueOf(written: number, name: FieldName): number | null {
  const { plus } = fieldSpec(name)
  if (plus === undefined) return written
  return encodeField(plus > 0 ? written : written + plus, name) === null ? null : written + plus
}

/** The least and greatest value that a field holds, and what they are multiples of. */
export function fieldRange(name: FieldName): FieldRange {
  const spec = fieldSpec(name)
  const low = Math.min(...spec.parts.map(p => p[2]))
  const top = Math.max(...spec.parts.map(p => p[1] + p[2]))
  const not = [...(spec.nonzero ? [0] : []), ...(spec.not ?? [])]
  const unit = isUpper(name) ? 2 ** UPPER_SHIFT : 1
  const multiple = isUpper(name) ? unit : 2 ** low
  const rest = { multiple, not, unit }
  if (spec.kind === 'xc' || spec.kind === 'fc') {
    return { what: 'register', min: FIRST_SHORT_REGISTER, max: FIRST_SHORT_REGISTER + 7, ...rest }
  }
  const what = spec.kind === 'x' || spec.kind === 'f' || spec.kind === 'v' ? 'register' : spec.kind === 'imm' ? 'immediate' : 'word'
  const size = 2 ** top
  return spec.signed ? { what, min: -size / 2, max: size / 2 - multiple, ...rest } : { what, min: 0, max: size - multiple, ...rest }
}
