// Motions in pieces, so that whoever waits is heard in between: a motion is written as a generator that gives way when it has worked enough,
// and is gone on with by the next call.
import { markHere, nowOf, replay, travel, travelIn, type Instant, type Timeline } from '../timeline/index.ts'
import type { Session, Stop } from '../session/index.ts'
import { settleAt } from './arrive.ts'
import { INTERRUPTED, type Motion, type Turn, type Work } from './types.ts'

export function recorded(s: Session): Timeline {
  if (s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
  return s.timeline
}

const newTurn = (s: Session): Turn => ({ executed: 0, worked: 0, standing: nowOf(s.k), marks: [] })

/** The present goes on. */
export function moving(s: Session, work: (turn: Turn) => Work): Motion {
  const turn = newTurn(s)
  let rest: Work | null = null
  return {
    backwards: false,
    go(budget) {
      turn.executed = s.k.state.executed + budget
      rest ??= work(turn)
      const { done, value } = rest.next()
      if (done === true) rest = null
      return value
    },
    giveUp: () => {},
  }
}

/** What of a session a search has for itself: a kernel of the past, and points that nobody else has. */
export interface PastOptions {
  points?: Session['points']
  signalStops?: Session['signalStops']
}

const pastOf = (s: Session, { points = new Map(), signalStops = new Set() }: PastOptions): Session => ({
  ...s,
  k: recorded(s).replayer.past,
  points,
  signalStops,
  held: null,
})

/** How the session stands once a search is through; what it answers. */
type Land<T> = (past: Session, found: T) => T

/** Where a way back has led: whose stop it is has the focus. */
const standAt =
  (s: Session): Land<Stop> =>
  (past, stop) => {
    s.held = past.held
    return settleAt(s, stop)
  }

/** Something of the past that is looked for, from now backwards, by a session of the past. The machine is elsewhere meanwhile. */
export function searchingFor<T>(
  s: Session,
  work: (past: Session, turn: Turn) => Work<T>,
  land: Land<T>,
  options: () => PastOptions = () => ({}),
): Motion<T> {
  const t = recorded(s)
  let turn = newTurn(s)
  let begun: { past: Session; rest: Work<T> } | null = null
  return {
    backwards: true,
    go(budget) {
      if (begun === null) {
        turn = newTurn(s)
        turn.marks.push(markHere(t))
        const past = pastOf(s, options())
        begun = { past, rest: work(past, turn) }
      }
      const { past, rest } = begun
      turn.worked = t.worked + budget
      const { done, value } = replay(t.replayer, () => rest.next())
      if (done !== true) return value
      begun = null
      unmark(turn)
      return land(past, value)
    },
    giveUp() {
      travel(t, turn.standing)
      unmark(turn)
    },
  }
}

/** A stop of the past that is looked for, and stood at. */
export const searching = (s: Session, work: (past: Session, turn: Turn) => Work, options?: () => PastOptions): Motion =>
  searchingFor(s, work, standAt(s), options)

function unmark({ marks }: Turn): void {
  for (const forget of marks.splice(0).reverse()) forget()
}

/** A part of a search, which begins where the one before has led: given up, one stands no further back. */
export function* leg<T>(past: Session, turn: Turn, work: Work<T>): Work<T> {
  turn.marks.push(markHere(recorded(past), past.k))
  turn.standing = nowOf(past.k)
  const found = yield* work
  turn.marks.pop()?.()
  return found
}

/** All of a motion. */
export function whole(motion: Motion): Stop {
  for (;;) {
    const stop = motion.go(Infinity)
    if (stop.kind !== 'interrupted') return stop
  }
}

export const workLeft = (past: Session, turn: Turn): number => Math.max(0, turn.worked - recorded(past).worked)
/** Of a search. */
export const isOver = (past: Session, turn: Turn): boolean => workLeft(past, turn) <= 0 || past.k.enough?.() === true

const instructionsLeft = (s: Session, turn: Turn): number => Math.max(1, turn.executed - s.k.state.executed)
/** Of a motion forwards. */
export const isCut = (s: Session, turn: Turn): boolean => s.interrupted || s.k.state.executed >= turn.executed || s.k.enough?.() === true

/** Forwards by pieces, each of which is asked again, until one is a step. Whatever else stops it is told, and gone on from. */
export function* stepping(s: Session, turn: Turn, piece: (budget: number) => Stop): Work<Extract<Stop, { kind: 'step' }>> {
  for (;;) {
    const stop = piece(instructionsLeft(s, turn))
    if (stop.kind === 'step') return stop
    yield stop
  }
}

/** Whoever is not heard by a limit of work is heard after so many. */
const HEARD_AFTER = 64

/** The same several times. */
export function* repeated(s: Session, count: number, over: () => boolean, step: () => Work): Work {
  let stop: Stop = { kind: 'step', task: s.focus }
  for (let n = 1; n <= count; n++) {
    stop = yield* step()
    if (stop.kind !== 'step') break
    if (n < count && (over() || n % HEARD_AFTER === 0)) yield INTERRUPTED
  }
  return stop
}

/** A kernel of the past goes to an instant. */
export function* goingTo(past: Session, turn: Turn, to: Instant): Work<void> {
  while (travelIn(recorded(past), past.k, to, turn.worked) === 'cut') yield INTERRUPTED
}
