// What a signal is to the kernel, as plain data: sets, dispositions, what is known of each one sent, and what waits to be delivered.

import type { Int64 } from '../abi/int64.ts'
import type { CpuClock } from '../task/types.ts'
import type { TimerSpec } from '../time/types.ts'

/** Bit n-1 stands for signal n: 64 bits, so a bigint. */
export type Sigset = bigint

/** A disposition as rt_sigaction keeps it. Records are never changed in place: actions are replaced, so fork may share them. */
export interface SigAction {
  /** SIG_DFL 0, SIG_IGN 1, or the address of the handler. */
  readonly handler: number
  /** SA_* */
  readonly flags: number
  /** Blocked besides the signal itself while the handler runs. Never holds SIGKILL or SIGSTOP. */
  readonly mask: Sigset
}

/** What siginfo_t says besides the number and code; `kind` names the member of its union. */
export type SigFields =
  | { kind: 'kill'; pid: number; uid: number }
  | { kind: 'queue'; pid: number; uid: number; value: bigint }
  | { kind: 'timer'; id: number; overrun: number; value: bigint }
  | { kind: 'child'; pid: number; uid: number; status: number; utime: number; stime: number }
  | { kind: 'fault'; address: number }
  | { kind: 'poll'; band: number; fd: number }
  | { kind: 'sys'; address: number; syscall: number; arch: number }

export interface SigInfo {
  signal: number
  errno: number
  /** si_code: SI_USER 0, SI_KERNEL 0x80, SI_QUEUE -1, SEGV_MAPERR 1, CLD_EXITED 1, ... */
  code: number
  fields: SigFields
  /** From a trap of the thread itself: takes effect on init as well. */
  forced?: true
  /** Nothing keeps it from its task, no tracer either (SA_IMMUTABLE). */
  unseen?: true
}

/** Signals sent and not yet taken, of one thread or of a whole process. Ordinary ones merge, real-time ones queue in order. */
export interface PendingSignals {
  set: Sigset
  queue: SigInfo[]
}

/** What a signal does to whoever takes it. */
export type SignalEffect = 'handler' | 'terminate' | 'core' | 'stop' | 'continue' | 'ignore'

/**
 * What deliverSignals left behind: back to the program, the interrupted call once more, stopped (state T), dumping core (to be called once
 * more), or exited (it may not run again).
 */
export type Delivery = 'user' | 'again' | 'stopped' | 'dumping' | 'dead'

/** timer_create(2). Instants and intervals in nanoseconds of CLOCK_MONOTONIC, whatever clock the program named; of `cpu` where there is one. */
export interface PosixTimer {
  id: number
  clock: number
  /** 0: SIGEV_NONE, nothing is sent. */
  signal: number
  /** Thread that gets it (SIGEV_THREAD_ID), 0: the process. */
  tid: number
  value: bigint
  /** Next expiry, 0: disarmed. */
  expires: Int64
  interval: Int64
  /** The kernel's timer, 0: none runs (disarmed, or its signal waits to be taken). */
  timer: number
  /** Expiries that the signal taken last stood for beyond the first (timer_getoverrun). */
  overrun: number
  /** It runs against processor time; and the timer that waits for it, while armed. */
  cpu: CpuClock | null
  cpuTimer: CpuTimer | null
  /** Set for an instant of the date (TIMER_ABSTIME on CLOCK_REALTIME): it follows a change of that. */
  dated: boolean
}

/** A timer against processor time. */
export interface CpuTimer {
  clock: CpuClock
  /** When the clock shows this (ns). */
  at: number
  spec: TimerSpec
}
