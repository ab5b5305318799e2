// Record locks in order of their starts, in blocks that know how far they reach: whether one stands in the way is seen without a look at
// those that do not, and putting one in moves a block's worth of others. Locks of several owners overlap; those of one never do.
import { most64, type Int64 } from '../abi/index.ts'
import type { LockBlock, LockList, RecordLock } from './types.ts'

/** A block that has grown to this is cut in two. */
const BLOCK = 256

interface Range {
  start: Int64
  end: Int64
}

/** Locks that start at the same place are in the order in which they were made. */
const isBefore = (a: RecordLock, b: RecordLock): boolean => a.start < b.start || (a.start === b.start && a.order < b.order)

/** The first place of which `after` holds; it holds of all behind it. */
function search(length: number, after: (at: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (after(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function blockOf(locks: RecordLock[]): LockBlock {
  const block: LockBlock = { locks, end: -1, writeEnd: -1 }
  for (const lock of locks) reach(block, lock)
  return block
}

function reach(block: LockBlock, { end, write }: RecordLock): void {
  block.end = most64(block.end, end)
  if (write) block.writeEnd = most64(block.writeEnd, end)
}

/** The block where a lock is, or belongs. */
const blockFor = (list: LockList, lock: RecordLock): number => Math.max(0, search(list.length, at => isBefore(lock, list[at].locks[0])) - 1)

export function insertLock(list: LockList, lock: RecordLock): void {
  if (list.length === 0) {
    list.push(blockOf([lock]))
    return
  }
  const at = blockFor(list, lock)
  const block = list[at]
  const { locks } = block
  locks.splice(
    search(locks.length, i => isBefore(lock, locks[i])),
    0,
    lock,
  )
  if (locks.length < BLOCK) reach(block, lock)
  else list.splice(at, 1, blockOf(locks.slice(0, BLOCK / 2)), blockOf(locks.slice(BLOCK / 2)))
}

/** Takes out locks that are there. */
export function removeLocks(list: LockList, gone: readonly RecordLock[]): void {
  if (gone.length > BLOCK) {
    const all = new Set(gone)
    const rest = list.map(({ locks }) => blockOf(locks.filter(lock => !all.has(lock))))
    list.splice(0, list.length, ...rest.filter(({ locks }) => locks.length > 0))
    return
  }
  for (const lock of gone) {
    const at = blockFor(list, lock)
    const { locks } = list[at]
    const i = search(locks.length, place => !isBefore(locks[place], lock))
    if (locks[i] !== lock) throw new Error(`the lock of [${lock.start}, ${lock.end}) is not in its list`)
    locks.splice(i, 1)
    if (locks.length === 0) list.splice(at, 1)
    else if (lock.end === list[at].end || lock.end === list[at].writeEnd) list[at] = blockOf(locks)
  }
}

/** The first, by start, that shares a byte with the range and of which `stands` holds; with `writes` only locks for writing are looked at. */
export function firstLock(list: LockList, range: Range, writes: boolean, stands: (lock: RecordLock) => boolean): RecordLock | null {
  for (const block of list) {
    if (block.locks[0].start >= range.end) return null
    if ((writes ? block.writeEnd : block.end) <= range.start) continue
    for (const lock of block.locks) {
      if (lock.start >= range.end) return null
      if (lock.end > range.start && (lock.write || !writes) && stands(lock)) return lock
    }
  }
  return null
}

/** Those of a list of one owner that share a byte with the range or touch it. */
export function locksNear(list: LockList, range: Range): RecordLock[] {
  const near: RecordLock[] = []
  // They do not overlap, so they end in the order in which they start.
  const first = search(list.length, at => list[at].end >= range.start)
  for (let at = first; at < list.length && list[at].locks[0].start <= range.end; at++) {
    for (const lock of list[at].locks) if (lock.start <= range.end && lock.end >= range.start) near.push(lock)
  }
  return near
}

/** All locks of a list, in order. */
export function* eachLock(list: LockList): Generator<RecordLock> {
  for (const { locks } of list) yield* locks
}
