// What a page fault means: a first touch, a copy-on-write, a stack that grows, or a mistake of the program's that ends in a signal.
// Called for traps of the hardware and by the kernel's own copies to and from programs.
import { moveReservation, PAGE_SIZE, PTE_W, type Access } from '../../vm/index.ts'
import {
  BUS_ADRERR,
  ENOMEM,
  isErrno,
  PROT_EXEC,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
  RLIMIT_AS,
  RLIMIT_STACK,
  SEGV_ACCERR,
  SEGV_MAPERR,
  SIGBUS,
  SIGKILL,
  SIGSEGV,
  SI_KERNEL,
} from '../abi/index.ts'
import { emit, type EventOf } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { chargeCopy, chargeFault, enter, leave, PATH } from '../timing/index.ts'
import { flushPage } from './asid.ts'
import { allocFrame, FRAME_DIRTY, retainFrame, releaseFrame, USE_ANON } from './frames.ts'
import { hugeFault } from './hugefault.ts'
import { FAULT_AROUND_PAGES, MMAP_MIN, STACK_GUARD_GAP, USER_END } from './limits.ts'
import { countPage, ensureLeaf, entryFor, frameOf, isBlockEmpty, leafAt, leafFlags, PTE_HUGE, setLeaf } from './pagetable.ts'
import { cachePage } from './pagecache.ts'
import { regionIndex } from './regions.ts'
import { countTotal } from './space.ts'
import type { Inode } from '../vfs/types.ts'
import type { FaultSignal, Mm, Region } from './types.ts'

const FAULT_MAPERR: FaultSignal = { signal: SIGSEGV, code: SEGV_MAPERR }
const FAULT_ACCERR: FaultSignal = { signal: SIGSEGV, code: SEGV_ACCERR }
const FAULT_BEYOND_FILE: FaultSignal = { signal: SIGBUS, code: BUS_ADRERR }
/** No frame is left: the program is killed. */
export const FAULT_OOM: FaultSignal = { signal: SIGKILL, code: SI_KERNEL }

type How = EventOf<'fault'>['how']

/** Protection that permits an access; writable pages can also be read. */
const needOf = (access: Access): number => (access === 'write' ? PROT_WRITE : access === 'read' ? PROT_READ | PROT_WRITE : PROT_EXEC)

/**
 * Makes `va` of an address space accessible for the task, or says with which signal the access ends. After null the same instruction runs
 * again. `va` may be any number. The space is the task's own, but for one that exec builds.
 */
export function handleFault(k: Kernel, task: Task, mm: Mm | null, va: number, access: Access): FaultSignal | null {
  const row = enter(k, PATH.fault, task)
  const failure = serve(k, task, mm, va, access)
  if (row !== null && mm !== null) chargeFault(k, mm.root, leafAt(k.machine.ram32, mm.root, va))
  leave(k, row)
  return failure
}

function serve(k: Kernel, task: Task, mm: Mm | null, va: number, access: Access): FaultSignal | null {
  let failure: FaultSignal | null = FAULT_MAPERR
  if (mm !== null && va >= 0 && va < USER_END) {
    const page = va - (va & (PAGE_SIZE - 1))
    let region: Region | undefined = mm.regions[regionIndex(mm, va)]
    let grew = false
    if (region !== undefined && region.start > va) {
      grew = growStack(task, mm, region, page)
      if (!grew) region = undefined
    }
    if (region !== undefined) {
      if (region.prot & needOf(access)) failure = fill(k, task, mm, region, page, va, access, grew)
      else failure = FAULT_ACCERR
    }
  }
  if (failure !== null && k.events.fault !== undefined) emit(k, { kind: 'fault', task, va, access, how: 'signal' })
  return failure
}

