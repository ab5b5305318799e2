// System calls as strace prints them, to the letter, from the rows' own argument types. A subscriber to events like any other:
// what is traced runs exactly as it would untraced.
import { REG } from '../../vm/index.ts'
import { dumpedCore, errnoByCode, exitCode, ifExited, NANOSECONDS, signalName, termSignal } from '../abi/index.ts'
import { subscribe, type EventOf } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { peekUser } from '../mm/index.ts'
import { showSigInfo } from '../signal/index.ts'
import { callArguments, regBig } from '../task/index.ts'
import type { Task } from '../state.ts'
import { pathOf } from '../vfs/index.ts'
import { dirfd, fd, SHOWN_BYTES, wideText } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { SYSCALLS } from './table.ts'
import { callName, hex, quote } from './text.ts'
import type { CallStatus, TraceFilter } from './trace-filter.ts'
import { newSummary, summaryText, tally, type Summary } from './trace-summary.ts'

/** The result stands in this column where there is room. */
const RESULT_COLUMN = 40
const POINTER_BYTES = 8
const ERESTART_RESTARTBLOCK = 516
const RESTART_SYSCALL = 128
/** errno values that a result can be (Linux MAX_ERRNO). */
const MAX_ERRNO = 4095

/** The sets of `-e` are TraceFilter's. */
export interface TraceOptions extends TraceFilter {
  /** -f: children too. */
  follow?: boolean
  /** -T: time spent in each call. */
  times?: boolean
  /** -y: what descriptors stand for. */
  paths?: boolean
  /** -c: no lines; counts at the end. */
  summary?: boolean
  /** -o with -f: every line starts with a pid column instead of `[pid N]` where there are several. */
  pidColumn?: boolean
}

export interface Trace {
  /** Ends the trace: finishes an open line and, with -c, prints the table. */
  stop(): void
}

/** A call that has begun. */
interface Pending {
  row: Syscall | undefined
  nr: number
  raw: number[]
  /** What was known on entry: the name and the arguments before the first that the call fills in. */
  text: string
  /** What arguments were that the call writes over (Arg.before). */
  noted: (number | undefined)[]
  /** Arguments already in `text`. */
  shown: number
  start: number
  /** Its line was cut by another's: it is resumed on a new one. */
  cut: boolean
  /** Signals that had no effect came meanwhile: a tracer of Linux sees them when the call has returned. */
  signals: string[]
}

interface Tracer {
  k: Kernel
  sink: (text: string) => void
  options: TraceOptions
  first: Task | null
  traced: Set<Task>
  pending: Map<Task, Pending>
  /** Whose call is on an unfinished line, and how much of it has been written. */
  open: { task: Task; written: boolean } | null
  summary: Summary
}

/** Writes a trace of the first process's calls (of all with `follow`) to `sink`, in pieces that make whole lines. Start it before running. */
export function traceSyscalls(k: Kernel, sink: (text: string) => void, options: TraceOptions = {}): Trace {
  const t: Tracer = { k, sink, options, first: null, traced: new Set(), pending: new Map(), open: null, summary: newSummary() }
  const stops = [
    subscribe(k, ['syscallEnter'], e => onEnter(t, e as EventOf<'syscallEnter'>)),
    subscribe(k, ['syscallBlocked'], e => onBlocked(t, e as EventOf<'syscallBlocked'>)),
    subscribe(k, ['syscallExit'], e => onExit(t, e as EventOf<'syscallExit'>)),
    subscribe(k, ['fork'], e => onFork(t, e as EventOf<'fork'>)),
    subscribe(k, ['exec'], e => onExec(t, e as EventOf<'exec'>)),
    subscribe(k, ['exit'], e => onEnd(t, e as EventOf<'exit'>)),
    subscribe(k, ['signalDelivered'], e => onSignal(t, e as EventOf<'signalDelivered'>)),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
      breakLine(t, null)
      if (options.summary) sink(summaryText(t.summary))
    },
  }
}

function isTraced(t: Tracer, task: Task): boolean {
  if (t.first === null) {
    t.first = task
    t.traced.add(task)
  }
  return t.traced.has(task)
}

const isWanted = (t: Tracer, nr: number): boolean => t.options.calls === undefined || t.options.calls.has(callName(nr))
const isShown = (t: Tracer, status: CallStatus): boolean =>
  !t.options.summary && (t.options.statuses === undefined || t.options.statuses.has(status))
/** A line that may turn out not to be shown is written once its call ended. */
const isQuiet = (t: Tracer): boolean => t.options.summary === true || t.options.statuses !== undefined

// Lines

