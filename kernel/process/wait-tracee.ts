// Waiting as a tracer (ptrace(2), "Stopped states"): for each thread that a process traces by itself, its stops and its end. What is not
// there to tell yet keeps the process waiting.
import { CLD_TRAPPED, P_PGID, P_PID, stoppedStatus, WCONTINUED, WEXITED, WNOWAIT, __WNOTHREAD } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { isReparented } from '../signal/index.ts'
import { addUsage, groupUsage, isDead } from '../task/index.ts'
import { reapGroup } from './reap.ts'
import { endThread, leaveZombie } from './tracer.ts'
import { untrace } from './tracing.ts'
import { toldOfEnd, toldOfGoingOn, type Told, type WaitAnswer, type WaitRequest } from './wait-report.ts'

const fits = ({ pid, group }: Task, { type, id }: WaitRequest): boolean =>
  type === P_PID ? pid === id : type === P_PGID ? group.pgid === id : true

const answer = (task: Task, told: Told): WaitAnswer => ({
  pid: task.pid,
  uid: task.credentials.uid,
  ...told,
  usage: groupUsage(task.group),
})

/** Its tracer has waited for a zombie: a thread's is gone, a process's is its parent's now. */
function takeEnd(k: Kernel, by: Task, task: Task): void {
  const { group } = task
  if (task !== group.leader) endThread(k, task)
  else if (isReparented(task)) {
    untrace(k, task)
    leaveZombie(k, by, task)
  } else {
    untrace(k, task)
    reapGroup(k, group, true)
  }
}

/** What there is to tell of one; null: nothing now; 'never': nothing that was asked for any more. */
function report(k: Kernel, by: Task, task: Task, options: number): WaitAnswer | null | 'never' {
  const take = (options & WNOWAIT) === 0
  const { group, tracer } = task
  if (task.state === 'Z') {
    // A leader whose threads live on has not ended for anybody.
    if (task !== group.leader || isDead(group)) {
      if ((options & WEXITED) === 0) return options & WCONTINUED ? null : 'never'
      const found = answer(task, toldOfEnd(group.exiting ?? task.exitStatus))
      if (task === group.leader) addUsage(found.usage, group.childrenUsage)
      if (take) takeEnd(k, by, task)
      return found
    }
    return options & (WEXITED | WCONTINUED) ? null : 'never'
  }
  if (tracer !== null && task.state === 't' && tracer.untold && !tracer.listening && tracer.stop !== null) {
    const { code } = tracer.stop
    if (take) tracer.untold = false
    return answer(task, { status: stoppedStatus(code), code: CLD_TRAPPED, value: code })
  }
  const continued = toldOfGoingOn(group, options)
  return continued === null ? null : answer(task, continued)
}

/** The first of those that the process traces that fits and has something to tell. True: there may be something later. */
export function waitForTracee(k: Kernel, task: Task, request: WaitRequest): WaitAnswer | boolean {
  const { options } = request
  const tracers: readonly Task[] = options & __WNOTHREAD ? [task] : task.group.threads
  let any = false
  for (const by of tracers) {
    if (by.tracees === undefined) continue
    for (const tracee of by.tracees) {
      if (!fits(tracee, request)) continue
      const found = report(k, by, tracee, options)
      if (found === 'never') continue
      any = true
      if (found !== null) return found
    }
  }
  return any
}
