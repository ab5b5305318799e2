// Requests that end after a time: alone, or with what they limit.
import type { Kernel } from '../kernel.ts'
import { addTimer, cancelTimer } from '../time/index.ts'
import { note } from './complete.ts'
import type { RingRequest } from './types.ts'

/** `span` is a time from now on; -1: `until` is an instant. */
export function startTimer(k: Kernel, request: RingRequest): void {
  const { time } = k.state
  if (request.timer !== 0) cancelTimer(k, request.timer)
  request.due = false
  const at = request.span < 0 ? request.until : time + request.span
  request.timer = at === Infinity ? 0 : addTimer(k, Math.max(at, time), { kind: 'ring', request })
}

/** Its time is up. */
export function ringTimer(k: Kernel, request: RingRequest): void {
  request.timer = 0
  request.due = true
  note(k, request)
}
