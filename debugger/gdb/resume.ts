// Going on: what vCont, c, s, bs and bc ask for, done in pieces, so that whoever owns the event loop stays responsive.
import { killInfo, SIGNALS, sendToTask, sigbit, takeSignal } from '../../kernel/index.ts'
import { beginMotion, type About, type MotionName } from '../motion/index.ts'
import { changed, newCatchpoint, now, taskById, type Catchpoint, type Stop } from '../session/index.ts'
import { hexNumber, hexText } from './framing.ts'
import { scopeOf } from './points.ts'
import { GDB_SIGNAL, linuxSignal } from './signals.ts'
import { ended, reportNoted, stopped, stopReply } from './stops.ts'
import { concrete, currentThread, moverOf, parseThread, refOf, taskOf } from './threads.ts'
import type { GdbServer, Going, ThreadId } from './types.ts'

/** What came of a piece. `halted`: there is no machine to go on with, and it was said if anybody is there to hear it. */
export type Piece =
  | { kind: 'stopped'; reply: string }
  | { kind: 'running' }
  | { kind: 'idle'; until: number }
  | { kind: 'halted'; status: number; reply: string }

interface Action {
  letter: string
  argument: string
  thread: ThreadId | null
}

/** The actions of a vCont packet, those for particular threads first; null: it cannot be read. */
function actionsOf(g: GdbServer, text: string): Action[] | null {
  const actions: Action[] = []
  for (const part of text.split(';')) {
    const m = /^([cCsStr])([^:]*)(?::(.+))?$/.exec(part)
    if (m === null) return null
    const thread = m[3] === undefined ? null : parseThread(g, m[3])
    if (m[3] !== undefined && thread === null) return null
    actions.push({ letter: m[1], argument: m[2], thread })
  }
  return actions
}

/** Delivers, drops or replaces the signal that a thread is stopped with: `signal` is what gdb wants it to get, 0 none. */
function settleSignal(g: GdbServer, signal: number): void {
  const held = g.signal
  const { k } = g.session
  g.signal = null
  const wanted = signal === 0 ? null : linuxSignal(signal)
  if (held !== null && held.info.signal === wanted) return
  const task = held !== null ? taskById(g.session, held.task) : taskOf(g, g.control ?? currentThread(g))
  if (task === null || (held === null && wanted === null)) return
  if (held !== null) takeSignal(k, task, sigbit(held.info.signal))
  if (wanted !== null) sendToTask(k, null, task, killInfo(wanted, task))
  changed(g.session)
  // What it sends itself is no news.
  g.session.held = wanted === null ? null : { task: task.id, signal: wanted, at: now(g.session) }
}

/** Begins to run. Threads that no action names run all the same: there is one machine, and it runs or it does not. */
export function vCont(g: GdbServer, text: string): string | null {
  const actions = actionsOf(g, text)
  if (actions === null || actions.length === 0) return 'E16'
  const step = actions.find(({ letter }) => letter === 's' || letter === 'S' || letter === 'r')
  const first = step ?? actions[0]
  if (first.letter === 't') {
    g.interruptWanted = true
    return null
  }
  const signal = actions.find(({ letter }) => letter === 'C' || letter === 'S')
  if (signal !== undefined && hexNumber(signal.argument) === null) return 'E16'
  if (step === undefined) return start(g, 'stop', {}, signal)
  const thread = concrete(g, step.thread ?? { pid: 0, tid: 0 })
  if (thread === null) return 'E03'
  let range: About['range']
  if (step.letter === 'r') {
    const [from, to] = step.argument.split(',').map(hexNumber)
    if (from === null || to === null || from === undefined || to === undefined) return 'E16'
    range = { start: from, end: to }
  }
  return g.view === 'machine'
    ? start(g, 'hart', { hart: thread.tid - 1, range }, signal)
    : start(g, 'instruction', { task: refOf(g, thread), range }, signal)
}

const onward = (g: GdbServer): Going => ({ kind: 'on', motion: beginMotion(moverOf(g), 'stop') })

function start(g: GdbServer, motion: MotionName, about: About, signal: Action | undefined): null {
  if (signal?.thread) g.control = concrete(g, signal.thread) ?? g.control
  settleSignal(g, signal === undefined ? 0 : (hexNumber(signal.argument) ?? 0))
  g.going = { kind: 'on', motion: beginMotion(moverOf(g), motion, about) }
  g.noted = []
  return null
}

