// The interpreter as one WebAssembly function for each hart: a loop around a br_table with a handler for each op.
// It takes fuel (and `first`: locals.ts), starts at the hart's pc, and answers why it came back; pc, fuel and counters are in the hart's block by then.
import { SOFT_IMPORTS } from '../emit/index.ts'
import * as L from '../layout.ts'
import { br, brIf, get, i32Const, mem, OP, set, tee, TYPE, unsigned, wasmModule, type Code } from '../wasm/bytes.ts'
import { ENTRIES_SHIFT, ENTRY } from './entry.ts'
import { createEmitter, type Emitter } from './emit.ts'
import { PLAIN, type Form } from './forms.ts'
import type { Flavour, HandlerDepths } from './handler.ts'
import { LOCAL, LOCAL_TYPES } from './locals.ts'
import { handlers, opCount, OP_COUNT, OP_PAGE_END, OP_REGION, OP_SLOW, OP_UNDECODED, type Ops } from './ops.ts'

/** Why the interpreter came back. All but jumpMiss: the instruction at pc has not run. region: compiled code stands there; hot: it is worth making; misses: the read at pc misses often (a compiler's). */
export const WHY = { fuel: 0, decode: 1, slow: 2, readMiss: 3, writeMiss: 4, ecall: 5, jumpMiss: 6, region: 7, hot: 8, misses: 9 } as const

// Blocks around the loop, innermost first; leaving one of the first eight gives the instruction's fuel back.
const EXITS = ['fuel', 'decode', 'slow', 'readMiss', 'writeMiss', 'ecall', 'region', 'hot', 'refund', 'jumpMiss'] as const
const REFUNDED = 8
type Exit = (typeof EXITS)[number]

const block = [OP.block, TYPE.empty]
const why = (reason: number): Code => [...i32Const(reason), ...set(LOCAL.why)]
const base0 = i32Const(0)

/** Adds an amount (i32) to a counter of the hart's. */
export function addCounter(base: number, counter: number, amount: Code): Code {
  const offset = base + L.HART.counters + 8 * counter
  return [...base0, ...base0, ...mem(OP.f64Load, offset), ...amount, OP.f64ConvertI32U, OP.f64Add, ...mem(OP.f64Store, offset)]
}

/** What every way out does last: pc, fuel and counters to memory. */
function leave(base: number): Code {
  const offset = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(ENTRIES_SHIFT), OP.i32ShrU, OP.i64ExtendI32U]
  const herePc = [...get(LOCAL.page), ...offset, OP.i64Add]
  const pc = [...get(LOCAL.va), ...herePc, ...get(LOCAL.why), ...i32Const(WHY.jumpMiss), OP.i32Eq, OP.select]
  return [
    ...[...base0, ...pc, ...mem(OP.i64Store, base + L.HART.pc)],
    ...[...base0, ...get(LOCAL.va), ...mem(OP.i64Store, base + L.HART.exitVa)],
    ...[...base0, ...get(LOCAL.fuel), ...mem(OP.i32Store, base + L.HART.exitFuel)],
    ...addCounter(base, L.COUNTERS.loads, get(LOCAL.loads)),
    ...addCounter(base, L.COUNTERS.stores, get(LOCAL.stores)),
    ...get(LOCAL.why),
  ]
}

/** Depth of an exit's label seen from the top level of the loop. */
const exitDepth = (exit: Exit): number => 1 + EXITS.indexOf(exit)

/** A handler of op k stands after the ends of blocks 0..k: those of k+1..count-1 are still open around it, and two loops: over ops, over instructions. */
function depthsFor(op: number, count: number): HandlerDepths {
  const dispatch = count - 1 - op
  const next = dispatch + 1
  const depth = (exit: Exit): number => next + exitDepth(exit)
  return {
    next,
    dispatch,
    fuel: depth('fuel'),
    slow: depth('slow'),
    readMiss: depth('readMiss'),
    writeMiss: depth('writeMiss'),
    ecall: depth('ecall'),
    jumpMiss: depth('jumpMiss'),
    region: depth('region'),
    hot: depth('hot'),
  }
}

const NO_INSTRUCTION: Flavour = { length: 4, near: true, rounding: 'nearest' }

