// Li, Ding and Shen (2007): what a switch costs by working set. Two processes that hand over to each other, less one process that
// does the same work with the same pipe traffic.
import { atLeast, between, near } from '../claims.ts'
import { binary, curve, only, select, usOf } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import type { Chart } from '../report/figures.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { fractions, kib, product } from './sweeps.ts'

const REPLAYED = 'xeon2007'
const OWN = 'own'
const LI = 'li2007'
const MODES = ['two', 'one'] as const
const ACCESSES = ['read', 'write'] as const
/** A line of the Xeon of 2007. */
const LINE = 128
const STRIDES = [16, 32, 64, LINE]
/** KiB where strides are compared: above the knee. */
const STRIDE_SIZE = 384
const HANDOVERS_PER_ROUND = 2
/** KiB: the paper's three regions lie up to 200K, from 256K to 512K, and above the cache. */
const SIZES = [0, 4, 16, 32, 64, 96, 128, 160, 200, 256, 320, 384, 448, 512, 768, 1024]
const QUICK_SIZES = [0, 16, 64, 128, 200, 256, 384, 512, 1024]
const SMALL = 200
const MIDDLE = [256, 512] as const
/** Microseconds in the paper, and how near its regions are met. */
const DIRECT = 3.8
const SMALL_COST = [4.2, 8.7] as const
const MIDDLE_COST = [38.6, 203] as const
const TOLERANCE = 0.15

interface Case {
  machine: string
  access: (typeof ACCESSES)[number]
  size: number
  stride: number
}

const pair = ({ machine, access, size, stride }: Case, rounds: number, preset?: string): Cell[] =>
  MODES.map(mode => ({
    lab: 'ctx-ws',
    argv: [mode, size, stride, access, rounds],
    preset,
    measures: [{ params: { machine, access, KiB: size, stride, mode }, operations: HANDOVERS_PER_ROUND * rounds }],
  }))

function cells(quick: boolean, g: Geometry): Cell[] {
  const rounds = quick ? 6 : 20
  const own = [0, ...fractions(kib(g.lastBytes), quick ? [1, 2, 4, 6, 8, 16] : [0.125, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16])]
  const li = product(ACCESSES, quick ? QUICK_SIZES : SIZES)
  return [
    ...own.flatMap(size => pair({ machine: OWN, access: 'read', size, stride: g.lineBytes }, rounds)),
    ...li.flatMap(([access, size]) => pair({ machine: LI, access, size, stride: LINE }, rounds, REPLAYED)),
    ...STRIDES.filter(s => s !== LINE).flatMap(stride =>
      pair({ machine: LI, access: 'read', size: STRIDE_SIZE, stride }, rounds, REPLAYED),
    ),
  ]
}

/** Microseconds of a switch, by the row of the two processes. */
const cost = (rows: readonly Row[], row: Row): number => usOf(row) - usOf(only(rows, { ...row.params, mode: 'one' }))
const twos = (rows: readonly Row[], where: { machine: string; access: string; stride?: number }): Row[] =>
  select(rows, { ...where, mode: 'two' })

/** Microseconds of a switch over the working set (bytes) on the run's preset: for the textbook's 52 us. */
export const ownCurve = (rows: readonly Row[]): [number, number][] =>
  twos(rows, { machine: OWN, access: 'read' }).map(row => [Number(row.params.KiB) * 1024, cost(rows, row)])