/** Runs up to `budget` instructions of what it was told to do. */
export function runSome(g: GdbServer, budget: number): Piece {
  const { going, session } = g
  if (going === null) return { kind: 'idle', until: Infinity }
  if (going.kind === 'back') return goBackSome(g, going, budget)
  if (going.kind === 'asked') return askSome(g, going, budget)
  const queued = g.queue.shift()
  if (queued !== undefined) return stop(g, queued)
  const result = going.motion.go(budget)
  if (g.noted.length > 0) {
    const report = reportNoted(g)
    if (report !== null) {
      // One thing at a time: the signal is asked about again.
      if (result.kind === 'signal') session.held = null
      return stop(g, report)
    }
    // It was one to pass over; a step that was interrupted by it may be done all the same.
    if (result.kind === 'interrupted') return { kind: 'running' }
  }
  if (result.kind === 'halted') {
    g.going = null
    return { kind: 'halted', status: result.status, reply: stopReply(g, result) ?? lost(g) }
  }
  // The thread that stepped is gone, its process is not: the others go on.
  if (result.kind === 'exited') g.going = onward(g)
  const reply = stopReply(g, result)
  if (reply !== null) {
    g.passing = null
    return stop(g, reply)
  }
  if (g.interruptWanted) return stop(g, stopped(g, null, GDB_SIGNAL.int))
  return result.kind === 'idle' ? { kind: 'idle', until: session.k.state.halted === null ? result.until : 0 } : { kind: 'running' }
}

/** The machine ended under processes that never came to their ends: to gdb they were killed. */
function lost(g: GdbServer): string {
  const [first, ...others] = [...g.attached].map(pid => ended(g, pid, SIGNALS.SIGKILL))
  g.attached.clear()
  g.queue.push(...others)
  return first ?? 'W00'
}

function stop(g: GdbServer, reply: string): Piece {
  g.going = null
  g.interruptWanted = false
  g.lastStop = reply
  return { kind: 'stopped', reply }
}

/** It has gone into the past: what was to be reported of the present is forgotten. */
function wentBack(g: GdbServer): void {
  g.noted = []
  g.queue = []
  g.passing = null
  g.signal = null
}

const backReply = (g: GdbServer, stop: Stop): string => stopReply(g, stop) ?? stopped(g, null, GDB_SIGNAL.trap)

/** Work that going back by an instruction may do before it is done in pieces. */
const AT_ONCE = 500_000

const goBack = (g: GdbServer, motion: MotionName, about: About): Going => ({
  kind: 'back',
  motion: beginMotion(moverOf(g), motion, about),
})

/** Back to before the last instruction, mostly at once; null: it takes longer. */
export function stepBack(g: GdbServer): string | null {
  const thread = g.control !== null ? concrete(g, g.control) : currentThread(g)
  const alone = g.view !== 'machine' && thread !== null
  g.going = alone ? goBack(g, 'instructionBack', { task: refOf(g, thread) }) : goBack(g, 'machineBack', {})
  const piece = runSome(g, AT_ONCE)
  return piece.kind === 'stopped' ? piece.reply : null
}

/** Begins to go back to the last stop. Signals and ends of processes do not stop there. */
export function continueBack(g: GdbServer): null {
  g.going = goBack(g, 'stopBack', { signals: false, catchpoints: callPoints(g) })
  return null
}

function goBackSome(g: GdbServer, { motion }: Extract<Going, { kind: 'on' | 'back' }>, budget: number): Piece {
  const result = motion.go(budget)
  wentBack(g)
  if (result.kind !== 'interrupted') return stop(g, backReply(g, result))
  if (!g.interruptWanted) return { kind: 'running' }
  motion.giveUp()
  return stop(g, stopped(g, null, GDB_SIGNAL.int))
}

/** Goes on with what a monitor command asked for; its answer is no stop, and what happened meanwhile is not told. */
function askSome(g: GdbServer, { motion, answer }: Extract<Going, { kind: 'asked' }>, budget: number): Piece {
  const result = motion.go(budget)
  g.noted = []
  if (result.kind === 'interrupted' && !g.interruptWanted) return { kind: 'running' }
  if (result.kind === 'interrupted') motion.giveUp()
  g.going = null
  g.interruptWanted = false
  return { kind: 'stopped', reply: hexText(answer(result)) }
}

/** Catchpoints for the system calls that gdb wants to hear of. */
function callPoints(g: GdbServer): Catchpoint[] {
  if (g.catchCalls === null) return []
  const filter = [...g.catchCalls].map(String)
  return [...g.attached].flatMap(pid =>
    (['syscall', 'syscallReturn'] as const).map(what => newCatchpoint(g.session, { what, filter, scope: scopeOf(g, pid) })),
  )
}
