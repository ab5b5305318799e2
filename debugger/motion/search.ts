// Looking for stops in the past: stretch by stretch backwards, each run again from a snapshot by a session of the past with its own points.
import { piecesIn } from '../../kernel/index.ts'
import {
  arm,
  enabledPoints,
  now,
  runToStop,
  taskById,
  type Instant,
  type Session,
  type Stop,
  type Task,
  type TaskRef,
} from '../session/index.ts'
import { advance, canHold, isBefore, LATEST, nowOf, pointBefore, visitedFrom, type Sought, type Timeline } from '../timeline/index.ts'
import type { Place } from '../target/index.ts'
import { goingTo, isOver, recorded, workLeft } from './pieces.ts'
import { INTERRUPTED, type Turn, type Work } from './types.ts'

export const firstInstant = (s: Session): Instant => recorded(s).store.points[0].instant
export const lastInstant = (s: Session): Instant => recorded(s).end

/** An instant before any step of this one. */
export const before = (instant: Instant): Instant =>
  instant.steps > 0 ? { ...instant, steps: instant.steps - 1 } : { executed: instant.executed - 1, steps: LATEST }

/** Instructions of a task at a recorded point; -1 before it was made. */
const instructionsAt = (t: Timeline, index: number, who: TaskRef): number =>
  t.store.points[index].state.tasks.get(who.id)?.sched.instructions ?? -1

/** Of a task that is gone by now: what it had executed when it was last seen. */
export function lastCount(t: Timeline, who: TaskRef): number {
  for (let index = t.store.points.length - 1; index >= 0; index--) {
    const count = instructionsAt(t, index, who)
    if (count >= 0) return count
  }
  return 0
}

/** Goes to right before a task executes its nth instruction (counted from 1). False: that is before the recording. */
export function* goingBefore(past: Session, turn: Turn, who: TaskRef, n: number): Work<boolean> {
  const t = recorded(past)
  let index = pointBefore(t, nowOf(past.k))
  // Gone by now: from where it was still there.
  const gone = index
  while (index >= 0 && instructionsAt(t, index, who) < 0) index--
  if (index < 0) index = gone
  while (index >= 0 && instructionsAt(t, index, who) > n - 1) index--
  if (index < 0 || n < 1) return false
  yield* goingTo(past, turn, t.store.points[index].instant)
  for (;;) {
    if (isOver(past, turn)) yield INTERRUPTED
    const task = taskById(past, who)
    const done = task?.sched.instructions ?? 0
    if (task !== null && done >= n) throw new Error(`running to instruction ${n} of task ${who.pid} again: it was passed`)
    const here = nowOf(past.k)
    const left = Math.max(1, workLeft(past, turn))
    if (task === null || task.onHart < 0) {
      if (!waiting(past, who, left)) return false
      continue
    }
    const wanted = n - 1 - done
    advance(t, { maxInstructions: Math.max(1, Math.min(wanted, left)), maxPieces: piecesIn(left) }, past.k)
    if (wanted > 0 || (taskById(past, who)?.sched.instructions ?? n) < n) continue
    yield* goingTo(past, turn, { executed: here.executed, steps: LATEST })
    return true
  }
}

/** Somebody else runs until it is a task's turn. False: that does not come. */
function waiting(past: Session, who: TaskRef, left: number): boolean {
  const here = nowOf(past.k)
  const reached = (): Stop | null => ((taskById(past, who)?.onHart ?? -1) >= 0 ? { kind: 'step', task: who } : null)
  const stop = runToStop(past, { budget: left, pieces: piecesIn(left), scope: null, watching: who.id, reached })
  if (stop.kind === 'halted' || stop.kind === 'idle') return false
  const after = nowOf(past.k)
  if (after.executed === here.executed && after.steps === here.steps) advance(recorded(past), { maxInstructions: 1 }, past.k)
  return true
}

/** Goes to the first instant; where it is about a task that was made since, to before that one's first instruction. */
export function* goingToStart(past: Session, turn: Turn, who: TaskRef | null): Work {
  if (who === null || instructionsAt(recorded(past), 0, who) >= 0 || !(yield* goingBefore(past, turn, who, 1)))
    yield* goingTo(past, turn, firstInstant(past))
  return { kind: 'historyStart' }
}

