// All that `hartbeat bench host` measured, as one record: what tables are made of, and what --json prints.
import { cpus, loadavg, release } from 'node:os'
import type { CompilerResult } from './compiler.ts'
import type { DebuggerCosts } from './debugger.ts'
import type { EnginesResult } from './engines.ts'
import type { OperationRow } from './operations.ts'
import type { ProgramResult } from './programs.ts'
import type { Skipped } from './peers.ts'
import type { WholeRuns } from './whole.ts'

export const HOST_SCHEMA = 'hartbeat-bench-host/2'

/** Host times mean little without it. */
export interface HostMachine {
  processor: string
  processors: number
  system: string
  node: string
  /** Processes that wanted to run over the last minute: when the bench began, and when it ended. */
  load: { before: number; after: number }
}

export interface HostResults {
  schema: typeof HOST_SCHEMA
  host: HostMachine
  quick: boolean
  pairs: number
  /** What could not be measured, and why. */
  skipped: Skipped[]
  engines?: EnginesResult
  compiler?: CompilerResult
  programs?: ProgramResult[]
  operations?: OperationRow[]
  whole?: WholeRuns
  debugger?: DebuggerCosts
}

export const loadNow = (): number => loadavg()[0]

export function describeHost(before: number): HostMachine {
  const all = cpus()
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    processors: all.length,
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    load: { before, after: loadNow() },
  }
}

export const writeHostResults = (results: HostResults): string => JSON.stringify(results, null, 1) + '\n'
