// What the kernel tells while the machine runs, as far as gdb wants to stop for it. Noting something ends the run soon.
import { NSIG, SIGNALS, subscribe, type EventKind, type KernelEvent, type Task } from '../../kernel/index.ts'
import { interrupt, now, refTo } from '../session/index.ts'
import type { GdbServer, Noted } from './types.ts'

const CLONE_VFORK = 0x4000

type Hear<K extends EventKind> = (g: GdbServer, event: Extract<KernelEvent, { kind: K }>) => Noted | null

const isAttached = (g: GdbServer, task: Task): boolean => g.attached.has(task.group.tgid)

function call(g: GdbServer, task: Task, nr: number, enter: boolean): Noted | null {
  const { catchCalls } = g
  if (catchCalls === null || !isAttached(g, task) || (catchCalls.size > 0 && !catchCalls.has(nr))) return null
  return { kind: 'syscall', task: refTo(task), nr, enter, at: now(g.session) }
}

/** A row for each kind of event: what is to be reported of it. */
const ROWS: { [K in EventKind]?: Hear<K> } = {
  fork(g, { task, child, flags }) {
    const vfork = (flags & CLONE_VFORK) !== 0
    if (child.group === task.group || !isAttached(g, task) || !g.features.has(vfork ? 'vfork-events' : 'fork-events')) return null
    return { kind: 'fork', task: refTo(task), child: refTo(child), vfork }
  },
  exec: (g, { task, path }) => (isAttached(g, task) || g.vforks.has(task.group.tgid) ? { kind: 'exec', task: refTo(task), path } : null),
  exit(g, { task, status }) {
    const pid = task.group.tgid
    if (task.group.threads.some(other => other !== task && other.mm !== null)) return null
    return isAttached(g, task) || g.vforks.has(pid) ? { kind: 'exit', task: refTo(task), pid, status } : null
  },
  syscallEnter: (g, { task, nr }) => call(g, task, nr, true),
  syscallExit: (g, { task, nr }) => call(g, task, nr, false),
}
const CALLS: readonly EventKind[] = ['syscallEnter', 'syscallExit']

function hear(g: GdbServer, event: KernelEvent): void {
  const row = ROWS[event.kind] as Hear<EventKind> | undefined
  const noted = row?.(g, event) ?? null
  if (noted === null) return
  g.noted.push(noted)
  interrupt(g.session)
}

/** Listens to what is of interest now. Nothing is, where the machine is what is debugged. */
export function listen(g: GdbServer): void {
  g.quiet()
  if (g.view === 'machine') return
  const kinds = (Object.keys(ROWS) as EventKind[]).filter(kind => g.catchCalls !== null || !CALLS.includes(kind))
  g.quiet = subscribe(g.session.k, kinds, event => hear(g, event))
}

/** SIGKILL stops nobody. In the machine's view there are no programs to get any. */
export function stopAtSignals(g: GdbServer, passed: ReadonlySet<number>): void {
  g.session.signalStops =
    g.view === 'machine'
      ? new Set()
      : new Set(Array.from({ length: NSIG }, (_, n) => n + 1).filter(n => n !== SIGNALS.SIGKILL && !passed.has(n)))
}
