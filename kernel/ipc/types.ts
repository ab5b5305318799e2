// What lies behind a pipe and a timer that is read, as data.
import type { WaitQueue } from '../sched/types.ts'
import type { FileData } from '../vfs/types.ts'

export type TimerFdData = Extract<FileData, { kind: 'timerfd' }>

/** A ring of bytes that grows as it fills, how they lie in page buffers, and who waits at either end. */
export interface Pipe {
  /** Ring; its length is a power of two and grows up to `capacity` as it fills, so an idle pipe costs little. */
  ring: Uint8Array
  head: number
  /** Bytes in it. */
  used: number
  /** Of page buffers together: there is room while fewer than capacity / 4096 are in use. */
  capacity: number
  /** Whose pages it counts against: the user that made it. -1: nobody's, it is not open. */
  user: number
  /** Bytes left in each buffer in use, the oldest first; PIPE_PACKET marks one that is a packet (O_DIRECT). */
  buffers: number[]
  /** Where the bytes of the newest buffer end in its page: behind that there is room to add. */
  end: number
  readers: number
  writers: number
  /** Opens so far, of each end: a FIFO's open waits for the other end to be opened even if it is closed again at once. */
  readerOpens: number
  writerOpens: number
  readable: WaitQueue
  writable: WaitQueue
}
