// Who may signal whom (kill(2)): the same user, CAP_KILL, or SIGCONT within the session.
import { CAP_KILL, EPERM, SIGCONT } from '../abi/index.ts'
import { capable } from '../task/index.ts'
import type { Task, ThreadGroup } from '../state.ts'

/** Whether a task may send the signal (kill(2)): its own, one of the same user, SIGCONT within the session, or CAP_KILL. */
export function maySignal(from: Task, to: ThreadGroup, signal: number): boolean {
  const own = from.credentials
  const theirs = to.leader.credentials
  if (from.group === to) return true
  if (own.euid === theirs.suid || own.euid === theirs.uid || own.uid === theirs.suid || own.uid === theirs.uid) return true
  if (signal === SIGCONT && from.group.sid === to.sid) return true
  return capable(from.credentials, CAP_KILL)
}

/** EPERM. */
export function checkMaySignal(from: Task, to: ThreadGroup, signal: number): void {
  if (!maySignal(from, to, signal)) throw EPERM
}
