// The decode cache: for each page of RAM that was executed, a slab of 16-byte decoded entries, one for every place an
// instruction can start. Entries start as 0 ("not decoded yet") and are filled when first reached. It is derived state: never in a snapshot.
import * as L from './layout.ts'
import type { Machine } from './machine.ts'
import { dropTranslationsTo } from './tlb.ts'

export interface DecodeCache {
  /** Slab number + 1 by frame, 0 for none. */
  readonly slabOfFrame: Uint16Array
  /** Frame by slab number, -1 when free. */
  readonly frameOf: Int32Array
  /** Next slab to hand out or to take back. */
  next: number
  /** Writes the op that leaves the page at a fresh slab's end; set by the engine that numbers ops. */
  pageEndOp: number
}

export const createDecodeCache = (frames: number, slabs: number): DecodeCache => ({
  slabOfFrame: new Uint16Array(frames),
  frameOf: new Int32Array(slabs).fill(-1),
  next: 0,
  pageEndOp: 0,
})

const slabAddress = (machine: Machine, slab: number): number => machine.layout.slabs + slab * L.SLAB_BYTES

/** Frame whose decoded instructions are at this address of the linear memory. */
export const frameOfSlab = (machine: Machine, address: number): number =>
  machine.decoded.frameOf[(address - machine.layout.slabs) / L.SLAB_BYTES]

/** Address of the frame's slab, making one (and taking an old one back) where it has none. Stores to the frame are caught from then on. */
export function slabFor(machine: Machine, frame: number): number {
  const cache = machine.decoded
  const known = cache.slabOfFrame[frame]
  if (known) return slabAddress(machine, known - 1)
  const slab = cache.next
  cache.next = (slab + 1) % cache.frameOf.length
  if (cache.frameOf[slab] >= 0) dropCode(machine, cache.frameOf[slab])
  cache.frameOf[slab] = frame
  cache.slabOfFrame[frame] = slab + 1
  const address = slabAddress(machine, slab)
  emptySlab(machine, address)
  const target = machine.layout.ram + frame * L.PAGE_SIZE
  dropTranslationsTo(machine, 'write', (addend, page) => ((addend + page) | 0) === (target | 0))
  return address
}

export const hasCode = (machine: Machine, frame: number): boolean => machine.decoded.slabOfFrame[frame] !== 0

/** The frame's bytes changed (or may): forgets what was decoded from it. Free when nothing was. */
export function dropCode(machine: Machine, frame: number): void {
  const cache = machine.decoded
  const known = cache.slabOfFrame[frame]
  if (known === 0) return
  const address = slabAddress(machine, known - 1)
  cache.slabOfFrame[frame] = 0
  cache.frameOf[known - 1] = -1
  dropTranslationsTo(machine, 'fetch', addend => addend === (address | 0))
}

/** Decodes everything anew, in the same slabs: what instructions become has changed, not where they are. */
export function redecode(machine: Machine): void {
  const cache = machine.decoded
  cache.frameOf.forEach((frame, slab) => {
    if (frame >= 0) emptySlab(machine, slabAddress(machine, slab))
  })
}

function emptySlab(machine: Machine, address: number): void {
  machine.bytes.fill(0, address, address + L.SLAB_BYTES)
  machine.i32[(address + L.PARCELS * L.ENTRY_BYTES) >> 2] = machine.decoded.pageEndOp
}

/** Forgets everything decoded, for a machine whose RAM was replaced. */
export function dropAllCode(machine: Machine): void {
  machine.decoded.slabOfFrame.fill(0)
  machine.decoded.frameOf.fill(-1)
  dropTranslationsTo(machine, 'fetch', () => true)
}

/** The kernel wrote a frame (loaded a file into it, copied a page): call this so that nothing stale runs, and snapshots know. */
export function frameWritten(machine: Machine, frame: number): void {
  dropCode(machine, frame)
  if (frame >= machine.framesUsed) machine.framesUsed = frame + 1
  if (machine.written !== null) machine.written[frame] = 1
}
