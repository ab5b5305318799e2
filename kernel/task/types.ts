// What a task has that every room may ask for: who it acts as, its numbers, its limits, what it used, where its registers are kept.
import type { Task, ThreadGroup } from '../state.ts'
import type { NetNamespace } from '../net/types.ts'
import type { IpcNamespace } from '../ipc/types.ts'
import type { MountNamespace } from '../vfs/types.ts'

/** Who a task acts as. Never changed in place (tasks share them): replaced whole. Capabilities are bit sets below 2^53. */
export interface Credentials {
  readonly uid: number
  readonly euid: number
  readonly suid: number
  readonly fsuid: number
  readonly gid: number
  readonly egid: number
  readonly sgid: number
  readonly fsgid: number
  /** Supplementary groups. */
  readonly groups: readonly number[]
  readonly capEffective: number
  readonly capPermitted: number
  readonly capInheritable: number
  /** What no program that it executes can gain; what programs without privileges of their own keep. */
  readonly capBounding: number
  readonly capAmbient: number
  /** SECBIT_*: how much root's ids mean. */
  readonly securebits: number
  readonly noNewPrivileges: boolean
}

/**
 * What there may be several of: a task sees the ones that it is in, and shares them with whoever else is. There is one of each so far:
 * clone and unshare refuse to make another.
 */
export interface Namespaces {
  uts: UtsNamespace
  mnt: MountNamespace
  pid: PidNamespace
  net: NetNamespace
  ipc: IpcNamespace
}

/** What the machine is called (sethostname(2)). */
export interface UtsNamespace {
  hostname: string
  domainname: string
}

/** Process numbers. A number stays taken while it names a task, a process group or a session. */
export interface PidNamespace {
  /** Who has which number, zombies included. */
  tasks: Map<number, Task>
  /** One bit per number below PID_MAX. */
  bitmap: Uint32Array
  /** By number: 1 for a task of that number + 1 per member of that process group + 1 per member of that session. */
  uses: Uint32Array
  /** Last number given out: the search goes on from here. */
  last: number
  max: number
  /** Live or zombie members by pgid and by sid. */
  processGroups: Map<number, Set<ThreadGroup>>
  sessions: Map<number, Set<ThreadGroup>>
}

/** A thread's area for restartable sequences (rseq(2)), as it was registered, and what it was last told. */
export interface Rseq {
  /** Address and bytes. */
  readonly at: number
  readonly length: number
  /** What stands before every place to go on at. */
  readonly signature: number
  /** The hart, and the number among the threads of its memory that run, that the program finds there; -1: nothing yet. */
  hart: number
  mmCid: number
  /** It was switched away from, or is to be treated so: before it goes on, a sequence that it is in begins anew. */
  due: boolean
}

/** Indexed by RLIMIT_*; Infinity is RLIM_INFINITY. */
export interface Rlimits {
  soft: Float64Array
  hard: Float64Array
  /** What those hold rounded, by resource. */
  exactSoft?: Readonly<Record<number, bigint>>
  exactHard?: Readonly<Record<number, bigint>>
}

/** What getrusage and /proc tell. Times in nanoseconds; `maxRss` in bytes. */
export interface Usage {
  userTime: number
  systemTime: number
  minorFaults: number
  majorFaults: number
  voluntarySwitches: number
  involuntarySwitches: number
  maxRss: number
  readBytes: number
  writtenBytes: number
  readCalls: number
  writeCalls: number
}

/** Saved registers live in guest RAM, several tasks to a frame. By frame number: which slots are taken. */
export interface TrapFrames {
  taken: Map<number, number>
  /** Frames with a free slot. */
  partial: Set<number>
  /** Frames that hold the vector registers of a task each. */
  vectors: Set<number>
}

/** Processor time of a thread, or of a process (thread null). */
export interface CpuClock {
  group: ThreadGroup
  thread: Task | null
  userOnly: boolean
  /** Ticks at the scheduler's rate; else to the nanosecond. */
  coarse: boolean
}
