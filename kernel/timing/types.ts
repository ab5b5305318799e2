// What the kernel keeps of a timed run: plain data, part of the state.

import type { TaskId } from '../ids.ts'
/** A stretch of a run that a program marked by writing to /dev/timing, with what it cost on all harts together. */
export interface Interval {
  name: string
  /** Cycles from the first mark to the second, on the hart that came furthest: what a clock shows. */
  cycles: number
  ns: number
  instructions: number
  /** Every cycle of every hart in it, idle ones too. */
  ledger: LedgerRow[]
  counters: Record<string, number>
}

/** Cycles of one component that one task's one path took. */
export interface LedgerRow {
  task: string
  path: string
  component: string
  cycles: number
}

/** How things stood at a mark. */
export interface Mark {
  name: string
  cycles: number
  time: number
  ledger: Map<number, Float64Array>
  counters: Record<string, number>
}

export interface CostState {
  /** The hart whose kernel code runs. */
  hart: number
  /** By hart: in the kernel; its program's registers are saved. */
  inKernel: boolean[]
  /** What tasks are called, those that are gone too: for the ledger. */
  names: Map<TaskId, { pid: number; comm: string }>
  /** The interval that was begun and not ended. */
  open: Mark | null
  intervals: Interval[]
}
