// Copy-on-write: fork shares every private frame read-only between parent and child; the first writer faults and gets a copy of its own.
import { PAGE_SIZE } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { flushLostWrites } from './asid.ts'
import { copyRange, type LostWrites } from './pagetable.ts'
import { countTotal, inheritFlags, newMm, releaseMm } from './space.ts'
import type { Mm, Region } from './types.ts'

/** Pages that can be faulted in again from a file or shared memory are not copied: the child finds them when it touches them. */
const mustCopy = (region: Region): boolean => !region.shared && !region.wipeOnFork && (region.inode === null || region.hasPrivate)

/** A copy of an address space as fork gives it to the child, with one holder. ENOMEM leaves the parent as it was. */
export function forkMm(k: Kernel, parent: Mm): Mm {
  // One by one, as `newMm` lays them out: spread, they cost a fork a microsecond, and make a record of another shape. Locks are not
  // inherited (mlock(2)).
  const child = newMm(k, parent.payer)
  inheritFlags(child, parent)
  child.barriers = parent.barriers
  child.brkStart = parent.brkStart
  child.brk = parent.brk
  child.mmapBase = parent.mmapBase
  child.vdso = parent.vdso
  child.startCode = parent.startCode
  child.endCode = parent.endCode
  child.startData = parent.startData
  child.endData = parent.endData
  child.startStack = parent.startStack
  child.argStart = parent.argStart
  child.argEnd = parent.argEnd
  child.envStart = parent.envStart
  child.envEnd = parent.envEnd
  child.auxv = parent.auxv
  child.exe = parent.exe
  child.exePath = parent.exePath
  if (child.exe) {
    k.mappedFiles.retain(k, child.exe)
    child.exe.running++
  }
  const lost: LostWrites = { count: 0, pages: [] }
  try {
    for (const region of parent.regions) {
      if (region.dontFork) continue
      const copy = { ...region, locked: false }
      if (copy.inode) k.mappedFiles.retain(k, copy.inode)
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
