// Which frames of RAM were written since a snapshot: what a recording keeps of them. Programs write through write-TLB entries, so a
// frame that they wrote had one at the last snapshot or got one since; the kernel says what it writes (frameWritten).
import { PAGE_SIZE } from './layout.ts'
import type { Machine } from './state.ts'
import { VISITED_BYTES, writableFrames } from './tlb.ts'

/** The kernel wrote a frame (loaded a file into it, copied a page): call this so that nothing stale runs, and snapshots know. */
export function frameWritten(machine: Machine, frame: number): void {
  machine.engine.forget(frame)
  if (frame >= machine.framesUsed) machine.framesUsed = frame + 1
  if (machine.written !== null) machine.written[frame] = 1
}

/** A frame may differ from what the last snapshot has, though nobody wrote it since. */
export function noteDifference({ written }: Machine, frame: number): void {
  if (written !== null) written[frame] = 1
}

/** Begins to note writes, from a clean slate; false: stops. */
export function noteWrites(machine: Machine, on: boolean): void {
  machine.written = on ? new Uint8Array(machine.ramBytes / PAGE_SIZE) : null
  machine.visited = on ? new Uint8Array(VISITED_BYTES) : null
  if (on) for (const frame of writableFrames(machine)) (machine.written as Uint8Array)[frame] = 1
}

/** Frames that may have been written since the last call, in order; a new round begins. Page tables and other memory of the kernel's own are not among them. */
export function takeWritten(machine: Machine): number[] {
  const { written } = machine
  if (written === null) throw new Error('taking the written frames of a machine that does not note them')
  const frames: number[] = []
  for (let frame = 0; frame < machine.framesUsed; frame++) if (written[frame] === 1) frames.push(frame)
  written.fill(0, 0, machine.framesUsed)
  for (const frame of writableFrames(machine)) written[frame] = 1
  return frames
}
