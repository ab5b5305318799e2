// The kernel's whole state as one plain type: no closures, promises, generators or objects with behaviour.
// Tasks, address spaces and files refer to each other directly; a copy (clone.ts) keeps the sharing.
import type { Int64 } from './abi/int64.ts'
import type { FileDescription, FileTable, FsContext, Inode, Vfs } from './vfs/types.ts'
import type { Asids, Frames, Kmem, Mm, ThpPolicy } from './mm/types.ts'
import type { CpuTimer, PendingSignals, PosixTimer, SigAction, SigInfo, Sigset } from './signal/types.ts'
import type { HartState, LoadAverages, SchedEntity, WaitQueue } from './sched/types.ts'
import type { TimerQueue } from './time/types.ts'
import type { GroupId, TaskId } from './ids.ts'
import type { Credentials, Namespaces, Rlimits, Rseq, TrapFrames, Usage } from './task/types.ts'
import type { CoreDump, Tracer } from './process/types.ts'
import type { KeyStore, TaskKeyrings } from './keys/types.ts'
import type { PerfEvent } from './perf/types.ts'
import type { RingData, RingRequest } from './ring/types.ts'
import type { Seccomp } from './seccomp/types.ts'
import type { CostState } from './timing/types.ts'
import type { Tty } from './tty/types.ts'
import type { Sysctls } from './sysctl.ts'
import type { SemUndoList } from './ipc/types.ts'
import type { Progress } from './waiting.ts'

export interface KernelState {
  /** Guest nanoseconds since boot (CLOCK_MONOTONIC). One retired instruction is one nanosecond. */
  time: number
  /** Instructions that all harts have executed: with several harts or while idle it tells instants apart that `time` does not. */
  executed: number
  /** Things that the kernel did: traps handled, calls, switches, signals. With `executed` it names an instant, wherever runs are cut. */
  steps: number
  /** Pieces of long calls that were cut (Blocked.again): work that no instruction shows. */
  pieces: number
  /**
   * With several harts: whose turn it is in the round that ends at `end`; whether it has begun, and whether anybody ran in it. A single
   * hart has only `open`: it was stopped on its way to user mode, before timers may fire.
   */
  round: { hart: number; start: number; end: number; open: boolean; ran: boolean }
  /** CLOCK_REALTIME at boot, since 1970: a fixed date unless the host gave one through the journal. Never before it. */
  bootEpoch: { sec: number; nsec: number }
  /** Every thread, insertion-ordered by creation. Zombies included until reaped. By number: the pid namespaces. */
  tasks: Map<TaskId, Task>
  /** Whose identity was the last one given out. */
  lastTaskId: TaskId
  /** Every process, zombies included. */
  groups: Map<GroupId, ThreadGroup>
  /** What the first process finds itself in, and the kernel where nobody asks. */
  ns: Namespaces
  init: Task | null
  /** What the machine was started for, and halts with: init itself, or the program that init stands behind (`run`). */
  main: Task | null
  /** Signals that init has no handler for do nothing to it. Not so where init is just a program that somebody runs. */
  initProtected: boolean
  harts: HartState[]
  timers: TimerQueue
  load: LoadAverages
  /** Who serves SCHED_OTHER: the fair class, or a policy of the lab. */
  policy: string
  /** Next SchedEntity.order. */
  schedOrder: number
  /** Signals that wait for a user's processes, or more (signal/queued.ts): by user. */
  queuedSignals: Map<number, number>
  /** Watched queues that were woken since signals were last sent for them. */
  asyncNotes: { file: FileDescription; fd: number; queue: WaitQueue }[]
  /** io_urings, and their requests that are to be looked at before anybody is back in user mode. */
  rings: Set<RingData>
  ringNotes: RingRequest[]
  frames: Frames
  kmem: Kmem
  /** A request for memory that is to fail (mm/fail.ts), of one task. */
  failing: { task: TaskId; left: number } | null
  thp: ThpPolicy
  asids: Asids
  trapFrames: TrapFrames
  /** The page of code that every program finds mapped: the way back from signal handlers. */
  vdso: Inode
  vfs: Vfs
  ttys: Tty[]
  /** Who waits for which word of memory (ipc/futex.ts). */
  futexes: Map<string, WaitQueue>
  /** Seeded generator behind getrandom, /dev/urandom, AT_RANDOM, layout: xoshiro128** words. */
  random: Uint32Array
  sysctl: Sysctls
  klog: KernelLog
  keys: KeyStore
  /** Number of the counter made last. */
  perfEvents: number
  /** Of a machine that is timed, or will be at a mark. */
  costs: CostState | null
  /** Whole-system counts for /proc and --stat. */
  counts: SystemCounts
  /** Set when init exited (the wait status), or the machine was shut down: the loop stops. */
  halted: { status: number } | null
}

