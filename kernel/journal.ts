// The one door to the outside: what the host answered and what came in from it, each with its instant. A run given the same
// journal is the same run to the bit, and a snapshot plus a journal is a place in time to go back to.
import type { Kernel } from './kernel.ts'

export interface Instant {
  /** Guest nanoseconds. */
  time: number
  /** Steps of the loop since time last moved: several things can happen within one instruction. */
  turn: number
}

/** `data` is plain: what the host answered, the bytes that came in, the time waited for. */
export interface JournalEntry {
  instant: Instant
  kind: string
  data: unknown
}

export interface Journal {
  mode: 'record' | 'replay'
  entries: JournalEntry[]
  /** Next entry to give back when replaying. */
  next: number
}

export const newJournal = (): Journal => ({ mode: 'record', entries: [], next: 0 })

/** Goes through the same entries again from the start. */
export const replayOf = (journal: Journal): Journal => ({ mode: 'replay', entries: journal.entries, next: 0 })

/**
 * Asks the host something, or answers what it answered the first time. The answer must be plain data.
 * Replaying past the end of the journal goes on recording from there.
 */
export function door<T>(k: Kernel, kind: string, ask: () => T): T {
  const journal = k.journal
  if (journal.mode === 'replay') {
    const entry = journal.entries[journal.next]
    if (entry !== undefined) {
      if (entry.kind !== kind)
        throw new Error(`replaying the journal: asked for '${kind}' at ${k.state.time} ns, entry ${journal.next} is '${entry.kind}'`)
      journal.next++
      return entry.data as T
    }
    journal.mode = 'record'
  }
  const data = ask()
  note(k, kind, data)
  return data
}

/** Writes down something that came in by itself. */
export function note(k: Kernel, kind: string, data: unknown): void {
  k.journal.entries.push({ instant: { time: k.state.time, turn: k.state.turn }, kind, data })
  k.journal.next = k.journal.entries.length
}
