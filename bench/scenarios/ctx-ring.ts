// lmbench's lat_ctx: a token goes round a ring of processes, each of which sums an array of its own before it passes it on.
import { atLeast, atMost, between, near, quantity } from '../claims.ts'
import { binary, curve, only, select, usOf } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { kneeAt, median, spread } from '../statistics.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import type { Chart } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import { doublings, kib, product } from './sweeps.ts'
import { PUBLISHED, PUBLISHED_PROCESSES, PUBLISHED_SIZES, ringTables } from './ctx-ring-table.ts'

/** The ring on the run's preset, and the published one. */
const SWEEP = 'sweep'
const LMBENCH = 'lmbench'
const REPLAYED = 'ppro1996'
/** KiB that a process sums. */
const SIZES = [0, 4, 16, 32, 64]
const SATURATED = [64, 32]
const FEW = 2
/** Bytes from load to load. */
const STRIDE = 32
/** Of the process alone. */
const HANDOVERS_PER_ROUND = 2
/** A published row's knee: its first cost that is twice the first one. */
const KNEE = 2

/** Enough processes of the smaller saturated size for twice the last cache. */
const mostProcesses = (g: Geometry): number => Math.min(256, Math.max(8, (2 * kib(g.lastBytes)) / 32))
/** Working sets beyond this say nothing new. */
const interesting = (g: Geometry, processes: number, size: number): boolean => processes * size <= 4 * kib(g.lastBytes)

function ring(grid: string, processes: number, size: number, rounds: number, preset?: string): Cell {
  return {
    lab: 'ctx-ring',
    argv: [processes, size, rounds, STRIDE],
    preset,
    measures: [{ params: { grid, processes, KiB: size }, operations: processes * rounds }],
  }
}

/** What lmbench subtracts: one process hands the token to itself and sums one array, which stays warm. */
function alone(grid: string, size: number, rounds: number, preset?: string): Cell {
  return {
    lab: 'ctx-ws',
    argv: ['one', size, STRIDE, 'read', rounds],
    preset,
    measures: [{ params: { grid, processes: 1, KiB: size }, operations: HANDOVERS_PER_ROUND * rounds }],
  }
}

function cells(quick: boolean, g: Geometry): Cell[] {
  const rounds = quick ? 5 : 20
  const sweep = product(SIZES, doublings(FEW, mostProcesses(g))).filter(([size, processes]) => interesting(g, processes, size))
  const published = product(PUBLISHED_SIZES, PUBLISHED_PROCESSES)
  return [
    ...SIZES.map(size => alone(SWEEP, size, rounds * 2)),
    ...sweep.map(([size, processes]) => ring(SWEEP, processes, size, rounds)),
    ...PUBLISHED_SIZES.map(size => alone(LMBENCH, size, rounds * 2, REPLAYED)),
    ...published.map(([size, processes]) => ring(LMBENCH, processes, size, rounds, REPLAYED)),
  ]
}

/** Microseconds of a switch: the ring's less what one process alone needs for the same. */
export const switchCost = (rows: readonly Row[], row: Row): number =>
  usOf(row) - usOf(only(rows, { grid: row.params.grid, processes: 1, KiB: row.params.KiB }))

const rings = (rows: readonly Row[], grid: string, size: number): Row[] =>
  select(rows, { grid, KiB: size }).filter(row => row.params.processes !== 1)

function sweepClaims(rows: readonly Row[], g: Geometry): Claim[] {
  const half = kib(g.l2Bytes) / 2
  const [large, small] = SATURATED
  const flat = SATURATED.flatMap(size => {
    const inside = rings(rows, SWEEP, size).filter(row => Number(row.params.processes) * size <= half)
    return inside.length < 2
      ? []
      : [atMost(`${size}K: flat while n*size ≤ L2/2 (largest/smallest)`, spread(inside.map(row => switchCost(rows, row))), 1.1)]
  })
  const inside = rings(rows, SWEEP, large).filter((row, n) => n === 0 || Number(row.params.processes) * large <= half)
  const fits = inside.map(row => switchCost(rows, row))
  const fullRow = (size: number): Row => {
    const processes = Math.min(mostProcesses(g), Math.max(FEW, (2 * kib(g.lastBytes)) / size))
    return only(rows, { grid: SWEEP, processes, KiB: size })
  }
  return [
    ...flat,
    atLeast(`${large}K: cost at n*size = 2*cache over the flat cost`, switchCost(rows, fullRow(large)) / median(fits), 5, 'times'),
    between('saturated cells: 64K over 32K (whole hand-overs)', usOf(fullRow(large)) / usOf(fullRow(small)), 1.9, 2.1),
  ]
}

