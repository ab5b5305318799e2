// Translation: first-level TLBs, the second level, and the walk, whose reads of page-table entries go through the data caches.
import { PTE_R, PTE_V, PTE_X, TWO_32 } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Machine } from '../state.ts'
import { ptePpn, vpn } from '../walk.ts'
import { drop, dropAll, dropWhere, find, place, touch, type Assoc } from './assoc.ts'
import { NONE, stall, type Core, type Timing } from './core.ts'
import { accessData } from './hierarchy.ts'
import { C_FLUSH, C_L2_TLB, C_SATP, C_WALK, COUNTS } from './ledger.ts'
import { forgetLine, forgetLines, forgetPage } from './lines.ts'
import {
  ASID_SPAN,
  asidOfTag,
  asidOfWalkTag,
  KERNEL_ASID,
  KERNEL_PAGE,
  KERNEL_PAGES,
  LEVELS,
  SUPERPAGE,
  SUPERPAGE_SHIFT,
  walkTag,
} from './tags.ts'

/** The kernel's own page tables, where the walks of its pages read. */
const KERNEL_TABLES = 0x2_3000_0000

/** Walks the tables of user pages: what is read of them, and how large the page is. -1: nothing is mapped (any more). */
function walkUser(t: Timing, core: Core, machine: Machine, lo: number, hi: number): number {
  core.counts[COUNTS.walks]++
  const { ram32 } = machine
  const frames = machine.ramBytes / L.PAGE_SIZE
  let skipTo = LEVELS - 1
  const block = hi * 2048 + (lo >>> SUPERPAGE_SHIFT)
  // The nearest table that a walk cache knows: the entries above it need not be read.
  for (let level = 1; level < LEVELS && skipTo === LEVELS - 1; level++) {
    const cache = core.walkCaches[level]
    if (cache === null) continue
    const prefix = Math.floor(block / 512 ** (level - 1))
    const at = find(cache, prefix, walkTag(core.asid, level, prefix))
    if (at < 0) continue
    touch(cache, at)
    skipTo = level - 1
  }
  let table = core.root
  for (let level = LEVELS - 1; level >= 0; level--) {
    if (table < 0 || table >= frames) return NONE
    const index = (table * 512 + vpn(lo, hi, level)) * 2
    if (level <= skipTo) readTable(t, core, L.RAM_BASE + index * 4)
    const entry = ram32[index]
    if (!(entry & PTE_V)) return NONE
    if (entry & (PTE_R | PTE_X)) return level
    const cache = core.walkCaches[level] ?? null
    if (cache !== null && level <= skipTo) {
      const prefix = Math.floor(block / 512 ** (level - 1))
      place(cache, prefix, walkTag(core.asid, level, prefix))
    }
    table = ptePpn(entry, ram32[index + 1]) - L.RAM_PPN
  }
  return NONE
}

/** One entry of a page table, through the data cache. */
function readTable(t: Timing, core: Core, address: number): void {
  core.counts[COUNTS.pteReads]++
  // The walker waits for each entry: what it finds there says where to read next.
  if (core.l1d !== null) stall(core, C_WALK, t.config['l1d.latency'])
  const line = Math.floor(address / t.config.line)
  accessData(t, core, line, false, C_WALK)
  forgetLine(t, core, line)
}

/** Walks the kernel's own tables, of 2 MiB pages. */
function walkKernel(t: Timing, core: Core, page: number): void {
  core.counts[COUNTS.walks]++
  const entries = [0, Math.floor(page / 512 ** 2), Math.floor(page / 512), page]
  let skipTo = LEVELS - 1
  for (const level of [2, 3]) {
    const cache = core.walkCaches[level]
    const prefix = Math.floor(page / 512 ** (level - 1))
    const at = cache === null ? NONE : find(cache, prefix, walkTag(KERNEL_ASID, level, prefix))
    if (at < 0) continue
    touch(cache as Assoc, at)
    skipTo = level - 1
    break
  }
  for (let level = skipTo; level >= 1; level--) {
    readTable(t, core, KERNEL_TABLES + (LEVELS - level) * KERNEL_PAGE + entries[LEVELS - level] * 8)
    const cache = level > 1 ? core.walkCaches[level] : null
    const prefix = Math.floor(page / 512 ** (level - 1))
    if (cache !== null) place(cache, prefix, walkTag(KERNEL_ASID, level, prefix))
  }
}

/** Brings a translation to a first-level TLB. The page number is of 4 KiB pages in {lo, hi}. */
export function translateUser(t: Timing, core: Core, machine: Machine, tlb: Assoc, asid: number, lo: number, hi: number): void {
  const page = lo >>> L.PAGE_SHIFT
  const small = asid * ASID_SPAN + hi * 2 ** 20 + page
  if (present(tlb, page, small)) return
  const block = hi * 2048 + (lo >>> SUPERPAGE_SHIFT)
  const large = asid * ASID_SPAN + SUPERPAGE + block
  if (t.superpages && present(tlb, block, large)) return
  core.counts[tlb === core.itlb ? COUNTS.itlbMisses : COUNTS.dtlbMisses]++
  const { l2tlb } = core
  if (l2tlb !== null) {
    stall(core, C_L2_TLB, t.config['l2tlb.latency'])
    if (present(l2tlb, page, small)) return fill(t, core, tlb, page, small)
    if (t.superpages && present(l2tlb, block, large)) return fill(t, core, tlb, block, large)
    core.counts[COUNTS.l2tlbMisses]++
  }
  const level = walkUser(t, core, machine, lo, hi)
  if (level > 0) t.superpages = true
  const hash = level > 0 ? block : page
  const tag = level > 0 ? large : small
  if (l2tlb !== null) place(l2tlb, hash, tag)
  fill(t, core, tlb, hash, tag)
}

