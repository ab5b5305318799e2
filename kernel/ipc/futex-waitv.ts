// Waiting for several words of memory at once (futex_waitv(2)): the first that is woken ends the wait.
import { EAGAIN, ERESTARTSYS, ETIMEDOUT } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI32 } from '../mm/index.ts'
import type { WaitQueue } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { blocked, progressOf, type SyscallResult } from '../waiting.ts'
import { forgetIfEmpty, futexKey, queueOf } from './futex-key.ts'
import type { FutexTimeout, FutexWaitingAny } from './types.ts'

export interface FutexWish {
  address: number
  isPrivate: boolean
  value: number
}

/** Sleeps while every word is as expected; answers which was woken. EAGAIN when one is not; EFAULT; ETIMEDOUT. */
export function futexWaitAny(k: Kernel, task: Task, wishes: readonly FutexWish[], timeout: FutexTimeout): SyscallResult {
  const again = progressOf(task, 'futexWaitv')
  if (again) {
    for (const { key } of again.entries) forgetIfEmpty(k, key)
    if (again.woken >= 0) return again.woken
    if (k.state.time >= again.deadline) throw ETIMEDOUT
  }
  const { deadline, date } = again ?? timeout
  // Names first, then values: a bad address among them is told before a value that is not as expected.
  const entries = wishes.map(({ address, isPrivate }) => ({ key: futexKey(k, task, address, isPrivate) }))
  for (const { address, value } of wishes) if (getI32(k, task, address) !== (value | 0)) throw EAGAIN
  if (k.state.time >= deadline) throw ETIMEDOUT
  const named = new Map<string, WaitQueue>()
  for (const { key } of entries) if (!named.has(key)) named.set(key, queueOf(k, key))
  for (const [key, queue] of named) k.state.futexes.set(key, queue)
  const queues = [...named.values()]
  const progress: FutexWaitingAny = { call: 'futexWaitv', entries, woken: -1, deadline, date }
  return { ...blocked(queues, ERESTARTSYS, deadline), progress }
}

/** A task that sleeps for several words: is one of them this, and is it woken by that now? */
export function wakeAny(task: Task, key: string): boolean {
  const progress = progressOf(task, 'futexWaitv')
  if (!progress || progress.woken >= 0) return false
  const index = progress.entries.findIndex(entry => entry.key === key)
  if (index >= 0) progress.woken = index
  return index >= 0
}

/** It waits for another word in the place of one. */
export function requeueAny(task: Task, from: string, to: string, queue: WaitQueue, target: WaitQueue): boolean {
  const progress = progressOf(task, 'futexWaitv')
  if (!progress) return false
  for (const entry of progress.entries) if (entry.key === from) entry.key = to
  if (task.waiting) task.waiting.queues = [...new Set(task.waiting.queues.map(other => (other === queue ? target : other)))]
  return true
}
