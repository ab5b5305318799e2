// Waiting for children (wait4(2), waitid(2)): which child fits, what there is to tell of it, and reaping it.
import {
  ECHILD,
  P_ALL,
  P_PGID,
  P_PID,
  SIGCHLD,
  WCONTINUED,
  WEXITED,
  WNOWAIT,
  WUNTRACED,
  __WALL,
  __WCLONE,
  __WNOTHREAD,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { isReparented } from '../signal/index.ts'
import { findGroup, isDead, addUsage, groupUsage } from '../task/index.ts'
import { groupStatus } from './family.ts'
import { parentThread } from './parent.ts'
import { reapGroup } from './reap.ts'
import { toldOfEnd, toldOfGoingOn, toldOfStop, type Told, type WaitAnswer, type WaitRequest } from './wait-report.ts'
import { waitForTracee } from './wait-tracee.ts'

function fits(k: Kernel, task: Task, child: ThreadGroup, { type, id, options }: WaitRequest): boolean {
  if (type === P_PID && child.tgid !== id) return false
  if (type === P_PGID && child.pgid !== id) return false
  if (options & __WNOTHREAD && parentThread(k, child) !== task) return false
  // Children that send something other than SIGCHLD are "clone children".
  if (options & __WALL) return true
  return (child.leader.exitSignal !== SIGCHLD) === ((options & __WCLONE) !== 0)
}

const answer = (child: ThreadGroup, told: Told): WaitAnswer => ({
  pid: child.tgid,
  uid: child.leader.credentials.uid,
  ...told,
  usage: groupUsage(child),
})

/** What there is to tell of one child, taken unless WNOWAIT; null: nothing. */
function report(k: Kernel, child: ThreadGroup, options: number): WaitAnswer | null {
  if (!isDead(child)) {
    const told = toldOfStop(child, options) ?? toldOfGoingOn(child, options)
    return told && answer(child, told)
  }
  // Who traces it waits for it first.
  if ((options & WEXITED) === 0 || isReparented(child.leader)) return null
  const result = answer(child, toldOfEnd(groupStatus(child)))
  addUsage(result.usage, child.childrenUsage)
  if ((options & WNOWAIT) === 0) reapGroup(k, child, true)
  return result
}

/** The first child that fits and has something to tell; null: wait. ECHILD when none can ever fit. */
export function waitForChild(k: Kernel, task: Task, request: WaitRequest): WaitAnswer | null {
  let any = false
  // Among thousands of living children there is nothing to look for.
  const onlyDead = (request.options & (WUNTRACED | WCONTINUED)) === 0
  for (const child of candidates(task, request)) {
    // Of what the process traces itself it hears as its tracer.
    if (child.leader.tracer?.by?.group === task.group || !fits(k, task, child, request)) continue
    any = true
    if (onlyDead && task.group.deadChildren === 0) break
    const result = report(k, child, request.options)
    if (result !== null) return result
  }
  const traced = waitForTracee(k, task, request)
  if (typeof traced === 'object') return traced
  if (!any && !traced) throw ECHILD
  return null
}

/** Waiting for one child does not look through all of them. */
function candidates(task: Task, { type, id }: WaitRequest): Iterable<ThreadGroup> {
  const { group } = task
  if (type === P_ALL || type === P_PGID) return group.children
  const child = findGroup(task.ns, id)
  return child?.parent === group ? [child] : []
}
