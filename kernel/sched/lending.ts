// Priority inheritance (Linux's rt_mutex): whoever waits for a lock lends its priority to the owner, who lends it on to the owner of what it
// waits for itself. What a task runs with stands in its entity; what it was given is in `lent` meanwhile, so that running costs nothing more.
import { NICE_MAX } from './weights.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { asGiven, classOf, isMoreUrgent } from './class.ts'
import { REAL_TIME_RANK } from './ranks.ts'
import { reweigh } from './runqueue.ts'
import type { OwnedLock, SchedEntity, WaitQueue } from './types.ts'

/** Does `owner` wait, over however many locks, for `task`? A chain that is too long counts as one that does. */
export function waitsForItself(k: Kernel, task: Task, owner: Task): boolean {
  let at = owner
  for (let depth = 0; depth < k.state.sysctl.maxLockDepth; depth++) {
    if (at === task) return true
    const { blockedOn } = at.sched
    if (blockedOn === null) return false
    at = blockedOn.owner
  }
  return true
}

/** Who owns the lock that these wait for; null: nobody lends anything there. */
export const lockOwner = (queue: WaitQueue | undefined): Task | null => queue?.waiters[0]?.sched.blockedOn?.owner ?? null

/** A task has just begun to wait in the queue of a lock of `owner`'s. */
export function lend(k: Kernel, task: Task, queue: WaitQueue, owner: Task): void {
  let lock = queue.waiters[0].sched.blockedOn
  if (lock === null) {
    lock = { owner, queue }
    own(owner, lock)
  }
  task.sched.blockedOn = lock
  settleFrom(k, lock.owner)
}

/** It waits for its lock no longer, and is out of the queue. */
export function stopLending(k: Kernel, task: Task, lock: OwnedLock): void {
  task.sched.blockedOn = null
  if (lock.queue.waiters.length === 0) disown(lock)
  settleFrom(k, lock.owner)
}

/** A lock that somebody still waits for has another owner: who was the first of them, so nobody left has more to lend it (but a nice value). */
export function passLock(k: Kernel, lock: OwnedLock, owner: Task): void {
  if (lock.queue.waiters.length === 0) return
  const before = lock.owner
  disown(lock)
  lock.owner = owner
  own(owner, lock)
  settleFrom(k, before)
}

/** Changes what a task was given, its nice value too; what it is lent, and lends, follows. */
export function changeOwn(k: Kernel, task: Task, change: () => void): void {
  const s = task.sched
  const before = standing(k, s)
  takeBack(s)
  change()
  borrow(k, task)
  reweigh(k, task)
  passOn(k, task, before)
}

function own(owner: Task, lock: OwnedLock): void {
  const { sched } = owner
  sched.contended ??= []
  sched.contended.push(lock)
}

function disown({ owner, queue }: OwnedLock): void {
  const left = (owner.sched.contended ?? []).filter(other => other.queue !== queue)
  owner.sched.contended = left.length === 0 ? null : left
}

/** Who lends to a task: the most urgent of the first of each of its locks. */
function lenderOf(k: Kernel, { sched }: Task): Task | null {
  let best: Task | null = null
  for (const { queue } of sched.contended ?? []) {
    const first = firstWaiter(k, queue)
    if (first !== null && (best === null || isMoreUrgent(k, first.sched, best.sched))) best = first
  }
  return best
}

/** Who gets the lock next: the most urgent (deadlines, then real-time priorities), then who has waited longest. */
export function firstWaiter(k: Kernel, { waiters }: WaitQueue): Task | null {
  let first: Task | null = null
  for (const task of waiters) if (first === null || isMoreUrgent(k, task.sched, first.sched)) first = task
  return first
}

/** What others see of a task's urgency. */
const standing = (k: Kernel, s: SchedEntity): string => `${classOf(k, s).rank} ${s.deadline?.end ?? s.rtPriority}`

/** As /proc shows it, where it shares the processor. */
const shownNice = (s: SchedEntity): number => Math.min(s.nice, s.lent?.nice ?? NICE_MAX)

