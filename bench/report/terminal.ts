// A report for a terminal: claims first, then lmbench's tables, ledgers as perf prints them, and small curves of block characters.
import { signedPercent } from '../claims.ts'
import type { Comparison } from '../compare.ts'
import { duration, paramText } from '../results.ts'
import type { Chart, Table } from './figures.ts'
import { clip, ledgerTable, plotLines, pointsTable } from './plot.ts'
import { verdict, type Report, type ScenarioReport } from './report.ts'

export interface TerminalStyle {
  width: number
  colour: boolean
}

const SGR = { bold: '1', dim: '2', green: '32', red: '31', yellow: '33' } as const
type Paint = (style: keyof typeof SGR, text: string) => string
const painter =
  (colour: boolean): Paint =>
  (style, text) =>
    colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text

/** Columns of a claims table. */
const CLAIM_WIDTH = 60

/** A table in columns: the first to the left, the others to the right. */
function layOut(table: Table, width: number): string[] {
  const all = [table.columns, ...table.rows]
  const widths = table.columns.map((_, c) => Math.max(...all.map(row => (row[c] ?? '').length)))
  const line = (row: readonly string[]): string =>
    clip(`  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')}`.trimEnd(), width)
  return [
    line(table.columns),
    `  ${'-'.repeat(
      Math.min(
        width - 2,
        widths.reduce((sum, w) => sum + w + 2, -2),
      ),
    )}`,
    ...table.rows.map(line),
  ]
}

/** Words in lines of at most `width`. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}

function claimLines({ result }: ScenarioReport, width: number, paint: Paint): string[] {
  const room = Math.min(CLAIM_WIDTH, width - 12)
  return result.claims.flatMap(c => {
    const [first, ...rest] = wrap(c.claim, room, '')
    const mark = c.holds ? paint('green', 'holds') : paint('red', 'FAILS')
    return [
      `  ${mark}  ${first}`,
      ...rest.map(line => `         ${line}`),
      ...wrap(`${c.measured}  (required: ${c.required})`, width, '         '),
    ]
  })
}

const tableLines = (table: Table, width: number): string[] => [
  ...layOut(table, width),
  ...(table.note ? wrap(table.note, width, '  ') : []),
]

function chartLines(chart: Chart, width: number, paint: Paint): string[] {
  if (chart.kind === 'stacked')
    return [...wrap(chart.title, width, '').map(line => paint('bold', line)), ...tableLines(ledgerTable(chart, width), width)]
  const [title, ...curves] = plotLines(chart, width)
  return [paint('bold', title), ...curves, '', ...layOut(pointsTable(chart), width)]
}

/** Cells that changed, the largest change first; what stands on one side only is said. */
function comparisonLines(comparison: Comparison, width: number): string[] {
  const changed = comparison.changes.filter(c => c.change !== 0).sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
  const same = comparison.changes.length - changed.length
  const rows = changed.map(c => [paramText(c.params), duration(c.before), duration(c.now), signedPercent(c.change)])
  const side = (list: readonly unknown[], where: string): string[] => (list.length ? [`  ${list.length} cells are only in ${where}`] : [])
  return [
    ...(comparison.presets ? wrap(`presets differ: ${comparison.presets}`, width, '  ') : []),
    ...(rows.length ? layOut({ title: '', columns: ['cell', 'before', 'now', 'change'], rows }, width) : []),
    ...(same ? [`  ${same} cells cost the same as before`] : []),
    ...side(comparison.onlyNow, 'these results'),
    ...side(comparison.onlyBefore, 'the base'),
  ]
}

function scenarioLines(report: ScenarioReport, width: number, paint: Paint): string[] {
  const { scenario, result, tables, cells, charts, comparison } = report
  const headline = (title: string): string[] => wrap(title, width, '').map(line => paint('bold', line))
  const block = (lines: readonly string[]): string[] => (lines.length ? [...lines, ''] : [])
  return [
    paint('bold', `${scenario.name}: ${scenario.title}`),
    ...wrap(scenario.question, width, '  '),
    '',
    ...block(claimLines(report, width, paint)),
    ...(result.shard ? ['  a shard: claims are judged by bench merge', ''] : []),
    ...[...tables, ...(charts.length === 0 && cells ? [cells] : [])].flatMap(t => [...headline(t.title), ...tableLines(t, width), '']),
    ...charts.flatMap(c => [...chartLines(c, width, paint), '']),
    ...(comparison ? block([paint('bold', 'Against the base'), ...comparisonLines(comparison, width)]) : []),
  ]
}

/** The whole report, ending in a newline. Lines are at most `width` columns, escapes not counted. */
export function terminalReport(report: Report, style: TerminalStyle): string {
  const paint = painter(style.colour)
  const { width } = style
  const summary = report.scenarios.map(({ scenario, result }) => {
    const judged = verdict(result)
    const text = judged === null ? paint('dim', 'not judged') : paint(judged.holds ? 'green' : 'red', judged.text)
    return `  ${scenario.name.padEnd(14)} ${text}`
  })
  const book = report.textbook.flatMap(row => [
    `  ${paint(row.verdict === 'confirmed' ? 'green' : 'yellow', row.verdict)}  ${paint('bold', row.subject)}`,
    ...wrap(`textbook: ${row.textbook}`, width, '    '),
    ...wrap(`measured ${row.measured}; ${row.remark} (${row.scenario})`, width, '    '),
  ])
  return [
    ...wrap(report.heading, width, ''),
    '',
    ...report.scenarios.flatMap(s => scenarioLines(s, width, paint)),
    ...(book.length ? [paint('bold', "The textbook's numbers"), ...book, ''] : []),
    ...(summary.length > 1 ? [paint('bold', 'In all'), ...summary, ''] : []),
  ].join('\n')
}