function prefix(t: Tracer, task: Task): string {
  if (t.options.pidColumn) return `${String(task.pid).padEnd(5)} `
  return t.traced.size > 1 ? `[pid ${String(task.pid).padStart(5)}] ` : ''
}

/** Finishes the open line unless it is this task's own. */
function breakLine(t: Tracer, by: Task | null): void {
  const { open } = t
  if (open === null || open.task === by) return
  const pending = t.pending.get(open.task)
  t.open = null
  if (pending === undefined || isQuiet(t)) return
  t.sink(`${open.written ? '' : prefix(t, open.task) + pending.text} <unfinished ...>\n`)
  pending.cut = true
}

function line(t: Tracer, task: Task, text: string): void {
  breakLine(t, null)
  if (!t.options.summary) t.sink(`${prefix(t, task)}${text}\n`)
}

// Arguments and results

function argumentText(t: Tracer, task: Task, { row, raw, noted }: Pending, i: number, result?: number): string {
  if (row === undefined) return hex(raw[i])
  const [, arg] = row.args[i]
  if (!arg.word && !Number.isSafeInteger(raw[i])) return wideText(arg, regBig(t.k, task, REG.a0 + i))
  const value = arg.word ? raw[i] | 0 : raw[i]
  const text = arg.show(value, t.k, task, raw, result, noted)
  return t.options.paths && (arg === fd || arg === dirfd) ? text + pathText(t, task, value) : text
}

function pathText(t: Tracer, task: Task, number: number): string {
  const file = task.files?.files[number]
  if (!file) return ''
  return `<${file.path ? pathOf(t.k, file.path) : file.label}>`
}

const UNKNOWN_ARGUMENTS = 6
const countOf = ({ row }: Pending): number => row?.args.length ?? UNKNOWN_ARGUMENTS

/** The arguments before the first that the call fills in. */
function entryText(t: Tracer, task: Task, p: Pending): string {
  if (p.row?.text) return p.row.text(t.k, task, p.raw)
  p.row?.args.forEach(([, arg], i) => (p.noted[i] = arg.before?.(p.raw[i], t.k, task)))
  const args: string[] = []
  while (p.shown < countOf(p) && !p.row?.args[p.shown][1].after) args.push(argumentText(t, task, p, p.shown++))
  return `${args.join(', ')}${args.length > 0 && p.shown < countOf(p) ? ', ' : ''}`
}

/** The rest of the arguments, and the bracket. */
function rest(t: Tracer, task: Task, p: Pending, result: number): string {
  if (p.row?.text) return `${p.row.text(t.k, task, p.raw, result)})`
  const texts: string[] = []
  for (let i = p.shown; i < countOf(p); i++) texts.push(argumentText(t, task, p, i, result))
  return `${texts.join(', ')})`
}

/** The result as the row shows it, if it does so itself. */
const answerText = (t: Tracer, task: Task, p: Pending, result: number): string =>
  result >= 0 && p.row?.answer ? p.row.answer(t.k, task, p.raw, result) : resultText(p.row, result)

/** `3`, `0x7f0000`, `-1 ENOENT (No such file or directory)`, `? ERESTARTSYS (To be restarted if SA_RESTART is set)`. */
export function resultText(row: Syscall | undefined, result: number): string {
  const errno = result < 0 && result >= -MAX_ERRNO ? errnoByCode(-result) : undefined
  if (errno !== undefined) return `${errno.code >= 512 ? '?' : '-1'} ${errno.name} (${errno.message})`
  if (row?.result === 'address') return result === 0 ? '0' : hex(result)
  return row?.result === 'mode' ? `0${result.toString(8)}` : String(result)
}

const spent = (t: Tracer, p: Pending): string => (t.options.times ? ` <${((t.k.state.time - p.start) / NANOSECONDS).toFixed(6)}>` : '')

// Events

function onEnter(t: Tracer, { task, nr }: EventOf<'syscallEnter'>): void {
  if (!isTraced(t, task)) return
  if (!isWanted(t, nr)) return
  const before = t.pending.get(task)
  if (before !== undefined) t.pending.delete(task)
  const p: Pending = {
    row: SYSCALLS[nr],
    nr,
    raw: callArguments(t.k, task),
    text: '',
    noted: [],
    shown: 0,
    start: t.k.state.time,
    cut: false,
    signals: [],
  }
  // A sleep that goes on after a stop is this call, on Linux too.
  const restarted = task.call !== null && t.summary.restarts.get(task) === ERESTART_RESTARTBLOCK
  t.summary.restarts.delete(task)
  if (restarted) {
    p.text = `restart_syscall(<... resuming interrupted ${callName(nr)} ...>`
    p.row = SYSCALLS[RESTART_SYSCALL] ?? syscall(nr, 'restart_syscall', {}, () => 0)
  } else {
    p.text = `${callName(nr)}(${entryText(t, task, p)}`
  }
  t.pending.set(task, p)
  breakLine(t, task)
  t.open = { task, written: false }
}

