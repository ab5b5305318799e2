// What a debugging session is to the faces over it (terminal, gdb, DAP): requests, stops and points, as plain data. No protocol here.
import type { GroupId, Kernel, KernelEvent, RunResult, SigInfo, SignalEffect, Task, TaskId } from '../../kernel/index.ts'
import type { Instant, Timeline } from '../timeline/index.ts'

/**
 * Who something is about. The identity finds it, and never another one that got its number later; the number is what people call it, also when
 * it is gone. A live task is one, but what is kept is a reference (refTo).
 */
export interface TaskRef {
  readonly id: TaskId
  readonly pid: number
}
/** Likewise a process; its number is that of its leader. */
export interface ProcessRef {
  readonly id: GroupId
  readonly pid: number
}

/** Whose stops count: one process (its threads by their group) or, null, the whole machine. */
export type Scope = ProcessRef | null

interface PointBase {
  id: number
  enabled: boolean
  temporary: boolean
  /** Process that it is for; null: machine-wide. */
  scope: Scope
  /** An expression (expression.ts) that must not be 0; null: none. */
  condition: string | null
  /** Stops that are still to be passed over, and those that happened. */
  ignore: number
  hits: number
}

/** Before the instruction at a virtual address. */
export interface Breakpoint extends PointBase {
  kind: 'breakpoint'
  address: number
  /** As it was asked for: `main`, `cow.s:40`, `*0x10100`. */
  spec: string
}

/** After an access to bytes: of a process by virtual address, or of a physical frame by anybody. */
export interface Watchpoint extends PointBase {
  kind: 'watchpoint'
  start: number
  bytes: number
  physical: boolean
  access: 'read' | 'write' | 'access'
  spec: string
  /** Writes stop only where the value changed (gdb's `watch`). */
  onChange: boolean
}

/** At things that happen. `filter` narrows: a system call's or signal's name or number, a fault's kind, task ids of a switch. */
export interface Catchpoint extends PointBase {
  kind: 'catchpoint'
  what: CatchKind
  filter: readonly string[]
}
export type CatchKind =
  | 'syscall'
  | 'syscallReturn'
  | 'signalSent'
  | 'signal'
  | 'fork'
  | 'exec'
  | 'exit'
  | 'fault'
  | 'cow'
  | 'switch'
  | 'wake'
  | 'schedule'
  | 'timer'
  | 'tlbMiss'
  | 'tlbFlush'

export type Point = Breakpoint | Watchpoint | Catchpoint

/** Why a session's run ended. `points` are those that were hit. */
export type Stop =
  | { kind: 'breakpoint'; points: number[]; task: TaskRef; address: number }
  | {
      kind: 'watchpoint'
      points: number[]
      task: TaskRef
      address: number
      access: 'read' | 'write'
      before: Uint8Array
      after: Uint8Array
    }
  | { kind: 'catchpoint'; points: number[]; task: TaskRef; event: SessionEvent }
  /** A step, `until` or `finish` is done. */
  | { kind: 'step'; task: TaskRef }
  /**
   * A task is about to take a signal that stops (signalStops), and stands where the signal found it: of a fault, at the instruction. Going
   * on gives it the signal.
   */
  | { kind: 'signal'; task: TaskRef; signal: number; info: SigInfo; action: SignalEffect }
  /** A process ended; the machine goes on. */
  | { kind: 'exited'; task: TaskRef; status: number }
  | { kind: 'halted'; status: number }
  /** Nothing can run until `until` ns (Infinity: ever): input may change that. */
  | { kind: 'idle'; until: number }
  /** A limit of the request, or `interrupt`. */
  | { kind: 'interrupted' }
  /** Going backwards: the recording begins here. Forwards: it ends here. */
  | { kind: 'historyStart' }
  | { kind: 'historyEnd' }

/** An event without references to live tasks: ids and plain values. */
export interface SessionEvent {
  kind: KernelEvent['kind'] | 'tlbMiss'
  /** NOBODY: a hart that goes idle, or the kernel. */
  task: TaskRef
  instant: Instant
  /** In words, as strace and dmesg would say it. */
  text: string
}

export interface SessionOptions {
  /** Record, so that time can go backwards. Default true. */
  record?: boolean
  /** Instructions between two snapshots. */
  distance?: number
}

/** After a fork: whom to follow, and whether the other one is left to run freely. */
export type FollowFork = 'parent' | 'child' | 'both'

/** Somebody debugs a machine: where it stops, whom it follows, and its recorded past. */
export interface Session {
  readonly k: Kernel
  /** null: not recording. */
  readonly timeline: Timeline | null
  points: Map<number, Point>
  nextPoint: number
  /** The task that steps and register reads are about. Follows stops. */
  focus: TaskRef
  follow: FollowFork
  /** Signals that stop before they are acted on, by number. */
  signalStops: Set<number>
  /** The signal that a task stands before, told already: from here on it is given. */
  held: { task: TaskId; signal: number; at: Instant } | null
  /** Set by `interrupt`: the run ends soon. */
  interrupted: boolean
}

export type { Instant, Kernel, RunResult, Task }
