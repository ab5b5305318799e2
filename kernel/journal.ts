// The one door to the outside: what the host answered and what came in from it, each with its instant. A run given the same
// journal is the same run to the bit, and a snapshot plus a journal is a place in time to go back to.
import type { NetworkEvent } from './host.ts'
import { getLot, LOT_BYTES, LOT_ENTRIES, lotWith, putLot, weightOf, type Lot, type Spill } from './journal-lots.ts'
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
  /** Those at hand. */
  entries: JournalEntry[]
  /** Number of the first of `entries`: those before it are in `lots`, or not there any more. */
  first: number
  /** How much `entries` hold, about, in bytes: what is put away in lots does not count. */
  held: number
  /** What was put away of the entries before `first`: without a gap up to there. */
  lots: Lot[]
  /** The lot that was gone through last. */
  loaded: { lot: Lot; entries: JournalEntry[] } | null
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
  /** Keeps old entries outside of memory. Without one all that is kept is in memory. */
  spill: Spill | null
}

/** A journal that is replayed and the run do not fit: it is another machine's, or somebody changed it. */
export class JournalProblem extends Error {
  override name = 'JournalProblem'
}

/** A sealed journal is at its end, and the guest wants something of the world. */
export class JournalEnds extends JournalProblem {
  override name = 'JournalEnds'
}

/** Things that come in by themselves, between two instructions. `idle`: while every task slept. */
export type Incoming =
  | { kind: 'input'; bytes: Uint8Array; idle: boolean }
  | { kind: 'endOfInput'; idle: boolean }
  | { kind: 'resize'; rows: number; columns: number; idle: boolean }
  | { kind: 'clock'; time: number; idle: boolean }
  | { kind: 'continue'; idle: boolean }
  | { kind: 'network'; event: NetworkEvent; idle: boolean }

const INCOMING = 'incoming'

/** An empty journal: with `keeps` everything that comes in is kept, so that the run can be gone through again (`replayOf`). */
export const newJournal = (keeps = true, spill: Spill | null = null): Journal => ({
  mode: 'record',
  entries: [],
  first: 0,
  held: 0,
  lots: [],
  loaded: null,
  next: 0,
  keeps,
  sealed: false,
  ended: false,
  sink: null,
  more: null,
  spill,
})

/** Goes through the same entries again, from the given one on. The journal must have kept them. */
export function replayOf(journal: Journal, from = 0): Journal {
  const first = firstKept(journal)
  if (from < first) throw new Error(`replaying a journal from entry ${from}: it kept none before ${first}`)
  return { ...journal, ...goingTo(journal, from), entries: [...journal.entries], lots: [...journal.lots], sink: null }
}

const firstKept = ({ lots, first }: Journal): number => (lots.length > 0 ? lots[0].first : first)

/** All that was kept, in order. */
export function* entriesOf(journal: Journal): Iterable<JournalEntry> {
  for (const lot of journal.lots) yield* loadedLot(journal, lot)
  yield* journal.entries
}

type Part = Pick<Journal, 'mode' | 'entries' | 'first' | 'held' | 'lots' | 'next' | 'ended'>

/** Where to replay from; with nothing kept from there on, it is written from there. */
function goingTo(journal: Journal, next: number): Part {
  const { entries, first, held, lots } = journal
  const kept = next >= firstKept(journal) && next <= first + entries.length
  if (!kept) return { mode: 'replay', entries: [], first: next, held: 0, lots: [], next, ended: false }
  return { mode: 'replay', entries, first, held, lots, next, ended: false }
}

/** The machine is made what it was when entry `next` was the next one; with `forget` what came after is not to come. */
export function rewindJournal(k: Kernel, next: number, forget = false): void {
  k.journal = { ...k.journal, ...goingTo(k.journal, next) }
  if (forget) forgetUpcoming(k)
}

