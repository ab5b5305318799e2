// The interpreter's operations: one for each row and flavour that the emitter can express, plus a few that are not instructions.
// Op 0 must be "not decoded yet": slabs start as zeros.
import { csrByNumber, isJump, type Decoded, type FieldName, type Isa, type Row } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Code } from '../wasm/bytes.ts'
import { ENTRIES_PER_BYTE } from './entry.ts'
import { FUSED_PAIRS } from './fusion.ts'
import { LEFT_TO_REFERENCE } from '../emit/index.ts'
import { createEmitter, type Emitter } from './emit.ts'
import { PLAIN } from './forms.ts'
import type { Flavour, HandlerDepths } from './handler.ts'
import { USER_CSRS } from './user-csrs.ts'

export const OP_UNDECODED = 0
export const OP_PAGE_END = 1
/** Left to the reference engine. */
export const OP_SLOW = 2
/** A place that a compiler counts: `own` is the op to run, and in the place of rs3 is how often until it is hot. */
export const OP_COUNT = 3
/** A compiled region begins here: `own` is the number of its entry point. */
export const OP_REGION = 4
export const FIRST_ROW_OP = 5

export interface Op {
  row: Row
  flavour: Flavour
  /** The instruction after it, for a fused pair. */
  second?: Op
}

export interface Ops {
  /** By op number - FIRST_ROW_OP. */
  list: Op[]
  /** Op number by row name and flavour. */
  number: Map<string, number>
  /** Op number of a pair by the numbers of its two ops: first * PAIR_STRIDE + second. */
  pairs: Map<number, number>
  /** Of the machine that they are for. */
  isa: Isa
  /** Of the rows that were met. */
  plans: Map<Row, RowPlan>
}
export const PAIR_STRIDE = 65536

/** The others are none. */
export const ROUNDING_BY_RM: Record<number, Flavour['rounding'] | undefined> = {
  0: 'nearest',
  7: 'nearest',
  1: 'zero',
  2: 'down',
  3: 'up',
  4: 'away',
}
const ROUNDINGS = ['nearest', 'zero', 'down', 'up', 'away'] as const
const NEAREST = 0
const NOWHERE: HandlerDepths = {
  next: 0,
  dispatch: 0,
  fuel: 0,
  readMiss: 0,
  writeMiss: 0,
  slow: 0,
  ecall: 0,
  jumpMiss: 0,
  region: 0,
  hot: 0,
}

const keyOf = (row: Row, f: Flavour): string => `${row.name} ${f.length} ${f.near} ${f.rounding} ${f.csr} ${f.zeroSource}`

/** The handler of an op, or null when the meaning needs the reference engine. */
function emitHandler(emitter: Emitter, row: Row, flavour: Flavour, depths: HandlerDepths): Code | null {
  emitter.begin(flavour, depths)
  try {
    row.meaning!(emitter.sem)
  } catch (e) {
    if (e !== LEFT_TO_REFERENCE) throw e
    return null
  }
  if (!emitter.now.jumped) emitter.fallThrough()
  return emitter.code()
}

/** Numbers every op of a machine's instructions, by trying what the emitter can do; with the ops of fused pairs, or without. */
export function numberOps(isa: Isa, fused = true): Ops {
  const emitter = createEmitter(0, PLAIN)
  const legal = [...isa.rows]
  const always = isa.parcel === 2 ? {} : { longOnly: true }
  const shortForms = new Set(legal.flatMap(r => (r.expansion && r.length === 2 ? [r.expansion.name] : [])))
  const list: Op[] = []
  const number = new Map<string, number>()
  for (const row of legal) {
    if (!row.meaning) continue
    // A row that makes nothing of its rounding mode is tried in one mode, and one that goes nowhere with one target.
    for (const rounding of hasRounding(row) ? ROUNDINGS : (['nearest'] as const)) {
      for (const near of usesTarget(row) ? [true, false] : [true]) {
        const tried = emitHandler(emitter, row, { length: 4, near, rounding, ...always }, NOWHERE)
        if (tried === null || (!emitter.now.rounds && rounding !== 'nearest')) continue
        for (const length of shortForms.has(row.name) ? ([4, 2] as const) : ([4] as const)) {
          const flavour: Flavour = { length, near, rounding, ...always }
          number.set(keyOf(row, flavour), FIRST_ROW_OP + list.length)
          list.push({ row, flavour })
        }
      }
    }
    for (const flavour of namesCsr(row) ? CSR_FLAVOURS : []) {
      if (emitHandler(emitter, row, flavour, NOWHERE) === null) continue
      number.set(keyOf(row, flavour), FIRST_ROW_OP + list.length)
      list.push({ row, flavour })
    }
  }
  return { list, number, pairs: fused ? numberPairs(list) : new Map(), isa, plans: new Map() }
}

