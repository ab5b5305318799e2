// From a hot place to a region that runs: what its pages are, the blocks around it, a function for each hart, and the entries in the decoded code.
import { slotOf, type CodeFrames } from '../code-frames.ts'
import { ENTRY, frameOfSlab, OP_COUNT, OP_REGION, slabFor } from '../interpreter/compiled.ts'
import { decodeFor, type Decoded } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Hart, Machine } from '../state.ts'
import { tlbProbe } from '../tlb.ts'
import { endingIn, type Templates } from './emit.ts'
import { explore, lastParcel, pageOf, type CodeSource } from './explore.ts'
import { regionModule, REGION_TYPE } from './module.ts'
import { regionCode, type RegionCode } from './region.ts'
import { addEntry, addRegion, entryAddress, frameOfKey, placeKey, regionAt, type HotPlace, type Region, type Regions } from './regions.ts'

/** Bytes on both sides of a jump where its targets are looked for. */
const AROUND = 1024
/** Instructions of a region at most. */
const MOST_INSTRUCTIONS = 400
/** A region that stands already is made part of another one, too, if it is no larger. */
const INLINED_MOST = 64
/** Pages on both sides of the first one. What is called farther away is called by many: compiling it for each of them costs more than it saves. */
const PAGES_AROUND = 4
/** A place that was run so many times less than what is hot is left out: what goes round an inner loop is not. */
const COLD = 512

export interface Workshop {
  readonly machine: Machine
  readonly cache: CodeFrames
  readonly regions: Regions
  readonly table: WebAssembly.Table
  /** By hart: its templates, and what refills its TLB. */
  readonly templates: readonly Templates[]
  readonly refills: readonly unknown[]
  /** By hart: what stands in the table where a region is gone. */
  readonly nothing: readonly (() => void)[]
  /** The functions of emit/soft. */
  readonly soft: Readonly<Record<string, unknown>>
  /** Regions go on to each other by tail calls. */
  readonly tailCalls: boolean
  /** Instructions compiled so far. */
  made: number
  /** Places (`placeKey`) whose reads miss often, by frame. */
  readonly missing: Map<number, Set<number>>
}

const keyOf = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.tlbKey) >> 2]

/** The place at the hart's pc, which is in its fetch TLB. */
export function hotPlace(machine: Machine, cache: CodeFrames, hart: Hart): HotPlace {
  const [lo, hi] = hart.pc
  const page = { hart, lo: lo & -L.PAGE_SIZE, hi, key: keyOf(machine, hart), frames: new Map<number, number>() }
  return { ...page, frame: frameOf(machine, cache, page, 0), offset: lo & (L.PAGE_SIZE - 1) }
}

/** The frame of a page so far from a place's own. -1: it is in no fetch TLB; which may be for another reason if other addresses are mapped now. */
function frameOf(
  machine: Machine,
  cache: CodeFrames,
  { hart, lo, hi, key, frames }: Omit<HotPlace, 'frame' | 'offset'>,
  page: number,
): number {
  const known = frames.get(page)
  if (known !== undefined) return known
  if (Math.abs(page) > PAGES_AROUND) return -1
  // Pages on the other side of a border of 4 GiB are left out.
  const low = (lo >>> 0) + page * L.PAGE_SIZE
  const entry = low >>> 0 === low && key === keyOf(machine, hart) ? tlbProbe(machine, hart, low | 0, hi, 'fetch') : -1
  const frame = entry < 0 ? -1 : frameOfSlab(machine, cache, machine.i32[entry + 2] >>> 0)
  frames.set(page, frame)
  return frame
}

