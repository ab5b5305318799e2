// The end of tasks and processes (_exit(2), exit_group(2)). Everything a task holds goes at once; what stays of a process until its
// parent waits for it is the leader, in state Z, with its exit status.
import type { Kernel } from '../kernel.ts'
import { emit } from '../events.ts'
import { cancelItimers } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { disassociate } from '../tty/index.ts'
import { releaseFile } from '../vfs/index.ts'
import { groupStatus, notifyParent, reparentChildren } from './family.ts'
import { isDead, freeTrapFrame, addUsage } from '../task/index.ts'
import { orphanedBy } from './group.ts'
import { LEAVERS } from './leavers.ts'
import { strikeOff } from './newborn.ts'
import { wakePidfds } from './pidfd.ts'

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
  // A thread is gone, the last one leaves a zombie and ends the process.
  if (task !== group.leader) dropThread(k, task)
  if (!isDead(group)) wakePidfds(k, group)
  if (isDead(group)) endProcess(k, group)
}

/** exit_group, and the death by a signal: every thread ends with this wait status. */
export function exitGroup(k: Kernel, task: Task, status: number): void {
  const { group } = task
  group.exiting ??= status
  for (const other of [...group.threads]) if (other !== task) exitTask(k, other, group.exiting)
  exitTask(k, task, group.exiting)
}

/** The hart that was running it must pick another one, and keeps no register of it. */
function leaveHart(k: Kernel, task: Task): void {
  for (const hart of k.state.harts) if (hart.fpOwner === task) hart.fpOwner = null
  if (task.onHart < 0) return
  k.state.harts[task.onHart].resched = true
  task.onHart = -1
}

/** A thread that is not the leader leaves no zombie. */
function dropThread(k: Kernel, task: Task): void {
  const { group } = task
  task.state = 'X'
  group.threads.splice(group.threads.indexOf(task), 1)
  addUsage(group.exitedUsage, task.usage)
  strikeOff(k, task)
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
    return
  }
  orphanedBy(k, group, group.parent, true)
  wakePidfds(k, group)
  notifyParent(k, group)
}
