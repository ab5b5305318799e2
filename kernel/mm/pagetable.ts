// Page tables: four levels of 512 entries, bytes in guest RAM that the hardware walks. An entry is two 32-bit words of which the high
// one stays 0: no machine has RAM enough to need it. Level 3 is the root, level 0 holds the leaves; a huge page is a leaf at level 1.
// A leaf whose region may not be touched (PROT_NONE) keeps its frame but not V, so "occupied" is `entry !== 0`.
import { PAGE_SIZE, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, RAM_PPN } from '../../vm/index.ts'
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { allocFrame, FRAME_SHMEM, releaseFrame, releaseRun, retainRun, USE_ANON, USE_CACHE, USE_HUGETLB, USE_TABLE } from './frames.ts'
import { FLUSH_PAGES_MAX, HUGE_FRAMES, HUGE_PAGE, USER_END } from './limits.ts'
import { chargeForkEntry, chargeUnmapEntry } from '../timing/index.ts'
import type { Mm } from './types.ts'

const PPN_SHIFT = 10
const ROOT_LEVEL = 3
/** 32-bit words of RAM per frame, and what turns a word index into its frame. */
const FRAME_WORDS = 1024
const FRAME_WORDS_SHIFT = 10
/** An entry's page number in place; what it is for frame 0; the mask of an index counted in words. */
const PPN_MASK = ~0x3ff
const RAM_ENTRY = RAM_PPN << PPN_SHIFT
const PAIR_MASK = 1022
const LAST_ENTRY = 511
/** Bytes that one table of leaves covers. */
const BLOCK = HUGE_PAGE
/** Bytes that one entry covers, by level. */
const SPAN = [PAGE_SIZE, BLOCK, BLOCK * 512, BLOCK * 512 ** 2] as const
/** A leaf that is not valid needs some bit besides the page number to be told from an empty one: the first that software may use. */
const PTE_OCCUPIED = 1 << 8
/** The other bit that software may use: a leaf at level 1. Set in every huge leaf and in nothing else. */
export const PTE_HUGE = 1 << 9

/** Frame that an entry's low word names. */
export const frameOf = (entry: number): number => (entry >>> PPN_SHIFT) - RAM_PPN
export const entryFor = (frame: number, flags: number): number => ((frame + RAM_PPN) << PPN_SHIFT) | flags
/** Number of an address's page within its huge page. */
const pageInBlock = (va: number): number => (va >>> 12) & LAST_ENTRY
/** Frame of a user address whose leaf is `entry`. */
export const frameUnder = (entry: number, va: number): number => (entry & PTE_HUGE ? frameOf(entry) + pageInBlock(va) : frameOf(entry))

/** Flags of a leaf under PROT_* `prot`. W only where `writable`: shared and unwritten pages must fault first. Writing implies reading. */
export function leafFlags(prot: number, writable: boolean): number {
  if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0) return PTE_OCCUPIED
  let flags = PTE_V | PTE_U | PTE_A
  if (prot & (PROT_READ | PROT_WRITE)) flags |= PTE_R
  if (prot & PROT_EXEC) flags |= PTE_X
  if (writable && prot & PROT_WRITE) flags |= PTE_R | PTE_W | PTE_D
  return flags
}

/** Index in ram32 of the first entry of the table that an entry points to; all in 32-bit arithmetic. */
const tableAt = (entry: number): number => ((entry & PPN_MASK) - RAM_ENTRY) | 0

/** Index in ram32 of the leaf for a user address, which may be a huge one (PTE_HUGE), or -1 where there is no table for it. */
export function leafAt(ram32: Int32Array, root: number, va: number): number {
  // Blocks of 2 MiB: user space has fewer than 2^26. An entry's index is shifted left by one, for it is two words.
  const block = (va / BLOCK) | 0
  let entry = ram32[(root << FRAME_WORDS_SHIFT) + ((block >> 17) & PAIR_MASK)]
  if (entry === 0) return -1
  entry = ram32[tableAt(entry) + ((block >> 8) & PAIR_MASK)]
  if (entry === 0) return -1
  const at = tableAt(entry) + ((block << 1) & PAIR_MASK)
  entry = ram32[at]
  if (entry === 0) return -1
  if (entry & PTE_HUGE) return at
  return tableAt(entry) + ((va >>> 11) & PAIR_MASK)
}

/** Like leafAt, making the tables that are missing. ENOMEM. */
export function ensureLeaf(k: Kernel, mm: Mm, va: number): number {
  const at = leafAt(k.machine.ram32, mm.root, va)
  if (at >= 0) return at
  const table = ensureTable(k, mm, ensureBlock(k, mm, va))
  return (table << FRAME_WORDS_SHIFT) + ((va >>> 11) & PAIR_MASK)
}

