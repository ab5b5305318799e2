// The cycle ledger of a timed machine: every cycle by who took it, on which path of the kernel or in the program, and in which
// component of the hardware.
import { ledgerRows, type LedgerRow } from '../../kernel/index.ts'
import { countOf } from './ask.ts'
import { view } from './define.ts'
import { fit, left, right, table } from './layout.ts'

export interface LedgerData {
  /** False on a machine that is not timed, or not yet. */
  timed: boolean
  total: number
  /** The largest first. */
  rows: LedgerRow[]
  /** Sums by component, the largest first. */
  components: { component: string; cycles: number }[]
}

const SHOWN = 40
const MOST = 100_000
const PERCENT = 100

export const ledgerView = view<LedgerData>({
  name: 'ledger',
  doc: 'Cycles of a timed machine by task, path and component.',
  arguments: ['count'],

  data(k, args) {
    const { timing } = k.machine
    if (timing === null) return { timed: false, total: 0, rows: [], components: [] }
    const rows = ledgerRows(k, timing.ledger)
    const sums = new Map<string, number>()
    for (const { component, cycles } of rows) sums.set(component, (sums.get(component) ?? 0) + cycles)
    const largest = (a: { cycles: number }, b: { cycles: number }): number => b.cycles - a.cycles
    return {
      timed: true,
      total: rows.reduce((sum, row) => sum + row.cycles, 0),
      rows: rows.sort(largest).slice(0, countOf(args.count, SHOWN, MOST)),
      components: [...sums].map(([component, cycles]) => ({ component, cycles })).sort(largest),
    }
  },

  text({ timed, total, rows, components }, width) {
    if (!timed) return ['the machine is not timed']
    const part = (cycles: number): string => `${((PERCENT * cycles) / total).toFixed(1)}%`
    return [
      `${Math.round(total)} cycles`,
      ...table(
        [right('CYCLES'), right('PART'), left('TASK'), left('PATH'), left('COMPONENT')],
        rows.map(r => [Math.round(r.cycles), part(r.cycles), r.task, r.path, r.component]),
        width,
      ),
      ...table(
        [right('CYCLES'), right('PART'), left('COMPONENT')],
        components.map(c => [Math.round(c.cycles), part(c.cycles), c.component]),
        width,
      ),
    ].map(line => fit(line, width))
  },
})
