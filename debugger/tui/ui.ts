// What the screen is about besides the machine: which pane, what is typed, what was said. And what each key does to it.
import { breakpointsIn, completions, repeated, standsAt, CommandFailure, type Debugger } from '../commands/index.ts'
import { registersView, type RegistersData } from '../views/index.ts'
import { taskById } from '../session/index.ts'
import type { Key, KeyName } from './keys.ts'
import { layout, PANES, type PaneName } from './layout.ts'
import type { StyleName } from './styles.ts'

export interface Said {
  text: string
  style: StyleName
}

export interface Ui {
  title: string
  width: number
  height: number
  /** Single keys, a line that is typed, or the list of keys. */
  mode: 'keys' | 'line' | 'help'
  pane: PaneName
  scroll: Map<PaneName, number>
  /** Instructions instead of source lines. */
  assembly: boolean
  said: Said[]
  /** Of the guest. */
  output: string
  line: string
  cursor: number
  /** Place in the history while arrows go through it; its length: the line that is typed. */
  recalled: number
  typed: string
  /** The last command, which an empty line may repeat. */
  last: string
  busy: boolean
  /** Registers at the stop before, of a task. */
  before: RegistersData | null
}

export type Action = { kind: 'none' } | { kind: 'quit' } | { kind: 'redraw' } | { kind: 'command'; line: string }

const NOTHING: Action = { kind: 'none' }
const SAID_KEPT = 2000
const OUTPUT_KEPT = 100_000
const PAGE = 10

export const newUi = (title: string, width: number, height: number): Ui => ({
  title,
  width,
  height,
  mode: 'keys',
  pane: 'source',
  scroll: new Map(),
  assembly: false,
  said: [],
  output: '',
  line: '',
  cursor: 0,
  recalled: 0,
  typed: '',
  last: '',
  busy: false,
  before: null,
})

/** Appends lines of the debugger's own to the pane of output. */
export function say(ui: Ui, lines: readonly string[], style: StyleName = 'plain'): void {
  for (const text of lines) ui.said.push({ text, style })
  if (ui.said.length > SAID_KEPT) ui.said.splice(0, ui.said.length - SAID_KEPT)
  ui.scroll.delete('log')
}

/** Appends what the program wrote; a line that has not ended goes on with the next piece. */
export function addOutput(ui: Ui, text: string): void {
  ui.output = (ui.output + text).slice(-OUTPUT_KEPT)
}

/** To be called before a command runs: what differs afterwards is lit. */
export function rememberRegisters(d: Debugger, ui: Ui): void {
  const task = taskById(d.session, d.session.focus)
  ui.before = task === null || task.mm === null ? null : (registersView.data(d.session.k, { pid: task.pid }) as RegistersData)
  for (const pane of PANES) if (pane !== 'log') ui.scroll.delete(pane)
}

interface KeyRow {
  keys: string
  doc: string
  act(d: Debugger, ui: Ui): Action
}
const command = (keys: string, line: string, doc: string): KeyRow => ({ keys, doc, act: () => ({ kind: 'command', line }) })
const change = (keys: string, doc: string, does: (d: Debugger, ui: Ui) => void): KeyRow => ({
  keys,
  doc,
  act: (d, ui) => {
    does(d, ui)
    return NOTHING
  },
})

/** Single keys: a capital goes back in time where its small one goes on. */
export const KEYS: readonly KeyRow[] = [
  command('s', 'step', 'step to another source line'),
  command('n', 'next', 'the same, over calls'),
  command('i', 'stepi', 'step one instruction'),
  command('k', 'kernel-step', 'run through the next thing that the kernel does'),
  command('c', 'continue', 'go on to the next stop'),
  command('f', 'finish', 'run until the function returns'),
  command('S', 'reverse-step', 'step back'),
  command('N', 'reverse-next', 'step back over calls'),
  command('I', 'reverse-stepi', 'step back one instruction'),
  command('K', 'reverse-kernel-step', 'step back to before the last thing that the kernel did'),
  command('C', 'reverse-continue', 'go back to the stop before'),
  command('F', 'reverse-finish', 'go back to the call of the function'),
  command('u', 'up', 'look at the caller'),
  command('d', 'down', 'look at the called one'),
  command('w', 'when', 'say what instant it is'),
  command('r', 'run', 'run from the beginning'),
  { keys: 'b', doc: 'set or remove a breakpoint here', act: d => toggleBreakpoint(d) },
  { keys: 't', doc: 'look at the next task', act: d => nextTask(d) },
  change('a', 'instructions or source lines', (_, ui) => void (ui.assembly = !ui.assembly)),
  { keys: '.', doc: 'the last command again', act: (_, ui) => (ui.last === '' ? NOTHING : { kind: 'command', line: ui.last }) },
  change(':', 'type a command (Tab completes, arrows recall)', (d, ui) => startLine(d, ui)),
  change('?', 'this list', (_, ui) => void (ui.mode = 'help')),
  { keys: 'q', doc: 'leave', act: () => ({ kind: 'quit' }) },
]

function toggleBreakpoint(d: Debugger): Action {
  try {
    const { pc } = standsAt(d)
    const here = breakpointsIn(d, pc, pc + 1)
    return { kind: 'command', line: here.length > 0 ? `delete ${here.map(p => p.id).join(' ')}` : `break *0x${pc.toString(16)}` }
  } catch (error) {
    if (error instanceof CommandFailure) return NOTHING
    throw error
  }
}

function nextTask(d: Debugger): Action {
  const ids = [...d.session.k.state.tasks.values()].filter(task => task.mm !== null).map(task => task.pid)
  if (ids.length < 2) return NOTHING
  return { kind: 'command', line: `thread ${ids[(ids.indexOf(d.session.focus.pid) + 1) % ids.length]}` }
}

