// What each pane shows of the stopped machine: lines of spans. A pane that has nothing to show says why.
import { unsignedOf } from '../little-endian.ts'
import {
  baseName,
  breakpointsIn,
  CommandFailure,
  lastFault,
  nameOf,
  selected,
  showView,
  sourceLines,
  spaceOf,
  standsAt,
  type Debugger,
} from '../commands/index.ts'
import { readMemory, readRegister, taskById } from '../session/index.ts'
import { linesOf } from '../symbols/index.ts'
import {
  disassemblyView,
  registersView,
  ViewError,
  type DisassemblyData,
  type RegisterData,
  type RegistersData,
  walkView,
  type WalkData,
} from '../views/index.ts'
import { hex } from '../hex.ts'
import { plain, type Span, type StyledLine } from './cells.ts'
import type { PaneName } from './layout.ts'
import type { StyleName } from './styles.ts'
import type { Ui } from './ui.ts'

export interface PaneText {
  title: string
  lines: StyledLine[]
  /** The line to be kept in sight; null: the first. */
  anchor: number | null
}

type Pane = (d: Debugger, ui: Ui, width: number, height: number) => PaneText

const BASE = 16
/** Anything else is no address of code: small numbers, and what has high bits. */
const isProgramAddress = (value: bigint): boolean => value > 0xffffn && value < 1n << 47n
const MARKS = { on: 'B', off: 'b', none: ' ' } as const
type Mark = keyof typeof MARKS

const markOf = (points: readonly { enabled: boolean }[]): Mark =>
  points.length === 0 ? 'none' : points.some(p => p.enabled) ? 'on' : 'off'
const MARK_STYLES: Readonly<Record<Mark, StyleName>> = { on: 'breakpoint', off: 'disabled', none: 'plain' }

function marked(mark: Mark, isPc: boolean, number: string, text: string, width: number): StyledLine {
  const body = `${isPc ? '>' : ' '}${number} ${text}`
  return [
    { text: MARKS[mark], style: MARK_STYLES[mark] },
    { text: isPc ? body.padEnd(width) : body, style: isPc ? 'pc' : 'plain' },
  ]
}

/** Lines of a source that have breakpoints. */
function markedLines(d: Debugger, file: string): Map<number, Mark> {
  const marks = new Map<number, Mark>()
  const space = spaceOf(d, selected(d))
  for (const point of breakpointsIn(d, 0, Infinity)) {
    const loaded = space.files.find(f => point.address >= f.start && point.address < f.end)
    if (loaded === undefined) continue
    const table = linesOf(loaded.file)
    const range = table.ranges.find(r => point.address - loaded.bias >= r.start && point.address - loaded.bias < r.end)
    if (range?.place.file === file) marks.set(range.place.line, point.enabled ? 'on' : (marks.get(range.place.line) ?? 'off'))
  }
  return marks
}

const source: Pane = (d, ui, width, height) => {
  const { spot } = standsAt(d)
  const text = spot === null || ui.assembly ? null : sourceLines(d, spot.file)
  if (spot === null || text === null) return assembly(d, width, height)
  const marks = markedLines(d, spot.file)
  const digits = String(text.length).length
  const lines = text.map((line, i) =>
    marked(marks.get(i + 1) ?? 'none', i + 1 === spot.line, String(i + 1).padStart(digits), line.trimEnd(), width - 1),
  )
  return { title: baseName(spot.file), lines, anchor: spot.line - 1 }
}

function assembly(d: Debugger, width: number, height: number): PaneText {
  const task = selected(d)
  const { pc } = standsAt(d)
  const symbol = (address: number): string | null => nameOf(d, task, address)
  const around = disassemblyView.data(d.session.k, { pid: task.pid, count: height * 2, symbol }) as DisassemblyData
  const data =
    pc === around.pc
      ? around
      : (disassemblyView.data(d.session.k, { pid: task.pid, address: pc, count: height * 2, symbol }) as DisassemblyData)
  const lines: StyledLine[] = []
  let anchor: number | null = null
  for (const { address, text, targetSymbol, symbol: name } of data.instructions) {
    if (name !== null && !name.includes('+')) lines.push(plain(`  ${name}:`, 'name'))
    if (address === pc) anchor = lines.length
    const body = `${text}${targetSymbol === null ? '' : ` <${targetSymbol}>`}`
    lines.push(marked(markOf(breakpointsIn(d, address, address + 1)), address === pc, hex(address), body, width - 1))
  }
  return { title: `assembly ${nameOf(d, task, pc) ?? ''}`.trim(), lines, anchor }
}

const NAME_COLUMN = 5
const VALUE_COLUMN = 14

/** A value in a few columns: its end is what tells most. */
const shortened = (value: string, columns: number): string =>
  value.length <= columns ? value : `~${value.slice(value.length - columns + 1)}`

