// The event timeline: a lane for each hart, one line for each event in words. It is made from recorded events; the machine is only
// asked how many harts it has.
import { countOf, hartsOf } from './ask.ts'
import { view } from './define.ts'
import { eventText, type TimelineEvent } from '../events/index.ts'
import { fit, instant } from './layout.ts'

export interface TimelineRow extends TimelineEvent {
  /** Who runs on each hart after it: 0 idle, null not known yet. */
  lanes: (number | null)[]
}

export interface TimelineData {
  harts: number[]
  rows: TimelineRow[]
  /** Events before those shown. */
  earlier: number
}

const SHOWN = 50
const MOST = 1_000_000
const LANE = 6

export const timelineView = view<TimelineData>({
  name: 'timeline',
  doc: 'Recorded events with a lane for each hart; of one task, or the last so many.',
  arguments: ['events', 'pid', 'hart', 'count'],

  data(k, args) {
    const lanes: (number | null)[] = k.state.harts.map(() => null)
    const rows: TimelineRow[] = []
    for (const event of args.events ?? []) {
      if (event.hart >= 0) lanes[event.hart] = event.kind === 'switch' || event.pid !== 0 ? event.pid : lanes[event.hart]
      const wanted = (args.pid === undefined || event.pid === args.pid) && (args.hart === undefined || event.hart === args.hart)
      if (wanted) rows.push({ ...event, lanes: [...lanes] })
    }
    const shown = rows.slice(-countOf(args.count, SHOWN, MOST))
    return { harts: hartsOf(k, { hart: undefined }), rows: shown, earlier: rows.length - shown.length }
  },

  text({ harts, rows, earlier }, width) {
    const lane = (text: string): string => text.padStart(LANE)
    return [
      ...(earlier > 0 ? [`${earlier} earlier`] : []),
      `${'TIME'.padStart(12)}${harts.map(h => lane(`H${h}`)).join('')}  EVENT`,
      ...rows.map(
        row =>
          `${instant(row.time).padStart(12)}${row.lanes.map((pid, h) => lane(laneText(pid, h === row.hart))).join('')}  ${eventText(row)}`,
      ),
    ].map(line => fit(line, width))
  },
})

/** The hart of the event has a star. */
const laneText = (pid: number | null, here: boolean): string => `${here ? '*' : ''}${pid === null ? '?' : pid === 0 ? '-' : pid}`
