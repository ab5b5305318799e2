// Waiting for children (wait4(2), waitid(2)): which child fits, what there is to tell of it, and reaping it.
import {
  CLD_CONTINUED,
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  CONTINUED_STATUS,
  ECHILD,
  P_ALL,
  P_PGID,
  P_PID,
  SIGCHLD,
  SIGCONT,
  WCONTINUED,
  WEXITED,
  WNOWAIT,
  WUNTRACED,
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  dumpedCore,
  exitCode,
  ifExited,
  stoppedStatus,
  termSignal,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { groupStatus } from './family.ts'
import { findGroup, isDead, addUsage, groupUsage } from '../task/index.ts'
import { reapGroup } from './reap.ts'
import type { Usage } from '../task/types.ts'

export interface WaitRequest {
  /** P_ALL, P_PID or P_PGID. */
  type: number
  id: number
  /** WEXITED, WUNTRACED (= WSTOPPED), WCONTINUED, WNOWAIT, __WCLONE, __WNOTHREAD, __WALL. */
  options: number
}

export interface WaitAnswer {
  pid: number
  uid: number
  /** As wait4 packs it. */
  status: number
  /** As waitid's siginfo has it: CLD_* and the exit code or signal. */
  code: number
  value: number
  usage: Usage
}

/** The thread whose child it is: who made it, or when that has ended the first that is left. */
function parentThread(k: Kernel, { parent, maker: id }: ThreadGroup): Task | undefined {
  const maker = k.state.tasks.get(id)
  if (maker !== undefined && maker.group === parent && isAlive(maker)) return maker
  return parent?.threads.find(isAlive)
}
const isAlive = ({ state }: Task): boolean => state !== 'Z' && state !== 'X'

function fits(k: Kernel, task: Task, child: ThreadGroup, { type, id, options }: WaitRequest): boolean {
  if (type === P_PID && child.tgid !== id) return false
  if (type === P_PGID && child.pgid !== id) return false
  if (options & __WNOTHREAD && parentThread(k, child) !== task) return false
  // Children that send something other than SIGCHLD are "clone children".
  if (options & __WALL) return true
  return (child.leader.exitSignal !== SIGCHLD) === ((options & __WCLONE) !== 0)
}

const answer = (child: ThreadGroup, status: number, code: number, value: number): WaitAnswer => ({
  pid: child.tgid,
  uid: child.leader.credentials.uid,
  status,
  code,
  value,
  usage: groupUsage(child),
})

/** What there is to tell of one child, taken unless WNOWAIT; null: nothing. */
function report(k: Kernel, child: ThreadGroup, options: number): WaitAnswer | null {
  const take = (options & WNOWAIT) === 0
  if (isDead(child)) {
    if ((options & WEXITED) === 0) return null
    const status = groupStatus(child)
    const code = ifExited(status) ? CLD_EXITED : dumpedCore(status) ? CLD_DUMPED : CLD_KILLED
    const result = answer(child, status, code, ifExited(status) ? exitCode(status) : termSignal(status))
    addUsage(result.usage, child.childrenUsage)
    if (take) reapGroup(k, child, true)
    return result
  }
  if (child.stopReport === 'stopped' && options & WUNTRACED) {
    if (take) child.stopReport = 'none'
    return answer(child, stoppedStatus(child.stopSignal), CLD_STOPPED, child.stopSignal)
  }
  if (child.stopReport === 'continued' && options & WCONTINUED) {
    if (take) child.stopReport = 'none'
    return answer(child, CONTINUED_STATUS, CLD_CONTINUED, SIGCONT)
  }
  return null
}

/** The first child that fits and has something to tell; null: wait. ECHILD when none can ever fit. */
export function waitForChild(k: Kernel, task: Task, request: WaitRequest): WaitAnswer | null {
  let any = false
  // Among thousands of living children there is nothing to look for.
  const onlyDead = (request.options & (WUNTRACED | WCONTINUED)) === 0
  for (const child of candidates(task, request)) {
    if (!fits(k, task, child, request)) continue
    any = true
    if (onlyDead && task.group.deadChildren === 0) break
    const result = report(k, child, request.options)
    if (result !== null) return result
  }
  if (!any) throw ECHILD
  return null
}

/** Waiting for one child does not look through all of them. */
function candidates(task: Task, { type, id }: WaitRequest): Iterable<ThreadGroup> {
  const { group } = task
  if (type === P_ALL || type === P_PGID) return group.children
  const child = findGroup(task.ns, id)
  return child?.parent === group ? [child] : []
}
