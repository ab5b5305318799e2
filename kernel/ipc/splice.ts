// Bytes between pipes as buffers (splice(2), tee(2)), and buffers into a pipe from elsewhere. A buffer that was moved whole takes more bytes
// still if it did before; a part, a copy and what came from a file do not.
import { EAGAIN, EPIPE, ERESTARTSYS, SIGPIPE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { growRing } from '../mm/index.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import { wakeAll } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { blocked, PIECE_BYTES, type Blocked } from '../waiting.ts'
import { append, BUFFER_BYTES, copyOf, countOf, freeBuffers, isFull, PIPE_PACKET, takeFront } from './pipe-buffers.ts'
import type { Pipe } from './types.ts'

/** EPIPE and SIGPIPE without readers. */
function checkReaders(k: Kernel, task: Task, pipe: Pipe): void {
  if (pipe.readers > 0) return
  sendSignal(k, null, task, killInfo(SIGPIPE, task))
  throw EPIPE
}

/** Sleeps until the pipe has a free buffer; null: it has one. EPIPE, EAGAIN. */
export function waitForRoom(k: Kernel, task: Task, pipe: Pipe, nonBlocking: boolean): Blocked | null {
  checkReaders(k, task, pipe)
  if (!isFull(pipe)) return null
  if (nonBlocking) throw EAGAIN
  return blocked([pipe.writable], ERESTARTSYS)
}

/** Sleeps until there is something in it; null: there is, or nobody will write any more. EAGAIN. */
export function waitForBytes(pipe: Pipe, nonBlocking: boolean): Blocked | null {
  if (pipe.used > 0 || pipe.writers === 0) return null
  if (nonBlocking) throw EAGAIN
  return blocked([pipe.readable], ERESTARTSYS)
}

/** Who goes first: bytes to take are waited for before room. */
const waitForBoth = (k: Kernel, task: Task, from: Pipe, to: Pipe, nonBlocking: boolean): Blocked | null =>
  waitForBytes(from, nonBlocking) ?? (isFull(to) ? waitForRoom(k, task, to, nonBlocking) : null)

/** Room for so many bytes more in free buffers; no allocation follows. ENOMEM. */
export const reserve = (k: Kernel, pipe: Pipe, bytes: number): void => growRing(k, pipe, Math.min(bytes, freeBuffers(pipe) * BUFFER_BYTES))

/** Bytes into free buffers, full ones first; `first`: what the first may hold. Room must have been reserved; answers how many were taken. */
export function appendAll(pipe: Pipe, bytes: Uint8Array, first = BUFFER_BYTES): number {
  let taken = 0
  for (let part = first; taken < bytes.length && !isFull(pipe); part = BUFFER_BYTES) {
    append(pipe, bytes.subarray(taken, taken + part))
    taken += Math.min(part, bytes.length - taken)
  }
  return taken
}

/** So many bytes were taken; writers hear of it. */
export function tookFrom(k: Kernel, pipe: Pipe, count: number): void {
  const wasFull = isFull(pipe)
  takeFront(pipe, count)
  if (wasFull && !isFull(pipe)) wakeAll(k, pipe.writable)
}

/** Something arrived. */
export const gaveTo = (k: Kernel, pipe: Pipe): void => wakeAll(k, pipe.readable)

/** splice between pipes: up to `length` bytes' buffers move. No more than a piece at once. EAGAIN, EPIPE, ENOMEM. */
export function movePipe(k: Kernel, task: Task, from: Pipe, to: Pipe, length: number, nonBlocking: boolean): number | Blocked {
  const wait = waitForBoth(k, task, from, to, nonBlocking)
  if (wait !== null) return wait
  checkReaders(k, task, to)
  let done = 0
  reserve(k, to, Math.min(length, from.used, PIECE_BYTES))
  const wasFull = isFull(from)
  while (done < length && done < PIECE_BYTES && from.used > 0 && !isFull(to)) {
    const buffer = from.buffers[0]
    const count = Math.min(countOf(buffer), length - done)
    const whole = count === countOf(buffer)
    // The newest buffer of the one is the newest of the other, with the room behind it.
    const end = whole && from.buffers.length === 1 ? from.end : BUFFER_BYTES
    append(to, copyOf(from, 0, count), buffer & PIPE_PACKET, end)
    takeFront(from, count)
    done += count
  }
  if (done > 0) gaveTo(k, to)
  if (wasFull && !isFull(from)) wakeAll(k, from.writable)
  return done
}

/** tee: as splice, but what was in the first pipe stays there. */
export function copyPipe(k: Kernel, task: Task, from: Pipe, to: Pipe, length: number, nonBlocking: boolean): number | Blocked {
  const wait = waitForBoth(k, task, from, to, nonBlocking)
  if (wait !== null) return wait
  checkReaders(k, task, to)
  let done = 0
  reserve(k, to, Math.min(length, from.used, PIECE_BYTES))
  for (const buffer of from.buffers) {
    if (done >= length || done >= PIECE_BYTES || isFull(to)) break
    const count = Math.min(countOf(buffer), length - done)
    append(to, copyOf(from, done, count), buffer & PIPE_PACKET)
    done += count
  }
  if (done > 0) gaveTo(k, to)
  return done
}
