// What is in a pipe: a ring of bytes, and how they lie in page buffers. A write adds to the newest buffer or takes some of its own; splice
// and tee move and copy buffers as they are.
import { dropFront, growRing, putRing, takeFirst } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Pipe } from './types.ts'

/** A buffer is a page. */
export const BUFFER_BYTES = 4096
/** On a buffer's count of bytes: a packet. A read takes one, and what it does not take of it is gone. */
export const PIPE_PACKET = 1 << 16
export const countOf = (buffer: number): number => buffer & (PIPE_PACKET - 1)

export const isFull = (pipe: Pipe): boolean => pipe.buffers.length >= pipe.capacity / BUFFER_BYTES
const isPacket = (buffer: number): boolean => (buffer & PIPE_PACKET) !== 0

/** Bytes that one read takes: all buffers' up to `max`, but nothing behind a packet. */
export function readable(pipe: Pipe, max: number): number {
  let count = 0
  for (const buffer of pipe.buffers) {
    count += countOf(buffer)
    if (count >= max) return max
    if (isPacket(buffer)) return count
  }
  return count
}

/** Takes bytes out of the buffers; what is left of a packet goes too. */
export function take(pipe: Pipe, count: number): void {
  const { buffers } = pipe
  let gone = 0
  while (gone < count) {
    const buffer = buffers[0]
    const here = countOf(buffer)
    if (gone + here <= count || isPacket(buffer)) {
      takeFirst(buffers)
      gone += here
    } else {
      buffers[0] = buffer - (count - gone)
      gone = count
    }
  }
  dropFront(pipe, gone)
}

/**
 * What of a write's bytes fits; `left` of the whole call follow after them. A page that is not all there (a fault) is not begun; -1: not even
 * the newest buffer's rest is. ENOMEM. */
export function fill(k: Kernel, pipe: Pipe, bytes: Uint8Array, left: number, adds: boolean, packet: number): number {
  const { buffers } = pipe
  growRing(k, pipe, Math.min(bytes.length, pipe.capacity - pipe.used))
  let taken = 0
  const rest = (bytes.length + left) % BUFFER_BYTES
  const newest = buffers.length - 1
  if (adds && rest > 0 && newest >= 0 && !isPacket(buffers[newest]) && pipe.end + rest <= BUFFER_BYTES) {
    if (bytes.length < rest) return -1
    buffers[newest] += rest
    pipe.end += rest
    taken = rest
  }
  while (taken < bytes.length && !isFull(pipe)) {
    const part = Math.min(BUFFER_BYTES, bytes.length - taken)
    if (part < BUFFER_BYTES && left > 0) break
    buffers.push(part | packet)
    pipe.end = part
    taken += part
  }
  if (taken > 0) putRing(pipe, taken === bytes.length ? bytes : bytes.subarray(0, taken))
  return taken
}

/** Buffers that are free. */
export const freeBuffers = (pipe: Pipe): number => Math.max(0, pipe.capacity / BUFFER_BYTES - pipe.buffers.length)

/**
 * Bytes that come from elsewhere as a buffer of their own, to which nothing is added; or what lies in a page of the pipe's own up to `end`,
 * and takes more. There has to be a free buffer, and room in the ring.
 */
export function append(pipe: Pipe, bytes: Uint8Array, packet = 0, end = BUFFER_BYTES): void {
  pipe.buffers.push(bytes.length | packet)
  pipe.end = end
  putRing(pipe, bytes)
}

/** Takes the first bytes out, as splice does: what is left of a packet stays. */
export function takeFront(pipe: Pipe, count: number): void {
  const { buffers } = pipe
  let left = count
  while (left > 0) {
    const here = countOf(buffers[0])
    if (here <= left) takeFirst(buffers)
    else buffers[0] -= left
    left -= Math.min(here, left)
  }
  dropFront(pipe, count)
}

/** A copy of the bytes [from, from + count) of what is in it. */
export function copyOf(pipe: Pipe, from: number, count: number): Uint8Array {
  const { ring } = pipe
  const at = (pipe.head + from) & (ring.length - 1)
  const bytes = new Uint8Array(count)
  const first = Math.min(count, ring.length - at)
  bytes.set(ring.subarray(at, at + first))
  bytes.set(ring.subarray(0, count - first), first)
  return bytes
}