/** A stop that was found, where one stands for it, and what was told there of a signal. */
interface Found {
  stop: Stop
  instant: Instant
  held: Session['held']
}

/** A stretch between two instants that is run again with the points armed, as far as it has come. */
interface Stretch {
  to: Instant
  here: Instant
  done: boolean
  last: Found | null
}

/** Runs a stretch again. Answers its last stop that counts. */
export function* runningAgain(
  past: Session,
  turn: Turn,
  from: Instant,
  to: Instant,
  counts: (stop: Stop) => boolean,
  place?: Place<Task>,
): Work<Found | null> {
  const stretch: Stretch = { to, here: from, done: false, last: null }
  const { focus } = past
  for (;;) {
    yield* goingTo(past, turn, stretch.here)
    // Replaying does not look elsewhere.
    past.focus = focus
    arm(past, place?.addresses)
    runStretch(past, turn, stretch, counts, place)
    past.focus = focus
    if (stretch.done) return stretch.last
    yield INTERRUPTED
  }
}

/** Runs a stretch on, until it is through or it is enough for this turn. */
function runStretch(past: Session, turn: Turn, stretch: Stretch, counts: (stop: Stop) => boolean, place: Place<Task> | undefined): void {
  const { to } = stretch
  do {
    const begun = now(past)
    const rest = Math.max(0, to.executed - begun.executed)
    if (!isBefore(begun, to)) stretch.done = true
    if (stretch.done) return
    const left = Math.max(1, workLeft(past, turn))
    const untilStep = rest <= left && to.steps !== LATEST ? to.steps : undefined
    const stop = runToStop(past, { budget: Math.min(rest, left), pieces: piecesIn(left), scope: null, untilStep, place })
    const here = now(past)
    stretch.here = here
    const isStill = here.executed === begun.executed && here.steps === begun.steps
    // Nothing stops in what is left of the last instant.
    if (stop.kind === 'halted' || stop.kind === 'idle' || (isStill && stop.kind === 'interrupted')) stretch.done = true
    if (stop.kind !== 'interrupted' && isBefore(here, to) && counts(stop))
      stretch.last = { stop, instant: standingPlace(stop, here), held: past.held }
  } while (!isOver(past, turn))
}

/** Backwards one comes to a change from behind: before it is where one stands. */
const standingPlace = (stop: Stop, here: Instant): Instant =>
  stop.kind === 'watchpoint' ? { executed: here.executed - 1, steps: LATEST } : here

/** What can stop a session of the past; null: also what recordings say nothing of. */
function soughtIn(past: Session, place?: Place<Task>): Sought | null {
  const places = [...(place?.addresses ?? [])]
  const written: { start: number; end: number }[] = []
  for (const point of enabledPoints(past)) {
    if (point.kind === 'breakpoint') places.push(point.address)
    else if (point.kind === 'watchpoint' && point.access === 'write' && !point.physical)
      written.push({ start: point.start, end: point.start + point.bytes })
    else return null
  }
  return { places, written, signals: past.signalStops.size > 0 }
}

/** The last stop before now: stretch by stretch backwards. null: there is none, and whoever asked goes to where they want to stand. */
export function* lastStop(past: Session, turn: Turn, place?: Place<Task>): Work<Stop | null> {
  const t = recorded(past)
  // Of a run to a place only what comes to it counts.
  const counts = (stop: Stop): boolean => place === undefined || stop.kind === 'step'
  const sought = soughtIn(past, place)
  let end = nowOf(past.k)
  for (let index = pointBefore(t, before(end)); index >= 0; index--) {
    const { instant: from, harts } = t.store.points[index]
    const isThere = sought === null || canHold(visitedFrom(past.k, t.store, index), harts, sought)
    const last = isThere ? yield* runningAgain(past, turn, from, end, counts, place) : null
    if (last !== null) {
      yield* goingTo(past, turn, last.instant)
      past.held = last.held
      return last.stop
    }
    end = from
    turn.standing = end
  }
  past.held = null
  return null
}
