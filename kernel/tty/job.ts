// Whose terminal it is: the session that controls it, the process group in the foreground, and what happens to others that use it
// (tty_jobctrl.c; credentials(7), "Sessions"; POSIX general terminal interface 11.1).
import { EIO, ENOTTY, EPERM, ERESTARTSYS, ESRCH, EINVAL, SIGCONT, SIGHUP, SIGTTIN, SIGTTOU, SIG_IGN } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { findGroup, groupMembers, isOrphanedGroup, sessionMembers } from '../task/index.ts'
import { wakeAll } from '../sched/index.ts'
import { actionOf, hasSignal, kernelInfo, sendToGroup, signalProcessGroup } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { blocked } from '../waiting.ts'
import type { Blocked } from '../waiting.ts'
import type { Tty } from './types.ts'

/** The controlling terminal, which /dev/tty stands for; null: none. */
export const ttyOfTask = (task: Task): Tty | null => task.group.tty

/** Makes it the controlling terminal of the session that `leader` leads, with the leader's group in the foreground. */
export function giveTerminal(leader: ThreadGroup, tty: Tty): void {
  tty.sid = leader.sid
  tty.pgid = leader.pgid
  leader.tty = tty
}

/**
 * May the task use its controlling terminal now? null: yes. A background process gets `signal` for its whole group and its call is
 * run again once it is continued; EIO where that signal would do nothing (ignored, or nobody could continue the group).
 * Ignoring SIGTTOU means to write regardless.
 */
export function checkForeground(k: Kernel, task: Task, tty: Tty, signal: typeof SIGTTIN | typeof SIGTTOU): Blocked | null {
  const { group } = task
  if (group.tty !== tty || tty.pgid === 0 || tty.pgid === group.pgid) return null
  if (hasSignal(task.blocked, signal) || actionOf(group, signal).handler === SIG_IGN) {
    if (signal === SIGTTIN) throw EIO
    return null
  }
  if (isOrphanedGroup(k, task.ns, group.pgid)) throw EIO
  signalProcessGroup(k, group.pgid, kernelInfo(signal), task)
  return blocked([], ERESTARTSYS)
}

/** TIOCSPGRP: the session's own terminal, and a group of that session. */
export function setForeground(k: Kernel, task: Task, tty: Tty, pgid: number): void {
  const { group } = task
  if (group.tty !== tty || tty.sid !== group.sid) throw ENOTTY
  if (pgid < 0) throw EINVAL
  const [member] = groupMembers(k.state.ns, pgid)
  if (!member) throw ESRCH
  if (member.sid !== group.sid) throw EPERM
  tty.pgid = pgid
}

/** TIOCSCTTY: a session leader without a terminal takes one that is nobody's; root may steal (`steal`: argument 1). EPERM. */
export function takeTerminal(k: Kernel, task: Task, tty: Tty, steal: boolean): void {
  const { group } = task
  const leads = group.sid === group.tgid
  if (leads && group.tty === tty && tty.sid === group.sid) return
  if (!leads || group.tty !== null) throw EPERM
  if (tty.sid !== 0) {
    if (!steal) throw EPERM
    forgetTerminal(k, tty)
  }
  giveTerminal(group, tty)
}

/** Nobody of its session has it as controlling terminal any more. */
function forgetTerminal(k: Kernel, tty: Tty): void {
  for (const member of sessionMembers(k.state.ns, tty.sid)) if (member.tty === tty) member.tty = null
  tty.sid = 0
  tty.pgid = 0
}

function signalForeground(k: Kernel, tty: Tty, signals: readonly number[]): void {
  const { pgid } = tty
  if (pgid !== 0) for (const signal of signals) signalProcessGroup(k, pgid, kernelInfo(signal))
}

/**
 * A session leader ended (`exiting`) or gave its terminal up (TIOCNOTTY): SIGHUP to the foreground group, SIGCONT too when it lives
 * on, and the session has no terminal any more. Others only lose their own.
 */
export function disassociate(k: Kernel, group: ThreadGroup, exiting = true): void {
  const { tty } = group
  if (!tty) return
  if (group.sid !== group.tgid) {
    group.tty = null
    return
  }
  signalForeground(k, tty, exiting ? [SIGHUP] : [SIGHUP, SIGCONT])
  forgetTerminal(k, tty)
}

/** The other side of the line is gone: the session's leader and the foreground group get SIGHUP and SIGCONT, readers see end of file. */
export function hangUp(k: Kernel, tty: Tty): void {
  if (tty.hungUp) return
  tty.hungUp = true
  const leader = tty.sid === 0 ? null : findGroup(k.state.ns, tty.sid)
  signalForeground(k, tty, leader?.pgid === tty.pgid ? [] : [SIGHUP])
  if (leader) for (const signal of [SIGHUP, SIGCONT]) sendToGroup(k, null, leader, kernelInfo(signal))
  if (tty.sid !== 0) forgetTerminal(k, tty)
  tty.stopped = false
  wakeAll(k, tty.readers)
  wakeAll(k, tty.writers)
}