/** Appends the ops of fused pairs: every two ops, with targets in the page, whose rows FUSED_PAIRS names. */
function numberPairs(list: Op[]): Map<number, number> {
  const singles = list.map((op, index) => ({ op, number: FIRST_ROW_OP + index })).filter(({ op }) => op.flavour.near)
  const byName = new Map<string, { op: Op; number: number }[]>()
  for (const single of singles) byName.set(single.op.row.name, [...(byName.get(single.op.row.name) ?? []), single])
  const pairs = new Map<number, number>()
  for (const [first, second] of FUSED_PAIRS) {
    for (const a of byName.get(first) ?? []) {
      for (const b of byName.get(second) ?? []) {
        const key = a.number * PAIR_STRIDE + b.number
        if (pairs.has(key)) continue
        pairs.set(key, FIRST_ROW_OP + list.length)
        list.push({ ...a.op, second: b.op })
      }
    }
  }
  return pairs
}

const namesCsr = (row: Row): boolean => row.fields.includes('csr')
const CSR_FLAVOURS: readonly Flavour[] = USER_CSRS.flatMap(csr =>
  [true, false].map(zeroSource => ({ length: 4, near: true, rounding: 'nearest', csr, zeroSource }) as const),
)

function csrOpFor(ops: Ops, { row, values }: Decoded): { op: number; imm: number } {
  const csr = csrByNumber.get(values.csr)?.name
  const zeroSource = (row.fields.includes('uimm') ? values.imm : values.rs1) === 0
  return { op: ops.number.get(keyOf(row, { length: 4, near: true, rounding: 'nearest', csr, zeroSource })) ?? OP_SLOW, imm: values.imm }
}

/** What entering an instruction takes from its row. */
export interface RowPlan {
  /** It has a target: a branch's lies behind it or before, a jump's anywhere. */
  readonly target: 'branch' | 'jump' | null
  readonly jumps: boolean
  readonly rounding: boolean
  readonly csr: boolean
  /** Offsets from HART.x of register 0 of the file that each field names. */
  readonly files: Readonly<Record<'rd' | 'rs1' | 'rs2' | 'rs3', number>>
  /** By `flavourIndex`; OP_SLOW: the reference engine does it. */
  readonly numbers: readonly number[]
}

const flavourIndex = (length: number, near: boolean, rounding: number): number => (length + Number(near)) * ROUNDINGS.length + rounding

function makePlan(ops: Ops, row: Row): RowPlan {
  const numbers: number[] = []
  for (const length of [2, 4] as const)
    for (const near of [false, true])
      ROUNDINGS.forEach((rounding, n) => {
        numbers[flavourIndex(length, near, n)] = ops.number.get(keyOf(row, { length, near, rounding })) ?? OP_SLOW
      })
  const file = (field: FieldName): number => (row.fields.includes(field) ? L.HART.f - L.HART.x : 0)
  return {
    target: row.fields.includes('b') ? 'branch' : row.fields.includes('j') ? 'jump' : null,
    jumps: isJump({ row }),
    rounding: hasRounding(row),
    csr: namesCsr(row),
    files: { rd: file('frd'), rs1: file('frs1'), rs2: file('frs2'), rs3: file('frs3') },
    numbers,
  }
}

/** A row's plan, made when the row is first met: programs use few of them. */
export function planFor(ops: Ops, row: Row): RowPlan {
  let plan = ops.plans.get(row)
  if (plan === undefined) ops.plans.set(row, (plan = makePlan(ops, row)))
  return plan
}

/** How a decoded instruction is entered in a slab. `offset` is its place in the page. */
export function opFor(ops: Ops, plan: RowPlan, decoded: Decoded, offset: number): { op: number; imm: number } {
  const { length, values } = decoded
  const goes = plan.target !== null
  // A branch to where no instruction may begin traps if it is taken.
  if (goes && values.imm % ops.isa.parcel !== 0) return { op: OP_SLOW, imm: 0 }
  const rounding = plan.rounding ? ROUNDINGS.indexOf(ROUNDING_BY_RM[values.rm] as (typeof ROUNDINGS)[number]) : NEAREST
  if (offset + length > L.PAGE_SIZE || rounding < 0) return { op: OP_SLOW, imm: 0 }
  if (plan.csr) return csrOpFor(ops, decoded)
  // Rows that do not go anywhere have only the near flavour.
  const target = offset + values.imm
  const near = !goes || (target >= 0 && target < L.PAGE_SIZE)
  const op = plan.numbers[flavourIndex(length, near, rounding)]
  if (op === OP_SLOW) return { op, imm: 0 }
  return { op, imm: goes && near ? values.imm * ENTRIES_PER_BYTE : values.imm }
}

const usesTarget = (row: Row): boolean => row.fields.includes('b') || row.fields.includes('j')
const hasRounding = (row: Row): boolean => row.fields.includes('rm')

/** Code of every op's handler, in op order. */
export function handlers(emitter: Emitter, ops: Ops, depthsOf: (op: number) => HandlerDepths): Code[] {
  return ops.list.map((op, index) => {
    const depths = depthsOf(FIRST_ROW_OP + index)
    if (!op.second) return emitHandler(emitter, op.row, op.flavour, depths)!
    emitter.begin(op.flavour, depths)
    op.row.meaning!(emitter.sem)
    emitter.goOn()
    const first = emitter.code()
    return first.concat(emitHandler(emitter, op.second.row, op.second.flavour, depths)!)
  })
}

export const opCount = (ops: Ops): number => FIRST_ROW_OP + ops.list.length
