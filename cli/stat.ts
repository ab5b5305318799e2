// `--stat`: what a run counted, in the form of `perf stat`. Guest counts are exact: two equal runs print the same bytes.
import type { Kernel, LedgerRow } from '../kernel/index.ts'
import { statistics, type Statistics } from '../library/index.ts'

const COUNT_WIDTH = 18

const count = (n: number): string => n.toLocaleString('en-US').padStart(COUNT_WIDTH)

/** Cycles by one column of the ledger, most first, with their share. */
function breakdown(ledger: readonly LedgerRow[], column: 'component' | 'path' | 'task', total: number): string[] {
  const sums = new Map<string, number>()
  for (const row of ledger) sums.set(row[column], (sums.get(row[column]) ?? 0) + row.cycles)
  return [...sums]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, cycles]) => `${count(cycles)}      ${name.padEnd(24)} # ${((100 * cycles) / total).toFixed(2).padStart(6)} %`)
}

function timedText({ timing }: Statistics): string[] {
  if (timing === undefined) return []
  const { preset, overrides, hash, cycles, ledger } = timing
  return [
    ` Cycles of all harts by component (preset ${[preset, ...overrides].join(' ')}, hash ${hash}):`,
    '',
    ...breakdown(ledger, 'component', cycles),
    '',
    ' by activity:',
    '',
    ...breakdown(ledger, 'path', cycles),
    '',
    ' by task:',
    '',
    ...breakdown(ledger, 'task', cycles),
    '',
  ]
}

/** What the engine's fast code does not do, if a run needed any of it. */
function asideText({ aside }: Statistics): string[] {
  const kinds = Object.entries(aside)
  if (kinds.length === 0) return []
  return [' Instructions beside the fast code, by kind:', '', ...kinds.map(([kind, n]) => `${count(n)}      ${kind}`), '']
}

/** As `perf stat` lays it out: counts right-aligned in 18 columns with thousands separated. */
export function statText(k: Kernel, command: string): string {
  const s = statistics(k)
  const lines = Object.entries(s.counts).map(([name, n]) => `${count(n)}      ${name}`)
  const seconds = (value: number): string => value.toFixed(9).padStart(COUNT_WIDTH)
  return [
    '',
    ` Performance counter stats for '${command}':`,
    '',
    ...lines,
    '',
    ...asideText(s),
    ...timedText(s),
    `${seconds(s.seconds)} seconds time elapsed (guest)`,
    `${seconds(s.idleSeconds)} seconds idle`,
    '',
    '',
  ].join('\n')
}