/** Extends a stack region down to `page` where its limit and the guard gap below allow. */
function growStack(task: Task, mm: Mm, region: Region, page: number): boolean {
  if (!region.growsDown || page < MMAP_MIN) return false
  const limits = task.group.rlimits.soft
  const pages = (region.start - page) / PAGE_SIZE
  if (region.end - page > limits[RLIMIT_STACK] || (mm.totalPages + pages) * PAGE_SIZE > limits[RLIMIT_AS]) return false
  const below = mm.regions[regionIndex(mm, region.start) - 1]
  if (below !== undefined && !below.growsDown && below.prot !== PROT_NONE && page - below.end < STACK_GUARD_GAP) return false
  if (below !== undefined && below.end > page) return false
  region.start = page
  countTotal(mm, pages)
  if (region.locked) mm.lockedPages += pages
  return true
}

function fill(k: Kernel, task: Task, mm: Mm, region: Region, page: number, va: number, access: Access, grew: boolean): FaultSignal | null {
  try {
    const { ram32 } = k.machine
    const known = leafAt(ram32, mm.root, page)
    const mayBeHuge = region.hugetlb || (known >= 0 && ram32[known] & PTE_HUGE) || (access === 'write' && isBlockEmpty(k, known))
    let how: How | 'small' | null = mayBeHuge ? hugeFault(k, task, mm, region, page, access) : 'small'
    let major = false
    if (how === 'small') {
      const at = mayBeHuge || known < 0 ? ensureLeaf(k, mm, page) : known
      const entry = ram32[at]
      major = entry === 0 && readsHost(region, page)
      if (entry === 0)
        how = region.inode === null ? fillAnonymous(k, mm, region, at, access) : fillFromFile(k, mm, region, region.inode, page, at, access)
      else if (access === 'write' && !(entry & PTE_W)) how = breakSharing(k, task, mm, region, page, at, entry)
      else how = restore(k, mm, region, page, at, entry)
    }
    if (how === null) return FAULT_BEYOND_FILE
    if (major) {
      task.usage.majorFaults++
      k.state.counts.majorFaults++
    } else {
      task.usage.minorFaults++
      k.state.counts.minorFaults++
    }
    if (k.events.fault !== undefined) emit(k, { kind: 'fault', task, va, access, how: grew ? 'stack' : how })
    return null
  } catch (error) {
    if (error === ENOMEM) return FAULT_OOM
    // The file's bytes cannot be had from the host, or there is no huge page for MAP_HUGETLB.
    if (isErrno(error)) return FAULT_BEYOND_FILE
    throw error
  }
}

const pageIndex = (region: Region, page: number): number => (page - region.start + region.offset) / PAGE_SIZE

/** A major fault waits for the world outside: here, for a page of a host file that was not read yet. */
const readsHost = (region: Region, page: number): boolean =>
  region.inode !== null && region.inode.backing?.kind === 'host' && !region.inode.pages.has(pageIndex(region, page))

/** First touch of anonymous memory: reading gets the shared page of zeroes, writing a frame of one's own. */
function fillAnonymous(k: Kernel, mm: Mm, region: Region, at: number, access: Access): How {
  if (access === 'write') {
    setLeaf(k, mm, at, allocFrame(k, USE_ANON, true, mm.payer), leafFlags(region.prot, true))
  } else {
    const zero = k.state.frames.zero
    retainFrame(k, zero)
    setLeaf(k, mm, at, zero, leafFlags(region.prot, false))
  }
  return 'zero'
}

/** First touch of a page of a file. null: it lies beyond the file's end. */
function fillFromFile(k: Kernel, mm: Mm, region: Region, inode: Inode, page: number, at: number, access: Access): How | null {
  const index = pageIndex(region, page)
  if (index * PAGE_SIZE >= inode.size) return null
  const cached = cachePage(k, inode, index)
  if (access === 'write' && !region.shared) {
    region.hasPrivate = true
    setLeaf(k, mm, at, copyOf(k, cached, mm.payer), leafFlags(region.prot, true))
    return 'cow'
  }
  retainFrame(k, cached)
  // A shared page is mapped without W until it is written: then it is known to be dirty.
  if (access === 'write') {
    k.state.frames.flags[cached] |= FRAME_DIRTY
    k.mappedFiles.modified(k, inode)
  }
  setLeaf(k, mm, at, cached, leafFlags(region.prot, access === 'write'))
  if (access !== 'write') mapNeighbours(k, mm, region, inode, page, at)
  return 'file'
}

