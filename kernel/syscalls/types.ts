// What calls that are not over remember between their runs.
import type { Int64 } from '../abi/int64.ts'

/** Reading, writing and copying: bytes that had moved when it was cut or fell asleep. */
export interface Transferring {
  call: 'transfer'
  done: number
  /** When the file lets it wait no longer (ns); missing: it may wait for ever. */
  deadline?: number
}

/** Waiting for files or signals: when the time is up (ns), as it was in the first run. */
export interface Waiting {
  call: 'wait'
  deadline: Int64
}

/** When the sleep ends: an instant of its clock (ns). */
export interface Sleeping {
  call: 'sleep'
  until: Int64
}

/** What is left of a call that brings pages in: it has done all else. */
export interface Populating {
  call: 'populate'
  at: number
  end: number
  /** What the call answers. */
  result: number
}
