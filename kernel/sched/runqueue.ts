// Who runs next. Each hart has a heap of runnable tasks: by the rank of their classes, then as their class orders them. What differs
// between classes is in their rows (classes/). Joining, leaving and picking take O(log n).
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { addTimer, cancelTimer } from '../time/index.ts'
import { chargeWake } from '../timing/index.ts'
import { account } from './account.ts'
import { classOf } from './class.ts'
import type { HartState, SchedEntity } from './types.ts'

/** Whose class goes first, then whom that class puts first, then who came first. */
export function before(a: SchedEntity, b: SchedEntity): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank
  return a.key !== b.key ? a.key < b.key : a.order < b.order
}

const timeOf = (k: Kernel, hart: HartState): number => (k.state.harts.length === 1 ? k.state.time : hart.time)

/** Puts a task in state R into a hart's queue and has the hart pick again where it should win; or holds it until it may run. */
export function makeRunnable(k: Kernel, task: Task): void {
  const s = task.sched
  if (s.heapIndex >= 0 || s.held !== null) return
  const home = k.state.harts[s.hart]
  if (home.current === task) return
  const row = classOf(k, s)
  const hart = row.roams ? chooseUrgent(k, s) : chooseHart(k, s)
  if (hart.id !== s.hart) {
    // Virtual times are relative to the hart's floor.
    s.vruntime += hart.minVruntime - home.minVruntime
    s.hart = hart.id
    s.migrations++
    k.state.counts.migrations++
  }
  // The instant of whoever wakes it; its own hart may lie behind.
  const until = row.wakes(hart, s, k.state.time)
  if (until > 0) {
    hold(k, task, until)
    return
  }
  enqueue(k, hart, task)
  const looks = hart.current === null || preempts(k, hart, s)
  if (looks) {
    hart.resched = true
    if (k.state.harts.length > 1 && hart.id !== k.state.round.hart) hart.rescheduleCalls++
  }
  chargeWake(k, hart.id, task, hart.queue, looks)
}

function preempts(k: Kernel, hart: HartState, s: SchedEntity): boolean {
  const current = (hart.current as Task).sched
  const row = classOf(k, s)
  const other = classOf(k, current)
  return row.rank === other.rank ? row.preempts(hart, current, s) : row.rank < other.rank
}

// ---- budgets

function hold(k: Kernel, task: Task, until: number): void {
  task.sched.held = { until, timer: addTimer(k, until, { kind: 'replenish', task }) }
}

/** Its budget comes back, whatever it does now. */
export function replenish(k: Kernel, task: Task): void {
  task.sched.held = null
  if (task.state === 'R') makeRunnable(k, task)
}

/**
 * The task that ran on a hart and still can goes back to its queue; or, as its budget has ended, is held. True: its process shall be
 * told (SIGXCPU).
 */
export function putBack(k: Kernel, hart: HartState, task: Task): boolean {
  const s = task.sched
  if (s.sumExec < s.stopAt) {
    enqueue(k, hart, task)
    return false
  }
  const row = classOf(k, s)
  const told = row.tells(s)
  const until = row.wakes(hart, s, timeOf(k, hart))
  if (until > 0) hold(k, task, until)
  else enqueue(k, hart, task)
  return told
}

// ---- places

/** The home hart while it is allowed and idle or no busier than the others; else the least busy one that is allowed. */
function chooseHart(k: Kernel, s: SchedEntity): HartState {
  const harts = k.state.harts
  if (harts.length === 1) return harts[0]
  let best: HartState | null = allowed(s, s.hart) ? harts[s.hart] : null
  for (const hart of harts) if (allowed(s, hart.id) && (best === null || load(hart) < load(best))) best = hart
  return best ?? harts[0]
}

/** Where it would run at once: the hart whose most urgent task is the least urgent of all, the home hart before others like it. */
function chooseUrgent(k: Kernel, s: SchedEntity): HartState {
  let best = k.state.harts[s.hart]
  for (const hart of k.state.harts) if (allowed(s, hart.id) && isLater(mostUrgent(hart), mostUrgent(best))) best = hart
  return best
}

function mostUrgent({ current, queue }: HartState): SchedEntity | undefined {
  const first = queue[0]?.sched
  const running = current?.state === 'R' ? current.sched : undefined
  return first === undefined || (running !== undefined && before(running, first)) ? running : first
}

const isLater = (a: SchedEntity | undefined, b: SchedEntity | undefined): boolean =>
  b !== undefined && (a === undefined || (a.rank === b.rank ? a.key > b.key : a.rank > b.rank))

const allowed = (s: SchedEntity, hart: number): boolean =>
  hart < 32 ? (s.affinity & (1 << hart)) !== 0 : Math.floor(s.affinity / 2 ** hart) % 2 === 1
const load = (hart: HartState): number => hart.queue.length + (hart.current === null ? 0 : 1)

/** Adds to the heap without asking whether it should preempt: for the task that just left the hart. */
export function enqueue(k: Kernel, hart: HartState, task: Task): void {
  const s = task.sched
  rankAnew(k, hart, s)
  s.order = k.state.schedOrder++
  s.queuedAt = timeOf(k, hart)
  s.heapIndex = hart.queue.length
  hart.queue.push(task)
  hart.queueWeight += s.weight
  siftUp(hart.queue, task)
}

