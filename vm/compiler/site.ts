// What a way out in the middle of a block says, in one number: where it is, how many instructions of the block were paid for and did
// not run, and how many loads and stores of the block were made. The code that all ways out share takes it apart.
import { get, i32Const, OP, set, type Code } from '../wasm/bytes.ts'
import { FIXED } from './locals.ts'

const AT_BITS = 14
const COUNT_BITS = 6
const REFUND_SHIFT = AT_BITS
const LOADS_SHIFT = REFUND_SHIFT + COUNT_BITS
const STORES_SHIFT = LOADS_SHIFT + COUNT_BITS

export const siteOf = (at: number, refund: number, loads: number, stores: number): number =>
  (at >> 1) | (refund << REFUND_SHIFT) | (loads << LOADS_SHIFT) | (stores << STORES_SHIFT)

const part = (site: number, shift: number, bits: number): Code => [
  ...[...get(site), ...i32Const(shift), OP.i32ShrU],
  ...[...i32Const((1 << bits) - 1), OP.i32And],
]
const addTo = (local: number, amount: Code): Code => [...get(local), ...amount, OP.i32Add, ...set(local)]

const { site, fuel, loads, stores, base, pc } = FIXED
/** Brings fuel and counts to what they are there, and pc to the place. */
export const settleSite: Code = [
  ...addTo(fuel, part(site, REFUND_SHIFT, COUNT_BITS)),
  ...addTo(loads, part(site, LOADS_SHIFT, COUNT_BITS)),
  ...addTo(stores, part(site, STORES_SHIFT, COUNT_BITS)),
  ...[...get(base), ...part(site, 0, AT_BITS), ...i32Const(1), OP.i32Shl, OP.i64ExtendI32U, OP.i64Add, ...set(pc)],
]
