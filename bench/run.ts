// `bench run`: plan, run what is left, save each finished cell, print. Ctrl-C keeps what is finished.
import { rmSync } from 'node:fs'
import { deliver, readBase, saveResults, withFile, type Output, type OutputFlags } from './deliver.ts'
import { BenchError, EXIT, usage } from './errors.ts'
import { gather, plan, type Plan } from './plan.ts'
import type { Pool } from './pool.ts'
import { NO_PROGRESS, progressBar } from './progress.ts'
import { loadState, saveState, STATE_FILE } from './resume.ts'
import { scenarioNamed, SCENARIOS } from './scenarios/index.ts'
import type { Scenario } from './scenario.ts'
import { sweep } from './sweep.ts'
import type { Job, Laboratory, Row, Shard } from './types.ts'

export interface RunFlags extends OutputFlags {
  all?: boolean
  quick?: boolean
  preset: string
  set: string[]
  jobs: number
  shard?: Shard
  out?: string
  resume?: boolean
}

/** What the command stands in: tests bring their own. */
export interface Surroundings extends Output {
  laboratory: Laboratory
  openPool(lanes: number): Pool
  /** Messages for people, and the progress bar when it is a terminal. */
  complain(text: string): void
  progress: boolean
  /** Aborted by Ctrl-C. */
  interrupt: AbortSignal
}

function chosen(names: readonly string[], all: boolean): Scenario[] {
  if (all && names.length > 0) throw usage('name scenarios, or say --all: not both')
  if (!all && names.length === 0) throw usage('name the scenarios to run, or say --all; hartbeat bench list shows them')
  return all ? [...SCENARIOS] : names.map(scenarioNamed)
}

function makePlan(names: readonly string[], flags: RunFlags, laboratory: Laboratory): Plan {
  const scenarios = chosen(names, flags.all === true)
  try {
    laboratory.resolve(flags.preset, flags.set)
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
  return plan({ scenarios, preset: flags.preset, set: flags.set, quick: flags.quick === true, shard: flags.shard }, laboratory)
}

/** Runs what is not done yet. Whatever ends it early, finished cells are in the state file. */
async function runJobs(plan: Plan, done: Map<Job, readonly Row[]>, state: string, flags: RunFlags, around: Surroundings): Promise<void> {
  const left = plan.jobs.filter(job => !done.has(job)).length
  if (left === 0) return
  const pool = around.openPool(Math.min(flags.jobs, left))
  const progress = around.progress ? progressBar(plan.jobs.length, done.size, around.style.width, around.complain) : NO_PROGRESS
  try {
    await sweep(
      plan.jobs,
      pool.lanes,
      done,
      {
        begun: progress.begun,
        ended(_job, rows) {
          withFile(state, () => saveState(state, plan, rows))
          progress.ended()
        },
      },
      around.interrupt,
    )
  } catch (error) {
    progress.close()
    const saved = done.size > 0 ? `; ${done.size} of ${plan.jobs.length} cells are saved in ${state}, --resume goes on from there` : ''
    if (around.interrupt.aborted) throw new BenchError(EXIT.interrupted, `interrupted${saved}`)
    if (error instanceof BenchError) throw error
    throw new BenchError(EXIT.failed, `${error instanceof Error ? error.message : String(error)}${saved}`)
  } finally {
    await pool.close()
  }
  progress.close()
}

/** The command: its exit status. */
export async function runCommand(names: readonly string[], flags: RunFlags, around: Surroundings): Promise<number> {
  const whole = makePlan(names, flags, around.laboratory)
  const base = readBase(flags)
  const state = flags.out ?? STATE_FILE
  const done = new Map<Job, readonly Row[]>(flags.resume ? loadState(state, whole) : [])
  await runJobs(whole, done, state, flags, around)
  const results = gather(whole, done)
  if (flags.out === undefined) rmSync(state, { force: true })
  else saveResults(flags.out, results)
  return deliver(results, flags, base, around.laboratory, around)
}
