// Tasks and processes by number.
import { ESRCH } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import type { Namespaces } from './types.ts'

/** The thread of that number, zombies included. */
export const findTask = (ns: Namespaces, tid: number): Task | null => ns.pid.tasks.get(tid) ?? null

/** The process of that number, zombies included. */
export function findGroup(ns: Namespaces, tgid: number): ThreadGroup | null {
  const leader = findTask(ns, tgid)
  return leader !== null && leader.group.leader === leader ? leader.group : null
}

/** As calls with a pid argument mean it: 0 is the caller. ESRCH. */
export function taskByPid(caller: Task, pid: number): Task {
  const task = pid === 0 ? caller : findTask(caller.ns, pid)
  if (task === null) throw ESRCH
  return task
}

/** Live threads of the whole system, and how many of them may run now. */
export function countTasks(k: Kernel): { total: number; running: number } {
  let running = 0
  for (const task of k.state.tasks.values()) if (task.state === 'R') running++
  return { total: k.state.tasks.size, running }
}
