// Making, removing and re-protecting regions, and the heap. Addresses and lengths are whole pages here; the calls of programs
// (syscalls/memory.ts) have checked what they were given.
import { PAGE_SIZE, PTE_W } from '../../vm/index.ts'
import { EACCES, EINVAL, ENOMEM, PROT_EXEC, PROT_READ, PROT_WRITE, PR_MDWE_REFUSE_EXEC_GAIN, RLIMIT_AS, RLIMIT_DATA } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { flushRange } from './asid.ts'
import { checkCommit } from './commit.ts'
import { ownsRun, USE_ANON } from './frames.ts'
import { carve } from './huge.ts'
import { chargeKmem, KMEM } from './kmem.ts'
import { HUGE_PAGE, STACK_GUARD_GAP, USER_END } from './limits.ts'
import { writeBackLast } from './pagecache.ts'
import { eachLeaf, entryFor, frameOf, leafFlags, PTE_HUGE, zapRange } from './pagetable.ts'
import { cutsNeeded, findRegion, forgetGaps, joinAround, overlaps, regionIndex } from './regions.ts'
import { countTotal } from './space.ts'
import type { Mm, Region, RegionSpec } from './types.ts'

const PROT_ALL = PROT_READ | PROT_WRITE | PROT_EXEC

export const pageUp = (n: number): number => Math.ceil(n / PAGE_SIZE) * PAGE_SIZE
export const pageDown = (n: number): number => Math.floor(n / PAGE_SIZE) * PAGE_SIZE

/** Maps [start, start + length), replacing what was there; length is rounded up to pages. Pages come with the first touch. ENOMEM: too many regions. */
export function mapRegion(k: Kernel, mm: Mm, spec: RegionSpec): Region {
  const start = spec.start
  const end = start + pageUp(spec.length)
  if (start % PAGE_SIZE !== 0 || end <= start || end > USER_END || (spec.hugetlb && (start % HUGE_PAGE || end % HUGE_PAGE)))
    throw new Error(`mapping [${start}, ${end}): not whole pages of user space`)
  if (mm.regions.length + cutsNeeded(mm, start, end) >= k.state.sysctl.maxMapCount) throw ENOMEM
  unmapRange(k, mm, start, end)
  const region: Region = {
    start,
    end,
    prot: spec.prot & PROT_ALL,
    maxProt: spec.maxProt ?? PROT_ALL,
    shared: spec.shared ?? false,
    inode: spec.inode ?? null,
    offset: spec.offset ?? 0,
    path: spec.path ?? null,
    label: spec.label ?? '',
    growsDown: spec.growsDown ?? false,
    hasPrivate: false,
    locked: mm.lockFuture && !spec.hugetlb,
    dontFork: false,
    dontDump: false,
    wipeOnFork: false,
    noReserve: spec.noReserve ?? false,
    hugetlb: spec.hugetlb ?? false,
    thp: spec.thp ?? 'policy',
  }
  if (region.inode) k.mappedFiles.retain(k, region.inode)
  const index = regionIndex(mm, start)
  mm.regions.splice(index, 0, region)
  const pages = (end - start) / PAGE_SIZE
  countTotal(mm, pages)
  if (region.locked) mm.lockedPages += pages
  joinAround(k, mm, index, index + 1)
  return mm.regions[regionIndex(mm, start)]
}

/**
 * Removes every mapping in [start, end): whole pages. Holes are fine. ENOMEM: a cut would make too many regions, or split a huge page
 * with no frame left for its table; EINVAL: it would go through a page of MAP_HUGETLB.
 */
export function unmapRange(k: Kernel, mm: Mm, start: number, end: number): void {
  if (!overlaps(mm, start, end)) return
  const cuts = cutsNeeded(mm, start, end)
  if (cuts > 0 && mm.regions.length + cuts > k.state.sysctl.maxMapCount) throw ENOMEM
  const [first, last] = carve(k, mm, start, end)
  const gone = mm.regions.splice(first, last - first)
  forgetGaps(mm, end)
  for (const region of gone) if (region.shared) writeBackLast(k, region)
  if (zapRange(k, mm, start, end) > 0) flushRange(k, mm, start, end)
  for (const region of gone) {
    const pages = (region.end - region.start) / PAGE_SIZE
    countTotal(mm, -pages)
    if (region.locked) mm.lockedPages -= pages
    if (region.inode) k.mappedFiles.release(k, region.inode)
  }
}

/** What prctl(PR_SET_MDWE) forbids: becoming executable, or being so and writable. */
const gainsExec = (mm: Mm, region: Region, prot: number): boolean =>
  (mm.mdwe & PR_MDWE_REFUSE_EXEC_GAIN) !== 0 && (prot & PROT_EXEC) !== 0 && ((prot & PROT_WRITE) !== 0 || !(region.prot & PROT_EXEC))