export interface SystemCounts {
  contextSwitches: number
  migrations: number
  minorFaults: number
  majorFaults: number
  cowCopies: number
  oomKills: number
  forks: number
  syscalls: number
  timerTicks: number
  /** Nanoseconds with nothing to run, and per mode. */
  idleTime: number
}

/** What dmesg shows. */
export interface LogMessage {
  seq: number
  /** Guest time, ns. */
  time: number
  /** facility * 8 + level. */
  priority: number
  text: string
}

export interface KernelLog {
  /** Oldest first; the first one has number `next - messages.length`. */
  messages: LogMessage[]
  /** Characters in `messages`. */
  size: number
  /** Number of the next message. */
  next: number
  /** Numbers from which dmesg shows on (its -c), and from which the one common reader (/proc/kmsg) goes on. */
  cleared: number
  readNext: number
  readers: WaitQueue
  /** Messages about programs' mistakes in the five seconds that began at `since`. */
  limited: { since: number; count: number }
}

/** As in Linux: R running or runnable, S sleeping, D uninterruptible, T stopped, t stopped for its tracer, Z zombie, X dead (gone from the table). */
export type TaskState = 'R' | 'S' | 'D' | 'T' | 't' | 'Z' | 'X'

/** One thread. A process is a ThreadGroup; most have a single task, whose pid is the group's tgid. */
export interface Task {
  /** Never repeats. A thread that calls execve goes on as its process's leader, with the leader's identity and number. */
  id: TaskId
  /** Its number in its pid namespace. */
  pid: number
  ns: Namespaces
  group: ThreadGroup
  comm: string
  state: TaskState
  /** null once exited. A vfork child or thread shares its creator's. */
  mm: Mm | null
  files: FileTable | null
  fs: FsContext | null
  credentials: Credentials
  /** Physical RAM offset of the saved registers (TRAP_FRAME_BYTES, see task/trapframe.ts). Live registers are in the hart while it runs. */
  trapFrame: number
  /** Hart on which it is running right now, or -1: then the registers are in the trap frame. */
  onHart: number
  sched: SchedEntity
  /** The system call in progress: kept while blocked, so that waking runs it again. */
  call: SyscallInProgress | null
  /** Who follows what it does. */
  tracer: Tracer | null
  /** Counters that follow it. */
  perf?: Set<PerfEvent>
  /** Where it finds keys; missing: it never asked. */
  keyrings?: TaskKeyrings
  /** What its calls are held to. */
  seccomp: Seccomp | null
  /** Whom it follows: made when first needed. */
  tracees?: Set<Task>
  /** Queues it sleeps on, and until when (absolute ns, Infinity for no limit). */
  waiting: { queues: WaitQueue[]; exclusive?: WaitQueue[]; deadline: number; interruptible: boolean; timer: number } | null
  // signals
  blocked: Sigset
  pending: PendingSignals
  /** Mask to restore when a handler returns from sigsuspend, ppoll, pselect. */
  savedMask: Sigset | null
  altStack: { sp: number; size: number; flags: number }
  /** True when a deliverable signal may be pending: recomputed by signal/ whenever pending or blocked change. */
  signalPending: boolean
  // thread bits
  clearChildTid: number
  robustList: number
  /** rseq(2); null: it has not registered an area. */
  rseq: Rseq | null
  /** What its end undoes in semaphores (SEM_UNDO); null: nothing. */
  semUndo: SemUndoList | null
  /** Signal to the parent at exit (SIGCHLD for fork, 0 for threads). */
  exitSignal: number
  /** vfork: the parent waits here until this child execs or exits. */
  vforkDone: WaitQueue | null
  /** Wait status once state is Z. */
  exitStatus: number
  startTime: number
  usage: Usage
  /** prctl(PR_SET_PDEATHSIG). */
  parentDeathSignal: number
  /** ioprio_set(2); missing: never set. */
  ioprio?: number
  /** personality(2). */
  personality: number
  /** How late its sleeps may end (ns), and what 0 resets that to: kept; timers here are exact. */
  /** PR_RISCV_V_SET_CONTROL: whether it and what it executes may use vectors. */
  vectorControl: number
  timerSlack: number
  defaultTimerSlack: number
}

