// The whole machine as a value: harts with registers, CSRs, counters and TLBs, and the pages of RAM that are not zero.
// What the engine makes of code is derived and left out, but the fetch TLB that leads into it is kept by frame, so that a restored machine
// misses exactly where the original would have.
import * as L from './layout.ts'
import { markPages } from './marks.ts'
import { setTiming } from './machine.ts'
import type { CodeOrder, Hart, Machine } from './state.ts'
import { blockHolds, forgetNames, nameContext, unwatch, watchEntries } from './tlb.ts'
import { copyTiming, restoreTiming, type TimingSnapshot } from './timing/index.ts'

export interface MachineSnapshot {
  ramBytes: number
  /** The instruction set, as text. */
  isa: string
  harts: Uint8Array[]
  /** Frame behind each fetch TLB entry of each hart, -1 where there is none. */
  fetchFrames: Int32Array[]
  /** Frames that are code. */
  code: CodeOrder
  /** Contexts that have names in TLB tags, in the order of their names, which count from 1. */
  keys: { contexts: Uint32Array; superpages: boolean }
  /** Non-zero pages of RAM by frame. */
  pages: Map<number, Uint8Array>
  framesUsed: number
  lastHart: number
  /** Of a timed machine. */
  timing: TimingSnapshot | null
}

const FETCH_ENTRIES = L.TLB_BYTES / L.TLB_ENTRY_BYTES

function fetchFrames(machine: Machine, hart: Hart): Int32Array {
  const frames = new Int32Array(FETCH_ENTRIES).fill(-1)
  const first = (hart.base + L.HART.tlbFetch) >> 2
  for (let n = 0; n < FETCH_ENTRIES; n++) {
    const at = first + n * (L.TLB_ENTRY_BYTES / 4)
    if (machine.i32[at] !== 0) frames[n] = hart.fetchFrames[n]
  }
  return frames
}

/** A hart's block, without what engines leave there on their way out. Where its fetch entries lead is in `fetchFrames`: where engines keep code differs from machine to machine. */
function hartBytes(machine: Machine, hart: Hart): Uint8Array {
  const bytes = machine.bytes.slice(hart.base, hart.base + L.HART_BYTES)
  const words = new Int32Array(bytes.buffer)
  const addend = (L.HART.tlbFetch + L.TLB_ENTRY.addend) >> 2
  for (let n = 0; n < FETCH_ENTRIES; n++) words[addend + n * (L.TLB_ENTRY_BYTES / 4)] = 0
  bytes.fill(0, L.HART.sink, L.HART.sink + 8)
  bytes.fill(0, L.HART.exitVa, L.HART.refills + 4)
  bytes.fill(0, L.HART.fetchLines, L.HART.fetchLines + 8 * L.FETCH_LINES)
  unwatch(bytes)
  return bytes
}

const isZero = (words: Int32Array, from: number, to: number): boolean => {
  for (let n = from; n < to; n++) if (words[n] !== 0) return false
  return true
}

/** Everything but RAM. */
export type HartsSnapshot = Omit<MachineSnapshot, 'pages' | 'framesUsed'>

/** Copies the registers, CSRs and TLBs of all harts. */
export function snapshotHarts(machine: Machine): HartsSnapshot {
  const { contexts, next, superpages } = machine.keys
  return {
    ramBytes: machine.ramBytes,
    isa: machine.isa.text,
    harts: machine.harts.map(h => hartBytes(machine, h)),
    fetchFrames: machine.harts.map(h => fetchFrames(machine, h)),
    code: machine.engine.order(),
    keys: { contexts: contexts.slice(1, next), superpages },
    lastHart: machine.lastHart,
    timing: machine.timing && copyTiming(machine.timing),
  }
}

/** The pages of RAM that are not zero, by frame; the bytes are RAM's own. Of a kernel's machine `frames` can be its framesUsed. */
export function* usedPages(machine: Machine, frames = machine.ramBytes / L.PAGE_SIZE): Iterable<[frame: number, bytes: Uint8Array]> {
  const words = L.PAGE_SIZE / 4
  for (let frame = 0; frame < frames; frame++) {
    if (!isZero(machine.ram32, frame * words, (frame + 1) * words))
      yield [frame, machine.ram.subarray(frame * L.PAGE_SIZE, (frame + 1) * L.PAGE_SIZE)]
  }
}

/** Copies the machine: its harts, and the pages of RAM that are not all zero. `frames` as in `usedPages`. */
export function snapshotMachine(machine: Machine, frames?: number): MachineSnapshot {
  const pages = new Map<number, Uint8Array>()
  for (const [frame, bytes] of usedPages(machine, frames)) pages.set(frame, bytes.slice())
  return { ...snapshotHarts(machine), pages, framesUsed: machine.framesUsed }
}

/** Makes the machine what it was. It must have the same RAM size and number of harts. Frames behind `frames` are zero, and stay so. */
export function restoreMachine(machine: Machine, snapshot: MachineSnapshot, frames?: number): void {
  checkFits(machine, snapshot)
  machine.ram.fill(0, 0, frames === undefined ? undefined : frames * L.PAGE_SIZE)
  for (const [frame, bytes] of snapshot.pages) machine.ram.set(bytes, frame * L.PAGE_SIZE)
  machine.framesUsed = snapshot.framesUsed
  machine.engine.forgetAll()
  restoreHarts(machine, snapshot)
}

/** Was a page (its address) in such a TLB of any hart? */
export const tlbHolds = ({ harts }: HartsSnapshot, page: number, access: 'fetch' | 'write'): boolean =>
  harts.some(block => blockHolds(block, page, access))

function checkFits(machine: Machine, snapshot: HartsSnapshot): void {
  if (snapshot.isa !== machine.isa.text) throw new Error(`restoring a machine of ${snapshot.isa} into one of ${machine.isa.text}`)
  if (snapshot.ramBytes !== machine.ramBytes || snapshot.harts.length !== machine.harts.length) {
    throw new Error(
      `restoring a machine of ${snapshot.harts.length} harts and ${snapshot.ramBytes} bytes into one of ${machine.harts.length} and ${machine.ramBytes}`,
    )
  }
}

/** The same, for a machine whose RAM is what it was already; its engine was told (`forget`) of the frames that had other bytes before. */
export function restoreHarts(machine: Machine, snapshot: HartsSnapshot): void {
  checkFits(machine, snapshot)
  const timed = snapshot.timing
  // A machine that was timed by another model, or not at all, takes the snapshot's.
  if (JSON.stringify(machine.timing?.config) !== JSON.stringify(timed?.config)) setTiming(machine, timed?.config ?? null)
  if (machine.timing && timed) restoreTiming(machine.timing, timed)
  machine.engine.takeOrder(snapshot.code)
  forgetNames(machine.keys)
  for (const context of snapshot.keys.contexts) nameContext(machine.keys, context)
  machine.keys.superpages = snapshot.keys.superpages
  machine.lastHart = snapshot.lastHart
  for (const hart of machine.harts) hart.fetchFrames.fill(-1)
  machine.harts.forEach((hart, id) => {
    machine.bytes.set(snapshot.harts[id], hart.base)
    const first = (hart.base + L.HART.tlbFetch) >> 2
    snapshot.fetchFrames[id].forEach((frame, n) => {
      if (frame < 0) return
      hart.fetchFrames[n] = frame
      machine.i32[first + n * (L.TLB_ENTRY_BYTES / 4) + 2] = machine.engine.enter(frame)
    })
  })
  markPages(machine)
  watchEntries(machine)
  // Another time: what was passed then is not passed now.
  if (machine.debug !== null) machine.debug.passedAt = -1
}
