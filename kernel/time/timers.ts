// What shall happen at which instant, soonest first. Expiry is handled in kernel/timers.ts, by the kind of the timer.
import type { Int64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { alarmAt } from './ktime.ts'
import type { Timer, TimerQueue, TimerSpec } from './types.ts'

export const newTimerQueue = (): TimerQueue => ({ heap: [], byId: new Map(), nextId: 1 })

/** Equal instants fire in the order they were asked for. */
const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.id < b.id)

/** Arms a timer for an absolute instant (ns; the past means at once, KTIME_MAX never). Answers its id, never 0. */
export function addTimer(k: Kernel, instant: Int64, spec: TimerSpec): number {
  const { heap, byId } = k.state.timers
  const id = k.state.timers.nextId++
  const timer: Timer = { id, at: alarmAt(instant), index: heap.length, spec }
  heap.push(timer)
  byId.set(id, timer)
  siftUp(heap, timer)
  return id
}

/** Disarms a timer; false when it has fired already or never was. */
export function cancelTimer(k: Kernel, id: number): boolean {
  const { heap, byId } = k.state.timers
  const timer = byId.get(id)
  if (timer === undefined) return false
  byId.delete(id)
  const last = heap.pop() as Timer
  if (last !== timer) {
    place(heap, last, timer.index)
    siftUp(heap, last)
    siftDown(heap, last)
  }
  return true
}

/** The instant of the next timer, Infinity when there is none. */
export const nextTimer = (k: Kernel): number => k.state.timers.heap[0]?.at ?? Infinity

/** Takes out the first timer that is due by now, if any. */
export function takeDueTimer(k: Kernel): Timer | null {
  const first = k.state.timers.heap[0]
  if (first === undefined || first.at > k.state.time) return null
  cancelTimer(k, first.id)
  return first
}

function place(heap: Timer[], timer: Timer, index: number): void {
  heap[index] = timer
  timer.index = index
}

function siftUp(heap: Timer[], timer: Timer): void {
  let index = timer.index
  while (index > 0) {
    const parent = heap[(index - 1) >> 1]
    if (!before(timer, parent)) break
    place(heap, parent, index)
    index = (index - 1) >> 1
  }
  place(heap, timer, index)
}

function siftDown(heap: Timer[], timer: Timer): void {
  let index = timer.index
  for (;;) {
    const left = 2 * index + 1
    if (left >= heap.length) break
    const right = left + 1
    const child = right < heap.length && before(heap[right], heap[left]) ? right : left
    if (!before(heap[child], timer)) break
    place(heap, heap[child], index)
    index = child
  }
  place(heap, timer, index)
}
