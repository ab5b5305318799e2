// Job control's stop: one thread takes the stop signal, every thread of the process stops, the last one tells the parent.
import { CLD_STOPPED } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { nudge, reportToParent } from './send.ts'

/** A stop signal took effect: from now on every thread that goes by deliverSignals stops. */
export function beginGroupStop(k: Kernel, group: ThreadGroup, signal: number): void {
  group.stopSignal = signal
  group.stopReport = 'none'
  for (const thread of group.threads) nudge(k, thread, signal)
}

const isStill = (task: Task): boolean => task.state === 'T' || task.state === 'Z' || task.state === 'X'

/** The task, which is running now, takes part in its process's stop. A call it was blocked in goes on when it continues. */
export function stopThread(k: Kernel, task: Task): void {
  const { group } = task
  task.state = 'T'
  if (!group.threads.every(isStill)) return
  group.stopReport = 'stopped'
  reportToParent(k, group, CLD_STOPPED, group.stopSignal)
}
