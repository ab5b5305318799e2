// Fault injection as in Linux (fault-injection.rst, fail-nth): a task says which of its next requests for memory, of frames and of what the
// kernel keeps for it, is refused. So each can be refused once, and nothing may be left behind.
import { currentTask } from '../current.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'

/** The `nth` request from now on fails; 0: none does. */
export function setFailNth(k: Kernel, task: Task, nth: number): void {
  k.state.failing = nth > 0 ? { task: task.id, left: nth } : null
}

/** How many requests a task is from the one that fails; 0: that has failed, or none was to. */
export const failNth = ({ state: { failing } }: Kernel, task: Task): number => (failing?.task === task.id ? failing.left : 0)

/** A request for memory while one is to fail: is it this one? */
export function failsNow({ state }: Kernel): boolean {
  const { failing } = state
  if (failing === null || currentTask(state)?.id !== failing.task || --failing.left > 0) return false
  state.failing = null
  return true
}
