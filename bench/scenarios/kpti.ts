// Page-table isolation: the kernel has page tables of its own, and each trap changes them. The price goes with the calls made in a second.
import { atLeast, between, straight } from '../claims.ts'
import { nsOf, only, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { linearFit, type Point } from '../statistics.ts'
import type { Chart } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'
import { asids, kpti as isolation, ON_OFF, product, type OnOff } from './sweeps.ts'

const OWN = 'own'
/** The figures were published for machines like this one. */
const PUBLISHED = 'server'
const MACHINES = [OWN, PUBLISHED]
/** Instructions between two calls. */
const WORK = [0, 200, 500, 1000, 2000, 5000, 10_000, 30_000]
const QUICK_WORK = [0, 500, 2000, 10_000]
const INSTRUCTIONS = 2_000_000
/** Instructions that a call takes in any case, about: to share INSTRUCTIONS out. */
const CALL = 200

function cell(machine: string, work: number, asid: OnOff, isolated: OnOff, quick: boolean): Cell {
  const calls = Math.round((quick ? INSTRUCTIONS / 4 : INSTRUCTIONS) / (work + CALL))
  return {
    lab: 'null-call',
    argv: [calls, work],
    preset: machine === OWN ? undefined : machine,
    set: [asids(asid === 'on'), isolation(isolated === 'on')],
    measures: [{ params: { machine, work, asids: asid, kpti: isolated }, operations: calls }],
  }
}

/** Nanoseconds that isolation adds to a call. */
const added = (rows: readonly Row[], row: Row): number => nsOf(row) - nsOf(only(rows, { ...row.params, kpti: 'off' }))

/** Slowdown (1 = twice as long) by calls in a second without isolation, the highest rate first. */
export const kptiCurve = (rows: readonly Row[], machine: string, asid: OnOff): Point[] =>
  select(rows, { machine, asids: asid, kpti: 'on' }).map(row => {
    const plain = nsOf(only(rows, { ...row.params, kpti: 'off' }))
    return [1e9 / plain, added(rows, row) / plain]
  })

function claims(rows: readonly Row[], preset: string): Claim[] {
  const idle = (machine: string, asid: OnOff): Row => only(rows, { machine, work: 0, asids: asid, kpti: 'on' })
  const each = MACHINES.flatMap(machine => {
    const name = machine === OWN ? preset : machine
    return [
      straight(`${name}: slowdown by calls in a second, with ASIDs`, linearFit(kptiCurve(rows, machine, 'on')).r2, 0.99),
      straight(`${name}: slowdown by calls in a second, without ASIDs`, linearFit(kptiCurve(rows, machine, 'off')).r2, 0.99),
      atLeast(
        `${name}: added without ASIDs over added with them`,
        added(rows, idle(machine, 'off')) / added(rows, idle(machine, 'on')),
        2,
        'times',
      ),
    ]
  })
  return [...each, between(`${PUBLISHED}: added to a null call, with ASIDs`, 100 * kptiCurve(rows, PUBLISHED, 'on')[0][1], 30, 60, '%')]
}

const rateChart = (rows: readonly Row[], machine: string, name: string): Chart => ({
  kind: 'lines',
  id: machine === OWN ? 'kpti-rate' : `kpti-rate-${machine}`,
  title: `Slowdown by page-table isolation (${name})`,
  x: { label: 'system calls in a second', scale: 'log10', unit: 'count' },
  y: { label: 'slowdown', scale: 'linear', unit: 'percent' },
  series: ON_OFF.map(asid => ({
    name: asid === 'on' ? 'with ASIDs' : 'without ASIDs',
    points: kptiCurve(rows, machine, asid).map(([x, y]) => [x, y * 100] as const),
  })),
})

const ledger = (rows: readonly Row[], machine: string, name: string): Chart =>
  ledgerChart(
    `kpti-ledger-${machine}`,
    `A null call (${name})`,
    select(rows, { machine, work: 0 }),
    row => `KPTI ${row.params.kpti}, ASIDs ${row.params.asids}`,
  )

export const kpti: Scenario = {
  name: 'kpti',
  title: 'Page-table isolation',
  question: 'What does a kernel with page tables of its own (against Meltdown) cost a program, by how often it calls the kernel?',
  source: 'Gregg: KPTI/KAISER Meltdown initial performance regressions (2018)',
  labs: ['null-call'],
  operation: 'call',
  cells: ({ quick }) =>
    product(MACHINES, product(quick ? QUICK_WORK : WORK, product(ON_OFF, ON_OFF))).map(([machine, [work, [asid, isolated]]]) =>
      cell(machine, work, asid, isolated, quick),
    ),
  claims: ({ rows, preset }) => claims(rows, preset),
  charts: ({ rows, preset }) =>
    [
      [OWN, preset],
      [PUBLISHED, PUBLISHED],
    ].flatMap(([machine, name]) => [rateChart(rows, machine, name), ledger(rows, machine, name)]),
}
