// mremap(2): a mapping grows or shrinks where it is, or moves with its pages to where there is room. No byte is copied.
import { PAGE_SIZE } from '../../vm/index.ts'
import { EAGAIN, EFAULT, EINVAL, ENOMEM, MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_WRITE, RLIMIT_MEMLOCK } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { flushRange } from './asid.ts'
import { carve, splitForMove } from './huge.ts'
import { HUGE_PAGE, MMAP_MIN, USER_END } from './limits.ts'
import { checkCommit, neverOvercommits } from './commit.ts'
import { checkGrowth, mapRegion, pageUp, unmapRange } from './map.ts'
import { moveRange, reserveTables } from './pagetable.ts'
import { findFree, findRegion, joinAround, overlaps, regionIndex } from './regions.ts'
import { countTotal } from './space.ts'
import type { Mm, Region } from './types.ts'

const FLAGS = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP

/** The mapping's address afterwards. EINVAL, EFAULT (not one mapping), ENOMEM, EAGAIN (locked memory's limit). */
export function remap(k: Kernel, task: Task, mm: Mm, old: number, oldSize: number, newSize: number, flags: number, target: number): number {
  if (flags & ~FLAGS || old % PAGE_SIZE !== 0) throw EINVAL
  if (flags & MREMAP_FIXED && !(flags & MREMAP_MAYMOVE)) throw EINVAL
  if (flags & MREMAP_DONTUNMAP && (!(flags & MREMAP_MAYMOVE) || pageUp(oldSize) !== pageUp(newSize))) throw EINVAL
  const unit = findRegion(mm, old)?.hugetlb ? HUGE_PAGE : PAGE_SIZE
  const oldLength = Math.ceil(oldSize / unit) * unit
  const length = Math.ceil(newSize / unit) * unit
  if (length <= 0 || length > USER_END || oldLength > USER_END) throw EINVAL
  const fixed = (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0
  if (flags & MREMAP_FIXED) checkTarget(old, oldLength, target, length)
  const region = findRegion(mm, old)
  if (region === null) throw EFAULT
  if (region.hugetlb) checkHugetlb(old, oldLength, length, flags, target)
  if (oldLength === 0) return duplicate(k, mm, region, old, length, flags, target)
  // What is given up is unmapped, whatever lies there.
  if (!fixed && length <= oldLength) {
    if (length < oldLength) unmapRange(k, mm, old + length, old + oldLength)
    return old
  }
  if (oldLength > region.end - old) throw EFAULT
  const growth = length - (flags & MREMAP_DONTUNMAP ? 0 : oldLength)
  if (growth > 0) checkRemapGrowth(k, task, mm, region, growth)
  if (!fixed && old + oldLength === region.end && growInPlace(k, mm, region, growth)) return old
  if (!(flags & MREMAP_MAYMOVE)) throw ENOMEM
  // Linux wants room for the most cuts that a move can take.
  if (mm.regions.length > k.state.sysctl.maxMapCount - 4) throw ENOMEM
  if (flags & MREMAP_FIXED) unmapRange(k, mm, target, target + length)
  else {
    target = findFree(mm, length, flags & MREMAP_DONTUNMAP ? target : 0)
    if (target < 0) throw ENOMEM
  }
  return move(k, mm, old, oldLength, target, length, (flags & MREMAP_DONTUNMAP) !== 0)
}

function checkTarget(old: number, oldLength: number, target: number, length: number): void {
  if (target % PAGE_SIZE !== 0 || !(target >= MMAP_MIN && target + length <= USER_END)) throw EINVAL
  if (old + oldLength > target && target + length > old) throw EINVAL
}

/** Pages of MAP_HUGETLB move whole, and such a mapping does not grow (Linux mm/mremap.c). */
function checkHugetlb(old: number, oldLength: number, length: number, flags: number, target: number): void {
  if (old % HUGE_PAGE !== 0 || length > oldLength || flags & MREMAP_DONTUNMAP) throw EINVAL
  if (flags & MREMAP_FIXED && target % HUGE_PAGE !== 0) throw EINVAL
}

function checkRemapGrowth(k: Kernel, task: Task, mm: Mm, region: Region, growth: number): void {
  if (region.locked && mm.lockedPages * PAGE_SIZE + growth > task.group.rlimits.soft[RLIMIT_MEMLOCK]) throw EAGAIN
  const data = !region.shared && (region.prot & PROT_WRITE) !== 0
  checkGrowth(task, mm, growth, data)
  if (data && (!region.noReserve || neverOvercommits(k))) checkCommit(k, task, growth)
}

function growInPlace(k: Kernel, mm: Mm, region: Region, growth: number): boolean {
  if (region.end + growth > USER_END || overlaps(mm, region.end, region.end + growth)) return false
  region.end += growth
  countTotal(mm, growth / PAGE_SIZE)
  if (region.locked) mm.lockedPages += growth / PAGE_SIZE
  const index = regionIndex(mm, region.start)
  joinAround(k, mm, index, index + 1)
  return true
}

/** An old size of zero: a second mapping of the same shared pages. */
function duplicate(k: Kernel, mm: Mm, region: Region, old: number, length: number, flags: number, target: number): number {
  if (!region.shared || flags & MREMAP_DONTUNMAP) throw EINVAL
  if (!(flags & MREMAP_MAYMOVE)) throw ENOMEM
  const start = flags & MREMAP_FIXED ? target : findFree(mm, length)
  if (start < 0) throw ENOMEM
  mapRegion(k, mm, { ...region, start, length, offset: region.offset + (old - region.start) })
  return start
}

function move(k: Kernel, mm: Mm, old: number, oldLength: number, target: number, length: number, keepOld: boolean): number {
  const moved = Math.min(oldLength, length)
  // Nothing may fail once pages have begun to move.
  splitForMove(k, mm, old, moved, target - old)
  reserveTables(k, mm, old, target, moved)
  const [first, last] = carve(k, mm, old, old + oldLength)
  const source = mm.regions[first]
  mapRegion(k, mm, { ...source, start: target, length })
  const copy = findRegion(mm, target)
  if (copy === null) throw new Error(`mremap to ${target}: the new mapping is not there`)
  copy.hasPrivate ||= source.hasPrivate
  copy.dontFork = source.dontFork
  copy.dontDump = source.dontDump
  copy.wipeOnFork = source.wipeOnFork
  if (source.locked && !copy.locked) {
    copy.locked = true
    mm.lockedPages += length / PAGE_SIZE
  }
  moveRange(k, mm, old, target, moved)
  flushRange(k, mm, old, old + oldLength)
  if (keepOld) {
    // What stays behind is empty, and no longer locked.
    if (source.locked && source !== copy) {
      mm.lockedPages -= oldLength / PAGE_SIZE
      source.locked = false
    }
    joinAround(k, mm, first, last)
  } else unmapRange(k, mm, old, old + oldLength)
  return target
}
