// Running what an editor debugs, in pieces between which requests are heard: until something counts as a stop, a pause, or the end.
import { NO_TASK, shellStatus, subscribe } from '../../kernel/index.ts'
import {
  dap,
  goTo,
  interrupt,
  now,
  refTo,
  taskById,
  tasksOf,
  type Instant,
  type Motion,
  type Stop,
  type TaskRef,
} from '../../debugger/index.ts'
import type { Adapter } from './adapter.ts'
import { closeDebuggee, type Debuggee } from './debuggee.ts'
import { resolveAll } from './points.ts'

/** Instructions between two looks at what the editor wants: some milliseconds. */
const PIECE = 500_000

function flushOutput(a: Adapter, d: Debuggee): void {
  for (const { category, text } of d.output.splice(0)) a.say(category, text)
}

/** Tells of threads that came and went. */
function tellThreads(a: Adapter, d: Debuggee): void {
  const here = new Set(tasksOf(d.sight.s, null).map(task => task.pid))
  for (const threadId of here) if (!d.threads.has(threadId)) a.tell('thread', { reason: 'started', threadId })
  for (const threadId of d.threads) if (!here.has(threadId)) a.tell('thread', { reason: 'exited', threadId })
  d.threads = here
}

/** It stands still: the editor may look. */
function stopped(a: Adapter, d: Debuggee, report: dap.StopReport): void {
  const { s } = d.sight
  d.running = false
  d.report = report
  d.reportedAt = now(s)
  flushOutput(a, d)
  tellThreads(a, d)
  a.tell('stopped', {
    reason: report.reason,
    description: report.description,
    threadId: report.task.pid,
    allThreadsStopped: true,
    ...(report.text === undefined ? {} : { text: report.text }),
    hitBreakpointIds: report.hits,
  })
}

const plain = (d: Debuggee, reason: string, description: string): dap.StopReport => ({
  reason,
  description,
  hits: [],
  task: d.sight.s.focus,
  exception: null,
})

/** What an editor was told of the stopped machine is not true any more. */
export function forgetSeen(d: Debuggee): void {
  d.frames = []
  d.nodes = []
}

const same = (a: Instant | null, b: Instant): boolean => a !== null && a.executed === b.executed && a.steps === b.steps

/** A stop at what it was told to stand at already. */
function isOld(d: Debuggee, stop: Stop, begun: Instant): boolean {
  if (stop.kind === 'catchpoint') return same(d.passOver, stop.event.instant)
  if (stop.kind !== 'breakpoint' || d.report === null || d.reportedAt === null) return false
  return d.report.task.id === stop.task.id && d.reportedAt.executed === begun.executed && now(d.sight.s).executed === begun.executed
}

/** Steps of the kernel before the one that took a task away: looked at in turn. */
const LOOK_BEFORE = 4

/** A task that its own exit took away is shown as it was right before. */
function standBefore(d: Debuggee, stop: Stop): void {
  const { s } = d.sight
  const isGone = (who: TaskRef): boolean => (taskById(s, who)?.mm ?? null) === null
  if (stop.kind !== 'catchpoint' || stop.task.id === NO_TASK || s.timeline === null || !isGone(stop.task)) return
  const { executed, steps } = stop.event.instant
  for (let n = 1; n <= LOOK_BEFORE && n <= steps && isGone(stop.task); n++) goTo(s, { executed, steps: steps - n })
  if (isGone(stop.task)) goTo(s, { executed: executed - 1, steps: Infinity })
  s.focus = stop.task
  d.passOver = stop.event.instant
}

function halted(a: Adapter, d: Debuggee, status: number): void {
  const code = shellStatus(status)
  if (d.launched.stopAtEnd === true && !d.atEnd) {
    d.atEnd = true
    return stopped(a, d, plain(d, 'exit', `the machine has ended with status ${code}; time can go back`))
  }
  d.running = false
  flushOutput(a, d)
  a.tell('exited', { exitCode: code })
  a.tell('terminated')
  closeDebuggee(d)
}

