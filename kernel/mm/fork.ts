// Copy-on-write: fork shares every private frame read-only between parent and child; the first writer faults and gets a copy of its own.
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { flushLostWrites } from './asid.ts'
import { allocFrame, USE_TABLE } from './frames.ts'
import { copyRange, type LostWrites } from './pagetable.ts'
import { countTotal, inheritedFlags, releaseMm } from './space.ts'
import type { Mm, Region } from './types.ts'

/** Pages that can be faulted in again from a file or shared memory are not copied: the child finds them when it touches them. */
const mustCopy = (region: Region): boolean => !region.shared && !region.wipeOnFork && (region.inode === null || region.hasPrivate)

/** A copy of an address space as fork gives it to the child, with one holder. ENOMEM leaves the parent as it was. */
export function forkMm(k: Kernel, parent: Mm): Mm {
  const child: Mm = {
    ...parent,
    ...inheritedFlags(parent),
    root: allocFrame(k, USE_TABLE, true, parent.payer),
    users: 1,
    regions: [],
    freeBelow: Infinity,
    freeHole: 0,
    asid: 0,
    asidGeneration: 0,
    harts: 0,
    anonPages: 0,
    filePages: 0,
    shmemPages: 0,
    hugetlbPages: 0,
    peakPages: 0,
    totalPages: 0,
    peakTotalPages: 0,
    // Locks are not inherited (mlock(2)).
    lockedPages: 0,
    lockFuture: false,
    tablePages: 1,
  }
  if (child.exe) {
    k.mappedFiles.retain(child.exe)
    child.exe.running++
  }
  const lost: LostWrites = { count: 0, pages: [] }
  try {
    for (const region of parent.regions) {
      if (region.dontFork) continue
      const copy = { ...region, locked: false }
      if (copy.inode) k.mappedFiles.retain(copy.inode)
      child.regions.push(copy)
      countTotal(child, (region.end - region.start) / PAGE_SIZE)
      if (mustCopy(region)) copyRange(k, parent, child, region.start, region.end, lost)
    }
  } catch (error) {
    releaseMm(k, child)
    throw error
  } finally {
    flushLostWrites(k, parent, lost)
  }
  return child
}
