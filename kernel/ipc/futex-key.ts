// Names of futexes, and the queues behind them. A word is named by its address space and address, or, in shared memory, by the file and
// offset it is at; who waits to own it has a queue of its own.
import { EFAULT, EINVAL, PROT_WRITE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkUser, findRegion, getI32, writableUser } from '../mm/index.ts'
import { newQueue, type WaitQueue } from '../sched/index.ts'
import type { Task } from '../state.ts'

export const WORD_BYTES = 4

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
  // Who says that it is private does not meet who does not, also in memory that nobody shares (FUT_OFF_MMSHARED).
  return `${own}+`
}

/** Now and then those are forgotten that nobody waits at any more: who was killed, or cut short, left one behind. */
const LEAST_SWEPT = 64

/** The queue of a name. Another one that is made may make an empty one be forgotten: who waits at several enters them when all are made. */
export function queueOf(k: Kernel, key: string): WaitQueue {
  const { futexes } = k.state
  let queue = futexes.get(key)
  if (queue === undefined) {
    const isPowerOfTwo = (futexes.size & (futexes.size - 1)) === 0
    if (futexes.size >= LEAST_SWEPT && isPowerOfTwo)
      for (const [other, { waiters }] of futexes) if (waiters.length === 0) futexes.delete(other)
    queue = newQueue()
    futexes.set(key, queue)
  }
  return queue
}

export function forgetIfEmpty(k: Kernel, key: string): void {
  if (k.state.futexes.get(key)?.waiters.length === 0) k.state.futexes.delete(key)
}

/** Waiters for ownership are never met by FUTEX_WAKE: they have queues of their own. */
const PREFIX = 'pi:'
export const piKey = (key: string): string => PREFIX + key
/** The futex whose ownership the queue of that key waits for; null: it waits for a wake. */
export const ownedFutex = (key: string): string | null => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : null)
