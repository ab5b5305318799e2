// Time travel: a run is recorded as snapshots at a distance, and the journal of what came in. Any instant is a snapshot before it and the
// same run again from there, to the bit.
import { forgetUpcoming, runKernel, type Kernel, type RunOptions, type RunResult } from '../../kernel/index.ts'
import { noteWrites, setDebugPoints } from '../../vm/index.ts'
import type { Instant } from '../session/types.ts'
import { dropAfter, insertPoint, newStore, restorePoint, takePoint, type Store } from './store.ts'

export interface Timeline {
  readonly k: Kernel
  store: Store
  /** Instructions between two points. */
  distance: number
  /** How far the run has come yet. */
  end: Instant
}

const DEFAULT_DISTANCE = 4_000_000
/** A new point is made a distance / NEAR_PART before a place that was gone back to, up to so many points in all. */
const NEAR_PART = 40
const POINTS_MAX = 1024
/** When so many points are there, the distance doubles: what a long run keeps grows with its logarithm. */
const POINTS = 128

export const nowOf = (k: Kernel): Instant => ({ executed: k.state.executed, steps: k.state.steps })

export const isBefore = (a: Instant, b: Instant): boolean => a.executed < b.executed || (a.executed === b.executed && a.steps < b.steps)

/** Starts recording, with a first point where the machine is now. */
export function startRecording(k: Kernel, distance = DEFAULT_DISTANCE): Timeline {
  noteWrites(k.machine, true)
  k.journal.keeps = true
  const timeline: Timeline = { k, store: newStore(), distance, end: nowOf(k) }
  takePoint(k, timeline.store, nowOf(k))
  return timeline
}

export function stopRecording(t: Timeline): void {
  noteWrites(t.k.machine, false)
}

/** Runs the machine as runKernel does, taking points on new ground. */
export function advance(t: Timeline, options: RunOptions = {}): RunResult {
  const { k } = t
  const end = k.state.executed + (options.maxInstructions ?? Infinity)
  for (;;) {
    const newest = t.store.points[t.store.points.length - 1].instant.executed
    const next = newest + t.distance
    const change = changeAhead(t)
    const at = change === null ? null : t.store.points[change].instant
    const until = Math.min(k.state.executed < next ? Math.min(end, next) : end, at?.executed ?? Infinity)
    const result = runKernel(k, { ...options, maxInstructions: until - k.state.executed, untilStep: stepLimit(options, end, until, at) })
    const here = nowOf(k)
    if (change !== null && at !== null && here.executed === at.executed && here.steps === at.steps) {
      restorePoint(k, t.store, change)
      if (result.kind === 'budget') continue
    }
    if (isBefore(t.end, here)) {
      t.end = here
      if (here.executed >= next) takeNext(t, here)
    }
    if (result.kind !== 'budget' || k.state.executed >= end || k.state.executed < until) return result
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

function takeNext(t: Timeline, here: Instant): void {
  takePoint(t.k, t.store, here)
  if (t.store.points.length % POINTS === 0) t.distance *= 2
}

/** Index of the newest point that is not after an instant. */
export function pointBefore(t: Timeline, instant: Instant): number {
  const { points } = t.store
  let index = points.length - 1
  while (index > 0 && isBefore(instant, points[index].instant)) index--
  return index
}

/** What came of going to an instant: it is there; the run ends before; or the budget was spent, and the same call goes on from here. */
export type Travelled = 'there' | 'end' | 'cut'

/** Goes to an instant, forwards or backwards, running `budget` instructions at most. */
export function travelSome(t: Timeline, to: Instant, budget = Infinity): Travelled {
  const { k } = t
  const here = nowOf(k)
  const index = pointBefore(t, to)
  const point = t.store.points[index].instant
  // From here on is nearer, unless a point lies between.
  const back = isBefore(to, here) || isBefore(here, point)
  if (back) restorePoint(k, t.store, index)
  const begun = k.state.executed
  const goOn = back || (budget !== Infinity && t.store.base === index)
  if (goOn && !stepNear(t, index, to, begun + budget)) return 'cut'
  return runTo(t, to, begun + budget)
}

/** As travelSome, in one go. False: the run does not come so far (and stands where it ends). */
export const travel = (t: Timeline, to: Instant): boolean => travelSome(t, to) === 'there'

/**
 * Whoever steps back will do so again: the next places are reached from a new point shortly before this one. False: `limit` instructions
 * were reached before that.
 */
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

/** Forwards, over whatever pauses on the way, until `limit` instructions have been executed. */
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
    try {
      runOn(t, isBefore(to, t.end) ? to : t.end, limit)
    } finally {
      Object.assign(events, saved)
    }
    runOn(t, to, limit)
  } finally {
    setDebugPoints(k.machine, debug)
  }
  if (k.state.executed >= to.executed && (to.steps === Infinity || k.state.steps >= to.steps)) return 'there'
  return k.state.executed >= limit ? 'cut' : 'end'
}

function runOn(t: Timeline, to: Instant, limit: number): void {
  const { k } = t
  const cut = limit < to.executed
  while (isBefore(nowOf(k), to) && (!cut || k.state.executed < limit)) {
    const before = nowOf(k)
    const result = advance(t, {
      maxInstructions: (cut ? limit : to.executed) - k.state.executed,
      untilStep: cut ? undefined : to.steps,
    })
    if (result.kind === 'paused') continue
    const here = nowOf(k)
    if (here.executed === before.executed && here.steps === before.steps) break
    if (result.kind !== 'budget') break
  }
}

/** Something was changed by hand: what was recorded after now will not happen. */
export function forgetFuture(t: Timeline): void {
  const { k } = t
  const here = nowOf(k)
  dropAfter(t.store, pointBefore(t, here))
  takePoint(k, t.store, here).changed = true
  forgetUpcoming(k)
  t.end = here
  // The output of the new future is new.
  k.shownBytes = k.outputBytes
}
