// A pipe as data: a ring of bytes that grows to its capacity, and who waits at either end.
import type { WaitQueue } from '../sched/types.ts'

export interface Pipe {
  /** Ring; its length is a power of two and grows up to `capacity` as it fills, so an idle pipe costs little. */
  ring: Uint8Array
  head: number
  /** Bytes in it. */
  used: number
  capacity: number
  readers: number
  writers: number
  /** Opens so far, of each end: a FIFO's open waits for the other end to be opened even if it is closed again at once. */
  readerOpens: number
  writerOpens: number
  readable: WaitQueue
  writable: WaitQueue
}
