// Reports on a fake machine: they fit the terminal, need no network, say what failed, and draw what they should.
import { beforeAll, describe, expect, test } from 'vitest'
import { gather, plan } from '../plan.ts'
import { SCENARIOS } from '../scenarios/index.ts'
import { sweep } from '../sweep.ts'
import { fakeLane, laboratory, SOUND, type Quirks } from '../testing.ts'
import type { Job, Row, ScenarioResult, Shard } from '../types.ts'
import { makeScale } from './axis.ts'
import type { Axis, LineChart, StackedChart } from './figures.ts'
import { htmlReport } from './html.ts'
import { markdownReport } from './markdown.ts'
import { ledgerTable, plotLines, pointsTable } from './plot.ts'
import { makeReport, type Report } from './report.ts'
import { legend, svgChart } from './svg.ts'
import { terminalReport } from './terminal.ts'

async function results(quirks: Partial<Quirks> = {}, shard?: Shard): Promise<ScenarioResult[]> {
  const planned = plan({ scenarios: SCENARIOS, preset: 'u74', set: [], quick: true, shard }, laboratory)
  const rows = new Map<Job, readonly Row[]>()
  await sweep(planned.jobs, [fakeLane({ ...SOUND, ...quirks })], rows)
  return gather(planned, rows)
}
let report: Report
beforeAll(async () => void (report = makeReport(await results(), laboratory, await results({ cowNs: 1000, lastOwnerCopies: 1 }))))

const ESCAPE = '\x1b'
const plain = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, '')

describe('terminal', () => {
  test.each([60, 80, 132])('no line is longer than %i columns', width => {
    const lines = plain(terminalReport(report, { width, colour: true })).split('\n')
    expect(lines.filter(line => line.length > width)).toEqual([])
  })
  test('without colour there is no escape, and the words are the same', () => {
    const bare = terminalReport(report, { width: 100, colour: false })
    const coloured = terminalReport(report, { width: 100, colour: true })
    expect(bare).not.toContain(ESCAPE)
    expect(coloured).toContain(ESCAPE)
    expect(plain(coloured)).toBe(bare)
  })
  test("lmbench's columns, the curves, the comparison and the summary are there", () => {
    const text = terminalReport(report, { width: 100, colour: false })
    expect(text).toMatch(/Host +2p\/0K +2p\/16K +2p\/64K +8p\/16K +8p\/64K +16p\/16K +16p\/64K/)
    expect(text).toMatch(/64K each +[▁▂▃▄▅▆▇█]+ /)
    expect(text).toMatch(/machine=server fault=copy +1 us +900 ns +−10 %/)
    expect(text).toMatch(/cow-fault +all 5 hold/)
    expect(text).toMatch(/confirmed {2}caches warmed up again\n {4}textbook: 10 to over 100 us/)
  })
  test('a claim that fails is shouted', async () => {
    const text = terminalReport(makeReport(await results({ lastOwnerCopies: 1 }), laboratory), { width: 100, colour: false })
    expect(text).toMatch(/FAILS {2}server: pages copied for the last owner\n +128 {2}\(required: 0\)/)
    expect(text).toMatch(/cow-fault +2 of 5 do not hold/)
  })
  test('a shard shows its cells and judges nothing', async () => {
    const text = terminalReport(makeReport(await results({}, { index: 1, of: 3 }), laboratory), { width: 100, colour: false })
    expect(text).toMatch(/shard 1 of 3/)
    expect(text).toMatch(/claims are judged by bench merge/)
    expect(text).not.toMatch(/holds|FAILS/)
  })
})

describe('markdown', () => {
  test('tables are whole: every row has its header’s columns', () => {
    const blocks = markdownReport(report)
      .split('\n\n')
      .filter(block => block.startsWith('|'))
    expect(blocks.length).toBeGreaterThan(30)
    for (const block of blocks) {
      const columns = block.split('\n').map(line => line.replace(/\\\|/g, '').split('|').length)
      expect(new Set(columns).size, block).toBe(1)
    }
  })
  test('what markdown would take for markup is escaped', async () => {
    const [result] = await results()
    const strange = { ...result, claims: [{ claim: 'a|b *c* <d>', required: '`x`', measured: '1_2_3', holds: false }] }
    expect(markdownReport(makeReport([strange], laboratory))).toContain('| a\\|b \\*c\\* \\<d\\> | \\`x\\` | 1\\_2\\_3 | **fails** |')
  })
})