/** Index in ram32 of the level 1 entry for a user address, making the tables above it. ENOMEM. */
export function ensureBlock(k: Kernel, mm: Mm, va: number): number {
  const block = (va / BLOCK) | 0
  let table = mm.root
  for (let shift = 17; shift > 0; shift -= 9) {
    table = ensureTable(k, mm, (table << FRAME_WORDS_SHIFT) + ((block >> shift) & PAIR_MASK))
  }
  return (table << FRAME_WORDS_SHIFT) + ((block << 1) & PAIR_MASK)
}

/** The table that the entry at ram32 index `at` points to, made if need be. */
function ensureTable(k: Kernel, mm: Mm, at: number): number {
  const entry = k.machine.ram32[at]
  if (entry !== 0) return frameOf(entry)
  const table = allocFrame(k, USE_TABLE, true, mm.payer)
  mm.tablePages++
  k.machine.ram32[at] = entryFor(table, PTE_V)
  k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]++
  return table
}

/** Writes an empty leaf. The caller gives one reference of the frame to it. */
export function setLeaf(k: Kernel, mm: Mm, at: number, frame: number, flags: number): void {
  k.machine.ram32[at] = entryFor(frame, flags)
  k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]++
  countPage(k, mm, frame, 1)
}

/** True when the leaf at ram32 index `at` (-1: no table) is in a block of 2 MiB of which no page is mapped. */
export const isBlockEmpty = (k: Kernel, at: number): boolean => at < 0 || k.state.frames.entries[at >>> FRAME_WORDS_SHIFT] === 0

/** Writes a huge leaf to a level 1 entry that is empty, or a table in which nothing is left. The caller gives a reference of each frame to it. */
export function setHugeLeaf(k: Kernel, mm: Mm, at: number, head: number, flags: number): void {
  placeHugeLeaf(k, mm, at, entryFor(head, flags | PTE_HUGE))
  countPage(k, mm, head, HUGE_FRAMES)
}

function placeHugeLeaf(k: Kernel, mm: Mm, at: number, entry: number): void {
  const { ram32 } = k.machine
  const { entries } = k.state.frames
  if (ram32[at] !== 0) {
    const table = frameOf(ram32[at])
    if (ram32[at] & PTE_HUGE || entries[table] !== 0) throw new Error(`mapping a huge page at ram32[${at}], where pages are mapped`)
    dropTable(k, mm, at, table)
  }
  ram32[at] = entry
  entries[at >>> FRAME_WORDS_SHIFT]++
}

/** Puts a table of 512 leaves that say the same in the place of a huge leaf. The caller flushes. ENOMEM, with nothing done, when no frame is left for it. */
export function splitHugeLeaf(k: Kernel, mm: Mm, at: number): void {
  const { ram32 } = k.machine
  const first = ram32[at] & ~PTE_HUGE
  const table = allocFrame(k, USE_TABLE, true, mm.payer)
  for (let i = 0; i < HUGE_FRAMES; i++) ram32[table * FRAME_WORDS + i * 2] = first + (i << PPN_SHIFT)
  k.state.frames.entries[table] = HUGE_FRAMES
  mm.tablePages++
  ram32[at] = entryFor(table, PTE_V)
}

/** Empties an occupied leaf and answers its frame, whose reference is now the caller's. */
function takeLeaf(k: Kernel, mm: Mm, at: number): number {
  const frame = frameOf(k.machine.ram32[at])
  chargeUnmapEntry(k, at, frame)
  k.machine.ram32[at] = 0
  k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]--
  countPage(k, mm, frame, -1)
  return frame
}

/** Keeps the resident counts of an address space: `by` pages of this frame's kind more. The page of zeroes counts as nothing. */
export function countPage(k: Kernel, mm: Mm, frame: number, by: number): void {
  const frames = k.state.frames
  const use = frames.use[frame]
  if (use === USE_ANON) mm.anonPages += by
  else if (use === USE_HUGETLB) mm.hugetlbPages += by
  else if (use !== USE_CACHE) return
  else if (frames.flags[frame] & FRAME_SHMEM) mm.shmemPages += by
  else mm.filePages += by
  if (by > 0) {
    const resident = mm.anonPages + mm.filePages + mm.shmemPages
    if (resident > mm.peakPages) mm.peakPages = resident
  }
}

/** First and last entry of a table that [start, end) touches; `base` is the address its first entry stands for. */
const firstIndex = (start: number, base: number, level: number): number => (start <= base ? 0 : Math.floor((start - base) / SPAN[level]))
const lastIndex = (end: number, base: number, level: number): number => Math.min(LAST_ENTRY, Math.floor((end - 1 - base) / SPAN[level]))

