// The modules that a compiler makes: one for a batch of regions, and one small one that drives them.
import { misses, SOFT_IMPORTS } from '../emit/index.ts'
import { ENTRY, FIRST_ROW_OP, OP_REGION, WHY } from '../interpreter/compiled.ts'
import * as L from '../layout.ts'
import type { Machine } from '../state.ts'
import { br, call, get, i32Const, mem, OP, set, TYPE, unsigned, wasmModule, type Code, type WasmFunction } from '../wasm/bytes.ts'
import { PARAMETERS } from './locals.ts'
import { SOFT_BEFORE } from './operands.ts'
import { decodedEntry, pointField } from './placing.ts'
import { refill } from './refill.ts'
import { settleTally } from './tally.ts'
import { OUT, type RegionCode } from './region.ts'

const RESULTS = [TYPE.i32]
/** Of a module of regions: the number of the regions' type. */
export const REGION_TYPE = SOFT_BEFORE + SOFT_IMPORTS.length

const base0 = i32Const(0)

/** The module of regions of one hart: a function `rN` for each, in order. */
export const regionModule = (regions: readonly RegionCode[]): Uint8Array<ArrayBuffer> =>
  wasmModule(
    regions.map(({ locals, code }, n) => ({ export: `r${n}`, params: PARAMETERS, results: RESULTS, locals, code })),
    [{ name: 'refill', params: [], results: RESULTS }, ...SOFT_IMPORTS],
    true,
  )

/** Valid where WebAssembly has tail calls. */
export const tailCallModule = (): Uint8Array<ArrayBuffer> =>
  wasmModule([{ export: 'f', params: [], results: [], locals: [], code: [[...i32Const(0), OP.returnCallIndirect, 0, 0]] }], [], true)

/** What stands in the table where no region is any more: nothing begins there. */
function nothing(base: number, hart: number): WasmFunction {
  const va = 1
  return {
    export: `nothing${hart}`,
    params: PARAMETERS,
    results: RESULTS,
    locals: [],
    code: [[...base0, ...get(va), ...mem(OP.i64Store, base + L.HART.pc), ...settleTally(base)], i32Const(OUT.next)],
  }
}

const FUEL = 0
const KEY = 1
const VA = 2
const INDEX = 3
const REASON = 4
const MISSED = 5

/** Reads that one place misses, refilled here, before it is said that it misses often. */
const MISSES_OFTEN = 200

/** Runs a hart: whatever stands at its pc, a region or the interpreter, until something is to be done outside. Takes fuel, answers why. */
function driver(base: number, hart: number, harts: number): WasmFunction {
  const locals = { va: VA, index: INDEX, key: KEY }
  // Functions are numbered: the imported interpreters, `nothing`s, the refills, the drivers. Types too, and a `nothing` has the regions'.
  const refillOfHart = 2 * harts + hart
  const regionType = harts
  const is = (reason: number): Code => [...get(REASON), ...i32Const(reason), OP.i32Eq]
  const own: Code = [...get(INDEX), ...mem(OP.i32Load16U, ENTRY.own)]
  const slot = pointField(own, 'slot')
  const run: Code = [
    ...get(FUEL),
    OP.i64ExtendI32U,
    ...get(VA),
    ...own,
    ...slot,
    ...i32Const(hart),
    OP.i32Add,
    OP.callIndirect,
    ...unsigned(regionType),
    0,
  ]
  const interpret: Code = [...get(FUEL), ...get(INDEX), ...call(hart), ...set(REASON)]
  const takeFuel: Code = [...base0, ...mem(OP.i32Load, base + L.HART.exitFuel), ...set(FUEL)]
  // The read at pc missed, and pc is not where a region begins: one more in its entry.
  const counted: Code = [
    ...[...get(INDEX), ...mem(OP.i32Load16U, ENTRY.op), ...i32Const(FIRST_ROW_OP), OP.i32GeU, OP.if, TYPE.empty],
    ...[...get(INDEX), ...own, ...i32Const(1), OP.i32Add, ...mem(OP.i32Store16, ENTRY.own)],
    ...[...own, ...i32Const(MISSES_OFTEN), OP.i32Eq, OP.if, TYPE.empty, ...i32Const(OUT.misses), OP.return, OP.end],
    OP.end,
  ]
  const here: Code = [...decodedEntry(base, locals), ...mem(OP.i32Load16U, ENTRY.op), ...i32Const(OP_REGION)]
  return {
    export: `hart${hart}`,
    params: [TYPE.i32],
    results: RESULTS,
    locals: [TYPE.i64, TYPE.i64, TYPE.i32, TYPE.i32, TYPE.i32],
    code: [
      [...base0, ...mem(OP.i64Load, base + L.HART.tlbKey), ...set(KEY), OP.loop, TYPE.empty],
      // Is there a region at pc?
      [...base0, ...mem(OP.i64Load, base + L.HART.pc), ...set(VA)],
      [OP.block, TYPE.empty, OP.block, TYPE.empty],
      [...misses(base, 'fetch', 1, locals), OP.brIf, 0],
      [...here, OP.i32Eq, OP.if, TYPE.empty],
      [...run, ...set(REASON), ...br(2), OP.end],
      [...get(MISSED), OP.if, TYPE.empty, ...counted, OP.end],
      [OP.end, ...base0, ...set(INDEX), ...interpret, OP.end],
      [...base0, ...set(MISSED)],
      // What is not in a region is interpreted. Where one is left at its own beginning, that is for once; what comes after it may be one.
      [OP.block, TYPE.empty, OP.loop, TYPE.empty],
      [...is(OUT.short), OP.if, TYPE.i32, ...base0, ...mem(OP.i64Load, base + L.HART.pc), ...set(VA)],
      [...misses(base, 'fetch', 1, locals), OP.if, TYPE.i32, ...i32Const(1), OP.else, ...here, OP.i32Eq, OP.end],
      [OP.else, ...is(OUT.next), OP.if, TYPE.i32, ...base0, OP.else, ...br(3), OP.end, OP.end],
      [...set(INDEX), ...takeFuel, ...interpret, ...br(0)],
      [OP.end, OP.end],
      [...is(WHY.region), OP.if, TYPE.empty, ...takeFuel, ...br(1), OP.end],
      [...is(WHY.readMiss), OP.if, TYPE.empty, ...call(refillOfHart), OP.if, TYPE.empty],
      [...takeFuel, ...i32Const(1), ...set(MISSED), ...br(2), OP.end, OP.end],
      [OP.end, ...get(REASON)],
    ],
  }
}

/** A driver `hartN` and what refills its TLB, `refillN`, for each hart, over the interpreter's functions e.interpretN; and `nothingN`, which stands in the table where a region was. */
export function driverModule(machine: Machine): Uint8Array<ArrayBuffer> {
  const bases = machine.harts.map(h => h.base)
  return wasmModule(
    [
      ...bases.map(nothing),
      ...bases.map((base, hart) => refill(machine, base, hart)),
      ...bases.map((base, hart) => driver(base, hart, bases.length)),
    ],
    bases.map((_, hart) => ({ name: `interpret${hart}`, params: [TYPE.i32, TYPE.i32], results: RESULTS })),
    true,
  )
}