/** Maps the pages around a fault that are in the page cache already: programs run through files in order. */
function mapNeighbours(k: Kernel, mm: Mm, region: Region, inode: Inode, page: number, at: number): void {
  const ram32 = k.machine.ram32
  const flags = leafFlags(region.prot, false)
  const window = FAULT_AROUND_PAGES * PAGE_SIZE
  const low = page - (page & (window - 1))
  const start = Math.max(low, region.start)
  const end = Math.min(low + window, region.end, region.start - region.offset + Math.ceil(inode.size / PAGE_SIZE) * PAGE_SIZE)
  // A window never crosses a page table: its leaves lie side by side, two words each.
  let leaf = at - ((page - start) / PAGE_SIZE) * 2
  let index = pageIndex(region, start)
  for (let va = start; va < end; va += PAGE_SIZE, leaf += 2, index++) {
    if (ram32[leaf] !== 0) continue
    const frame = inode.pages.get(index)
    if (frame === undefined) continue
    retainFrame(k, frame)
    setLeaf(k, mm, leaf, frame, flags)
  }
}

/** A write to a mapped page without W. */
function breakSharing(k: Kernel, task: Task, mm: Mm, region: Region, page: number, at: number, entry: number): How {
  const { ram32 } = k.machine
  const frames = k.state.frames
  const old = frameOf(entry)
  const flags = leafFlags(region.prot, true)
  if (region.shared) {
    frames.flags[old] |= FRAME_DIRTY
    if (region.inode !== null) k.mappedFiles.modified(k, region.inode)
    ram32[at] = entryFor(old, flags)
    flushPage(k, mm, page)
    return 'reuse'
  }
  if (frames.use[old] === USE_ANON && frames.count[old] === 1) {
    // The others have made their copies or are gone: this one is ours alone.
    ram32[at] = entryFor(old, flags)
    flushPage(k, mm, page)
    return 'reuse'
  }
  const wasZero = old === frames.zero
  const copy = wasZero ? allocFrame(k, USE_ANON, true, mm.payer) : copyOf(k, old, mm.payer)
  if (region.inode !== null) region.hasPrivate = true
  countPage(k, mm, old, -1)
  ram32[at] = entryFor(copy, flags)
  countPage(k, mm, copy, 1)
  releaseFrame(k, old)
  flushPage(k, mm, page)
  if (task.onHart >= 0) moveReservation(k.machine, k.machine.harts[task.onHart], old, copy)
  if (wasZero) return 'zero'
  k.state.counts.cowCopies++
  if (k.events.cowCopy !== undefined) emit(k, { kind: 'cowCopy', task, va: page, from: old, to: copy, pages: 1 })
  return 'cow'
}

/** A new anonymous frame with the same bytes. */
function copyOf(k: Kernel, frame: number, payer: number): number {
  // Held, so that making room cannot give it back.
  retainFrame(k, frame)
  try {
    const copy = allocFrame(k, USE_ANON, false, payer)
    k.machine.ram.copyWithin(copy * PAGE_SIZE, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)
    chargeCopy(k, frame, copy)
    return copy
  } finally {
    releaseFrame(k, frame)
  }
}

/** The page is there and the region permits the access: someone else was first, or a TLB is behind. */
function restore(k: Kernel, mm: Mm, region: Region, page: number, at: number, entry: number): How {
  k.machine.ram32[at] = entryFor(frameOf(entry), leafFlags(region.prot, (entry & PTE_W) !== 0))
  flushPage(k, mm, page)
  return 'spurious'
}
