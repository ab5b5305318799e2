// How much memory programs may promise themselves (vm.overcommit_memory): the guess that refuses only what can never be, no bound
// at all, or strict accounting, where everything that could be written counts as if it had been.
import { PAGE_SIZE } from '../../vm/index.ts'
import { CAP_SYS_ADMIN, ENOMEM, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { allSpaces } from './pagecache.ts'
import type { Mm, Region } from './types.ts'

const HEURISTIC = 0
const ALWAYS = 1
const NEVER = 2

const PERCENT = 100
const KIB_PER_PAGE = PAGE_SIZE / 1024
/** Linux keeps 3 % of the free memory of boot, 8 MiB at most, from those who are not root; and from a process a part of its size. */
const ADMIN_RESERVE_MAX = 2048
const RESERVE_PART = 32

/** Mode 2, in which MAP_NORESERVE means nothing. */
export const neverOvercommits = (k: Kernel): boolean => k.state.sysctl.overcommitMemory === NEVER

/** CommitLimit of /proc/meminfo, pages. */
export function commitLimit(k: Kernel): number {
  const { overcommitKbytes, overcommitRatio } = k.state.sysctl
  return Math.floor(overcommitKbytes > 0 ? overcommitKbytes / KIB_PER_PAGE : (k.state.frames.total * overcommitRatio) / PERCENT)
}

const isAdmin = (task: Task): boolean => Math.floor(task.credentials.capEffective / 2 ** CAP_SYS_ADMIN) % 2 === 1

const isCharged = (region: Region): boolean => !region.hugetlb && !region.noReserve && !region.shared && (region.prot & PROT_WRITE) !== 0

/** Private pages of one address space that count, which are those that a fork has to be good for. */
function chargedPages(mm: Mm): number {
  let pages = 0
  for (const region of mm.regions) if (isCharged(region)) pages += (region.end - region.start) / PAGE_SIZE
  return pages
}

/** Committed_AS of /proc/meminfo, pages: private writable memory, and each shared piece without a file once. */
export function committedPages(k: Kernel): number {
  const shared = new Set<object>()
  let pages = 0
  for (const mm of allSpaces(k)) {
    pages += chargedPages(mm)
    for (const { inode, path, shared: isShared } of mm.regions) {
      if (!isShared || inode === null || path !== null || shared.has(inode)) continue
      shared.add(inode)
      pages += Math.ceil(inode.size / PAGE_SIZE)
    }
  }
  return pages
}

/** ENOMEM when so many bytes more may not be promised to the task. Strict accounting counts everything anew: it costs time in each call. */
export function checkCommit(k: Kernel, task: Task, bytes: number): void {
  const { overcommitMemory } = k.state.sysctl
  if (overcommitMemory === ALWAYS) return
  const { total } = k.state.frames
  if (overcommitMemory === HEURISTIC) {
    if (bytes > total * PAGE_SIZE) throw ENOMEM
    return
  }
  const admin = isAdmin(task) ? 0 : Math.min(ADMIN_RESERVE_MAX, Math.floor(total / RESERVE_PART))
  const own = Math.min(Math.floor(total / RESERVE_PART), Math.floor((task.mm?.totalPages ?? 0) / RESERVE_PART))
  if (committedPages(k) + bytes / PAGE_SIZE >= commitLimit(k) - admin - own) throw ENOMEM
}

/** ENOMEM when a copy of an address space may not be promised. */
export function checkForkCommit(k: Kernel, task: Task, mm: Mm): void {
  if (neverOvercommits(k)) checkCommit(k, task, chargedPages(mm) * PAGE_SIZE)
}
