// Time travel: going to any instant of a recording, forwards or backwards, in pieces.
import { piecesIn, workOf, type Kernel } from '../../kernel/index.ts'
import { setDebugPoints } from '../../vm/index.ts'
import { isBefore, LATEST, nowOf, type Instant } from './instant.ts'
import { replay } from './replayer.ts'
import { forgetPoint, insertPoint, restorePoint } from './store.ts'
import { advance, pointBefore, type Timeline } from './timeline.ts'

/** A new point is made a distance / NEAR_PART before a place that was gone back to, up to so many points in all. */
const NEAR_PART = 40
/** ... or so much work before, where distances are long. */
const NEAR_MOST = 200_000
const POINTS_MAX = 1024
/** So much work is heard as a delay. */
const FAR = 2_000_000

/** What came of going to an instant: it is there; the run ends before; or it was enough, and the same call goes on from here. */
export type Travelled = 'there' | 'end' | 'cut'

/** Goes to an instant, forwards or backwards, doing about `budget` work at most (Infinity: whatever it takes, if nobody says enough). */
export function travelSome(t: Timeline, to: Instant, budget = Infinity): Travelled {
  const limit = t.worked + budget
  const travelled = replay(t.replayer, past => travelIn(t, past, isBefore(to, t.end) ? to : t.end, limit))
  if (travelled === 'cut' || !isBefore(t.end, to)) return travelled
  // Beyond the end of the recording it is the present that runs.
  return unstopped(t.k, () => runOn(t, t.k, to, limit))
}

/** As travelSome, in one go. False: the run does not come so far (and stands where it ends). */
export function travel(t: Timeline, to: Instant): boolean {
  let travelled: Travelled
  do travelled = travelSome(t, to)
  while (travelled === 'cut')
  return travelled === 'there'
}

/** As travelSome, for a kernel that replays, which stays within the recording; `limit` is what `worked` may come to. */
export function travelIn(t: Timeline, past: Kernel, to: Instant, limit: number): Travelled {
  setDebugPoints(past.machine, null)
  const here = nowOf(past)
  const index = pointBefore(t, to)
  const point = t.store.points[index].instant
  // From here on is nearer, unless a point lies between.
  const back = isBefore(to, here) || isBefore(here, point)
  if (back) restorePoint(past, t.store, index)
  const goOn = back || ((limit !== Infinity || past.enough !== null) && t.store.base === index)
  if (goOn && !stepNear(t, past, index, to, limit)) return 'cut'
  return runOn(t, past, to, limit)
}

/** Whoever steps back will do so again: the next places are reached from a new point shortly before this one. False: it was enough before. */
function stepNear(t: Timeline, past: Kernel, index: number, to: Instant, limit: number): boolean {
  const { points } = t.store
  const distance = Math.min(Math.ceil(t.distance / NEAR_PART), NEAR_MOST)
  const far = to.executed - points[index].instant.executed
  const near = { executed: to.executed - distance, steps: 0 }
  if (far < 4 * distance || points.length >= POINTS_MAX || !isBefore(to, t.end) || !isBefore(nowOf(past), near)) return true
  if (runOn(t, past, near, limit) === 'cut') return false
  const here = nowOf(past)
  if (isBefore(points[index].instant, here)) insertPoint(past, t.store, index + 1, here)
  return true
}

/** Does something without points to stop at. */
function unstopped<T>({ machine }: Kernel, what: () => T): T {
  const { debug } = machine
  if (debug !== null) setDebugPoints(machine, null)
  try {
    return what()
  } finally {
    if (debug !== null) setDebugPoints(machine, debug)
  }
}

/** Forwards, over whatever pauses on the way. */
function runOn(t: Timeline, k: Kernel, to: Instant, limit: number): Travelled {
  const isThere = (): boolean => k.state.executed >= to.executed && (to.steps === LATEST || k.state.steps >= to.steps)
  while (isBefore(nowOf(k), to)) {
    const left = limit - t.worked
    if (left <= 0) return 'cut'
    const rest = to.executed - k.state.executed
    const before = nowOf(k)
    const options = {
      maxInstructions: Math.min(left, rest),
      maxPieces: piecesIn(left),
      untilStep: left < rest ? undefined : to.steps,
    }
    const result = advance(t, options, k)
    if (result.kind === 'paused') continue
    const here = nowOf(k)
    const moved = here.executed !== before.executed || here.steps !== before.steps
    if (!moved || result.kind !== 'budget') break
    if (isBefore(here, to) && k.enough?.() === true) return 'cut'
  }
  return isThere() ? 'there' : 'end'
}

/** A point where a kernel stands, when coming here from the one before takes long. Answers how to forget it. */
export function markHere(t: Timeline, k: Kernel = t.k): () => void {
  const { store } = t
  const here = nowOf(k)
  const index = pointBefore(t, here)
  const base = store.points[index]
  if (workOf(k.state) - base.work < FAR || store.base !== index || !isBefore(base.instant, here)) return () => {}
  insertPoint(k, store, index + 1, here)
  const mark = store.points[index + 1]
  return () => {
    const at = store.points.indexOf(mark)
    if (at > 0) forgetPoint(k, store, at)
  }
}