/** Handlers of the ops that are not instructions, by op number. */
function specialHandlers(emitter: Emitter, count: number): Code[] {
  emitter.begin(NO_INSTRUCTION, depthsFor(OP_PAGE_END, count))
  emitter.pageEnd()
  const special: Code[] = []
  special[OP_UNDECODED] = br(depthsFor(OP_UNDECODED, count).next + exitDepth('decode'))
  special[OP_PAGE_END] = emitter.code()
  special[OP_SLOW] = br(depthsFor(OP_SLOW, count).slow)
  special[OP_COUNT] = counted(depthsFor(OP_COUNT, count))
  special[OP_REGION] = compiled(depthsFor(OP_REGION, count))
  return special
}

/** A place that is counted: one less, and its own op runs; at none it is hot. */
function counted({ dispatch, hot }: HandlerDepths): Code {
  const left = [...get(LOCAL.ip), ...mem(OP.i32Load16U, ENTRY.rs3), ...i32Const(1), OP.i32Sub, ...tee(LOCAL.index)]
  const own = [...get(LOCAL.ip), ...mem(OP.i32Load16U, ENTRY.own), ...set(LOCAL.op)]
  return [...get(LOCAL.ip), ...left, ...mem(OP.i32Store16, ENTRY.rs3), ...own, ...get(LOCAL.index), ...brIf(dispatch), ...br(hot)]
}

/** A region begins: off to it, or its first instruction is run here where that was asked for. */
function compiled({ dispatch, region }: HandlerDepths): Code {
  const point = [...get(LOCAL.ip), ...mem(OP.i32Load16U, ENTRY.own), ...i32Const(L.ENTRY_POINT_BYTES), OP.i32Mul]
  const own = [...point, ...mem(OP.i32Load, L.ENTRY_POINTS + L.ENTRY_POINT.op), ...set(LOCAL.op)]
  return [
    ...[...get(LOCAL.first), OP.if, TYPE.empty, ...i32Const(0), ...set(LOCAL.first), ...own, ...br(dispatch + 1), OP.end],
    ...br(region),
  ]
}

function interpreterFunction(base: number, ops: Ops, form: Form): Code[] {
  const count = opCount(ops)
  const emitter = createEmitter(base, form)
  const bodies = [...specialHandlers(emitter, count), ...handlers(emitter, ops, op => depthsFor(op, count))]
  const labels: Code = []
  for (let op = 0; op < count; op++) labels.push(...unsigned(op))

  // Entering at pc goes through the fetch TLB, outside the loop: there the exits are one block nearer.
  emitter.begin(NO_INSTRUCTION, { ...depthsFor(count - 1, count), jumpMiss: EXITS.indexOf('jumpMiss') })
  emitter.enterPage()
  const spend = [...get(LOCAL.fuel), ...i32Const(1), OP.i32Sub, ...tee(LOCAL.fuel), ...i32Const(0), OP.i32LtS, ...brIf(exitDepth('fuel'))]
  const refund = [...get(LOCAL.fuel), ...i32Const(1), OP.i32Add, ...set(LOCAL.fuel)]
  const reasons = EXITS.slice(0, REFUNDED).map((exit, n) => [
    OP.end,
    ...why(WHY[exit as keyof typeof WHY]),
    ...br(EXITS.indexOf('refund') - n - 1),
  ])
  return [
    [...base0, ...mem(OP.i64Load, base + L.HART.tlbKey), ...set(LOCAL.key)],
    [...base0, ...mem(OP.i64Load, base + L.HART.pc), ...set(LOCAL.va)],
    why(WHY.jumpMiss),
    EXITS.flatMap(() => block),
    emitter.code(),
    [OP.loop, TYPE.empty, ...spend, ...form.beforeEach(base), ...get(LOCAL.ip), ...mem(OP.i32Load16U, ENTRY.op), ...set(LOCAL.op)],
    [OP.loop, TYPE.empty],
    Array.from({ length: count }, () => block).flat(),
    [...get(LOCAL.op), OP.brTable, ...unsigned(count - 1), ...labels],
    ...bodies.flatMap(body => [[OP.end], body]),
    [OP.end, OP.end, OP.unreachable],
    ...reasons,
    [OP.end, ...refund, OP.end],
    leave(base),
  ]
}

/** One module with a function `hartN` for each hart; `bases` are the offsets of their blocks. */
export function interpreterModule(bases: readonly number[], ops: Ops, form = PLAIN): Uint8Array<ArrayBuffer> {
  return wasmModule(
    bases.map((base, id) => ({
      export: `hart${id}`,
      params: [TYPE.i32, TYPE.i32],
      results: [TYPE.i32],
      locals: LOCAL_TYPES,
      code: interpreterFunction(base, ops, form),
    })),
    [...form.imports, ...SOFT_IMPORTS],
  )
}