/** What moves it, and what its end is called where that is not what it looks like. */
interface Move {
  motion: Motion
  words?(stop: Stop): Pick<dap.StopReport, 'reason' | 'description'>
}

/** Judges a stop. True: the run is over, and what there is to tell is told. */
function settle(a: Adapter, d: Debuggee, { motion, words }: Move, stop: Stop, begun: Instant): boolean {
  const { s } = d.sight
  if (stop.kind === 'interrupted') {
    if (!d.pauseAsked) return false
    motion.giveUp()
    if (taskById(s, s.focus) === null) s.focus = refTo(tasksOf(s, null)[0] ?? s.focus)
    stopped(a, d, plain(d, 'pause', 'paused'))
    return true
  }
  if (stop.kind === 'halted') {
    halted(a, d, stop.status)
    return true
  }
  if (!motion.backwards && isOld(d, stop, begun)) return false
  let hits: readonly dap.Wanted[] = []
  if ('points' in stop) {
    const verdict = dap.judge(d.sight, [...a.wanted.values()].flat(), stop, motion.backwards)
    for (const text of verdict.output) d.output.push({ category: 'stdout', text: `${text}\n` })
    for (const text of verdict.problems) a.say('important', `${text}\n`)
    if (verdict.hits.length === 0) return false
    hits = verdict.hits
    d.passOver = null
    standBefore(d, stop)
  }
  const report = dap.reportOf(s, stop, hits, 'step')
  if (report === null) return false
  stopped(a, d, { ...report, ...words?.(stop) })
  return true
}

/** Starts a motion and answers at once; its end is an event. */
export function move(a: Adapter, d: Debuggee, motion: Motion, words?: Move['words']): void {
  const { s } = d.sight
  const begun = now(s)
  d.running = true
  d.pauseAsked = false
  if (motion.backwards) d.atEnd = false
  forgetSeen(d)
  let executed = false
  // A program was executed: what its files have of what is wanted must be known before it runs.
  const quiet = motion.backwards
    ? (): void => undefined
    : subscribe(s.k, ['exec'], () => {
        executed = true
        interrupt(s)
      })
  const piece = (): void => {
    if (d.closed) return quiet()
    let over: boolean
    d.nextTurn()
    try {
      const stop = motion.go(PIECE)
      flushOutput(a, d)
      if (executed) resolveAll(a, d)
      executed = false
      over = settle(a, d, { motion, words }, stop, begun)
    } catch (error) {
      stopped(a, d, plain(d, 'exception', `this is a defect of ours, please report it: ${(error as Error).stack}`))
      over = true
    }
    if (over) quiet()
    else setImmediate(piece)
  }
  setImmediate(piece)
}

/** Looks for something in the past, in pieces; the answer to a request that waits for it. */
export function searched<T>(d: Debuggee, search: Motion<T>): Promise<T> {
  d.running = true
  d.pauseAsked = false
  return new Promise((resolve, reject) => {
    const piece = (): void => {
      if (d.closed) return reject(new Error('the machine has ended'))
      d.nextTurn()
      try {
        const found = search.go(PIECE)
        if (typeof found !== 'object' || found === null || !('kind' in found) || found.kind !== 'interrupted') {
          d.running = false
          return resolve(found as T)
        }
        if (!d.pauseAsked) return void setImmediate(piece)
        search.giveUp()
        d.running = false
        reject(new Error('paused before it was found'))
      } catch (error) {
        d.running = false
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    setImmediate(piece)
  })
}

/** Goes to an instant of the recording. */
export function visit(a: Adapter, d: Debuggee, instant: Instant): void {
  d.passOver = null
  move(a, d, dap.going(d.sight, instant), dap.arrivalOf)
}

export function entered(a: Adapter, d: Debuggee): void {
  stopped(a, d, plain(d, 'entry', 'before the first instruction'))
}
