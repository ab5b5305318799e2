// `--stat`: what the machine counted, in the form of `perf stat`. Guest counts are exact: two equal runs print the same bytes.
import { COUNTERS } from '../vm/index.ts'
import type { Kernel } from '../kernel/index.ts'

export interface Statistics {
  schema: 'hartbeat-stat/1'
  instructions: number
  seconds: number
  idleSeconds: number
  counts: Record<string, number>
}

const NS = 1e9
const COUNT_WIDTH = 18

/** Everything counted since the machine was made. */
export function statistics(k: Kernel): Statistics {
  const sum = (counter: number): number => k.machine.harts.reduce((total, hart) => total + hart.counters[counter], 0)
  const { counts } = k.state
  return {
    schema: 'hartbeat-stat/1',
    instructions: sum(COUNTERS.instret),
    seconds: k.state.time / NS,
    idleSeconds: counts.idleTime / NS,
    counts: {
      instructions: sum(COUNTERS.instret),
      'dTLB-loads': sum(COUNTERS.loads),
      'dTLB-load-misses': sum(COUNTERS.readMisses),
      'dTLB-stores': sum(COUNTERS.stores),
      'dTLB-store-misses': sum(COUNTERS.writeMisses),
      // Every instruction is looked up, however an engine goes about it: the same count on each of them.
      'iTLB-loads': sum(COUNTERS.instret),
      'iTLB-load-misses': sum(COUNTERS.fetchMisses),
      'tlb-evictions': sum(COUNTERS.evictions),
      'tlb-flushes': sum(COUNTERS.flushAll) + sum(COUNTERS.flushAsid) + sum(COUNTERS.flushPage) + sum(COUNTERS.flushPageAsid),
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
  }
}

/** As `perf stat` lays it out: counts right-aligned in 18 columns with thousands separated. */
export function statText(k: Kernel, command: string): string {
  const s = statistics(k)
  const lines = Object.entries(s.counts).map(([name, n]) => `${n.toLocaleString('en-US').padStart(COUNT_WIDTH)}      ${name}`)
  const seconds = (value: number): string => value.toFixed(9).padStart(COUNT_WIDTH)
  return [
    '',
    ` Performance counter stats for '${command}':`,
    '',
    ...lines,
    '',
    `${seconds(s.seconds)} seconds time elapsed (guest)`,
    `${seconds(s.idleSeconds)} seconds idle`,
    '',
    '',
  ].join('\n')
}
