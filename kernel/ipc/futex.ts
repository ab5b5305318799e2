// Futexes (futex(2)): sleeping until a word of memory changes, without the kernel knowing of the word until someone has to wait.
// A word is named by its address space and address, or, in shared memory, by the file and offset it is at.
import {
  EAGAIN,
  EFAULT,
  EINVAL,
  ERESTARTSYS,
  ERESTART_RESTARTBLOCK,
  ETIMEDOUT,
  FUTEX_OWNER_DIED,
  FUTEX_TID_MASK,
  FUTEX_WAITERS,
  PROT_WRITE,
  isErrno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkUser, findRegion, getI32, getI64, getU32, getU64, putU32, writableUser } from '../mm/index.ts'
import { newQueue, wakeTask, type WaitQueue } from '../sched/index.ts'
import { blocked, type SyscallResult } from '../waiting.ts'
import type { Task } from '../state.ts'
import type { Timestamp } from '../vfs/types.ts'
import { piKey, releasePiLocks } from './futex-pi.ts'

/** Entries of a robust list that are looked at: a program could make it endless (Linux ROBUST_LIST_LIMIT). */
const ROBUST_LIMIT = 2048
const WORD_BYTES = 4

/** When a wait gives up (ns, Infinity: never). `date`: that is when the clock shows this, which moves when the clock is set. */
export interface FutexTimeout {
  deadline: number
  date: Timestamp | null
}

/** What a waiter remembers between runs of its call. */
interface Waiting extends FutexTimeout {
  key: string
  bitset: number
  woken: boolean
}

export const isWaiting = (progress: Record<string, unknown>): progress is Record<string, unknown> & Waiting =>
  typeof progress.key === 'string'

/**
 * A word's name. EINVAL when misaligned. A private one is only a number, and nothing is asked of its page; a shared one's page is
 * looked up, for writing if `writes` and else if that may be: EFAULT where there is none, and, as it would have no name that
 * others know it by, where it is private memory that cannot be written (futex/core.c, get_futex_key).
 */
export function futexKey(k: Kernel, task: Task, address: number, isPrivate: boolean, writes = false): string {
  if (address % WORD_BYTES !== 0) throw EINVAL
  checkUser(address, WORD_BYTES)
  const own = `${task.mm?.root}@${address}`
  if (isPrivate) return own
  const region = task.mm && findRegion(task.mm, address)
  if (!region) throw EFAULT
  if (region.prot & PROT_WRITE) {
    if (writableUser(k, task, address, WORD_BYTES) < WORD_BYTES) throw EFAULT
  } else {
    getI32(k, task, address)
    if (writes || !region.inode) throw EFAULT
  }
  if (region.inode && (region.shared || (region.prot & PROT_WRITE) === 0)) {
    return `${region.inode.fs.dev}:${region.inode.ino}:${address - region.start + region.offset}`
  }
  return own
}

export function queueOf(k: Kernel, key: string): WaitQueue {
  let queue = k.state.futexes.get(key)
  if (queue === undefined) {
    queue = newQueue()
    k.state.futexes.set(key, queue)
  }
  return queue
}

export function forgetIfEmpty(k: Kernel, key: string): void {
  if (k.state.futexes.get(key)?.waiters.length === 0) k.state.futexes.delete(key)
}

/** Sleeps while the word is `value`. EAGAIN when it is not; ETIMEDOUT at the deadline (what the first run said counts). */
export function futexWait(
  k: Kernel,
  task: Task,
  address: number,
  isPrivate: boolean,
  value: number,
  bitset: number,
  timeout: FutexTimeout,
): SyscallResult {
  if (bitset === 0) throw EINVAL
  const before = task.call?.progress
  const again = before && isWaiting(before) ? before : null
  if (again) {
    forgetIfEmpty(k, again.key)
    if (again.woken) return 0
    if (k.state.time >= again.deadline) throw ETIMEDOUT
  }
  // What runs again after a signal that had no handler starts anew, but for the deadline: the word may be another by now.
  const { deadline, date } = again ?? timeout
  const key = futexKey(k, task, address, isPrivate)
  if (getI32(k, task, address) !== (value | 0)) throw EAGAIN
  if (k.state.time >= deadline) throw ETIMEDOUT
  const waiting: Waiting = { key, bitset, woken: false, deadline, date }
  // With a timeout it cannot be made again after a handler: the span would begin anew.
  const interrupted = deadline === Infinity ? ERESTARTSYS : ERESTART_RESTARTBLOCK
  return { ...blocked([queueOf(k, key)], interrupted, deadline), progress: { ...waiting } }
}

