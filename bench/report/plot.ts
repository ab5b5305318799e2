// Charts in a terminal: a line of block characters for each curve, a bar of percentages for each ledger.
import { makeScale, valueText } from './axis.ts'
import type { LineChart, Series, StackedChart, Table } from './figures.ts'

const BLOCKS = '▁▂▃▄▅▆▇█'
/** Characters for a point, when there is room. */
const WIDE = 3
const GAP = ' '

/** A curve as blocks over the chart's x values; where it has no point there is a gap. */
function spark(series: Series, xs: readonly number[], height: (y: number) => number, width: number): string {
  const at = new Map(series.points.map(([x, y]) => [x, y]))
  return xs
    .map(x => {
      const y = at.get(x)
      return (y === undefined ? GAP : BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(height(y) * BLOCKS.length))]).repeat(width)
    })
    .join('')
}

/** All x of a chart's curves, rising. */
const allX = (chart: LineChart): number[] => [...new Set(chart.series.flatMap(s => s.points.map(([x]) => x)))].sort((a, b) => a - b)

/** Lines of a chart, none longer than `width`. */
export function plotLines(chart: LineChart, width: number): string[] {
  const ys = chart.series.flatMap(s => s.points.map(([, y]) => y))
  const scale = makeScale(chart.y, ys)
  const xs = allX(chart)
  const drawn = chart.series.filter(s => s.points.length > 0)
  const label = Math.max(0, ...drawn.map(s => s.name.length))
  const ends = drawn.map(s => `${valueText(chart.y, s.points[0][1])} … ${valueText(chart.y, s.points.at(-1)![1])}`)
  const room = width - label - 4 - Math.max(0, ...ends.map(e => e.length))
  const wide = Math.max(1, Math.min(WIDE, Math.floor(room / Math.max(1, xs.length))))
  const curves = drawn.map((s, n) => `  ${s.name.padEnd(label)} ${spark(s, xs, scale.at, wide)} ${ends[n]}`)
  const marks = (chart.marks ?? []).map(m => m.label).join(', ')
  const axis = xs.length ? `${chart.x.label}: ${valueText(chart.x, xs[0])} … ${valueText(chart.x, xs.at(-1)!)}` : ''
  return [chart.title, ...curves, `  ${' '.repeat(label)} ${axis}${marks && `; ${marks}`}`].map(line => clip(line, width))
}

export const clip = (line: string, width: number): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line)

/** A chart's points: a row for each x, a column for each curve. */
export function pointsTable(chart: LineChart): Table {
  const series = chart.series.filter(s => s.points.length > 0)
  const ys = series.map(s => new Map(s.points.map(([x, y]) => [x, y])))
  const text = (y: number | undefined): string => (y === undefined ? '' : valueText(chart.y, y))
  return {
    title: chart.title,
    columns: [chart.x.label, ...series.map(s => s.name)],
    rows: allX(chart).map(x => [valueText(chart.x, x), ...ys.map(y => text(y.get(x)))]),
    note: chart.marks?.length ? `Marks: ${chart.marks.map(m => m.label).join(', ')}.` : undefined,
  }
}

/** Evenly chosen elements, first and last among them. */
function choose<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list]
  return Array.from({ length: most }, (_, n) => list[Math.round((n * (list.length - 1)) / Math.max(1, most - 1))])
}

/** A column of shares and the gap before it; a part's name before them. */
const SHARE_COLUMN = 12
const NAME_COLUMN = 16
const LONG_LABEL = 10

/** A ledger as perf prints shares: a part a row, a case a column. Cases with long names get numbers, told in the note. */
export function ledgerTable(chart: StackedChart, width: number): Table {
  const bars = choose(chart.bars, Math.max(1, Math.floor((width - NAME_COLUMN) / SHARE_COLUMN)))
  const total = bars.map(bar => bar.parts.reduce((sum, p) => sum + p.value, 0))
  const names = chart.bars[0]?.parts.map(p => p.name) ?? []
  const share = (n: number, value: number): string => (total[n] === 0 ? '-' : `${((100 * value) / total[n]).toFixed(2)}%`)
  const numbered = bars.some(bar => bar.label.length > LONG_LABEL)
  return {
    title: chart.title,
    columns: ['', ...bars.map((bar, n) => (numbered ? `(${n + 1})` : bar.label))],
    rows: [
      ...names.map((name, p) => [name, ...bars.map((bar, n) => share(n, bar.parts[p].value))]),
      ['total', ...total.map(value => valueText(chart, value))],
    ],
    note: numbered ? bars.map((bar, n) => `(${n + 1}) ${bar.label}`).join('; ') : undefined,
  }
}
