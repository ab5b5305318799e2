// From an instruction word to the row that means it, with operands under names that engines can use without knowing the format:
// rd rs1 rs2 rs3 are register numbers in whichever file the row uses, imm is its one immediate.
import type { Row } from './define.ts'
import { fieldReader, fieldSpec, type FieldName } from './fields.ts'
import { lazily } from './lazily.ts'
import { allRows, rowsByName } from './rows.ts'

export interface Operands {
  rd: number
  rs1: number
  rs2: number
  rs3: number
  /** The one immediate (i s b u j shamt shamtw uimm simm5) as a signed 32-bit number; `u` is already shifted. */
  imm: number
  rm: number
  csr: number
  pred: number
  succ: number
  aq: number
  rl: number
  /** 0: masked by v0. */
  vm: number
  vtype: number
}

export interface Decoded {
  /** The 32-bit row, which has the meaning. */
  row: Row
  /** The row as encoded: compressed when `length` is 2. */
  written: Row
  length: 2 | 4
  /** The word itself; only the low halfword when `length` is 2. */
  word: number
  values: Operands
}

export type Slot = keyof Operands

const SLOT: Partial<Record<FieldName, Slot>> = {
  rd: 'rd',
  rs1: 'rs1',
  rs2: 'rs2',
  rs2nz: 'rs2',
  rde: 'rd',
  rs2e: 'rs2',
  frd: 'rd',
  frs1: 'rs1',
  frs2: 'rs2',
  frs3: 'rs3',
  i: 'imm',
  s: 'imm',
  b: 'imm',
  u: 'imm',
  j: 'imm',
  shamt: 'imm',
  shamtw: 'imm',
  uimm: 'imm',
  flih: 'imm',
  flis: 'imm',
  flid: 'imm',
  rm: 'rm',
  csr: 'csr',
  pred: 'pred',
  succ: 'succ',
  aq: 'aq',
  rl: 'rl',
  vd: 'rd',
  vs1: 'rs1',
  vs2: 'rs2',
  vs3: 'rs3',
  vm: 'vm',
  simm5: 'imm',
  vtypei: 'vtype',
  vtypei10: 'vtype',
}

/** Where the operands of an engine find the value of a field of a 32-bit row. */
export function slotOf(field: FieldName): Slot {
  const slot = SLOT[field]
  if (!slot) throw new Error(`field ${field} belongs to compressed rows only`)
  return slot
}

type Reader = (word: number) => number

/** What decoding does for a row. */
export interface DecodePlan {
  /** The 32-bit row, which has the meaning, and the row as encoded. */
  readonly row: Row
  readonly written: Row
  /** Fields with values that the encoding reserves, and those values. */
  readonly reserved: readonly { read: Reader; values: readonly number[] }[]
  /** The fields to read, each into a slot. */
  readonly fields: readonly { slot: Slot; field: FieldName; read: Reader }[]
  /** Values of the slots that no field is read into. */
  readonly base: Readonly<Operands>
}

const NO_OPERANDS: Operands = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, rm: 0, csr: 0, pred: 0, succ: 0, aq: 0, rl: 0, vm: 1, vtype: 0 }

function planOf(written: Row, byName: ReadonlyMap<string, Row>): DecodePlan {
  const base = { ...NO_OPERANDS }
  const row = written.expansion ? byName.get(written.expansion.name) : written
  if (!row) throw new Error(`${written.name} stands for what is not there`)
  const fields: DecodePlan['fields'][number][] = []
  const operands = written.expansion?.operands ?? written.fields
  for (const [n, operand] of operands.entries()) {
    const slot = slotOf(written.expansion ? row.operands[n] : written.fields[n])
    if (typeof operand === 'number') base[slot] = operand
    else fields.push({ slot, field: operand, read: fieldReader(operand) })
  }
  const reserved: DecodePlan['reserved'][number][] = []
  for (const field of written.fields) {
    const { nonzero, not = [] } = fieldSpec(field)
    if (nonzero || not.length > 0) reserved.push({ read: fieldReader(field), values: nonzero ? [0, ...not] : not })
  }
  return { row, written, reserved, fields, base }
}

/** A row and its plan, which is worked out when a word first has its bits: programs use few of the rows. */
interface Planned {
  readonly written: Row
  plan: DecodePlan | null
}

// Buckets by the bits that nearly every row fixes: opcode and funct3, or quadrant and funct3. In a bucket the few masks that
// occur, and for each the rows by the bits that they fix.
type Bucket = readonly { mask: number; planned: ReadonlyMap<number, Planned> }[]

/** The rows of an instruction set by their bits. A bucket is filled when a word first falls into it. */
export interface Decoder {
  readonly short: Buckets
  readonly long: Buckets
  /** What compressed rows stand for. */
  readonly byName: ReadonlyMap<string, Row>
  /** What words were found to be, each at its place (`placeOf`): programs say the same things over and over. */
  readonly known: (Decoded | null)[]
}