/** A process: what its threads share by definition. */
export interface ThreadGroup {
  readonly id: GroupId
  tgid: number
  leader: Task
  threads: Task[]
  parent: ThreadGroup | null
  /** Which of the parent's threads made it (__WNOTHREAD). */
  maker: TaskId
  /** Oldest first; zombies included. */
  children: Set<ThreadGroup>
  /** How many of them are dead and not waited for yet. */
  deadChildren: number
  pgid: number
  sid: number
  /** Controlling terminal. */
  tty: Tty | null
  actions: SigAction[]
  pending: PendingSignals
  /** rt_sigtimedwait and signalfd sleep here; made when first needed. */
  signalWait?: WaitQueue
  rlimits: Rlimits
  /** Parents in wait4 sleep here. */
  childExit: WaitQueue
  /** Usage of reaped children, and of exited threads of this group. */
  childrenUsage: Usage
  exitedUsage: Usage
  /** exit_group in progress: the wait status all threads end with. */
  exiting: number | null
  /** A signal ended it, and its core dump is being written: no thread goes on. */
  coreDump?: CoreDump
  /** Job control: stopped by this signal; and what the parent has not been told yet. `coming`: not all threads stand still. */
  stopSignal: number
  stopReport: 'none' | 'coming' | 'stopped' | 'continued'
  /** setitimer: [real, virtual, prof]; deadlines in ns, 0 off. */
  itimers: { expires: Int64; interval: Int64; timer: number }[]
  /** Polls of this process's end sleep here; made when first needed. */
  exitWait?: WaitQueue
  /** Timers against the time of this process or of its threads; made when first needed. */
  cpuTimers?: CpuTimer[]
  /** timer_create: by id; made when first needed. */
  posixTimers?: Map<number, PosixTimer>
  nextTimerId?: number
  /** Who goes first when memory runs out: -1000 (never) to 1000, and how low it may be set without privileges. */
  oomScoreAdj: number
  oomScoreAdjMin: number
  /** prctl(PR_SET_PTRACER): whose process may trace it where only descendants' may. */
  allowedTracer?: GroupId | 'any'
  /** prctl(PR_SET_CHILD_SUBREAPER). */
  subreaper: boolean
  /** Has exec'd since fork: setpgid by the parent is EACCES from then. */
  hasExeced: boolean
  exePath: string
}

/** Its arguments are still in the registers: `callArguments`. What they led to when it first ran stays so, whatever changes meanwhile. */
export interface SyscallInProgress {
  nr: number
  /** Arguments by name, as they were first read: texts and structures do not change under a call that sleeps. null: not read yet. */
  values: Record<string, unknown> | null
  /**
   * Open files it holds, each a reference: by the descriptor that named it, so that closing or replacing that changes nothing for this
   * call; or NO_DESCRIPTOR for one that it is about to hand out.
   */
  files: { fd: number; file: FileDescription }[]
  /** What the handler worked out in its first run, in a form of its own. */
  kept: unknown
  /** What a handler needs to remember between runs: deadlines (ns), bytes already moved. Plain data. null: nothing. */
  progress: Progress | null
  /** Where one waiter of many is enough, it was this one whom the last wake was for (EPOLLEXCLUSIVE). */
  served: boolean
  /** It was cut, and goes on at once. Nobody else gets its hart before it is done: in Linux it may hold the file's lock. */
  cut: boolean
  startTime: number
}

export type { SigInfo }
