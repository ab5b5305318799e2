// What the scheduler keeps: who waits for what, and who runs next on each hart.
import type { Mm } from '../mm/types.ts'
import type { Kernel } from '../kernel.ts'
import type { RingRequest } from '../ring/types.ts'
import type { Task } from '../state.ts'
import type { FileDescription } from '../vfs/types.ts'

/** Tasks asleep until something happens. A task may be on several at once (poll). */
export interface WaitQueue {
  waiters: Task[]
  /** How often it was woken: an edge-triggered epoll compares. */
  wakes: number
  /** Open files whose owner wants a signal when it is woken (O_ASYNC); `fd` is what the signal says. And requests of rings, who look again. */
  watchers: ({ file: FileDescription; fd: number } | { request: RingRequest })[] | null
}

/** The scheduler's part of a task. Times are nanoseconds. */
export interface SchedEntity {
  /** SCHED_OTHER, SCHED_FIFO, ...: a row of the kernel's table of classes. */
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
  /** How often it changed harts. */
  migrations: number
  /** Place in its hart's heap, -1 when not queued (running, asleep, dead). */
  heapIndex: number
  /** Its class's rank, and where that class put it when it was last queued: the least goes first. */
  rank: number
  key: number
  /** Who came first, among equals. */
  order: number
  /** sumExec at which its budget ends; Infinity: it has none. */
  stopAt: number
  /** Its budget is used up: until an instant (ns) it may not run, though it could. */
  held: { until: number; timer: number } | null
  /** Of SCHED_DEADLINE. */
  deadline: DeadlineServer | null
  /** What a policy of the lab keeps of it, by names of its own; null: nothing. */
  lab: Record<string, number> | null
  /** Hart whose floating-point registers hold this task's values if that hart still calls it fpOwner; -1 never. */
  fpHart: number
  resetOnFork: boolean
  /** When it was last queued (its hart's time), how long it has been queued in all (ns), and how often it was put on a hart: schedstat. */
  queuedAt: number
  runDelay: number
  turns: number
  /** sched_setattr's runtime for SCHED_OTHER and SCHED_BATCH (ns), the least slice it asks for; 0: the scheduler's own. */
  customSlice: number
  /** The lock with an owner that it waits for, and those of its own that somebody waits for; null: none (lending.ts). */
  blockedOn: OwnedLock | null
  contended: OwnedLock[] | null
  /** It runs as somebody lends it; what it asked for itself is kept here. */
  lent: Lent | null
}

/** Parameters as a task was given them; `policy`, `rtPriority`, `deadline` and `stopAt` of its entity are those that it runs with. */
export type OwnParams = Pick<SchedEntity, 'policy' | 'rtPriority' | 'deadline' | 'stopAt'>

/** What a task was given itself while it runs with the priority of one that waits for a lock of its. */
export interface Lent extends OwnParams {
  by: Task
  /** Nice value of who lends, where that shares the processor: shown, and no more (Linux too leaves the weight). */
  nice: number
}

/** A lock that somebody waits for, with its waiters: they lend their priority to the owner. */
export interface OwnedLock {
  owner: Task
  queue: WaitQueue
}

/** What SCHED_DEADLINE promises a task: so much time in each period, each time before a deadline (ns). */
export interface DeadlineServer {
  runtime: number
  /** From the beginning of a period; no later than its end. */
  deadline: number
  period: number
  /** SCHED_FLAG_DL_OVERRUN, or 0. */
  flags: number
  /** The deadline of the period that it is in (absolute). */
  end: number
  /** It gave up the rest of its budget. */
  yielded: boolean
}

/** What sched_setattr(2) and its elder kin ask for. */
export interface SchedWanted {
  policy: number
  resetOnFork: boolean
  priority: number
  nice: number
  /** Nanoseconds: a budget, or the least slice (0: the scheduler's own). */
  runtime: number
  deadline: number
  period: number
  /** As in struct sched_attr. */
  flags: number
  /** SCHED_FLAG_KEEP_PARAMS: nothing but reset-on-fork changes, the policy neither. */
  keepParams: boolean
}

/** What limits let anybody have: RLIMIT_RTPRIO, and the least nice value that RLIMIT_NICE allows. */
export interface SchedLimits {
  rtPriority: number
  nice: number
}

