// The time slice: switching costs the same whenever it happens, so its share goes down with the length of the slice.
import { atMost, straight } from '../claims.ts'
import { countOf, duration, only, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { linearFit, spread, type Point } from '../statistics.ts'
import type { Chart, Table } from '../report/figures.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { quantum as slice } from './sweeps.ts'

const TASKS = 4
const KIB = 16
/** Milliseconds. */
const SLICES = [0.1, 0.3, 1, 3, 10, 30, 100]
const QUICK_SLICES = [0.1, 0.3, 1, 3]
/** Longer than the whole run: tasks follow each other, the run to compare with. */
const ENDLESS = 10_000
/** The whole run lasts about this many of the longest slice, so that it is cut at least a few times. */
const LONGEST_SLICES = 4
const NS_PER_MS = 1e6
/** Slices in a run, below which a handful of switches more or less at the ends matter. */
const MANY = 10

/** Cycles of one of the lab's iterations, about. */
const CYCLES_OF_ITERATION = 3.5
/** Cycles of a cell: a clock of some GHz must not make the sweep long. */
const MOST = 400e6
const MOST_QUICK = 30e6

function cells(quick: boolean, g: Geometry): Cell[] {
  const slices = quick ? QUICK_SLICES : SLICES
  const cycles = (slices.at(-1)! / 1e3) * g.hz * LONGEST_SLICES
  const work = Math.round(Math.min(cycles, quick ? MOST_QUICK : MOST) / TASKS / CYCLES_OF_ITERATION)
  return [...slices, ENDLESS].map(ms => ({
    lab: 'quantum',
    argv: [TASKS, work, KIB],
    set: [slice(ms)],
    measures: [{ params: { ms }, operations: 1 }],
  }))
}
const endless = (rows: readonly Row[]): Row => only(rows, { ms: ENDLESS })
const sliced = (rows: readonly Row[]): Row[] => rows.filter(row => row.params.ms !== ENDLESS)
const overhead = (rows: readonly Row[], row: Row): number => row.ns / endless(rows).ns - 1

/** Share of time lost, by the slice in milliseconds. */
const quantumCurve = (rows: readonly Row[]): Point[] => sliced(rows).map(row => [Number(row.params.ms), overhead(rows, row)])

/** Nanoseconds of one switch more, from the shortest slice: there are most of them. */
function costOfSwitch(rows: readonly Row[]): number {
  const [shortest] = sliced(rows)
  const base = endless(rows)
  return (shortest.ns - base.ns) / (countOf(shortest, 'switches') - countOf(base, 'switches'))
}

function claims(rows: readonly Row[]): Claim[] {
  const points = quantumCurve(rows)
  const long = sliced(rows).filter(row => row.ns / (Number(row.params.ms) * NS_PER_MS) >= MANY)
  const products = long.map(row => overhead(rows, row) * Number(row.params.ms))
  const last = sliced(rows).at(-1)!
  const cost = costOfSwitch(rows)
  return [
    { claim: 'a switch more costs', required: 'more than nothing', measured: duration(cost), holds: cost > 0 },
    straight('overhead by 1/slice', linearFit(points.map(([ms, share]) => [1 / ms, share] as const)).r2, 0.99),
    atMost('overhead × slice is constant (largest/smallest, where ten slices fit)', spread(products), 1.5),
    atMost(
      `overhead at ${last.params.ms} ms`,
      100 * overhead(rows, last),
      Math.max(0.05, (300 * cost) / (Number(last.params.ms) * NS_PER_MS)),
      '%',
    ),
  ]
}

function charts(rows: readonly Row[]): Chart[] {
  const cost = costOfSwitch(rows)
  const percent = (points: readonly Point[]): Point[] => points.filter(([, y]) => y > 0).map(([x, y]) => [x, 100 * y])
  return [
    {
      kind: 'lines',
      id: 'quantum',
      title: 'Time lost to switching, by the time slice',
      x: { label: 'time slice, ms', scale: 'log10', unit: 'ms' },
      y: { label: 'time lost', scale: 'log10', unit: 'percent' },
      series: [
        { name: 'measured', points: percent(quantumCurve(rows)) },
        {
          name: 'cost of a switch / slice',
          reference: true,
          points: percent(sliced(rows).map(row => [Number(row.params.ms), cost / (Number(row.params.ms) * NS_PER_MS)])),
        },
      ],
    },
  ]
}

function tables(rows: readonly Row[]): Table[] {
  return [
    {
      title: `Time slices; a switch more costs ${duration(costOfSwitch(rows))}`,
      columns: ['slice, ms', 'whole run', 'switches', 'time lost'],
      rows: [...sliced(rows), ...select(rows, { ms: ENDLESS })].map(row => [
        row.params.ms === ENDLESS ? 'none' : String(row.params.ms),
        duration(row.ns),
        String(row.counters.switches),
        `${(100 * overhead(rows, row)).toFixed(3)} %`,
      ]),
    },
  ]
}

export const quantum: Scenario = {
  name: 'quantum',
  title: 'The time slice',
  question: 'How much time do preemptions take by the length of the time slice?',
  source: 'Arpaci-Dusseau: Operating Systems: Three Easy Pieces, chapter 7 (amortisation)',
  labs: ['quantum'],
  operation: 'run',
  cells: ({ quick, geometry }) => cells(quick, geometry),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows }) => charts(rows),
  tables: ({ rows }) => tables(rows),
}
