// `bench merge`: the results of shards become those of one run, to the byte. Anything that does not fit is refused, never guessed.
import { usage } from './errors.ts'
import { differs, indexJobs, indexKey, place } from './match.ts'
import { gather, plan } from './plan.ts'
import { scenarioNamed } from './scenarios/index.ts'
import type { Job, Laboratory, Row, ScenarioResult } from './types.ts'

export interface ResultFile {
  file: string
  results: readonly ScenarioResult[]
}

/** Missing rows that a message names; the others are counted. */
const NAMED = 3

/** Joins files. Throws a BenchError that says which file and which cell. */
export function merge(files: readonly ResultFile[], laboratory: Laboratory): ScenarioResult[] {
  const all = files.flatMap(({ file, results }) => results.map(result => ({ file, result })))
  const [first] = all
  for (const { file, result } of all) {
    const other = differs(first.result, result)
    if (other !== null) throw usage(`${first.file} and ${file} are of different runs: ${other}`)
  }
  const { preset, set, hash, quick } = first.result
  const scenarios = [...new Set(all.map(({ result }) => result.scenario))].map(scenarioNamed)
  const whole = plan({ scenarios, preset, set, quick }, laboratory)
  if (whole.hash !== hash) throw usage(`${first.file}: made with another version of preset ${preset} (hash ${hash}, here ${whole.hash})`)

  const index = indexJobs(whole.jobs)
  const from = new Map<string, string>()
  const found = new Map<Job, Row[]>()
  for (const { file, result } of all) {
    for (const row of result.cells) {
      const key = indexKey(result.scenario, row)
      const known = index.get(key)
      if (known === undefined) throw usage(`${file}: ${place(result.scenario, row)} is no cell of this version's sweep`)
      if (known.job.hash !== row.hash)
        throw usage(`${file}: ${place(result.scenario, row)} has preset hash ${row.hash}, here ${known.job.hash}`)
      const before = from.get(key)
      if (before !== undefined)
        throw usage(`${place(result.scenario, row)} is in ${before === file ? `${file} twice` : `both ${before} and ${file}`}`)
      from.set(key, file)
      const rows = found.get(known.job) ?? []
      rows[known.at] = row
      found.set(known.job, rows)
    }
  }
  const missing = whole.jobs.flatMap(job =>
    job.cell.measures.filter((_, at) => found.get(job)?.[at] === undefined).map(measure => place(job.scenario, measure)),
  )
  if (missing.length > 0) {
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : ''
    throw usage(`cells are missing: ${missing.slice(0, NAMED).join('; ')}${more}`)
  }
  return gather(whole, found)
}
