// The list of an address space's regions: finding, cutting and joining them, and looking for room. Page tables are not touched here.
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { MMAP_MIN, STACK_GUARD_GAP, USER_END } from './limits.ts'
import type { Mm, Region } from './types.ts'

/** Index of the first region that ends above `va`: the one that holds it, or the next one up. */
export function regionIndex(mm: Mm, va: number): number {
  const regions = mm.regions
  let low = 0
  let high = regions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (regions[middle].end > va) high = middle
    else low = middle + 1
  }
  return low
}

/** The region that holds an address, or null. */
export function findRegion(mm: Mm, va: number): Region | null {
  const region = mm.regions[regionIndex(mm, va)]
  return region !== undefined && region.start <= va ? region : null
}

/** True when some region reaches into [start, end). */
export function overlaps(mm: Mm, start: number, end: number): boolean {
  const region = mm.regions[regionIndex(mm, start)]
  return region !== undefined && region.start < end
}

/** True when every page of [start, end) is in some region. */
export function covered(mm: Mm, start: number, end: number): boolean {
  let at = start
  for (let i = regionIndex(mm, start); at < end; i++) {
    const region = mm.regions[i]
    if (region === undefined || region.start > at) return false
    at = region.end
  }
  return true
}

/** Cuts a region in two at a page inside it. Both hold the inode. */
function splitAt(k: Kernel, mm: Mm, index: number, va: number): void {
  const region = mm.regions[index]
  const upper: Region = { ...region, start: va, offset: region.offset + (va - region.start) }
  if (upper.inode) k.mappedFiles.retain(k, upper.inode)
  region.end = va
  mm.regions.splice(index + 1, 0, upper)
}

/** Cuts so that [start, end) begins and ends at region boundaries; answers the indexes [first, last) of what lies within. Call carve (huge.ts) instead: it sees to the huge pages. */
export function isolate(k: Kernel, mm: Mm, start: number, end: number): [number, number] {
  let first = regionIndex(mm, start)
  if (first < mm.regions.length && mm.regions[first].start < start) splitAt(k, mm, first++, start)
  let last = first
  while (last < mm.regions.length && mm.regions[last].start < end) {
    if (mm.regions[last].end > end) splitAt(k, mm, last, end)
    last++
  }
  return [first, last]
}

/** Indexes [first, last) of the regions that reach into [start, end), uncut. */
export function touched(mm: Mm, start: number, end: number): [number, number] {
  const first = regionIndex(mm, start)
  let last = first
  while (last < mm.regions.length && mm.regions[last].start < end) last++
  return [first, last]
}

/** How many more regions cutting out [start, end) would make: 0, 1 or 2. */
export function cutsNeeded(mm: Mm, start: number, end: number): number {
  const cuts = (va: number): number => {
    const region = findRegion(mm, va)
    return region !== null && region.start < va ? 1 : 0
  }
  return cuts(start) + cuts(end)
}

const joins = (a: Region, b: Region): boolean =>
  a.end === b.start &&
  a.prot === b.prot &&
  a.maxProt === b.maxProt &&
  a.shared === b.shared &&
  a.inode === b.inode &&
  // Each part of an attached segment counts.
  (a.inode === null || a.inode.segment === null) &&
  (a.inode === null || a.offset + (a.end - a.start) === b.offset) &&
  a.path?.dentry === b.path?.dentry &&
  a.label === b.label &&
  !a.growsDown &&
  !b.growsDown &&
  a.locked === b.locked &&
  a.dontFork === b.dontFork &&
  a.dontDump === b.dontDump &&
  a.wipeOnFork === b.wipeOnFork &&
  a.noReserve === b.noReserve &&
  a.hugetlb === b.hugetlb &&
  a.thp === b.thp

/** Joins equal neighbours among the regions from index `first` - 1 to `last`. */
export function joinAround(k: Kernel, mm: Mm, first: number, last: number): void {
  for (let i = Math.min(last, mm.regions.length - 1); i >= Math.max(first, 1); i--) {
    const lower = mm.regions[i - 1]
    const upper = mm.regions[i]
    if (!joins(lower, upper)) continue
    lower.end = upper.end
    lower.hasPrivate ||= upper.hasPrivate
    mm.regions.splice(i, 1)
    if (upper.inode) k.mappedFiles.release(k, upper.inode)
  }
}

/** Addresses up to `end` are free again: what was known of gaps above no longer holds. */
export function forgetGaps(mm: Mm, end: number): void {
  if (end > mm.freeBelow) Object.assign(mm, { freeBelow: Infinity, freeHole: 0 })
}

/** Where what a region keeps free below itself begins. */
const lowEdge = (region: Region): number => (region.growsDown ? region.start - STACK_GUARD_GAP : region.start)

/**
 * The highest free `length` bytes below the mmap base (else the lowest anywhere above it is not tried before the low ones) that begin
 * at a multiple of `unit`. -1: no room.
 */
export function findFree(mm: Mm, length: number, hint = 0, unit = PAGE_SIZE): number {
  const size = Math.ceil(length / unit) * unit
  const wanted = Math.ceil(hint / unit) * unit
  if (wanted >= MMAP_MIN && wanted + size <= USER_END && isFree(mm, wanted, wanted + size)) return wanted
  // What was looked through before, and has no gap that is large enough, is passed over.
  const known = unit === PAGE_SIZE && size > mm.freeHole
  // An end that is a multiple of the unit makes a beginning that is one.
  let top = known ? Math.min(mm.freeBelow, mm.mmapBase) : mm.mmapBase - (mm.mmapBase % unit)
  let hole = known ? mm.freeHole : 0
  for (let i = regionIndex(mm, top - 1); i >= 0; i--) {
    const region = mm.regions[i]
    if (region === undefined) continue
    if (region.end <= top - size) break
    hole = Math.max(hole, top - region.end)
    top = Math.min(top, lowEdge(region) - (lowEdge(region) % unit))
  }
  if (unit === PAGE_SIZE) Object.assign(mm, { freeBelow: top, freeHole: hole })
  if (top - size >= MMAP_MIN) return top - size
  return findAbove(mm, size, unit)
}

/** The lowest room above the mmap base, when there is none below. */
function findAbove(mm: Mm, size: number, unit: number): number {
  let at = Math.ceil(mm.mmapBase / unit) * unit
  for (let i = regionIndex(mm, at); i <= mm.regions.length; i++) {
    const region = mm.regions[i]
    if (region === undefined) break
    if (lowEdge(region) - at >= size) return at
    at = Math.max(at, Math.ceil(region.end / unit) * unit)
  }
  return at + size <= USER_END ? at : -1
}

function isFree(mm: Mm, start: number, end: number): boolean {
  const region = mm.regions[regionIndex(mm, start)]
  return region === undefined || lowEdge(region) >= end
}