interface Buckets {
  /** Hints last: they take the words that the ordinary rows leave. */
  readonly rows: readonly Planned[]
  readonly buckets: (Bucket | null)[]
}

const KEY_LONG = 0x707c
const KEY_SHORT = 0xe003
const keyLong = (word: number): number => ((word >>> 2) & 31) | ((word >>> 7) & 0xe0)
const keyShort = (word: number): number => (word & 3) | ((word >>> 11) & 28)
const isShort = (word: number): boolean => (word & 3) !== 3

function bucketsOf(rows: readonly Row[], length: 2 | 4, count: number): Buckets {
  const inOrder = [...rows.filter(r => r.length === length && !r.hint), ...rows.filter(r => r.length === length && r.hint)]
  return { rows: inOrder.map(written => ({ written, plan: null })), buckets: new Array<Bucket | null>(count).fill(null) }
}

export const makeDecoder = (rows: readonly Row[], byName: ReadonlyMap<string, Row>): Decoder => ({
  short: bucketsOf(rows, 2, 32),
  long: bucketsOf(rows, 4, 256),
  byName,
  known: new Array<Decoded | null>(KNOWN).fill(null),
})

/** Of the rows those whose bits of the key are as in `word`. */
function fill(rows: readonly Planned[], word: number, keyMask: number): Bucket {
  const found: { mask: number; planned: Map<number, Planned> }[] = []
  for (const planned of rows) {
    const { mask, match } = planned.written
    if (((word ^ match) & mask & keyMask) !== 0) continue
    // Compared as signed 32-bit numbers, as the bit operators give them.
    let same = found.find(f => f.mask === (mask | 0))
    if (!same) found.push((same = { mask: mask | 0, planned: new Map<number, Planned>() }))
    same.planned.set(match | 0, planned)
  }
  return found
}

function bucketOf({ short, long }: Decoder, word: number): Bucket {
  if (isShort(word)) return (short.buckets[keyShort(word)] ??= fill(short.rows, word, KEY_SHORT))
  return (long.buckets[keyLong(word)] ??= fill(long.rows, word, KEY_LONG))
}

const planFor = (planned: Planned, { byName }: Decoder): DecodePlan => (planned.plan ??= planOf(planned.written, byName))

const everything = lazily(() => makeDecoder(allRows(), rowsByName()))

/** Every row that a word could be, for the check that there is at most one. */
export const candidates = (word: number): Row[] =>
  bucketOf(everything(), word).flatMap(({ mask, planned }) => {
    const found = planned.get(word & mask)
    return found && isAllowed(planFor(found, everything()), word) ? [found.written] : []
  })

function isAllowed({ reserved }: DecodePlan, word: number): boolean {
  for (const { read, values } of reserved) if (values.includes(read(word))) return false
  return true
}

/** Length in bytes of the instruction that begins with this halfword; longer encodings than 32 bits do not occur. */
export const instructionLength = (halfword: number): 2 | 4 => (isShort(halfword) ? 2 : 4)

/** Words that are known at once. */
const KNOWN = 4096
const placeOf = (bits: number): number => (bits ^ (bits >>> 12) ^ (bits >>> 20)) & (KNOWN - 1)

/** The instruction in a word (its low half when that is compressed), or null when it is none of the decoder's. What it answers is shared: not to be changed. */
export function decodeBy(decoder: Decoder, word: number): Decoded | null {
  const bits = isShort(word) ? word & 0xffff : word >>> 0
  const place = placeOf(bits)
  const known = decoder.known[place]
  if (known !== null && known.word === bits) return known
  const decoded = decodeAnew(decoder, bits)
  if (decoded !== null) decoder.known[place] = decoded
  return decoded
}

/** How to read the instruction in a word (compressed: 16 bits), or null when it is none of the decoder's. Makes nothing but a row's plan when that is first met. */
export function decodePlan(decoder: Decoder, bits: number): DecodePlan | null {
  const bucket = bucketOf(decoder, bits)
  for (let n = 0; n < bucket.length; n++) {
    const { mask, planned } = bucket[n]
    const found = planned.get(bits & mask)
    if (found === undefined) continue
    const plan = planFor(found, decoder)
    if (isAllowed(plan, bits)) return plan
  }
  return null
}

function decodeAnew(decoder: Decoder, bits: number): Decoded | null {
  const plan = decodePlan(decoder, bits)
  if (plan === null) return null
  const { row, written, fields, base } = plan
  const values = { ...base }
  for (const { slot, read } of fields) values[slot] = read(bits)
  return { row, written, length: written.length, word: bits, values }
}

/** The instruction in a word, of whatever extension. A machine has its own decoder (isa.ts), with what it lacks left out. */
export const decode = (word: number): Decoded | null => decodeBy(everything(), word)
