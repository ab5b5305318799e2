// Why is a page not there, read-only, shared? Answered from what is: the PTE, the frame's count and holders, the region. What
// happened to bring it about is the timeline's to tell.
import { PAGE_SIZE, PTE_V, PTE_W } from '../../vm/index.ts'
import {
  findRegion,
  FRAME_DIRTY,
  frameOf,
  HUGE_FRAMES,
  HUGE_PAGE,
  peekPte,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  PTE_HUGE,
  RLIMIT_STACK,
  USE_ANON,
  USE_CACHE,
  USE_HUGETLB,
  type Kernel,
  type Mm,
  type Region,
  type Task,
} from '../../kernel/index.ts'
import { hex } from '../hex.ts'
import { listed, plural } from './layout.ts'
import { inodeName, inodeNames } from './names.ts'
import { mappingsOf } from './owners.ts'

export type PageReason =
  | 'no region'
  | 'stack may grow'
  | 'no access'
  | 'never touched'
  | 'file page in cache'
  | 'file page not read'
  | 'beyond the file'
  | 'region read-only'
  | 'zero page'
  | 'copy-on-write'
  | 'last sharer'
  | 'file page private'
  | 'file page clean'
  | 'shared'

/** One answer: to which question, in a word, and in a sentence. */
export interface Why {
  about: 'not present' | 'read-only' | 'shared'
  reason: PageReason
  text: string
}

/** What a page is for the program, and why it is not more. */
export interface PageFacts {
  present: boolean
  writable: boolean
  /** Other pages that map the same frame, of this address space or another: address and tasks. */
  sharers: { pids: number[]; va: number }[]
  why: Why[]
}

const MOST_NAMED = 6

/** What is at a virtual address and why it may not be read or written: region, page table entry, frame and who shares it. */
export function explainPage(k: Kernel, task: Task, mm: Mm, va: number): PageFacts {
  const page = va - (va % PAGE_SIZE)
  const entry = peekPte(k, mm, page)
  const region = findRegion(mm, page)
  const present = (entry & PTE_V) !== 0
  const writable = present && (entry & PTE_W) !== 0
  if (entry === 0) return { present, writable, sharers: [], why: [whyAbsent(task, mm, region, page)] }
  const sharers = sharersOf(k, mm, page, entry)
  const why: Why[] = []
  if (!present) {
    why.push({
      about: 'not present',
      reason: 'no access',
      text: 'PROT_NONE: the frame is kept, but V is clear so that every access faults',
    })
  } else if (!writable && region !== null) why.push(whyReadOnly(k, region, entry, page, sharers))
  if (sharers.length > 0) why.push(whyShared(k, region, entry, sharers))
  return { present, writable, sharers, why }
}

/** The other pages on the same frame; of a huge page, on any of its frames. The page of zeroes is everybody's: its mappers say nothing. */
function sharersOf(k: Kernel, mm: Mm, page: number, entry: number): PageFacts['sharers'] {
  if (frameOf(entry) === k.state.frames.zero) return []
  const huge = (entry & PTE_HUGE) !== 0
  const first = huge ? page - (page % HUGE_PAGE) : page
  const head = huge ? frameOf(peekPte(k, mm, first)) : frameOf(entry)
  const mine = new Set([...k.state.tasks.values()].filter(t => t.mm === mm).map(t => t.pid))
  return mappingsOf(k, head, huge ? HUGE_FRAMES : 1)
    .filter(m => !(mine.has(m.pids[0]) && m.va >= first && m.va < first + (huge ? HUGE_PAGE : PAGE_SIZE)))
    .map(({ pids, va }) => ({ pids, va }))
}

const fileIndex = (region: Region, page: number): number => (page - region.start + region.offset) / PAGE_SIZE

function whyAbsent(task: Task, mm: Mm, region: Region | null, page: number): Why {
  const because = (reason: PageReason, text: string): Why => ({ about: 'not present', reason, text })
  if (region === null) {
    const above = mm.regions.find(r => r.start > page)
    const limit = task.group.rlimits.soft[RLIMIT_STACK]
    if (above?.growsDown && above.end - page <= limit) {
      return because('stack may grow', `no region yet: an access here is just below the stack, which may grow to it (limit ${limit} bytes)`)
    }
    return because('no region', 'no region covers the address: an access is a SIGSEGV with SEGV_MAPERR')
  }
  if ((region.prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0) {
    return because('no access', 'the region is PROT_NONE: an access is a SIGSEGV with SEGV_ACCERR')
  }
  if (region.inode === null) {
    return because('never touched', 'never touched: the first read will map the page of zeroes, the first write a frame of its own')
  }
  const index = fileIndex(region, page)
  if (index * PAGE_SIZE >= region.inode.size) {
    return because('beyond the file', `beyond the end of the file (${region.inode.size} bytes): an access is a SIGBUS with BUS_ADRERR`)
  }
  const frame = region.inode.pages.get(index)
  if (frame !== undefined) {
    return because(
      'file page in cache',
      `never touched here: page ${index} of the file is in the page cache (frame ${frame}) and will be mapped`,
    )
  }
  return because('file page not read', `never touched: page ${index} of the file is not in the page cache yet and will be read`)
}

function whyReadOnly(k: Kernel, region: Region, entry: number, page: number, sharers: PageFacts['sharers']): Why {
  const because = (reason: PageReason, text: string): Why => ({ about: 'read-only', reason, text })
  if (!(region.prot & PROT_WRITE))
    return because('region read-only', 'the region may not be written: a store is a SIGSEGV with SEGV_ACCERR')
  const frames = k.state.frames
  const frame = frameOf(entry)
  if (frame === frames.zero) return because('zero page', 'the page of zeroes, mapped by a read: the first write gets a frame of its own')
  const use = frames.use[frame]
  if (region.shared) {
    const state = frames.flags[frame] & FRAME_DIRTY ? 'dirty already' : 'clean'
    return because(
      'file page clean',
      `shared page of a file, ${state}: mapped without W so that the first write through this PTE is noticed`,
    )
  }
  if (use === USE_CACHE) {
    return because(
      'file page private',
      `private mapping of a file: page ${fileIndex(region, page)} is the page cache's, the first write makes a copy`,
    )
  }
  if ((use === USE_ANON || use === USE_HUGETLB) && sharers.length > 0) {
    return because('copy-on-write', `copy-on-write: the frame is shared with ${othersText(sharers)}, the first to write copies it`)
  }
  return because('last sharer', 'the others who shared the frame have copied it or are gone: the next write only sets W')
}

function whyShared(k: Kernel, region: Region | null, entry: number, sharers: PageFacts['sharers']): Why {
  const frame = frameOf(entry)
  const inode = region?.inode ?? null
  const how =
    k.state.frames.use[frame] === USE_CACHE && inode !== null
      ? `page of the file ${inodeName(inodeNames(k), inode)}`
      : region?.shared
        ? 'shared memory'
        : 'inherited by fork, not written since'
  return { about: 'shared', reason: 'shared', text: `${how}: also mapped by ${othersText(sharers)}` }
}

/** `3 others: pid 5 at 0x40000, ...`. */
function othersText(sharers: PageFacts['sharers']): string {
  const named = sharers.slice(0, MOST_NAMED).map(s => `pid ${s.pids.join('+')} at ${hex(s.va)}`)
  const rest = sharers.length - named.length
  return `${plural(sharers.length, 'other')}: ${listed(rest > 0 ? [...named, `${rest} more`] : named)}`
}
