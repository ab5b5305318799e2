// What a conversation with a debugger is: plain data over a session. Packets are rows of tables, each with what it answers.
import type { SigInfo } from '../../kernel/index.ts'
import type { Motion, Written } from '../motion/index.ts'
import type { Instant, Session, Stop, TaskRef } from '../session/index.ts'
import type { Decoder } from './framing.ts'

/** Processes as inferiors with their threads; or the hardware, its harts as the threads of one inferior. */
export type GdbView = 'process' | 'machine'

/** A thread as gdb names it. Of the machine: inferior 1, hart + 1. Else a process and a task. */
export interface ThreadId {
  pid: number
  tid: number
}

/** Something that happened while the machine ran, and that is reported before anything else does. */
export type Noted =
  | { kind: 'fork'; task: TaskRef; child: TaskRef; vfork: boolean }
  | { kind: 'exec'; task: TaskRef; path: string }
  | { kind: 'exit'; task: TaskRef; pid: number; status: number }
  | { kind: 'syscall'; task: TaskRef; nr: number; enter: boolean; at: Instant }

/** What it was told to do, until it stops. */
export type Going =
  | { kind: 'on' | 'back'; motion: Motion }
  /** A monitor command that takes a while: the answer to its packet comes at its end. */
  | { kind: 'asked'; motion: Motion<Stop | Written>; answer(found: Stop | Written): string }

/** A Z packet that is in force. */
export interface Placed {
  type: number
  address: number
  kind: number
  pid: number
  point: number
}

export interface GdbServer {
  readonly session: Session
  readonly view: GdbView
  decoder: Decoder
  /** Acknowledge packets. */
  acks: boolean
  lastSent: string
  /** The other side knows processes; said of forks, of execs; breakpoint reasons. */
  features: Set<string>
  extended: boolean
  attached: Set<number>
  /** Threads of Hg and Hc. */
  general: ThreadId | null
  control: ThreadId | null
  /** What a stop was answered with last, for `?`. */
  lastStop: string
  going: Going | null
  noted: Noted[]
  /** Answers to stops that came together: one for each time it is told to go on. */
  queue: string[]
  /** A system call that was reported from before it happens: when the run comes by again at this instant, it is passed over. */
  passing: Instant | null
  /** The signal that a thread is stopped before. */
  signal: { task: TaskRef; info: SigInfo } | null
  placed: Placed[]
  /** Conditions that breakpoints have here, by address (monitor condition). */
  conditions: Map<number, string>
  /** Of those, the ones that programs may get when the debugger leaves; null: all. */
  programSignals: Set<number> | null
  /** null: no system call stops; empty: every one does. */
  catchCalls: Set<number> | null
  /** Parents that wait for a child of vfork, by the child's number. */
  vforks: Map<number, TaskRef>
  /** Files that are open for gdb, by number. */
  files: Map<number, OpenFile>
  /** `m` and `M` mean physical addresses (machine view). */
  physical: boolean
  interruptWanted: boolean
  /** The debugger has gone: by D, k or vKill of the last process. */
  gone: boolean
  /** How to stop listening to the kernel. */
  quiet(): void
}

export interface OpenFile {
  size: number
  ino: number
  mode: number
  read(offset: number, length: number): Uint8Array
}

/**
 * A row: the longest prefix that a packet begins with decides. `handle` gets what follows; null: the answer comes when it stops.
 * `alone`: not while the machine runs, as it would run otherwise then, or be another machine.
 */
export interface PacketRow {
  prefix: string
  doc: string
  alone?: boolean
  handle(g: GdbServer, rest: string): string | null
}
