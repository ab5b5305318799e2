// The one door to the outside: what the host answered and what came in from it, each with its instant. A run given the same
// journal is the same run to the bit, and a snapshot plus a journal is a place in time to go back to.
import type { Kernel } from './kernel.ts'

/** `data` is plain: what the host answered, the bytes that came in, the time waited for. */
export interface JournalEntry {
  /** Guest nanoseconds, for people. */
  time: number
  /** `KernelState.executed` and `steps` then: the instant. */
  executed: number
  steps: number
  kind: string
  data: unknown
}

export interface Journal {
  mode: 'record' | 'replay'
  entries: JournalEntry[]
  /** Next entry to give back when replaying. */
  next: number
}

/** Things that come in by themselves, between two instructions. `idle`: while every task slept. */
export type Incoming =
  | { kind: 'input'; bytes: Uint8Array; idle: boolean }
  | { kind: 'endOfInput'; idle: boolean }
  | { kind: 'resize'; rows: number; columns: number; idle: boolean }
  | { kind: 'clock'; time: number; idle: boolean }

const INCOMING = 'incoming'

export const newJournal = (): Journal => ({ mode: 'record', entries: [], next: 0 })

/** Goes through the same entries again, from the given one on. */
export const replayOf = (journal: Journal, from = 0): Journal => ({ mode: 'replay', entries: [...journal.entries], next: from })

/** The entry that replaying comes to next, null while recording. At the end of the entries recording goes on. */
function upcoming(journal: Journal): JournalEntry | null {
  if (journal.mode === 'record') return null
  const entry = journal.entries[journal.next]
  if (entry !== undefined) return entry
  journal.mode = 'record'
  return null
}

function note(k: Kernel, kind: string, data: unknown): void {
  k.journal.entries.push({ time: k.state.time, executed: k.state.executed, steps: k.state.steps, kind, data })
  k.journal.next = k.journal.entries.length
}

/** Asks the host something, or answers what it answered the first time. The answer must be plain data and is never changed later. */
export function door<T>(k: Kernel, kind: string, ask: () => T): T {
  const entry = upcoming(k.journal)
  if (entry !== null) {
    if (entry.kind !== kind) {
      throw new Error(
        `replaying the journal: '${kind}' was asked for at ${k.state.time} ns, but entry ${k.journal.next} is '${entry.kind}' at ${entry.time} ns`,
      )
    }
    k.journal.next++
    return entry.data as T
  }
  const data = ask()
  note(k, kind, data)
  return data
}

/** Writes down what comes in now. Not while replaying: then it comes from the journal. */
export function noteIncoming(k: Kernel, incoming: Incoming): void {
  if (upcoming(k.journal) !== null) throw new Error(`'${incoming.kind}' came in at ${k.state.time} ns while a journal is being replayed`)
  note(k, INCOMING, incoming)
}

/** Instructions that may still be executed before something comes in again. Infinity while recording. */
export function untilIncoming(k: Kernel): number {
  const entry = upcoming(k.journal)
  return entry?.kind === INCOMING ? entry.executed - k.state.executed : Infinity
}

/** Takes what comes in at this instant, if anything does. `idle`: nothing can run now. */
export function takeIncoming(k: Kernel, idle: boolean): Incoming | null {
  const entry = upcoming(k.journal)
  if (entry?.kind !== INCOMING || entry.executed > k.state.executed || entry.steps > k.state.steps) return null
  const incoming = entry.data as Incoming
  if (incoming.idle && !idle) return null
  k.journal.next++
  return incoming
}
