// The words that scenarios, sweeps, results and reports share. All of it is plain data, so it crosses worker threads and files as it is.

/** What tells one row of a scenario from another: short names and values, in the order in which a reader should see them. */
export type Params = Readonly<Record<string, string | number>>

/** A part of an interval's cycles: who ran, in which kernel path, in which component of the machine. */
export interface LedgerRow {
  task: string
  path: string
  component: string
  cycles: number
}

/** What the guest cut out of its run by writing `begin NAME` and `end` to /dev/timing. The ledger sums exactly to `cycles`. */
export interface Interval {
  name: string
  cycles: number
  ns: number
  instructions: number
  ledger: readonly LedgerRow[]
  counters: Readonly<Record<string, number>>
}

/** Sizes of a timed machine that sweeps and claims depend on. Sizes are bytes, TLBs are entries; 0: there is none. */
export interface Geometry {
  hz: number
  l1Bytes: number
  l2Bytes: number
  /** The last cache before memory: the LLC, or the L2 of a machine without one. */
  lastBytes: number
  lineBytes: number
  tlbEntries: number
  l2TlbEntries: number
  walkCaches: boolean
}

/** A preset with its overrides, resolved. `hash` names it whole. */
interface ResolvedPreset {
  hash: string
  geometry: Geometry
}

/** What the bench needs to know of the timed machine before it runs one. */
export interface Laboratory {
  presets: readonly string[]
  /** Throws an Error, its message ready to print, when a name or a key is unknown. */
  resolve(preset: string, set: readonly string[]): ResolvedPreset
}

/** Options of the kernel that a cell runs on. */
interface CellMachine {
  harts?: number
  /** MiB; 256 unless said. */
  ram?: number
  thp?: 'always' | 'madvise' | 'never'
  frames?: 'sequential' | 'random' | 'coloured'
}

/** One row of results that a cell gives. */
export interface Measure {
  params: Params
  /** Which intervals count (all of that name are added up); default: all that the guest cut. */
  interval?: string
  /** Operations in them, to divide by. */
  operations: number
}

/** One run of one guest program on one machine of its own. */
export interface Cell {
  /** A program of programs/labs, without the `.s`. */
  lab: string
  argv: readonly (string | number)[]
  /** A machine of its own, whatever the run's preset: a published one that is replayed. The run's `--set` does not touch it. */
  preset?: string
  /** Overrides of the preset that make the experiment (ASIDs on or off). */
  set?: readonly string[]
  machine?: CellMachine
  measures: readonly Measure[]
}

/** A cell of a planned run: everything a worker must know. */
export interface Job {
  scenario: string
  /** Its number among the scenario's cells. */
  index: number
  cell: Cell
  preset: string
  set: readonly string[]
  hash: string
}

/** A row of results. `cycles`, `ns`, `instructions`, `counters` and `ledger` are of all the operations together. */
export interface Row {
  params: Params
  preset: string
  hash: string
  operations: number
  cycles: number
  ns: number
  perOperation: { cycles: number; ns: number }
  instructions: number
  counters: Readonly<Record<string, number>>
  ledger: readonly LedgerRow[]
}

/** A shape that a scenario must show, and what was measured. */
export interface Claim {
  claim: string
  required: string
  measured: string
  holds: boolean
}

export interface Shard {
  index: number
  of: number
}

/** One scenario's results as they stand in a file. */
export interface ScenarioResult {
  schema: typeof SCHEMA
  preset: string
  set: readonly string[]
  hash: string
  quick: boolean
  /** Only a part of the cells was run: claims wait for `bench merge`. */
  shard?: Shard
  scenario: string
  cells: readonly Row[]
  claims: readonly Claim[]
}

export const SCHEMA = 'hartbeat-bench/1'
