// What an adapter debugs: one session over one machine, what its editor has seen of it since it stopped, and how it goes on.
import { findTask } from '../../kernel/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { closeSession, createSession, type dap, type Instant, type Task } from '../../debugger/index.ts'
import { inTurns } from '../turns.ts'
import { launch, sourceFinder, type LaunchArguments } from './launch.ts'

export interface Debuggee {
  launched: LaunchArguments
  sight: dap.Sight
  hostPath: dap.HostPath
  /** Between stops: what it shows would not be true. */
  running: boolean
  /** It runs for a turn, and requests are heard. */
  nextTurn(): void
  pauseAsked: boolean
  closed: boolean
  /** The configuration is done, and it has begun. */
  begun: boolean
  /** Why it stands where it stands, and at which instant; null: it has not stopped yet. */
  report: dap.StopReport | null
  reportedAt: Instant | null
  /** It stands right before something that it has stopped at already: the event's instant. */
  passOver: Instant | null
  /** It stands at the machine's end (`stopAtEnd`). */
  atEnd: boolean
  /** What frames and variables are called since it stopped, by number from 1. */
  frames: { task: number; level: number }[]
  nodes: dap.VariableNode[]
  /** Threads that the editor was told of. */
  threads: Set<number>
  /** Output since the last time it was sent. */
  output: { category: 'stdout' | 'stderr'; text: string }[]
}

/** Text of one stream: a character may be cut between two writes. */
function decoders(output: Debuggee['output']): (stream: 1 | 2, bytes: Uint8Array) => void {
  const names = { 1: 'stdout', 2: 'stderr' } as const
  const decoder = { 1: new TextDecoder(), 2: new TextDecoder() }
  return (stream, bytes) => {
    const text = decoder[stream].decode(bytes, { stream: true })
    const last = output.at(-1)
    if (last?.category === names[stream]) last.text += text
    else if (text !== '') output.push({ category: names[stream], text })
  }
}

export function newDebuggee(launched: LaunchArguments, tell: (text: string) => void): Debuggee {
  const output: Debuggee['output'] = []
  const kernel: Kernel = launch(launched, decoders(output), tell)
  const s = createSession(kernel, { record: launched.record !== false && launched.noDebug !== true })
  return {
    launched,
    sight: { s, files: new Map() },
    hostPath: sourceFinder(launched),
    running: false,
    nextTurn: inTurns(kernel),
    pauseAsked: false,
    closed: false,
    begun: false,
    report: null,
    reportedAt: null,
    passOver: null,
    atEnd: false,
    frames: [],
    nodes: [],
    threads: new Set([s.focus.pid]),
    output,
  }
}

/** It is over: a run that goes on ends at its next piece, and says nothing more. */
export function closeDebuggee(d: Debuggee): void {
  if (d.closed) return
  d.closed = true
  closeSession(d.sight.s)
}

/** The task of a thread, which must be there. */
export function taskOf({ sight: { s } }: Debuggee, id: unknown): Task {
  const task = typeof id === 'number' ? findTask(s.k.state.ns, id) : null
  if (task === null) throw new Error(`there is no thread ${String(id)}`)
  return task
}

/** The frame that a number of ours stands for; none given: the innermost one of the task that stopped. */
export function frameOf(d: Debuggee, id: unknown): { task: number; level: number } {
  if (id === undefined) return { task: d.sight.s.focus.pid, level: 0 }
  const frame = typeof id === 'number' ? d.frames[id - 1] : undefined
  if (frame === undefined) throw new Error(`there is no frame ${String(id)}: the machine has run since`)
  return frame
}

export function nodeOf(d: Debuggee, reference: unknown): dap.VariableNode {
  const node = typeof reference === 'number' ? d.nodes[reference - 1] : undefined
  if (node === undefined) throw new Error(`there are no variables ${String(reference)}: the machine has run since`)
  return node
}

/** Memory references name the process when it is not the one that stopped: `0x10100`, `4@0x10100`. */
export function referenceFor(d: Debuggee, task: number, address: number | string): string {
  const text = typeof address === 'number' ? `0x${address.toString(16)}` : address
  return task === d.sight.s.focus.pid ? text : `${task}@${text}`
}

export function referenced(d: Debuggee, reference: unknown, offset: unknown = 0): { task: Task; address: number } {
  const m = /^(?:(\d+)@)?(0x[0-9a-f]+|\d+)$/i.exec(typeof reference === 'string' ? reference.trim() : '')
  const address = m === null ? NaN : Number(m[2]) + Number(offset)
  if (m === null || !Number.isSafeInteger(address) || address < 0) throw new Error(`'${String(reference)}' is no memory reference`)
  return { task: taskOf(d, m[1] === undefined ? d.sight.s.focus.pid : Number(m[1])), address }
}
