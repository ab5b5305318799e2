// Page-table isolation: the kernel has page tables of its own, and each trap changes them. The price goes with the calls made in a second.
import { atLeast, between, straight } from '../claims.ts'
import { nsOf, only, select } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { linearFit, type Point } from '../statistics.ts'
import type { Chart } from '../report/figures.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'
import { asids, kpti as isolation, ON_OFF, product, type OnOff } from './sweeps.ts'

/** Instructions between two calls. */
const WORK = [0, 200, 500, 1000, 2000, 5000, 10_000, 30_000]
const QUICK_WORK = [0, 500, 2000, 10_000]
const INSTRUCTIONS = 2_000_000
/** Instructions that a call takes in any case, about: to share INSTRUCTIONS out. */
const CALL = 200

function cell(work: number, asid: OnOff, isolated: OnOff, quick: boolean): Cell {
  const calls = Math.round((quick ? INSTRUCTIONS / 4 : INSTRUCTIONS) / (work + CALL))
  return {
    lab: 'null-call',
    argv: [calls, work],
    set: [asids(asid === 'on'), isolation(isolated === 'on')],
    measures: [{ params: { work, asids: asid, kpti: isolated }, operations: calls }],
  }
}

const at = (rows: readonly Row[], asid: OnOff, isolated: OnOff): Row[] => select(rows, { asids: asid, kpti: isolated })

/** Nanoseconds that isolation adds to a call. */
const added = (rows: readonly Row[], row: Row): number => nsOf(row) - nsOf(only(rows, { ...row.params, kpti: 'off' }))

/** Slowdown (1 = twice as long) by calls in a second without isolation. */
export const kptiCurve = (rows: readonly Row[], asid: OnOff): Point[] =>
  at(rows, asid, 'on').map(row => {
    const plain = nsOf(only(rows, { ...row.params, kpti: 'off' }))
    return [1e9 / plain, added(rows, row) / plain]
  })

function claims(rows: readonly Row[]): Claim[] {
  const idle = (asid: OnOff): Row => only(rows, { work: 0, asids: asid, kpti: 'on' })
  const percent = 100 * kptiCurve(rows, 'on')[0][1]
  return [
    straight('slowdown by calls in a second, with ASIDs', linearFit(kptiCurve(rows, 'on')).r2, 0.99),
    straight('slowdown by calls in a second, without ASIDs', linearFit(kptiCurve(rows, 'off')).r2, 0.99),
    between('added to a null call, with ASIDs', percent, 30, 60, '%'),
    atLeast('added without ASIDs over added with them', added(rows, idle('off')) / added(rows, idle('on')), 2, 'times'),
  ]
}

function charts(rows: readonly Row[]): Chart[] {
  return [
    {
      kind: 'lines',
      id: 'kpti-rate',
      title: 'Slowdown by page-table isolation',
      x: { label: 'system calls in a second', scale: 'log10', unit: 'count' },
      y: { label: 'slowdown', scale: 'linear', unit: 'percent' },
      series: ON_OFF.map(asid => ({
        name: asid === 'on' ? 'with ASIDs' : 'without ASIDs',
        points: kptiCurve(rows, asid).map(([x, y]) => [x, y * 100] as const),
      })),
    },
    ledgerChart('kpti-ledger', 'A null call', select(rows, { work: 0 }), row => `KPTI ${row.params.kpti}, ASIDs ${row.params.asids}`),
  ]
}

export const kpti: Scenario = {
  name: 'kpti',
  title: 'Page-table isolation',
  question: 'What does a kernel with page tables of its own (against Meltdown) cost a program, by how often it calls the kernel?',
  source: 'Gregg: KPTI/KAISER Meltdown initial performance regressions (2018)',
  labs: ['null-call'],
  operation: 'call',
  cells: ({ quick }) =>
    product(quick ? QUICK_WORK : WORK, product(ON_OFF, ON_OFF)).map(([work, [asid, isolated]]) => cell(work, asid, isolated, quick)),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows }) => charts(rows),
}
