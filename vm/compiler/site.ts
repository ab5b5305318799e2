// What a way out in the middle of a block says, in one number: where it is, how many instructions, loads and stores
// of the block were paid for and not made. The code that all ways out share takes it apart.
import { get, i32Const, OP, set, type Code } from '../wasm/bytes.ts'
import { FIXED } from './locals.ts'
import { giveBack, type Tally } from './tally.ts'

const AT_BITS = 14
const COUNT_BITS = 6
const REFUND_SHIFT = AT_BITS
const LOADS_SHIFT = REFUND_SHIFT + COUNT_BITS
const STORES_SHIFT = LOADS_SHIFT + COUNT_BITS

export const siteOf = (at: number, { instructions, loads, stores }: Tally): number =>
  (at >> 1) | (instructions << REFUND_SHIFT) | (loads << LOADS_SHIFT) | (stores << STORES_SHIFT)

const part = (site: number, shift: number, bits: number): Code => [
  ...[...get(site), ...i32Const(shift), OP.i32ShrU],
  ...[...i32Const((1 << bits) - 1), OP.i32And],
]

const { site, base, pc } = FIXED
/** Brings the tally to what it is there, and pc to the place. */
export const settleSite: Code = [
  ...giveBack(part(site, REFUND_SHIFT, COUNT_BITS), part(site, LOADS_SHIFT, COUNT_BITS), part(site, STORES_SHIFT, COUNT_BITS)),
  ...[...get(base), ...part(site, 0, AT_BITS), ...i32Const(1), OP.i32Shl, OP.i64ExtendI32U, OP.i64Add, ...set(pc)],
]