function claims(rows: readonly Row[]): Claim[] {
  const reads = twos(rows, { machine: LI, access: 'read', stride: LINE })
  const writes = twos(rows, { machine: LI, access: 'write', stride: LINE })
  const of = (list: readonly Row[], size: number): number => cost(rows, only(list, { KiB: size }))
  const inside = (from: number, to: number): number[] =>
    reads.filter(r => Number(r.params.KiB) >= from && Number(r.params.KiB) <= to).map(r => cost(rows, r))
  const small = inside(1, SMALL)
  const middle = inside(...MIDDLE)
  const above = inside(MIDDLE[1] + 1, Infinity)
  const [lowest, highest] = [1 - TOLERANCE, 1 + TOLERANCE]
  const byStride = STRIDES.map(stride => cost(rows, only(twos(rows, { machine: LI, access: 'read', stride }), { KiB: STRIDE_SIZE })))
  const worst = Math.min(...byStride.slice(1).map((c, n) => c / byStride[n]))
  return [
    near(`${REPLAYED}: direct cost of a switch`, of(reads, 0), DIRECT, TOLERANCE, 'us'),
    between(
      `up to ${SMALL}K: the cheapest switch (4.2 us ±15 %)`,
      Math.min(...small),
      SMALL_COST[0] * lowest,
      SMALL_COST[1] * highest,
      'us',
    ),
    between(
      `up to ${SMALL}K: the dearest switch (8.7 us ±15 %)`,
      Math.max(...small),
      SMALL_COST[0] * lowest,
      SMALL_COST[1] * highest,
      'us',
    ),
    between(
      `256K to 512K: the cheapest switch (38.6 us ±15 %)`,
      Math.min(...middle),
      MIDDLE_COST[0] * lowest,
      MIDDLE_COST[1] * highest,
      'us',
    ),
    between(
      `256K to 512K: the dearest switch (203 us ±15 %)`,
      Math.max(...middle),
      MIDDLE_COST[0] * lowest,
      MIDDLE_COST[1] * highest,
      'us',
    ),
    atLeast('above the cache: the cheapest switch still costs more than in the first region', Math.min(...above), SMALL_COST[1], 'us'),
    between('writes over reads above the knee (384K)', of(writes, STRIDE_SIZE) / of(reads, STRIDE_SIZE), 1.6, 2.4, 'times'),
    atLeast('a longer stride only raises it: least ratio from one stride to the next', worst, 0.98),
  ]
}

function charts(rows: readonly Row[], g: Geometry): Chart[] {
  const x = { label: 'array of each process', scale: 'log2', unit: 'bytes' } as const
  const y = { label: 'cost of a switch', scale: 'log10', unit: 'ns' } as const
  const points = (list: readonly Row[]): [number, number][] =>
    curve(
      list.filter(r => r.params.KiB !== 0),
      'KiB',
      r => Math.max(1, cost(rows, r) * 1e3),
    ).map(([k, c]) => [k * 1024, c])
  return [
    {
      kind: 'lines',
      id: 'ctx-ws-li',
      title: 'The Xeon of 2007: cost of a switch by working set',
      x,
      y,
      series: ACCESSES.map(access => ({ name: access, points: points(twos(rows, { machine: LI, access, stride: LINE })) })),
      marks: [
        { x: MIDDLE[0] * 1024, label: 'L2/2 256K' },
        { x: MIDDLE[1] * 1024, label: 'L2 512K' },
      ],
    },
    {
      kind: 'lines',
      id: 'ctx-ws-own',
      title: 'This preset: cost of a switch by working set',
      x,
      y,
      series: [{ name: 'read', points: points(twos(rows, { machine: OWN, access: 'read' })) }],
      marks: [{ x: g.lastBytes / 2, label: `half the cache ${binary(g.lastBytes / 2)}` }],
    },
  ]
}

export const ctxWs: Scenario = {
  name: 'ctx-ws',
  title: 'Context switches by working set',
  question:
    'What does a switch cost in all, refilling the caches included? Two processes traverse arrays and hand over; one process that does the same work alone is subtracted.',
  source: 'Li, Ding, Shen: Quantifying the cost of context switch (ExpCS 2007)',
  labs: ['ctx-ws'],
  operation: 'hand-over',
  cells: ({ quick, geometry }) => cells(quick, geometry),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows, geometry }) => charts(rows, geometry),
}
