// gdb's remote protocol over a session, as bytes in and bytes out; it knows no sockets. Whoever owns the event loop hands in what came,
// sends what comes out, and calls `pump` while the machine is to run.
import { closeSession, createSession, type SessionOptions } from '../session/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { bytesOf, decode, frame, newDecoder } from './framing.ts'
import { listen, stopAtSignals } from './hear.ts'
import { answer } from './packets.ts'
import { runSome } from './resume.ts'
import { MACHINE_PID } from './threads.ts'
import type { GdbServer, GdbView } from './types.ts'

/** Begins a conversation with a debugger about a machine whose first process is there. */
export function openGdb(k: Kernel, view: GdbView, options: SessionOptions = {}): GdbServer {
  const main = k.state.main?.pid
  const g: GdbServer = {
    session: createSession(k, options),
    view,
    decoder: newDecoder(),
    acks: true,
    lastSent: '',
    features: new Set(),
    extended: false,
    attached: new Set(view === 'machine' ? [MACHINE_PID] : main === undefined ? [] : [main]),
    general: null,
    control: null,
    lastStop: '',
    going: null,
    noted: [],
    queue: [],
    passing: null,
    signal: null,
    placed: [],
    conditions: new Map(),
    programSignals: null,
    catchCalls: null,
    vforks: new Map(),
    files: new Map(),
    physical: false,
    interruptWanted: false,
    gone: false,
    quiet: () => {},
  }
  stopAtSignals(g, new Set())
  listen(g)
  return g
}

/** The debugger has gone, however: the machine runs as ever. */
export function closeGdb(g: GdbServer): void {
  g.quiet()
  g.gone = true
  g.going = null
  closeSession(g.session)
}

function send(g: GdbServer, text: string): string {
  g.lastSent = frame(text)
  return g.lastSent
}

/** Takes in bytes from the debugger; answers what to send. */
export function receive(g: GdbServer, bytes: Uint8Array): Uint8Array {
  let out = ''
  for (const received of decode(g.decoder, bytes, g.acks)) {
    // Nobody listens any more who has detached, killed or closed.
    if (g.gone) break
    if (received.kind === 'interrupt') g.interruptWanted ||= g.going !== null
    else if (received.kind === 'resend') out += g.acks ? g.lastSent : ''
    else if (received.kind === 'damaged') out += '-'
    else {
      if (g.acks) out += '+'
      const reply = answer(g, received.text)
      if (reply !== null) out += send(g, reply)
    }
  }
  return bytesOf(out)
}

/** What came of running on: how the machine is, and what to send. */
export interface Pumped {
  kind: 'stopped' | 'running' | 'idle' | 'halted'
  /** idle: guest nanoseconds until something can run again. */
  until: number
  /** halted: the program's wait status. */
  status: number
  bytes: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** Runs at most `budget` instructions, if it is to run. */
export function pump(g: GdbServer, budget: number): Pumped {
  if (g.going === null) return { kind: 'stopped', until: Infinity, status: 0, bytes: NOTHING }
  const piece = runSome(g, budget)
  switch (piece.kind) {
    case 'stopped':
      return { kind: 'stopped', until: Infinity, status: 0, bytes: bytesOf(send(g, piece.reply)) }
    case 'halted':
      return {
        kind: 'halted',
        until: Infinity,
        status: piece.status,
        bytes: bytesOf(send(g, piece.reply)),
      }
    case 'idle':
      return { kind: 'idle', until: piece.until, status: 0, bytes: NOTHING }
    case 'running':
      return { kind: 'running', until: 0, status: 0, bytes: NOTHING }
  }
}
