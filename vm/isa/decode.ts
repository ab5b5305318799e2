// From an instruction word to the row that means it, with operands under names that engines can use without knowing the format:
// rd rs1 rs2 rs3 are register numbers in whichever file the row uses, imm is its one immediate.
import { csrByNumber } from './csrs.ts'
import type { Row } from './define.ts'
import { allFields, fieldReader, fieldSpec, type FieldName } from './fields.ts'
import { namedRow, rows } from './rows.ts'

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

type Slot = keyof Operands

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
interface Plan {
  row: Row
  /** Fields with values that the encoding reserves, and those values. */
  reserved: readonly { read: Reader; values: readonly number[] }[]
  /** The fields to read, each into a slot. */
  fields: readonly { slot: Slot; read: Reader }[]
  base: Operands
}

const NO_OPERANDS: Operands = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, rm: 0, csr: 0, pred: 0, succ: 0, aq: 0, rl: 0, vm: 1, vtype: 0 }

/** Fields with values that encodings reserve. */
const reservedOf: ReadonlyMap<FieldName, Plan['reserved'][number]> = new Map(
  allFields.flatMap(field => {
    const { nonzero, not } = fieldSpec(field)
    const values = [...(nonzero ? [0] : []), ...(not ?? [])]
    return values.length > 0 ? [[field, { read: fieldReader(field), values }] as const] : []
  }),
)

function planOf(written: Row): Plan {
  const base = { ...NO_OPERANDS }
  const row = written.expansion ? namedRow(written.expansion.name) : written
  const fields: Plan['fields'][number][] = []
  const operands = written.expansion?.operands ?? written.fields
  for (const [n, operand] of operands.entries()) {
    const slot = slotOf(written.expansion ? row.operands[n] : written.fields[n])
    if (typeof operand === 'number') base[slot] = operand
    else fields.push({ slot, read: fieldReader(operand) })
  }
  const reserved: Plan['reserved'][number][] = []
  for (const field of written.fields) {
    const found = reservedOf.get(field)
    if (found !== undefined) reserved.push(found)
  }
  return { row, reserved, fields, base }
}

/** A row and its plan, which is worked out when a word first has its bits: programs use few of the rows. */
interface Planned {
  readonly written: Row
  plan: Plan | null
}
const planFor = (planned: Planned): Plan => (planned.plan ??= planOf(planned.written))

// Buckets by the bits that nearly every row fixes: opcode and funct3, or quadrant and funct3. In a bucket the few masks that
// occur, and for each the rows by the bits that they fix.
type Bucket = readonly { mask: number; plans: ReadonlyMap<number, Planned> }[]

const key32 = (word: number): number => ((word >>> 2) & 31) | ((word >>> 7) & 0xe0)
const key16 = (word: number): number => (word & 3) | ((word >>> 11) & 28)
const isShort = (word: number): boolean => (word & 3) !== 3

function buckets(length: 2 | 4, count: number, keyOf: (word: number) => number, representative: (key: number) => number): Bucket[] {
  const found = Array.from({ length: count }, () => new Map<number, Map<number, Planned>>())
  const keyMask = representative(count - 1)
  // Compared as signed 32-bit numbers, as the bit operators give them.
  const enter = (key: number, planned: Planned): void => {
    const mask = planned.written.mask | 0
    let plans = found[key].get(mask)
    if (!plans) found[key].set(mask, (plans = new Map<number, Planned>()))
    plans.set(planned.written.match | 0, planned)
  }
  // Hints last: they take the words that the ordinary rows leave.
  for (const row of rows.filter(r => r.length === length).sort((a, b) => Number(a.hint) - Number(b.hint))) {
    const planned: Planned = { written: row, plan: null }
    const fixed = row.mask & keyMask
    if (fixed === keyMask) enter(keyOf(row.match), planned)
    else for (let key = 0; key < count; key++) if (((representative(key) ^ row.match) & fixed) === 0) enter(key, planned)
  }
  return found.map(plansOf => [...plansOf].map(([mask, plans]) => ({ mask, plans })))
}

const buckets32 = buckets(4, 256, key32, key => 3 | ((key & 31) << 2) | ((key & 0xe0) << 7))
const buckets16 = buckets(2, 32, key16, key => (key & 3) | ((key & 28) << 11))
const bucketOf = (word: number): Bucket => (isShort(word) ? buckets16[key16(word)] : buckets32[key32(word)])

/** Every row that a word could be, for the check that there is at most one. */
export const candidates = (word: number): Row[] =>
  bucketOf(word).flatMap(({ mask, plans }) => {
    const planned = plans.get(word & mask)
    return planned && isAllowed(planFor(planned), word) ? [planned.written] : []
  })

function isAllowed({ reserved }: Plan, word: number): boolean {
  for (const { read, values } of reserved) if (values.includes(read(word))) return false
  return true
}

/** Length in bytes of the instruction that begins with this halfword; longer encodings than 32 bits do not occur. */
export const instructionLength = (halfword: number): 2 | 4 => (isShort(halfword) ? 2 : 4)

/** The instruction in a word (its low half when that is compressed), or null when it is illegal. */
export function decode(word: number): Decoded | null {
  const bits = isShort(word) ? word & 0xffff : word >>> 0
  for (const { mask, plans } of bucketOf(bits)) {
    const planned = plans.get(bits & mask)
    if (!planned) continue
    const plan = planFor(planned)
    if (!isAllowed(plan, bits)) continue
    const { row, fields, base } = plan
    const { written } = planned
    const values = { ...base }
    for (const { slot, read } of fields) values[slot] = read(bits)
    return { row, written, length: written.length, word: bits, values }
  }
  return null
}

const isVectorCsr = (number: number): boolean => {
  const kind = csrByNumber.get(number)?.holds?.kind
  return kind === 'vector' || kind === 'vlenb'
}

/** Is this an instruction that the vector unit has to be on for? */
export function needsVectors(word: number): boolean {
  const decoded = decode(word)
  if (decoded === null) return false
  const { row, values } = decoded
  return row.extension === 'V' || (row.fields.includes('csr') && isVectorCsr(values.csr))
}
