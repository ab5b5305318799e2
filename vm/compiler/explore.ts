// What a region is made of: the basic blocks that can be reached from a hot place without leaving what was ever run, callees included.
// Addresses are distances from the region's base, so that the code fits wherever its pages are mapped.
import { isJump, isReturn, type Decoded } from '../isa/index.ts'
import { PAGE_SHIFT, PAGE_SIZE } from '../layout.ts'

/** Pages that a region can lie in, and the one of them that it begins in. */
export const REGION_PAGES = 8
export const HEAD_PAGE = 3
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
}

export interface Block {
  readonly at: number
  readonly places: readonly Place[]
  /** Where it goes on without a jump; also behind a branch that is not taken. -1: nowhere. */
  readonly next: number
  /** Where its branch or jump leads; -1: nowhere that is known. */
  readonly target: number
  /** Of a return: places of the same page behind calls in the region, where it may lead. */
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
const inside = (at: number): boolean => at >= 0 && at < REGION_PAGES * PAGE_SIZE

/** By what its row says. */
export function endingOf(decoded: Decoded): Ending {
  const { row } = decoded
  if (row.fields.includes('b')) return 'branch'
  if (isJump(decoded)) return row.fields.includes('j') ? 'goto' : 'jump'
  return row.name === 'ecall' ? 'ecall' : 'plain'
}

/** Finds the blocks around `head`, at most so many instructions. */
export function explore(code: CodeSource, head: number, most: number): Explored {
  const places = new Map<number, Place>()
  const leaders = new Set([head])
  const entries = new Set([head])
  const returns: number[] = []
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
    for (let at = start; !places.has(at) && places.size < most && inside(at);) {
      const decoded = code.read(at)
      if (decoded === null) break
      const ending = code.endingOf(decoded)
      places.set(at, { at, decoded, ending })
      const next = at + decoded.length
      if (ending === 'branch') {
        lead(next)
        lead(at + decoded.values.imm)
      } else if (ending === 'goto') {
        lead(at + decoded.values.imm)
        if (decoded.values.rd !== 0) {
          enter(next)
          returns.push(next)
        }
      } else if (ending === 'jump') {
        if (decoded.values.rd !== 0) enter(next)
        else if (!isReturn(decoded)) code.around(at).forEach(enter)
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
    if (block.next >= 0 && places.has(block.next) && !leaders.has(block.next)) {
      leaders.add(block.next)
      pending.push(block.next)
    }
  }
  return { blocks, entries: [...entries].filter(at => blocks.has(at)), instructions: places.size }
}

function blockAt(places: ReadonlyMap<number, Place>, leaders: ReadonlySet<number>, returns: readonly number[], at: number): Block {
  const mine: Place[] = []
  let here = at
  for (;;) {
    const place = places.get(here)
    const cut = place === undefined || mine.length === BLOCK_MOST || pageOf(here) !== pageOf(at)
    if (cut || (here !== at && leaders.has(here))) return { at, places: mine, next: here, target: -1, returns: [] }
    mine.push(place)
    const { decoded, ending } = place
    here += decoded.length
    if (ending === 'plain') continue
    const target = ending === 'branch' || ending === 'goto' ? place.at + decoded.values.imm : -1
    const back = isReturn(decoded) ? returns.filter(r => pageOf(r) === pageOf(place.at) && places.has(r)).slice(0, RETURNS_MOST) : []
    return { at, places: mine, next: ending === 'branch' ? here : -1, target, returns: back }
  }
}

/** Where a block leads inside its region. */
export const successors = (blocks: ReadonlyMap<number, Block>, { next, target, returns }: Block): number[] =>
  [target, next, ...returns].filter((at, n, all) => blocks.has(at) && all.indexOf(at) === n)