function rankAnew(k: Kernel, hart: HartState, s: SchedEntity): void {
  const row = classOf(k, s)
  s.rank = row.rank
  s.key = row.orders(hart, s)
}

/** Takes a task out of whatever queue it is in; it is not held for its budget any more either. */
export function dequeue(k: Kernel, task: Task): void {
  const s = task.sched
  if (s.held !== null) {
    cancelTimer(k, s.held.timer)
    s.held = null
  }
  if (s.heapIndex < 0) return
  const hart = k.state.harts[s.hart]
  const last = hart.queue.pop() as Task
  hart.queueWeight -= s.weight
  if (last !== task) {
    place(hart.queue, last, s.heapIndex)
    siftUp(hart.queue, last)
    siftDown(hart.queue, last)
  }
  s.heapIndex = -1
}

/** Takes the next task of a hart out of its queue, or one that waits elsewhere when it has none. null: nothing to run. */
export function pickNext(k: Kernel, hart: HartState): Task | null {
  const several = k.state.harts.length > 1
  if (several) fetchUrgent(k, hart)
  const next = hart.queue[0] ?? (several ? steal(k, hart) : undefined)
  if (next === undefined) return null
  dequeue(k, next)
  next.sched.runDelay += Math.max(0, timeOf(k, hart) - next.sched.queuedAt)
  next.sched.hart = hart.id
  return next
}

/** A waiting task of the busiest other hart that may run here. */
function steal(k: Kernel, hart: HartState): Task | undefined {
  let busiest: HartState | undefined
  for (const other of k.state.harts) if (other.queue.length > (busiest?.queue.length ?? 0)) busiest = other
  const task = busiest?.queue.find(t => allowed(t.sched, hart.id))
  if (task === undefined || busiest === undefined) return undefined
  fetch(k, hart, task)
  return task
}

/** Of classes that roam, the first of another queue comes here when it goes before all that wait here. */
function fetchUrgent(k: Kernel, hart: HartState): void {
  let best = hart.queue[0]
  for (const other of k.state.harts) {
    const first = other.queue[0]
    if (first === undefined || other === hart || !classOf(k, first.sched).roams || !allowed(first.sched, hart.id)) continue
    if (best === undefined || before(first.sched, best.sched)) best = first
  }
  if (best !== hart.queue[0]) fetch(k, hart, best)
}

/** A task that waits elsewhere waits here. */
function fetch(k: Kernel, hart: HartState, task: Task): void {
  const from = k.state.harts[task.sched.hart]
  dequeue(k, task)
  task.sched.vruntime += hart.minVruntime - from.minVruntime
  task.sched.hart = hart.id
  task.sched.migrations++
  k.state.counts.migrations++
  enqueue(k, hart, task)
}

/** How long the running task of a hart may go on (ns) while others wait. Infinity: nobody does, or its class has no slices. */
export function sliceOf(k: Kernel, hart: HartState, s: SchedEntity): number {
  if (hart.queue.length === 0) return Infinity
  const slice = classOf(k, s).slice(k, hart, s)
  return slice === Infinity || hart.quantum === 0 ? slice : hart.quantum
}

/** After a change of policy, nice or affinity: weight and place in the queue are made anew. */
export function reweigh(k: Kernel, task: Task): void {
  const s = task.sched
  const hart = k.state.harts[s.hart]
  const waits = s.heapIndex >= 0 || s.held !== null
  if (waits) dequeue(k, task)
  else account(hart, s)
  s.weight = classOf(k, s).weight(s)
  if (waits) makeRunnable(k, task)
  else if (hart.current === task) {
    rankAnew(k, hart, s)
    hart.resched = true
  }
}

/** sched_yield: everybody else who waits here goes first. */
export function yieldHart(k: Kernel, task: Task): void {
  const hart = k.state.harts[task.sched.hart]
  account(hart, task.sched)
  if (classOf(k, task.sched).yields(hart, task.sched)) hart.resched = true
}

/** May this task go on running on its hart? False after sched_setaffinity took it away. */
export const mayRunOn = (task: Task, hart: number): boolean => allowed(task.sched, hart)

function place(queue: Task[], task: Task, index: number): void {
  queue[index] = task
  task.sched.heapIndex = index
}

function siftUp(queue: Task[], task: Task): void {
  let index = task.sched.heapIndex
  while (index > 0) {
    const parent = queue[(index - 1) >> 1]
    if (!before(task.sched, parent.sched)) break
    place(queue, parent, index)
    index = (index - 1) >> 1
  }
  place(queue, task, index)
}

function siftDown(queue: Task[], task: Task): void {
  let index = task.sched.heapIndex
  for (;;) {
    const left = 2 * index + 1
    if (left >= queue.length) break
    const right = left + 1
    const child = right < queue.length && before(queue[right].sched, queue[left].sched) ? right : left
    const other = queue[child]
    if (!before(other.sched, task.sched)) break
    place(queue, other, index)
    index = child
  }
  place(queue, task, index)
}
