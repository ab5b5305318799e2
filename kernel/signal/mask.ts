// The thread's signal mask, and the calls that exchange it for the time they sleep (rt_sigsuspend, ppoll, pselect6, epoll_pwait).
import type { Task } from '../state.ts'
import { recalcSignalPending } from './send.ts'
import { KERNEL_ONLY } from './sigset.ts'
import type { Sigset } from './types.ts'

/** SIGKILL and SIGSTOP stay unblocked: asking for them is not an error. */
export function setBlocked(task: Task, set: Sigset): void {
  task.blocked = set & ~KERNEL_ONLY
  recalcSignalPending(task)
}

/**
 * Blocks `set` until the call ends. Safe to repeat when the call runs again after a sleep. If it ends by a signal, deliverSignals
 * puts the old mask back (into the frame of the handler, when one runs); otherwise the call does, by `restoreMask`.
 */
export function setTemporaryMask(task: Task, set: Sigset): void {
  if (task.savedMask === null) task.savedMask = task.blocked
  setBlocked(task, set)
}

/** Puts back the mask that a call such as sigsuspend replaced; nothing where none did. */
export function restoreMask(task: Task): void {
  if (task.savedMask === null) return
  const mask = task.savedMask
  task.savedMask = null
  setBlocked(task, mask)
}
