// Catchpoints: which event of the kernel's each kind is, whether a filter lets it through, and the event as a stop tells it.
import { signalName, SYSCALL_NAMES, type EventKind, type EventOf, type Kernel, type KernelEvent } from '../../kernel/index.ts'
import { eventText, recordEvent } from '../events/index.ts'
import { NOBODY, refTo } from './state.ts'
import type { CatchKind, Catchpoint, Instant, SessionEvent, Task } from './types.ts'

interface Row {
  event: EventKind
  /** What the words of a filter are compared with. */
  names(event: KernelEvent): (string | number)[]
}

const taskNames = (task: Task | null): (string | number)[] => (task === null ? ['idle', 0] : [task.pid, task.comm])
const call = (nr: number): (string | number)[] => [SYSCALL_NAMES[nr] ?? '', nr]
const signal = (n: number): (string | number)[] => [signalName(n), signalName(n).replace(/^SIG/, ''), n]

/** A row's functions see only events of its kind. */
const row = <K extends EventKind>(event: K, names: (event: EventOf<K>) => (string | number)[]): Row => ({
  event,
  names: names as Row['names'],
})

/** tlbMiss comes from the machine. */
export const CATCH_ROWS: Readonly<Record<Exclude<CatchKind, 'tlbMiss'>, Row>> = {
  syscall: row('syscallEnter', e => call(e.nr)),
  syscallReturn: row('syscallExit', e => call(e.nr)),
  signalSent: row('signalSent', e => signal(e.signal)),
  signal: row('signalDelivered', e => [...signal(e.signal), e.action]),
  fork: row('fork', e => [e.child.pid, e.child.comm]),
  exec: row('exec', e => [e.path]),
  exit: row('exit', e => [e.status]),
  fault: row('fault', e => [e.how, e.access]),
  cow: row('cowCopy', () => []),
  switch: row('switch', e => [...taskNames(e.to), ...taskNames(e.from).map(name => `from:${name}`)]),
  wake: row('wake', e => taskNames(e.task)),
  schedule: row('schedule', e => taskNames(e.next)),
  timer: row('timer', e => [e.what]),
  tlbFlush: row('tlbFlush', e => [e.asid ?? 'all']),
}

/** Does a catchpoint let an event through? Any word of the filter may match. */
export function catches(point: Catchpoint, event: KernelEvent): boolean {
  if (point.what === 'tlbMiss') return false
  const found = CATCH_ROWS[point.what]
  if (found.event !== event.kind) return false
  return point.filter.length === 0 || found.names(event).some(name => point.filter.includes(String(name)))
}

/** The task that an event is about; null: none, or a hart that goes idle. */
export function taskOfEvent(event: KernelEvent): Task | null {
  switch (event.kind) {
    case 'switch':
      return event.to ?? event.from
    case 'schedule':
      return event.next ?? event.from
    case 'timer':
    case 'packet':
    case 'tlbFlush':
      return null
    default:
      return event.task
  }
}

/** In words; where a hart did it, which one. */
function words(k: Kernel, event: KernelEvent): string {
  const told = eventText(recordEvent(k, event))
  return 'hart' in event ? `hart ${event.hart}: ${told}` : told
}

export const sessionEvent = (k: Kernel, event: KernelEvent, instant: Instant): SessionEvent => ({
  kind: event.kind,
  task: refTo(taskOfEvent(event) ?? NOBODY),
  instant,
  text: words(k, event),
})
