// Futexes (futex(2)): sleeping until a word of memory changes, without the kernel knowing of the word until someone has to wait.
import { EAGAIN, EINVAL, ERESTARTSYS, ERESTART_RESTARTBLOCK, ETIMEDOUT } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI32 } from '../mm/index.ts'
import { wakeTask } from '../sched/index.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import type { Task } from '../state.ts'
import { forgetIfEmpty, futexKey, piKey, queueOf } from './futex-key.ts'
import { requeueAny, wakeAny } from './futex-waitv.ts'
import type { FutexTimeout, FutexWaiting } from './types.ts'

/** Sleeps while the word is `value`; `restarts`: its deadline is an instant, so it can be made again after a handler. EAGAIN when it is not; ETIMEDOUT at the deadline (what the first run said counts). */
export function futexWait(
  k: Kernel,
  task: Task,
  address: number,
  isPrivate: boolean,
  value: number,
  bitset: number,
  timeout: FutexTimeout,
  restarts = false,
): SyscallResult {
  if (bitset === 0) throw EINVAL
  const again = progressOf(task, 'futexWait')
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
  const progress: FutexWaiting = { call: 'futexWait', key, bitset, woken: false, target: null, deadline, date }
  // With a timeout it cannot be made again after a handler: the span would begin anew.
  const interrupted = restarts || deadline === Infinity ? ERESTARTSYS : ERESTART_RESTARTBLOCK
  return { ...blocked([queueOf(k, key)], interrupted, deadline), progress }
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
    const progress = progressOf(task, 'futexWait')
    if (progress?.target) throw EINVAL
    if (progress) {
      if ((progress.bitset & bitset) === 0) continue
      progress.woken = true
    } else if (!wakeAny(task, key)) continue
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
  if (queue.waiters.slice(0, move).some(task => progressOf(task, 'futexWait')?.target)) throw EINVAL
  if (from === to) return woken + Math.min(move, queue.waiters.length)
  const moved = queue.waiters.splice(0, move)
  const target = queueOf(k, to)
  for (const task of moved) {
    if (!target.waiters.includes(task)) target.waiters.push(task)
    if (requeueAny(task, from, to, queue, target)) continue
    if (task.waiting) task.waiting.queues = [target]
    const progress = progressOf(task, 'futexWait')
    if (progress) progress.key = to
  }
  forgetIfEmpty(k, from)
  forgetIfEmpty(k, to)
  return woken + moved.length
}
