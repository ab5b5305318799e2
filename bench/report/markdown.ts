// A report as markdown: for a pull request or a wiki. Curves become tables of their points.
import { signedPercent } from '../claims.ts'
import { duration, paramText } from '../results.ts'
import type { Chart, Table } from './figures.ts'
import { ledgerTable, pointsTable } from './plot.ts'
import { verdict, type Report, type ScenarioReport } from './report.ts'

/** What markdown would take for a column or for markup. */
const escape = (text: string): string => text.replace(/[|\\`*_<>]/g, char => `\\${char}`)

function table(t: Omit<Table, 'title'>): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`
  return [
    line(t.columns),
    `|${t.columns.map((_, c) => (c === 0 ? '---|' : '---:|')).join('')}`,
    ...t.rows.map(line),
    ...(t.note ? ['', t.note] : []),
  ]
}

const chartTable = (chart: Chart): Table => (chart.kind === 'lines' ? pointsTable(chart) : ledgerTable(chart, Infinity))

function comparison({ comparison: c }: ScenarioReport): string[] {
  if (c === null) return []
  const changed = c.changes.filter(x => x.change !== 0)
  const sides = [
    ...(c.presets ? [`Presets differ: ${c.presets}.`] : []),
    `${c.changes.length - changed.length} cells cost the same as before.`,
    ...(c.onlyNow.length ? [`Only in these results: ${c.onlyNow.map(paramText).join('; ')}.`] : []),
    ...(c.onlyBefore.length ? [`Only in the base: ${c.onlyBefore.map(paramText).join('; ')}.`] : []),
  ]
  const rows = changed.map(x => [paramText(x.params), duration(x.before), duration(x.now), signedPercent(x.change)])
  return [
    '',
    '### Against the base',
    '',
    ...(rows.length ? [...table({ columns: ['cell', 'before', 'now', 'change'], rows }), ''] : []),
    ...sides,
  ]
}

const holds = (yes: boolean): string => (yes ? 'holds' : '**fails**')

function scenario(report: ScenarioReport): string[] {
  const { scenario: s, result, charts, tables, cells } = report
  const claims = result.claims.map(c => `| ${[c.claim, c.required, c.measured].map(escape).join(' | ')} | ${holds(c.holds)} |`)
  return [
    '',
    `## ${s.name}: ${s.title}`,
    '',
    s.question,
    `Source: ${s.source}.`,
    ...(claims.length ? ['', '| claim | required | measured | |', '|---|---|---|---|', ...claims] : []),
    ...[...tables, ...charts.map(chartTable), ...(charts.length === 0 && cells ? [cells] : [])].flatMap(t => [
      '',
      `### ${t.title}`,
      '',
      ...table(t),
    ]),
    ...comparison(report),
  ]
}

export function markdownReport(report: Report): string {
  const summary = report.scenarios.map(({ scenario: s, result }) => [s.name, s.title, verdict(result)?.text ?? 'not judged'])
  const book = report.textbook.map(r => [r.subject, r.textbook, r.measured, r.verdict, `${r.remark} (${r.scenario})`])
  return [
    '# What a context switch costs',
    '',
    report.heading,
    '',
    ...table({ columns: ['scenario', '', 'claims'], rows: summary }),
    ...(book.length
      ? ['', "## The textbook's numbers", '', ...table({ columns: ['', 'textbook', 'measured', 'verdict', 'where'], rows: book })]
      : []),
    ...report.scenarios.flatMap(scenario),
    '',
  ].join('\n')
}
