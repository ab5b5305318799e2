// The whole screen: status line, panes, command line. A picture of the machine and of the screen's own state, nothing more.
import { taskById } from '../session/index.ts'
import type { Debugger } from '../commands/index.ts'
import { newBuffer, write, writeLine, type CellBuffer } from './cells.ts'
import { layout, LEAST, type Rect } from './layout.ts'
import { paneText } from './panes.ts'
import { KEYS, type Ui } from './ui.ts'

const FRAME = '─'
const SIDE = '│'
const PROMPT = ':'
const HINTS = ' s step  n next  c go on  S N C back  b break  : command  Tab pane  ? keys  q quit'

export interface Picture {
  buffer: CellBuffer
  /** Where the cursor is to be seen; null: nowhere. */
  cursor: { x: number; y: number } | null
}

/** Draws all panes into a fresh picture. */
export function render(d: Debugger, ui: Ui): Picture {
  const { width, height } = ui
  const buffer = newBuffer(width, height)
  if (width < LEAST.width || height < LEAST.height) {
    write(buffer, 0, 0, `The screen is too small: ${LEAST.width}x${LEAST.height} at least.`, 'plain')
    return { buffer, cursor: null }
  }
  statusLine(d, ui, buffer)
  if (ui.mode === 'help') helpPage(buffer)
  else for (const rect of layout(width, height, ui.pane)) pane(d, ui, buffer, rect)
  return { buffer, cursor: commandLine(ui, buffer) }
}

function statusLine(d: Debugger, ui: Ui, buffer: CellBuffer): void {
  const { state } = d.session.k
  const task = taskById(d.session, d.session.focus)
  const who = task?.mm == null ? `${d.session.focus.pid} ended` : `${task.group.tgid}.${task.pid} ${task.comm}`
  const left = ` hartbeat  ${ui.title}`
  const right = `${ui.busy ? 'running  ' : ''}${who}  instant ${state.executed}.${state.steps} `
  const gap = Math.max(1, buffer.width - left.length - right.length)
  write(buffer, 0, 0, `${left}${' '.repeat(gap)}${right}`.padEnd(buffer.width), 'status')
}

/** Where a pane begins to show its lines: around what is to be kept in sight, moved by hand. */
function firstShown(ui: Ui, { pane: name }: Rect, rows: number, count: number, anchor: number | null): number {
  const end = Math.max(0, count - rows)
  const hangs = name === 'log' || name === 'output'
  const natural = anchor === null ? 0 : hangs ? end : anchor - Math.floor(rows / 2)
  const first = Math.min(end, Math.max(0, Math.max(0, Math.min(end, natural)) + (ui.scroll.get(name) ?? 0)))
  // No further than there is something.
  if (ui.scroll.has(name)) ui.scroll.set(name, first - Math.max(0, Math.min(end, natural)))
  return first
}

function pane(d: Debugger, ui: Ui, buffer: CellBuffer, rect: Rect): void {
  const { x, y, width, height } = rect
  const { title, lines, anchor } = paneText(rect.pane, d, ui, width, height - 1)
  if (x > 0) for (let row = y; row < y + height; row++) write(buffer, x - 1, row, SIDE, 'frame')
  const limit = x + width
  let at = write(buffer, x, y, FRAME, 'frame', limit)
  at = write(buffer, at, y, ` ${title} `, ui.pane === rect.pane ? 'focused' : 'title', limit)
  write(buffer, at, y, FRAME.repeat(Math.max(0, limit - at)), 'frame', limit)
  const rows = height - 1
  const first = firstShown(ui, rect, rows, lines.length, anchor)
  lines.slice(first, first + rows).forEach((line, i) => writeLine(buffer, x, y + 1 + i, line, limit))
}

function helpPage(buffer: CellBuffer): void {
  const rows = [
    ...KEYS.map(({ keys, doc }) => [keys, doc]),
    ['Tab', 'the next pane (arrows scroll it)'],
    ['wheel', 'time: up goes back by an instruction'],
    ['Ctrl-C', 'stop the program that runs'],
    ['Enter', 'the last command again'],
  ]
  const perColumn = buffer.height - 3
  const column = Math.floor(buffer.width / Math.ceil(rows.length / perColumn))
  write(buffer, 1, 1, 'Keys (any key goes back)', 'title')
  rows.forEach(([key, doc], i) => {
    const x = 1 + Math.floor(i / perColumn) * column
    const y = 2 + (i % perColumn)
    write(buffer, x, y, key.padEnd(7), 'prompt')
    write(buffer, x + 7, y, doc, 'plain', Math.min(buffer.width, x + column - 1))
  })
}

function commandLine(ui: Ui, buffer: CellBuffer): Picture['cursor'] {
  const y = buffer.height - 1
  if (ui.mode !== 'line') {
    write(buffer, 0, y, ui.busy ? ' running: Ctrl-C stops' : HINTS, 'faint')
    return null
  }
  // A long line shows the part around the cursor.
  const room = buffer.width - 2
  const from = Math.max(0, ui.cursor - room)
  write(buffer, 0, y, PROMPT, 'prompt')
  write(buffer, 1, y, ui.line.slice(from, from + room), 'plain')
  return { x: 1 + ui.cursor - from, y }
}
