// What is said when the program stops: why, where, and the source line, in gdb's words where gdb has them.
import { causeText, explainSignal, ifExited, shellStatus, signalName, SIGNALS, termSignal, type SigInfo } from '../../kernel/index.ts'
import { now, taskById, tasksOf, type Stop, type TaskRef } from '../session/index.ts'
import { linesOf, statementRange, type StackFrame } from '../symbols/index.ts'
import { hex } from '../hex.ts'
import { runDisplays } from './display.ts'
import { baseName, frameOf, selected, sourceLine } from './look.ts'
import { signalDoc } from './signals.ts'
import type { Debugger } from './types.ts'

/** `main () at cow.s:40`; with the address where it is inside of a line. */
export function frameText(frame: StackFrame, withAddress: boolean): string {
  const name = frame.signal ? '<signal handler called>' : `${frame.function ?? '??'} ()`
  if (frame.line === null) return frame.signal ? name : `${hex(frame.pc)} in ${name}`
  return `${withAddress ? `${hex(frame.pc)} in ` : ''}${name} at ${baseName(frame.line.file)}:${frame.line.line}`
}

/** Does the line's code begin before pc? */
export const isInsideLine = (frame: StackFrame): boolean => {
  const { loaded, line } = frame
  if (loaded === null || line === null) return true
  const range = statementAt(frame)
  return range !== null && range !== frame.pc
}

function statementAt({ loaded, lookup }: StackFrame): number | null {
  if (loaded === null) return null
  const found = statementRange(linesOf(loaded.file), lookup - loaded.bias)
  return found === null ? null : found.start + loaded.bias
}

/** The frame, and its source line below. `always`: the frame too when nothing of it has changed. */
export function whereText(d: Debugger, always: boolean): string[] {
  const frame = frameOf(d)
  const inside = isInsideLine(frame)
  const key = `${d.session.focus.id} ${frame.function ?? hex(frame.pc)} ${frame.line?.file ?? ''} ${frame.cfa ?? ''}`
  const same = key === d.shown && !always
  d.shown = key
  if (frame.line === null) return [frameText(frame, inside)]
  d.listed = null
  const source = sourceLine(d, frame.line.file, frame.line.line) ?? `${frame.line.line}\tin ${frame.line.file}`
  if (same) return [inside ? `${hex(frame.pc)}\t${source}` : source]
  return [frameText(frame, inside), source]
}

/** Of a signal for a mistake of the program's: what it did and why that cannot be. */
function causeLines(d: Debugger, ref: TaskRef, info: SigInfo): string[] {
  const task = taskById(d.session, ref)
  return task === null || info.fields.kind !== 'fault' ? [] : [`${causeText(explainSignal(d.session.k, task, info))}.`]
}

/** `1.2 "cow"`. */
function threadText(d: Debugger, ref: TaskRef): string {
  const task = taskById(d.session, ref)
  return task === null ? String(ref.pid) : `${task.group.tgid}.${task.pid} "${task.comm}"`
}

/** Who it was, where there is more than one. */
function who(d: Debugger, ref: TaskRef): string {
  const { session: s } = d
  const task = taskById(s, ref)
  if (task === null || tasksOf(s, null).length < 2) return ''
  return `Thread ${threadText(d, ref)} hit `
}

const bytesText = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return '<not mapped>'
  if (![1, 2, 4, 8].includes(bytes.length)) return `{${[...bytes].map(byte => hex(byte)).join(', ')}}`
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return String(BigInt.asIntN(bytes.length * 8, value))
}

type Words = { [K in Stop['kind']]: (d: Debugger, stop: Extract<Stop, { kind: K }>) => string[] }

const withPlace = (d: Debugger, first: string): string[] => {
  const [frame, ...rest] = whereText(d, true)
  return ['', `${first}, ${frame}`, ...rest]
}

const ids = (points: readonly number[]): string => points.join(', ')

