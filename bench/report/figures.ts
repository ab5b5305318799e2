// What scenarios ask reports to draw: charts and tables as plain data. Terminal, markdown and HTML each draw them in their own way.
import type { Point } from '../statistics.ts'

export type ScaleKind = 'linear' | 'log2' | 'log10'

export interface Axis {
  label: string
  scale: ScaleKind
  /** What the numbers are: `bytes` and `pages` get ticks such as 64K, `ns` gets us and ms. */
  unit: 'bytes' | 'count' | 'ns' | 'ms' | 'percent' | 'cycles'
}

export interface Series {
  name: string
  points: readonly Point[]
  /** A published or computed line to compare with, not a measurement. */
  reference?: boolean
}

export interface LineChart {
  kind: 'lines'
  id: string
  title: string
  x: Axis
  y: Axis
  series: readonly Series[]
  /** Upright lines: where a cache or a TLB ends. */
  marks?: readonly { x: number; label: string }[]
}

interface Bar {
  label: string
  parts: readonly { name: string; value: number }[]
}

/** Bars of parts, such as a ledger: one for each case. */
export interface StackedChart {
  kind: 'stacked'
  id: string
  title: string
  unit: Axis['unit']
  bars: readonly Bar[]
}

export type Chart = LineChart | StackedChart

export interface Table {
  title: string
  /** The first column is text, the others are numbers and aligned to the right. */
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  note?: string
}