/**
 * Wakes up to `count` waiters, but at least one, whose bits meet `bitset`, longest waiting first; answers how many. EINVAL at one that
 * waits for ownership, or to be moved to where it will.
 */
export function futexWake(k: Kernel, key: string, count: number, bitset: number): number {
  const { futexes } = k.state
  const queue = futexes.get(key)
  if (queue === undefined) {
    if (futexes.size > 0 && futexes.has(piKey(key))) throw EINVAL
    return 0
  }
  let woken = 0
  for (const task of [...queue.waiters]) {
    if (woken > 0 && woken >= count) break
    const progress = task.call?.progress
    if (progress?.target !== undefined) throw EINVAL
    if (!progress || !isWaiting(progress) || (progress.bitset & bitset) === 0) continue
    progress.woken = true
    wakeTask(k, task)
    woken++
  }
  forgetIfEmpty(k, key)
  return woken
}

/** Wakes up to `wake` waiters of one word and has up to `move` more wait on another; answers both together. */
export function futexRequeue(k: Kernel, from: string, to: string, wake: number, move: number): number {
  const woken = wake === 0 ? 0 : futexWake(k, from, wake, -1)
  const queue = k.state.futexes.get(from)
  if (queue === undefined) return woken
  if (queue.waiters.slice(0, move).some(({ call }) => call?.progress.target !== undefined)) throw EINVAL
  if (from === to) return woken + Math.min(move, queue.waiters.length)
  const moved = queue.waiters.splice(0, move)
  const target = queueOf(k, to)
  for (const task of moved) {
    target.waiters.push(task)
    if (task.waiting) task.waiting.queues = [target]
    if (task.call) task.call.progress.key = to
  }
  forgetIfEmpty(k, from)
  forgetIfEmpty(k, to)
  return woken + moved.length
}

/** What a thread leaves behind in its address space, at exit and at exec: locks it held are marked and passed on, and the word that pthread_join waits for is cleared. */
export function futexExit(k: Kernel, task: Task): void {
  if (task.robustList !== 0) ignoringFaults(() => releaseRobustLocks(k, task))
  if (k.state.futexes.size > 0) releasePiLocks(k, task)
  if (task.clearChildTid !== 0) ignoringFaults(() => clearTid(k, task, task.clearChildTid))
  task.robustList = 0
  task.clearChildTid = 0
}

/** The program's own lists may point anywhere: a bad address ends the walk and nothing else. */
function ignoringFaults(action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function clearTid(k: Kernel, task: Task, address: number): void {
  putU32(k, task, address, 0)
  futexWake(k, futexKey(k, task, address, false), 1, -1)
}

/** Bit 0 of a link marks a lock with an owner that the kernel knows (futex-pi.ts). */
const isPi = (link: number): boolean => link % 2 !== 0
const entryOf = (link: number): number => link - (link % 2)

/** The list that set_robust_list(2) told of: from each entry the lock lies at a signed offset. */
function releaseRobustLocks(k: Kernel, task: Task): void {
  const head = task.robustList
  let link = getU64(k, task, head)
  const offset = getI64(k, task, head + 8)
  const pending = getU64(k, task, head + 16)
  for (let i = 0; i < ROBUST_LIMIT && entryOf(link) !== head; i++) {
    const entry = entryOf(link)
    // The next link is read first: once it is free the lock's memory may be used for something else.
    let next: number | null = null
    ignoringFaults(() => {
      next = getU64(k, task, entry)
    })
    if (entry !== entryOf(pending)) releaseLock(k, task, entry + offset, isPi(link), false)
    if (next === null) return
    link = next
  }
  if (entryOf(pending) !== 0) releaseLock(k, task, entryOf(pending) + offset, isPi(pending), true)
}

/** handle_futex_death: a lock that is the task's is marked. `wasPending`: it was about to be taken or was just given up. */
function releaseLock(k: Kernel, task: Task, address: number, pi: boolean, wasPending: boolean): void {
  if (address % WORD_BYTES !== 0) throw EINVAL
  const word = getU32(k, task, address)
  const wake = (): void => ignoringFaults(() => futexWake(k, futexKey(k, task, address, false), 1, -1))
  // It was given up but nobody was woken yet.
  if (wasPending && !pi && word === 0) wake()
  if ((word & FUTEX_TID_MASK) !== task.pid) return
  putU32(k, task, address, ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0)
  if (!pi && word & FUTEX_WAITERS) wake()
}
