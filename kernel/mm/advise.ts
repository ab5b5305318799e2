// madvise(2): what a program may tell of its memory, one row per advice. Hints that change nothing here are rows that do nothing.
import { PAGE_SIZE } from '../../vm/index.ts'
import {
  EACCES,
  EFAULT,
  EINVAL,
  ENOMEM,
  EOPNOTSUPP,
  MADV_COLD,
  MADV_DODUMP,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_HUGEPAGE,
  MADV_KEEPONFORK,
  MADV_NOHUGEPAGE,
  MADV_NORMAL,
  MADV_PAGEOUT,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MADV_RANDOM,
  MADV_REMOVE,
  MADV_SEQUENTIAL,
  MADV_WILLNEED,
  MADV_WIPEONFORK,
  PROT_READ,
  PROT_WRITE,
  SIGKILL,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { flushRange } from './asid.ts'
import { carve } from './huge.ts'
import { HUGE_PAGE } from './limits.ts'
import { populate } from './lock.ts'
import { punchCached } from './pagecache.ts'
import { zapRange } from './pagetable.ts'
import { findRegion, joinAround, touched } from './regions.ts'
import type { Mm, Region } from './types.ts'

/** Applied to each region that the advice reaches: cut to the range that it is about... */
type Change = (k: Kernel, task: Task, mm: Mm, region: Region) => void
/** ...or left as it is, with the part of it that is meant: no huge page is split for a hint. */
type Hint = (k: Kernel, task: Task, mm: Mm, region: Region, start: number, end: number) => void
type Advice = { change: Change } | { hint: Hint; stopsAtHole?: boolean }

const nothing: Advice = { hint: () => {} }

/** Private pages are forgotten: the next touch finds zeroes, or the file. */
const discardLocked: Change = (k, _task, mm, region) => {
  if (zapRange(k, mm, region.start, region.end) > 0) flushRange(k, mm, region.start, region.end)
  region.hasPrivate = false
}

const discard: Change = (k, task, mm, region) => {
  if (region.locked) throw EINVAL
  discardLocked(k, task, mm, region)
}

const free: Change = (k, task, mm, region) => {
  if (region.inode !== null || region.shared || region.hugetlb) throw EINVAL
  discard(k, task, mm, region)
}

const remove: Change = (k, _task, _mm, region) => {
  if (region.locked || region.inode === null) throw EINVAL
  if (!region.shared || !(region.maxProt & PROT_WRITE)) throw EACCES
  if (region.inode.fs.hostRoot !== null) throw EOPNOTSUPP
  punchCached(k, region.inode, region.offset, region.end - region.start)
}

const wipeOnFork: Change = (_k, _task, _mm, region) => {
  if (region.inode !== null || region.shared || region.hugetlb) throw EINVAL
  region.wipeOnFork = true
}

const refuseLocked: Advice = {
  hint: (_k, _task, _mm, region) => {
    if (region.locked || region.hugetlb) throw EINVAL
  },
}

/** MADV_HUGEPAGE, MADV_NOHUGEPAGE: what counts is the next first touch; pages that are there stay what they are. */
const sized = (thp: Region['thp']): Advice => ({
  change: (_k, _task, _mm, region) => {
    if (region.hugetlb) throw EINVAL
    region.thp = thp
  },
})

const bringIn = (access: 'read' | 'write'): Advice => ({
  stopsAtHole: true,
  hint: (k, task, mm, region, start, end) => {
    if (!(region.prot & (access === 'write' ? PROT_WRITE : PROT_READ))) throw EINVAL
    const failure = populate(k, task, mm, start, end, access)
    if (failure !== null) throw failure.signal === SIGKILL ? ENOMEM : EFAULT
  },
})

const ADVICE: Readonly<Record<number, Advice>> = {
  [MADV_NORMAL]: nothing,
  [MADV_RANDOM]: nothing,
  [MADV_SEQUENTIAL]: nothing,
  [MADV_WILLNEED]: nothing,
  [MADV_DONTNEED]: { change: discard },
  [MADV_DONTNEED_LOCKED]: { change: discardLocked },
  [MADV_FREE]: { change: free },
  [MADV_REMOVE]: { change: remove },
  [MADV_DONTFORK]: { change: (_k, _task, _mm, region) => void (region.dontFork = true) },
  [MADV_DOFORK]: { change: (_k, _task, _mm, region) => void (region.dontFork = false) },
  [MADV_HUGEPAGE]: sized('huge'),
  [MADV_NOHUGEPAGE]: sized('small'),
  [MADV_DONTDUMP]: { change: (_k, _task, _mm, region) => void (region.dontDump = true) },
  [MADV_DODUMP]: { change: (_k, _task, _mm, region) => void (region.dontDump = false) },
  [MADV_WIPEONFORK]: { change: wipeOnFork },
  [MADV_KEEPONFORK]: { change: (_k, _task, _mm, region) => void (region.wipeOnFork = false) },
  [MADV_COLD]: refuseLocked,
  [MADV_PAGEOUT]: refuseLocked,
  [MADV_POPULATE_READ]: bringIn('read'),
  [MADV_POPULATE_WRITE]: bringIn('write'),
}

/** True for advice that this kernel takes (mergeable pages it has not, nor does it make huge pages of small ones). */
export const knowsAdvice = (advice: number): boolean => advice in ADVICE

/** MADV_DONTNEED keeps a page of MAP_HUGETLB of which it was told only the beginning (madvise(2)); one without its beginning is EINVAL. */
function withoutCutHugePage(mm: Mm, start: number, end: number): number {
  if (!findRegion(mm, end)?.hugetlb) return end
  const whole = end - (end % HUGE_PAGE)
  if (whole <= start && start % HUGE_PAGE !== 0) throw EINVAL
  return whole
}

/** Applies advice to the whole pages of [start, end). ENOMEM when there are holes, after doing the rest; EINVAL where it cuts a page of MAP_HUGETLB. */
export function advise(k: Kernel, task: Task, mm: Mm, start: number, end: number, advice: number): void {
  const row = ADVICE[advice]
  if (row === undefined) throw EINVAL
  if (advice === MADV_DONTNEED || advice === MADV_DONTNEED_LOCKED) end = withoutCutHugePage(mm, start, end)
  if (end <= start) return
  const [first, last] = 'change' in row ? carve(k, mm, start, end) : touched(mm, start, end)
  let pages = 0
  try {
    for (let i = first; i < last; i++) {
      const region = mm.regions[i]
      const from = Math.max(start, region.start)
      const to = Math.min(end, region.end)
      if ('hint' in row && row.stopsAtHole && from > start + pages * PAGE_SIZE) throw ENOMEM
      if ('change' in row) row.change(k, task, mm, region)
      else row.hint(k, task, mm, region, from, to)
      pages += (to - from) / PAGE_SIZE
    }
  } finally {
    joinAround(k, mm, first, last)
  }
  if (pages * PAGE_SIZE < end - start) throw ENOMEM
}
