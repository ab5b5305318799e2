// Time travel: a run is recorded as snapshots at a distance, and the journal of what came in. Any instant is a snapshot before it and the
// same run again from there, to the bit.
import { forgetUpcoming, piecesIn, runKernel, workOf, type Kernel, type RunOptions, type RunResult } from '../../kernel/index.ts'
import { noteWrites, setDebugPoints } from '../../vm/index.ts'
import { isBefore, nowOf, type Instant } from './instant.ts'
import { dropAfter, insertPoint, newStore, forgetPoint, restorePoint, takePoint, type Store } from './store.ts'

export interface Timeline {
  readonly k: Kernel
  store: Store
  /** Work (workOf) between two points. */
  distance: number
  /** How far the run has come yet. */
  end: Instant
  /** Work that was done in all, in the present and in pasts that were run again: what pieces of a search are measured by. */
  worked: number
}

const DEFAULT_DISTANCE = 4_000_000
/** A new point is made a distance / NEAR_PART before a place that was gone back to, up to so many points in all. */
const NEAR_PART = 40
const POINTS_MAX = 1024
/** Instants at which something was changed by hand, at most: older ones are forgotten, and the recording begins after them. */
const CHANGES_MAX = 256
/** So much work is heard as a delay. */
const FAR = 2_000_000
/** When so many points are there, the distance doubles: what a long run keeps grows with its logarithm. */
const POINTS = 128

/** Starts recording, with a first point where the machine is now. */
export function startRecording(k: Kernel, distance = DEFAULT_DISTANCE): Timeline {
  noteWrites(k.machine, true)
  k.journal.keeps = true
  const timeline: Timeline = { k, store: newStore(), distance, end: nowOf(k), worked: 0 }
  takePoint(k, timeline.store, nowOf(k))
  return timeline
}

/** The machine no longer notes what it writes to: no more points are taken. */
export function stopRecording(t: Timeline): void {
  noteWrites(t.k.machine, false)
}

/** Runs the machine as runKernel does, taking points on new ground. */
export function advance(t: Timeline, options: RunOptions = {}): RunResult {
  const { k } = t
  const end = k.state.executed + (options.maxInstructions ?? Infinity)
  const lastPiece = k.state.pieces + (options.maxPieces ?? Infinity)
  for (;;) {
    const next = t.store.points[t.store.points.length - 1].work + t.distance
    const change = changeAhead(t)
    const at = change === null ? null : t.store.points[change].instant
    const begun = workOf(k.state)
    const room = begun < next ? next - begun : Infinity
    const until = Math.min(end, k.state.executed + room, at?.executed ?? Infinity)
    const result = runKernel(k, {
      ...options,
      maxInstructions: until - k.state.executed,
      maxPieces: Math.min(lastPiece - k.state.pieces, piecesIn(room)),
      untilStep: stepLimit(options, end, until, at),
    })
    t.worked += workOf(k.state) - begun
    const here = nowOf(k)
    if (change !== null && at !== null && here.executed === at.executed && here.steps === at.steps) {
      restorePoint(k, t.store, change)
      if (result.kind === 'budget') continue
    }
    let full = false
    if (isBefore(t.end, here)) {
      t.end = here
      full = workOf(k.state) >= next
      if (full) takePoint(k, t.store, here)
      if (full && t.store.points.length % POINTS === 0) t.distance *= 2
    }
    const over = k.state.executed >= end || k.state.pieces >= lastPiece
    if (result.kind !== 'budget' || over || (k.state.executed < until && !full)) return result
  }
}

/** The next change by hand that a run over old ground comes to: the last point of its instant. null: none. */
function changeAhead(t: Timeline): number | null {
  const { points } = t.store
  const here = nowOf(t.k)
  const first = points.findIndex(point => point.changed === true && isBefore(here, point.instant))
  if (first < 0) return null
  const { instant } = points[first]
  return points.findLastIndex(point => point.changed === true && !isBefore(instant, point.instant))
}

/** How much the kernel must have done: up to a change, when a run goes as far as that, and no further. */
function stepLimit(options: RunOptions, end: number, until: number, change: Instant | null): number | undefined {
  if (change === null || until < change.executed) return options.untilStep
  return end > change.executed ? change.steps : Math.min(options.untilStep ?? 0, change.steps)
}

/** Index of the newest point that is not after an instant. */
export function pointBefore(t: Timeline, instant: Instant): number {
  const { points } = t.store
  let index = points.length - 1
  while (index > 0 && isBefore(instant, points[index].instant)) index--
  return index
}

/** What came of going to an instant: it is there; the run ends before; or it was enough, and the same call goes on from here. */
export type Travelled = 'there' | 'end' | 'cut'

