// Ledgers as stacked bars: the largest parts by name, the small ones together.
import { sumBy, type LedgerKey } from '../ledger.ts'
import type { Row } from '../types.ts'
import type { StackedChart } from './figures.ts'

/** Parts that get a colour of their own. */
const SHOWN = 9
const OTHERS = 'others'

/** A bar for each row, its parts in nanoseconds of one operation. The parts of all bars stand in the same order. */
export function ledgerChart(
  id: string,
  title: string,
  rows: readonly Row[],
  label: (row: Row) => string,
  key: LedgerKey = 'component',
): StackedChart {
  const share = (row: Row, cycles: number): number => ((cycles / row.cycles) * row.ns) / row.operations
  const sums = rows.map(row => new Map(sumBy(row.ledger, key).map(([name, cycles]) => [name, share(row, cycles)])))
  const total = new Map<string, number>()
  for (const bar of sums) for (const [name, ns] of bar) total.set(name, (total.get(name) ?? 0) + ns)
  const names = [...total].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  const shown = names.slice(0, SHOWN)
  const rest = names.slice(SHOWN)
  const bars = rows.map((row, n) => {
    const parts = shown.map(name => ({ name, value: sums[n].get(name) ?? 0 }))
    const others = rest.reduce((sum, name) => sum + (sums[n].get(name) ?? 0), 0)
    return { label: label(row), parts: rest.length ? [...parts, { name: OTHERS, value: others }] : parts }
  })
  return { kind: 'stacked', id, title, unit: 'ns', bars }
}