describe('HTML', () => {
  test('needs nothing from elsewhere', () => {
    const html = htmlReport(report)
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:|src=/)
    expect(html).toMatch(/<meta name="viewport" content="width=device-width/)
    expect(html).toMatch(/prefers-color-scheme: dark/)
  })
  test('its tags are closed, its ids are single, its links lead somewhere', () => {
    const html = htmlReport(report)
    for (const tag of ['div', 'section', 'table', 'tr', 'td', 'svg', 'g', 'figure', 'details', 'ul', 'title', 'text']) {
      const count = (pattern: string): number => html.match(new RegExp(pattern, 'g'))?.length ?? 0
      expect(count(`</${tag}>`), tag).toBe(count(`<${tag}[ >]`))
    }
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(m => m[1])
    expect(new Set(ids).size).toBe(ids.length)
    expect([...html.matchAll(/href="#([^"]+)"/g)].map(m => m[1]).filter(id => !ids.includes(id))).toEqual([])
  })
  test('no number went wrong on the way to a picture', () => expect(htmlReport(report)).not.toMatch(/NaN|Infinity|undefined/))
  test('text is escaped', async () => {
    const [result] = await results()
    const html = htmlReport(makeReport([{ ...result, claims: [{ claim: '<b>&"', required: '', measured: '', holds: true }] }], laboratory))
    expect(html).toContain('&#60;b&#62;&#38;&#34;')
    expect(html).not.toContain('<b>')
  })
  test('claims stand before the textbook, the textbook before the curves', () => {
    const html = htmlReport(report)
    const order = ['<h2>Claims', "The textbook's numbers", 'id="ctx-ring"'].map(text => html.indexOf(text))
    expect(order.every(at => at > 0) && order[0] < order[1] && order[1] < order[2]).toBe(true)
  })
})

describe('axes', () => {
  const axis = (scale: Axis['scale'], unit: Axis['unit']): Axis => ({ label: '', scale, unit })
  const labels = (a: Axis, values: number[]): string[] => makeScale(a, values).ticks.map(t => t.label)
  test('sizes have ticks at powers of two', () =>
    expect(labels(axis('log2', 'bytes'), [4096, 65536])).toEqual(['4K', '8K', '16K', '32K', '64K']))
  test('a long span has fewer', () => expect(labels(axis('log2', 'bytes'), [1024, 2 ** 20]).length).toBeLessThanOrEqual(8))
  test('times go by decades', () => expect(labels(axis('log10', 'ns'), [120, 8000])).toEqual(['200 ns', '500 ns', '1 us', '2 us', '5 us']))
  test('a line begins at nothing', () => expect(labels(axis('linear', 'cycles'), [3, 38])).toEqual(['0', '10', '20', '30']))
  test('values lie between the ends', () => {
    const { at, min, max } = makeScale(axis('log2', 'count'), [1, 1024])
    expect([at(1), at(32), at(1024), min, max]).toEqual([0, 0.5, 1, 1, 1024])
  })
  test('values that have no logarithm stay at the bottom', () => expect(makeScale(axis('log10', 'ns'), [0, 10, 100]).at(0)).toBe(0))
})

describe('charts', () => {
  const chart: LineChart = {
    kind: 'lines',
    id: 'c',
    title: 'A curve',
    x: { label: 'size', scale: 'log2', unit: 'bytes' },
    y: { label: 'time', scale: 'log10', unit: 'ns' },
    series: [
      { name: 'on', points: [[1024, 100], [2048, 100], [4096, 1000]] }, // prettier-ignore
      { name: 'on published', reference: true, points: [[1024, 120], [4096, 900]] }, // prettier-ignore
    ],
    marks: [{ x: 2048, label: 'L1' }],
  }
  const bars: StackedChart = {
    kind: 'stacked',
    id: 'b',
    title: 'Bars',
    unit: 'ns',
    bars: [
      { label: 'one', parts: [{ name: 'trap', value: 25 }, { name: 'copy', value: 75 }] }, // prettier-ignore
      { label: 'two', parts: [{ name: 'trap', value: 50 }, { name: 'copy', value: 0 }] }, // prettier-ignore
    ],
  }
  test('blocks rise with the curve, and a missing point is a gap', () => {
    const lines = plotLines(chart, 80)
    expect(lines[1]).toBe('  on           ▁▁▁▁▁▁███ 100 ns … 1 us')
    expect(lines[2]).toMatch(/^ {2}on published \S{3} {3}\S{3} 120 ns … 900 ns$/)
    expect(lines[3]).toContain('size: 1K … 4K; L1')
  })
  test('points as a table', () => expect(pointsTable(chart).rows).toEqual([['1K', '100 ns', '120 ns'], ['2K', '100 ns', ''], ['4K', '1 us', '900 ns']])) // prettier-ignore
  test('a ledger in per cent', () => {
    expect(ledgerTable(bars, 80).rows).toEqual([['trap', '25.00%', '100.00%'], ['copy', '75.00%', '0.00%'], ['total', '100 ns', '50 ns']]) // prettier-ignore
    expect(ledgerTable(bars, 20).columns).toEqual(['', 'one'])
  })
  test('a published curve has the colour of its measured one, dashed', () => {
    const [on, published] = legend(chart)
    expect([published.colour, published.reference]).toEqual([on.colour, true])
    expect(svgChart(chart)).toContain('class="curve reference"')
  })
  test('every point says what it is', () =>
    expect(svgChart(chart).match(/<title>[^<]+<\/title>/g)).toContain('<title>on: 1 us at 4K</title>'))
  test('bars are as long as their parts', () => {
    const widths = [...svgChart(bars).matchAll(/<rect[^>]* width="([\d.]+)"/g)].map(m => Number(m[1]))
    expect(widths).toHaveLength(3)
    expect(widths[1] / widths[0]).toBeCloseTo(3, 1)
    expect(widths[2] / widths[0]).toBeCloseTo(2, 1)
  })
})
