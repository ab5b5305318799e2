// From what was asked for to the list of jobs: the cells of each scenario on their presets, and this shard's part of them.
import { SCENARIOS } from './scenarios/index.ts'
import type { Scenario, SweepOptions } from './scenario.ts'
import { SCHEMA, type Cell, type Job, type Laboratory, type Params, type Row, type ScenarioResult, type Shard } from './types.ts'

export interface Request {
  scenarios: readonly Scenario[]
  preset: string
  set: readonly string[]
  quick: boolean
  shard?: Shard
}

export interface Plan extends Request {
  hash: string
  options: SweepOptions
  /** What is to be run here, scenario by scenario. */
  jobs: readonly Job[]
}

/** The rows that one scenario gives when all of its cells have run. */
export const expectedParams = (cells: readonly Cell[]): Params[] => cells.flatMap(cell => cell.measures.map(m => m.params))

/** What tells a row from the others of its scenario. */
export const rowKey = (params: Params): string => JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Scenarios in the order of the table, however they were named: so two runs of the same ones agree. */
const inOrder = (scenarios: readonly Scenario[]): Scenario[] => SCENARIOS.filter(s => scenarios.includes(s))

/** Throws what `laboratory.resolve` throws for an unknown preset or key. */
export function plan(request: Request, laboratory: Laboratory): Plan {
  const { hash, geometry } = laboratory.resolve(request.preset, request.set)
  const options = { quick: request.quick, geometry }
  const scenarios = inOrder(request.scenarios)
  const hashes = new Map<string, string>()
  const hashOf = (preset: string, set: readonly string[]): string => {
    const key = JSON.stringify([preset, set])
    const known = hashes.get(key) ?? laboratory.resolve(preset, set).hash
    hashes.set(key, known)
    return known
  }
  const all = scenarios.flatMap(scenario =>
    scenario.cells(options).map((cell, index): Job => {
      const preset = cell.preset ?? request.preset
      // The experiment's own overrides come last: a run with `--set asid=on` still compares on with off.
      const set = [...(cell.preset === undefined ? request.set : []), ...(cell.set ?? [])]
      return { scenario: scenario.name, index, cell, preset, set, hash: hashOf(preset, set) }
    }),
  )
  const { shard } = request
  const jobs = shard === undefined ? all : all.filter((_, n) => n % shard.of === shard.index - 1)
  return { ...request, scenarios, hash, options, jobs }
}

/** Results from the rows of finished cells (by scenario, then by cell); claims are judged when the scenario is whole. */
export function gather(plan: Plan, rows: ReadonlyMap<Job, readonly Row[]>): ScenarioResult[] {
  return plan.scenarios.map(scenario => {
    const jobs = plan.jobs.filter(job => job.scenario === scenario.name)
    const cells = jobs.flatMap(job => rows.get(job) ?? [])
    const whole = plan.shard === undefined && jobs.every(job => rows.has(job))
    return {
      schema: SCHEMA,
      preset: plan.preset,
      set: plan.set,
      hash: plan.hash,
      quick: plan.quick,
      ...(plan.shard && { shard: plan.shard }),
      scenario: scenario.name,
      cells,
      claims: whole ? scenario.claims({ ...plan.options, preset: plan.preset, rows: cells }) : [],
    }
  })
}
