// What a region is made of: the basic blocks that can be reached from a hot place without leaving what was ever run, callees included.
// Addresses are distances from the region's base, so that the code fits wherever its pages are mapped.
import { isJump, isReturn, REG, type Decoded } from '../isa/index.ts'
import { PAGE_SHIFT } from '../layout.ts'

/** How far a place of a region can be from its base, which is the beginning of the page where it begins. */
const FARTHEST = 2 ** 30
/** Longest block: what a site says of it has 6 bits (site.ts). */
const BLOCK_MOST = 63

/** Places that a return is compared with. */
const RETURNS_MOST = 6

/** How an instruction ends its block, if it does. `left`: it has no form here. */
export type Ending = 'plain' | 'branch' | 'goto' | 'jump' | 'ecall' | 'left'

export interface Place {
  readonly at: number
  readonly decoded: Decoded
  readonly ending: Ending
  /** Where its branch or jump leads; null: nowhere that is known. */
  readonly target: number | null
}

export interface Block {
  readonly at: number
  readonly places: readonly Place[]
  /** Where it goes on without a jump; also behind a branch that is not taken. null: nowhere. */
  readonly next: number | null
  readonly target: number | null
  /** Of a return: places behind calls in the region, where it may lead. */
  readonly returns: readonly number[]
}

export interface CodeSource {
  /** The instruction at a place, or null where none was ever decoded. */
  read(at: number): Decoded | null
  endingOf(decoded: Decoded): Ending
  /** Where jumps were seen to lead, around a jump whose targets are not known. */
  around(at: number): readonly number[]
}

export interface Explored {
  readonly blocks: ReadonlyMap<number, Block>
  /** Blocks that are entered from outside: the first place, and wherever control comes back to. */
  readonly entries: readonly number[]
  readonly instructions: number
}

export const pageOf = (at: number): number => at >> PAGE_SHIFT
/** Where the last halfword of an instruction is: in another page, if it goes on there. */
export const lastParcel = ({ at, decoded }: Place): number => at + decoded.length - 2
const inside = (at: number): boolean => Math.abs(at) < FARTHEST

/** By what its row says. */
export function endingOf(decoded: Decoded): Ending {
  const { row } = decoded
  if (row.fields.includes('b')) return 'branch'
  if (isJump(decoded)) return row.fields.includes('j') ? 'goto' : 'jump'
  return row.name === 'ecall' ? 'ecall' : 'plain'
}

interface Return {
  readonly at: number
  /** What is called before it. */
  readonly called: number
}

/** A jump to an address that the instruction before it begins to make is as good as one to a place. */
function targetOf({ at, decoded, ending }: Omit<Place, 'target'>, before: Place | null): number | null {
  const { rs1, imm } = decoded.values
  if (ending === 'branch' || ending === 'goto') return at + imm
  if (ending !== 'jump' || before?.decoded.row.name !== 'auipc' || before.decoded.values.rd !== rs1 || rs1 === REG.zero) return null
  return before.at + before.decoded.values.imm + (imm & -2)
}

/** Behind the calls of what is nearest before a return: of its function, most likely. */
function waysBack(returns: readonly Return[], at: number): number[] {
  const called = Math.max(...returns.map(r => (r.called <= at ? r.called : -Infinity)))
  return returns
    .filter(r => r.called === called)
    .map(r => r.at)
    .slice(0, RETURNS_MOST)
}

/** Finds the blocks around `head`, at most so many instructions. */
export function explore(code: CodeSource, head: number, most: number): Explored {
  const places = new Map<number, Place>()
  const leaders = new Set([head])
  const entries = new Set([head])
  const returns: Return[] = []
  const work = [head]
  const lead = (at: number): void => {
    leaders.add(at)
    work.push(at)
  }
  const enter = (at: number): void => {
    entries.add(at)
    lead(at)
  }
  for (let start = work.shift(); start !== undefined; start = work.shift()) {
    let before: Place | null = null
    for (let at = start; !places.has(at) && places.size < most && inside(at);) {
      const decoded = code.read(at)
      if (decoded === null) break
      const ending = code.endingOf(decoded)
      const target = targetOf({ at, decoded, ending }, before)
      before = { at, decoded, ending, target }
      places.set(at, before)
      const next = at + decoded.length
      if (ending === 'branch') {
        lead(next)
        lead(target as number)
      } else if (ending === 'goto' || ending === 'jump') {
        if (target !== null) lead(target)
        if (decoded.values.rd !== 0) {
          enter(next)
          if (target !== null) returns.push({ at: next, called: target })
        } else if (target === null && !isReturn(decoded)) code.around(at).forEach(enter)
      } else if (ending !== 'plain') enter(next)
      if (ending !== 'plain') break
      at = next
    }
  }
  const blocks = new Map<number, Block>()
  const pending = [...leaders].filter(at => places.has(at))
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    if (blocks.has(at)) continue
    const block = blockAt(places, leaders, returns, at)
    blocks.set(at, block)
    // A block that was cut for its length goes on in another, and so does one at the end of its page.
    if (block.next !== null && places.has(block.next) && !leaders.has(block.next)) {
      leaders.add(block.next)
      pending.push(block.next)
    }
  }
  return { blocks, entries: [...entries].filter(at => blocks.has(at)), instructions: places.size }
}

function blockAt(places: ReadonlyMap<number, Place>, leaders: ReadonlySet<number>, returns: readonly Return[], at: number): Block {
  const mine: Place[] = []
  let here = at
  for (;;) {
    const place = places.get(here)
    const cut = place === undefined || mine.length === BLOCK_MOST || pageOf(here) !== pageOf(at)
    if (cut || (here !== at && leaders.has(here))) return { at, places: mine, next: here, target: null, returns: [] }
    mine.push(place)
    const { decoded, ending } = place
    // A jump whose address is made before it leads somewhere else for who comes in between.
    const target = ending === 'jump' && mine.length === 1 ? null : place.target
    here += decoded.length
    if (ending === 'plain') continue
    const back = isReturn(decoded) ? waysBack(returns, place.at).filter(r => places.has(r)) : []
    return { at, places: mine, next: ending === 'branch' ? here : null, target, returns: back }
  }
}

/** Where a block leads inside its region. */
export const successors = (blocks: ReadonlyMap<number, Block>, { next, target, returns }: Block): number[] =>
  [target, next, ...returns].filter((at, n, all): at is number => at !== null && blocks.has(at) && all.indexOf(at) === n)
