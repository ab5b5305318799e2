// The interpreter's operations: one for each row and flavour that the emitter can express, plus a few that are not instructions.
// Op 0 must be "not decoded yet": slabs start as zeros.
import type { Isa, Row } from '../isa/index.ts'
import type { Code } from '../wasm/bytes.ts'
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
}
export const PAIR_STRIDE = 65536

/** The others are none. */
const ROUNDING_BY_RM: Record<number, Flavour['rounding'] | undefined> = {
  0: 'nearest',
  7: 'nearest',
  1: 'zero',
  2: 'down',
  3: 'up',
  4: 'away',
}
export const ROUNDINGS = ['nearest', 'zero', 'down', 'up', 'away'] as const
/** How an instruction rounds by its rm; undefined: it names no rounding. */
export const roundingOf = (rm: number): Flavour['rounding'] | undefined => ROUNDING_BY_RM[rm]
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

/** What an op is called. */
export const keyOf = (row: Row, f: Flavour): string => `${row.name} ${f.length} ${f.near} ${f.rounding} ${f.csr} ${f.zeroSource}`

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
  return { list, number, pairs: fused ? numberPairs(list) : new Map(), isa }
}

/** Appends the ops of fused pairs: every two ops, with targets in the page, whose rows FUSED_PAIRS names. */
function numberPairs(list: Op[]): Map<number, number> {
  const singles = list.map((op, index) => ({ op, number: FIRST_ROW_OP + index })).filter(({ op }) => op.flavour.near)
  const byName = new Map<string, { op: Op; number: number }[]>()
  for (const single of singles) byName.set(single.op.row.name, [...(byName.get(single.op.row.name) ?? []), single])
  const pairs = new Map<number, number>()
  const named = (name: string, bytes: number): { op: Op; number: number }[] =>
    (byName.get(name) ?? []).filter(({ op }) => op.flavour.length === bytes)
  for (const [first, second, [length, otherLength]] of FUSED_PAIRS) {
    for (const a of named(first, length)) {
      for (const b of named(second, otherLength)) {
        const key = a.number * PAIR_STRIDE + b.number
        if (pairs.has(key)) continue
        pairs.set(key, FIRST_ROW_OP + list.length)
        list.push({ ...a.op, second: b.op })
      }
    }
  }
  return pairs
}

export const namesCsr = (row: Row): boolean => row.fields.includes('csr')
const CSR_FLAVOURS: readonly Flavour[] = USER_CSRS.flatMap(csr =>
  [true, false].map(zeroSource => ({ length: 4, near: true, rounding: 'nearest', csr, zeroSource }) as const),
)

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