const WATCH_WORDS = {
  write: 'Hardware watchpoint',
  read: 'Hardware read watchpoint',
  access: 'Hardware access (read/write) watchpoint',
} as const

const WORDS: Words = {
  breakpoint: (d, { points, task }) => {
    const temporary = points.some(id => !d.session.points.has(id))
    return withPlace(d, `${who(d, task)}${temporary ? 'Temporary breakpoint' : 'Breakpoint'} ${ids(points)}`)
  },
  watchpoint: (d, { points, task, access, before, after }) => {
    const point = d.session.points.get(points[0])
    const kind = point?.kind === 'watchpoint' ? point.access : 'write'
    const spec = point?.kind === 'watchpoint' ? point.spec : ''
    const values =
      access === 'write' && kind !== 'read'
        ? [`Old value = ${bytesText(before)}`, `New value = ${bytesText(after)}`]
        : [`Value = ${bytesText(after)}`]
    return ['', `${who(d, task)}${WATCH_WORDS[kind]} ${ids(points)}: ${spec}`, '', ...values, ...whereText(d, true)]
  },
  catchpoint: (d, { points, event }) => {
    if (taskById(d.session, event.task)?.mm === null || tasksOf(d.session, null).length === 0)
      return ['', `Catchpoint ${ids(points)} (${event.text})`]
    return withPlace(d, `Catchpoint ${ids(points)} (${event.text})`)
  },
  step: d => whereText(d, false),
  signal: (d, { task, signal, info }) => {
    const name = tasksOf(d.session, null).length < 2 ? 'Program' : `Thread ${threadText(d, task)}`
    return ['', `${name} received signal ${signalName(signal)}, ${signalDoc(signal)}.`, ...whereText(d, true), ...causeLines(d, task, info)]
  },
  exited: (_, { task, status }) => [exitText(task.pid, status)],
  halted: (d, { status }) => {
    d.ended = status
    return [exitText(d.session.k.state.main?.pid ?? 1, status)]
  },
  idle: d =>
    d.session.k.journal.ended
      ? ['', 'The recording ends here.', ...whereText(d, true)]
      : ['Every task sleeps, and nothing can wake one: it waits for input that does not come.'],
  interrupted: (d, _) => ['', `Program received signal SIGINT, ${signalDoc(SIGNALS.SIGINT)}.`, ...whereText(d, true)],
  historyStart: d => ['', 'No more reverse-execution history.', ...whereText(d, true)],
  historyEnd: d => ['', 'The recorded run does not come that far.', ...whereText(d, true)],
}

const OCTAL = 8
/** In gdb's words; `status` is wait's. */
export function exitText(pid: number, status: number): string {
  if (!ifExited(status)) {
    const signal = termSignal(status)
    return `\nProgram terminated with signal ${signalName(signal)}, ${signalDoc(signal)}.\nThe program no longer exists.`
  }
  const code = shellStatus(status)
  return `[Inferior ${pid} (process ${pid}) exited ${code === 0 ? 'normally' : `with code 0${code.toString(OCTAL)}`}]`
}

/** Takes note of a stop and says it. */
export function stopText(d: Debugger, stop: Stop): string[] {
  d.lastStop = stop
  d.frame = 0
  const gone = stop.kind === 'halted' || (stop.kind === 'exited' && tasksOf(d.session, null).length === 0)
  const say = WORDS[stop.kind] as (d: Debugger, stop: Stop) => string[]
  const lines = say(d, stop)
  return gone ? lines.flatMap(line => line.split('\n')) : [...lines.flatMap(line => line.split('\n')), ...runDisplays(d)]
}

/** Where one stands now, as `goto` and `when` show it. */
export function instantText(d: Debugger): string {
  const { executed, steps } = now(d.session)
  return `instant ${executed}.${steps}`
}

/** The first process, or whatever is left, stands somewhere: say where. */
export const standing = (d: Debugger): string[] => {
  selected(d)
  return whereText(d, true)
}
