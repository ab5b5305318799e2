// Physical memory: who uses each 4 KiB frame, and how many hold it. Every page of every program, page table and file is one of these.
import { frameWritten, PAGE_SIZE } from '../../vm/index.ts'
import { ENOMEM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeClear } from '../timing/index.ts'
import type { FrameUse, Frames } from './types.ts'

/** What a frame can hold, by FrameUse. `kernel`: saved registers and the like. */
export const FRAME_USES = ['free', 'zero', 'anon', 'table', 'cache', 'kernel'] as const
export const USE_FREE = 0
export const USE_ZERO = 1
export const USE_ANON = 2
export const USE_TABLE = 3
export const USE_CACHE = 4
export const USE_KERNEL = 5

/** Frames.flags: differs from what it was read from, so it cannot be given back. */
export const FRAME_DIRTY = 1
/** Frames.flags: page of a file that only exists in memory (tmpfs, memfd, shared anonymous memory). */
export const FRAME_SHMEM = 2

/** How many frames one reclaim tries to give back. */
const RECLAIM_BATCH = 64

/** All of RAM free, except the page of zeroes (which the caller's fresh RAM already is). Lowest frames are given out first. */
export function createFrames(ramBytes: number): Frames {
  const total = ramBytes / PAGE_SIZE
  const freeStack = new Uint32Array(total)
  for (let i = 0; i < total; i++) freeStack[i] = total - 1 - i
  const frames: Frames = {
    total,
    count: new Uint32Array(total),
    use: new Uint8Array(total),
    flags: new Uint8Array(total),
    entries: new Uint16Array(total),
    freeStack,
    freeCount: total - 1,
    used: FRAME_USES.map(() => 0),
    zero: 0,
    pinned: -1,
    reclaimable: new Set(),
  }
  frames.count[0] = 1
  frames.use[0] = USE_ZERO
  frames.used[USE_ZERO] = 1
  frames.used[USE_FREE] = total - 1
  return frames
}

/** Files in memory leave one frame in so many to programs: what grows a file is told ENOSPC before a program has to die for it. */
const FILE_RESERVE_PART = 16

/** Frames that files in memory may still take. */
export const roomForFiles = ({ freeCount, total }: Frames): number => Math.max(0, freeCount - Math.floor(total / FILE_RESERVE_PART))

/** Makes sure that a file in memory may take a frame more. ENOMEM when it may not. */
export function checkRoomForFiles(k: Kernel): void {
  if (roomForFiles(k.state.frames) === 0 && reclaim(k) === 0) throw ENOMEM
}

/** A free frame with one reference, filled with zeroes unless `zeroed` is false. ENOMEM when none is left and nothing can be reclaimed. */
export function allocFrame(k: Kernel, use: FrameUse, zeroed = true): number {
  const frames = k.state.frames
  if (frames.freeCount === 0 && reclaim(k) === 0) throw ENOMEM
  const frame = frames.freeStack[--frames.freeCount]
  frames.count[frame] = 1
  frames.use[frame] = use
  frames.used[USE_FREE]--
  frames.used[use]++
  if (zeroed) {
    k.machine.ram.fill(0, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)
    chargeClear(k, frame)
  }
  frameWritten(k.machine, frame)
  return frame
}

export function retainFrame(k: Kernel, frame: number): void {
  k.state.frames.count[frame]++
}

/** Drops one reference; the last one frees the frame. */
export function releaseFrame(k: Kernel, frame: number): void {
  const frames = k.state.frames
  if (frames.count[frame] === 0) throw new Error(`releasing frame ${frame}, which is free`)
  if (--frames.count[frame] !== 0) return
  frames.used[frames.use[frame]]--
  frames.used[USE_FREE]++
  frames.use[frame] = USE_FREE
  frames.flags[frame] = 0
  frames.entries[frame] = 0
  frames.freeStack[frames.freeCount++] = frame
}

/** A frame's bytes: a view into RAM, good for as long as the caller holds a reference. */
export const frameBytes = (k: Kernel, frame: number): Uint8Array => k.machine.ram.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)

/** Gives back clean pages that can be read again and that nobody maps; oldest files first. Answers how many. */
function reclaim(k: Kernel): number {
  const frames = k.state.frames
  let freed = 0
  for (const inode of frames.reclaimable) {
    let kept = 0
    for (const [index, frame] of inode.pages) {
      if (frames.count[frame] !== 1 || frames.flags[frame] & FRAME_DIRTY || frame === frames.pinned) {
        kept++
        continue
      }
      inode.pages.delete(index)
      releaseFrame(k, frame)
      if (++freed === RECLAIM_BATCH) return freed
    }
    if (kept === 0) frames.reclaimable.delete(inode)
  }
  return freed
}
