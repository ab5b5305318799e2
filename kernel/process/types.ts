// What the process folder keeps for a task or a process: identity, limits, accounting, process numbers, saved-register memory.
import type { FileDescription } from '../vfs/types.ts'
import type { CoreSpan } from './core-file.ts'

/** A core dump that is being written (core.ts). */
export interface CoreDump {
  /** Held by this record. */
  file: FileDescription
  /** What ends the process. */
  signal: number
  spans: CoreSpan[]
  /** Bytes that the file will have. */
  size: number
  /** The span and the address that come next. */
  span: number
  next: number
  /** Bytes that may still be written. */
  left: number
  /** No more is written: the limit is reached, or the file takes no more. */
  cut: boolean
}

export interface CloneArgs {
  /** CLONE_* without the exit signal. */
  flags: number
  exitSignal: number
  /** New stack pointer, or 0 to keep the parent's. */
  stack: number
  parentTid: number
  childTid: number
  tls: number
  /** CLONE_PIDFD: where the descriptor's number goes. */
  pidfd: number
  /** clone3 set_tid: wanted pid, or 0. */
  setTid: number
}
