// A report as one HTML file that needs nothing else: no network, no script. Claims first, then the textbook, then every scenario.
import { signedPercent } from '../claims.ts'
import { duration, paramText } from '../results.ts'
import type { Chart, Table } from './figures.ts'
import { verdict, type Report, type ScenarioReport } from './report.ts'
import { STYLE } from './style.ts'
import { escapeXml as e, legend, svgChart } from './svg.ts'

const badge = (kind: 'good' | 'bad' | 'note', text: string): string => `<span class="badge ${kind}">${e(text)}</span>`

/** Cells of HTML; on a phone each row becomes a small list, with the column's name before the value. */
function stackTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(c => `<th>${e(c)}</th>`).join('')
  const cell = (html: string, c: number): string => `<td${c > 0 && columns[c] ? ` data-name="${e(columns[c])}"` : ''}>${html}</td>`
  const body = rows.map(row => `<tr>${row.map(cell).join('')}</tr>`).join('\n')
  return `<table class="stack"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
}

function numberTable(table: Table): string {
  const head = table.columns.map(c => `<th>${e(c)}</th>`).join('')
  const body = table.rows.map(row => `<tr>${row.map(c => `<td>${e(c)}</td>`).join('')}</tr>`).join('\n')
  return (
    `<div class="scroll"><table class="numbers"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>` +
    (table.note ? `<p class="muted">${e(table.note)}</p>` : '')
  )
}

/** Scenarios have anchors of their names; curves must not take them. */
const anchor = (chart: string): string => `curve-${chart}`

function figure(chart: Chart): string {
  const keys = legend(chart).map(
    k => `<li><span class="swatch${k.reference ? ' reference' : ''}" style="--c:${k.colour}"></span>${e(k.name)}</li>`,
  )
  return `<figure id="${e(anchor(chart.id))}"><figcaption>${e(chart.title)}</figcaption>${svgChart(chart)}<ul class="legend">${keys.join('')}</ul></figure>`
}

/** Many rows are folded away. */
const FOLDED = 12

function tableBlock(table: Table, folded = table.rows.length > FOLDED): string {
  const body = numberTable(table)
  return folded
    ? `<details><summary>${e(table.title)} (${table.rows.length} rows)</summary>${body}</details>`
    : `<h3>${e(table.title)}</h3>${body}`
}

function comparisonBlock({ comparison: c }: ScenarioReport): string {
  if (c === null) return ''
  const changed = c.changes.filter(x => x.change !== 0)
  const table = {
    title: 'Against the base',
    columns: ['cell', 'before', 'now', 'change'],
    rows: changed.map(x => [paramText(x.params), duration(x.before), duration(x.now), signedPercent(x.change)]),
  }
  const said = [
    ...(c.presets ? [`Presets differ: ${c.presets}.`] : []),
    `${c.changes.length - changed.length} cells cost the same as before.`,
    ...(c.onlyNow.length ? [`Only in these results: ${c.onlyNow.map(paramText).join('; ')}.`] : []),
    ...(c.onlyBefore.length ? [`Only in the base: ${c.onlyBefore.map(paramText).join('; ')}.`] : []),
  ]
  return `${changed.length ? tableBlock(table) : `<h3>${table.title}</h3>`}<p class="muted">${e(said.join(' '))}</p>`
}

const claimsTable = ({ result }: ScenarioReport): string =>
  result.claims.length === 0
    ? ''
    : stackTable(
        ['claim', 'required', 'measured', ''],
        result.claims.map(c => [e(c.claim), e(c.required), e(c.measured), c.holds ? badge('good', 'holds') : badge('bad', 'fails')]),
      )

function scenarioSection(report: ScenarioReport): string {
  const { scenario, charts, tables, cells } = report
  const labs = scenario.labs.map(lab => `<code>programs/labs/${e(lab)}.s</code>`).join(' ')
  return `<section id="${e(scenario.name)}">
<h2>${e(scenario.name)}: ${e(scenario.title)}</h2>
<p>${e(scenario.question)}</p>
<p class="source">${e(scenario.source)}. ${labs}</p>
${claimsTable(report)}
${charts.length ? `<div class="charts">${charts.map(figure).join('\n')}</div>` : ''}
${tables.map(table => tableBlock(table)).join('\n')}
${cells ? tableBlock(cells, true) : ''}
${comparisonBlock(report)}
</section>`
}

function summaryCard(report: Report): string {
  const rows = report.scenarios.map(({ scenario, result }) => {
    const judged = verdict(result)
    const mark = judged === null ? badge('note', 'not judged') : badge(judged.holds ? 'good' : 'bad', judged.text)
    return [`<a href="#${e(scenario.name)}">${e(scenario.name)}</a>`, e(scenario.title), mark]
  })
  return `<div class="card"><h2>Claims</h2>${stackTable(['scenario', '', ''], rows)}</div>`
}

function textbookCard(report: Report): string {
  if (report.textbook.length === 0) return ''
  const rows = report.textbook.map(r => [
    e(r.subject),
    e(r.textbook),
    e(r.measured),
    badge(r.verdict === 'confirmed' ? 'good' : 'note', r.verdict),
    `${e(r.remark)} (<a href="#${e(anchor(r.chart))}">curve</a>)`,
  ])
  return `<div class="card"><h2>The textbook's numbers, and ours</h2>${stackTable(['', 'textbook', 'measured', '', 'where'], rows)}</div>`
}

export function htmlReport(report: Report): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What a context switch costs</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What a context switch costs</h1>
<p class="muted">${e(report.heading)}</p>
${summaryCard(report)}
${textbookCard(report)}
${report.scenarios.map(scenarioSection).join('\n')}
</main>
</body>
</html>
`
}
