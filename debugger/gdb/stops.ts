// Stops in gdb's words: T packets with their reasons, W and X for the end of a process. What was noted while the machine ran comes first.
import { exitCode, ifExited, termSignal } from '../../kernel/index.ts'
import { goTo } from '../motion/index.ts'
import { refTo, taskById, type Stop, type TaskRef } from '../session/index.ts'
import { hexText } from './framing.ts'
import { clonePoints, dropPoints } from './points.ts'
import { GDB_SIGNAL, gdbSignal } from './signals.ts'
import { currentThread, MACHINE_PID, taskOf, threadName, threadOfTask } from './threads.ts'
import { sameInstant } from '../timeline/index.ts'
import type { GdbServer, Noted, ThreadId } from './types.ts'

const two = (n: number): string => n.toString(16).padStart(2, '0')
const EVERYTHING_DONE = Infinity

/** A T packet about a thread. */
export function stopped(g: GdbServer, thread: ThreadId | null, signal: number, reason = ''): string {
  const at = thread ?? currentThread(g)
  if (at === null) return 'W00'
  const task = taskOf(g, at)
  const hart = g.view === 'machine' ? at.tid - 1 : (task?.onHart ?? -1)
  if (task !== null) g.session.focus = refTo(task)
  g.general = g.control = at
  const core = hart >= 0 ? `core:${hart.toString(16)};` : ''
  return `T${two(signal)}${reason}thread:${threadName(g, at)};${core}`
}

export function ended(g: GdbServer, pid: number, status: number): string {
  const how = ifExited(status) ? `W${two(exitCode(status))}` : `X${two(gdbSignal(termSignal(status)))}`
  return g.features.has('multiprocess') ? `${how};process:${pid.toString(16)}` : how
}

const threadOf = (g: GdbServer, task: TaskRef): ThreadId | null => {
  const found = taskById(g.session, task)
  return found === null ? null : threadOfTask(g, found)
}

/** The words of Z packets' types for the reason of a stop. */
const WATCH_WORDS: Readonly<Record<number, string>> = { 2: 'watch', 3: 'rwatch', 4: 'awatch' }

/** A stop of the session's; null: it is none that gdb is told of. */
export function stopReply(g: GdbServer, stop: Stop): string | null {
  switch (stop.kind) {
    case 'breakpoint': {
      const placed = g.placed.find(p => stop.points.includes(p.point))
      const word = placed?.type === 1 ? 'hwbreak' : 'swbreak'
      return stopped(g, threadOf(g, stop.task), GDB_SIGNAL.trap, g.features.has(word) ? `${word}:;` : '')
    }
    case 'watchpoint': {
      const placed = g.placed.find(p => stop.points.includes(p.point))
      const word = WATCH_WORDS[placed?.type ?? 2]
      const address = Math.max(stop.address, placed?.address ?? 0)
      return stopped(g, threadOf(g, stop.task), GDB_SIGNAL.trap, `${word}:${address.toString(16)};`)
    }
    case 'catchpoint':
      return stopped(g, threadOf(g, stop.task), GDB_SIGNAL.trap)
    case 'step':
      return stopped(g, threadOf(g, stop.task), GDB_SIGNAL.trap)
    // Of somebody else's process: it gets it, and nobody is told.
    case 'signal': {
      const thread = threadOf(g, stop.task)
      if (thread === null || !g.attached.has(thread.pid)) return null
      g.signal = { task: stop.task, info: stop.info }
      return stopped(g, thread, gdbSignal(stop.signal))
    }
    case 'historyStart':
      return stopped(g, null, GDB_SIGNAL.trap, 'replaylog:begin;')
    case 'historyEnd':
      return stopped(g, null, GDB_SIGNAL.trap, 'replaylog:end;')
    case 'halted':
      return g.view === 'machine' ? ended(g, MACHINE_PID, stop.status) : null
    default:
      return null
  }
}

/** How each thing that was noted is reported; null: not at all. */
const REPORTS: { [K in Noted['kind']]: (g: GdbServer, noted: Extract<Noted, { kind: K }>) => string | null } = {
  fork(g, { task, child, vfork }) {
    const parent = taskById(g.session, task)
    if (parent === null) return null
    const { pid } = child
    g.attached.add(pid)
    if (vfork) g.vforks.set(pid, task)
    else clonePoints(g, parent.group.tgid, pid)
    const name = threadName(g, { pid, tid: pid })
    return stopped(g, threadOf(g, task), GDB_SIGNAL.trap, `${vfork ? 'vfork' : 'fork'}:${name};`)
  },
  exec(g, { task, path }) {
    vforkDone(g, task.pid)
    const found = taskById(g.session, task)
    if (found === null || !g.attached.has(found.group.tgid)) return g.queue.shift() ?? null
    dropPoints(g, found.group.tgid)
    return stopped(g, threadOf(g, task), GDB_SIGNAL.trap, g.features.has('exec-events') ? `exec:${hexText(path)};` : '')
  },
  exit(g, { pid, status }) {
    vforkDone(g, pid)
    if (!g.attached.delete(pid)) return g.queue.shift() ?? null
    dropPoints(g, pid)
    g.general = g.control = null
    return ended(g, pid, status)
  },
  // Told of from before it happens, as on Linux: the machine goes back, and passes by when told to go on.
  syscall(g, { task, nr, enter, at }) {
    if (!enter) return stopped(g, threadOf(g, task), GDB_SIGNAL.trap, `syscall_return:${nr.toString(16)};`)
    if (g.passing !== null && sameInstant(g.passing, at)) return null
    goTo(g.session, { executed: at.executed - 1, steps: EVERYTHING_DONE })
    g.noted = []
    g.passing = at
    return stopped(g, threadOf(g, task), GDB_SIGNAL.trap, `syscall_entry:${nr.toString(16)};`)
  },
}

/** A child of vfork has its own memory now, or none: its parent goes on, which gdb waits for. */
function vforkDone(g: GdbServer, child: number): void {
  const parent = g.vforks.get(child)
  g.vforks.delete(child)
  if (parent === undefined || !g.attached.has(taskById(g.session, parent)?.group.tgid ?? -1)) return
  g.queue.push(stopped(g, threadOf(g, parent), GDB_SIGNAL.trap, 'vforkdone:;'))
}

/** The report of what was noted, the first now and what is left of it later; null: nothing, or only what was passed over. */
export function reportNoted(g: GdbServer): string | null {
  let first: string | null = null
  const later: string[] = []
  for (let noted = g.noted.shift(); noted !== undefined; noted = g.noted.shift()) {
    const before = g.passing
    const report = (REPORTS[noted.kind] as (g: GdbServer, noted: Noted) => string | null)(g, noted)
    if (report === null) continue
    if (g.passing === before) g.passing = null
    if (first === null) first = report
    else later.push(report)
  }
  g.queue.unshift(...later)
  return first
}
