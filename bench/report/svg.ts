// Charts as SVG, made here: no script, no font, no colour but the page's variables, so they follow its light and dark.
import { makeScale, valueText, type Scale } from './axis.ts'
import type { Chart, LineChart, Series, StackedChart } from './figures.ts'

export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`)

/** Narrow enough that its text is still readable on a phone. */
const WIDTH = 480
const HEIGHT = 326
const LEFT = 62
const RIGHT = 14
/** Room for the name of the upright axis and, below it, for the names of two marks. */
const TOP = 44
const MARK_ROWS = 2
const MARK_STEP = 13
const BOTTOM = 46
const PLOT = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }
/** Colours that the page defines as --s0, --s1 ... */
const COLOURS = 10
const TEXT_HEIGHT = 4
const DOT = 3.2
const LABEL_CHARACTER = 6.6

const n = (value: number): string => String(Number(value.toFixed(1)))
const colour = (index: number): string => `var(--s${index % COLOURS})`

/** A reference series has the colour of the measured one that it stands beside. */
function colourOf(series: readonly Series[], at: number): string {
  const measured = series.filter(s => !s.reference)
  const s = series[at]
  if (!s.reference) return colour(measured.indexOf(s))
  const partner = measured.findIndex(m => s.name.startsWith(`${m.name} `))
  return partner < 0 ? 'var(--muted)' : colour(partner)
}

interface Frame {
  x: Scale
  y: Scale
  px(value: number): number
  py(value: number): number
}

function frameOf(chart: LineChart): Frame {
  const points = chart.series.flatMap(s => s.points)
  const x = makeScale(
    chart.x,
    points.map(p => p[0]),
  )
  const y = makeScale(
    chart.y,
    points.map(p => p[1]),
  )
  return { x, y, px: v => LEFT + x.at(v) * PLOT.width, py: v => TOP + (1 - y.at(v)) * PLOT.height }
}

function grid({ x, y, px, py }: Frame, chart: LineChart): string {
  const bottom = TOP + PLOT.height
  const across = y.ticks.map(
    t =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(py(t.value))}" y2="${n(py(t.value))}"/>` +
      `<text x="${LEFT - 6}" y="${n(py(t.value) + TEXT_HEIGHT)}" text-anchor="end">${escapeXml(t.label)}</text>`,
  )
  const up = x.ticks.map(
    t =>
      `<line class="grid" x1="${n(px(t.value))}" x2="${n(px(t.value))}" y1="${bottom}" y2="${bottom + 4}"/>` +
      `<text x="${n(px(t.value))}" y="${bottom + 17}" text-anchor="middle">${escapeXml(t.label)}</text>`,
  )
  return [
    ...across,
    ...up,
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>`,
    `<text class="label" x="${LEFT + PLOT.width / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeXml(chart.x.label)}</text>`,
    `<text class="label" x="${LEFT - 54}" y="12">${escapeXml(chart.y.label)}</text>`,
  ].join('')
}

function mark({ x, px }: Frame, value: number, label: string, row: number): string {
  if (value < x.min || value > x.max) return ''
  const at = px(value)
  // At the right edge the label goes to the left of its line.
  const left = at + label.length * LABEL_CHARACTER > WIDTH - RIGHT
  const y = TOP - 5 - (row % MARK_ROWS) * MARK_STEP
  return (
    `<line class="mark" x1="${n(at)}" x2="${n(at)}" y1="${y}" y2="${TOP + PLOT.height}"/>` +
    `<text class="marklabel" x="${n(at + (left ? -4 : 4))}" y="${y}" text-anchor="${left ? 'end' : 'start'}">${escapeXml(label)}</text>`
  )
}

function curveOf(chart: LineChart, { px, py }: Frame, at: number): string {
  const s = chart.series[at]
  if (s.points.length === 0) return ''
  const stroke = colourOf(chart.series, at)
  const path = s.points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${n(px(x))} ${n(py(y))}`).join('')
  const dots = s.points.map(
    ([x, y]) =>
      `<circle cx="${n(px(x))}" cy="${n(py(y))}" r="${s.reference ? DOT - 1 : DOT}"><title>` +
      `${escapeXml(`${s.name}: ${valueText(chart.y, y)} at ${valueText(chart.x, x)}`)}</title></circle>`,
  )
  return `<g style="--c:${stroke}" class="${s.reference ? 'curve reference' : 'curve'}"><path d="${path}"/>${dots.join('')}</g>`
}

function lines(chart: LineChart): string {
  const frame = frameOf(chart)
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(chart.title)}">` +
    grid(frame, chart) +
    chart.series.map((_, at) => curveOf(chart, frame, at)).join('') +
    (chart.marks ?? []).map((m, row) => mark(frame, m.x, m.label, row)).join('') +
    '</svg>'
  )
}

const BAR = { height: 18, step: 44, top: 22, total: 74 }

function bar(chart: StackedChart, index: number, longest: number): string {
  const { label, parts } = chart.bars[index]
  const y = BAR.top + index * BAR.step
  const total = parts.reduce((sum, p) => sum + p.value, 0)
  const room = WIDTH - BAR.total
  let at = 0
  const rects = parts.map((part, p) => {
    const width = longest === 0 ? 0 : (part.value / longest) * room
    const x = at
    at += width
    if (width === 0) return ''
    const share = total === 0 ? 0 : (100 * part.value) / total
    return (
      `<rect x="${n(x)}" y="${y}" width="${n(Math.max(width, 0.3))}" height="${BAR.height}" fill="${colour(p)}"><title>` +
      `${escapeXml(`${label}, ${part.name}: ${valueText(chart, part.value)} (${share.toFixed(1)} %)`)}</title></rect>`
    )
  })
  return (
    `<text class="barlabel" x="0" y="${y - 6}">${escapeXml(label)}</text>${rects.join('')}` +
    `<text x="${n(at + 6)}" y="${y + BAR.height / 2 + TEXT_HEIGHT}">${escapeXml(valueText(chart, total))}</text>`
  )
}

function stacked(chart: StackedChart): string {
  const longest = Math.max(0, ...chart.bars.map(b => b.parts.reduce((sum, p) => sum + p.value, 0)))
  const height = BAR.top + chart.bars.length * BAR.step - (BAR.step - BAR.height) + 6
  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(chart.title)}">` +
    chart.bars.map((_, index) => bar(chart, index, longest)).join('') +
    '</svg>'
  )
}

/** What the legend says, with the colour of each. */
export function legend(chart: Chart): { name: string; colour: string; reference: boolean }[] {
  return chart.kind === 'lines'
    ? chart.series.map((s, at) => ({ name: s.name, colour: colourOf(chart.series, at), reference: s.reference === true }))
    : (chart.bars[0]?.parts ?? []).map((p, at) => ({ name: p.name, colour: colour(at), reference: false }))
}

export const svgChart = (chart: Chart): string => (chart.kind === 'lines' ? lines(chart) : stacked(chart))
