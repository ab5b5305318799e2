// The events that the timeline shows: they are noted while the machine runs forwards on new ground, and forgotten with the future.
import { subscribe, type EventKind } from '../../kernel/index.ts'
import type { Session } from '../session/index.ts'
import { EVENT_KINDS, recordEvent, type TimelineEvent } from '../views/index.ts'

/** What is kept: the newest so many. */
const KEPT = 5000
/** Too many of them, and they say little. */
const LEFT_OUT: readonly EventKind[] = ['schedule', 'syscallBlocked', 'tlbFlush']

export interface EventLog {
  events: TimelineEvent[]
  stop(): void
}

/** Notes events from now on. Running a stretch again notes it again: what was known of it is dropped first. */
export function logEvents(s: Session): EventLog {
  const log: EventLog = { events: [], stop: () => {} }
  const kinds = EVENT_KINDS.filter(kind => !LEFT_OUT.includes(kind))
  log.stop = subscribe(s.k, kinds, event => {
    const noted = recordEvent(s.k, event)
    forgetAfter(log, noted.executed)
    log.events.push(noted)
    if (log.events.length > 2 * KEPT) log.events.splice(0, log.events.length - KEPT)
  })
  return log
}

/** Events that come after an instant have not happened there yet. */
export function eventsUntil({ events }: EventLog, executed: number): TimelineEvent[] {
  let end = events.length
  while (end > 0 && events[end - 1].executed > executed) end--
  return events.slice(0, end)
}

function forgetAfter(log: EventLog, executed: number): void {
  while (log.events.length > 0 && log.events[log.events.length - 1].executed > executed) log.events.pop()
}
