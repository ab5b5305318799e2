// Tasks and processes by number.
import { ESRCH } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'

/** The thread of that number, zombies included. */
export const findTask = (k: Kernel, tid: number): Task | null => k.state.tasks.get(tid) ?? null

/** The process of that number, zombies included. */
export const findGroup = (k: Kernel, tgid: number): ThreadGroup | null => k.state.groups.get(tgid) ?? null

/** As calls with a pid argument mean it: 0 is the caller. ESRCH. */
export function taskByPid(k: Kernel, caller: Task, pid: number): Task {
  const task = pid === 0 ? caller : findTask(k, pid)
  if (task === null) throw ESRCH
  return task
}

/** Live threads of the whole system, and how many of them may run now. */
export function countTasks(k: Kernel): { total: number; running: number } {
  let running = 0
  for (const task of k.state.tasks.values()) if (task.state === 'R') running++
  return { total: k.state.tasks.size, running }
}
