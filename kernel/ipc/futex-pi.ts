// Futexes that know their owner (FUTEX_LOCK_PI): the word holds the owner's thread id, and the kernel hands it to who waits next, also
// when the owner dies. Whoever waits lends the owner its priority (sched/lending.ts).
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
} from '../abi/index.ts'
import { findTask } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import { firstWaiter, lockOwner, passLock, wakeTask, waitsForItself, type OwnedLock } from '../sched/index.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import type { Task } from '../state.ts'
import { forgetIfEmpty, futexKey, piKey, queueOf } from './futex-key.ts'
import type { FutexLocking, FutexTimeout } from './types.ts'

/** It slept for ownership: has it got that? ETIMEDOUT. */
export function hasLock(k: Kernel, { lock, granted, deadline }: FutexLocking): boolean {
  forgetIfEmpty(k, lock)
  if (!granted && k.state.time >= deadline) throw ETIMEDOUT
  return granted
}

/**
 * Who has to be waited for, as the word and those who wait say; null: nobody (attach_to_pi_state and _owner). EINVAL where they do not
 * agree; ESRCH: the word names nobody.
 */
export function ownerToWaitFor(k: Kernel, task: Task, address: number, lock: string): Task | null {
  const word = getU32(k, task, address)
  const pid = word & FUTEX_TID_MASK
  const known = lockOwner(k.state.futexes.get(lock))
  if (known !== null) {
    if (pid !== known.pid && (pid !== 0 || (word & FUTEX_OWNER_DIED) === 0)) throw EINVAL
    return known
  }
  if (pid === 0) return null
  // The word says so from here on, whether or not anybody waits in the end.
  putU32(k, task, address, (word | FUTEX_WAITERS) >>> 0)
  const owner = findTask(k.state.ns, pid)
  if (owner === null || owner.state === 'Z' || owner.state === 'X') throw ESRCH
  return owner
}

/** FUTEX_LOCK_PI, and with `waits` false FUTEX_TRYLOCK_PI. EDEADLK, ESRCH (the word names nobody), EAGAIN, ETIMEDOUT, EFAULT, EINVAL. */
export function lockPi(k: Kernel, task: Task, address: number, isPrivate: boolean, waits: boolean, timeout: FutexTimeout): SyscallResult {
  const again = progressOf(task, 'futexLock')
  if (again && hasLock(k, again)) return 0
  const key = futexKey(k, task, address, isPrivate, true)
  // Somebody waits here who does not wait for ownership.
  if (k.state.futexes.has(key)) throw EINVAL
  const lock = piKey(key)
  const word = getU32(k, task, address)
  if ((word & FUTEX_TID_MASK) === task.pid) throw EDEADLK
  const owner = ownerToWaitFor(k, task, address, lock)
  if (owner === null) {
    putU32(k, task, address, ((word & FUTEX_OWNER_DIED) | task.pid) >>> 0)
    return 0
  }
  if (!waits) throw EAGAIN
  if (waitsForItself(k, task, owner)) throw EDEADLK
  // What runs again after a signal that had no handler starts anew, but for the deadline: the owner may be another by now.
  const { deadline, date } = again ?? timeout
  if (k.state.time >= deadline) throw ETIMEDOUT
  const progress: FutexLocking = { call: 'futexLock', lock, address, granted: false, deadline, date }
  return { ...blocked([queueOf(k, lock)], ERESTARTNOINTR, deadline), owner, progress }
}

/** Makes the next waiter the owner. `bits` go into the word, if that can be written still. */
function handOver(k: Kernel, lock: OwnedLock, bits: number): void {
  const next = firstWaiter(k, lock.queue)
  const progress = next && progressOf(next, 'futexLock')
  if (!next || !progress) return
  progress.granted = true
  try {
    putU32(k, next, progress.address, (bits | FUTEX_WAITERS | next.pid) >>> 0)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  wakeTask(k, next)
  passLock(k, lock, next)
  forgetIfEmpty(k, progress.lock)
}

/** FUTEX_UNLOCK_PI. EPERM unless the caller owns it; EINVAL as above. */
export function unlockPi(k: Kernel, task: Task, address: number, isPrivate: boolean): number {
  const key = futexKey(k, task, address, isPrivate, true)
  const lock = piKey(key)
  const word = getU32(k, task, address)
  if ((word & FUTEX_TID_MASK) !== task.pid) throw EPERM
  if (k.state.futexes.has(key)) throw EINVAL
  const held = k.state.futexes.get(lock)?.waiters[0]?.sched.blockedOn ?? null
  if (held === null) putU32(k, task, address, 0)
  else if (held.owner !== task) throw EINVAL
  else handOver(k, held, 0)
  return 0
}

/** The owner ends: whoever waits for a lock of its gets that, and the word says how. */
export function releasePiLocks(k: Kernel, { sched }: Task): void {
  for (const lock of [...(sched.contended ?? [])]) handOver(k, lock, FUTEX_OWNER_DIED)
}
