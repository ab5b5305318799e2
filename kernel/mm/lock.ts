// Pages brought in ahead of their first touch, and kept: mlock, MAP_POPULATE, MADV_POPULATE. Nothing is ever swapped out here, so a
// lock only brings pages in and counts against its limit.
import { PAGE_SIZE, PTE_V, PTE_W, type Access } from '../../vm/index.ts'
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { handleFault } from './fault.ts'
import { carve } from './huge.ts'
import { peekPte } from './pagetable.ts'
import { findRegion, joinAround, regionIndex } from './regions.ts'
import type { FaultSignal, Mm, Region } from './types.ts'

/** How bringing in touches a region's pages: written where that makes a private copy, else in some way that is permitted; null: in none. */
function touchOf(region: Region): Access | null {
  if (region.prot & PROT_WRITE && !region.shared) return 'write'
  if (region.prot & (PROT_READ | PROT_WRITE)) return 'read'
  return region.prot & PROT_EXEC ? 'fetch' : null
}

/** How much bringing in may do at once: a page that is made is the host's memory being touched, one that is there costs a look. */
const PIECE_WORK = 4096
const MAKING = 16

/** Faults in every page of [start, end) that may be touched; `access` forces one kind. Stops at the first page that cannot be had and says why. */
export function populate(k: Kernel, task: Task, mm: Mm, start: number, end: number, access: Access | null = null): FaultSignal | null {
  const result = populatePiece(k, task, mm, start, end, access, Infinity)
  return typeof result === 'number' ? null : result
}

/** Like populate, but no more than takes some milliseconds: the answer is then where to go on. */
export function populatePiece(
  k: Kernel,
  task: Task,
  mm: Mm,
  start: number,
  end: number,
  access: Access | null = null,
  most = PIECE_WORK,
): FaultSignal | number | null {
  let work = 0
  for (let i = regionIndex(mm, start); i < mm.regions.length && mm.regions[i].start < end; i++) {
    const region = mm.regions[i]
    const touch = access ?? touchOf(region)
    if (touch === null) continue
    const wanted = touch === 'write' ? PTE_V | PTE_W : PTE_V
    for (let va = Math.max(start, region.start); va < Math.min(end, region.end); va += PAGE_SIZE) {
      if (work++ >= most) return va
      if ((peekPte(k, mm, va) & wanted) === wanted) continue
      work += MAKING
      const failure = handleFault(k, task, task.mm, va, touch)
      if (failure !== null) return failure
    }
  }
  return null
}

/** Marks regions of [start, end) as locked or not; holes are passed over, and so is MAP_HUGETLB: its pages are never lost anyway. ENOMEM. */
export function setLocked(k: Kernel, mm: Mm, start: number, end: number, locked: boolean): void {
  const head = findRegion(mm, start)
  if (head?.hugetlb) start = head.end
  const tail = findRegion(mm, end)
  if (tail?.hugetlb) end = tail.start
  if (start >= end) return
  const [first, last] = carve(k, mm, start, end)
  for (let i = first; i < last; i++) {
    const region = mm.regions[i]
    if (region.locked === locked || region.hugetlb) continue
    region.locked = locked
    mm.lockedPages += ((region.end - region.start) / PAGE_SIZE) * (locked ? 1 : -1)
  }
  joinAround(k, mm, first, last)
}

/** Pages of [start, end) that are in regions not locked yet. */
export function unlockedPages(mm: Mm, start: number, end: number): number {
  let pages = 0
  for (let i = regionIndex(mm, start); i < mm.regions.length && mm.regions[i].start < end; i++) {
    const region = mm.regions[i]
    if (!region.locked) pages += (Math.min(end, region.end) - Math.max(start, region.start)) / PAGE_SIZE
  }
  return pages
}
