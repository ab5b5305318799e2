// The events that the timeline shows, and the faults among them: noted while the machine runs on new ground. Running old ground again says
// nothing new; a future that is forgotten takes its events along.
import { subscribe, type EventKind } from '../../kernel/index.ts'
import { EVENT_KINDS, recordEvent, type TimelineEvent } from '../events/index.ts'
import { now, refTo, type Session, type TaskRef } from '../session/index.ts'
import { isBefore } from '../timeline/index.ts'

/** What is kept: the newest so many. */
const KEPT = 5000
/** Too many of them, and they say little. */
const LEFT_OUT: readonly EventKind[] = ['schedule', 'syscallBlocked', 'tlbFlush']

export interface Fault {
  executed: number
  task: TaskRef
  va: number
}

export interface EventLog {
  events: TimelineEvent[]
  faults: Fault[]
  stop(): void
}

/** Notes events from now on. */
export function logEvents(s: Session): EventLog {
  const log: EventLog = { events: [], faults: [], stop: () => {} }
  const kinds = EVENT_KINDS.filter(kind => !LEFT_OUT.includes(kind))
  log.stop = subscribe(s.k, kinds, event => {
    if (s.timeline !== null && isBefore(now(s), s.timeline.end)) return
    const noted = recordEvent(s.k, event)
    forgetAfter(log.events, noted.executed)
    forgetAfter(log.faults, noted.executed)
    if (isKnown(log.events, noted)) return
    log.events.push(noted)
    if (event.kind === 'fault') log.faults.push({ executed: noted.executed, task: refTo(event.task), va: event.va })
    for (const list of [log.events, log.faults]) if (list.length > 2 * KEPT) list.splice(0, list.length - KEPT)
  })
  return log
}

/** The very border of old ground is run twice. */
function isKnown(events: readonly TimelineEvent[], noted: TimelineEvent): boolean {
  for (let i = events.length - 1; i >= 0 && events[i].executed === noted.executed; i--) {
    const { kind, pid, words } = events[i]
    if (kind === noted.kind && pid === noted.pid && words === noted.words) return true
  }
  return false
}

function untilInstant<T extends { executed: number }>(list: readonly T[], executed: number): T[] {
  let end = list.length
  while (end > 0 && list[end - 1].executed > executed) end--
  return list.slice(0, end)
}

/** What has happened by an instant: what comes after has not yet. */
export const eventsUntil = ({ events }: EventLog, executed: number): TimelineEvent[] => untilInstant(events, executed)

/** The last fault by an instant, of a task or of any. */
export const lastFault = ({ faults }: EventLog, executed: number): Fault | null => untilInstant(faults, executed).at(-1) ?? null

function forgetAfter(list: { executed: number }[], executed: number): void {
  while (list.length > 0 && list[list.length - 1].executed > executed) list.pop()
}
