// TLB shootdown: a mapping is taken away while other harts run in the same address space; each of them must be interrupted.
import { atMost, exactly, quantity, straight } from '../claims.ts'
import { countOf, curve, nsOf, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { linearFit, spread } from '../statistics.ts'
import type { Chart } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'
import { product } from './sweeps.ts'

const OTHERS = ['threads', 'processes'] as const
const TARGETS = [1, 2, 3, 4, 5, 6, 7]
const QUICK_TARGETS = [1, 2, 3, 4]
const ROUNDS = 50

function cell(targets: number, others: string, quick: boolean): Cell {
  const rounds = quick ? ROUNDS / 2 : ROUNDS
  return {
    lab: 'shootdown',
    argv: [targets, rounds, others],
    machine: { harts: targets + 1 },
    measures: [{ params: { others, targets }, operations: rounds }],
  }
}

const of = (rows: readonly Row[], others: string): Row[] => select(rows, { others })

function claims(rows: readonly Row[]): Claim[] {
  const { slope, intercept, r2 } = linearFit(curve(of(rows, 'threads'), 'targets', nsOf))
  const processes = of(rows, 'processes')
  return [
    straight(`threads: base + k*targets (${quantity(intercept, 'ns')} + ${quantity(slope, 'ns')} each)`, r2, 0.98),
    {
      claim: 'threads: each target costs',
      required: 'more than nothing',
      measured: quantity(slope, 'ns'),
      holds: slope > 0,
    },
    exactly(
      'processes: interrupts sent',
      processes.reduce((sum, row) => sum + row.counters.ipis, 0),
      0,
    ),
    atMost('processes: flat (largest/smallest)', spread(processes.map(nsOf)), 1.1),
  ]
}

function charts(rows: readonly Row[]): Chart[] {
  return [
    {
      kind: 'lines',
      id: 'shootdown',
      title: 'Taking a right away from a page while others run',
      x: { label: 'other harts', scale: 'linear', unit: 'count' },
      y: { label: 'time of a change', scale: 'linear', unit: 'ns' },
      series: [
        { name: 'threads of the same process', points: curve(of(rows, 'threads'), 'targets', nsOf) },
        { name: 'other processes', points: curve(of(rows, 'processes'), 'targets', nsOf) },
      ],
    },
    ledgerChart('shootdown-ledger', 'A change, all harts together', of(rows, 'threads'), row => `targets: ${row.params.targets}`),
  ]
}

export const shootdown: Scenario = {
  name: 'shootdown',
  title: 'TLB shootdown',
  question: 'What does it cost to take a right away from a page that other harts may have in their TLBs?',
  source: 'Amit: Optimizing the TLB shootdown algorithm (USENIX ATC 2017)',
  labs: ['shootdown'],
  operation: 'change',
  cells: ({ quick }) => product(OTHERS, quick ? QUICK_TARGETS : TARGETS).map(([others, targets]) => cell(targets, others, quick)),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows }) => charts(rows),
  tables: ({ rows }) => [
    {
      title: 'A change of rights',
      columns: ['others', 'targets', 'time, ns', 'interrupts'],
      rows: rows.map(row => [String(row.params.others), String(row.params.targets), quantity(nsOf(row)), quantity(countOf(row, 'ipis'))]),
    },
  ],
}
