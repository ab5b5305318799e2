// The regions that are there: by the frames of code that they were made of, with their entry points in the decoded code and their places
// in the function table. Derived state, as the decoded code is.
import { slotOf, type CodeFrames } from '../code-frames.ts'
import { ENTRIES_PER_BYTE, ENTRY, mark, OP_COUNT, OP_REGION, slabFor } from '../interpreter/compiled.ts'
import * as L from '../layout.ts'
import type { Hart, Machine } from '../state.ts'

/** Where a region is entered. */
interface EntryPoint {
  readonly number: number
  readonly frame: number
  /** Offset in the page. */
  readonly offset: number
}

export interface Region {
  /** Of its function for hart 0; those of the others follow. */
  readonly slot: number
  readonly frames: readonly number[]
  readonly instructions: number
  /** Where it was begun, to make it again. */
  readonly head: HotPlace
  /** Places of its instructions, as `placeKey` has them, and those that it ends before because somebody may stop there. */
  readonly places: ReadonlySet<number>
  readonly points: EntryPoint[]
}

/** A place that was run often: where it is, and the pages around it as they are mapped there. */
export interface HotPlace {
  readonly hart: Hart
  /** The address of its page, and what its addresses are called in TLBs. */
  readonly lo: number
  readonly hi: number
  readonly key: number
  readonly frame: number
  readonly offset: number
  /** Frames by the distance of their page from its own, in pages, as far as they were asked for; -1: in no fetch TLB then. */
  readonly frames: Map<number, number>
}

/** A number for a place in a frame. */
export const placeKey = (frame: number, offset: number): number => frame * L.PAGE_SIZE + offset
export const frameOfKey = (key: number): number => Math.floor(key / L.PAGE_SIZE)

export interface Regions {
  readonly byFrame: Map<number, Set<Region>>
  /** By number of an entry point. */
  readonly byPoint: (Region | undefined)[]
  readonly freePoints: number[]
  nextPoint: number
  readonly freeSlots: number[]
  nextSlot: number
  /** Of all regions. */
  instructions: number
}

export const newRegions = (): Regions => ({
  byFrame: new Map(),
  byPoint: [],
  freePoints: [],
  nextPoint: 1,
  freeSlots: [],
  nextSlot: 0,
  instructions: 0,
})

/** Where the decoded entry of a place is. */
export const entryAddress = (machine: Machine, cache: CodeFrames, frame: number, offset: number): number =>
  slabFor(machine, cache, frame) + offset * ENTRIES_PER_BYTE

const pointWord = (machine: Machine, point: number, field: keyof typeof L.ENTRY_POINT, value: number): void => {
  machine.i32[(L.ENTRY_POINTS + point * L.ENTRY_POINT_BYTES + L.ENTRY_POINT[field]) >> 2] = value
}
const opOf = (machine: Machine, point: number): number =>
  machine.i32[(L.ENTRY_POINTS + point * L.ENTRY_POINT_BYTES + L.ENTRY_POINT.op) >> 2]

const hasRoom = (regions: Regions): boolean => regions.freePoints.length > 0 || regions.nextPoint < L.ENTRY_POINT_COUNT

/** The region that begins at a place, if one does. */
export function regionAt(machine: Machine, cache: CodeFrames, regions: Regions, frame: number, offset: number): Region | undefined {
  const at = entryAddress(machine, cache, frame, offset)
  if (machine.view.getUint16(at + ENTRY.op, true) !== OP_REGION) return undefined
  return regions.byPoint[machine.view.getUint16(at + ENTRY.own, true)]
}

/** Puts a region's entry into the decoded code. The larger of two regions keeps a place; where nothing was decoded there is no entry. */
export function addEntry(
  machine: Machine,
  cache: CodeFrames,
  regions: Regions,
  region: Region,
  { frame, offset, label, distance }: { frame: number; offset: number; label: number; distance: number },
): void {
  const { view } = machine
  const at = entryAddress(machine, cache, frame, offset)
  let op = view.getUint16(at + ENTRY.op, true)
  if (op === 0) return
  let number: number
  if (op === OP_REGION) {
    number = view.getUint16(at + ENTRY.own, true)
    const other = regions.byPoint[number] as Region
    if (other.instructions >= region.instructions) return
    op = opOf(machine, number)
    other.points.splice(
      other.points.findIndex(p => p.number === number),
      1,
    )
  } else {
    if (!hasRoom(regions)) return
    if (op === OP_COUNT) {
      op = view.getUint16(at + ENTRY.own, true)
      view.setUint16(at + ENTRY.rs3, 0, true)
    }
    number = regions.freePoints.pop() ?? regions.nextPoint++
  }
  pointWord(machine, number, 'slot', region.slot)
  pointWord(machine, number, 'label', label)
  pointWord(machine, number, 'offset', distance)
  pointWord(machine, number, 'op', op)
  view.setUint16(at + ENTRY.own, number, true)
  view.setUint16(at + ENTRY.op, OP_REGION, true)
  regions.byPoint[number] = region
  region.points.push({ number, frame, offset })
}

export function addRegion(regions: Regions, region: Region): void {
  regions.instructions += region.instructions
  for (const frame of region.frames) {
    const known = regions.byFrame.get(frame)
    if (known) known.add(region)
    else regions.byFrame.set(frame, new Set([region]))
  }
}

/** The region is there no more: its entry points become what they were, counted anew, as far as their code is there. */
export function dropRegion(machine: Machine, cache: CodeFrames, regions: Regions, region: Region): void {
  const { view } = machine
  for (const { number, frame, offset } of region.points) {
    if (slotOf(cache, frame) >= 0) {
      const at = entryAddress(machine, cache, frame, offset)
      if (view.getUint16(at + ENTRY.op, true) === OP_REGION && view.getUint16(at + ENTRY.own, true) === number) {
        view.setUint16(at + ENTRY.op, opOf(machine, number), true)
        view.setUint16(at + ENTRY.own, 0, true)
        mark(machine, at, machine.chosen.hotAfter)
      }
    }
    regions.byPoint[number] = undefined
    regions.freePoints.push(number)
  }
  for (const frame of region.frames) {
    const known = regions.byFrame.get(frame)
    known?.delete(region)
    if (known?.size === 0) regions.byFrame.delete(frame)
  }
  regions.freeSlots.push(region.slot)
  regions.instructions -= region.instructions
}

/** Drops what was made of a frame; answers the regions. */
export function dropFrame(machine: Machine, cache: CodeFrames, regions: Regions, frame: number): readonly Region[] {
  const dropped = [...(regions.byFrame.get(frame) ?? [])]
  for (const region of dropped) dropRegion(machine, cache, regions, region)
  return dropped
}

/** Drops what has an instruction that begins in these bytes of a frame. */
export function dropBytes(
  machine: Machine,
  cache: CodeFrames,
  regions: Regions,
  frame: number,
  from: number,
  to: number,
): readonly Region[] {
  const dropped = [...(regions.byFrame.get(frame) ?? [])].filter(({ places }) => {
    for (let offset = from; offset < to; offset++) if (places.has(placeKey(frame, offset))) return true
    return false
  })
  for (const region of dropped) dropRegion(machine, cache, regions, region)
  return dropped
}

export function dropAll(machine: Machine, cache: CodeFrames, regions: Regions): readonly Region[] {
  const dropped = [...new Set([...regions.byFrame.values()].flatMap(of => [...of]))]
  for (const region of dropped) dropRegion(machine, cache, regions, region)
  return dropped
}
