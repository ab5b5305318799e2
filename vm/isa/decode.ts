// From an instruction word to the row that means it, with operands under names that engines can use without knowing the format:
// rd rs1 rs2 rs3 are register numbers in whichever file the row uses, imm is its one immediate.
import { matches, type Row } from './define.ts'
import { decodeField, type FieldName } from './fields.ts'
import { namedRow, rows } from './rows.ts'

export interface Operands {
  rd: number
  rs1: number
  rs2: number
  rs3: number
  /** The one immediate (i s b u j shamt shamtw uimm) as a signed 32-bit number; `u` is already shifted. */
  imm: number
  rm: number
  csr: number
  pred: number
  succ: number
  aq: number
  rl: number
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
  rm: 'rm',
  csr: 'csr',
  pred: 'pred',
  succ: 'succ',
  aq: 'aq',
  rl: 'rl',
}

/** Where the operands of an engine find the value of a field of a 32-bit row. */
export function slotOf(field: FieldName): Slot {
  const slot = SLOT[field]
  if (!slot) throw new Error(`field ${field} belongs to compressed rows only`)
  return slot
}

interface Plan {
  row: Row
  written: Row
  /** The fields to read, each into a slot. */
  fields: readonly (readonly [Slot, FieldName])[]
  base: Operands
}

const NO_OPERANDS: Operands = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, rm: 0, csr: 0, pred: 0, succ: 0, aq: 0, rl: 0 }

function planOf(written: Row): Plan {
  const base = { ...NO_OPERANDS }
  const { expansion } = written
  if (!expansion) return { row: written, written, fields: written.fields.map(f => [slotOf(f), f] as const), base }
  const row = namedRow(expansion.name)
  const fields: [Slot, FieldName][] = []
  expansion.operands.forEach((operand, n) => {
    const slot = slotOf(row.operands[n])
    if (typeof operand === 'number') base[slot] = operand
    else fields.push([slot, operand])
  })
  return { row, written, fields, base }
}

// Buckets by the bits that nearly every row fixes: opcode and funct3, or quadrant and funct3.
const key32 = (word: number): number => ((word >>> 2) & 31) | ((word >>> 7) & 0xe0)
const key16 = (word: number): number => (word & 3) | ((word >>> 11) & 28)
const isShort = (word: number): boolean => (word & 3) !== 3

function buckets(length: 2 | 4, count: number, representative: (key: number) => number, keyMask: number): Plan[][] {
  const plans = rows.filter(r => r.length === length).map(planOf)
  return Array.from({ length: count }, (_, key) => {
    const word = representative(key)
    return plans.filter(({ written: { mask, match } }) => ((word ^ match) & mask & keyMask) === 0)
  })
}

const plans32 = buckets(4, 256, key => 3 | ((key & 31) << 2) | ((key & 0xe0) << 7), 0x707f)
const plans16 = buckets(2, 32, key => (key & 3) | ((key & 28) << 11), 0xe003)

/** Every row that a word could be, for the check that there is at most one. */
export const candidates = (word: number): Row[] =>
  bucket(word)
    .filter(p => fits(p, word))
    .map(p => p.written)

const bucket = (word: number): Plan[] => (isShort(word) ? plans16[key16(word)] : plans32[key32(word)])
const fits = (plan: Plan, word: number): boolean => matches(plan.written, word, decodeField)

/** Length in bytes of the instruction that begins with this halfword; longer encodings than 32 bits do not occur in RV64GC. */
export const instructionLength = (halfword: number): 2 | 4 => (isShort(halfword) ? 2 : 4)

/** The instruction in a word (its low half when that is compressed), or null when it is illegal. */
export function decode(word: number): Decoded | null {
  const bits = isShort(word) ? word & 0xffff : word >>> 0
  for (const plan of bucket(bits)) {
    if ((bits & plan.written.mask) >>> 0 !== plan.written.match || !fits(plan, bits)) continue
    const values = { ...plan.base }
    for (const [slot, field] of plan.fields) values[slot] = decodeField(bits, field)
    return { row: plan.row, written: plan.written, length: plan.written.length, word: bits, values }
  }
  return null
}
