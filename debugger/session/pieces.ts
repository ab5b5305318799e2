// Searches of the past in pieces, so that whoever waits is heard in between: a search is written as a generator that gives way when it has
// worked enough, and is gone on with by the next call.
import { markHere, nowOf, travel, travelSome, type Timeline } from '../timeline/index.ts'
import type { Instant, Session, Stop } from './types.ts'

/** Something of the past that is looked for, from now backwards. The machine is elsewhere meanwhile. */
export interface Search<T = Stop> {
  /** Does about so much work (instructions that are run again, and pieces of long calls). `interrupted`: there is more to look at. */
  go(budget: number): T | { kind: 'interrupted' }
  /** It is enough: the session stands where nothing that was looked for lies between there and where it began. */
  giveUp(): void
}

/** The body of a search: it gives way where it may be interrupted. */
export type Work<T> = Generator<void, T, void>

export interface Turn {
  /** How far the timeline's work may come until it gives way. */
  until: number
  /** Where to stand when it is given up. */
  standing: Instant
}

export function recorded(s: Session): Timeline {
  if (s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
  return s.timeline
}

export function searching<T>(s: Session, work: (turn: Turn) => Work<T>): Search<T> {
  const t = recorded(s)
  const turn: Turn = { until: 0, standing: nowOf(s.k) }
  let rest: Work<T> | null = null
  let unmark = (): void => undefined
  return {
    go(budget) {
      if (rest === null) {
        unmark = markHere(t)
        rest = work(turn)
      }
      turn.until = t.worked + budget
      const { done, value } = rest.next()
      if (done !== true) return { kind: 'interrupted' }
      unmark()
      return value
    },
    giveUp() {
      travel(t, turn.standing)
      unmark()
    },
  }
}

/** All of a search. */
export function whole(search: Search): Stop {
  for (;;) {
    const stop = search.go(Infinity)
    if (stop.kind !== 'interrupted') return stop
  }
}

export const workLeft = (s: Session, turn: Turn): number => Math.max(0, turn.until - recorded(s).worked)
export const isOver = (s: Session, turn: Turn): boolean => workLeft(s, turn) <= 0 || s.k.enough?.() === true

/** Goes to an instant. */
export function* goingTo(s: Session, turn: Turn, to: Instant): Work<void> {
  while (travelSome(recorded(s), to, workLeft(s, turn)) === 'cut') yield
}
