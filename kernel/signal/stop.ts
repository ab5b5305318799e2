// Job control's stop: one thread takes the stop signal, every thread of the process stops, the last one tells the parent.
import { CLD_STOPPED } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { isReparented, reportToParent } from './send.ts'

/** It runs no more; or, traced, it has stopped for this once, whatever its tracer has done with it since. */
const isStill = ({ state, tracer }: Task): boolean =>
  state === 'Z' || state === 'X' || (tracer === null ? state === 'T' : !tracer.stopPending)

/** A thread has taken part in its process's stop. The last one tells the parent, unless that hears of it as the thread's tracer. */
export function joinGroupStop(k: Kernel, task: Task): void {
  const { group, tracer } = task
  if (group.stopReport !== 'coming' || !group.threads.every(isStill)) return
  group.stopReport = 'stopped'
  if (tracer === null || isReparented(task)) reportToParent(k, group, CLD_STOPPED, group.stopSignal)
}

/** The task, which is running now, takes part in its process's stop. A call it was blocked in goes on when it continues. */
export function stopThread(k: Kernel, task: Task): void {
  task.state = 'T'
  joinGroupStop(k, task)
}
