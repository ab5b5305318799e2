// Sums over cycle ledgers: by component, by task, by kernel path. The components' names are the machine's; what the textbook's
// table asks for is found by these patterns.
import type { LedgerRow, Row } from './types.ts'

export type LedgerKey = 'component' | 'task' | 'path'

/** A kind of cost, by the rows of the ledger that belong to it. */
export type Part = (row: LedgerRow) => boolean

/** What the hardware takes by itself on the way in and out, which is not the work of the path that it stands in. */
const HARDWARE = ['trap', 'satp', 'TLB flush', 'IPI']
const onPath =
  (...paths: readonly string[]): Part =>
  row =>
    paths.includes(row.path) && !HARDWARE.includes(row.component)

/** Costs as the textbook groups them. */
export const PARTS = {
  /** Into the kernel and out of it: the trap itself, and the registers of the program saved and restored. */
  entry: row => row.component === 'trap' || onPath('entry', 'exit')(row),
  registers: onPath('entry', 'exit', 'switch'),
  scheduler: onPath('schedule', 'wake'),
  walk: row => row.component === 'TLB walk',
  fpSave: row => row.path === 'fpSave',
  fpRestore: row => row.path === 'fpRestore',
} as const satisfies Record<string, Part>

/** Cycles by one key, the largest first; equal ones by name. */
export function sumBy(ledger: readonly LedgerRow[], key: LedgerKey): [name: string, cycles: number][] {
  const sums = new Map<string, number>()
  for (const row of ledger) sums.set(row[key], (sums.get(row[key]) ?? 0) + row.cycles)
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

/** Cycles of a kind. */
export const cyclesIn = (row: Row, part: Part): number => row.ledger.filter(part).reduce((sum, l) => sum + l.cycles, 0)

/** The same for one operation, nanoseconds. */
export const nsIn = (row: Row, part: Part): number => ((cyclesIn(row, part) / row.cycles) * row.ns) / row.operations

/** A task in a ledger is its pid and name; a ring of a hundred alike is one row here. */
const nameOf = (task: string): string => task.replace(/^\d+ /, '')

/** Ledgers of several intervals as one, tasks by name. */
export function addLedgers(ledgers: readonly (readonly LedgerRow[])[]): LedgerRow[] {
  const sums = new Map<string, LedgerRow>()
  for (const { task: pidAndName, path, component, cycles } of ledgers.flat()) {
    const task = nameOf(pidAndName)
    const key = JSON.stringify([task, path, component])
    const known = sums.get(key)
    sums.set(key, { task, path, component, cycles: cycles + (known?.cycles ?? 0) })
  }
  return [...sums.values()]
}
