// An address space seen and changed by another process through /proc (mem, pagemap): as if its own program had touched it, but with
// the rights of a debugger (Linux FOLL_FORCE), so that neither PROT_NONE nor a read-only private page stands in the way.
import { frameAddress, PAGE_SIZE, PTE_V } from '../../vm/index.ts'
import { isErrno, PROT_WRITE, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { USE_CACHE, USE_ZERO } from './frames.ts'
import { HUGE_FRAMES, USER_END } from './limits.ts'
import { cachePage } from './pagecache.ts'
import { eachLeaf, frameOf, PTE_HUGE } from './pagetable.ts'
import { peekMm, pokeUser } from './peek.ts'
import { findRegion } from './regions.ts'
import type { Mm } from './types.ts'

/** Brings the file's page behind an address into memory. False: there is none. */
function bringPage(k: Kernel, mm: Mm, va: number): boolean {
  const region = va >= 0 && va < USER_END ? findRegion(mm, va) : null
  if (!region?.inode) return false
  const index = Math.floor((va - region.start + region.offset) / PAGE_SIZE)
  if (index * PAGE_SIZE >= region.inode.size) return false
  try {
    cachePage(k, region.inode, index)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  return true
}

/** Up to `length` bytes at `addr`: fewer where unmapped memory begins. */
export function readSpace(k: Kernel, mm: Mm, addr: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const part = peekMm(k, mm, addr + done, length - done)
    bytes.set(part, done)
    done += part.length
    if (done === length || !bringPage(k, mm, addr + done)) break
  }
  return bytes.subarray(0, done)
}

/** Writes bytes and answers how many. Private pages are copied first whatever their protection; shared ones must be writable. ENOMEM. */
export function writeSpace(k: Kernel, mm: Mm, addr: number, bytes: Uint8Array): number {
  let done = 0
  while (done < bytes.length) {
    const va = addr + done
    const region = va >= 0 && va < USER_END ? findRegion(mm, va) : null
    if (region === null || (region.shared && !(region.prot & PROT_WRITE))) break
    const part = bytes.subarray(done, done + Math.min(bytes.length - done, region.end - va))
    const count = pokeUser(k, mm, va, part)
    done += count
    if (count < part.length) break
  }
  return done
}

const ENTRY_BYTES = 8
const PRESENT = 1 << 31
const FILE_OR_SHARED = 1 << 29
const EXCLUSIVE = 1 << 24

/**
 * Entries of /proc/PID/pagemap for `count` pages from `first` on (Documentation/admin-guide/mm/pagemap.rst): present, of a file or
 * shared, mapped by one only and, for those who may see `frames`, the page's number. Soft-dirty bits are not kept.
 */
export function pageMap(k: Kernel, mm: Mm, first: number, count: number, frames: boolean): Uint8Array {
  const bytes = new Uint8Array(count * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  const start = first * PAGE_SIZE
  const { count: counts, use } = k.state.frames
  const ramPage = frameAddress(0) / PAGE_SIZE
  const put = (page: number, frame: number): void => {
    const at = (page - first) * ENTRY_BYTES
    if (at < 0 || at >= bytes.length) return
    const cached = use[frame] === USE_CACHE
    const mappings = counts[frame] - (cached ? 1 : 0)
    const flags = PRESENT | (cached ? FILE_OR_SHARED : 0) | (mappings === 1 && use[frame] !== USE_ZERO ? EXCLUSIVE : 0)
    const number = frames ? ramPage + frame : 0
    view.setUint32(at, number >>> 0, true)
    view.setUint32(at + 4, (flags | Math.floor(number / TWO_32)) >>> 0, true)
  }
  eachLeaf(k, mm, start, Math.min(start + count * PAGE_SIZE, USER_END), (va, _at, entry) => {
    if (!(entry & PTE_V)) return
    const pages = entry & PTE_HUGE ? HUGE_FRAMES : 1
    for (let i = 0; i < pages; i++) put(va / PAGE_SIZE + i, frameOf(entry) + i)
  })
  return bytes
}
