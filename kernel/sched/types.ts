// What the scheduler keeps: who waits for what, and who runs next on each hart.
import type { Mm } from '../mm/types.ts'
import type { Task } from '../state.ts'
import type { FileDescription } from '../vfs/types.ts'

/** Tasks asleep until something happens. A task may be on several at once (poll). */
export interface WaitQueue {
  waiters: Task[]
  /** How often it was woken: an edge-triggered epoll compares. */
  wakes: number
  /** Open files whose owner wants a signal when it is woken (O_ASYNC); `fd` is what the signal says. */
  watchers: { file: FileDescription; fd: number }[] | null
}

/** The scheduler's part of a task. Times are nanoseconds. */
export interface SchedEntity {
  /** SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH or SCHED_IDLE. */
  policy: number
  /** -20..19; counts for SCHED_OTHER and SCHED_BATCH. */
  nice: number
  /** 1..99 for SCHED_FIFO and SCHED_RR, else 0. */
  rtPriority: number
  /** Share of the processor: 1024 at nice 0. */
  weight: number
  /** Time had, scaled by NICE_0_WEIGHT / weight. */
  vruntime: number
  /** Time had, in all. */
  sumExec: number
  /** sumExec when vruntime was last brought up to date. */
  accounted: number
  /** sumExec when it was last put on a hart: its slice counts from here. */
  sliceStart: number
  /** Home hart: whose queue it waits in, or on which it ran last. */
  hart: number
  /** Bit n set: may run on hart n. */
  affinity: number
  /** Instructions it has executed, calls of the system included. */
  instructions: number
  /** Place in its hart's heap, -1 when not queued (running, asleep, dead). */
  heapIndex: number
  /** Who came first, among equals. */
  order: number
  /** Hart whose floating-point registers hold this task's values if that hart still calls it fpOwner; -1 never. */
  fpHart: number
  resetOnFork: boolean
  /** When it was last queued (its hart's time), how long it has been queued in all (ns), and how often it was put on a hart: schedstat. */
  queuedAt: number
  runDelay: number
  turns: number
  /** sched_setattr's runtime for SCHED_OTHER and SCHED_BATCH (ns), the least slice it asks for; 0: the scheduler's own. */
  customSlice: number
}

/** One hart as the scheduler sees it. */
export interface HartState {
  id: number
  current: Task | null
  /** Its own clock within a round of several harts (ns). */
  time: number
  /** Runnable tasks other than `current`: a binary heap, the next one first. */
  queue: Task[]
  /** Sum of weights in `queue`. */
  queueWeight: number
  /** Never falls: where a newcomer or a long sleeper starts. */
  minVruntime: number
  /** Pick again before going back to user mode. */
  resched: boolean
  /** Whose values the floating-point registers hold. */
  fpOwner: Task | null
  /** Who executed an instruction on it last: a task id, 0 nobody. */
  ran: number
  /** Address space that satp names. */
  mm: Mm | null
  idleTime: number
  /** Time in the kernel, of whatever task (ns). */
  systemTime: number
  switches: number
  /** Interrupts it took: its timer's, calls by another hart to choose anew, and to flush its TLB. */
  timerInterrupts: number
  rescheduleCalls: number
  flushCalls: number
  /** Every task's slice (ns) instead of the scheduler's own; 0: none. */
  quantum: number
}

/** In fixed point of 11 bits, and when they are due again (ns). */
export interface LoadAverages {
  next: number
  values: number[]
}
