// Futexes (futex(2)): sleeping until a word of memory changes, without the kernel knowing of the word until someone has to wait.
// A word is named by its address space and address, or, in shared memory, by the file and offset it is at.
import { EAGAIN, EFAULT, EINVAL, ERESTARTSYS, ETIMEDOUT, FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { findRegion, getI32, getU32, getU64, putU32 } from '../mm/index.ts'
import { newQueue, wakeTask, type WaitQueue } from '../sched/index.ts'
import { blocked, type SyscallResult } from '../syscalls/define.ts'
import type { Task } from '../state.ts'

/** Entries of a robust list that are looked at: a program could make it endless (Linux ROBUST_LIST_LIMIT). */
const ROBUST_LIMIT = 2048
const WORD_BYTES = 4

/** What a waiter remembers between runs of its call. */
interface Waiting {
  key: string
  bitset: number
  woken: boolean
  deadline: number
}

const isWaiting = (progress: Record<string, unknown>): progress is Record<string, unknown> & Waiting => typeof progress.key === 'string'

/** EINVAL when misaligned, EFAULT outside of any mapping. */
export function futexKey(task: Task, address: number, isPrivate: boolean): string {
  if (address % WORD_BYTES !== 0) throw EINVAL
  const region = task.mm && findRegion(task.mm, address)
  if (!region) throw EFAULT
  if (!isPrivate && region.shared && region.inode) {
    return `${region.inode.fs.dev}:${region.inode.ino}:${address - region.start + region.offset}`
  }
  return `${task.mm?.root}@${address}`
}

function queueOf(k: Kernel, key: string): WaitQueue {
  let queue = k.state.futexes.get(key)
  if (queue === undefined) {
    queue = newQueue()
    k.state.futexes.set(key, queue)
  }
  return queue
}

function forgetIfEmpty(k: Kernel, key: string): void {
  if (k.state.futexes.get(key)?.waiters.length === 0) k.state.futexes.delete(key)
}

/** Sleeps while the word is `value`. EAGAIN when it is not; ETIMEDOUT at the deadline (absolute ns), which is asked for once. */
export function futexWait(
  k: Kernel,
  task: Task,
  address: number,
  isPrivate: boolean,
  value: number,
  bitset: number,
  deadlineOf: () => number,
): SyscallResult {
  if (bitset === 0) throw EINVAL
  const progress = task.call?.progress
  if (progress && isWaiting(progress)) {
    forgetIfEmpty(k, progress.key)
    if (progress.woken) return 0
    if (k.state.time >= progress.deadline) throw ETIMEDOUT
    return blocked([queueOf(k, progress.key)], ERESTARTSYS, progress.deadline)
  }
  const key = futexKey(task, address, isPrivate)
  const deadline = deadlineOf()
  if (getI32(k, task, address) !== (value | 0)) throw EAGAIN
  if (k.state.time >= deadline) throw ETIMEDOUT
  const waiting: Waiting = { key, bitset, woken: false, deadline }
  return { ...blocked([queueOf(k, key)], ERESTARTSYS, deadline), progress: { ...waiting } }
}

/** Wakes up to `count` waiters whose bits meet `bitset`, longest waiting first; answers how many. */
export function futexWake(k: Kernel, key: string, count: number, bitset: number): number {
  const queue = k.state.futexes.get(key)
  if (queue === undefined) return 0
  let woken = 0
  for (const task of [...queue.waiters]) {
    if (woken >= count) break
    const progress = task.call?.progress
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
  const woken = futexWake(k, from, wake, -1)
  const queue = k.state.futexes.get(from)
  if (queue === undefined || from === to) return woken
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

/** What a thread leaves behind at exit: locks it held are marked and passed on, and the word that pthread_join waits for is cleared. */
export function futexExit(k: Kernel, task: Task): void {
  if (task.robustList !== 0) ignoringFaults(() => releaseRobustLocks(k, task))
  if (task.clearChildTid !== 0) ignoringFaults(() => clearTid(k, task, task.clearChildTid))
  task.robustList = 0
  task.clearChildTid = 0
}

/** The program's own lists may point anywhere: a bad address ends the walk and nothing else. */
function ignoringFaults(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function clearTid(k: Kernel, task: Task, address: number): void {
  putU32(k, task, address, 0)
  futexWake(k, futexKey(task, address, false), 1, -1)
}

function releaseRobustLocks(k: Kernel, task: Task): void {
  const head = task.robustList
  const offset = getU64(k, task, head + 8)
  const pending = getU64(k, task, head + 16)
  let entry = getU64(k, task, head)
  for (let i = 0; i < ROBUST_LIMIT && entry !== head; i++) {
    // Bit 0 marks priority-inheriting locks, which are not supported.
    const next = getU64(k, task, entry - (entry % 2))
    if (entry !== pending) releaseLock(k, task, entry + offset)
    entry = next
  }
  if (pending !== 0) releaseLock(k, task, pending + offset)
}

function releaseLock(k: Kernel, task: Task, address: number): void {
  const word = getU32(k, task, address)
  if ((word & FUTEX_TID_MASK) !== task.pid) return
  putU32(k, task, address, ((word & FUTEX_WAITERS) | FUTEX_OWNER_DIED) >>> 0)
  if (word & FUTEX_WAITERS) futexWake(k, futexKey(task, address, false), 1, -1)
}