/** The code around a hot place, as it is now. `cuts` is told of places (`placeKey`) that are left out since somebody may stop there. */
function sourceOf({ machine, cache, regions, templates }: Workshop, place: HotPlace, cuts: Set<number>): CodeSource {
  const { view, layout } = machine
  const frameAt = (at: number): number => {
    const frame = frameOf(machine, cache, place, pageOf(at))
    return frame >= 0 && slotOf(cache, frame) >= 0 ? frame : -1
  }
  const inPage = (at: number): number => at & (L.PAGE_SIZE - 1)
  const field = (frame: number, offset: number, at: number): number =>
    view.getUint16(entryAddress(machine, cache, frame, offset) + at, true)
  const opAt = (frame: number, offset: number): number => field(frame, offset, ENTRY.op)
  const { hotAfter } = machine.chosen
  const isCold = (frame: number, offset: number): boolean => hotAfter - field(frame, offset, ENTRY.rs3) < hotAfter / COLD
  const halfword = (frame: number, offset: number): number => view.getUint16(layout.ram + frame * L.PAGE_SIZE + offset, true)
  return {
    read(at): Decoded | null {
      const frame = frameAt(at)
      if (frame < 0) return null
      const offset = inPage(at)
      const op = opAt(frame, offset)
      if (op === 0) return null
      if (op === OP_COUNT && at !== place.offset && isCold(frame, offset)) return null
      if (machine.marks.get(frame)?.has(offset)) {
        cuts.add(placeKey(frame, offset))
        return null
      }
      if (at !== place.offset && (regionAt(machine, cache, regions, frame, offset)?.instructions ?? 0) > INLINED_MOST) return null
      const low = halfword(frame, offset)
      // No instruction, by definition: what is not code is mostly this.
      if (low === 0) return null
      if ((low & 3) !== 3) return decodeFor(machine.isa, low)
      // The rest of it may be in the next page.
      const last = frameAt(at + 2)
      return last < 0 ? null : decodeFor(machine.isa, low | (halfword(last, inPage(at + 2)) << 16))
    },
    endingOf: decoded => endingIn(templates[0], decoded),
    /** Counted places and entries of regions in its page: the cases of a switch lie around its jump. */
    around(at) {
      const frame = frameAt(at)
      if (frame < 0) return []
      const offset = inPage(at)
      const found: number[] = []
      for (let o = Math.max(0, offset - AROUND); o < Math.min(L.PAGE_SIZE, offset + AROUND); o += 2) {
        const op = opAt(frame, o)
        if (op === OP_COUNT || op === OP_REGION) found.push(at - offset + o)
      }
      return found
    },
  }
}

/** Makes regions of hot places, one module of each hart for all, until they have so many instructions. Answers of how many it did. */
export function compile(workshop: Workshop, hot: readonly HotPlace[], enough: number): number {
  const { machine, cache, regions, table, templates, tailCalls } = workshop
  const harts = machine.harts
  const made: { region: Region; codes: RegionCode[] }[] = []
  let instructions = 0
  let done = 0
  for (const head of hot) {
    if (instructions >= enough) break
    done++
    const { frame: headFrame, offset } = head
    if (slotOf(cache, headFrame) < 0 || regionAt(machine, cache, regions, headFrame, offset) !== undefined) continue
    const cuts = new Set<number>()
    const explored = explore(sourceOf(workshop, head, cuts), offset, MOST_INSTRUCTIONS)
    if (explored.entries.length === 0) continue
    const slot = takeSlot(regions, table, harts.length)
    const frameAt = (page: number): number => frameOf(machine, cache, head, page)
    const keyAt = (at: number): number => placeKey(frameAt(pageOf(at)), at & (L.PAGE_SIZE - 1))
    const places = [...explored.blocks.values()].flatMap(b => b.places)
    const pages = new Set(places.flatMap(p => [pageOf(p.at), pageOf(lastParcel(p))]))
    const codes = harts.map(({ base }, hart) =>
      regionCode(explored, {
        ...{ base, templates: templates[hart], own: slot, hart, tailCall: tailCalls ? REGION_TYPE : null },
        slabOf: page => slabFor(machine, cache, frameAt(page)),
        missesOften: at => workshop.missing.get(frameAt(pageOf(at)))?.has(keyAt(at)) ?? false,
      }),
    )
    const region: Region = {
      ...{ slot, head, instructions: explored.instructions, points: [] },
      frames: [...new Set([...[...pages].map(frameAt), ...[...cuts].map(frameOfKey)])],
      places: new Set([...places.flatMap(p => [keyAt(p.at), keyAt(lastParcel(p))]), ...cuts]),
    }
    made.push({ region, codes })
    instructions += explored.instructions
    addRegion(regions, region)
    codes[0].entries.forEach((at, label) => {
      const entry = { frame: frameAt(pageOf(at)), offset: at & (L.PAGE_SIZE - 1), label, distance: at }
      addEntry(machine, cache, regions, region, entry)
    })
  }
  workshop.made += instructions
  if (made.length > 0) instantiate(workshop, made)
  return done
}

function instantiate({ machine, table, refills, soft }: Workshop, made: readonly { region: Region; codes: RegionCode[] }[]): void {
  for (const { id } of machine.harts) {
    const module = new WebAssembly.Module(regionModule(made.map(m => m.codes[id])))
    const { exports } = new WebAssembly.Instance(module, { e: { memory: machine.memory, table, refill: refills[id], ...soft } })
    made.forEach(({ region }, n) => table.set(region.slot + id, exports[`r${n}`] as () => void))
  }
}

function takeSlot(regions: Regions, table: WebAssembly.Table, harts: number): number {
  const free = regions.freeSlots.pop()
  if (free !== undefined) return free
  const slot = regions.nextSlot
  regions.nextSlot += harts
  if (regions.nextSlot > table.length) table.grow(Math.max(harts, table.length))
  return slot
}
