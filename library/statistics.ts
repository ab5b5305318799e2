// What a run counted, under the names of `perf stat`. Guest counts are exact: two equal runs have the same ones.
import { COUNTERS } from '../vm/index.ts'
import { intervals, ledgerRows, timedCounters, type Interval, type Kernel, type LedgerRow } from '../kernel/index.ts'

/** What was counted since the machine was made. */
export interface Statistics {
  schema: 'hartbeat-stat/1'
  /** Executed by all harts. */
  instructions: number
  /** Guest time, and how much of it every hart was idle. */
  seconds: number
  idleSeconds: number
  /** By the names of perf's events, in its order. */
  counts: Record<string, number>
  /** Instructions that were run one at a time beside the engine's fast code, by kind, most first: the cost to look for where a program is slow. */
  aside: Record<string, number>
  /** Of a timed run. */
  timing?: TimedStatistics
}

/** What a timed machine counted besides. */
interface TimedStatistics {
  preset: string
  /** What was set over the preset, and the hash of all constants. */
  overrides: readonly string[]
  hash: string
  /** Of all harts together; the rows of the ledger sum to it. */
  cycles: number
  ledger: LedgerRow[]
  intervals: readonly Interval[]
}

const NS = 1e9

const sum = (k: Kernel, counter: number): number => k.machine.harts.reduce((total, hart) => total + hart.counters[counter], 0)

/** Everything counted since the machine was made. */
export function statistics(k: Kernel): Statistics {
  const { counts } = k.state
  return {
    schema: 'hartbeat-stat/1',
    instructions: sum(k, COUNTERS.instret),
    seconds: k.state.time / NS,
    idleSeconds: counts.idleTime / NS,
    counts: {
      instructions: sum(k, COUNTERS.instret),
      ...timedCounts(k),
      'dTLB-loads': sum(k, COUNTERS.loads),
      'dTLB-load-misses': sum(k, COUNTERS.readMisses),
      'dTLB-stores': sum(k, COUNTERS.stores),
      'dTLB-store-misses': sum(k, COUNTERS.writeMisses),
      // Every instruction is looked up, however an engine goes about it: the same count on each of them.
      'iTLB-loads': sum(k, COUNTERS.instret),
      'iTLB-load-misses': sum(k, COUNTERS.fetchMisses),
      'tlb-evictions': sum(k, COUNTERS.evictions),
      'tlb-flushes': sum(k, COUNTERS.flushAll) + sum(k, COUNTERS.flushAsid) + sum(k, COUNTERS.flushPage) + sum(k, COUNTERS.flushPageAsid),
      'page-faults': counts.minorFaults + counts.majorFaults,
      'minor-faults': counts.minorFaults,
      'major-faults': counts.majorFaults,
      'cow-copies': counts.cowCopies,
      'context-switches': counts.contextSwitches,
      'cpu-migrations': counts.migrations,
      syscalls: counts.syscalls,
      forks: counts.forks,
      'timer-ticks': counts.timerTicks,
    },
    aside: Object.fromEntries([...k.machine.engine.aside].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))),
    ...(k.machine.timing === null || k.preset === null ? {} : { timing: timedStatistics(k) }),
  }
}

/** Cycles, and what the model's own caches and TLBs missed. */
function timedCounts(k: Kernel): Record<string, number> {
  if (k.machine.timing === null) return {}
  const counted = timedCounters(k)
  return {
    cycles: sum(k, COUNTERS.cycles),
    'L1-icache-load-misses': counted.l1iMisses,
    'L1-dcache-load-misses': counted.l1dMisses,
    'l2-misses': counted.l2Misses,
    'LLC-load-misses': counted.llcMisses,
    'model-dTLB-misses': counted.dtlbMisses,
    'model-iTLB-misses': counted.itlbMisses,
    'page-walks': counted.walks,
    'page-walk-reads': counted.pteReads,
  }
}

function timedStatistics(k: Kernel): TimedStatistics {
  const { preset, machine } = k
  if (preset === null || machine.timing === null) throw new Error('timed statistics of a machine that is not timed')
  return {
    preset: preset.name,
    overrides: preset.overrides,
    hash: preset.hash,
    cycles: sum(k, COUNTERS.cycles),
    ledger: ledgerRows(k, machine.timing.ledger),
    intervals: intervals(k),
  }
}
