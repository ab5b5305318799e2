// Who runs next. Each hart has a heap of runnable tasks: real-time ones by priority, the others by virtual runtime, the time a task
// has had divided by its weight; whoever has had least goes on (CFS). Joining, leaving and picking take O(log n).
import { SCHED_FIFO, SCHED_IDLE, SCHED_OTHER, SCHED_RR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { chargeWake } from '../timing/index.ts'
import type { HartState, SchedEntity } from './types.ts'
import { IDLE_WEIGHT, NICE_0_WEIGHT, weightOfNice } from './weights.ts'

/** Every runnable task shall run once in this time (ns), as long as slices stay above the minimum. */
export const LATENCY = 6_000_000
/** No slice is shorter, and a waking task preempts only one that is ahead by this much (scaled). */
export const MIN_GRANULARITY = 750_000
export const WAKEUP_GRANULARITY = 1_000_000

export const isRealTime = (s: SchedEntity): boolean => s.policy === SCHED_FIFO || s.policy === SCHED_RR
const weightOf = (s: SchedEntity): number => (s.policy === SCHED_IDLE ? IDLE_WEIGHT : weightOfNice(s.nice))

/** A fresh entity; a child's takes over policy, nice and affinity from its parent. */
export function newSchedEntity(affinity: number, parent: SchedEntity | null = null): SchedEntity {
  const reset = parent !== null && parent.resetOnFork
  const entity: SchedEntity = {
    policy: parent === null || (reset && isRealTime(parent)) ? SCHED_OTHER : parent.policy,
    nice: parent === null || (reset && parent.nice < 0) ? 0 : parent.nice,
    rtPriority: parent === null || reset ? 0 : parent.rtPriority,
    weight: NICE_0_WEIGHT,
    vruntime: parent?.vruntime ?? 0,
    sumExec: 0,
    accounted: 0,
    sliceStart: 0,
    hart: parent?.hart ?? 0,
    affinity: parent?.affinity ?? affinity,
    instructions: 0,
    heapIndex: -1,
    order: 0,
    fpHart: -1,
    resetOnFork: false,
    queuedAt: 0,
    runDelay: 0,
    turns: 0,
    customSlice: parent === null || reset ? 0 : parent.customSlice,
  }
  entity.weight = weightOf(entity)
  return entity
}

export const newHartState = (id: number, quantum = 0): HartState => ({
  id,
  current: null,
  time: 0,
  queue: [],
  queueWeight: 0,
  minVruntime: 0,
  resched: false,
  fpOwner: null,
  ran: 0,
  mm: null,
  idleTime: 0,
  systemTime: 0,
  switches: 0,
  timerInterrupts: 0,
  rescheduleCalls: 0,
  flushCalls: 0,
  quantum,
})

/** Real-time before fair, then the higher priority, then the smaller vruntime, then who came first. */
export function before(a: SchedEntity, b: SchedEntity): boolean {
  if (a.rtPriority !== b.rtPriority) return a.rtPriority > b.rtPriority
  if (a.rtPriority === 0 && a.vruntime !== b.vruntime) return a.vruntime < b.vruntime
  return a.order < b.order
}

/** Brings the vruntime of a task up to the time it has had. */
export function account(hart: HartState, s: SchedEntity): void {
  const ran = s.sumExec - s.accounted
  if (ran === 0) return
  s.accounted = s.sumExec
  s.vruntime += (ran * NICE_0_WEIGHT) / s.weight
  raiseFloor(hart, s)
}

/** minVruntime follows the least vruntime among the running and the first queued task, and never falls. */
function raiseFloor(hart: HartState, running: SchedEntity): void {
  const first = hart.queue[0]?.sched
  const least = first === undefined || isRealTime(first) ? running.vruntime : Math.min(first.vruntime, running.vruntime)
  if (least > hart.minVruntime) hart.minVruntime = least
}

/** Puts a task in state R into a hart's queue and has the hart pick again where it should win. */
export function makeRunnable(k: Kernel, task: Task): void {
  const s = task.sched
  if (s.heapIndex >= 0) return
  const home = k.state.harts[s.hart]
  if (home.current === task) return
  const hart = chooseHart(k, s)
  if (hart.id !== s.hart) {
    // Virtual times are relative to the hart's floor.
    s.vruntime += hart.minVruntime - home.minVruntime
    s.hart = hart.id
    k.state.counts.migrations++
  }
  // A long sleeper gets half a latency of credit, not all the time it slept.
  s.vruntime = Math.max(s.vruntime, hart.minVruntime - LATENCY / 2)
  enqueue(k, hart, task)
  const looks = hart.current === null || preempts(hart, s)
  if (looks) {
    hart.resched = true
    if (k.state.harts.length > 1 && hart.id !== k.state.round.hart) hart.rescheduleCalls++
  }
  chargeWake(k, hart.id, task, hart.queue, looks)
}

function preempts(hart: HartState, s: SchedEntity): boolean {
  const current = (hart.current as Task).sched
  if (current.rtPriority !== s.rtPriority) return s.rtPriority > current.rtPriority
  if (s.rtPriority > 0) return false
  account(hart, current)
  return current.vruntime - s.vruntime > (WAKEUP_GRANULARITY * NICE_0_WEIGHT) / s.weight
}

/** The home hart while it is allowed and idle or no busier than the others; else the least busy one that is allowed. */
function chooseHart(k: Kernel, s: SchedEntity): HartState {
  const harts = k.state.harts
  if (harts.length === 1) return harts[0]
  let best: HartState | null = allowed(s, s.hart) ? harts[s.hart] : null
  for (const hart of harts) if (allowed(s, hart.id) && (best === null || load(hart) < load(best))) best = hart
  return best ?? harts[0]
}

const allowed = (s: SchedEntity, hart: number): boolean => Math.floor(s.affinity / 2 ** hart) % 2 === 1
const load = (hart: HartState): number => hart.queue.length + (hart.current === null ? 0 : 1)

const timeOf = (k: Kernel, hart: HartState): number => (k.state.harts.length === 1 ? k.state.time : hart.time)

/** Adds to the heap without asking whether it should preempt: for the task that just left the hart. */
export function enqueue(k: Kernel, hart: HartState, task: Task): void {
  const s = task.sched
  s.order = k.state.schedOrder++
  s.queuedAt = timeOf(k, hart)
  s.heapIndex = hart.queue.length
  hart.queue.push(task)
  hart.queueWeight += s.weight
  siftUp(hart.queue, task)
}

/** Takes a task out of whatever queue it is in. */
export function dequeue(k: Kernel, task: Task): void {
  const s = task.sched
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
  const next = hart.queue[0] ?? (k.state.harts.length > 1 ? steal(k, hart) : undefined)
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
  dequeue(k, task)
  task.sched.vruntime += hart.minVruntime - busiest.minVruntime
  task.sched.hart = hart.id
  k.state.counts.migrations++
  enqueue(k, hart, task)
  return task
}

/** How long the running task of a hart may go on (ns) while others wait: its weight's share of the latency, or SCHED_RR's slice. */
export function sliceOf(hart: HartState, s: SchedEntity, rrSlice: number): number {
  if (hart.queue.length === 0 || s.policy === SCHED_FIFO) return Infinity
  if (hart.quantum > 0) return hart.quantum
  if (s.policy === SCHED_RR) return rrSlice
  return Math.max(s.customSlice || MIN_GRANULARITY, (LATENCY * s.weight) / (s.weight + hart.queueWeight))
}

/** After a change of policy, nice or affinity: weight and place in the queue are made anew. */
export function reweigh(k: Kernel, task: Task): void {
  const s = task.sched
  const hart = k.state.harts[s.hart]
  const queued = s.heapIndex >= 0
  if (queued) dequeue(k, task)
  else account(hart, s)
  s.weight = weightOf(s)
  if (queued) makeRunnable(k, task)
  else if (hart.current === task) hart.resched = true
}

/** sched_yield: everybody else who waits here goes first. */
export function yieldHart(k: Kernel, task: Task): void {
  const hart = k.state.harts[task.sched.hart]
  account(hart, task.sched)
  const first = hart.queue[0]?.sched
  if (first === undefined) return
  if (!isRealTime(task.sched) && !isRealTime(first)) task.sched.vruntime = Math.max(task.sched.vruntime, first.vruntime)
  hart.resched = true
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
