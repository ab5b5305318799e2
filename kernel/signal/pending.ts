// What has been sent and not yet taken. Signals below SIGRTMIN merge; real-time ones queue, each with its own information.
import { SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGRTMIN, SIGSEGV, SIGSYS, SIGTRAP, SI_USER } from '../abi/index.ts'
import type { Task } from '../state.ts'
import { hasSignal, lowestSignal, sigbit, SIGSET_EMPTY, sigsetOf } from './sigset.ts'
import type { PendingSignals, SigInfo, Sigset } from './types.ts'

/** A thread's own faults come before anything else that waits for it. */
const SYNCHRONOUS = sigsetOf(SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS)
const KILL = sigbit(SIGKILL)

/** Adds it; false when one of that number waits already and the two merge. */
export function addPending(pending: PendingSignals, info: SigInfo): boolean {
  if (info.signal < SIGRTMIN && hasSignal(pending.set, info.signal)) return false
  pending.set |= sigbit(info.signal)
  pending.queue.push(info)
  return true
}

/** Marks it as pending without information: what is left of kill(2) when the queue is full. */
export function markPending(pending: PendingSignals, signal: number): void {
  pending.set |= sigbit(signal)
}

export function flushPending(pending: PendingSignals, signals: Sigset): void {
  if ((pending.set & signals) === 0n) return
  pending.set &= ~signals
  pending.queue = pending.queue.filter(info => !hasSignal(signals, info.signal))
}

/** Of a signal that was marked only. */
const unknownInfo = (signal: number): SigInfo => ({ signal, errno: 0, code: SI_USER, fields: { kind: 'kill', pid: 0, uid: 0 } })

function takeFrom(pending: PendingSignals, signal: number): SigInfo {
  const { queue } = pending
  // Nearly always it waits alone.
  if (queue.length === 1 && queue[0].signal === signal) {
    pending.set &= ~sigbit(signal)
    return queue.pop() as SigInfo
  }
  const index = pending.queue.findIndex(info => info.signal === signal)
  const info = index < 0 ? unknownInfo(signal) : (pending.queue.splice(index, 1)[0] as SigInfo)
  if (!pending.queue.some(other => other.signal === signal)) pending.set &= ~sigbit(signal)
  return info
}

/** Most often nothing waits: then nothing is computed, and so no bigint made. */
const setIn = ({ set }: PendingSignals, wanted: Sigset): Sigset => (set === SIGSET_EMPTY ? set : set & wanted)

/** The order in which one set is emptied: faults first, then the lowest number. */
const nextOf = (set: Sigset): number => lowestSignal(set & SYNCHRONOUS) || lowestSignal(set)

export const killPending = (task: Task): boolean => ((task.pending.set | task.group.pending.set) & KILL) !== 0n

/** What takePending would take, left where it is. */
export function peekPending({ pending, group }: Task, wanted: Sigset): SigInfo | null {
  const own = pending.set & wanted
  const shared = group.pending.set & wanted
  if (((own | shared) & KILL) !== 0n) return unknownInfo(SIGKILL)
  if ((own | shared) === 0n) return null
  const [from, set] = own !== 0n ? [pending, own] : [group.pending, shared]
  const signal = nextOf(set)
  return from.queue.find(info => info.signal === signal) ?? unknownInfo(signal)
}

/** Takes the next signal in `wanted` that waits for the thread or for its process, or null. SIGKILL passes all others. */
export function takePending(task: Task, wanted: Sigset): SigInfo | null {
  const own = setIn(task.pending, wanted)
  const shared = setIn(task.group.pending, wanted)
  if (own === SIGSET_EMPTY && shared === SIGSET_EMPTY) return null
  if ((own & KILL) !== 0n) return takeFrom(task.pending, SIGKILL)
  if ((shared & KILL) !== 0n) return takeFrom(task.group.pending, SIGKILL)
  return own !== 0n ? takeFrom(task.pending, nextOf(own)) : takeFrom(task.group.pending, nextOf(shared))
}
