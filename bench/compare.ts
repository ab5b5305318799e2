// `--compare base.json`: each cell's cost against the same cell's in other results, and what stands on one side only.
import { rowKey } from './plan.ts'
import { nsOf } from './results.ts'
import type { Params, ScenarioResult } from './types.ts'

interface Change {
  params: Params
  /** Nanoseconds of one operation. */
  before: number
  now: number
  /** now / before - 1; Infinity from nothing. */
  change: number
}

export interface Comparison {
  scenario: string
  /** Presets' names and hashes when they differ: then the change is not one of the code alone. */
  presets: string | null
  changes: Change[]
  /** Cells that only one side has. */
  onlyNow: Params[]
  onlyBefore: Params[]
}

const ratio = (now: number, before: number): number => (before === 0 ? (now === 0 ? 0 : Infinity) : now / before - 1)

export function compare(now: readonly ScenarioResult[], base: readonly ScenarioResult[]): Comparison[] {
  return now.map(result => {
    const other = base.filter(b => b.scenario === result.scenario)
    const before = new Map(other.flatMap(b => b.cells.map(row => [rowKey(row.params), row] as const)))
    const name = (r: ScenarioResult): string => `${r.preset} ${r.hash}`
    const foreign = other.find(b => b.hash !== result.hash)
    const changes: Change[] = []
    const onlyNow: Params[] = []
    for (const row of result.cells) {
      const key = rowKey(row.params)
      const old = before.get(key)
      before.delete(key)
      if (old === undefined) onlyNow.push(row.params)
      else changes.push({ params: row.params, before: nsOf(old), now: nsOf(row), change: ratio(nsOf(row), nsOf(old)) })
    }
    return {
      scenario: result.scenario,
      presets: foreign ? `${name(foreign)} before, ${name(result)} now` : null,
      changes,
      onlyNow,
      onlyBefore: [...before.values()].map(row => row.params),
    }
  })
}
