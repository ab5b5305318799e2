// Physical memory: who uses each 4 KiB frame, and how many hold it. Every page of every program, page table and file is one of these.
import { frameWritten, PAGE_SIZE } from '../../vm/index.ts'
import { ENOMEM } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeClear } from '../timing/index.ts'
import { failsNow } from './fail.ts'
import { HUGE_FRAMES } from './limits.ts'
import { freeLists, popFree, pushFree, takeFreeRun, type PlacementOptions } from './placement.ts'
import type { FrameUse, Frames } from './types.ts'

/** What a frame can hold, by FrameUse. `kernel`: saved registers and the like. `hugetlb`: a part of a page of MAP_HUGETLB. */
export const FRAME_USES = ['free', 'zero', 'anon', 'table', 'cache', 'kernel', 'hugetlb'] as const
export const USE_FREE = 0
export const USE_ZERO = 1
export const USE_ANON = 2
export const USE_TABLE = 3
export const USE_CACHE = 4
export const USE_KERNEL = 5
export const USE_HUGETLB = 6

/** Frames.flags: differs from what it was read from, so it cannot be given back. */
export const FRAME_DIRTY = 1
/** Frames.flags: page of a file that only exists in memory (tmpfs, memfd, shared anonymous memory). */
export const FRAME_SHMEM = 2

/** In Frames.payers: the machine as a whole, which pays for what is nobody's in particular, as the pages of files. */
export const MACHINE = 0

/** How many frames one reclaim tries to give back. */
const RECLAIM_BATCH = 64

/** All of RAM free, except the page of zeroes (which the caller's fresh RAM already is). Lowest frames are given out first, unless `options` say otherwise. */
export function createFrames(ramBytes: number, options: PlacementOptions = {}): Frames {
  const total = ramBytes / PAGE_SIZE
  const frames: Frames = {
    total,
    count: new Uint32Array(total),
    use: new Uint8Array(total),
    flags: new Uint8Array(total),
    entries: new Uint16Array(total),
    ...freeLists(total, options),
    freeCount: total - 1,
    used: FRAME_USES.map(() => 0),
    zero: 0,
    pinned: -1,
    reclaimable: new Set(),
    payer: new Uint16Array(total),
    // The page of zeroes.
    payers: [{ frames: 1 }],
    kmem: 0,
    fileReserve: Math.floor(total / FILE_RESERVE_PART),
    starved: false,
  }
  frames.count[0] = 1
  frames.use[0] = USE_ZERO
  frames.used[USE_ZERO] = 1
  frames.used[USE_FREE] = total - 1
  return frames
}

/** At boot files in memory leave one frame in so many to programs: what grows a file is told ENOSPC before a program has to die for it. */
const FILE_RESERVE_PART = 16

/** Frames that files in memory may still take. */
export const roomForFiles = ({ freeCount, kmem, fileReserve }: Frames): number => Math.max(0, freeCount - kmem - fileReserve)

/** Frames that can be given out. */
export const freeFrames = ({ freeCount, kmem }: Frames): number => Math.max(0, freeCount - kmem)

/**
 * A free frame with one reference, filled with zeroes unless `zeroed` is false; `payer` pays for it until it is free again. ENOMEM when none
 * is left and nothing can be reclaimed: then the machine is `starved`.
 */
export function allocFrame(k: Kernel, use: FrameUse, zeroed = true, payer = MACHINE): number {
  if (k.state.failing !== null && failsNow(k)) throw ENOMEM
  const frames = k.state.frames
  if (frames.freeCount <= frames.kmem && reclaim(k) === 0) {
    frames.starved = true
    throw ENOMEM
  }
  const frame = popFree(frames)
  frames.freeCount--
  frames.count[frame] = 1
  frames.use[frame] = use
  frames.used[USE_FREE]--
  frames.used[use]++
  frames.payer[frame] = payer
  frames.payers[payer].frames++
  if (zeroed) {
    k.machine.ram.fill(0, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)
    chargeClear(k, frame)
  }
  frameWritten(k.machine, frame)
  return frame
}

/** One more holder of a frame. */
export function retainFrame(k: Kernel, frame: number): void {
  k.state.frames.count[frame]++
}

/** Drops one reference; the last one frees the frame. */
export function releaseFrame(k: Kernel, frame: number): void {
  const frames = k.state.frames
  if (frames.count[frame] === 0) throw new Error(`releasing frame ${frame}, which is free`)
  if (--frames.count[frame] !== 0) return
  // What the kernel wrote to memory of its own it does not say each time: a recording must know before it forgets whose this was.
  if (frames.use[frame] === USE_TABLE || frames.use[frame] === USE_KERNEL) frameWritten(k.machine, frame)
  frames.used[frames.use[frame]]--
  frames.used[USE_FREE]++
  frames.payers[frames.payer[frame]].frames--
  frames.use[frame] = USE_FREE
  frames.flags[frame] = 0
  frames.entries[frame] = 0
  frames.freeCount++
  pushFree(frames, frame)
}

/**
 * A run for a huge page: 512 free frames from a multiple of 512 on, with one reference each; the first of them, or -1 when free
 * memory has no such run. Nothing is moved or given back to make one. Filled with zeroes unless `zeroed` is false;
 * `payer` as for allocFrame.
 */
export function allocRun(k: Kernel, use: FrameUse, zeroed = true, payer = MACHINE): number {
  const frames = k.state.frames
  if (k.state.failing !== null && failsNow(k)) return -1
  const head = frames.freeCount - frames.kmem < HUGE_FRAMES ? -1 : takeFreeRun(frames)
  if (head < 0) return -1
  const end = head + HUGE_FRAMES
  frames.freeCount -= HUGE_FRAMES
  frames.count.fill(1, head, end)
  frames.use.fill(use, head, end)
  frames.used[USE_FREE] -= HUGE_FRAMES
  frames.used[use] += HUGE_FRAMES
  frames.payer.fill(payer, head, end)
  frames.payers[payer].frames += HUGE_FRAMES
  if (zeroed) {
    k.machine.ram.fill(0, head * PAGE_SIZE, end * PAGE_SIZE)
    chargeClear(k, head, HUGE_FRAMES * PAGE_SIZE)
  }
  for (let frame = head; frame < end; frame++) frameWritten(k.machine, frame)
  return head
}

/** One reference more to each frame of a run. */
export function retainRun(k: Kernel, head: number): void {
  const { count } = k.state.frames
  for (let frame = head; frame < head + HUGE_FRAMES; frame++) count[frame]++
}

/** Drops one reference to each frame of a run. */
export function releaseRun(k: Kernel, head: number): void {
  for (let frame = head + HUGE_FRAMES - 1; frame >= head; frame--) releaseFrame(k, frame)
}

/** True when every frame of a run is private memory that a single entry maps. */
export function ownsRun(k: Kernel, head: number): boolean {
  const { count, use } = k.state.frames
  if (use[head] !== USE_ANON && use[head] !== USE_HUGETLB) return false
  for (let frame = head; frame < head + HUGE_FRAMES; frame++) if (count[frame] !== 1) return false
  return true
}

/** A frame's bytes: a view into RAM, good for as long as the caller holds a reference. */
export const frameBytes = (k: Kernel, frame: number): Uint8Array => k.machine.ram.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)

/** Gives back clean pages that can be read again and that nobody maps; oldest files first. Answers how many. */
export function reclaim(k: Kernel): number {
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
