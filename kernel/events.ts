// The one event stream: what happened, as plain records. strace output, statistics, the timeline, debugger stops and views
// subscribe to kinds. An event that nobody subscribed to is never built: call sites ask first, `k.events.fork !== undefined`. They name
// the kind there, since the host is slow at finding a member by a name that changes.
import type { Task } from './state.ts'
import type { Kernel } from './kernel.ts'

/** One record per thing that happened; `time` is guest nanoseconds, `hart` where it happened (-1: none). */
export type KernelEvent =
  | { kind: 'syscallEnter'; task: Task; nr: number }
  | { kind: 'syscallBlocked'; task: Task; nr: number }
  | { kind: 'syscallExit'; task: Task; nr: number; result: number }
  | {
      kind: 'fault'
      task: Task
      va: number
      access: 'read' | 'write' | 'fetch'
      how: 'zero' | 'cow' | 'reuse' | 'file' | 'stack' | 'spurious' | 'signal'
    }
  /** `pages` of 4 KiB were copied: one, or a huge page's 512. */
  | { kind: 'cowCopy'; task: Task; va: number; from: number; to: number; pages: number }
  | { kind: 'switch'; hart: number; from: Task | null; to: Task | null }
  | { kind: 'wake'; task: Task }
  /** A hart looked for whom to run: what it found, and how many more there were. */
  | { kind: 'schedule'; hart: number; from: Task | null; next: Task | null; waiting: number }
  /** A timer of the kernel's expired, or a time slice ended. */
  | { kind: 'timer'; hart: number; what: 'slice' | 'wake' | 'itimer' | 'posixTimer' | 'timerfd' | 'replenish' | 'network' | 'ring' }
  | { kind: 'signalSent'; from: Task | null; task: Task; signal: number; code: number }
  | {
      kind: 'signalDelivered'
      task: Task
      signal: number
      action: import('./signal/types.ts').SignalEffect
      info: import('./signal/types.ts').SigInfo
    }
  | { kind: 'fork'; task: Task; child: Task; flags: number }
  | { kind: 'exec'; task: Task; path: string }
  | { kind: 'exit'; task: Task; status: number }
  /** Memory ran out: a process, which holds so many bytes, is killed for the others. `task` is a thread of it. */
  | { kind: 'oomKill'; task: Task; bytes: number }
  /** A packet would be on the wire: of the loopback device, or of the way out. */
  | { kind: 'packet'; packet: import('./net/types.ts').Packet }
  | { kind: 'tlbFlush'; hart: number; va: number | null; asid: number | null }

/** What can be subscribed to. */
export type EventKind = KernelEvent['kind']
/** The record of one kind. */
export type EventOf<K extends EventKind> = Extract<KernelEvent, { kind: K }>
export type Listener = (event: KernelEvent, k: Kernel) => void

/** Subscribers by kind. Not part of the state: a snapshot has none. */
export type EventStream = { [K in EventKind]?: Listener[] | undefined }

/** No subscribers. Every kind has its place from the start, so that asking for one is a plain load. */
export const newEventStream = (): EventStream => ({
  syscallEnter: undefined,
  syscallBlocked: undefined,
  syscallExit: undefined,
  fault: undefined,
  cowCopy: undefined,
  switch: undefined,
  wake: undefined,
  schedule: undefined,
  timer: undefined,
  signalSent: undefined,
  signalDelivered: undefined,
  fork: undefined,
  exec: undefined,
  exit: undefined,
  oomKill: undefined,
  packet: undefined,
  tlbFlush: undefined,
})

/** Tells an event to those who subscribed to its kind. Look whether there are any before an event is built. */
export function emit(k: Kernel, event: KernelEvent): void {
  const listeners = k.events[event.kind]
  if (listeners) for (const listener of listeners) listener(event, k)
}

/** Subscribes to some kinds; answers how to stop. */
export function subscribe(k: Kernel, kinds: readonly EventKind[], listener: Listener): () => void {
  for (const kind of kinds) (k.events[kind] ??= []).push(listener)
  return () => {
    for (const kind of kinds) {
      const rest = (k.events[kind] ?? []).filter(l => l !== listener)
      if (rest.length) k.events[kind] = rest
      else k.events[kind] = undefined
    }
  }
}
