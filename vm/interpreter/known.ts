// What words become as entries, remembered by word: programs say the same things over and over, and nothing is allocated for an instruction.
import {
  csrByNumber,
  decodePlan,
  fieldReader,
  isJump,
  registerBits,
  type DecodePlan,
  type FieldName,
  type Row,
  type Slot,
} from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Flavour } from './handler.ts'
import { keyOf, namesCsr, OP_SLOW, PAIR_STRIDE, roundingOf, ROUNDINGS, type Ops } from './ops.ts'

/** A record of a word, in 32-bit numbers. `op`: with a target in the page, below, and elsewhere. The rest is as in an entry, `imm` unscaled. */
export const RECORD = { word: 0, info: 1, op: 2, rd: 3, sources: 4, imm: 5, rs3: 6 } as const
const RECORD_WORDS = 8
const RECORDS = 4096
/** Bits of `info`; 0: no record is there. */
export const LENGTH = 7
export const ILLEGAL = 8
/** It goes on elsewhere in any case. */
export const JUMPS = 16
/** It has a target: of a branch, of a jump. */
export const BRANCHES = 32
export const GOES = 64
const ILLEGAL_INFO = ILLEGAL | 4

/** Where what is written to x0 goes. */
const SINK = L.HART.sink - L.HART.x
const OP_BITS = 16
const OP_MASK = 2 ** OP_BITS - 1

/** Where a register's number is in a word, and the offset from HART.x of register 0 of its file. */
interface RegisterPlan {
  readonly shift: number
  readonly mask: number
  readonly plus: number
  readonly file: number
}

/** A number of an instruction: in a field, or the row's own. */
interface NumberPlan {
  readonly read: ((word: number) => number) | null
  readonly always: number
}

interface WordPlan {
  readonly info: number
  readonly row: Row
  readonly rd: RegisterPlan
  readonly rs1: RegisterPlan
  readonly rs2: RegisterPlan
  readonly rs3: RegisterPlan
  readonly imm: NumberPlan
  readonly rm: NumberPlan | null
  readonly csr: NumberPlan | null
  /** By rounding: op numbers with a target in the page, below, and elsewhere. */
  readonly numbers: readonly number[]
}

/** The pairs of ops as a table: a row for each first op, a column for each second one. */
interface PairTable {
  readonly rowOf: Uint16Array
  readonly columnOf: Uint16Array
  readonly columns: number
  readonly ops: Uint16Array
}

/** What an interpreter has worked out of words. */
export interface Known {
  readonly ops: Ops
  readonly records: Int32Array
  readonly plans: Map<DecodePlan, WordPlan>
  readonly pairs: PairTable
  /** Offsets in a page where what is decoded just now leads. */
  readonly targets: number[]
}

export const createKnown = (ops: Ops): Known => ({
  ops,
  records: new Int32Array(RECORDS * RECORD_WORDS),
  plans: new Map(),
  pairs: pairTable(ops),
  targets: [],
})

function pairTable({ pairs }: Ops): PairTable {
  const firsts = new Map<number, number>()
  const seconds = new Map<number, number>()
  const numbered = (known: Map<number, number>, op: number): number => {
    const number = known.get(op) ?? known.size + 1
    known.set(op, number)
    return number
  }
  const cells = [...pairs].map(([pair, op]) => ({
    row: numbered(firsts, Math.floor(pair / PAIR_STRIDE)),
    column: numbered(seconds, pair % PAIR_STRIDE),
    op,
  }))
  const rowOf = new Uint16Array(PAIR_STRIDE)
  const columnOf = new Uint16Array(PAIR_STRIDE)
  for (const [op, row] of firsts) rowOf[op] = row
  for (const [op, column] of seconds) columnOf[op] = column
  const columns = seconds.size + 1
  const ops = new Uint16Array((firsts.size + 1) * columns)
  for (const { row, column, op } of cells) ops[row * columns + column] = op
  return { rowOf, columnOf, columns, ops }
}

/** The op of two in a row; 0: they are not fused. */
export const pairOf = ({ rowOf, columnOf, columns, ops }: PairTable, first: number, second: number): number =>
  ops[rowOf[first] * columns + columnOf[second]]

