// What shall happen at which instant, as data.
import type { TimerFdData } from '../ipc/types.ts'
import type { Socket, TimeWait } from '../net/types.ts'
import type { RingRequest } from '../ring/types.ts'
import type { Task, ThreadGroup } from '../state.ts'

/** What happens when a timer expires: one handler per kind in kernel/timers.ts. Plain data. */
export type TimerSpec =
  | { kind: 'wake'; task: Task }
  /** A task held by its scheduling class may run again. */
  | { kind: 'replenish'; task: Task }
  | { kind: 'itimer'; group: ThreadGroup; which: number }
  | { kind: 'posixTimer'; group: ThreadGroup; id: number }
  | { kind: 'timerfd'; data: TimerFdData }
  /** A request of a ring is over, or what it limits. */
  | { kind: 'ring'; request: RingRequest }
  /** A connection's next attempt, or the end of what is left of one. */
  | { kind: 'network'; of: Socket | TimeWait }

export interface Timer {
  id: number
  /** Absolute guest time in nanoseconds. */
  at: number
  /** Place in the heap. */
  index: number
  spec: TimerSpec
}

/** Binary heap by (at, id): equal instants fire in the order they were asked for. */
export interface TimerQueue {
  heap: Timer[]
  byId: Map<number, Timer>
  nextId: number
}
