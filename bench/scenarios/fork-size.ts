// What fork costs by the memory of the parent: it copies page tables, so by entries; 2 MiB pages have one for 512.
import { atLeast, atMost, between, straight } from '../claims.ts'
import { nsOf, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { linearFit, spread, type Line, type Point } from '../statistics.ts'
import type { Chart } from '../report/figures.ts'
import type { Cell, Claim, Row } from '../types.ts'

type Call = 'fork' | 'vfork' | 'spawn'
type Pages = 'small' | 'huge'

const OWN = 'own'
const PUBLISHED = 'server'
/** MiB touched before the call. */
const SIZES = [1, 4, 16, 64, 128, 256]
const QUICK_SIZES = [1, 8, 32, 64]
const HUGE_SIZES = [64, 128, 256, 512]
const QUICK_HUGE_SIZES = [64, 128, 256]
const OTHER_SIZES = [1, 16, 64]
/** RAM beside the memory touched: page tables of parent and children, programs. */
const OWN_RAM = 96
const GIB_IN_MIB = 1024
const NS_PER_MS = 1e6

function cell(machine: string, call: Call, pages: Pages, size: number, quick: boolean): Cell {
  const rounds = quick ? 2 : 4
  return {
    lab: 'fork-size',
    argv: [size, call, pages, rounds],
    preset: machine === OWN ? undefined : machine,
    machine: { ram: size + OWN_RAM },
    measures: [{ params: { machine, call, pages, MiB: size }, operations: rounds }],
  }
}

const cells = (quick: boolean): Cell[] =>
  [OWN, PUBLISHED].flatMap(machine => [
    ...(quick ? QUICK_SIZES : SIZES).map(size => cell(machine, 'fork', 'small', size, quick)),
    ...(quick ? QUICK_HUGE_SIZES : HUGE_SIZES).map(size => cell(machine, 'fork', 'huge', size, quick)),
    ...(['vfork', 'spawn'] as const).flatMap(call => OTHER_SIZES.map(size => cell(machine, call, 'small', size, quick))),
  ])

const points = (rows: readonly Row[], machine: string, call: Call, pages: Pages): Point[] =>
  select(rows, { machine, call, pages }).map(row => [Number(row.params.MiB), nsOf(row)])
const line = (rows: readonly Row[], machine: string, pages: Pages): Line => linearFit(points(rows, machine, 'fork', pages))

function machineClaims(rows: readonly Row[], machine: string, name: string): Claim[] {
  const small = line(rows, machine, 'small')
  const huge = line(rows, machine, 'huge')
  return [
    straight(`${name}: fork by pages mapped`, small.r2, 0.99),
    atLeast(`${name}: fork with 2 MiB pages is cheaper, for each MiB`, small.slope / huge.slope, 50, 'times'),
    ...(['vfork', 'spawn'] as const).map(call =>
      atMost(`${name}: ${call} is flat (largest/smallest)`, spread(points(rows, machine, call, 'small').map(([, ns]) => ns)), 1.1),
    ),
  ]
}

const claims = (rows: readonly Row[], preset: string): Claim[] => [
  ...machineClaims(rows, OWN, preset),
  ...machineClaims(rows, PUBLISHED, PUBLISHED),
  between(`${PUBLISHED}: fork for each GiB`, (line(rows, PUBLISHED, 'small').slope * GIB_IN_MIB) / NS_PER_MS, 5, 15, 'ms'),
]

const chart = (rows: readonly Row[], machine: string, name: string): Chart => ({
  kind: 'lines',
  id: `fork-size-${machine}`,
  title: `Starting a process from a parent of this size (${name})`,
  x: { label: 'memory of the parent, MiB', scale: 'log2', unit: 'count' },
  y: { label: 'time of the call', scale: 'log10', unit: 'ns' },
  series: [
    { name: 'fork, 4 KiB pages', points: points(rows, machine, 'fork', 'small') },
    { name: 'fork, 2 MiB pages', points: points(rows, machine, 'fork', 'huge') },
    { name: 'vfork', points: points(rows, machine, 'vfork', 'small') },
    { name: 'vfork + exec', points: points(rows, machine, 'spawn', 'small') },
  ],
})

export const forkSize: Scenario = {
  name: 'fork-size',
  title: 'fork by the size of the parent',
  question: 'What does fork cost when the parent has much memory, and what do 2 MiB pages, vfork and spawn cost?',
  source: 'Baumann et al.: A fork() in the road (HotOS 2019)',
  labs: ['fork-size'],
  operation: 'call',
  cells: ({ quick }) => cells(quick),
  claims: ({ rows, preset }) => claims(rows, preset),
  charts: ({ rows, preset }) => [chart(rows, OWN, preset), chart(rows, PUBLISHED, PUBLISHED)],
}
