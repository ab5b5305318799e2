// Catchpoints: which event of the kernel's each kind is, whether a filter lets it through, and the event in words.
import { signalName, SYSCALL_NAMES, type EventKind, type KernelEvent } from '../../kernel/index.ts'
import type { CatchKind, Catchpoint, Instant, SessionEvent, Task } from './types.ts'

interface Row {
  event: EventKind
  /** Narrower than the event's kind. */
  only?(event: KernelEvent): boolean
  /** What the words of a filter are compared with. */
  names(event: KernelEvent): (string | number)[]
}

const taskNames = (task: Task | null): (string | number)[] => (task === null ? ['idle', 0] : [task.pid, task.comm])
const call = (nr: number): (string | number)[] => [SYSCALL_NAMES[nr] ?? '', nr]
const signal = (n: number): (string | number)[] => [signalName(n), signalName(n).replace(/^SIG/, ''), n]

/** A row's functions see only events of its kind. */
type Of<K extends EventKind> = Extract<KernelEvent, { kind: K }>
const row = <K extends EventKind>(event: K, names: (event: Of<K>) => (string | number)[], only?: (event: Of<K>) => boolean): Row => ({
  event,
  names: names as Row['names'],
  only: only as Row['only'],
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
  if (found.event !== event.kind || found.only?.(event) === false) return false
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
    case 'tlbFlush':
      return null
    default:
      return event.task
  }
}

const hex = (n: number): string => `0x${n.toString(16)}`
const who = (task: Task | null): string => (task === null ? 'idle' : `${task.pid} (${task.comm})`)

/** In words, one line. */
export function eventText(event: KernelEvent): string {
  switch (event.kind) {
    case 'syscallEnter':
      return `${who(event.task)} calls ${SYSCALL_NAMES[event.nr] ?? event.nr}`
    case 'syscallBlocked':
      return `${who(event.task)} waits in ${SYSCALL_NAMES[event.nr] ?? event.nr}`
    case 'syscallExit':
      return `${who(event.task)} returns ${event.result} from ${SYSCALL_NAMES[event.nr] ?? event.nr}`
    case 'fault':
      return `${who(event.task)} faults at ${hex(event.va)} (${event.access}): ${event.how}`
    case 'cowCopy':
      return `${who(event.task)} copies the page at ${hex(event.va)}: frame ${event.from} to ${event.to}`
    case 'switch':
      return `hart ${event.hart} switches from ${who(event.from)} to ${who(event.to)}`
    case 'wake':
      return `${who(event.task)} wakes up`
    case 'schedule':
      return `hart ${event.hart} chooses ${who(event.next)} after ${who(event.from)}, ${event.waiting} more waiting`
    case 'timer':
      return `hart ${event.hart}: ${event.what === 'slice' ? 'a time slice ends' : `a timer expires (${event.what})`}`
    case 'signalSent':
      return `${signalName(event.signal)} is sent to ${who(event.task)} by ${event.from === null ? 'the kernel' : who(event.from)}`
    case 'signalDelivered':
      return `${who(event.task)} takes ${signalName(event.signal)}: ${event.action}`
    case 'fork':
      return `${who(event.task)} makes ${who(event.child)}`
    case 'exec':
      return `${who(event.task)} executes ${event.path}`
    case 'exit':
      return `${who(event.task)} ends with wait status ${hex(event.status)}`
    case 'tlbFlush':
      return `hart ${event.hart} drops translations of ${event.va === null ? 'every address' : hex(event.va)}, ASID ${event.asid ?? 'all'}`
  }
}

export const sessionEvent = (event: KernelEvent, instant: Instant): SessionEvent => ({
  kind: event.kind,
  task: taskOfEvent(event)?.pid ?? 0,
  instant,
  text: eventText(event),
})
