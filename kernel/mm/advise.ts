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
  MADV_FREE,
  MADV_KEEPONFORK,
  MADV_NORMAL,
  MADV_PAGEOUT,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MADV_RANDOM,
  MADV_REMOVE,
  MADV_SEQUENTIAL,
  MADV_WILLNEED,
  MADV_WIPEONFORK,
  PROT_WRITE,
  SIGKILL,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { flushRange } from './asid.ts'
import { populate } from './lock.ts'
import { punchCached } from './pagecache.ts'
import { zapRange } from './pagetable.ts'
import { isolate, joinAround } from './regions.ts'
import type { Mm, Region } from './types.ts'

/** Applied to each region, cut to the range that the advice is about. */
type Advice = (k: Kernel, task: Task, mm: Mm, region: Region) => void

const nothing: Advice = () => {}

/** Private pages are forgotten: the next touch finds zeroes, or the file. */
const discard: Advice = (k, _task, mm, region) => {
  if (region.locked) throw EINVAL
  if (zapRange(k, mm, region.start, region.end) > 0) flushRange(k, mm, region.start, region.end)
  region.hasPrivate = false
}

const free: Advice = (k, task, mm, region) => {
  if (region.inode !== null || region.shared) throw EINVAL
  discard(k, task, mm, region)
}

const remove: Advice = (k, _task, _mm, region) => {
  if (region.locked || region.inode === null) throw EINVAL
  if (!region.shared || !(region.maxProt & PROT_WRITE)) throw EACCES
  if (region.inode.fs.hostRoot !== null) throw EOPNOTSUPP
  punchCached(k, region.inode, region.offset, region.end - region.start)
}

const wipeOnFork: Advice = (_k, _task, _mm, region) => {
  if (region.inode !== null || region.shared) throw EINVAL
  region.wipeOnFork = true
}

const refuseLocked: Advice = (_k, _task, _mm, region) => {
  if (region.locked) throw EINVAL
}

const bringIn =
  (access: 'read' | 'write'): Advice =>
  (k, task, mm, region) => {
    const failure = populate(k, task, mm, region.start, region.end, access)
    if (failure !== null) throw failure.signal === SIGKILL ? ENOMEM : EFAULT
  }

const ADVICE: Readonly<Record<number, Advice>> = {
  [MADV_NORMAL]: nothing,
  [MADV_RANDOM]: nothing,
  [MADV_SEQUENTIAL]: nothing,
  [MADV_WILLNEED]: nothing,
  [MADV_DONTNEED]: discard,
  [MADV_FREE]: free,
  [MADV_REMOVE]: remove,
  [MADV_DONTFORK]: (_k, _task, _mm, region) => void (region.dontFork = true),
  [MADV_DOFORK]: (_k, _task, _mm, region) => void (region.dontFork = false),
  [MADV_DONTDUMP]: nothing,
  [MADV_DODUMP]: nothing,
  [MADV_WIPEONFORK]: wipeOnFork,
  [MADV_KEEPONFORK]: (_k, _task, _mm, region) => void (region.wipeOnFork = false),
  [MADV_COLD]: refuseLocked,
  [MADV_PAGEOUT]: refuseLocked,
  [MADV_POPULATE_READ]: bringIn('read'),
  [MADV_POPULATE_WRITE]: bringIn('write'),
}

/** True for advice that this kernel takes (huge and mergeable pages it has not). */
export const knowsAdvice = (advice: number): boolean => advice in ADVICE

/** Applies advice to the whole pages of [start, end). ENOMEM when there are holes, after doing the rest. */
export function advise(k: Kernel, task: Task, mm: Mm, start: number, end: number, advice: number): void {
  const apply = ADVICE[advice]
  if (apply === undefined) throw EINVAL
  const [first, last] = isolate(mm, start, end)
  let pages = 0
  try {
    for (let i = first; i < last; i++) {
      const region = mm.regions[i]
      apply(k, task, mm, region)
      pages += (region.end - region.start) / PAGE_SIZE
    }
  } finally {
    joinAround(k, mm, first, last)
  }
  if (pages * PAGE_SIZE < end - start) throw ENOMEM
}