/** The line is shown while its call waits. */
function onBlocked(t: Tracer, { task }: EventOf<'syscallBlocked'>): void {
  const p = t.pending.get(task)
  if (p === undefined || t.open?.task !== task || t.open.written || isQuiet(t)) return
  t.sink(prefix(t, task) + p.text)
  t.open.written = true
}

function finish(t: Tracer, task: Task, p: Pending, ending: string, result: string, status: CallStatus): void {
  t.pending.delete(task)
  breakLine(t, task)
  const whole = p.cut ? `<... ${callName(p.nr)} resumed>${ending}` : p.text + ending
  const start = prefix(t, task)
  const width = start.length + whole.length + 1
  const text = `${whole} ${' '.repeat(Math.max(0, RESULT_COLUMN - width))}= ${result}\n`
  const written = t.open?.written ? start.length + p.text.length : 0
  t.open = null
  if (isShown(t, status)) t.sink((start + text).slice(p.cut ? 0 : written))
  for (const signal of p.signals) line(t, task, signal)
}

function onExit(t: Tracer, { task, nr, result }: EventOf<'syscallExit'>): void {
  const p = t.pending.get(task)
  if (p === undefined) return
  t.summary.restarts.set(task, -result)
  const failed = result < 0 && result >= -MAX_ERRNO
  tally(t.summary, callName(nr), t.k.state.time - p.start, failed)
  finish(t, task, p, rest(t, task, p, result), answerText(t, task, p, result) + spent(t, p), failed ? 'failed' : 'successful')
}

function onFork(t: Tracer, { task, child }: EventOf<'fork'>): void {
  if (!t.options.follow || !t.traced.has(task)) return
  if (!t.options.summary) breakLine(t, null)
  t.traced.add(child)
  if (!t.options.pidColumn && !t.options.summary) t.sink(`strace: Process ${child.pid} attached\n`)
}

/** The first program was not started by a call: shown as the one that a shell would have made. */
function onExec(t: Tracer, { task, path }: EventOf<'exec'>): void {
  if (t.first !== null || !isTraced(t, task) || task.mm === null || (t.options.calls && !t.options.calls.has('execve'))) return
  if (!isShown(t, 'successful')) return
  const { argStart, argEnd, envStart, envEnd, startStack } = task.mm
  const strings = (from: number, to: number): string[] =>
    String.fromCharCode(...(peekUser(t.k, task, from, to - from) ?? []))
      .split('\0')
      .slice(0, -1)
  const argv = strings(argStart, argEnd)
  const environment = strings(envStart, envEnd).length
  const envp = startStack + POINTER_BYTES * (argv.length + 2)
  const text = `execve(${quote(path, Infinity)}, [${argv.map(a => quote(a, SHOWN_BYTES)).join(', ')}], ${hex(envp)} /* ${environment} var${environment === 1 ? '' : 's'} */)`
  line(t, task, `${text.padEnd(RESULT_COLUMN - 1)} = 0`)
}

/** A call that never returned is left open: exit's is `= ?`. */
function onEnd(t: Tracer, { task, status }: EventOf<'exit'>): void {
  if (!t.traced.has(task)) return
  const p = t.pending.get(task)
  if (p !== undefined) {
    const exits = p.row?.name === 'exit' || p.row?.name === 'exit_group'
    if (exits) tally(t.summary, callName(p.nr), 0, false)
    finish(t, task, p, exits ? ')' : ' <unfinished ...>)', '?', 'unfinished')
  }
  if (ifExited(status)) line(t, task, `+++ exited with ${exitCode(status)} +++`)
  else line(t, task, `+++ killed by ${signalName(termSignal(status))}${dumpedCore(status) ? ' (core dumped)' : ''} +++`)
  t.traced.delete(task)
}

function onSignal(t: Tracer, { task, signal, action, info }: EventOf<'signalDelivered'>): void {
  if (!t.traced.has(task) || t.options.summary) return
  if (t.options.signals !== undefined && !t.options.signals.has(signal)) return
  const text = `--- ${signalName(signal)} ${showSigInfo(info)} ---`
  const call = t.pending.get(task)
  if (action === 'ignore' && call) {
    call.signals.push(text)
    return
  }
  line(t, task, text)
  if (action === 'stop') line(t, task, `--- stopped by ${signalName(signal)} ---`)
}
