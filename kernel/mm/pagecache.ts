// The page cache: a regular file's contents ARE these frames (inode.pages), so read, write and mmap always see the same bytes. A page
// that was not touched yet comes from the file's backing (an image, a host file) when it is first needed, or is a hole of zeroes.
import { frameWritten, PAGE_SIZE } from '../../vm/index.ts'
import { ENOMEM, ENOSPC, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Inode } from '../vfs/types.ts'
import { flushRange } from './asid.ts'
import { allocFrame, frameBytes, FRAME_DIRTY, FRAME_SHMEM, releaseFrame, USE_CACHE } from './frames.ts'
import { checkRoomForFiles } from './kmem.ts'
import { zapRange } from './pagetable.ts'
import type { Mm, Region } from './types.ts'

const OFFSET_MASK = PAGE_SIZE - 1
/** Pages that one request to the host reads, and free frames below which it brings in only what was asked for. */
const READ_AHEAD_PAGES = 16
const READ_AHEAD_RESERVE = 64

/** The frame that holds page `index` of a file, filled. The cache keeps its reference: retain it to map it. ENOMEM, or what the host said. */
export const cachePage = (k: Kernel, inode: Inode, index: number): number => inode.pages.get(index) ?? addPage(k, inode, index, false)

/** Puts a page into the cache; with `whole` every byte of it is about to be written, so none need be read first. */
function addPage(k: Kernel, inode: Inode, index: number, whole: boolean): number {
  if (inode.backing === null) {
    const frame = allocFrame(k, USE_CACHE, !whole)
    k.state.frames.flags[frame] = FRAME_SHMEM
    inode.pages.set(index, frame)
    return frame
  }
  // With little memory a window would be asked for again for each of its pages.
  if (inode.backing.kind === 'host' && !whole && k.state.frames.freeCount >= READ_AHEAD_RESERVE) return readAhead(k, inode, index)
  const frame = allocFrame(k, USE_CACHE, false)
  if (!whole) fillFrame(k, inode, index, frame)
  addBacked(k, inode, index, frame)
  return frame
}

function addBacked(k: Kernel, inode: Inode, index: number, frame: number): void {
  inode.pages.set(index, frame)
  k.state.frames.reclaimable.add(inode)
}

function fillFrame(k: Kernel, inode: Inode, index: number, frame: number): void {
  try {
    k.mappedFiles.fill(k, inode, index * PAGE_SIZE, frameBytes(k, frame))
  } catch (error) {
    releaseFrame(k, frame)
    throw error
  }
}

/** Asking the host is slow and programs read on: one request brings in an aligned window of pages, as far as memory is free. */
function readAhead(k: Kernel, inode: Inode, index: number): number {
  const wanted = allocFrame(k, USE_CACHE, false)
  const first = index - (index % READ_AHEAD_PAGES)
  const stop = Math.max(Math.min(first + READ_AHEAD_PAGES, Math.ceil(inode.size / PAGE_SIZE)), index + 1)
  const bytes = new Uint8Array((stop - first) * PAGE_SIZE)
  try {
    k.mappedFiles.fill(k, inode, first * PAGE_SIZE, bytes)
  } catch (error) {
    releaseFrame(k, wanted)
    throw error
  }
  for (let i = first; i < stop; i++) {
    if (inode.pages.has(i)) continue
    if (i !== index && k.state.frames.freeCount < READ_AHEAD_RESERVE) continue
    const frame = i === index ? wanted : allocFrame(k, USE_CACHE, false)
    k.machine.ram.set(bytes.subarray((i - first) * PAGE_SIZE, (i - first + 1) * PAGE_SIZE), frame * PAGE_SIZE)
    addBacked(k, inode, i, frame)
  }
  return wanted
}

/** Fills `target` with the file's bytes at `offset`; holes are zeroes. The caller keeps within the file's size. */
export function readCachedTo(k: Kernel, inode: Inode, offset: number, target: Uint8Array): void {
  for (let done = 0; done < target.length;) {
    const at = offset + done
    const within = at & OFFSET_MASK
    const part = Math.min(target.length - done, PAGE_SIZE - within)
    const frame = pageToRead(k, inode, (at - within) / PAGE_SIZE)
    if (frame < 0) target.fill(0, done, done + part)
    else target.set(k.machine.ram.subarray(frame * PAGE_SIZE + within, frame * PAGE_SIZE + within + part), done)
    done += part
  }
}

