// A counter as plain data: it is the sum of what each task that it follows has done while it was enabled.
import type { Task } from '../state.ts'

export interface PerfEvent {
  kind: 'perf'
  type: number
  config: number
  /** PERF_BITS and PERF_FORMAT. */
  bits: number
  format: number
  id: number
  enabled: boolean
  /** Of tasks that it follows no more, and of times before it was disabled. */
  count: number
  time: number
  /** Whom it follows; while it is enabled, what they had done when it began (count, processor time in ns). */
  tasks: Map<Task, { count: number; time: number }>
  /** Of a group: who leads it; and of the leader the others, in the order in which they came. */
  leader: PerfEvent | null
  members: PerfEvent[]
  /** Its descriptor is closed. */
  closed: boolean
}
