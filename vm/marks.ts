// Places in frames of code before which engines leave, since a breakpoint may be there: wherever a fetch TLB found a page that has one.
// Derived state, as decoded code is: whether a hart stops there is said by its address (debug.ts), and a mark too many only takes time.
import { TWO_32 } from './isa/index.ts'
import * as L from './layout.ts'
import type { DebugState, Machine, Marks } from './state.ts'

/** A place is come by so often for nothing before it is one like others again. Till then breakpoints come and go without that code is made anew. */
const IN_VAIN = 64
/** Frames with marks at once before those that nobody wants are taken away. */
const FRAMES_MOST = 256
const PAGE_MASK = ~(L.PAGE_SIZE - 1)

/** The page at an address is run from this frame. */
export function markPage(machine: Machine, { pages }: DebugState, page: number, frame: number): void {
  const offsets = pages.get(page)
  if (offsets === undefined) return
  const known = machine.marks.get(frame) ?? new Map<number, number>()
  machine.marks.set(frame, known)
  for (const offset of offsets) {
    if (!known.has(offset)) machine.engine.forgetBytes(frame, offset, offset + 2)
    known.set(offset, 0)
  }
}

/** Marks what the fetch TLBs lead to now. */
export function markPages(machine: Machine): void {
  const { debug, i32 } = machine
  if (debug === null) return
  for (const page of debug.pages.keys()) {
    const lo = page | 0
    const hi = Math.floor(page / TWO_32) | 0
    const index = (lo >>> L.PAGE_SHIFT) % L.TLB_ENTRIES
    for (const { base, fetchFrames } of machine.harts) {
      const at = (base + L.HART.tlbFetch + index * L.TLB_ENTRY_BYTES) >> 2
      if (i32[at] !== 0 && (i32[at] & PAGE_MASK) === lo && i32[at + 1] === hi) markPage(machine, debug, page, fetchFrames[index])
    }
  }
}

const isWanted = ({ debug }: Machine, offset: number): boolean => debug !== null && debug.parcels[offset >> 1] === 1

/** A place was come by where nobody stops. True: it was marked, and is not any more. */
export function unmark(machine: Machine, frame: number, offset: number): boolean {
  const known = machine.marks.get(frame)
  const times = known?.get(offset)
  if (known === undefined || times === undefined || isWanted(machine, offset)) return false
  known.set(offset, times + 1)
  if (times + 1 < IN_VAIN) return false
  drop(machine, known, frame, offset)
  return true
}

function drop({ marks, engine }: Machine, known: Marks, frame: number, offset: number): void {
  known.delete(offset)
  if (known.size === 0) marks.delete(frame)
  engine.forgetBytes(frame, offset, offset + 2)
}

/** Takes away what nobody wants, if that is much. */
export function pruneMarks(machine: Machine): void {
  if (machine.marks.size < FRAMES_MOST) return
  for (const [frame, known] of machine.marks)
    for (const offset of known.keys()) if (!isWanted(machine, offset)) drop(machine, known, frame, offset)
}
