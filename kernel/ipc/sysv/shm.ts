// System V shared memory: a segment is a file in memory without a name, mapped by whoever attaches it (ipc/shm.c). How often it is
// attached is how many regions hold the file; so forks, exits and unmapped parts count by themselves.
import {
  CAP_IPC_LOCK,
  EINVAL,
  ENOMEM,
  ENOSPC,
  EPERM,
  RLIMIT_MEMLOCK,
  SHM_DEST,
  SHM_HUGETLB,
  SHM_HUGE_SHIFT,
  SHM_LOCKED,
  SHM_NORESERVE,
} from '../../abi/index.ts'
import { PAGE_SIZE } from '../../../vm/index.ts'
import { currentTask } from '../../current.ts'
import type { TaskId } from '../../ids.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, checkCommit, countFreeRuns, HUGE_PAGE, KMEM, neverOvercommits } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { freeIfUnused, newFileSystem, newInode, timestampNow, type Inode } from '../../vfs/index.ts'
import { forgetKey, ipcGet, removeObject, secondsNow } from './ids.ts'
import type { IpcNamespace, Segment } from './types.ts'

/** log2 of the one size of huge pages that there is. */
const HUGE_LOG = 21
const HUGE_LOG_MASK = 63

const pagesOf = (size: number): number => Math.ceil(size / PAGE_SIZE)
/** How often it is attached. */
export const attachesOf = ({ inode }: Segment): number => inode.refs

function segmentFile(k: Kernel, ns: IpcNamespace, id: number, size: number): Inode {
  // A device of their own, so that an inode's number is the segment's id, as tools look for it.
  ns.fs ??= newFileSystem(k.state.vfs, 'anon', 'shm')
  const inode = newInode(ns.fs, 'regular', 0o777, 0, 0, timestampNow(k))
  inode.ino = id
  inode.size = size
  return inode
}

/** shmget(2). EINVAL, ENOSPC, ENOMEM, EPERM and those of ipcGet. */
export function shmGet(k: Kernel, task: Task, key: number, size: number, flags: number): number {
  const ns = task.ns.ipc
  const { limits } = ns
  return ipcGet<Segment>(k, task, key, flags, {
    kind: 'shm',
    table: ns.shm,
    most: limits.shmmni,
    check() {
      if (size < 1 || BigInt(size) > limits.shmmax) throw EINVAL
      if (!Number.isSafeInteger(size)) throw ENOSPC
      if (BigInt(ns.shmPages + pagesOf(size)) > limits.shmall) throw ENOSPC
      if (flags & SHM_HUGETLB) checkHuge(k, size, flags)
      else if (!(flags & SHM_NORESERVE) || neverOvercommits(k)) checkCommit(k, task, size)
      if (size > Number.MAX_SAFE_INTEGER / 2) throw ENOMEM
      chargeKmem(k, 2 * KMEM.inode, ENOMEM)
    },
    make(id, base) {
      const inode = segmentFile(k, ns, id, size)
      const { tgid } = task.group
      const hugetlb = (flags & SHM_HUGETLB) !== 0
      const label = `/SYSV${(key >>> 0).toString(16).padStart(8, '0')} (deleted)`
      const segment: Segment = { ...base, size, label, inode, atime: 0, dtime: 0, cpid: tgid, lpid: 0, creator: task.id, hugetlb }
      inode.segment = segment
      ns.shmPages += pagesOf(size)
      return segment
    },
    fits(found) {
      if (found.size < size) throw EINVAL
    },
  })
}

/** Huge pages are of one size, and there have to be enough of them. */
function checkHuge(k: Kernel, size: number, flags: number): void {
  const log = (flags >>> SHM_HUGE_SHIFT) & HUGE_LOG_MASK
  if (log !== 0 && log !== HUGE_LOG) throw EINVAL
  if (!(flags & SHM_NORESERVE) && countFreeRuns(k.state.frames) < Math.ceil(size / HUGE_PAGE)) throw ENOMEM
}

/** Gone for good: its pages are free. */
function destroy(k: Kernel, ns: IpcNamespace, segment: Segment): void {
  removeObject(ns.shm, segment)
  ns.shmPages -= pagesOf(segment.size)
  const { inode } = segment
  inode.nlink = 0
  inode.segment = null
  freeIfUnused(k, inode)
}

/** Nobody has it attached, and it was removed, or goes with its last attach. */
const isDue = (ns: IpcNamespace, segment: Segment): boolean =>
  attachesOf(segment) === 0 && (ns.limits.shmRmidForced !== 0 || (segment.mode & SHM_DEST) !== 0)

/** IPC_RMID: at once, or with its last attach. */
export function removeSegment(k: Kernel, task: Task, segment: Segment): void {
  if (attachesOf(segment) === 0) return destroy(k, task.ns.ipc, segment)
  segment.mode |= SHM_DEST
  forgetKey(task.ns.ipc.shm, segment)
}

/** A region more maps the file of a segment (attached, forked, cut in two). */
export function attached(k: Kernel, segment: Segment): void {
  segment.atime = secondsNow(k)
  segment.lpid = currentTask(k.state)?.group.tgid ?? segment.lpid
}

/** A region less does. */
export function detached(k: Kernel, segment: Segment): void {
  segment.dtime = secondsNow(k)
  const task = currentTask(k.state)
  segment.lpid = task?.group.tgid ?? segment.lpid
  const { ipc } = (task ?? k.state).ns
  if (isDue(ipc, segment)) destroy(k, ipc, segment)
}

/** Segments that a task made outlive it, unless kernel.shm_rmid_forced is set. */
export function orphanSegments(k: Kernel, ns: IpcNamespace, id: TaskId): void {
  for (const segment of [...ns.shm.objects.values()]) {
    if (segment.creator !== id) continue
    segment.creator = null
    if (isDue(ns, segment)) destroy(k, ns, segment)
  }
}

/** kernel.shm_rmid_forced was set: what nobody has attached, and whose maker is gone, goes. */
export function destroyOrphans(k: Kernel, ns: IpcNamespace): void {
  for (const segment of [...ns.shm.objects.values()]) if (segment.creator === null && isDue(ns, segment)) destroy(k, ns, segment)
}

/** SHM_LOCK, SHM_UNLOCK: nothing is ever swapped out, so it is only remembered, within the limits of mlock. EPERM, ENOMEM. */
export function lockSegment(task: Task, segment: Segment, lock: boolean): void {
  const { credentials, group } = task
  const limit = group.rlimits.soft[RLIMIT_MEMLOCK]
  if (!capable(credentials, CAP_IPC_LOCK)) {
    if (credentials.euid !== segment.uid && credentials.euid !== segment.cuid) throw EPERM
    if (lock && limit === 0) throw EPERM
    if (lock && !(segment.mode & SHM_LOCKED) && segment.size > limit) throw ENOMEM
  }
  if (lock) segment.mode |= SHM_LOCKED
  else segment.mode &= ~SHM_LOCKED
}

/** Pages of a segment that are there. */
export const residentPages = ({ inode }: Segment): number => inode.pages.size