/** What comes after now will not happen: new entries follow. */
export function forgetUpcoming(k: Kernel): void {
  const { journal } = k
  const { first, next, lots } = journal
  const lot = next < first ? lotWith(lots, next) : undefined
  const from = lot?.first ?? first
  const entries = (lot === undefined ? journal.entries : loadedLot(journal, lot)).slice(0, next - from)
  k.journal = {
    ...journal,
    mode: 'record',
    entries,
    first: from,
    held: heldBy(entries),
    lots: lot === undefined ? lots : lots.slice(0, lots.indexOf(lot)),
    more: null,
    ended: false,
  }
}

const heldBy = (entries: readonly JournalEntry[]): number => entries.reduce((sum, { data }) => sum + weightOf(data), 0)

function loadedLot(journal: Journal, lot: Lot): JournalEntry[] {
  if (journal.loaded?.lot === lot) return journal.loaded.entries
  if (journal.spill === null) throw new Error(`entry ${lot.first} of the journal was put away, and nobody has it`)
  const entries = getLot(journal.spill, lot)
  journal.loaded = { lot, entries }
  return entries
}

/** The entry of that number; undefined: there is none, or not any more. */
function entryAt(journal: Journal, number: number): JournalEntry | undefined {
  if (number >= journal.first) return journal.entries[number - journal.first]
  const lot = lotWith(journal.lots, number)
  return lot && loadedLot(journal, lot)[number - lot.first]
}

/** Makes room in memory. */
function putAway(journal: Journal, spill: Spill): void {
  const { first, entries } = journal
  journal.lots.push(putLot(spill, first, entries))
  journal.first = first + entries.length
  journal.entries = []
  journal.held = 0
}

/** Do entries still come that are known already? */
export const isReplaying = ({ journal }: Kernel): boolean => upcoming(journal) !== null

/** The entry that replaying comes to next, null while recording. At the end of the entries recording goes on, unless the journal is sealed. */
function upcoming(journal: Journal): JournalEntry | null {
  if (journal.mode === 'record') return null
  const entry = entryAt(journal, journal.next)
  if (entry !== undefined) return entry
  const known = journal.entries.length
  if (journal.more?.(journal) === true) {
    journal.held += heldBy(journal.entries.slice(known))
    return upcoming(journal)
  }
  if (!journal.sealed) journal.mode = 'record'
  return null
}

function passed(journal: Journal): void {
  journal.next++
  const { keeps, entries, held, spill } = journal
  const count = journal.next - journal.first
  if (count < LOT_ENTRIES && held < LOT_BYTES) return
  if (keeps) {
    if (spill !== null && count === entries.length) putAway(journal, spill)
  } else if (count > 0) letGo(journal)
}

/** What was gone through is wanted by nobody. */
function letGo(journal: Journal): void {
  const { entries, next } = journal
  if (entries.length > 0) {
    journal.entries = entries.slice(next - journal.first)
    journal.held = heldBy(journal.entries)
  }
  if (journal.lots.length > 0) journal.lots = []
  journal.first = next
}

function note(k: Kernel, kind: string, data: unknown): void {
  const { journal } = k
  const { time, executed, steps } = k.state
  if (journal.keeps || journal.sink !== null) {
    const entry = { time, executed, steps, kind, data }
    journal.sink?.(entry)
    if (journal.keeps) keep(journal, entry)
  }
  journal.next++
  if (!journal.keeps) letGo(journal)
}

function keep(journal: Journal, entry: JournalEntry): void {
  journal.entries.push(entry)
  journal.held += weightOf(entry.data)
  const { spill } = journal
  if (spill !== null && (journal.entries.length >= LOT_ENTRIES || journal.held >= LOT_BYTES)) putAway(journal, spill)
}

/** Nothing comes after the end of a recording. */
function checkOpen(journal: Journal): void {
  if (!journal.sealed) return
  journal.ended = true
  throw new JournalEnds('the recording ends here')
}

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
    return entry.data as T
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

/**
 * Instructions that may still be executed before something comes in again. Infinity while recording. One where only a step of the kernel's
 * lies before it: that is a trap on an instruction that will not retire.
 */
export function untilIncoming({ state, journal }: Kernel): number {
  const entry = upcoming(journal)
  if (entry?.kind !== INCOMING) return Infinity
  const left = entry.executed - state.executed
  return left <= 0 && entry.steps > state.steps ? 1 : left
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
