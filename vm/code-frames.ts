// Which frames of RAM are code just now: those that some hart has entered, at most so many at once, taken back in turn. Every engine
// keeps one of these, so that all of them miss in their TLBs at the same instructions; what is derived from a frame is at its slot.
import { PAGE_SIZE } from './layout.ts'
import type { CodeOrder, Machine } from './state.ts'
import { catchWrites, dropFetches } from './tlb.ts'

export interface CodeFrames {
  /** Slot + 1 by frame, 0 for none. */
  readonly slotOf: Uint16Array
  /** Frame by slot, -1 when free. */
  readonly frameOf: Int32Array
  /** Next slot to hand out or to take back. */
  next: number
  /** By slot: it was given to another frame since the engine last made something there. */
  readonly unmade: Uint8Array
  /** Told of a frame that is no code any more. */
  forgotten: ((frame: number) => void) | null
}

/** Frames that are code at once: a sixteenth of RAM's, at most 2048. */
export const codeSlots = (ramBytes: number): number => Math.min(2048, Math.max(64, Math.floor(ramBytes / PAGE_SIZE / 16)))

export const createCodeFrames = (ramBytes: number): CodeFrames => ({
  slotOf: new Uint16Array(ramBytes / PAGE_SIZE),
  frameOf: new Int32Array(codeSlots(ramBytes)).fill(-1),
  next: 0,
  unmade: new Uint8Array(codeSlots(ramBytes)),
  forgotten: null,
})

export const isCode = (code: CodeFrames, frame: number): boolean => code.slotOf[frame] !== 0

/** The frame's slot; -1 when it has none. */
export const slotOf = (code: CodeFrames, frame: number): number => code.slotOf[frame] - 1

/** Gives a frame that has none a slot, and takes an old one back for it. Stores to the frame are caught from then on. */
export function takeSlot(machine: Machine, code: CodeFrames, frame: number): number {
  const slot = code.next
  code.next = (slot + 1) % code.frameOf.length
  if (code.frameOf[slot] >= 0) forgetFrame(machine, code, code.frameOf[slot])
  code.frameOf[slot] = frame
  code.slotOf[frame] = slot + 1
  code.unmade[slot] = 1
  catchWrites(machine, frame)
  return slot
}

/** A program stored so many bytes of one page at an offset of the linear memory: what an engine made of them, if they are code, is no longer so. */
export function bytesStored({ engine, layout }: Machine, at: number, bytes: number): void {
  const frame = Math.floor((at - layout.ram) / PAGE_SIZE)
  const from = (at - layout.ram) % PAGE_SIZE
  if (engine.isCode(frame)) engine.forgetBytes(frame, from, from + bytes)
}

/** The frame is no code any more. Free when it was none. */
export function forgetFrame(machine: Machine, code: CodeFrames, frame: number): void {
  const known = code.slotOf[frame]
  if (known === 0) return
  code.slotOf[frame] = 0
  code.frameOf[known - 1] = -1
  code.forgotten?.(frame)
  dropFetches(machine, frame)
}

export const codeOrder = ({ frameOf, next }: CodeFrames): CodeOrder => ({ frames: frameOf.slice(), next })

/**
 * These frames are code now, and no others. What was made of one that keeps its slot stays. The fetch TLBs are the
 * caller's.
 */
export function takeOrder(code: CodeFrames, { frames, next }: CodeOrder): void {
  const { slotOf, frameOf } = code
  for (let slot = 0; slot < frameOf.length; slot++) {
    const frame = frameOf[slot]
    if (frame < 0 || frame === frames[slot]) continue
    slotOf[frame] = 0
    frameOf[slot] = -1
    code.forgotten?.(frame)
  }
  for (let slot = 0; slot < frameOf.length; slot++) {
    const frame = frames[slot]
    if (frame < 0 || frameOf[slot] === frame) continue
    slotOf[frame] = slot + 1
    frameOf[slot] = frame
    code.unmade[slot] = 1
  }
  code.next = next
}

export function forgetAllFrames(machine: Machine, code: CodeFrames): void {
  code.slotOf.fill(0)
  code.frameOf.fill(-1)
  dropFetches(machine, null)
}
