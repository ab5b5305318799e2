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
  /**
   * Before a call or after one; before it takes a signal; inside of a call or at its end, where something happened that its tracer wants to
   * know (PTRACE_EVENT_*); because its process stops, or its tracer interrupted it.
   */
  at: 'entry' | 'exit' | 'delivery' | 'event' | 'trap'
  /** As wait tells it: a signal, and PTRACE_EVENT_* from bit 8 on. */
  code: number
  /** The call; at the delivery of a signal the one that it cut short; -1: it is in none. */
  nr: number
  /** At a call's exit what it answers: what is in a0, or the kernel's own code for a call that may be made again. */
  result: number
  /** What PTRACE_GETSIGINFO answers. Once let go from a delivery: what it takes instead; null: nothing. */
  info: SigInfo | null
  /** The call is cut short, and this is still to be settled. */
  interrupted: Errno | null
  /** PTRACE_GETEVENTMSG. */
  message: number
  /** At the event of an exec: it stops once more, at the exit of that call. */
  exits: boolean
}

/** Where a task stops for its tracer (tracing.ts), and what was asked of it. */
export interface Tracer {
  /** null: nobody in the machine. */
  by: Task | null
  /** By PTRACE_SEIZE. */
  seized: boolean
  /** PTRACE_O_*. */
  options: number
  /** Its tracer had CAP_SYS_PTRACE: programs that bring rights bring them all the same. */
  privileged: boolean
  /** At the entry and exit of calls; before signals. */
  calls: boolean
  signals: boolean
  stop: TraceStop | null
  /** wait has not told of the stop yet. */
  untold: boolean
  /** PTRACE_LISTEN: it stays stopped with its process, and its tracer cannot ask. */
  listening: boolean
  /** It has to take part in a stop of its process (JOBCTL_STOP_PENDING), which `stopSignal` began. */
  stopPending: boolean
  stopSignal: number
  /** It has to stop for its tracer (JOBCTL_TRAP_STOP), or because the process stops or goes on (JOBCTL_TRAP_NOTIFY). */
  trap: boolean
  notify: boolean
  /** SIGCONT came while it stood before a signal: if that is one that stops, it does not. */
  continued: boolean
  /** It was stopped for its end already. */
  ending: boolean
  /** Set by its tracer inside of a call: what a0 is if the call is not made (Linux begins with -ENOSYS), and where it goes on. */
  answer: bigint | null
  next: bigint | null
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

/** A clone that has made its child: its tracer was told of that, or it is a vfork, whose child has exec'd or ended. */
export interface Cloning {
  call: 'clone'
  child: Task
  vfork: boolean
  /** What comes next: waiting for a vfork's child, or, its tracer told of that too, the answer. */
  next: 'wait' | 'answer'
}

/** A call that ends its task, which stands still for its tracer first. */
export interface Ending {
  call: 'end'
}

/** How far execve has come with reading its texts; those themselves are what the call keeps, argv before envp. */
export interface ReadingArguments {
  call: 'exec'
  /** How many of the texts are argv's; -1: it has not come to its end. */
  args: number
  total: number
}
