// Process groups and sessions (setpgid(2), setsid(2), credentials(7)): what job control stops, continues and interrupts together.
import { EACCES, EINVAL, EPERM, ESRCH, SIGCONT, SIGHUP } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { kernelInfo, sendToGroup } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import {
  findGroup,
  findTask,
  groupMembers,
  isDead,
  isOrphanedGroup,
  joinGroup,
  joinSession,
  leaveGroup,
  leaveSession,
} from '../task/index.ts'

/**
 * `group` is leaving its process group behind, or gets another parent than `parent`: if that orphans the process group while some
 * member is stopped, all its members get SIGHUP and SIGCONT (POSIX, _exit()). `exiting`: the process itself counts no more.
 */
export function orphanedBy(k: Kernel, group: ThreadGroup, parent: ThreadGroup | null, exiting: boolean): void {
  if (parent === null || parent.pgid === group.pgid || parent.sid !== group.sid) return
  if (!isOrphanedGroup(k, group.leader.ns, group.pgid, exiting ? group : null)) return
  const members = [...groupMembers(group.leader.ns, group.pgid)]
  if (!members.some(member => member.stopSignal !== 0 && !isDead(member))) return
  for (const signal of [SIGHUP, SIGCONT]) for (const member of members) sendToGroup(k, null, member, kernelInfo(signal))
}

/** setpgid(2): `pid` is the caller or a child of it that has not exec'd; both in one session, and the target group in it too. */
export function setpgid(caller: Task, pid: number, pgid: number): void {
  const own = caller.group
  // A group of 0 is the number of the process, as it was given.
  if ((pgid === 0 ? pid : pgid) < 0) throw EINVAL
  const group = pid === 0 ? own : findGroup(caller.ns, pid)
  // A thread that is not its process's first.
  if (group === null && findTask(caller.ns, pid) !== null) throw EINVAL
  if (group === null || isDead(group)) throw ESRCH
  if (group !== own) {
    if (group.parent !== own) throw ESRCH
    if (group.sid !== own.sid) throw EPERM
    if (group.hasExeced) throw EACCES
  }
  if (group.sid === group.tgid) throw EPERM
  const wanted = pgid === 0 ? group.tgid : pgid
  if (wanted !== group.tgid && ![...groupMembers(caller.ns, wanted)].some(member => member.sid === own.sid)) throw EPERM
  if (wanted === group.pgid) return
  leaveGroup(group)
  joinGroup(group, wanted)
}

/** setsid(2): the caller leads a new session and group without a terminal. EPERM when it leads a group already. */
export function setsid(caller: Task): number {
  const { group } = caller
  if (groupMembers(caller.ns, group.tgid).size > 0) throw EPERM
  leaveGroup(group)
  leaveSession(group)
  joinSession(group, group.tgid)
  joinGroup(group, group.tgid)
  group.tty = null
  return group.tgid
}
