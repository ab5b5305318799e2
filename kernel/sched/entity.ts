// The scheduler's part of a task and of a hart, as they begin; and what a child takes over.
import { EAGAIN, SCHED_OTHER } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { classOf, ownParams } from './class.ts'
import { FAIR_RANK } from './ranks.ts'
import type { HartState, SchedEntity } from './types.ts'
import { NICE_0_WEIGHT } from './weights.ts'

export const newSchedEntity = (affinity: number): SchedEntity => ({
  policy: SCHED_OTHER,
  nice: 0,
  rtPriority: 0,
  weight: NICE_0_WEIGHT,
  vruntime: 0,
  sumExec: 0,
  accounted: 0,
  sliceStart: 0,
  hart: 0,
  affinity,
  instructions: 0,
  migrations: 0,
  heapIndex: -1,
  rank: FAIR_RANK,
  key: 0,
  order: 0,
  stopAt: Infinity,
  held: null,
  deadline: null,
  lab: null,
  fpHart: -1,
  resetOnFork: false,
  queuedAt: 0,
  runDelay: 0,
  turns: 0,
  customSlice: 0,
  blockedOn: null,
  contended: null,
  lent: null,
})

/** EAGAIN: what the parent was promised cannot be promised to a child. */
export function checkFork(k: Kernel, parent: SchedEntity): void {
  if (!ownParams(k, parent).mayFork(parent)) throw EAGAIN
}

/** A child's takes over policy, nice and affinity from its parent, which is accounted for; or what SCHED_RESET_ON_FORK leaves of them. */
export function childEntity(k: Kernel, parent: SchedEntity): SchedEntity {
  const child = newSchedEntity(parent.affinity)
  const reset = parent.resetOnFork
  const urgent = reset && ownParams(k, parent).urgent
  // What it is lent is not its child's.
  const own = parent.lent ?? parent
  // One by one: this is in the way of every fork.
  child.policy = urgent ? SCHED_OTHER : own.policy
  child.nice = urgent ? 0 : reset ? Math.max(0, parent.nice) : parent.nice
  child.rtPriority = reset ? 0 : own.rtPriority
  child.vruntime = parent.vruntime
  child.hart = parent.hart
  child.customSlice = reset ? 0 : parent.customSlice
  child.weight = classOf(k, child).weight(child)
  return child
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
  mm: null,
  idleTime: 0,
  systemTime: 0,
  switches: 0,
  timerInterrupts: 0,
  rescheduleCalls: 0,
  flushCalls: 0,
  quantum,
})
