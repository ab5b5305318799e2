// What a scenario is: a question, the guest program that answers it, the sweep, the shapes it must show, and what to draw.
import type { Chart, Table } from './report/figures.ts'
import type { Cell, Claim, Geometry, Row } from './types.ts'

export interface SweepOptions {
  /** Fewer cells and rounds: a look instead of a measurement. */
  quick: boolean
  /** Of the run's preset. */
  geometry: Geometry
}

interface Findings extends SweepOptions {
  rows: readonly Row[]
  /** Name of the run's preset. */
  preset: string
}

export interface Scenario {
  name: string
  title: string
  /** What it asks and how, and where the required shape comes from. */
  question: string
  source: string
  /** The guest programs, runnable by hand. */
  labs: readonly string[]
  /** What one operation is, for tables: `switch`, `touch`. */
  operation: string
  cells(options: SweepOptions): Cell[]
  /** Only called with every row of `cells`. */
  claims(findings: Findings): Claim[]
  charts(findings: Findings): Chart[]
  /** Tables of its own; without one, reports print a row for each cell. */
  tables?(findings: Findings): Table[]
}
