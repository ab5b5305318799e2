// What a region pays and counts, in one local: fuel in the lowest bits, signed, loads above it, stores above those. A block adds one number
// for all that it will do; where it is left in its middle, what it did not do is given back (site.ts).
import * as L from '../layout.ts'
import { addCounter } from '../interpreter/compiled.ts'
import { get, i32Const, i64Const, mem, OP, set, tee, type Code } from '../wasm/bytes.ts'
import { FIXED } from './locals.ts'

/** Fuel of one call and its sign; what is loaded or stored is never more than the fuel was (CALL_FUEL). */
const FUEL_BITS = 22
const COUNT_BITS = 21
const LOADS_SHIFT = FUEL_BITS
const STORES_SHIFT = FUEL_BITS + COUNT_BITS
const ALL_FUEL = 2 ** FUEL_BITS - 1
const FUEL_SIGN = 2 ** (FUEL_BITS - 1)

/** What is counted of a stretch of code. */
export interface Tally {
  instructions: number
  loads: number
  stores: number
}

const { tally } = FIXED

/** Takes a block's fuel and counts what it does; then the condition (i32): it was more than there was. */
export const charge = ({ instructions, loads, stores }: Tally): Code => [
  ...[...get(tally), ...i64Const((BigInt(stores) << BigInt(STORES_SHIFT)) + (BigInt(loads) << BigInt(LOADS_SHIFT)) - BigInt(instructions))],
  ...[OP.i64Add, ...tee(tally), ...i64Const(FUEL_SIGN), OP.i64And, OP.i64Eqz, OP.i32Eqz],
]
/** Gives back: code for numbers (i32). */
export const giveBack = (instructions: Code, loads: Code, stores: Code): Code => [
  ...[...get(tally), ...instructions, OP.i64ExtendI32U, OP.i64Add],
  ...[...loads, OP.i64ExtendI32U, ...i64Const(LOADS_SHIFT), OP.i64Shl, OP.i64Sub],
  ...[...stores, OP.i64ExtendI32U, ...i64Const(STORES_SHIFT), OP.i64Shl, OP.i64Sub, ...set(tally)],
]
/** What is left and was counted, into the hart's block at `base`. */
export const settleTally = (base: number): Code => [
  ...[...i32Const(0), ...get(tally), OP.i32WrapI64, ...i32Const(ALL_FUEL), OP.i32And, ...mem(OP.i32Store, base + L.HART.exitFuel)],
  ...addCounter(base, L.COUNTERS.loads, [
    ...get(tally),
    ...i64Const(LOADS_SHIFT),
    OP.i64ShrU,
    OP.i32WrapI64,
    ...i32Const(2 ** COUNT_BITS - 1),
    OP.i32And,
  ]),
  ...addCounter(base, L.COUNTERS.stores, [...get(tally), ...i64Const(STORES_SHIFT), OP.i64ShrU, OP.i32WrapI64]),
]
