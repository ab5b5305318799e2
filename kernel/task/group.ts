// Who belongs to a process group or session (credentials(7)): what job control and kill() look up.
import type { Kernel } from '../kernel.ts'
import type { ThreadGroup } from '../state.ts'
import type { Namespaces } from './types.ts'

const NOBODY: ReadonlySet<ThreadGroup> = new Set()

export const groupMembers = (ns: Namespaces, pgid: number): ReadonlySet<ThreadGroup> => ns.pid.processGroups.get(pgid) ?? NOBODY
export const sessionMembers = (ns: Namespaces, sid: number): ReadonlySet<ThreadGroup> => ns.pid.sessions.get(sid) ?? NOBODY

/** All threads have exited: only the wait status is left. */
export const isDead = (group: ThreadGroup): boolean => group.threads.length === 1 && group.leader.state === 'Z'

/**
 * Is it init's child? An init looks after nobody's jobs. A program that somebody runs as the first process may well be a shell, and the
 * program under the kernel's own init is as one that a shell started.
 */
const isInits = ({ state }: Kernel, child: ThreadGroup): boolean =>
  state.initProtected && child.parent === state.init?.group && child !== state.main?.group

/** No living member, `except` aside, has a parent in the same session but another group: nobody is left to continue it once stopped. */
export function isOrphanedGroup(k: Kernel, ns: Namespaces, pgid: number, except: ThreadGroup | null = null): boolean {
  for (const member of groupMembers(ns, pgid)) {
    const { parent } = member
    if (member === except || isDead(member) || parent === null || isInits(k, member)) continue
    if (parent.pgid !== pgid && parent.sid === member.sid) return false
  }
  return true
}
