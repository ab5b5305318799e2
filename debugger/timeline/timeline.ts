// A recording: a run is kept as snapshots at a distance, and the journal of what came in. Any instant is a snapshot before it and the
// same run again from there, to the bit (travel.ts).
import {
  cutNetwork,
  forgetUpcoming,
  isReplaying,
  piecesIn,
  runKernel,
  subscribe,
  workOf,
  type Kernel,
  type RunOptions,
  type RunResult,
} from '../../kernel/index.ts'
import { noteWrites } from '../../vm/index.ts'
import { effortOf, isWorthPoint, type Effort } from './effort.ts'
import { isBefore, nowOf, type Instant } from './instant.ts'
import { newReplayer, type Replayer } from './replayer.ts'
import { dropAfter, forgetPoint, newStore, restorePoint, takePoint, type Point, type Store } from './store.ts'

export interface Timeline {
  /** The present, wherever it stands. */
  readonly k: Kernel
  /** Who runs the past again. */
  readonly replayer: Replayer
  store: Store
  /** Work (workOf) between two points, at least. */
  distance: number
  /** Where points also lie so far apart that they are cheap (effort.ts): what had been done at the newest one; null: the distance was said. */
  since: Effort | null
  /** So many times as far apart as at first. */
  times: number
  /** How far the run has come yet. */
  end: Instant
  /** Work that was done in all, in the present and in pasts that were run again: what pieces of a search are measured by. */
  worked: number
  /** Ends to hear of signals. */
  readonly quiet: () => void
}

/** The least distance where nobody says one; and where somebody does, it is that. */
const LEAST_DISTANCE = 1_000_000
/** Instants at which something was changed by hand, at most: older ones are forgotten, and the recording begins after them. */
const CHANGES_MAX = 256
/** When so many points are there, the distance doubles: what a long run keeps grows with its logarithm. */
const POINTS = 128

/** Starts recording, with a first point where the machine is now. */
export function startRecording(k: Kernel, distance?: number): Timeline {
  noteWrites(k.machine, true)
  k.journal.keeps = true
  const store = newStore()
  takePoint(k, store, nowOf(k))
  const since = distance === undefined ? effortOf(k) : null
  const quiet = subscribe(k, ['signalDelivered'], () => (store.signals = true))
  return { k, replayer: newReplayer(k), store, distance: distance ?? LEAST_DISTANCE, since, times: 1, end: nowOf(k), worked: 0, quiet }
}

/** The machine no longer notes what it writes to: no more points are taken. */
export function stopRecording(t: Timeline): void {
  noteWrites(t.k.machine, false)
  t.quiet()
}

/** Runs the present, or the kernel of a replay, as runKernel does, taking points on new ground. */
export function advance(t: Timeline, options: RunOptions = {}, k: Kernel = t.k): RunResult {
  const end = k.state.executed + (options.maxInstructions ?? Infinity)
  const lastPiece = k.state.pieces + (options.maxPieces ?? Infinity)
  for (;;) {
    const newest = t.store.points[t.store.points.length - 1]
    const next = newest.work + t.distance
    const change = changeAhead(t, k)
    const at = change === null ? null : t.store.points[change].instant
    const begun = workOf(k.state)
    // Where the newest point is far enough but its cost is not, it is looked at again after as much.
    const room = begun < next ? next - begun : t.since === null ? Infinity : t.distance
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
    if (isBefore(t.end, here)) {
      t.end = here
      const full = workOf(k.state) >= next && (t.since === null || isWorthPoint(k, t.since, newest.objects, t.times))
      if (full) addPoint(t, k, here)
    }
    const over = k.state.executed >= end || k.state.pieces >= lastPiece
    if (result.kind !== 'budget' || over || (k.state.executed < until && workOf(k.state) - begun < room)) return result
  }
}

/** A point on new ground. */
function addPoint(t: Timeline, k: Kernel, here: Instant): Point {
  const point = takePoint(k, t.store, here)
  if (t.since !== null) t.since = effortOf(k)
  if (t.store.points.length % POINTS === 0) {
    t.distance *= 2
    t.times *= 2
  }
  return point
}

/** The next change by hand that a run over old ground comes to: the last point of its instant. null: none. */
function changeAhead(t: Timeline, k: Kernel): number | null {
  const { points } = t.store
  const here = nowOf(k)
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

/** Something was changed by hand: what was recorded after now will not happen. */
export function forgetFuture(t: Timeline): void {
  const { k } = t
  const here = nowOf(k)
  const { points } = t.store
  dropAfter(k, t.store, pointBefore(t, here))
  addPoint(t, k, here).changed = true
  // What was changed at one instant is one change.
  const last = points.length - 1
  const { instant, changed } = points[last - 1] ?? {}
  if (changed === true && instant !== undefined && !isBefore(instant, here)) forgetPoint(k, t.store, last - 1)
  // Who changes for ever has the beginning forgotten: a change is in no journal, so what lies after one cannot be run again without it.
  while (points.filter(point => point.changed === true).length > CHANGES_MAX) forgetPoint(k, t.store, 0)
  const leaves = isReplaying(k) || k.networkTold > k.state.ns.net.outside.told
  forgetUpcoming(k)
  if (leaves) cutNetwork(k)
  t.end = nowOf(k)
  // The output of the new future is new.
  k.shownBytes = k.outputBytes
}
