// Sums over cycle ledgers: by component, by task, by kernel path. The components' names are the machine's; what the textbook's
// table asks for is found by these patterns.
import type { LedgerRow, Row } from './types.ts'

export type LedgerKey = 'component' | 'task' | 'path'

/** Components of the machine as the textbook groups them. */
export const PARTS = {
  trap: /^trap/i,
  registers: /save|restore/i,
  scheduler: /^sched/i,
  flush: /^flush|sfence|satp/i,
  walk: /walk/i,
  ipi: /^ipi/i,
} as const

/** Cycles by one key, the largest first; equal ones by name. */
export function sumBy(ledger: readonly LedgerRow[], key: LedgerKey): [name: string, cycles: number][] {
  const sums = new Map<string, number>()
  for (const row of ledger) sums.set(row[key], (sums.get(row[key]) ?? 0) + row.cycles)
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

/** Cycles whose component (or, for kernel work that goes through the caches, whose path) is of a kind. */
export const cyclesIn = (row: Row, part: RegExp): number =>
  row.ledger.filter(l => part.test(l.component) || part.test(l.path)).reduce((sum, l) => sum + l.cycles, 0)

/** The same for one operation, nanoseconds. */
export const nsIn = (row: Row, part: RegExp): number => ((cyclesIn(row, part) / row.cycles) * row.ns) / row.operations

/** Ledgers of several intervals as one. */
export function addLedgers(ledgers: readonly (readonly LedgerRow[])[]): LedgerRow[] {
  const sums = new Map<string, LedgerRow>()
  for (const { task, path, component, cycles } of ledgers.flat()) {
    const key = JSON.stringify([task, path, component])
    const known = sums.get(key)
    sums.set(key, { task, path, component, cycles: cycles + (known?.cycles ?? 0) })
  }
  return [...sums.values()]
}
