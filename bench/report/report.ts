// A report as data: what was run, what held, what to draw. The terminal, markdown and HTML are three ways to print it.
import { quantity } from '../claims.ts'
import type { Comparison } from '../compare.ts'
import { compare } from '../compare.ts'
import { cyclesOf, duration, nsOf } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { scenarioNamed } from '../scenarios/index.ts'
import { textbook, type TextbookRow } from '../textbook.ts'
import type { Laboratory, Row, ScenarioResult } from '../types.ts'
import type { Chart, Table } from './figures.ts'

export interface ScenarioReport {
  scenario: Scenario
  result: ScenarioResult
  charts: Chart[]
  tables: Table[]
  /** Every cell, a row each. */
  cells: Table | null
  comparison: Comparison | null
}

export interface Report {
  /** The run in a line: preset, overrides, hash, quick, shard. */
  heading: string
  scenarios: ScenarioReport[]
  textbook: TextbookRow[]
}

/** A row for each cell. */
function cellTable(operation: string, rows: readonly Row[]): Table {
  const names = [...new Set(rows.flatMap(row => Object.keys(row.params)))]
  const text = (row: Row, name: string): string => String(row.params[name] ?? '')
  return {
    title: `Cells, for each ${operation}`,
    columns: [...names, 'time', 'cycles'],
    rows: rows.map(row => [...names.map(name => text(row, name)), duration(nsOf(row)), quantity(cyclesOf(row))]),
  }
}

/** How a run is named: `u74 with quantum=1, hash 0123, quick`. */
function headingOf(result: ScenarioResult): string {
  const set = result.set.length ? ` with ${result.set.join(' ')}` : ''
  const shard = result.shard ? `, shard ${result.shard.index} of ${result.shard.of}` : ''
  return `preset ${result.preset}${set}, hash ${result.hash}${result.quick ? ', quick' : ''}${shard}`
}

/** How many claims hold, in words; null when there are none to judge. */
export function verdict(result: ScenarioResult): { text: string; holds: boolean } | null {
  const { claims } = result
  if (claims.length === 0) return null
  const held = claims.filter(c => c.holds).length
  return {
    text: held === claims.length ? `all ${held} hold` : `${claims.length - held} of ${claims.length} do not hold`,
    holds: held === claims.length,
  }
}

/** Everything that is printed about results, compared with `base` where it is given. */
export function makeReport(results: readonly ScenarioResult[], laboratory: Laboratory, base?: readonly ScenarioResult[]): Report {
  const comparisons = base === undefined ? [] : compare(results, base)
  const scenarios = results.map((result, n): ScenarioReport => {
    const scenario = scenarioNamed(result.scenario)
    const { geometry } = laboratory.resolve(result.preset, result.set)
    const findings = { rows: result.cells, quick: result.quick, preset: result.preset, geometry }
    // A part of a sweep has no curves to draw.
    const whole = result.shard === undefined && result.cells.length > 0
    return {
      scenario,
      result,
      charts: whole ? scenario.charts(findings) : [],
      tables: (whole && scenario.tables?.(findings)) || [],
      cells: result.cells.length ? cellTable(scenario.operation, result.cells) : null,
      comparison: comparisons[n] ?? null,
    }
  })
  return { heading: headingOf(results[0]), scenarios, textbook: textbook(results) }
}