function publishedClaims(rows: readonly Row[]): Claim[] {
  const own = (size: number, processes: number): number => switchCost(rows, only(rows, { grid: LMBENCH, processes, KiB: size }))
  const shapes = PUBLISHED_SIZES.flatMap((size, n) => {
    const published = PUBLISHED[n]
    const measured = PUBLISHED_PROCESSES.map(processes => own(size, processes))
    const [wanted, got] = [kneeAt(published, KNEE), kneeAt(measured, KNEE)]
    const at = (index: number): string => (index < PUBLISHED_PROCESSES.length ? `${PUBLISHED_PROCESSES[index]} processes` : 'no knee')
    const knee: Claim = {
      claim: `${REPLAYED} ${size}K: knee (first cost of ${KNEE} times the first)`,
      required: `${at(wanted)}, within one step`,
      measured: at(got),
      holds: Math.abs(wanted - got) <= 1,
    }
    const saturated = PUBLISHED_PROCESSES.flatMap((processes, p) =>
      processes * size < 512 ? [] : [near(`${REPLAYED} ${processes}p/${size}K, saturated`, measured[p], published[p], 0.15, 'us')],
    )
    return [knee, ...saturated]
  })
  const most = PUBLISHED_PROCESSES.at(-1)!
  const [large, small] = SATURATED
  return [...shapes, between(`${REPLAYED}: saturated cells, 64K over 32K`, own(large, most) / own(small, most), 1.9, 2.1)]
}

function charts(rows: readonly Row[], g: Geometry): Chart[] {
  const y = { label: 'time of a switch', scale: 'log10', unit: 'ns' } as const
  const cost = (row: Row): number => Math.max(1, switchCost(rows, row) * 1e3)
  const sizes = PUBLISHED_SIZES.filter(size => size > 0)
  return [
    {
      kind: 'lines',
      id: 'ctx-ring-knee',
      title: 'A switch by working set: flat until the arrays of all processes fill the cache',
      x: { label: 'working set: processes × array', scale: 'log2', unit: 'bytes' },
      y,
      series: SIZES.filter(size => size > 0).map(size => ({
        name: `${size}K each`,
        points: rings(rows, SWEEP, size).map(row => [Number(row.params.processes) * size * 1024, cost(row)] as const),
      })),
      marks: [
        { x: g.l2Bytes, label: `L2 ${binary(g.l2Bytes)}` },
        ...(g.lastBytes === g.l2Bytes ? [] : [{ x: g.lastBytes, label: `LLC ${binary(g.lastBytes)}` }]),
      ],
    },
    {
      kind: 'lines',
      id: 'ctx-ring-lmbench',
      title: `The Pentium Pro of 1996: measured here and published`,
      x: { label: 'processes', scale: 'log2', unit: 'count' },
      y,
      series: [
        ...sizes.map(size => ({ name: `${size}K`, points: curve(rings(rows, LMBENCH, size), 'processes', cost) })),
        ...sizes.map(size => ({
          name: `${size}K published`,
          reference: true,
          points: PUBLISHED_PROCESSES.map((p, n) => [p, PUBLISHED[PUBLISHED_SIZES.indexOf(size)][n] * 1e3] as const),
        })),
      ],
    },
    ledgerChart(
      'ctx-ring-ledger',
      'Where a hand-over of 64K spends its time',
      rings(rows, SWEEP, 64),
      row => `${row.params.processes} processes`,
    ),
  ]
}

export const ctxRing: Scenario = {
  name: 'ctx-ring',
  title: 'Context switches round a ring',
  question:
    'What does a switch cost when n processes, each with an array of its own, hand a token round by pipes? What one process needs for the same work is subtracted, as lmbench does.',
  source: 'McVoy, Staelin: lmbench (USENIX 1996), lat_ctx',
  labs: ['ctx-ring', 'ctx-ws'],
  operation: 'hand-over',
  cells: ({ quick, geometry }) => cells(quick, geometry),
  claims: ({ rows, geometry }) => [...sweepClaims(rows, geometry), ...publishedClaims(rows)],
  charts: ({ rows, geometry }) => charts(rows, geometry),
  tables: ({ rows, preset }) =>
    ringTables(preset, (grid, size, processes) => {
      const found = select(rows, { grid, processes, KiB: size })
      return found.length === 1 ? quantity(switchCost(rows, found[0])) : null
    }),
}