const registers: Pane = (d, ui, width) => {
  const task = selected(d)
  const before = ui.before?.pid === task.pid ? ui.before : undefined
  const data = registersView.data(d.session.k, { pid: task.pid, before }) as RegistersData
  const all = [data.pc, ...data.x.slice(1), ...data.csrs]
  const columns = Math.max(1, Math.floor(width / (NAME_COLUMN + VALUE_COLUMN)))
  const cell = Math.floor(width / columns)
  const rows = Math.ceil(all.length / columns)
  const span = (r: RegisterData | undefined): Span[] => {
    if (r === undefined) return []
    const value = shortened(r.value, cell - NAME_COLUMN - 1).padEnd(cell - NAME_COLUMN)
    return [
      {
        text: `${r.name.slice(0, NAME_COLUMN - 1).padEnd(NAME_COLUMN - 1)}${r.changed ? '*' : ' '}`,
        style: r.changed ? 'changed' : 'name',
      },
      { text: value, style: r.changed ? 'changed' : 'plain' },
    ]
  }
  const lines = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_u, c) => span(all[row * columns + c])).flat())
  return { title: `registers ${task.group.tgid}.${task.pid}`, lines, anchor: null }
}

const WORD = 8
const stack: Pane = (d, _, width, height) => {
  const task = selected(d)
  const sp = Number(BigInt.asUintN(64, readRegister(d.session, task, 'sp') ?? 0n))
  const lines: StyledLine[] = []
  for (let n = 0; n < height * 4; n++) {
    const bytes = readMemory(d.session, task, sp + n * WORD, WORD)
    if (bytes.length < WORD) break
    const value = unsignedOf(bytes)
    const address = Number(value)
    const name = isProgramAddress(value) ? nameOf(d, task, address) : null
    lines.push([
      { text: `sp+${(n * WORD).toString(BASE)}`.padEnd(7), style: 'name' },
      { text: shortened(hex(value), width - 8), style: 'plain' },
      { text: name === null ? '' : ` <${name}>`, style: 'faint' },
    ])
  }
  return { title: `stack ${hex(sp)}`, lines, anchor: null }
}

const texts = (title: string, lines: readonly string[]): PaneText => ({ title, lines: lines.map(line => plain(line)), anchor: null })

const walk: Pane = d => {
  const fault = d.log === null ? null : lastFault(d.log, d.session.k.state.executed)
  if (fault === null) return texts('walk', ['no page fault yet'])
  const task = taskById(d.session, fault.task)
  const title = `last fault: ${fault.task.pid} at ${hex(fault.va)}`
  if (task?.mm == null) return texts(title, ['its task is gone'])
  const data = walkView.data(d.session.k, { pid: task.pid, address: fault.va }) as WalkData
  const steps = data.steps.map(({ level, index, pte, flags, frame }): StyledLine => [
    { text: `${level} [${String(index).padStart(3)}] `, style: 'name' },
    { text: `${pte.replace(/^0x0+(?=.)/, '0x').padEnd(10)} ${flags} `, style: level === data.steps.at(-1)?.level ? 'changed' : 'plain' },
    { text: frame === null ? 'empty' : `> frame ${frame}`, style: 'faint' },
  ])
  const held = data.result === null ? [] : [plain(`${data.result.use} frame ${data.result.frame}, count ${data.result.count}`)]
  return { title, lines: [...steps, ...held, ...data.why.map(why => plain(`${why.about}: ${why.text}`))], anchor: null }
}

const TAB_STOP = 8

/** A text as lines of a pane: what is too long goes on below, at a blank where there is one. */
function broken(text: string, width: number): string[] {
  const parts: string[] = []
  let rest = text.replace(/^([^\t]*)\t/, (_, before: string) => before.padEnd((Math.floor(before.length / TAB_STOP) + 1) * TAB_STOP))
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width)
    const end = blank > width / 2 ? blank : width
    parts.push(rest.slice(0, end))
    rest = `  ${rest.slice(end).trimStart()}`
  }
  return [...parts, rest]
}

const PANE_TABLE: Readonly<Record<PaneName, Pane>> = {
  source,
  registers,
  stack,
  walk,
  log: (_, ui, width) => {
    const lines = ui.said.flatMap(({ text, style }) => broken(text, width).map(part => plain(part, style)))
    return { title: 'commands', lines, anchor: Math.max(0, lines.length - 1) }
  },
  tasks: (d, _, width) => texts('tasks', showView(d, 'tasks', {}, width)),
  tlb: (d, _, width) => texts('TLB', showView(d, 'tlb', { pid: selected(d).pid }, width)),
  timeline: (d, _, width, height) => texts('timeline', showView(d, 'timeline', { count: Math.max(1, height - 1) }, width)),
  output: (_, ui) => {
    const lines = ui.output.replace(/\r/g, '').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return { title: 'guest output', lines: lines.map(line => plain(line)), anchor: Math.max(0, lines.length - 1) }
  },
}

export function paneText(name: PaneName, d: Debugger, ui: Ui, width: number, height: number): PaneText {
  try {
    return PANE_TABLE[name](d, ui, width, height)
  } catch (error) {
    if (error instanceof CommandFailure || error instanceof ViewError) return texts(name, [error.message])
    throw error
  }
}
