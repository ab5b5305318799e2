// Huge pages at the borders of what is done to memory: a transparent one that a border cuts is split into 512 leaves first, one of
// MAP_HUGETLB refuses. So every huge leaf lies within one region, and whatever walks regions sees it whole.
import { EINVAL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { flushPage } from './asid.ts'
import { HUGE_PAGE } from './limits.ts'
import { leafAt, PTE_HUGE, splitHugeLeaf } from './pagetable.ts'
import { findRegion, isolate } from './regions.ts'
import type { Mm, Region } from './types.ts'

/** Splits the huge page that has `va` inside it, if there is one. ENOMEM when there is no frame for the table (Linux keeps one in store for each). */
function splitAround(k: Kernel, mm: Mm, va: number): void {
  if (va % HUGE_PAGE === 0) return
  const at = leafAt(k.machine.ram32, mm.root, va)
  if (at >= 0 && k.machine.ram32[at] & PTE_HUGE) splitLeafAt(k, mm, at, va)
}

/** Splits the huge leaf at ram32 index `at`, which maps `va`. ENOMEM. */
export function splitLeafAt(k: Kernel, mm: Mm, at: number, va: number): void {
  splitHugeLeaf(k, mm, at)
  // Translations from the huge leaf are still right, but a TLB must not have one page in two sizes.
  flushPage(k, mm, va)
}

/** EINVAL when `va` is inside a huge page of MAP_HUGETLB: those are mapped, cut and protected whole. */
function refuseCut(mm: Mm, va: number): void {
  if (va % HUGE_PAGE !== 0 && findRegion(mm, va)?.hugetlb) throw EINVAL
}

/**
 * Makes [start, end) regions of its own, whose pages no huge page crosses; answers their indexes [first, last). EINVAL, or ENOMEM,
 * before any region is cut.
 */
export function carve(k: Kernel, mm: Mm, start: number, end: number): [number, number] {
  for (const va of [start, end]) refuseCut(mm, va)
  for (const va of [start, end]) splitAround(k, mm, va)
  return isolate(k, mm, start, end)
}

/** Splits what moving [from, from + length) by `by` bytes would cut or leave unaligned. ENOMEM: some may be split then, which is no harm. */
export function splitForMove(k: Kernel, mm: Mm, from: number, length: number, by: number): void {
  splitAround(k, mm, from)
  splitAround(k, mm, from + length)
  if (by % HUGE_PAGE === 0) return
  for (let va = from; va < from + length; va += HUGE_PAGE) {
    // Any address but the first of a huge page is inside it.
    splitAround(k, mm, va - (va % HUGE_PAGE) + 1)
  }
}

/** True when the policy and what the program said of the region let anonymous memory there have huge pages. */
export function isThpEligible(k: Kernel, mm: Mm, region: Region): boolean {
  if (mm.thpDisabled || region.inode !== null || region.shared || region.hugetlb || region.thp === 'small') return false
  const policy = k.state.thp
  if (policy === 'never' || (policy === 'madvise' && region.thp !== 'huge')) return false
  const first = Math.ceil(region.start / HUGE_PAGE) * HUGE_PAGE
  return first + HUGE_PAGE <= region.end
}
