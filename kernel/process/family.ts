// Parents and children: telling a parent that its child ended, and finding a new parent for those who lost theirs.
import {
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  NANOSECONDS_PER_TICK,
  SIGCHLD,
  SIG_IGN,
  dumpedCore,
  exitCode,
  ifExited,
  termSignal,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { actionOf, childInfo, ignoresChildExit, killInfo, sendToGroup, sendToTask } from '../signal/index.ts'
import type { ThreadGroup } from '../state.ts'
import { isDead, groupUsage } from '../task/index.ts'
import { orphanedBy } from './group.ts'
import { reapGroup } from './reap.ts'

/** The wait status of a process that is dead. */
export const groupStatus = (group: ThreadGroup): number => group.exiting ?? group.leader.exitStatus

const ticks = (ns: number): number => Math.floor(ns / NANOSECONDS_PER_TICK)

/** siginfo of SIGCHLD for a process that ended: CLD_EXITED with the code, CLD_KILLED or CLD_DUMPED with the signal. */
export function exitInfo(group: ThreadGroup, signal: number): ReturnType<typeof childInfo> {
  const status = groupStatus(group)
  const code = ifExited(status) ? CLD_EXITED : dumpedCore(status) ? CLD_DUMPED : CLD_KILLED
  const value = ifExited(status) ? exitCode(status) : termSignal(status)
  const usage = groupUsage(group)
  return childInfo(code, group.tgid, group.leader.credentials.uid, value, ticks(usage.userTime), ticks(usage.systemTime), signal)
}

/** All threads of the process are gone: its parent gets the exit signal and, unless it ignores that, a zombie to wait for. */
export function notifyParent(k: Kernel, group: ThreadGroup): void {
  const { parent } = group
  if (parent === null) return
  parent.deadChildren++
  const signal = group.leader.exitSignal
  const ignored = signal === SIGCHLD && ignoresChildExit(parent)
  // A SIGCHLD that is ignored is not even sent: it would wait where it is blocked.
  const isSent = signal !== 0 && !(ignored && actionOf(parent, SIGCHLD).handler === SIG_IGN)
  if (isSent) sendToGroup(k, null, parent, exitInfo(group, signal))
  if (ignored) reapGroup(k, group, false)
  wakeAll(k, parent.childExit)
}

/** The nearest living ancestor that called itself a subreaper, else init. null when the machine halts with the dying one. */
function findReaper(k: Kernel, dying: ThreadGroup): ThreadGroup | null {
  const init = k.state.init?.group ?? null
  if (dying === init || dying === k.state.main?.group) return null
  for (let ancestor = dying.parent; ancestor !== null && ancestor !== init; ancestor = ancestor.parent) {
    if (ancestor.subreaper && ancestor.exiting === null && !isDead(ancestor)) return ancestor
  }
  return init
}

/** The children of a process that is ending go to its reaper; dead ones are reported to it. */
export function reparentChildren(k: Kernel, dying: ThreadGroup): void {
  if (dying.children.size === 0) return
  const reaper = findReaper(k, dying)
  const children = dying.children
  dying.children = new Set()
  dying.deadChildren = 0
  for (const child of children) {
    child.parent = reaper
    reaper?.children.add(child)
    child.leader.exitSignal = SIGCHLD
    for (const thread of child.threads) {
      if (thread.parentDeathSignal !== 0) sendToTask(k, dying.leader, thread, killInfo(thread.parentDeathSignal, dying.leader))
    }
    if (isDead(child)) notifyParent(k, child)
    else orphanedBy(k, child, dying, false)
  }
}
