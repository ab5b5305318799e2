// What survives Ctrl-C: finished cells are saved as results without claims; `--resume` takes them over and runs the others.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { usage } from './errors.ts'
import { readResults, writeResults } from './json.ts'
import { differs, indexJobs, indexKey } from './match.ts'
import { gather, type Plan } from './plan.ts'
import type { Job, Row } from './types.ts'

export const STATE_FILE = '.hartbeat-bench.json'

/** Writes a file whole or not at all: a run may be killed at any moment. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}.new`
  writeFileSync(beside, text)
  renameSync(beside, path)
}

/** Saves what is finished so far. */
export function saveState(path: string, plan: Plan, rows: ReadonlyMap<Job, readonly Row[]>): void {
  const results = gather(plan, rows).map(result => ({ ...result, claims: [] }))
  replaceFile(path, writeResults(results))
}

/** Rows of the plan's jobs that a state file (or a finished result) has. Throws when it was made by another run. */
export function loadState(path: string, plan: Plan): Map<Job, Row[]> {
  if (!existsSync(path)) throw usage(`--resume: there is no ${path} to go on from`)
  const index = indexJobs(plan.jobs)
  const found = new Map<Job, Row[]>()
  for (const result of readResults(readFileSync(path, 'utf8'), path)) {
    const other = differs(result, plan)
    if (other !== null) throw usage(`--resume: ${path} is of another run: ${other}`)
    for (const row of result.cells) {
      const known = index.get(indexKey(result.scenario, row))
      // Another scenario's, another shard's, or of a preset that has changed since: it is not asked for.
      if (known === undefined || known.job.hash !== row.hash) continue
      const rows = found.get(known.job) ?? []
      rows[known.at] = row
      found.set(known.job, rows)
    }
  }
  for (const [job, rows] of found) if (job.cell.measures.some((_, at) => rows[at] === undefined)) found.delete(job)
  return found
}
