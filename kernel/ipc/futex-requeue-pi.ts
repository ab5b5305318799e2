// Condition variables whose mutex knows its owner (futex(2)): FUTEX_WAIT_REQUEUE_PI sleeps on one word and wakes as the owner of another,
// to which FUTEX_CMP_REQUEUE_PI moved it, so that no waiter is woken only to wait again (futex/requeue.c).
import { EAGAIN, EDEADLK, EINVAL, ERESTARTNOINTR, ETIMEDOUT, FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI32, getU32, putU32 } from '../mm/index.ts'
import { isMoreUrgent, lend, wakeTask, waitsForItself } from '../sched/index.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import type { Task } from '../state.ts'
import { forgetIfEmpty, futexKey, piKey, queueOf } from './futex-key.ts'
import { hasLock, ownerToWaitFor } from './futex-pi.ts'
import type { FutexTimeout, FutexWaiting } from './types.ts'

/** FUTEX_WAIT_REQUEUE_PI. EAGAIN: the word is another, or a signal came after the move; ETIMEDOUT, EINVAL, EFAULT. */
export function waitRequeuePi(
  k: Kernel,
  task: Task,
  address: number,
  second: number,
  isPrivate: boolean,
  value: number,
  timeout: FutexTimeout,
): SyscallResult {
  const moved = progressOf(task, 'futexLock')
  // Moved: what is left is waiting for ownership. It cannot be begun again, as the first word has changed.
  if (moved) {
    if (hasLock(k, moved)) return 0
    const owner = ownerToWaitFor(k, task, moved.address, moved.lock)
    if (owner === null || waitsForItself(k, task, owner)) throw EAGAIN
    return { ...blocked([queueOf(k, moved.lock)], EAGAIN, moved.deadline), owner }
  }
  const again = progressOf(task, 'futexWait')
  if (again) {
    forgetIfEmpty(k, again.key)
    if (k.state.time >= again.deadline) throw ETIMEDOUT
  }
  if (address === second) throw EINVAL
  const lock = piKey(futexKey(k, task, second, isPrivate, true))
  const key = futexKey(k, task, address, isPrivate)
  if (getI32(k, task, address) !== (value | 0)) throw EAGAIN
  if (lock === piKey(key)) throw EINVAL
  const { deadline, date } = again ?? timeout
  if (k.state.time >= deadline) throw ETIMEDOUT
  const progress: FutexWaiting = { call: 'futexWait', key, bitset: -1, woken: false, deadline, date, target: { lock, address: second } }
  return { ...blocked([queueOf(k, key)], ERESTARTNOINTR, deadline), progress }
}

/** Waits for ownership from now on, or has it. */
function becomeLocking(waiter: Task, { deadline, date, target }: FutexWaiting, granted: boolean): void {
  if (waiter.call && target) waiter.call.progress = { call: 'futexLock', ...target, granted, deadline, date }
}

/** Gives the lock to a waiter (null), or says whom it has to wait for. EDEADLK (it owns it already), ESRCH (the word names nobody). */
function lockFor(k: Kernel, caller: Task, waiter: Task, address: number, lock: string, more: boolean): Task | null {
  const word = getU32(k, caller, address)
  if ((word & FUTEX_TID_MASK) === waiter.pid) throw EDEADLK
  const owner = ownerToWaitFor(k, caller, address, lock)
  if (owner === null) putU32(k, caller, address, ((word & FUTEX_OWNER_DIED) | waiter.pid | (more ? FUTEX_WAITERS : 0)) >>> 0)
  else if (waitsForItself(k, waiter, owner)) throw EDEADLK
  return owner
}

/**
 * FUTEX_CMP_REQUEUE_PI: moves the first and up to `count` more waiters of a word, those of the highest priority first, to a lock, which
 * the first may get at once. Answers how many. EAGAIN where the word is not `value`; EINVAL where one does not wait for this lock.
 */
export function requeuePi(
  k: Kernel,
  task: Task,
  address: number,
  second: number,
  isPrivate: boolean,
  count: number,
  value: number,
): number {
  if (address === second) throw EINVAL
  const key = futexKey(k, task, address, isPrivate)
  const lock = piKey(futexKey(k, task, second, isPrivate, true))
  if (lock === piKey(key)) throw EINVAL
  if (getI32(k, task, address) !== (value | 0)) throw EAGAIN
  const queue = k.state.futexes.get(key)
  if (queue === undefined) return 0
  const waiters = [...queue.waiters].sort(({ sched: a }, { sched: b }) => Number(isMoreUrgent(k, b, a)) - Number(isMoreUrgent(k, a, b)))
  let done = 0
  for (const waiter of waiters.slice(0, count + 1)) {
    const waiting = progressOf(waiter, 'futexWait')
    if (waiting?.target?.lock !== lock) throw EINVAL
    const owner = lockFor(k, task, waiter, second, lock, count > 0)
    becomeLocking(waiter, waiting, owner === null)
    if (owner === null) wakeTask(k, waiter)
    else {
      queue.waiters.splice(queue.waiters.indexOf(waiter), 1)
      const target = queueOf(k, lock)
      target.waiters.push(waiter)
      if (waiter.waiting) waiter.waiting.queues = [target]
      lend(k, waiter, target, owner)
    }
    done++
  }
  forgetIfEmpty(k, key)
  return done
}
