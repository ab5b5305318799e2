// Faults in huge pages: first touches and copy-on-write of 2 MiB at once. A transparent huge page is given where a run of frames is
// free and is split where none is; a page of MAP_HUGETLB is had whole or not at all.
// Nothing makes huge pages of small ones later (Linux's khugepaged does), and memory is not moved to make room for one.
import { moveReservation, PAGE_SIZE, PTE_W, type Access } from '../../vm/index.ts'
import { ENOMEM, ENOSPC } from '../abi/index.ts'
import { emit, type EventOf } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { chargeCopy } from '../timing/index.ts'
import type { Inode } from '../vfs/types.ts'
import { flushPage } from './asid.ts'
import { allocRun, MACHINE, ownsRun, releaseRun, retainRun, USE_ANON, USE_HUGETLB } from './frames.ts'
import { isThpEligible, splitLeafAt } from './huge.ts'
import { HUGE_FRAMES, HUGE_PAGE } from './limits.ts'
import { ensureBlock, entryFor, frameOf, frameUnder, isBlockEmpty, leafAt, leafFlags, peekPte, PTE_HUGE, setHugeLeaf } from './pagetable.ts'
import type { Mm, Region } from './types.ts'

type How = EventOf<'fault'>['how']

const blockOf = (va: number): number => va - (va % HUGE_PAGE)

/**
 * Serves a fault whose page is, or becomes, part of a huge page; 'small' when it is for a page of 4 KiB. The region permits the access.
 * ENOSPC (a SIGBUS, as on Linux): no run of frames is free for a page of MAP_HUGETLB. ENOMEM.
 */
export function hugeFault(k: Kernel, task: Task, mm: Mm, region: Region, page: number, access: Access): How | 'small' {
  const { ram32 } = k.machine
  const at = leafAt(ram32, mm.root, page)
  const entry = at < 0 ? 0 : ram32[at]
  if (entry & PTE_HUGE) {
    if (access === 'write' && !(entry & PTE_W)) return breakSharing(k, task, mm, region, page, at)
    ram32[at] = entryFor(frameOf(entry), leafFlags(region.prot, (entry & PTE_W) !== 0) | PTE_HUGE)
    flushPage(k, mm, page)
    return 'spurious'
  }
  if (region.hugetlb) return fillHugetlb(k, mm, region, page, access)
  return access === 'write' && isBlockEmpty(k, at) && isThpEligible(k, mm, region) ? fillTransparent(k, mm, region, page) : 'small'
}

function fillTransparent(k: Kernel, mm: Mm, region: Region, page: number): How | 'small' {
  const block = blockOf(page)
  if (block < region.start || block + HUGE_PAGE > region.end) return 'small'
  const at = ensureBlock(k, mm, block)
  const head = allocRun(k, USE_ANON, true, mm.payer)
  if (head < 0) return 'small'
  setHugeLeaf(k, mm, at, head, leafFlags(region.prot, true))
  return 'zero'
}

function fillHugetlb(k: Kernel, mm: Mm, region: Region, page: number, access: Access): How {
  const block = blockOf(page)
  const at = ensureBlock(k, mm, block)
  const head =
    region.inode === null
      ? newHugetlbPage(k, mm.payer)
      : sharedHugetlbPage(k, region.inode, (block - region.start + region.offset) / PAGE_SIZE)
  // Shared pages are writable at once: there is no file that would have to know of writes.
  setHugeLeaf(k, mm, at, head, leafFlags(region.prot, region.shared || access === 'write'))
  return 'zero'
}

function newHugetlbPage(k: Kernel, payer = MACHINE): number {
  const head = allocRun(k, USE_HUGETLB, true, payer)
  if (head < 0) throw ENOSPC
  return head
}

/** The run that holds a huge page of shared memory, in the file behind it, with references for the caller. */
function sharedHugetlbPage(k: Kernel, inode: Inode, index: number): number {
  const known = inode.pages.get(index)
  const head = known ?? newHugetlbPage(k)
  if (known === undefined) for (let i = 0; i < HUGE_FRAMES; i++) inode.pages.set(index + i, head + i)
  retainRun(k, head)
  return head
}

/** A write to a huge page without W. */
function breakSharing(k: Kernel, task: Task, mm: Mm, region: Region, page: number, at: number): How | 'small' {
  const old = frameOf(k.machine.ram32[at])
  const flags = leafFlags(region.prot, true) | PTE_HUGE
  if (region.shared || ownsRun(k, old)) {
    // The others have made their copies or are gone: this one is ours alone.
    k.machine.ram32[at] = entryFor(old, flags)
    flushPage(k, mm, page)
    return 'reuse'
  }
  const copy = copyRun(k, old, mm.payer)
  if (copy < 0) {
    if (region.hugetlb) throw ENOSPC
    splitLeafAt(k, mm, at, page)
    return 'small'
  }
  replaceRun(k, mm, at, page, copy, flags)
  if (task.onHart >= 0) moveReservation(k.machine, k.machine.harts[task.onHart], old, copy, HUGE_FRAMES)
  k.state.counts.cowCopies++
  if (k.events.cowCopy !== undefined) emit(k, { kind: 'cowCopy', task, va: blockOf(page), from: old, to: copy, pages: HUGE_FRAMES })
  return 'cow'
}

/** A new run with the same bytes and use, or -1. */
function copyRun(k: Kernel, head: number, payer: number): number {
  const copy = allocRun(k, k.state.frames.use[head] === USE_ANON ? USE_ANON : USE_HUGETLB, false, payer)
  if (copy >= 0) {
    k.machine.ram.copyWithin(copy * PAGE_SIZE, head * PAGE_SIZE, (head + HUGE_FRAMES) * PAGE_SIZE)
    chargeCopy(k, head, copy, HUGE_FRAMES * PAGE_SIZE)
  }
  return copy
}

/** Points a huge leaf at another run, of the same use. */
function replaceRun(k: Kernel, mm: Mm, at: number, page: number, head: number, flags: number): void {
  const old = frameOf(k.machine.ram32[at])
  k.machine.ram32[at] = entryFor(head, flags)
  releaseRun(k, old)
  flushPage(k, mm, page)
}

/**
 * For a debugger's write: the frame of a page that is, or becomes, part of a huge page and that this address space alone maps (or
 * that is shared on purpose). -1: it is a page of 4 KiB; a transparent huge page that others map too is split for it. ENOMEM.
 */
export function ownHugePage(k: Kernel, mm: Mm, region: Region, page: number): number {
  const { ram32 } = k.machine
  const frames = k.state.frames
  if (region.hugetlb && peekPte(k, mm, page) === 0) {
    try {
      fillHugetlb(k, mm, region, page, 'read')
    } catch (error) {
      throw error === ENOSPC ? ENOMEM : error
    }
  }
  const at = leafAt(ram32, mm.root, page)
  const entry = at < 0 ? 0 : ram32[at]
  if (!(entry & PTE_HUGE)) return -1
  const frame = frameUnder(entry, page)
  if (region.shared || frames.count[frame] === 1) return frame
  if (!region.hugetlb) {
    splitLeafAt(k, mm, at, page)
    return -1
  }
  const copy = copyRun(k, frameOf(entry), mm.payer)
  if (copy < 0) throw ENOMEM
  replaceRun(k, mm, at, page, copy, leafFlags(region.prot, false) | PTE_HUGE)
  return frameUnder(ram32[at], page)
}
