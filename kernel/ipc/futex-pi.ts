// Futexes that know their owner (FUTEX_LOCK_PI): the word holds the owner's thread id, and the kernel hands it to who waits next, also
// when the owner dies. The owner is not lent the waiter's priority.
import {
  EAGAIN,
  EDEADLK,
  EINVAL,
  EPERM,
  ERESTARTNOINTR,
  ESRCH,
  ETIMEDOUT,
  FUTEX_OWNER_DIED,
  FUTEX_TID_MASK,
  FUTEX_WAITERS,
  isErrno,
  type Errno,
} from '../abi/index.ts'
import { findTask } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import { isMoreUrgent, wakeTask, type WaitQueue } from '../sched/index.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import type { Task } from '../state.ts'
import { forgetIfEmpty, futexKey, ownedFutex, piKey, queueOf } from './futex-key.ts'
import type { FutexLocking, FutexTimeout } from './types.ts'

export const isSomebody = (k: Kernel, pid: number): boolean => {
  const task = findTask(k.state.ns, pid)
  return task !== null && task.state !== 'Z' && task.state !== 'X'
}

/** It slept for ownership: has it got that? A signal makes an errno of it. ETIMEDOUT. */
export function waitForLock(k: Kernel, { lock, granted, deadline }: FutexLocking, interrupted: Errno): SyscallResult {
  forgetIfEmpty(k, lock)
  if (granted) return 0
  if (k.state.time >= deadline) throw ETIMEDOUT
  return blocked([queueOf(k, lock)], interrupted, deadline)
}

/** FUTEX_LOCK_PI, and with `waits` false FUTEX_TRYLOCK_PI. EDEADLK, ESRCH (the word names nobody), EAGAIN, ETIMEDOUT, EFAULT, EINVAL. */
export function lockPi(k: Kernel, task: Task, address: number, isPrivate: boolean, waits: boolean, timeout: FutexTimeout): SyscallResult {
  const again = progressOf(task, 'futexLock')
  if (again) return waitForLock(k, again, ERESTARTNOINTR)
  const key = futexKey(k, task, address, isPrivate, true)
  // Somebody waits here who does not wait for ownership.
  if (k.state.futexes.has(key)) throw EINVAL
  const lock = piKey(key)
  const word = getU32(k, task, address)
  const owner = word & FUTEX_TID_MASK
  if (owner === task.pid) throw EDEADLK
  const contended = (k.state.futexes.get(lock)?.waiters.length ?? 0) > 0
  if (owner === 0 && !contended) {
    putU32(k, task, address, ((word & FUTEX_OWNER_DIED) | task.pid) >>> 0)
    return 0
  }
  // The word says so from here on, whether or not anybody waits in the end.
  putU32(k, task, address, (word | FUTEX_WAITERS) >>> 0)
  if (owner !== 0 && !isSomebody(k, owner)) throw ESRCH
  if (!waits) throw EAGAIN
  const { deadline, date } = timeout
  if (k.state.time >= deadline) throw ETIMEDOUT
  const progress: FutexLocking = { call: 'futexLock', lock, address, granted: false, deadline, date }
  return { ...blocked([queueOf(k, lock)], ERESTARTNOINTR, deadline), progress }
}

/** Who is next: the most urgent (deadlines, then real-time priorities), then who has waited longest. */
function nextOwner(k: Kernel, queue: WaitQueue): Task | undefined {
  let next: Task | undefined
  for (const task of queue.waiters) if (next === undefined || isMoreUrgent(k, task.sched, next.sched)) next = task
  return next
}

/** Makes the next waiter the owner; false: nobody waits. `bits` go into the word. */
function handOver(k: Kernel, lock: string, bits: number): boolean {
  const queue = k.state.futexes.get(lock)
  const next = queue && nextOwner(k, queue)
  const progress = next && progressOf(next, 'futexLock')
  if (!next || !progress) return false
  progress.granted = true
  putU32(k, next, progress.address, (bits | FUTEX_WAITERS | next.pid) >>> 0)
  wakeTask(k, next)
  forgetIfEmpty(k, lock)
  return true
}

/** FUTEX_UNLOCK_PI. EPERM unless the caller owns it; EINVAL as above. */
export function unlockPi(k: Kernel, task: Task, address: number, isPrivate: boolean): number {
  const key = futexKey(k, task, address, isPrivate, true)
  const lock = piKey(key)
  const word = getU32(k, task, address)
  if ((word & FUTEX_TID_MASK) !== task.pid) throw EPERM
  if (k.state.futexes.has(key)) throw EINVAL
  if (!handOver(k, lock, 0)) putU32(k, task, address, 0)
  return 0
}

/** The owner ends: whoever waits for a word that names it gets that word, marked. */
export function releasePiLocks(k: Kernel, task: Task): void {
  for (const [lock, { waiters }] of [...k.state.futexes]) {
    if (!ownedFutex(lock) || waiters.length === 0) continue
    const progress = progressOf(waiters[0], 'futexLock')
    if (!progress) continue
    try {
      const word = getU32(k, waiters[0], progress.address)
      const owner = word & FUTEX_TID_MASK
      if (owner === task.pid || (owner === 0 && word & FUTEX_OWNER_DIED)) handOver(k, lock, FUTEX_OWNER_DIED)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
