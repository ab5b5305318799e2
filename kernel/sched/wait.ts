// Sleeping and waking. A sleeper is data: the queues it is on and its deadline; whoever changes what it waits for wakes it, and
// it looks again for itself (its system call is run again from the start).
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { lend, stopLending } from './lending.ts'
import { makeRunnable } from './runqueue.ts'
import { addTimer, cancelTimer } from '../time/index.ts'
import type { WaitQueue } from './types.ts'

export const newQueue = (): WaitQueue => ({ waiters: [], wakes: 0, watchers: null })

/**
 * Puts a running task to sleep until a wake on one of the queues, the deadline (absolute ns, Infinity for none) or, when
 * interruptible, a signal. `owner`: the first queue is that of a lock of its. The task must not be in a runqueue; the loop picks another one.
 */
export function sleepOn(
  k: Kernel,
  task: Task,
  queues: WaitQueue[],
  deadline: number,
  interruptible: boolean,
  exclusive?: WaitQueue[],
  owner?: Task,
): void {
  for (const queue of queues) queue.waiters.push(task)
  const timer = deadline === Infinity ? 0 : addTimer(k, deadline, { kind: 'wake', task })
  task.waiting = { queues, deadline, interruptible, timer }
  if (exclusive !== undefined) task.waiting.exclusive = exclusive
  task.state = interruptible ? 'S' : 'D'
  if (owner !== undefined) lend(k, task, queues[0], owner)
}

/** A sleeper's deadline is another from now on. */
export function moveDeadline(k: Kernel, task: Task, deadline: number): void {
  const { waiting } = task
  if (waiting === null) return
  cancelTimer(k, waiting.timer)
  waiting.deadline = deadline
  waiting.timer = deadline === Infinity ? 0 : addTimer(k, deadline, { kind: 'wake', task })
}

/** Takes a task off everything it waits for, without making it runnable (exit, stop). */
export function stopWaiting(k: Kernel, task: Task): void {
  const waiting = task.waiting
  if (waiting === null) return
  task.waiting = null
  if (waiting.timer !== 0) cancelTimer(k, waiting.timer)
  for (const { waiters } of waiting.queues) {
    // Most often it is alone there, or the last that came; wakers take from the front.
    if (waiters[waiters.length - 1] === task) waiters.pop()
    else if (waiters[0] === task) waiters.shift()
    else {
      const at = waiters.lastIndexOf(task)
      if (at > 0) waiters.splice(at, 1)
    }
  }
  const { blockedOn } = task.sched
  if (blockedOn !== null) stopLending(k, task, blockedOn)
}

/** Ends a task's sleep, whatever it was for. Nothing happens to one that does not sleep; a stopped one stays stopped. */
export function wakeTask(k: Kernel, task: Task): void {
  if (task.waiting === null) return
  stopWaiting(k, task)
  if (task.state !== 'S' && task.state !== 'D') return
  task.state = 'R'
  makeRunnable(k, task)
  if (k.events.wake !== undefined) emit(k, { kind: 'wake', task })
}

/** Notes for the files that are watched, whose signals go out later (ipc/async.ts), and for requests that look again (ring/run.ts). */
function note(k: Kernel, queue: WaitQueue): void {
  for (const watcher of queue.watchers ?? []) {
    if ('file' in watcher) k.state.asyncNotes.push({ ...watcher, queue })
    else if (!watcher.request.noted) {
      watcher.request.noted = true
      k.state.ringNotes.push(watcher.request)
    }
  }
}

/** Wakes who waits; of the exclusive waiters only the one that has waited longest, whose call is `served`. `every`: all of them as well. */
export function wakeAll(k: Kernel, queue: WaitQueue, every = false): void {
  queue.wakes++
  if (queue.watchers !== null) note(k, queue)
  const { waiters } = queue
  if (waiters.length === 0) return
  if (waiters.length === 1) {
    const [task] = waiters
    if (task.call && task.waiting?.exclusive?.includes(queue)) task.call.served = true
    wakeTask(k, task)
    return
  }
  // Emptied first: each task's own removal then finds nothing to search through.
  queue.waiters = []
  let left: Task[] | null = null
  let served = false
  for (const task of waiters) {
    if (!every && task.waiting?.exclusive?.includes(queue)) {
      if (served) {
        left ??= []
        left.push(task)
        continue
      }
      served = true
      if (task.call) task.call.served = true
    }
    wakeTask(k, task)
  }
  if (left !== null) queue.waiters = left
}

/** Wakes the one that has waited longest. */
export function wakeOne(k: Kernel, queue: WaitQueue): void {
  queue.wakes++
  if (queue.watchers !== null) note(k, queue)
  const task = queue.waiters[0]
  if (task !== undefined) wakeTask(k, task)
}