export function translateKernel(t: Timing, core: Core, tlb: Assoc, physical: number): void {
  const page = Math.floor(physical / KERNEL_PAGE)
  const asid = t.config.kpti === 'on' ? KERNEL_ASID + core.asid : KERNEL_ASID
  const tag = asid * ASID_SPAN + SUPERPAGE + KERNEL_PAGES + page
  if (present(tlb, page, tag)) return
  core.counts[tlb === core.itlb ? COUNTS.itlbMisses : COUNTS.dtlbMisses]++
  const { l2tlb } = core
  if (l2tlb !== null) {
    stall(core, C_L2_TLB, t.config['l2tlb.latency'])
    if (present(l2tlb, page, tag)) return fill(t, core, tlb, page, tag)
    core.counts[COUNTS.l2tlbMisses]++
  }
  walkKernel(t, core, page)
  if (l2tlb !== null) place(l2tlb, page, tag)
  fill(t, core, tlb, page, tag)
}

function present(tlb: Assoc, hash: number, tag: number): boolean {
  const at = find(tlb, hash, tag)
  if (at < 0) return false
  touch(tlb, at)
  return true
}

function fill(t: Timing, core: Core, tlb: Assoc, hash: number, tag: number): void {
  place(tlb, hash, tag)
  const gone = tlb.out[0]
  if (gone !== NONE && tlb === core.dtlb) forgetPage(t, core, gone)
}

const tlbsOf = (core: Core): Assoc[] => [core.itlb, core.dtlb, ...(core.l2tlb === null ? [] : [core.l2tlb])]

/** Empties TLBs and walk caches, of every address space or of one (as its program and, with a page table of its own, its kernel see it). */
function dropTranslations(t: Timing, core: Core, asid: number | null): void {
  const global = asid === null || t.config.kpti === 'on' ? NONE : KERNEL_ASID
  for (const tlb of tlbsOf(core)) {
    if (asid === null) dropAll(tlb)
    else dropWhere(tlb, tag => asidOfTag(tag) % KERNEL_ASID === asid && asidOfTag(tag) !== global)
  }
  for (const cache of core.walkCaches) {
    if (cache === null) continue
    if (asid === null) dropAll(cache)
    else dropWhere(cache, tag => asidOfWalkTag(tag) === asid)
  }
  forgetLines(core)
}

/** Drops what is known of one user page. Walk caches of the address space go with it, as they do on most hardware. */
function dropPage(t: Timing, core: Core, asid: number, lo: number, hi: number): void {
  const page = lo >>> L.PAGE_SHIFT
  const block = hi * 2048 + (lo >>> SUPERPAGE_SHIFT)
  for (const number of t.config.kpti === 'on' ? [asid, KERNEL_ASID + asid] : [asid]) {
    for (const tlb of tlbsOf(core)) {
      dropTag(tlb, page, number * ASID_SPAN + hi * 2 ** 20 + page)
      dropTag(tlb, block, number * ASID_SPAN + SUPERPAGE + block)
    }
  }
  for (const cache of core.walkCaches) if (cache !== null) dropWhere(cache, tag => asidOfWalkTag(tag) === asid)
  forgetLines(core)
}

function dropTag(tlb: Assoc, hash: number, tag: number): void {
  const at = find(tlb, hash, tag)
  if (at >= 0) drop(tlb, at)
}

/** The number that a TLB of so many bits keeps of an ASID. */
const keptAsid = (t: Timing, asid: number): number => asid % 2 ** t.config.asidBits

/** satp names another table or ASID. Without ASIDs nothing in the TLBs may be used any longer, except what is global. */
export function timeAddressSpace(t: Timing, core: Core, root: number, asid: number): void {
  stall(core, C_SATP, t.config.satp)
  core.root = root
  core.asid = keptAsid(t, asid)
  if (t.config.asidBits === 0) flushSpace(t, core, 0)
  else forgetLines(core)
}

/** A trap into a kernel that has a page table of its own, or back: satp is written, and without ASIDs everything is emptied. */
export function timeKernelTable(t: Timing, core: Core): void {
  stall(core, C_SATP, t.config.satp)
  if (t.config.asidBits === 0) flushSpace(t, core, 0)
  // The same line by the other table has a translation of its own.
  else forgetLines(core)
}

function flushSpace(t: Timing, core: Core, asid: number): void {
  core.counts[COUNTS.flushes]++
  stall(core, C_FLUSH, t.config.sfence)
  dropTranslations(t, core, asid)
}

/** sfence.vma in its four forms: null for every address, or every address space. */
export function timeFlush(t: Timing, core: Core, va: number | null, asid: number | null): void {
  const kept = asid === null ? null : keptAsid(t, asid)
  core.counts[COUNTS.flushes]++
  stall(core, C_FLUSH, t.config.sfence)
  if (va === null || kept === null) dropTranslations(t, core, kept)
  else dropPage(t, core, kept, va | 0, Math.floor(va / TWO_32) | 0)
}
