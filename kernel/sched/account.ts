// The time that tasks have had, scaled by their weights: kept of every task, whatever its class, so that one that comes to share the
// processor has its place.
import { FAIR_RANK } from './ranks.ts'
import type { HartState, SchedEntity } from './types.ts'
import { NICE_0_WEIGHT } from './weights.ts'

/** Every runnable task shall run once in this time (ns), as long as slices stay above the minimum. */
export const LATENCY = 6_000_000
/** No slice is shorter. */
export const MIN_GRANULARITY = 750_000
/** What a slice that a program asks for is cut to; 0: it asks for none. */
const SLICE_MIN = 100_000
const SLICE_MAX = 100_000_000
export const askedSlice = (runtime: number): number => (runtime > 0 ? Math.min(SLICE_MAX, Math.max(SLICE_MIN, runtime)) : 0)

/** Brings the vruntime of a task up to the time it has had. */
export function account(hart: HartState, s: SchedEntity): void {
  const ran = s.sumExec - s.accounted
  if (ran === 0) return
  s.accounted = s.sumExec
  s.vruntime += (ran * NICE_0_WEIGHT) / s.weight
  raiseFloor(hart, s)
}

/** minVruntime follows the least vruntime among the running and the first queued task, and never falls. */
function raiseFloor(hart: HartState, running: SchedEntity): void {
  const first = hart.queue[0]?.sched
  const least = first === undefined || first.rank < FAIR_RANK ? running.vruntime : Math.min(first.vruntime, running.vruntime)
  if (least > hart.minVruntime) hart.minVruntime = least
}

/** It could run again. A long sleeper gets half a latency of credit, not all the time it slept. */
export function catchUp(hart: HartState, s: SchedEntity): number {
  s.vruntime = Math.max(s.vruntime, hart.minVruntime - LATENCY / 2)
  return 0
}
