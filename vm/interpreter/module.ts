// The interpreter as one WebAssembly function for each hart: a loop around a br_table with a handler for each op.
// It takes fuel, starts at the hart's pc, and answers why it came back; pc, fuel and counters are in the hart's block by then.
import * as L from '../layout.ts'
import { br, brIf, get, i32Const, mem, OP, set, tee, TYPE, unsigned, wasmModule, type Code } from '../wasm/bytes.ts'
import { Emitter, LOCAL, LOCAL_TYPES, type Depths, type Label } from './emit.ts'
import { handlers, opCount, OP_PAGE_END, OP_SLOW, OP_UNDECODED, type Ops } from './ops.ts'

/** Why the interpreter came back. All but jumpMiss: the instruction at pc has not run. */
export const WHY = { fuel: 0, decode: 1, slow: 2, readMiss: 3, writeMiss: 4, ecall: 5, jumpMiss: 6 } as const

// Blocks around the loop, innermost first; leaving one of the first six gives the instruction's fuel back.
const EXITS = ['fuel', 'decode', 'slow', 'readMiss', 'writeMiss', 'ecall', 'refund', 'jumpMiss'] as const
type Exit = (typeof EXITS)[number]
const LABELS: readonly Exclude<Label, 'next'>[] = ['readMiss', 'writeMiss', 'slow', 'ecall', 'jumpMiss']

const block = [OP.block, TYPE.empty]
const why = (reason: number): Code => [...i32Const(reason), ...set(LOCAL.why)]
const at = (offset: number): Code => i32Const(offset)

function addCounter(base: number, counter: number, local: number): Code {
  const offset = base + L.HART.counters + 8 * counter
  return [...at(0), ...at(0), ...mem(OP.f64Load, offset), ...get(local), OP.f64ConvertI32U, OP.f64Add, ...mem(OP.f64Store, offset)]
}

/** What every way out does last: pc, fuel and counters to memory. */
function leave(base: number): Code {
  const offset = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(3), OP.i32ShrU, OP.i64ExtendI32U]
  const herePc = [...get(LOCAL.page), ...offset, OP.i64Add]
  const pc = [...get(LOCAL.va), ...herePc, ...get(LOCAL.why), ...i32Const(WHY.jumpMiss), OP.i32Eq, OP.select]
  return [
    ...at(0),
    ...pc,
    ...mem(OP.i64Store, base + L.HART.pc),
    ...at(0),
    ...get(LOCAL.va),
    ...mem(OP.i64Store, base + L.HART.exitVa),
    ...at(0),
    ...get(LOCAL.fuel),
    ...mem(OP.i32Store, base + L.HART.exitFuel),
    ...addCounter(base, L.COUNTERS.loads, LOCAL.loads),
    ...addCounter(base, L.COUNTERS.stores, LOCAL.stores),
    ...addCounter(base, L.COUNTERS.fetches, LOCAL.fetches),
    ...get(LOCAL.why),
  ]
}

function interpreterFunction(base: number, ops: Ops): Code {
  const count = opCount(ops)
  /** Depth of an exit's label from the inside of the loop's top level. */
  const exitDepth = (exit: Exit): number => 1 + EXITS.indexOf(exit)
  // A handler of op k stands after the ends of blocks 0..k: those of k+1..count-1 are still open around it.
  const depthsOf = (op: number): Depths => {
    const open = count - 1 - op
    const depths = Object.fromEntries(LABELS.map(label => [label, open + exitDepth(label)])) as Record<Label, number>
    return { ...depths, next: open }
  }
  const special: Code[] = []
  special[OP_UNDECODED] = br(depthsOf(OP_UNDECODED).next + exitDepth('decode'))
  const end = new Emitter(base, { length: 4, near: true, rounding: 'nearest' }, depthsOf(OP_PAGE_END))
  end.pageEnd()
  special[OP_PAGE_END] = end.code
  special[OP_SLOW] = br(depthsOf(OP_SLOW).slow)
  const bodies = [...special, ...handlers(base, ops, depthsOf)]

  const start = new Emitter(
    base,
    { length: 4, near: true, rounding: 'nearest' },
    {
      ...depthsOf(count - 1),
      jumpMiss: EXITS.indexOf('jumpMiss'),
    },
  )
  start.enterPage()

  const dispatch: Code = []
  for (let op = 0; op < count; op++) dispatch.push(...block)
  dispatch.push(...get(LOCAL.ip), ...mem(OP.i32Load16U, L.ENTRY.op), OP.brTable, ...unsigned(count - 1))
  for (let op = 0; op < count; op++) dispatch.push(...unsigned(op))
  for (const body of bodies) {
    dispatch.push(OP.end)
    for (const byte of body) dispatch.push(byte)
  }

  const refunds: Code = []
  for (const exit of EXITS.slice(0, 6))
    refunds.push(...[OP.end, ...why(WHY[exit as keyof typeof WHY]), ...br(EXITS.indexOf('refund') - EXITS.indexOf(exit) - 1)])
  return [
    ...at(0),
    ...mem(OP.i64Load, base + L.HART.tlbKey),
    ...set(LOCAL.key),
    ...at(0),
    ...mem(OP.i64Load, base + L.HART.pc),
    ...set(LOCAL.va),
    ...why(WHY.jumpMiss),
    ...EXITS.flatMap(() => block),
    ...start.code,
    OP.loop,
    TYPE.empty,
    ...get(LOCAL.fuel),
    ...i32Const(1),
    OP.i32Sub,
    ...tee(LOCAL.fuel),
    ...i32Const(0),
    OP.i32LtS,
    ...brIf(exitDepth('fuel')),
    ...dispatch,
    OP.end,
    OP.unreachable,
    ...refunds,
    OP.end,
    ...get(LOCAL.fuel),
    ...i32Const(1),
    OP.i32Add,
    ...set(LOCAL.fuel),
    OP.end,
    ...leave(base),
  ]
}

/** One module with a function `hartN` for each hart; `bases` are the offsets of their blocks. */
export function interpreterModule(bases: readonly number[], ops: Ops, pages: number): Uint8Array<ArrayBuffer> {
  return wasmModule(
    bases.map((base, id) => ({
      export: `hart${id}`,
      params: [TYPE.i32],
      results: [TYPE.i32],
      locals: LOCAL_TYPES,
      code: interpreterFunction(base, ops),
    })),
    pages,
  )
}
