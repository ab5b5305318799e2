// What a way out in the middle of a block says, in one number: where it is, how many instructions, loads and stores
// of the block were paid for and not made. The code that all ways out share takes it apart.
import { get, i32Const, i64Const, OP, set, type Code } from '../wasm/bytes.ts'
import { FIXED } from './locals.ts'
import { giveBack, type Tally } from './tally.ts'

const COUNT_BITS = 6
const REFUND_SHIFT = 0
const LOADS_SHIFT = REFUND_SHIFT + COUNT_BITS
const STORES_SHIFT = LOADS_SHIFT + COUNT_BITS
const AT_SHIFT = STORES_SHIFT + COUNT_BITS

export const siteOf = (at: number, { instructions, loads, stores }: Tally): number =>
  at * 2 ** AT_SHIFT + (instructions | (loads << LOADS_SHIFT) | (stores << STORES_SHIFT))

const { site, base, pc } = FIXED
const part = (shift: number): Code => [
  ...[...get(site), OP.i32WrapI64, ...i32Const(shift), OP.i32ShrU],
  ...[...i32Const((1 << COUNT_BITS) - 1), OP.i32And],
]

/** Brings the tally to what it is there, and pc to the place. */
export const settleSite: Code = [
  ...giveBack(part(REFUND_SHIFT), part(LOADS_SHIFT), part(STORES_SHIFT)),
  ...[...get(base), ...get(site), ...i64Const(AT_SHIFT), OP.i64ShrS, OP.i64Add, ...set(pc)],
]
