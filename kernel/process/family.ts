// Parents and children: telling a parent that its child ended, and finding a new parent for those who lost theirs.
import {
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  NANOSECONDS_PER_TICK,
  NSIG,
  SIGCHLD,
  SIG_IGN,
  dumpedCore,
  exitCode,
  ifExited,
  termSignal,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { actionOf, childInfo, ignoresChildExit, isReparented, killInfo, sendToGroup, sendToTask } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { addUsage, isDead, groupUsage } from '../task/index.ts'
import { orphanedBy } from './group.ts'
import { strikeOff } from './newborn.ts'
import { wakePidfds } from './pidfd.ts'
import { reapGroup } from './reap.ts'

/** The wait status of a process that is dead. */
export const groupStatus = (group: ThreadGroup): number => group.exiting ?? group.leader.exitStatus

const ticks = (ns: number): number => Math.floor(ns / NANOSECONDS_PER_TICK)

/** siginfo of SIGCHLD for a process that ended: CLD_EXITED with the code, CLD_KILLED or CLD_DUMPED with the signal. */
export function exitInfo(group: ThreadGroup, signal: number, task = group.leader): ReturnType<typeof childInfo> {
  const status = group.exiting ?? task.exitStatus
  const code = ifExited(status) ? CLD_EXITED : dumpedCore(status) ? CLD_DUMPED : CLD_KILLED
  const value = ifExited(status) ? exitCode(status) : termSignal(status)
  const usage = groupUsage(group)
  return childInfo(code, task.pid, group.leader.credentials.uid, value, ticks(usage.userTime), ticks(usage.systemTime), signal)
}

/**
 * All threads of the process are gone: its parent gets the exit signal and, unless it ignores that, a zombie to wait for. If somebody else
 * traces it he is told first, and the parent when he has waited for it or left it.
 */
export function notifyParent(k: Kernel, group: ThreadGroup): void {
  const { parent, leader } = group
  if (parent === null) return
  parent.deadChildren++
  if (isReparented(leader)) tellTracerOfEnd(k, leader)
  else tellParent(k, group)
}

/** A tracer hears of the end of each thread. It waits for it, whatever it does with the signal. */
export function tellTracerOfEnd(k: Kernel, task: Task): void {
  const tracer = task.tracer?.by?.group
  if (tracer === undefined) return
  if (actionOf(tracer, SIGCHLD).handler !== SIG_IGN) sendToGroup(k, null, tracer, exitInfo(task.group, SIGCHLD, task))
  wakeAll(k, tracer.childExit)
}

/** It is the parent's to wait for. */
export function tellParent(k: Kernel, group: ThreadGroup): void {
  const { parent } = group
  if (parent === null) return
  const signal = group.leader.exitSignal
  // A tracer waits for what it traces, even where it does not for its other children.
  const ignored = signal === SIGCHLD && ignoresChildExit(parent) && group.leader.tracer === null
  // A SIGCHLD that is ignored is not even sent: it would wait where it is blocked.
  const isSent = signal !== 0 && signal <= NSIG && !(ignored && actionOf(parent, SIGCHLD).handler === SIG_IGN)
  if (isSent) sendToGroup(k, null, parent, exitInfo(group, signal))
  if (ignored) reapGroup(k, group, false)
  wakeAll(k, parent.childExit)
}

/** A thread that is not the leader leaves nothing. With the last one the process is dead, and its parent can wait for it. */
export function dropThread(k: Kernel, task: Task): void {
  const { group } = task
  task.state = 'X'
  group.threads.splice(group.threads.indexOf(task), 1)
  addUsage(group.exitedUsage, task.usage)
  strikeOff(k, task)
  if (isDead(group)) announceEnd(k, group)
}

/** No thread of the process is left. */
export function announceEnd(k: Kernel, group: ThreadGroup): void {
  if (k.state.halted !== null) return
  orphanedBy(k, group, group.parent, true)
  wakePidfds(k, group)
  notifyParent(k, group)
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
    if (isDead(child)) {
      if (isReparented(child.leader)) {
        if (reaper !== null) reaper.deadChildren++
      } else notifyParent(k, child)
    } else orphanedBy(k, child, dying, false)
  }
}
