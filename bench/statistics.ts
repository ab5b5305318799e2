// The arithmetic of benches: medians and means for host times; lines, steps and knees for the curves of the timed machine.
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const geomean = (values: readonly number[]): number => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length)

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length

/** Largest over smallest: 1.1 is "flat within 10 %". */
export const spread = (values: readonly number[]): number => Math.max(...values) / Math.min(...values)

export type Point = readonly [x: number, y: number]

export interface Line {
  slope: number
  intercept: number
  /** Share of the variance that the line explains: 1 when all points lie on it (also for equal points), 0 when it explains nothing. */
  r2: number
}

/** Least squares. Needs two different x. */
export function linearFit(points: readonly Point[]): Line {
  const mx = mean(points.map(([x]) => x))
  const my = mean(points.map(([, y]) => y))
  let sxx = 0
  let sxy = 0
  let syy = 0
  for (const [x, y] of points) {
    sxx += (x - mx) ** 2
    sxy += (x - mx) * (y - my)
    syy += (y - my) ** 2
  }
  if (sxx === 0) throw new Error('a line needs two different x')
  const slope = sxy / sxx
  return { slope, intercept: my - slope * mx, r2: syy === 0 ? 1 : sxy ** 2 / (sxx * syy) }
}

/**
 * Where a curve steps up: splits it into `count` + 1 plateaus with the least squared error, and answers for each step the index of
 * the last value before it. Meant for curves that are flat between steps; give logarithms when steps differ much in height.
 */
export function findSteps(values: readonly number[], count: number): number[] {
  const n = values.length
  if (n <= count) throw new Error(`${count} steps need more than ${n} values`)
  const sums = [0]
  const squares = [0]
  for (const v of values) {
    sums.push(sums.at(-1)! + v)
    squares.push(squares.at(-1)! + v * v)
  }
  /** Squared error of one plateau over values from..to-1. */
  const error = (from: number, to: number): number => squares[to] - squares[from] - (sums[to] - sums[from]) ** 2 / (to - from)
  /** best[k][i]: the least error of the first i values in k + 1 plateaus, and where the last one begins. */
  let best = values.map((_, i) => ({ error: error(0, i + 1), cuts: [] as number[] }))
  for (let k = 1; k <= count; k++) {
    const previous = best
    best = values.map((_, i) => {
      let chosen = { error: Infinity, cuts: [] as number[] }
      for (let cut = k; cut <= i; cut++) {
        const e = previous[cut - 1].error + error(cut, i + 1)
        if (e < chosen.error) chosen = { error: e, cuts: [...previous[cut - 1].cuts, cut] }
      }
      return chosen
    })
  }
  return best[n - 1].cuts.map(cut => cut - 1)
}

/** Index of the first value that is at least `factor` times the first one: the knee of a curve that begins flat; the length if none. */
export function kneeAt(values: readonly number[], factor: number): number {
  const at = values.findIndex(v => v >= factor * values[0])
  return at < 0 ? values.length : at
}

/** The smallest x at which a curve, straight between its points, comes up to `y`; null when it never does. */
export function crossing(points: readonly Point[], y: number): number | null {
  if (points.length > 0 && points[0][1] >= y) return points[0][0]
  for (let n = 1; n < points.length; n++) {
    const [x0, y0] = points[n - 1]
    const [x1, y1] = points[n]
    if (y1 >= y) return x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)
  }
  return null
}
