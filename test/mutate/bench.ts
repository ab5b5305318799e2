// Faults of the benches' arithmetic and claims.
import type { Fault } from './fault.ts'

const CLAIMS = ['bench/claims.test.ts']
const STATISTICS = ['bench/statistics.test.ts']

export const benchFaults: readonly Fault[] = [
  {
    what: 'the upper border is not between',
    file: 'bench/claims.ts',
    find: 'value >= min && value <= max',
    put: 'value >= min && value < max',
    near: CLAIMS,
  },
  {
    what: 'the lower border is not at least',
    file: 'bench/claims.ts',
    find: 'holds: value >= min,\n',
    put: 'holds: value > min,\n',
    near: CLAIMS,
  },
  { what: 'at most is at least', file: 'bench/claims.ts', find: 'holds: value <= max,\n', put: 'holds: value >= max,\n', near: CLAIMS },
  {
    what: 'near holds for all that is less',
    file: 'bench/claims.ts',
    find: 'holds: Math.abs(value / published - 1) <= tolerance',
    put: 'holds: value / published - 1 <= tolerance',
    near: CLAIMS,
  },
  {
    what: 'presets are not told apart',
    file: 'bench/match.ts',
    find: 'if (a.preset !== b.preset)',
    put: 'if (a.preset !== a.preset)',
    near: CLAIMS,
  },
  {
    what: 'the median of an even count is the upper',
    file: 'bench/statistics.ts',
    find: '(sorted[middle - 1] + sorted[middle]) / 2',
    put: 'sorted[middle]',
    near: STATISTICS,
  },
  {
    what: 'a line does not pass through the middle',
    file: 'bench/statistics.ts',
    find: 'intercept: my - slope * mx',
    put: 'intercept: my + slope * mx',
    near: STATISTICS,
  },
  {
    what: 'a step is a value late',
    file: 'bench/statistics.ts',
    find: 'cuts.map(cut => cut - 1)',
    put: 'cuts.map(cut => cut)',
    near: STATISTICS,
  },
  {
    what: 'a knee must be passed',
    file: 'bench/statistics.ts',
    find: 'v >= factor * values[0]',
    put: 'v > factor * values[0]',
    near: STATISTICS,
  },
]
