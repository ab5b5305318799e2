// The end of tasks and processes (_exit(2), exit_group(2)). Everything a task holds goes at once; what stays of a process until its
// parent waits for it is the leader, in state Z, with its exit status.
import type { Kernel } from '../kernel.ts'
import { emit } from '../events.ts'
import { cancelItimers } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { disassociate } from '../tty/index.ts'
import { releaseFile } from '../vfs/index.ts'
import { announceEnd, dropThread, groupStatus, reparentChildren, tellTracerOfEnd } from './family.ts'
import { isDead, freeTrapFrame } from '../task/index.ts'
import { LEAVERS } from './leavers.ts'
import { makeRunnable, stopWaiting } from '../sched/index.ts'
import { wakePidfds } from './pidfd.ts'
import { leaveTracees } from './tracer.ts'
import { holdAtEnd, stopsAtEnd } from './tracing.ts'

/** Ends one thread with a wait status; with the last one the process ends. Any task may be ended: running, asleep or stopped. */
export function exitTask(k: Kernel, task: Task, status: number): void {
  if (task.state === 'Z' || task.state === 'X') return
  const { group } = task
  // What it holds goes, in order.
  for (const { exit } of LEAVERS) exit?.(k, task)
  // It runs no more, and has no registers.
  task.state = 'Z'
  task.exitStatus = status
  task.signalPending = false
  leaveHart(k, task)
  freeTrapFrame(k, task.trapFrame)
  task.trapFrame = -1
  // Who watches hears of it while it can still be found.
  if (k.events.exit !== undefined) emit(k, { kind: 'exit', task, status })
  if (task.tracees !== undefined) leaveTracees(k, task)
  // With the last thread the process ends. A thread is gone but for its tracer; the last one leaves a zombie.
  const isOver = group.leader.state === 'Z' && group.threads.every(isZombie)
  // The last one says how it ended (synchronize_group_exit).
  if (isOver) group.exiting ??= status
  if (isOver) endProcess(k, group)
  else wakePidfds(k, group)
  const isTraced = task.tracer !== null && task.tracer.by !== null
  if (isTraced && (task !== group.leader || !isDead(group))) tellTracerOfEnd(k, task)
  else if (task !== group.leader) dropThread(k, task)
  else if (isDead(group)) announceEnd(k, group)
}
const isZombie = ({ state }: Task): boolean => state === 'Z'

/** exit_group, and the death by a signal: every thread ends with this wait status. */
export function exitGroup(k: Kernel, task: Task, status: number): void {
  const { group } = task
  group.exiting ??= status
  for (const other of [...group.threads]) if (other !== task) exitTask(k, other, group.exiting)
  exitTask(k, task, group.exiting)
}

/**
 * The same for a task that runs now, and whose tracer may want to hear of ends before they come: then the others go on to theirs by
 * themselves, and it stands still first. False: it does, and comes back to its end.
 */
export function endGroup(k: Kernel, task: Task, status: number, nr = -1): boolean {
  const { group } = task
  group.exiting ??= status
  for (const other of [...group.threads]) if (other !== task) expel(k, other, group.exiting)
  return endTask(k, task, group.exiting, nr)
}

/** One thread that runs now. False as endGroup. */
export function endTask(k: Kernel, task: Task, status: number, nr = -1): boolean {
  if (holdAtEnd(k, task, status, nr)) return false
  exitTask(k, task, status)
  return true
}

/** It ends, now or when it runs next. */
function expel(k: Kernel, task: Task, status: number): void {
  if (!stopsAtEnd(task)) return exitTask(k, task, status)
  stopWaiting(k, task)
  task.signalPending = true
  if (task.state === 'R') return
  task.state = 'R'
  makeRunnable(k, task)
}

/** The hart that was running it must pick another one, and keeps no register of it. */
function leaveHart(k: Kernel, task: Task): void {
  for (const hart of k.state.harts) if (hart.fpOwner === task) hart.fpOwner = null
  if (task.onHart < 0) return
  k.state.harts[task.onHart].resched = true
  task.onHart = -1
}

/** With the program that it was started for, or with init, the machine halts: whoever lives still ends with it. */
const isLast = ({ state }: Kernel, group: ThreadGroup): boolean => group === state.main?.group || group === state.init?.group

/** Its core dump is as far as it came. */
function releaseCore(k: Kernel, group: ThreadGroup): void {
  const dump = group.coreDump
  if (!dump) return
  delete group.coreDump
  releaseFile(k, dump.file)
}

function endProcess(k: Kernel, group: ThreadGroup): void {
  releaseCore(k, group)
  cancelItimers(k, group)
  if (group.sid === group.tgid) disassociate(k, group)
  reparentChildren(k, group)
  if (isLast(k, group)) {
    if (group.parent !== null) group.parent.deadChildren++
    k.state.halted ??= { status: groupStatus(group) }
  }
}