/** From a task along the chain of what is waited for, until nothing changes. */
function settleFrom(k: Kernel, task: Task): void {
  let at: Task | null = task
  for (let depth = 0; at !== null && depth <= k.state.sysctl.maxLockDepth; depth++) {
    const before = standing(k, at.sched)
    const nice = shownNice(at.sched)
    if (borrow(k, at)) reweigh(k, at)
    if (standing(k, at.sched) === before && shownNice(at.sched) === nice) return
    at = requeued(k, at, before)
  }
}

function passOn(k: Kernel, task: Task, before: string): void {
  const next = requeued(k, task, before)
  if (next !== null) settleFrom(k, next)
}

/** One whose priority changed goes behind its new equals. Answers who owns what it waits for. */
function requeued(k: Kernel, task: Task, before: string): Task | null {
  const { blockedOn } = task.sched
  if (blockedOn === null) return null
  const { waiters } = blockedOn.queue
  if (standing(k, task.sched) !== before) waiters.push(...waiters.splice(waiters.indexOf(task), 1))
  return blockedOn.owner
}

/** It runs as the most urgent of those who wait for it, or as it was given. True: that is something else than before. */
function borrow(k: Kernel, task: Task): boolean {
  const s = task.sched
  const by = lenderOf(k, task)
  const helps = by !== null && isHelped(k, asGiven(s), by.sched)
  if (!helps) return takeBack(s)
  if (s.lent?.by === by && isAsLent(k, s, by.sched)) return false
  takeBack(s)
  const { policy, rtPriority, deadline, stopAt } = s
  const row = classOf(k, by.sched)
  s.lent = { policy, rtPriority, deadline, stopAt, by, nice: row.params.urgent ? NICE_MAX : shownNice(by.sched) }
  row.lends(s, by.sched, k.state.time)
  return true
}

const isHelped = (k: Kernel, own: SchedEntity, by: SchedEntity): boolean => {
  if (classOf(k, by).params.urgent) return isMoreUrgent(k, by, own)
  return !classOf(k, own).params.urgent && shownNice(by) < own.nice
}

/** Its lender has not changed since. */
function isAsLent(k: Kernel, s: SchedEntity, by: SchedEntity): boolean {
  if (classOf(k, s).rank !== classOf(k, by).rank || s.rtPriority !== by.rtPriority) return false
  if (s.deadline !== null && by.deadline !== null)
    return s.deadline.runtime === by.deadline.runtime && s.deadline.deadline === by.deadline.deadline
  return classOf(k, by).params.urgent || s.lent?.nice === shownNice(by)
}

/** It runs as it was given. */
function takeBack(s: SchedEntity): boolean {
  if (s.lent === null) return false
  const { policy, rtPriority, deadline, stopAt } = s.lent
  Object.assign(s, { policy, rtPriority, deadline, stopAt, lent: null })
  return true
}

/** What does not add up: for audits. */
export function* auditLending(k: Kernel): Iterable<string> {
  for (const task of k.state.tasks.values()) {
    const { blockedOn, contended, lent } = task.sched
    const name = `task ${task.pid}`
    if (blockedOn !== null && !(task.waiting?.queues.includes(blockedOn.queue) && blockedOn.owner.sched.contended?.includes(blockedOn)))
      yield `${name} lends for a lock that it does not wait for, or whose owner does not know it`
    for (const lock of contended ?? []) {
      if (lock.owner !== task || lock.queue.waiters.length === 0) yield `${name} has a lock that is not its own, or that nobody waits for`
      if (lock.queue.waiters.some(waiter => waiter.sched.blockedOn !== lock)) yield `${name} has a lock whose waiters do not lend`
    }
    const by = lenderOf(k, task)
    if (lent !== null && lent.by !== by) yield `${name} runs with what task ${lent.by.pid} lends, which is not its first waiter`
    // Deadlines move while the owner runs, and nice values do not follow a lock that is passed on.
    if (lent === null && by !== null && classOf(k, by.sched).rank === REAL_TIME_RANK && isHelped(k, task.sched, by.sched))
      yield `${name} is not lent what task ${by.pid} has`
  }
}
