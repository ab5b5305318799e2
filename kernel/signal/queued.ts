// How many signals wait for all the processes of a user, which RLIMIT_SIGPENDING bounds. What is sent is added up, what is taken is not:
// only a sum that reaches the limit is counted anew.
import { RLIMIT_SIGPENDING } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { rlimit } from '../task/index.ts'
import type { ThreadGroup } from '../state.ts'
import type { PendingSignals } from './types.ts'

function queuedIn({ queue }: PendingSignals): number {
  let count = 0
  // A timer's place was taken when it was made.
  for (const { fields } of queue) if (fields.kind !== 'timer') count++
  return count
}

/** Signals that wait for the processes of a user. Each timer of timer_create counts as the signal it will send. */
export function queuedOf(k: Kernel, uid: number): number {
  let count = 0
  for (const group of k.state.groups.values()) {
    if (group.leader.credentials.uid !== uid) continue
    count += queuedIn(group.pending) + (group.posixTimers?.size ?? 0)
    for (const thread of group.threads) count += queuedIn(thread.pending)
  }
  return count
}

/** Is there no room for one more, by the limit of the process that gets it? What a process brings along that changes its user counts late. */
export function queueIsFull(k: Kernel, group: ThreadGroup): boolean {
  const { uid } = group.leader.credentials
  const { queuedSignals } = k.state
  const limit = rlimit(group, RLIMIT_SIGPENDING)
  if ((queuedSignals.get(uid) ?? Infinity) >= limit) queuedSignals.set(uid, queuedOf(k, uid))
  return (queuedSignals.get(uid) ?? 0) >= limit
}

/** One more waits. */
export function noteQueued(k: Kernel, group: ThreadGroup): void {
  const { uid } = group.leader.credentials
  const { queuedSignals } = k.state
  const known = queuedSignals.get(uid)
  if (known !== undefined) queuedSignals.set(uid, known + 1)
}