/** Goes to an instant, forwards or backwards, doing about `budget` work at most (Infinity: whatever it takes, if nobody says enough). */
export function travelSome(t: Timeline, to: Instant, budget = Infinity): Travelled {
  const { k } = t
  const here = nowOf(k)
  const index = pointBefore(t, to)
  const point = t.store.points[index].instant
  // From here on is nearer, unless a point lies between.
  const back = isBefore(to, here) || isBefore(here, point)
  if (back) restorePoint(k, t.store, index)
  const limit = t.worked + budget
  const goOn = back || ((budget !== Infinity || k.enough !== null) && t.store.base === index)
  if (goOn && !stepNear(t, index, to, limit)) return 'cut'
  return runTo(t, to, limit)
}

/** As travelSome, in one go. False: the run does not come so far (and stands where it ends). */
export function travel(t: Timeline, to: Instant): boolean {
  let travelled: Travelled
  do travelled = travelSome(t, to)
  while (travelled === 'cut')
  return travelled === 'there'
}

/** Whoever steps back will do so again: the next places are reached from a new point shortly before this one. False: it was enough before. */
function stepNear(t: Timeline, index: number, to: Instant, limit: number): boolean {
  const { points } = t.store
  const distance = Math.ceil(t.distance / NEAR_PART)
  const far = to.executed - points[index].instant.executed
  const near = { executed: to.executed - distance, steps: 0 }
  if (far < 4 * distance || points.length >= POINTS_MAX || !isBefore(to, t.end) || !isBefore(nowOf(t.k), near)) return true
  if (runTo(t, near, limit) === 'cut') return false
  const here = nowOf(t.k)
  if (isBefore(points[index].instant, here)) insertPoint(t.k, t.store, index + 1, here)
  return true
}

/** Forwards, over whatever pauses on the way, until so much work was done. */
function runTo(t: Timeline, to: Instant, limit: number): Travelled {
  const { k } = t
  const { debug } = k.machine
  // Nobody stops on the way.
  setDebugPoints(k.machine, null)
  try {
    // What happens again is no news; beyond the end of the recording it is.
    const { events } = k
    const saved = { ...events }
    Object.assign(events, Object.fromEntries(Object.keys(events).map(kind => [kind, undefined])))
    let travelled: Travelled
    try {
      travelled = runOn(t, isBefore(to, t.end) ? to : t.end, limit)
    } finally {
      Object.assign(events, saved)
    }
    return travelled === 'cut' ? 'cut' : runOn(t, to, limit)
  } finally {
    setDebugPoints(k.machine, debug)
  }
}

function runOn(t: Timeline, to: Instant, limit: number): Travelled {
  const { k } = t
  const isThere = (): boolean => k.state.executed >= to.executed && (to.steps === Infinity || k.state.steps >= to.steps)
  while (isBefore(nowOf(k), to)) {
    const left = limit - t.worked
    if (left <= 0) return 'cut'
    const rest = to.executed - k.state.executed
    const before = nowOf(k)
    const result = advance(t, {
      maxInstructions: Math.min(left, rest),
      maxPieces: piecesIn(left),
      untilStep: left < rest ? undefined : to.steps,
    })
    if (result.kind === 'paused') continue
    const here = nowOf(k)
    const moved = here.executed !== before.executed || here.steps !== before.steps
    if (!moved || result.kind !== 'budget') break
    if (isBefore(here, to) && k.enough?.() === true) return 'cut'
  }
  return isThere() ? 'there' : 'end'
}

/** A point where the machine stands, when coming here from the one before takes long. Answers how to forget it. */
export function markHere(t: Timeline): () => void {
  const { k, store } = t
  const here = nowOf(k)
  const index = pointBefore(t, here)
  const base = store.points[index]
  if (workOf(k.state) - base.work < FAR || store.base !== index || !isBefore(base.instant, here)) return () => {}
  insertPoint(k, store, index + 1, here)
  const mark = store.points[index + 1]
  return () => {
    const at = store.points.indexOf(mark)
    if (at > 0 && at < store.points.length - 1) forgetPoint(k, store, at)
  }
}

/** Something was changed by hand: what was recorded after now will not happen. */
export function forgetFuture(t: Timeline): void {
  const { k } = t
  const here = nowOf(k)
  const { points } = t.store
  dropAfter(t.store, pointBefore(t, here))
  takePoint(k, t.store, here).changed = true
  // What was changed at one instant is one change.
  const last = points.length - 1
  const { instant, changed } = points[last - 1] ?? {}
  if (changed === true && instant !== undefined && !isBefore(instant, here)) forgetPoint(k, t.store, last - 1)
  // Who changes for ever has the beginning forgotten: a change is in no journal, so what lies after one cannot be run again without it.
  while (points.filter(point => point.changed === true).length > CHANGES_MAX) forgetPoint(k, t.store, 0)
  forgetUpcoming(k)
  t.end = here
  // The output of the new future is new.
  k.shownBytes = k.outputBytes
}