/** A class as programs ask for it: what its parameters may be, who may have them, and what is answered. */
export interface SchedParams {
  /** Of what kind its tasks are, in a sentence. */
  readonly kind: string
  /** Before every task that shares the processor: such do not follow nice values. */
  readonly urgent: boolean
  /** sched_get_priority_min(2) and _max. */
  readonly priorities: readonly [number, number]
  /** False: EINVAL. Priorities have been looked at. */
  valid(wanted: SchedWanted): boolean
  /** Does it take CAP_SYS_NICE to get this from what one has? And to leave this class? */
  needsRight(s: SchedEntity, wanted: SchedWanted, limits: SchedLimits): boolean
  leavingNeedsRight(s: SchedEntity, wanted: SchedWanted, limits: SchedLimits): boolean
  /** Throws EPERM or EBUSY where there is no room for it. */
  admit(k: Kernel, task: Task, wanted: SchedWanted): void
  /** It is in this class from `now` on, with these parameters; and it leaves. */
  take(s: SchedEntity, wanted: SchedWanted, now: number): void
  leave(s: SchedEntity): void
  /** What sched_getattr(2) answers besides policy and reset-on-fork. */
  answer(s: SchedEntity): Partial<Pick<SchedWanted, 'priority' | 'nice' | 'runtime' | 'deadline' | 'period' | 'flags'>>
  /** sched_rr_get_interval(2), ns. */
  interval(k: Kernel, s: SchedEntity): number
  /** False: fork is EAGAIN. */
  mayFork(s: SchedEntity): boolean
  /** As /proc/PID/stat shows it. */
  priority(s: SchedEntity): number
  /** Its class for input and output, where it was given none (ioprio_set(2)). */
  ioClass(s: SchedEntity): 'RT' | 'BE' | 'IDLE'
}

/** Words for the reasons of a class: how a span of time is written, and what the other task is called. */
export interface SchedWords {
  span(ns: number): string
  other: string
}

/**
 * A scheduling class: a row of the table that the runqueues are handed. All tasks of a lower rank go before those of higher ones; within
 * one the class says. Nothing of it is state: that is in the entity.
 */
export interface SchedClass {
  readonly name: string
  readonly doc: string
  /** The policies of sched_setscheduler(2) that are served by it. */
  readonly policies: readonly number[]
  readonly rank: number
  readonly params: SchedParams
  /** It goes to whatever hart it could run on at once, and a hart that chooses anew looks for it in others' queues. */
  readonly roams: boolean
  /** Its share of the processor, where shares count: 1024 at nice 0. */
  weight(s: SchedEntity): number
  /** Asked as it joins a queue: whoever has the least number goes first, and of equals who came first. */
  orders(hart: HartState, s: SchedEntity): number
  /** It has just joined the queue of a hart that runs another one of this rank: does it go first? */
  preempts(hart: HartState, current: SchedEntity, s: SchedEntity): boolean
  /** How long it may go on while others wait (ns). Infinity: until it sleeps, yields or is preempted. */
  slice(k: Kernel, hart: HartState, s: SchedEntity): number
  /** It could run again, or its budget is used up. Answers until when (absolute ns) it may not; 0: it may. */
  wakes(hart: HartState, s: SchedEntity, now: number): number
  /** Its budget has just ended while it ran: shall its process be told (SIGXCPU)? */
  tells(s: SchedEntity): boolean
  /** One of its tasks lends `s` its priority: what `s` runs with from `now` on. */
  lends(s: SchedEntity, by: SchedEntity, now: number): void
  /** sched_yield(2) by the running task. True: the hart chooses anew. */
  yields(hart: HartState, s: SchedEntity): boolean
  /** Where it stands, for a comparison with another class: "real-time priority 7". */
  says(s: SchedEntity, words: SchedWords): string
  /** Why it is before another one of its rank. */
  whyNext(s: SchedEntity, other: SchedEntity, words: SchedWords): string
  /** What its slice is. */
  whySlice(words: SchedWords): string
}

/** By policy; undefined: there is none of that number. */
export type SchedTable = readonly (SchedClass | undefined)[]

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