/** mprotect: gives [start, end) another protection. EACCES where a shared mapping may not have it; ENOMEM at the first hole (what lies below it is done), or as for unmapRange, like EINVAL. */
export function protectRange(k: Kernel, mm: Mm, start: number, end: number, prot: number): void {
  if (mm.regions.length + cutsNeeded(mm, start, end) > k.state.sysctl.maxMapCount) throw ENOMEM
  // Refused at once it is not even cut.
  const head = findRegion(mm, start)
  if (head !== null && (prot & ~head.maxProt || gainsExec(mm, head, prot))) throw EACCES
  const [first, last] = carve(k, mm, start, end)
  let at = start
  try {
    for (let i = first; i < last; i++) {
      const region = mm.regions[i]
      if (region.start > at) throw ENOMEM
      if (prot & ~region.maxProt || gainsExec(mm, region, prot)) throw EACCES
      at = region.end
      if (region.prot === prot) continue
      region.prot = prot
      protectLeaves(k, mm, region)
    }
    if (at < end) throw ENOMEM
  } finally {
    joinAround(k, mm, first, last)
  }
}

/** Brings the leaves of a region in line with its protection. W stays, or comes back, only where nobody else can see the page. */
function protectLeaves(k: Kernel, mm: Mm, region: Region): void {
  const { ram32 } = k.machine
  const frames = k.state.frames
  let touched = false
  eachLeaf(k, mm, region.start, region.end, (_va, at, entry) => {
    const frame = frameOf(entry)
    const huge = entry & PTE_HUGE
    const own = huge ? ownsRun(k, frame) : frames.use[frame] === USE_ANON && frames.count[frame] === 1
    ram32[at] = entryFor(frame, leafFlags(region.prot, region.shared ? (entry & PTE_W) !== 0 : own) | huge)
    touched = true
  })
  if (touched) flushRange(k, mm, region.start, region.end)
}

/** Pages that count against RLIMIT_DATA: private and writable. */
function dataPages(mm: Mm): number {
  let pages = 0
  for (const region of mm.regions)
    if (!region.shared && region.prot & PROT_WRITE && !region.growsDown) pages += (region.end - region.start) / PAGE_SIZE
  return pages
}

/** ENOMEM when so many bytes more would pass RLIMIT_AS, or (`data`: private and writable) RLIMIT_DATA. */
export function checkGrowth(task: Task, mm: Mm, bytes: number, data: boolean): void {
  const limits = task.group.rlimits.soft
  if (mm.totalPages * PAGE_SIZE + bytes > limits[RLIMIT_AS]) throw ENOMEM
  if (data && limits[RLIMIT_DATA] !== Infinity && dataPages(mm) * PAGE_SIZE + bytes > limits[RLIMIT_DATA]) throw ENOMEM
}

/** brk(2): moves the end of the heap and answers where it is then; where that cannot be, the old end. */
export function setBrk(k: Kernel, task: Task, wanted: number): number {
  const mm = task.mm
  if (mm === null) throw new Error(`brk of task ${task.pid}, which has no address space`)
  if (!(wanted >= mm.brkStart && wanted < USER_END)) return mm.brk
  // The heap and initialised data share the limit (brk(2)); a heap that is larger than it by now does not get smaller by steps either.
  if (wanted - mm.brkStart + (mm.endData - mm.startData) > task.group.rlimits.soft[RLIMIT_DATA]) return mm.brk
  const from = pageUp(mm.brk)
  const to = pageUp(wanted)
  if (to < from && !shrinkHeap(k, mm, to, from)) return mm.brk
  if (to > from && !growHeap(k, task, mm, from, to)) return mm.brk
  mm.brk = wanted
  return wanted
}

function shrinkHeap(k: Kernel, mm: Mm, to: number, from: number): boolean {
  try {
    unmapRange(k, mm, to, from)
  } catch (error) {
    if (error === ENOMEM || error === EINVAL) return false
    throw error
  }
  return true
}

function growHeap(k: Kernel, task: Task, mm: Mm, from: number, to: number): boolean {
  const above = mm.regions[regionIndex(mm, from)]
  if (above !== undefined && (above.growsDown ? above.start - STACK_GUARD_GAP : above.start) < to + PAGE_SIZE) return false
  try {
    checkGrowth(task, mm, to - from, false)
    checkCommit(k, task, to - from)
    chargeKmem(k, KMEM.region, ENOMEM)
    mapRegion(k, mm, { start: from, length: to - from, prot: PROT_READ | PROT_WRITE })
  } catch (error) {
    if (error === ENOMEM) return false
    throw error
  }
  return true
}
