// What a handful of runs of the same thing says: the middle and how far they lie apart. Runs of peers are paired, so that load on the
// machine falls on both sides of a ratio.
import { median } from '../statistics.ts'

export interface Spread {
  median: number
  min: number
  max: number
  runs: number
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length,
})

/** Pair by pair `theirs` / `ours`: of costs, how many times faster we are. Both in the order they were measured in. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} runs cannot be paired with ${theirs.length}`)
  return spreadOf(ours.map((cost, n) => theirs[n] / cost))
}
