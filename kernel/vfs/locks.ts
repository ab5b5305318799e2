// Locks on files: fcntl's byte ranges (owned by a process's descriptor table, or by a description for F_OFD_*) and flock's
// whole-file locks (owned by a description). Advisory: only askers meet them (fcntl(2), flock(2)).
import { least64, most64, type Int64 } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Kernel } from '../kernel.ts'
import { progressOf } from '../waiting.ts'
import { firstLock, insertLock, locksNear, removeLocks } from './lock-list.ts'
import type { FileDescription, FileLocks, FileTable, Inode, LockWaiting, LockWish, RecordLock } from './types.ts'

export type LockOwner = LockWish['owner']

/** The inode's locks, made on first use. */
export const locksOf = (inode: Inode): FileLocks =>
  (inode.locks ??= { all: [], count: 0, owned: new Map(), next: 0, flocks: new Map(), queue: newQueue() })

interface Range {
  start: Int64
  end: Int64
}

/** The first lock of somebody else that stands in the way, or null. */
export const conflictingLock = ({ locks }: Inode, wanted: LockWish): RecordLock | null =>
  locks === null || locks.owned.size === (locks.owned.has(wanted.owner) ? 1 : 0)
    ? null
    : firstLock(locks.all, wanted, !wanted.write, ({ owner }) => owner !== wanted.owner)

/** The tasks that wait for a record lock, by the descriptor table that would own it. */
function waitsByOwner(k: Kernel): Map<LockOwner, LockWaiting[]> {
  const waits = new Map<LockOwner, LockWaiting[]>()
  for (const task of k.state.tasks.values()) {
    const wait = progressOf(task, 'lock')
    if (!wait || !task.files) continue
    const others = waits.get(task.files)
    if (others) others.push(wait)
    else waits.set(task.files, [wait])
  }
  return waits
}

/**
 * Would `owner`, if it waited for the holder of `blocker`, wait for itself in the end, by however many others (Linux gives up after
 * ten)? Locks of descriptions take no part: who holds one is not known.
 */
export function wouldDeadlock(k: Kernel, owner: FileTable, blocker: RecordLock): boolean {
  const waits = waitsByOwner(k)
  const seen = new Set<LockOwner>()
  const next: LockOwner[] = [blocker.owner]
  for (let holder = next.pop(); holder !== undefined; holder = next.pop()) {
    if (holder === owner) return true
    if (seen.has(holder)) continue
    seen.add(holder)
    for (const { inode, wanted } of waits.get(holder) ?? []) {
      const stands = conflictingLock(inode, wanted)
      if (stands) next.push(stands.owner)
    }
  }
  return false
}

/** Sets (or with `wish` null only clears) the owner's lock on a range: splits and joins what it already has. The caller looked for conflicts. */
export function setRecordLock(k: Kernel, inode: Inode, range: Range & { owner: LockOwner }, wish: LockWish | null): void {
  const locks = locksOf(inode)
  const own = locks.owned.get(range.owner) ?? []
  const gone: RecordLock[] = []
  const made: LockWish[] = []
  let merged = wish
  let frees = false
  for (const old of locksNear(own, range)) {
    const shares = old.start < range.end && old.end > range.start
    if (merged && merged.write === old.write)
      merged = { ...merged, start: least64(old.start, merged.start), end: most64(old.end, merged.end) }
    else if (!shares) continue
    else {
      if (old.start < range.start) made.push({ ...old, end: range.start })
      if (old.end > range.end) made.push({ ...old, start: range.end })
      if (!wish?.write) frees = true
    }
    gone.push(old)
  }
  if (merged) made.push(merged)
  for (const list of [own, locks.all]) removeLocks(list, gone)
  locks.count += made.length - gone.length
  for (const lock of made) {
    const numbered = { ...lock, order: locks.next++ }
    for (const list of [own, locks.all]) insertLock(list, numbered)
  }
  if (own.length > 0) locks.owned.set(range.owner, own)
  else locks.owned.delete(range.owner)
  if (frees) wakeAll(k, locks.queue)
}

/** Closing any descriptor of a file ends all record locks that the process has on it (fcntl(2)). */
export function dropRecordLocks(k: Kernel, inode: Inode, owner: LockOwner): void {
  if (inode.locks?.owned.has(owner)) setRecordLock(k, inode, { owner, start: 0, end: Infinity }, null)
}

/** Takes, changes or (write null) gives up the flock of a description. False: somebody else's stands in the way. */
export function setFlock(k: Kernel, file: FileDescription, write: boolean | null, pid = 0): boolean {
  const { flocks, queue } = locksOf(file.inode)
  const had = flocks.get(file)
  if (had && had.write === write) return true
  const others = flocks.size - (had ? 1 : 0)
  // One for writing stands alone: if there is one, it is the first.
  const [other] = flocks.values()
  const stands = write !== null && others > 0 && (write || other.write)
  flocks.delete(file)
  if (write !== null && !stands) flocks.set(file, { write, pid })
  // Changing a lock is not atomic in Linux: the old one is gone while waiting for the new one.
  if (had) wakeAll(k, queue)
  return !stands
}

/** The description is gone. */
export function dropFlocks(k: Kernel, file: FileDescription): void {
  const { locks } = file.inode
  if (!locks) return
  dropRecordLocks(k, file.inode, file)
  if (locks.flocks.has(file)) setFlock(k, file, null)
}