/** Where the record of a word begins (compressed: 16 bits, else signed). */
export function recordOf(known: Known, word: number): number {
  const { records } = known
  const at = ((word ^ (word >>> 12) ^ (word >>> 20)) & (RECORDS - 1)) * RECORD_WORDS
  if (records[at + RECORD.word] !== word || records[at + RECORD.info] === 0) record(known, word, at)
  return at
}

/** An op number of a record: `near`: its target, if it has one, is in the page. */
export const opOf = (ops: number, near: boolean): number => (near ? ops & OP_MASK : ops >>> OP_BITS)

function record(known: Known, word: number, at: number): void {
  const { records, ops } = known
  records[at + RECORD.word] = word
  const plan = decodePlan(ops.isa.decoder, word >>> 0)
  if (plan === null) {
    records[at + RECORD.info] = ILLEGAL_INFO
    return
  }
  let mine = known.plans.get(plan)
  if (mine === undefined) known.plans.set(plan, (mine = makePlan(ops, plan)))
  const { rd, rs1, rs2, rs3 } = mine
  const imm = numberIn(mine.imm, word)
  const target = registerIn(rd, word)
  records[at + RECORD.info] = mine.info
  records[at + RECORD.op] = opsOf(ops, mine, word, imm)
  records[at + RECORD.rd] = target === 0 ? SINK : target
  records[at + RECORD.sources] = registerIn(rs1, word) | (registerIn(rs2, word) << 16)
  records[at + RECORD.imm] = imm
  records[at + RECORD.rs3] = registerIn(rs3, word)
}

const registerIn = ({ shift, mask, plus, file }: RegisterPlan, word: number): number => file + 8 * (((word >>> shift) & mask) + plus)
const numberIn = ({ read, always }: NumberPlan, word: number): number => (read === null ? always : read(word))

function opsOf(ops: Ops, plan: WordPlan, word: number, imm: number): number {
  const slow = OP_SLOW | (OP_SLOW << OP_BITS)
  // A branch to where no instruction may begin traps if it is taken.
  if ((plan.info & (BRANCHES | GOES)) !== 0 && imm % ops.isa.parcel !== 0) return slow
  if (plan.csr !== null) {
    const csr = csrByNumber.get(numberIn(plan.csr, word))?.name
    const zeroSource = (plan.row.fields.includes('uimm') ? imm : registerIn(plan.rs1, word)) === 0
    return ops.number.get(keyOf(plan.row, { length: 4, near: true, rounding: 'nearest', csr, zeroSource })) ?? slow
  }
  if (plan.rm === null) return plan.numbers[0]
  const rounding = roundingOf(numberIn(plan.rm, word))
  return rounding === undefined ? slow : plan.numbers[ROUNDINGS.indexOf(rounding)]
}

function makePlan(ops: Ops, { row, written, fields, base }: DecodePlan): WordPlan {
  const fieldIn = (slot: Slot): FieldName | undefined => fields.find(f => f.slot === slot)?.field
  const register = (slot: 'rd' | 'rs1' | 'rs2' | 'rs3', float: FieldName): RegisterPlan => {
    const field = fieldIn(slot)
    const file = row.fields.includes(float) ? L.HART.f - L.HART.x : 0
    return field === undefined ? { shift: 0, mask: 0, plus: base[slot], file } : { ...registerBits(field), file }
  }
  const number = (slot: Slot): NumberPlan => {
    const field = fieldIn(slot)
    return { read: field === undefined ? null : fieldReader(field), always: base[slot] }
  }
  const numberOf = (near: boolean, rounding: Flavour['rounding']): number =>
    ops.number.get(keyOf(row, { length: written.length, near, rounding })) ?? OP_SLOW
  const target = row.fields.includes('b') ? BRANCHES : row.fields.includes('j') ? GOES : 0
  return {
    info: written.length | target | (isJump({ row }) ? JUMPS : 0),
    row,
    rd: register('rd', 'frd'),
    rs1: register('rs1', 'frs1'),
    rs2: register('rs2', 'frs2'),
    rs3: register('rs3', 'frs3'),
    imm: number('imm'),
    rm: row.fields.includes('rm') ? number('rm') : null,
    csr: namesCsr(row) ? number('csr') : null,
    // Rows that do not go anywhere have only the near flavour.
    numbers: ROUNDINGS.map(r => numberOf(true, r) | (numberOf(target === 0, r) << OP_BITS)),
  }
}
