// Address-space numbers: TLB entries carry one, so that a switch need not empty the TLB. Numbers are given in generations: when they
// run out every TLB is emptied and giving starts anew (Linux arch/riscv/mm/context.c). The kernel that changes a PTE calls flushPage.
import { PAGE_SIZE, setSatp, tlbFlush } from '../../vm/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { chargeShootdown, passOther } from '../timing/index.ts'
import { FLUSH_PAGES_MAX } from './limits.ts'
import type { LostWrites } from './pagetable.ts'
import type { Asids, Mm } from './types.ts'

const ASID_MAX = 0xffff

/** `limit` is the highest number given out: fewer than the hardware has, for tests of what happens when they run out. */
export const createAsids = (limit = ASID_MAX): Asids => ({ generation: 1, next: 1, limit })

const hartBit = (hart: number): number => 1 << (hart & 31)

/** Makes the hart translate by this address space from now on. Its TLB keeps everybody's entries. */
export function useMm(k: Kernel, hart: number, mm: Mm): void {
  const state = k.state.harts[hart]
  const asids = k.state.asids
  if (state.mm === mm && mm.asidGeneration === asids.generation) return
  if (mm.asidGeneration !== asids.generation) {
    if (asids.next > asids.limit) newGeneration(k, hart)
    mm.asid = asids.next++
    mm.asidGeneration = asids.generation
    mm.harts = 0
  }
  mm.harts |= hartBit(hart)
  state.mm = mm
  setSatp(k.machine, k.machine.harts[hart], mm.root, mm.asid)
}

/** Voids every number and empties every TLB; the other harts get fresh numbers for what they are running. */
function newGeneration(k: Kernel, except: number): void {
  const asids = k.state.asids
  asids.generation++
  asids.next = 1
  for (const hart of k.machine.harts) flushHart(k, hart.id, null, null)
  for (const other of k.state.harts) {
    const mm = other.mm
    if (other.id === except || mm === null) continue
    if (mm.asidGeneration !== asids.generation) {
      mm.asid = asids.next++
      mm.asidGeneration = asids.generation
      mm.harts = 0
    }
    mm.harts |= hartBit(other.id)
    setSatp(k.machine, k.machine.harts[other.id], mm.root, mm.asid)
  }
}

/** The hart's satp must not be believed any more: its address space is gone. */
export function forgetMm(k: Kernel, mm: Mm): void {
  for (const hart of k.state.harts) if (hart.mm === mm) hart.mm = null
}

function flushHart(k: Kernel, hart: number, va: number | null, asid: number | null): void {
  tlbFlush(k.machine, k.machine.harts[hart], va, asid)
  passOther(k, hart)
  if (k.events.tlbFlush !== undefined) emit(k, { kind: 'tlbFlush', hart, va, asid })
}

/** True when some TLB may hold entries of it: it ran in this generation. */
const mayBeCached = (k: Kernel, mm: Mm): boolean => mm.harts !== 0 && mm.asidGeneration === k.state.asids.generation

const FIRST_HART: readonly number[] = [0]
/** The harts whose TLBs may hold entries of it; the others among them are told by an interrupt. */
function hartsOf(k: Kernel, mm: Mm): readonly number[] {
  const { harts } = k.machine
  if (harts.length === 1) return FIRST_HART
  const ids = harts.map(hart => hart.id).filter(id => mm.harts & hartBit(id))
  for (const id of ids) if (id !== k.state.round.hart) k.state.harts[id].flushCalls++
  chargeShootdown(k, ids)
  return ids
}

/** After changing the leaf of one page: no hart may go on with the old one. */
export function flushPage(k: Kernel, mm: Mm, va: number): void {
  if (!mayBeCached(k, mm)) return
  for (const id of hartsOf(k, mm)) flushHart(k, id, va, mm.asid)
}

/** After changing many leaves of an address space. */
export function flushMm(k: Kernel, mm: Mm): void {
  if (!mayBeCached(k, mm)) return
  for (const id of hartsOf(k, mm)) flushHart(k, id, null, mm.asid)
}

function* pagesFrom(start: number, end: number): Iterable<number> {
  for (let va = start; va < end; va += PAGE_SIZE) yield va
}

/** Several pages with one message to each hart. */
function flushPages(k: Kernel, mm: Mm, pages: Iterable<number>): void {
  if (!mayBeCached(k, mm)) return
  const ids = hartsOf(k, mm)
  for (const va of pages) for (const id of ids) flushHart(k, id, va, mm.asid)
}

/** After changing leaves in [start, end). */
export function flushRange(k: Kernel, mm: Mm, start: number, end: number): void {
  if (end - start > FLUSH_PAGES_MAX * PAGE_SIZE) return flushMm(k, mm)
  flushPages(k, mm, pagesFrom(start, end))
}

/** After a fork took W from pages of the parent. */
export function flushLostWrites(k: Kernel, mm: Mm, lost: LostWrites): void {
  if (lost.count > FLUSH_PAGES_MAX) return flushMm(k, mm)
  flushPages(k, mm, lost.pages)
}
