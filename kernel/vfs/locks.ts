// Locks on files: fcntl's byte ranges (owned by a process's descriptor table, or by a description for F_OFD_*) and flock's
// whole-file locks (owned by a description). Advisory: only askers meet them (fcntl(2), flock(2)).
import { least64, most64, type Int64 } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { FileDescription, FileLocks, FileTable, Inode } from './types.ts'

export type RecordLock = FileLocks['records'][number]
export type LockOwner = RecordLock['owner']

/** The inode's locks, made on first use. */
export const locksOf = (inode: Inode): FileLocks => (inode.locks ??= { records: [], flocks: [], queue: newQueue() })

interface Range {
  start: Int64
  end: Int64
}
const overlaps = (a: Range, b: Range) => a.start < b.end && b.start < a.end

/** A lock of somebody else that stands in the way, or null. */
export function conflictingLock(inode: Inode, wanted: RecordLock): RecordLock | null {
  return inode.locks?.records.find(l => l.owner !== wanted.owner && overlaps(l, wanted) && (l.write || wanted.write)) ?? null
}

/** What a call keeps that waits for a record lock, so that circles can be found. */
export interface LockWait {
  inode: Inode
  wanted: RecordLock
}
const waitOf = (task: Task): LockWait | undefined => task.call?.progress['lockWait'] as LockWait | undefined

/**
 * Would `owner`, if it waited for the holder of `blocker`, wait for itself in the end, by however many others (Linux gives up after
 * ten)? Locks of descriptions take no part: who holds one is not known.
 */
export function wouldDeadlock(k: Kernel, owner: FileTable, blocker: RecordLock): boolean {
  const seen = new Set<LockOwner>()
  const next: LockOwner[] = [blocker.owner]
  for (let holder = next.pop(); holder !== undefined; holder = next.pop()) {
    if (holder === owner) return true
    if (seen.has(holder)) continue
    seen.add(holder)
    for (const { threads } of k.state.groups.values()) {
      for (const thread of threads) {
        const wait = thread.files === holder ? waitOf(thread) : undefined
        const stands = wait && conflictingLock(wait.inode, wait.wanted)
        if (stands) next.push(stands.owner)
      }
    }
  }
  return false
}

/** Sets (or with `lock` null only clears) the owner's lock on a range: splits and joins what it already has. The caller looked for conflicts. */
export function setRecordLock(k: Kernel, inode: Inode, range: Range & { owner: LockOwner }, lock: RecordLock | null): void {
  const locks = locksOf(inode)
  const rest: RecordLock[] = []
  for (const old of locks.records) {
    if (old.owner !== range.owner || !overlaps(old, range)) {
      rest.push(old)
      continue
    }
    if (old.start < range.start) rest.push({ ...old, end: range.start })
    if (old.end > range.end) rest.push({ ...old, start: range.end })
  }
  let merged = lock
  if (merged) {
    for (let i = rest.length - 1; i >= 0; i--) {
      const near = rest[i]!
      if (near.owner !== merged.owner || near.write !== merged.write || near.end < merged.start || merged.end < near.start) continue
      merged = { ...merged, start: least64(near.start, merged.start), end: most64(near.end, merged.end) }
      rest.splice(i, 1)
    }
    rest.push(merged)
  }
  rest.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  locks.records = rest
  wakeAll(k, locks.queue)
}

/** Closing any descriptor of a file ends all record locks that the process has on it (fcntl(2)). */
export function dropRecordLocks(k: Kernel, inode: Inode, owner: LockOwner): void {
  const locks = inode.locks
  if (!locks || !locks.records.some(l => l.owner === owner)) return
  locks.records = locks.records.filter(l => l.owner !== owner)
  wakeAll(k, locks.queue)
}

/** Takes, changes or (write null) gives up the flock of a description. False: somebody else's stands in the way. */
export function setFlock(k: Kernel, file: FileDescription, write: boolean | null): boolean {
  const locks = locksOf(file.inode)
  const others = locks.flocks.filter(l => l.owner !== file)
  if (write !== null && others.some(l => l.write || write)) {
    // Changing a lock is not atomic in Linux: the old one is gone while waiting for the new one.
    if (others.length !== locks.flocks.length) {
      locks.flocks = others
      wakeAll(k, locks.queue)
    }
    return false
  }
  locks.flocks = write === null ? others : [...others, { owner: file, write }]
  wakeAll(k, locks.queue)
  return true
}

/** The description is gone. */
export function dropFlocks(k: Kernel, file: FileDescription): void {
  const locks = file.inode.locks
  if (!locks) return
  dropRecordLocks(k, file.inode, file)
  if (locks.flocks.some(l => l.owner === file)) setFlock(k, file, null)
}
