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

/**
 * Where entries come from and go to. Whoever goes back in time, or wants the run again, keeps them; whoever records passes them on; else
 * nothing is kept, however much comes in.
 */
export interface Journal {
  mode: 'record' | 'replay'
  entries: JournalEntry[]
  /** Number of the first of `entries`: those before it are not there any more. */
  first: number
  /** Number of the next entry to give back when replaying. */
  next: number
  keeps: boolean
  /** The end of the entries is the end of the run: nothing is asked of the host, ever. For recordings, which may be anybody's. */
  sealed: boolean
  /** The run came to the end of a sealed journal and asked for more. */
  ended: boolean
  /** Takes every new entry as it comes. */
  sink: ((entry: JournalEntry) => void) | null
  /** Adds further entries to a journal that is replayed; false: there are none. */
  more: ((journal: Journal) => boolean) | null
  /** Keeps large answers outside of memory. */
  spill: Spill | null
}

/** Bytes kept elsewhere: a file. */
export interface Spill {
  put(bytes: Uint8Array): number
  get(at: number, length: number): Uint8Array
}

/** An answer that was put there. */
class Spilled {
  constructor(at: number, length: number) {
    this.at = at
    this.length = length
  }
  readonly at: number
  readonly length: number
}
/** Smaller ones are not worth it. */
const SPILL_BYTES = 1024
/** Consumed entries are let go of in lots of this many, where nobody keeps them. */
const DROPPED_ENTRIES = 4096

/** A journal that is replayed and the run do not fit: it is another machine's, or somebody changed it. */
export class JournalProblem extends Error {}

/** A sealed journal is at its end, and the guest wants something of the world. */
export class JournalEnds extends JournalProblem {}

/** Things that come in by themselves, between two instructions. `idle`: while every task slept. */
export type Incoming =
  | { kind: 'input'; bytes: Uint8Array; idle: boolean }
  | { kind: 'endOfInput'; idle: boolean }
  | { kind: 'resize'; rows: number; columns: number; idle: boolean }
  | { kind: 'clock'; time: number; idle: boolean }

const INCOMING = 'incoming'

export const newJournal = (keeps = true): Journal => ({
  mode: 'record',
  entries: [],
  first: 0,
  next: 0,
  keeps,
  sealed: false,
  ended: false,
  sink: null,
  more: null,
  spill: null,
})

/** Goes through the same entries again, from the given one on. The journal must have kept them. */
export function replayOf(journal: Journal, from = 0): Journal {
  if (from < journal.first) throw new Error(`replaying a journal from entry ${from}: it kept none before ${journal.first}`)
  return { ...journal, ...goingTo(journal, from), entries: [...journal.entries], sink: null }
}

/** Where to replay from; with nothing kept from there on, it is written from there. */
function goingTo({ entries, first }: Journal, next: number): Pick<Journal, 'mode' | 'entries' | 'first' | 'next' | 'ended'> {
  const kept = next >= first && next <= first + entries.length
  return { mode: 'replay', entries: kept ? entries : [], first: kept ? first : next, next, ended: false }
}

/** The machine is made what it was when entry `next` was the next one; with `forget` what came after is not to come. */
export function rewindJournal(k: Kernel, next: number, forget = false): void {
  k.journal = { ...k.journal, ...goingTo(k.journal, next) }
  if (forget) forgetUpcoming(k)
}

/** What comes after now will not happen: new entries follow. */
export function forgetUpcoming(k: Kernel): void {
  const { entries, first, next } = k.journal
  k.journal = { ...k.journal, mode: 'record', entries: entries.slice(0, next - first), more: null, ended: false }
}

/** Do entries still come that are known already? */
export const isReplaying = ({ journal }: Kernel): boolean => upcoming(journal) !== null

/** The entry that replaying comes to next, null while recording. At the end of the entries recording goes on, unless the journal is sealed. */
function upcoming(journal: Journal): JournalEntry | null {
  if (journal.mode === 'record') return null
  const entry = journal.entries[journal.next - journal.first]
  if (entry !== undefined) return entry
  if (journal.more?.(journal) === true) return upcoming(journal)
  if (!journal.sealed) journal.mode = 'record'
  return null
}

function passed(journal: Journal): void {
  journal.next++
  const count = journal.next - journal.first
  if (journal.keeps || count < DROPPED_ENTRIES) return
  journal.entries.splice(0, count)
  journal.first += count
}

function note(k: Kernel, kind: string, data: unknown): void {
  const { journal } = k
  const { time, executed, steps } = k.state
  if (journal.keeps || journal.sink !== null) {
    const entry = { time, executed, steps, kind, data }
    journal.sink?.(entry)
    if (journal.keeps) {
      if (journal.spill !== null && data instanceof Uint8Array && data.length >= SPILL_BYTES)
        entry.data = new Spilled(journal.spill.put(data), data.length)
      journal.entries.push(entry)
    }
  }
  journal.next++
  if (!journal.keeps) journal.first = journal.next
}

/** Nothing comes after the end of a recording. */
function checkOpen(journal: Journal): void {
  if (!journal.sealed) return
  journal.ended = true
  throw new JournalEnds('the recording ends here')
}

const answerOf = (journal: Journal, { data }: JournalEntry): unknown =>
  data instanceof Spilled ? journal.spill?.get(data.at, data.length) : data

/** Asks the host something, or answers what it answered the first time. The answer must be plain data and is never changed later. */
export function door<T>(k: Kernel, kind: string, ask: () => T): T {
  const { journal } = k
  const entry = upcoming(journal)
  if (entry !== null) {
    if (entry.kind !== kind) {
      throw new JournalProblem(
        `replaying the journal: '${kind}' was asked for at ${k.state.time} ns, but entry ${journal.next} is '${entry.kind}' at ${entry.time} ns`,
      )
    }
    passed(journal)
    return answerOf(journal, entry) as T
  }
  checkOpen(journal)
  const data = ask()
  note(k, kind, data)
  return data
}

/** Writes down what comes in now. Not while replaying: then it comes from the journal. */
export function noteIncoming(k: Kernel, incoming: Incoming): void {
  if (upcoming(k.journal) !== null)
    throw new JournalProblem(`'${incoming.kind}' came in at ${k.state.time} ns while a journal is being replayed`)
  checkOpen(k.journal)
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
  passed(k.journal)
  return incoming
}
