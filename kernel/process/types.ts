// What the process folder keeps for a task or a process: identity, limits, accounting, process numbers, saved-register memory.
import type { Errno } from '../abi/errno.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import type { FileDescription } from '../vfs/types.ts'

/** Memory that a core file holds: pages [start, end), from byte `offset` of the file on. What lies between spans is a hole. */
export interface CoreSpan {
  start: number
  end: number
  offset: number
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

/** Where a traced task stands still, or stood when it was let go and has not gone on from yet. */
export interface TraceStop {
  at: 'entry' | 'exit' | 'delivery'
  /** The call; at the delivery of a signal the one that it cut short, or -1. */
  nr: number
  /** At a call's exit what it answers: what is in a0, or the kernel's own code for a call that may be made again. */
  result: number
  /** At the delivery of a signal. Once let go: what it takes instead; null: nothing. */
  info: SigInfo | null
  /** The call is cut short, and this is still to be settled. */
  interrupted: Errno | null
}

/** Where a task stops for its tracer (tracing.ts). */
export interface Tracer {
  /** At the entry and exit of calls; before signals. With neither it is traced no more. */
  calls: boolean
  signals: boolean
  stop: TraceStop | null
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

/** What a descriptor stands for: a process, or with PIDFD_THREAD one of its threads. */
export interface PidfdTarget {
  group: ThreadGroup
  thread: Task | null
}

export interface PidfdData extends PidfdTarget {
  kind: 'pidfd'
}

/** The second run of a vfork's clone: the child has exec'd or ended. */
export interface Vforking {
  call: 'vfork'
  child: Task
}

/** How far execve has come with reading its texts; those themselves are what the call keeps, argv before envp. */
export interface ReadingArguments {
  call: 'exec'
  /** How many of the texts are argv's; -1: it has not come to its end. */
  args: number
  total: number
}
