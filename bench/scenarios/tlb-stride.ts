// OSTEP's TLB homework: one touch a page over more and more pages. The same touches inside 2 MiB pages have the same cache misses
// and hardly a TLB miss: the difference is what translation costs.
import { quantity } from '../claims.ts'
import { cyclesOf, curve, only, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { findSteps, type Point } from '../statistics.ts'
import type { Chart } from '../report/figures.ts'
import type { Cell, Claim, Geometry, Row } from '../types.ts'
import { product, roundsFor } from './sweeps.ts'

const PAGES_4K = ['small', 'huge'] as const
const SPARSE = 'stride2m'
const TOUCHES = 60_000
const HUGE_MIB = 2
/** MiB beside what is touched. */
const OWN_RAM = 96

/** Counts around a TLB's reach: a step is found between two of them. */
const around = (entries: number): number[] =>
  [entries / 2, (entries * 3) / 4, entries, (entries * 5) / 4, (entries * 3) / 2, entries * 2].map(Math.round)
const rising = (counts: readonly number[]): number[] => [...new Set(counts)].filter(n => n >= 1).sort((a, b) => a - b)

function pageCounts(g: Geometry, quick: boolean): number[] {
  const few = [1, 4, 16]
  const second = g.l2TlbEntries
  const all =
    second === 0
      ? [...few, ...around(g.tlbEntries), g.tlbEntries * 4]
      : [...few, ...around(g.tlbEntries), second / 4, ...around(second), second * 4]
  return rising(quick ? all.filter(n => n !== second * 4) : [...all, second / 8, second * 3])
}

function cell(pages: number, kind: string, quick: boolean, ram?: number): Cell {
  const rounds = roundsFor(quick ? TOUCHES / 4 : TOUCHES, pages, 4)
  return {
    lab: 'tlb-stride',
    argv: [pages, rounds, kind],
    machine: ram === undefined ? undefined : { ram },
    measures: [{ params: { kind, pages }, operations: pages * rounds }],
  }
}

function cells(quick: boolean, g: Geometry): Cell[] {
  // 2 MiB pages cost real memory: only round the first level's reach.
  const sparse = rising([1, 4, 16, ...around(g.tlbEntries)])
  return [
    ...product(pageCounts(g, quick), PAGES_4K).map(([pages, kind]) => cell(pages, kind, quick)),
    ...sparse.map(pages => cell(pages, SPARSE, quick, pages * HUGE_MIB + OWN_RAM)),
  ]
}

/** Cycles of a touch beyond those of the same touches in 2 MiB pages. */
const translation = (rows: readonly Row[], kind = 'small'): Point[] =>
  select(rows, { kind }).map(row => [
    Number(row.params.pages),
    Math.max(0, cyclesOf(row) - cyclesOf(only(rows, { kind: 'huge', pages: row.params.pages }))),
  ])

/** Steps of a curve in cycles: logarithms, as the second step is many times the first; less than a cycle is nothing. */
const stepsOf = (points: readonly Point[], count: number): number[] =>
  findSteps(
    points.map(([, c]) => Math.log2(1 + c)),
    count,
  )

/** A step is where it should be when the reach lies between its two counts, or one count beside. */
function stepClaim(claim: string, points: readonly Point[], at: number, entries: number): Claim {
  const from = points[Math.max(0, at - 1)][0]
  const to = points[Math.min(points.length - 1, at + 2)][0]
  return {
    claim,
    required: `at ${entries} entries, within one step of the sweep`,
    measured: `between ${points[at][0]} and ${points[at + 1][0]} pages`,
    holds: entries >= from && entries <= to,
  }
}

function claims(rows: readonly Row[], g: Geometry): Claim[] {
  const small = translation(rows)
  const reaches = [g.tlbEntries, ...(g.l2TlbEntries ? [g.l2TlbEntries] : [])]
  const names = ['first-level', 'second-level']
  const steps = stepsOf(small, reaches.length)
  const sparse = translation(rows, SPARSE)
  const [sparseStep] = stepsOf(sparse, 1)
  // With 2 MiB pages the second level hides nothing of the first step.
  const [first, second] = [small[steps[0]], sparse[sparseStep]]
  const factor = (second[0] * HUGE_MIB * 2 ** 20) / (first[0] * 4096)
  return [
    ...steps.map((at, n) => stepClaim(`4 KiB pages: the step of the ${names[n]} TLB`, small, at, reaches[n])),
    stepClaim('2 MiB pages: the step of the first-level TLB', sparse, sparseStep, g.tlbEntries),
    {
      claim: '2 MiB pages move the step (in bytes)',
      required: '512-fold, within one step of the sweep',
      measured: `${quantity(factor)}-fold`,
      holds: factor >= 512 / 1.6 && factor <= 512 * 1.6,
    },
  ]
}

function charts(rows: readonly Row[], g: Geometry): Chart[] {
  const y = { label: 'cycles of a touch', scale: 'linear', unit: 'cycles' } as const
  const marks = [
    { x: g.tlbEntries, label: `TLB ${g.tlbEntries}` },
    ...(g.l2TlbEntries ? [{ x: g.l2TlbEntries, label: `L2 TLB ${g.l2TlbEntries}` }] : []),
  ]
  const of = (kind: string): readonly Point[] => curve(select(rows, { kind }), 'pages', cyclesOf)
  return [
    {
      kind: 'lines',
      id: 'tlb-stride',
      title: 'One touch a page: 4 KiB pages against 2 MiB pages',
      x: { label: 'pages', scale: 'log2', unit: 'count' },
      y,
      series: [
        { name: '4 KiB pages', points: of('small') },
        { name: 'the same bytes in 2 MiB pages', points: of('huge') },
        { name: 'one touch in each 2 MiB page', points: of(SPARSE) },
      ],
      marks,
    },
    {
      kind: 'lines',
      id: 'tlb-stride-translation',
      title: 'What translation adds to a touch',
      x: { label: 'pages', scale: 'log2', unit: 'count' },
      y,
      series: [
        { name: '4 KiB pages', points: translation(rows) },
        { name: 'one touch in each 2 MiB page', points: translation(rows, SPARSE) },
      ],
      marks,
    },
  ]
}

export const tlbStride: Scenario = {
  name: 'tlb-stride',
  title: 'The reach of the TLBs',
  question: 'How long does a touch take when each is on another page? Time steps up where the first and the second TLB end.',
  source: 'Arpaci-Dusseau: Operating Systems: Three Easy Pieces, chapter 19 (homework); after Saavedra-Barrera 1992',
  labs: ['tlb-stride'],
  operation: 'touch',
  cells: ({ quick, geometry }) => cells(quick, geometry),
  claims: ({ rows, geometry }) => claims(rows, geometry),
  charts: ({ rows, geometry }) => charts(rows, geometry),
}