/** Calls back for every occupied leaf in [start, end), a huge one once, lowest first: for reports and rare operations, never on a hot path. */
export function eachLeaf(k: Kernel, mm: Mm, start: number, end: number, visit: (va: number, at: number, entry: number) => void): void {
  const ram32 = k.machine.ram32
  const visitTable = (table: number, level: number, base: number): void => {
    const last = lastIndex(end, base, level)
    for (let i = firstIndex(start, base, level); i <= last; i++) {
      const at = table * FRAME_WORDS + i * 2
      const entry = ram32[at]
      if (entry === 0) continue
      const va = base + i * SPAN[level]
      if (level === 0 || entry & PTE_HUGE) visit(va, at, entry)
      else visitTable(frameOf(entry), level - 1, va)
    }
  }
  if (end > start) visitTable(mm.root, ROOT_LEVEL, 0)
}

/**
 * Unmaps [start, end): drops every frame's reference and frees tables that became empty. The caller flushes TLBs, and has split huge
 * pages at both ends. Answers how many leaves went.
 */
export function zapRange(k: Kernel, mm: Mm, start: number, end: number): number {
  if (end <= start) return 0
  const { ram32 } = k.machine
  const { entries } = k.state.frames
  const first = leavesIn(ram32, mm.root, start, end)
  if (first < 0) return zapTable(k, mm, mm.root, ROOT_LEVEL, 0, start, end)
  // Most regions lie in one table of leaves: it is gone to at once, and the tables above are only gone through when it became empty.
  const table = first >>> FRAME_WORDS_SHIFT
  let zapped = 0
  const last = first + ((end - start) / PAGE_SIZE - 1) * 2
  for (let at = first; at <= last && entries[table] !== 0; at += 2) {
    if (ram32[at] === 0) continue
    releaseFrame(k, takeLeaf(k, mm, at))
    zapped++
  }
  if (entries[table] === 0) zapTable(k, mm, mm.root, ROOT_LEVEL, 0, start, end)
  return zapped
}

/** Index in ram32 of the first leaf of [start, end) where one table has all of them; -1: several do, or none, or a huge page is there. */
function leavesIn(ram32: Int32Array, root: number, start: number, end: number): number {
  if (((start / BLOCK) | 0) !== (((end - 1) / BLOCK) | 0)) return -1
  const at = leafAt(ram32, root, start)
  return at >= 0 && (ram32[at] & PTE_HUGE) === 0 ? at : -1
}

function zapTable(k: Kernel, mm: Mm, table: number, level: number, base: number, start: number, end: number): number {
  const ram32 = k.machine.ram32
  const frames = k.state.frames
  const last = lastIndex(end, base, level)
  let zapped = 0
  for (let i = firstIndex(start, base, level); i <= last && frames.entries[table] !== 0; i++) {
    const at = table * FRAME_WORDS + i * 2
    const entry = ram32[at]
    if (entry === 0) continue
    if (level === 0) {
      releaseFrame(k, takeLeaf(k, mm, at))
      zapped++
      continue
    }
    if (entry & PTE_HUGE) {
      const va = base + i * BLOCK
      if (va < start || va + BLOCK > end) throw new Error(`unmapping a part of the huge page at ${va}`)
      zapHugeLeaf(k, mm, at)
      zapped++
      continue
    }
    const child = frameOf(entry)
    zapped += zapTable(k, mm, child, level - 1, base + i * SPAN[level], start, end)
    if (frames.entries[child] === 0) dropTable(k, mm, at, child)
  }
  return zapped
}

/** Frees the table that an entry points to. */
function dropTable(k: Kernel, mm: Mm, at: number, table: number): void {
  k.machine.ram32[at] = 0
  k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]--
  mm.tablePages--
  releaseFrame(k, table)
}

function zapHugeLeaf(k: Kernel, mm: Mm, at: number): void {
  const head = frameOf(k.machine.ram32[at])
  chargeUnmapEntry(k, at, head)
  k.machine.ram32[at] = 0
  k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]--
  countPage(k, mm, head, -HUGE_FRAMES)
  releaseRun(k, head)
}

/** What a fork did to the parent: how many leaves lost W, and the first FLUSH_PAGES_MAX of them. Their stale TLB entries must go. */
export interface LostWrites {
  count: number
  pages: number[]
}

/**
 * Copies the leaves of [start, end) to another address space: both sides share every frame and neither may write it.
 * ENOMEM leaves a partial copy for releaseMm.
 */
export function copyRange(k: Kernel, from: Mm, to: Mm, start: number, end: number, lost: LostWrites): void {
  if (end <= start) return
  const { ram32 } = k.machine
  const first = leavesIn(ram32, from.root, start, end)
  if (first < 0) return copyTable(k, from.root, to, to.root, ROOT_LEVEL, 0, start, end, lost)
  const target = ensureLeaf(k, to, start)
  const words = ((end - start) / PAGE_SIZE) * 2
  for (let offset = 0; offset < words; offset += 2) {
    if (ram32[first + offset] !== 0) copyLeaf(k, first + offset, to, target + offset, 0, start + (offset / 2) * PAGE_SIZE, lost)
  }
}

