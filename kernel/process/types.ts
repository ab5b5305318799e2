// What the process folder keeps for a task or a process: identity, limits, accounting, process numbers, saved-register memory.
import type { ThreadGroup } from '../state.ts'
import type { FileDescription } from '../vfs/types.ts'
import type { CoreSpan } from './core-file.ts'

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

/** Process numbers. A number stays taken while it names a task, a process group or a session. */
export interface PidTable {
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

/** A core dump that is being written (core.ts). */
export interface CoreDump {
  /** Held by this record. */
  file: FileDescription
  /** What ends the process. */
  signal: number
  spans: CoreSpan[]
  /** Bytes that the file will have. */
  size: number
  /** The span and the address that come next. */
  span: number
  next: number
  /** Bytes that may still be written. */
  left: number
  /** No more is written: the limit is reached, or the file takes no more. */
  cut: boolean
}

/** Saved registers live in guest RAM, several tasks to a frame. By frame number: which slots are taken. */
export interface TrapFrames {
  taken: Map<number, number>
  /** Frames with a free slot. */
  partial: Set<number>
}

export interface CloneArgs {
  /** CLONE_* without the exit signal. */
  flags: number
  exitSignal: number
  /** New stack pointer, or 0 to keep the parent's. */
  stack: number
  parentTid: number
  childTid: number
  tls: number
  /** CLONE_PIDFD: where the descriptor's number goes. */
  pidfd: number
  /** clone3 set_tid: wanted pid, or 0. */
  setTid: number
}
