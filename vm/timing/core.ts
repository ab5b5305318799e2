// The timed part of a hart, as plain data: caches, TLBs and walk caches over the addresses that the hart really touches. Nothing of it
// ever changes what a program computes.
import * as L from '../layout.ts'
import { newAssoc, type Assoc } from './assoc.ts'
import type { TimingConfig } from './fields.ts'
import { COUNTS, rowOf, type Ledger } from './ledger.ts'

/** One hart's caches and TLBs. Shared levels are one object in several cores. */
export interface Core {
  readonly id: number
  l1i: Assoc
  l1d: Assoc | null
  l2: Assoc | null
  itlb: Assoc
  dtlb: Assoc
  l2tlb: Assoc | null
  /** By level of the entries they hold: [unused, lower, upper, root]. */
  walkCaches: (Assoc | null)[]
  /** What satp names: the number in TLB tags, and the frame of the root table. */
  asid: number
  root: number
  /** Cycles waited since the engine, or whoever charges, last looked. */
  stalls: number
  /** The virtual line that the reference engine fetched last in this run; -1: none. */
  fetched: number
  /** Line buffers in the hart's block: the virtual line last read, and last written, in each set of the data cache. Two words each. */
  readonly readLines: Int32Array
  readonly writeLines: Int32Array
  /** There too: virtual lines of code whose fetch is known to change nothing and to wait for nothing. Two words each. */
  readonly fetchLines: Int32Array
  /** Changes of instruction cache and TLB when one was last put there; -1: there is none. */
  fetchedAt: number
  /** Accesses to memory that are under way at once: 1, but for blocks that the kernel copies. */
  overlap: number
  row: Float64Array
  counts: Float64Array
}

/** The timing model of a machine, as plain data. */
export interface Timing {
  readonly config: TimingConfig
  /** In cycles. */
  readonly dram: number
  readonly lineShift: number
  /** Sets of the data cache less one: which line buffer belongs to a line. */
  readonly setMask: number
  cores: Core[]
  llc: Assoc | null
  ledger: Ledger
  /** True once a 2 MiB page was translated: lookups then try both sizes. */
  superpages: boolean
}

/** Core.root: addresses are not translated. */
export const BARE = -1
/** An empty line buffer: no line's address. */
export const NO_LINE = 1
export const NONE = -1
/** Added to C_FETCH: for data. */
export const DATA = 1

/** The model of a machine's harts, with everything empty. */
export function newTiming(config: TimingConfig, memory: ArrayBuffer, harts: readonly { id: number; base: number }[]): Timing {
  const cache = (size: number, ways: number): Assoc | null => newAssoc(size / config.line, ways, config.replacement)
  const tlb = (entries: number, ways: number): Assoc | null => newAssoc(entries, ways, config.replacement)
  const walkCache = (entries: number): Assoc | null => newAssoc(entries, entries, config.replacement)
  const ledger: Ledger = new Map()
  const sharedL2 = config['l2.shared'] === 'yes' ? cache(config['l2.size'], config['l2.ways']) : null
  const sets = Math.max(1, config['l1d.size'] / config.line / config['l1d.ways'])
  const cores = harts.map((hart): Core => {
    const lower = walkCache(config['walkCache.lower'])
    const shared = config['walkCache.shared'] === 'yes'
    return {
      id: hart.id,
      l1i: cache(config['l1i.size'], config['l1i.ways']) as Assoc,
      l1d: cache(config['l1d.size'], config['l1d.ways']),
      l2: sharedL2 ?? cache(config['l2.size'], config['l2.ways']),
      itlb: tlb(config['itlb.entries'], config['itlb.ways']) as Assoc,
      dtlb: tlb(config['dtlb.entries'], config['dtlb.ways']) as Assoc,
      l2tlb: tlb(config['l2tlb.entries'], config['l2tlb.ways']),
      walkCaches: [
        null,
        lower,
        shared ? lower : walkCache(config['walkCache.upper']),
        shared ? lower : walkCache(config['walkCache.root']),
      ],
      asid: 0,
      root: BARE,
      stalls: 0,
      fetched: NONE,
      readLines: new Int32Array(memory, hart.base + L.HART.readLines, 2 * sets),
      writeLines: new Int32Array(memory, hart.base + L.HART.writeLines, 2 * sets),
      fetchLines: new Int32Array(memory, hart.base + L.HART.fetchLines, 2 * L.FETCH_LINES),
      fetchedAt: NONE,
      overlap: 1,
      row: rowOf(ledger, 0),
      counts: new Float64Array(Object.keys(COUNTS).length),
    }
  })
  for (const core of cores) {
    core.readLines.fill(NO_LINE)
    core.writeLines.fill(NO_LINE)
    core.fetchLines.fill(NO_LINE)
  }
  return {
    config,
    dram: Math.round(config.dram * config.clock),
    lineShift: Math.log2(config.line),
    setMask: sets - 1,
    cores,
    llc: cache(config['llc.size'], config['llc.ways']),
    ledger,
    superpages: false,
  }
}

/** What was waited since the last look goes to the hart's cycle counter. Whoever reads the counter calls this first. */
export function settle(core: Core, counters: Float64Array): void {
  if (core.stalls === 0) return
  counters[L.COUNTERS.cycles] += core.stalls
  core.stalls = 0
}

/** The core waits. */
export function stall(core: Core, component: number, cycles: number): void {
  core.row[component] += cycles
  core.stalls += cycles
}