/** Copies an occupied leaf, of `va`, to an empty one. */
function copyLeaf(k: Kernel, at: number, to: Mm, targetAt: number, level: 0 | 1, va: number, lost: LostWrites): void {
  const { ram32 } = k.machine
  const { frames } = k.state
  const entry = ram32[at]
  if (entry & PTE_W) {
    // D goes with W: no entry of ours has one without the other.
    ram32[at] = entry & ~(PTE_W | PTE_D)
    if (++lost.count <= FLUSH_PAGES_MAX) lost.pages.push(va)
  }
  const frame = frameOf(entry)
  if (k.machine.timing !== null) chargeForkEntry(k, at, targetAt, frame, (entry & PTE_W) !== 0)
  ram32[targetAt] = ram32[at]
  frames.entries[targetAt >>> FRAME_WORDS_SHIFT]++
  if (level === 0) frames.count[frame]++
  else retainRun(k, frame)
  countPage(k, to, frame, level === 0 ? 1 : HUGE_FRAMES)
}

function copyTable(
  k: Kernel,
  source: number,
  to: Mm,
  target: number,
  level: number,
  base: number,
  start: number,
  end: number,
  lost: LostWrites,
): void {
  const ram32 = k.machine.ram32
  const last = lastIndex(end, base, level)
  for (let i = firstIndex(start, base, level); i <= last; i++) {
    const at = source * FRAME_WORDS + i * 2
    const entry = ram32[at]
    if (entry === 0) continue
    const targetAt = target * FRAME_WORDS + i * 2
    if (level === 0 || entry & PTE_HUGE) {
      copyLeaf(k, at, to, targetAt, level === 0 ? 0 : 1, base + i * SPAN[level], lost)
      continue
    }
    const child = ensureTable(k, to, targetAt)
    copyTable(k, frameOf(entry), to, child, level - 1, base + i * SPAN[level], start, end, lost)
  }
}

/** Makes every table that moveRange needs for its target. ENOMEM. */
export function reserveTables(k: Kernel, mm: Mm, from: number, to: number, length: number): void {
  for (let va = Math.floor(to / SPAN[1]) * SPAN[1]; va < to + length; va += SPAN[1]) {
    if (va >= to && peekPte(k, mm, va - to + from) & PTE_HUGE) ensureBlock(k, mm, va)
    else ensureLeaf(k, mm, va)
  }
}

/**
 * Moves the leaves of `length` bytes within an address space (mremap). The target range is unmapped. The caller flushes, and has split
 * huge pages that are cut by the range or would not be aligned afterwards. ENOMEM unless reserveTables was called.
 */
export function moveRange(k: Kernel, mm: Mm, from: number, to: number, length: number): void {
  const ram32 = k.machine.ram32
  for (let done = 0; done < length; done += PAGE_SIZE) {
    const at = leafAt(ram32, mm.root, from + done)
    if (at < 0 || ram32[at] === 0) continue
    if (ram32[at] & PTE_HUGE) {
      placeHugeLeaf(k, mm, ensureBlock(k, mm, to + done), ram32[at])
      ram32[at] = 0
      k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]--
      done += BLOCK - PAGE_SIZE
      continue
    }
    const target = ensureLeaf(k, mm, to + done)
    ram32[target] = ram32[at]
    ram32[at] = 0
    k.state.frames.entries[target >>> FRAME_WORDS_SHIFT]++
    k.state.frames.entries[at >>> FRAME_WORDS_SHIFT]--
  }
}

/** The leaf's low word for a user address, 0 where nothing is mapped. In a huge page: what the page's own leaf would be were it split, and PTE_HUGE. */
export function peekPte(k: Kernel, mm: Mm, va: number): number {
  if (!(va >= 0 && va < USER_END)) return 0
  const at = leafAt(k.machine.ram32, mm.root, va)
  if (at < 0) return 0
  const entry = k.machine.ram32[at]
  return entry & PTE_HUGE ? entry + (pageInBlock(va) << PPN_SHIFT) : entry
}

/** Frees the root and tables that a fault made in vain. */
export function freeTables(k: Kernel, mm: Mm): void {
  if (k.state.frames.entries[mm.root] !== 0) zapRange(k, mm, 0, USER_END)
  if (k.state.frames.entries[mm.root] !== 0) throw new Error(`freeing the page tables of root ${mm.root}: entries are left`)
  releaseFrame(k, mm.root)
  mm.tablePages--
}
