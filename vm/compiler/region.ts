// A region as one WebAssembly function. Its registers are loaded when it is entered, live in locals, and are stored where it is left. It
// answers why it came back (OUT); by then pc, fuel and counters are in the hart's block, unless it went on to another region by itself.
import { misses } from '../emit/index.ts'
import { ENTRY, OP_REGION, WHY } from '../interpreter/compiled.ts'
import * as L from '../layout.ts'
import { br, brIf, get, i32Const, mem, OP, set, TYPE, unsigned, type Code } from '../wasm/bytes.ts'
import { Body } from './body.ts'
import { setLimit } from './doubles.ts'
import type { Block, Explored } from './explore.ts'
import { FILE_NAMES, FILES } from './files.ts'
import { FIXED } from './locals.ts'
import { decodedEntry, pointField, type Placing } from './placing.ts'
import { settleSite } from './site.ts'
import { settleTally } from './tally.ts'
import { shapeOf } from './shape.ts'
import { EXITS } from './writer.ts'

/**
 * Why compiled code came back, beside the interpreter's reasons: `short`: the instruction at pc is to be interpreted; `next`: no region begins
 * at pc.
 */
export const OUT = { ...WHY, short: 16, next: 17 } as const

export interface RegionCode {
  readonly locals: readonly number[]
  readonly code: readonly ArrayLike<number>[]
  /** By label: where that entry is. */
  readonly entries: readonly number[]
}

const base0 = i32Const(0)
const BLOCK = [OP.block, TYPE.empty]
/** Where an access is matters where its TLB missed; elsewhere nobody has to keep that. */
const keepVa = (base: number): Code => [...base0, ...get(FIXED.va), ...mem(OP.i64Store, base + L.HART.exitVa)]
const reasons = (base: number): Code =>
  EXITS.flatMap((exit, n) => [
    ...[OP.end, ...i32Const(OUT[exit]), ...set(FIXED.why)],
    ...(exit === 'readMiss' || exit === 'writeMiss' ? keepVa(base) : []),
    ...br(EXITS.length - n - 1),
  ])

export function regionCode(explored: Explored, placing: Placing): RegionCode {
  const shape = shapeOf(explored.blocks, explored.entries)
  const body = new Body(shape, placing)
  body.write()
  const { base } = placing
  const { locals, written } = body
  const filling: Code = [...base0, ...mem(OP.i64Load, base + L.HART.tlbKey), ...set(FIXED.key)]
  const spill: Code = []
  for (const file of body.holdsAll ? FILE_NAMES : []) {
    for (const [n, local] of locals.used(file)) {
      filling.push(...FILES[file].load(base, n, local))
      if (written[file].has(n)) spill.push(...FILES[file].store(base, n, local))
    }
  }
  if (locals.limitUsed !== null) filling.push(...setLimit(base, locals.limitUsed))
  for (const local of locals.pages()) filling.push(OP.i64Const, 1, ...set(local))
  return {
    locals: locals.types(),
    entries: shape.labels.map(({ block }) => (block as Block).at),
    code: [
      filling,
      [...BLOCK, ...BLOCK, ...EXITS.flatMap(() => BLOCK), OP.loop, TYPE.empty],
      body.code(),
      lookUp(placing, spill),
      [OP.end, OP.unreachable],
      reasons(base),
      [OP.end, ...settleSite, OP.end],
      spill,
      [...base0, ...get(FIXED.pc), ...mem(OP.i64Store, base + L.HART.pc)],
      settleTally(base),
      get(FIXED.why),
    ],
  }
}

// From the level of the loop that looks up: the loop is 0, then come the exits, what settles their sites, and the way out.
const OUT_DEPTH = 1 + EXITS.length + 1

/** On to the address in `va`: in this region, in another one, or out. */
function lookUp({ base, own, hart, tailCall }: Placing, spill: Code): Code {
  const { va, index, point, why, pc, tally } = FIXED
  const leave = (reason: number, nest: number): Code => [
    ...[...i32Const(reason), ...set(why)],
    ...[...get(va), ...set(pc), ...br(OUT_DEPTH + nest)],
  ]
  const leaveIf = (reason: number): Code => [OP.if, TYPE.empty, ...leave(reason, 1), OP.end]
  const slot = [...pointField(get(point), 'slot'), ...i32Const(hart), OP.i32Add]
  return [
    ...[...misses(base, 'fetch', 1, FIXED), OP.if, TYPE.empty, ...keepVa(base), ...leave(OUT.jumpMiss, 1), OP.end],
    ...[...decodedEntry(base, FIXED), ...mem(OP.i32Load16U, ENTRY.op), ...i32Const(OP_REGION), OP.i32Ne, ...leaveIf(OUT.next)],
    ...[...get(index), ...mem(OP.i32Load16U, ENTRY.own), ...set(point)],
    ...[...pointField(get(point), 'slot'), ...i32Const(own), OP.i32Eq, ...brIf(0)],
    ...(tailCall === null
      ? leave(OUT.region, 0)
      : [...spill, ...get(tally), ...get(va), ...get(point), ...slot, OP.returnCallIndirect, ...unsigned(tailCall), 0]),
  ]
}