/**
 * `length` bytes at `offset`. Within one page the answer is a view of the page cache, good until the next call or change of the
 * file: copy it out at once. The caller keeps within the file's size.
 */
export function readCached(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array {
  const within = offset & OFFSET_MASK
  if (within + length <= PAGE_SIZE) {
    const frame = pageToRead(k, inode, (offset - within) / PAGE_SIZE)
    if (frame < 0) return new Uint8Array(length)
    k.state.frames.pinned = frame
    return k.machine.ram.subarray(frame * PAGE_SIZE + within, frame * PAGE_SIZE + within + length)
  }
  const bytes = new Uint8Array(length)
  readCachedTo(k, inode, offset, bytes)
  return bytes
}

/** A page's frame, or -1 for a hole: reading one uses no memory. */
function pageToRead(k: Kernel, inode: Inode, index: number): number {
  const frame = inode.pages.get(index)
  if (frame !== undefined) return frame
  return inode.backing === null ? -1 : cachePage(k, inode, index)
}

/** Writes bytes at `offset`; the caller has the size follow. ENOSPC when memory runs out: the file then ends where it did. */
export function writeCached(k: Kernel, inode: Inode, offset: number, bytes: Uint8Array): number {
  try {
    for (let done = 0; done < bytes.length;) {
      const at = offset + done
      const within = at & OFFSET_MASK
      const part = Math.min(bytes.length - done, PAGE_SIZE - within)
      const frame = pageToWrite(k, inode, (at - within) / PAGE_SIZE, part === PAGE_SIZE)
      k.machine.ram.set(part === bytes.length ? bytes : bytes.subarray(done, done + part), frame * PAGE_SIZE + within)
      frameWritten(k.machine, frame)
      done += part
    }
  } catch (error) {
    if (error !== ENOMEM) throw error
    truncateCached(k, inode, inode.size, offset + bytes.length)
    throw ENOSPC
  }
  return bytes.length
}

/** A page's frame to write into; `whole`: every byte will be, so nothing need be read first. */
function pageToWrite(k: Kernel, inode: Inode, index: number, whole: boolean): number {
  if (!inode.fs.writeThrough && !inode.pages.has(index)) checkRoomForFiles(k)
  const frame = inode.pages.get(index) ?? addPage(k, inode, index, whole)
  // What is written through to the host can be read again from there.
  if (!inode.fs.writeThrough) k.state.frames.flags[frame] |= FRAME_DIRTY
  return frame
}

/**
 * Cuts the file's pages at `size` (or, where it grows, makes sure that its old end is followed by zeroes): pages beyond go,
 * also from address spaces that map them; the rest of the last page becomes zeroes. Size and backing are the caller's. There are no
 * pages from `reached` on, so that to grow a file costs nothing, however many it has.
 */
export function truncateCached(k: Kernel, inode: Inode, size: number, reached = inode.size): void {
  const end = Math.min(size, inode.size)
  const kept = Math.ceil(end / PAGE_SIZE)
  const frames = k.state.frames
  let mapped = false
  for (const index of pagesWithin(inode, kept, Math.ceil(reached / PAGE_SIZE))) {
    const frame = inode.pages.get(index)!
    if (frames.count[frame] > 1) mapped = true
    frames.flags[frame] &= ~FRAME_DIRTY
    inode.pages.delete(index)
    releaseFrame(k, frame)
  }
  if (mapped) unmapBeyond(k, inode, kept)
  const within = end % PAGE_SIZE
  const last = within === 0 ? undefined : inode.pages.get(kept - 1)
  if (last !== undefined) clearFrame(k, last, within, PAGE_SIZE)
}

function clearFrame(k: Kernel, frame: number, from: number, to: number): void {
  k.machine.ram.fill(0, frame * PAGE_SIZE + from, frame * PAGE_SIZE + to)
  frameWritten(k.machine, frame)
}

/** How much of a file there is to read behind it. */
const backedBytes = ({ backing }: Inode): number => (backing === null ? 0 : backing.kind === 'bytes' ? backing.bytes.length : backing.size)

/**
 * Makes [offset, offset + length) zeroes (fallocate's FALLOC_FL_PUNCH_HOLE and ZERO_RANGE); the size stays. Looks only at pages that
 * are there or have something behind them: what is a hole already costs nothing, however large.
 */
export function punchCached(k: Kernel, inode: Inode, offset: number, length: number): void {
  const end = Math.min(offset + length, Math.ceil(inode.size / PAGE_SIZE) * PAGE_SIZE)
  const first = Math.floor(offset / PAGE_SIZE)
  const stop = Math.ceil(end / PAGE_SIZE)
  const backed = Math.min(stop, Math.ceil(backedBytes(inode) / PAGE_SIZE))
  for (let index = first; index < backed; index++) punchPage(k, inode, index, offset, end, false)
  for (const index of pagesWithin(inode, Math.max(first, backed), stop)) punchPage(k, inode, index, offset, end, true)
}

/** The pages of [first, stop) that are there. */
function pagesWithin(inode: Inode, first: number, stop: number): number[] {
  if (stop <= first) return []
  if (stop - first >= inode.pages.size) return [...inode.pages.keys()].filter(index => index >= first && index < stop)
  const found: number[] = []
  for (let index = first; index < stop; index++) if (inode.pages.has(index)) found.push(index)
  return found
}

/** The part of a page that lies in [offset, end) becomes zeroes; `free`: a whole one that nobody maps is given back. */
function punchPage(k: Kernel, inode: Inode, index: number, offset: number, end: number, free: boolean): void {
  const from = Math.max(offset - index * PAGE_SIZE, 0)
  const to = Math.min(end - index * PAGE_SIZE, PAGE_SIZE)
  const whole = from === 0 && to === PAGE_SIZE
  const frame = inode.pages.get(index)
  if (free && whole && frame !== undefined && k.state.frames.count[frame] === 1) {
    inode.pages.delete(index)
    releaseFrame(k, frame)
    return
  }
  clearFrame(k, pageToWrite(k, inode, index, whole), from, to)
}

/** Gives back every page of a file: it has no name and no holder left. */
export function dropCache(k: Kernel, inode: Inode): void {
  for (const frame of inode.pages.values()) releaseFrame(k, frame)
  inode.pages.clear()
  k.state.frames.reclaimable.delete(inode)
}

/**
 * Passes what programs wrote through shared mappings of a region's file in [start, end) on to the host, where the file is a host's
 * that is written through; any other file has nowhere to be written to. EIO when the host will not have it. Pages stay marked as
 * written: someone may still write them.
 */
export function writeBack(k: Kernel, region: Region, start: number, end: number): void {
  const inode = region.inode
  if (inode === null || !region.shared || !inode.fs.writeThrough) return
  const first = (start - region.start + region.offset) / PAGE_SIZE
  const stop = (Math.min(end - region.start + region.offset, inode.size) - 1) / PAGE_SIZE
  for (let index = first; index <= stop; index++) {
    const frame = inode.pages.get(index)
    if (frame === undefined || !(k.state.frames.flags[frame] & FRAME_DIRTY)) continue
    const offset = index * PAGE_SIZE
    k.mappedFiles.write(k, inode, offset, frameBytes(k, frame).slice(0, Math.min(PAGE_SIZE, inode.size - offset)))
  }
}

/** Like writeBack, for a mapping that goes away: nobody is left to tell that the host refused. */
export function writeBackLast(k: Kernel, region: Region): void {
  try {
    writeBack(k, region, region.start, region.end)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Every address space that some task has, once. */
export function allSpaces(k: Kernel): Set<Mm> {
  const spaces = new Set<Mm>()
  for (const task of k.state.tasks.values()) if (task.mm !== null) spaces.add(task.mm)
  return spaces
}

/** fs.aio-nr: what all contexts were made for. */
export const aioCount = (k: Kernel): number =>
  [...allSpaces(k)].reduce((sum, { aio }) => sum + [...(aio?.values() ?? [])].reduce((own, { most }) => own + most, 0), 0)

/** Unmaps pages of a file from index `first` on, wherever they are mapped; private copies of them too. Not seen: pages of which only private copies are left. */
function unmapBeyond(k: Kernel, inode: Inode, first: number): void {
  for (const mm of allSpaces(k)) {
    for (const region of mm.regions) {
      if (region.inode !== inode) continue
      const start = Math.max(region.start, region.start + first * PAGE_SIZE - region.offset)
      if (start < region.end && zapRange(k, mm, start, region.end) > 0) flushRange(k, mm, start, region.end)
    }
  }
}
