// Finding the cells of a plan in results that were written down: for `--resume`, and for joining shards.
import { rowKey } from './plan.ts'
import { paramText } from './results.ts'
import type { Job, Row, ScenarioResult } from './types.ts'

/** What must agree before results can stand in one table: a difference in words, or null. */
export function differs(a: ScenarioResult, b: Pick<ScenarioResult, 'preset' | 'set' | 'hash' | 'quick'>): string | null {
  const sets = [a.set.join(' '), b.set.join(' ')]
  if (a.preset !== b.preset) return `preset ${a.preset} against ${b.preset}`
  if (sets[0] !== sets[1]) return `--set ${sets[0] || '(none)'} against ${sets[1] || '(none)'}`
  if (a.hash !== b.hash) return `preset ${a.preset} has hash ${a.hash} against ${b.hash}`
  if (a.quick !== b.quick) return `${a.quick ? 'with' : 'without'} --quick against ${b.quick ? 'with' : 'without'}`
  return null
}

/** Where a row stands, for messages. */
export const place = (scenario: string, row: Pick<Row, 'params'>): string => `${scenario} ${paramText(row.params)}`

/** Jobs by the rows that they give. */
export function indexJobs(jobs: readonly Job[]): Map<string, { job: Job; at: number }> {
  const index = new Map<string, { job: Job; at: number }>()
  for (const job of jobs) job.cell.measures.forEach((measure, at) => index.set(`${job.scenario} ${rowKey(measure.params)}`, { job, at }))
  return index
}

export const indexKey = (scenario: string, row: Row): string => `${scenario} ${rowKey(row.params)}`