function startLine(d: Debugger, ui: Ui): void {
  ui.mode = 'line'
  ui.line = ''
  ui.cursor = 0
  ui.recalled = d.history.length
}

/** Scrolls the pane; what is above is negative, except in the log, which hangs at its end. */
function scrollBy(ui: Ui, by: number): void {
  ui.scroll.set(ui.pane, (ui.scroll.get(ui.pane) ?? 0) + by)
}

function turnPane(ui: Ui, by: number): void {
  const large = layout(ui.width, ui.height, ui.pane).length === PANES.length
  const all = large ? layout(ui.width, ui.height, ui.pane).map(rect => rect.pane) : [...PANES]
  ui.pane = all[(all.indexOf(ui.pane) + by + all.length) % all.length]
}

const NAMED: Partial<Record<KeyName, (ui: Ui) => void>> = {
  tab: ui => turnPane(ui, 1),
  backTab: ui => turnPane(ui, -1),
  up: ui => scrollBy(ui, -1),
  down: ui => scrollBy(ui, 1),
  pageUp: ui => scrollBy(ui, -PAGE),
  pageDown: ui => scrollBy(ui, PAGE),
  home: ui => void ui.scroll.delete(ui.pane),
  escape: ui => void ui.scroll.delete(ui.pane),
}

/** What a key does. Commands and the way out are answered; the rest has been done. */
export function press(d: Debugger, ui: Ui, key: Key): Action {
  if (key.kind === 'named' && key.name === 'redraw') return { kind: 'redraw' }
  if (ui.mode === 'help') {
    ui.mode = 'keys'
    return NOTHING
  }
  // The wheel is time.
  if (key.kind === 'wheel') return { kind: 'command', line: key.by < 0 ? 'reverse-stepi' : 'stepi' }
  if (key.kind === 'press') {
    const under = layout(ui.width, ui.height, ui.pane).find(
      r => key.x >= r.x && key.x < r.x + r.width && key.y >= r.y && key.y < r.y + r.height,
    )
    if (under !== undefined) ui.pane = under.pane
    return NOTHING
  }
  if (ui.mode === 'line') return edit(d, ui, key)
  if (key.kind === 'named') {
    if (key.name === 'eof') return { kind: 'quit' }
    if (key.name === 'enter') return ui.last === '' ? NOTHING : again(d, ui)
    NAMED[key.name]?.(ui)
    return NOTHING
  }
  return KEYS.find(row => row.keys === key.char)?.act(d, ui) ?? NOTHING
}

function again(d: Debugger, ui: Ui): Action {
  const line = repeated(d, ui.last)
  return line === null ? NOTHING : { kind: 'command', line }
}

function recall(d: Debugger, ui: Ui, by: number): void {
  if (ui.recalled === d.history.length) ui.typed = ui.line
  ui.recalled = Math.min(d.history.length, Math.max(0, ui.recalled + by))
  ui.line = d.history[ui.recalled] ?? ui.typed
  ui.cursor = ui.line.length
}

function complete(d: Debugger, ui: Ui): void {
  const found = completions(d, ui.line.slice(0, ui.cursor))
  if (found.length === 0) return
  let common = found[0]
  for (const one of found) while (!one.startsWith(common)) common = common.slice(0, -1)
  if (found.length > 1 && common.length <= ui.cursor) {
    say(
      ui,
      found.slice(0, 40).map(one => one.slice(one.lastIndexOf(' ') + 1)),
      'faint',
    )
  }
  const done = found.length === 1 && !common.endsWith(':') ? `${common} ` : common
  ui.line = done + ui.line.slice(ui.cursor)
  ui.cursor = done.length
}

const cut = (ui: Ui, from: number, to: number): void => {
  ui.line = ui.line.slice(0, from) + ui.line.slice(to)
  ui.cursor = from
}

const EDITING: Partial<Record<KeyName, (d: Debugger, ui: Ui) => void>> = {
  escape: (_, ui) => void (ui.mode = 'keys'),
  interrupt: (_, ui) => void (ui.mode = 'keys'),
  backspace: (_, ui) => (ui.line === '' ? void (ui.mode = 'keys') : cut(ui, Math.max(0, ui.cursor - 1), ui.cursor)),
  delete: (_, ui) => cut(ui, ui.cursor, ui.cursor + 1),
  left: (_, ui) => void (ui.cursor = Math.max(0, ui.cursor - 1)),
  right: (_, ui) => void (ui.cursor = Math.min(ui.line.length, ui.cursor + 1)),
  home: (_, ui) => void (ui.cursor = 0),
  end: (_, ui) => void (ui.cursor = ui.line.length),
  up: (d, ui) => recall(d, ui, -1),
  down: (d, ui) => recall(d, ui, 1),
  tab: (d, ui) => complete(d, ui),
  killLine: (_, ui) => cut(ui, 0, ui.cursor),
  killWord: (_, ui) =>
    cut(ui, ui.line.slice(0, ui.cursor).search(/\S+\s*$/) < 0 ? 0 : ui.line.slice(0, ui.cursor).search(/\S+\s*$/), ui.cursor),
}

function edit(d: Debugger, ui: Ui, key: Exclude<Key, { kind: 'wheel' | 'press' }>): Action {
  if (key.kind === 'char') {
    ui.line = ui.line.slice(0, ui.cursor) + key.char + ui.line.slice(ui.cursor)
    ui.cursor += key.char.length
    return NOTHING
  }
  if (key.name !== 'enter') {
    EDITING[key.name]?.(d, ui)
    return NOTHING
  }
  ui.mode = 'keys'
  const line = ui.line.trim()
  if (line === '') return again(d, ui)
  return { kind: 'command', line }
}
