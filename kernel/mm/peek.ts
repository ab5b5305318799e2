// Looking into (and, for a debugger, writing into) an address space from outside: /proc, views, breakpoints. Looking changes nothing: no page is mapped.
import { frameWritten, PAGE_SIZE, PTE_V, walk, type WalkStep } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { allocFrame, FRAME_DIRTY, releaseFrame, USE_ANON } from './frames.ts'
import { ownHugePage } from './hugefault.ts'
import { USER_END } from './limits.ts'
import { countPage, ensureLeaf, entryFor, frameOf, leafFlags, peekPte, setLeaf } from './pagetable.ts'
import { cachePage } from './pagecache.ts'
import { findRegion } from './regions.ts'
import { flushPage } from './asid.ts'
import type { Task } from '../state.ts'
import type { Inode } from '../vfs/types.ts'
import type { Mm, Region } from './types.ts'

const NOTHING = new Uint8Array(0)

/** RAM offset of the page's bytes, -1 where the program would find zeroes, null where it would fault or where the bytes are not in memory. */
function pageOf(k: Kernel, mm: Mm, page: number): number | null {
  const region = findRegion(mm, page)
  if (region === null) return null
  const entry = peekPte(k, mm, page)
  if (entry !== 0) return frameOf(entry) * PAGE_SIZE
  if (region.inode === null) return -1
  const index = (page - region.start + region.offset) / PAGE_SIZE
  if (index * PAGE_SIZE >= region.inode.size) return null
  const frame = region.inode.pages.get(index)
  if (frame !== undefined) return frame * PAGE_SIZE
  return region.inode.backing === null ? -1 : null
}

/** Bytes of a page of an image that nobody has touched yet: they can be had without touching it. */
function untouched(mm: Mm, page: number): Uint8Array | null {
  const region = findRegion(mm, page)
  const backing = region?.inode?.backing
  if (region === null || backing?.kind !== 'bytes') return null
  const offset = page - region.start + region.offset
  const bytes = new Uint8Array(PAGE_SIZE)
  bytes.set(backing.bytes.subarray(offset, offset + PAGE_SIZE))
  return bytes
}

/**
 * Up to `length` bytes of an address space as its program would read them, whatever their protection: fewer where unmapped memory
 * begins, or a page of a host file that was never read.
 */
export function peekMm(k: Kernel, mm: Mm, addr: number, length: number): Uint8Array {
  if (!(addr >= 0 && length > 0)) return NOTHING
  const bytes = new Uint8Array(Math.max(0, Math.min(length, USER_END - addr)))
  for (let done = 0; done < bytes.length;) {
    const va = addr + done
    const within = va % PAGE_SIZE
    const part = Math.min(bytes.length - done, PAGE_SIZE - within)
    const from = pageOf(k, mm, va - within)
    if (from === null) {
      const page = untouched(mm, va - within)
      if (page === null) return bytes.subarray(0, done)
      bytes.set(page.subarray(within, within + part), done)
    } else if (from >= 0) bytes.set(k.machine.ram.subarray(from + within, from + within + part), done)
    done += part
  }
  return bytes
}

/** `length` bytes of a task's memory without disturbing anything, or null where they are not all to be had that way. */
export function peekUser(k: Kernel, task: Task, addr: number, length: number): Uint8Array | null {
  if (task.mm === null) return null
  const bytes = peekMm(k, task.mm, addr, length)
  return bytes.length === length ? bytes : null
}

/**
 * Up to `length` bytes of a regular file from `offset` on as a program would read them now, without bringing a page into the cache:
 * a debugger that reads symbols leaves the machine as it was. What only the host has is asked of the host directly and not noted in
 * the journal, since nothing of the machine depends on the answer. null where the host does not give it (any more).
 */
export function peekFile(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array | null {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, inode.size - offset)))
  const { backing } = inode
  if (backing?.kind === 'bytes') bytes.set(backing.bytes.subarray(offset, offset + bytes.length))
  else if (backing?.kind === 'host') {
    const wanted = Math.max(0, Math.min(bytes.length, backing.size - offset))
    const read = wanted > 0 && inode.host !== null ? k.host.files.read(inode.host, offset, wanted) : NOTHING
    if (typeof read === 'string' || read.length < wanted) return null
    bytes.set(read)
  }
  // Pages in memory are newer than what they were filled from.
  for (const [index, frame] of inode.pages) {
    const at = index * PAGE_SIZE - offset
    if (at <= -PAGE_SIZE || at >= bytes.length) continue
    const page = k.machine.ram.subarray(frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE)
    bytes.set(page.subarray(Math.max(0, -at), Math.min(PAGE_SIZE, bytes.length - at)), Math.max(0, at))
  }
  return bytes
}

/**
 * Writes bytes as a debugger does: also where the program may not write. A private page gets its own copy first; a shared one is
 * written for all. Answers how many bytes were written before unmapped memory began. ENOMEM.
 */
export function pokeUser(k: Kernel, mm: Mm, addr: number, bytes: Uint8Array): number {
  for (let done = 0; done < bytes.length;) {
    const va = addr + done
    const within = va % PAGE_SIZE
    const page = va - within
    const region = va >= 0 && va < USER_END ? findRegion(mm, page) : null
    if (region === null) return done
    const from = (region.shared ? null : pageOf(k, mm, page)) ?? fileOffset(k, region, page)
    if (from === null) return done
    const frame = region.shared && from >= 0 ? from / PAGE_SIZE : ownPage(k, mm, region, page, from)
    const part = Math.min(bytes.length - done, PAGE_SIZE - within)
    k.machine.ram.set(bytes.subarray(done, done + part), frame * PAGE_SIZE + within)
    frameWritten(k.machine, frame)
    if (region.shared && !region.hugetlb) k.state.frames.flags[frame] |= FRAME_DIRTY
    done += part
  }
  return bytes.length
}

/** The page-table entries that the hardware reads for an address, root first. */
export const walkMm = (k: Kernel, mm: Mm, va: number): WalkStep[] => walk(k.machine, mm.root, va)

/** RAM offset of a file's page, read in for it; null beyond the file's end. */
function fileOffset(k: Kernel, region: Region, page: number): number | null {
  const index = (page - region.start + region.offset) / PAGE_SIZE
  if (region.inode === null || index * PAGE_SIZE >= region.inode.size) return null
  return cachePage(k, region.inode, index) * PAGE_SIZE
}

/** Frame of a private page that is this address space's alone, made from the bytes at RAM offset `from` (-1: zeroes) where it is not yet. */
function ownPage(k: Kernel, mm: Mm, region: Region, page: number, from: number): number {
  const huge = ownHugePage(k, mm, region, page)
  if (huge >= 0) return huge
  const frames = k.state.frames
  const at = ensureLeaf(k, mm, page)
  const entry = k.machine.ram32[at]
  const old = frameOf(entry)
  if (entry !== 0 && frames.use[old] === USE_ANON && frames.count[old] === 1) return old
  if (from >= 0) frames.pinned = from / PAGE_SIZE
  const frame = allocFrame(k, USE_ANON, true, mm.payer)
  if (from >= 0) k.machine.ram.copyWithin(frame * PAGE_SIZE, from, from + PAGE_SIZE)
  region.hasPrivate = true
  if (entry === 0) setLeaf(k, mm, at, frame, leafFlags(region.prot, false))
  else {
    countPage(k, mm, old, -1)
    k.machine.ram32[at] = entryFor(frame, leafFlags(region.prot, false))
    countPage(k, mm, frame, 1)
    releaseFrame(k, old)
    if (entry & PTE_V) flushPage(k, mm, page)
  }
  return frame
}
