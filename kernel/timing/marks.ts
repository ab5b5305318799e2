// Marks: programs cut a run into intervals by writing to /dev/timing, one command a line: `warm` (the model runs from here on, nothing is
// measured yet), `begin NAME`, `end`. What lies between two marks is reported with its ledger.
import { COMPONENTS, COUNTERS, COUNTS, setTiming, type CountName } from '../../vm/index.ts'
import { EINVAL } from '../abi/index.ts'
import { NO_TASK } from '../ids.ts'
import type { Kernel } from '../kernel.ts'
import { passTime } from './clock.ts'
import { pathName, pathOfCause, taskOfCause } from './paths.ts'
import type { Interval, LedgerRow, Mark, CostState } from './types.ts'

export const newCostState = (harts: number): CostState => ({
  hart: 0,
  // A program's first instruction comes out of the kernel.
  inKernel: Array.from({ length: harts }, () => true),
  names: new Map(),
  open: null,
  intervals: [],
})

/** The timed model starts, cold: time goes on from where it is. */
export function startTiming(k: Kernel): void {
  if (k.preset === null || k.machine.timing !== null) return
  const { config } = k.preset
  for (const hart of k.machine.harts) hart.counters[COUNTERS.cycles] = 0
  setTiming(k.machine, config)
  for (const hart of k.state.harts) {
    if (k.state.harts.length === 1) hart.time = k.state.time
    const { counters } = k.machine.harts[hart.id]
    counters[COUNTERS.timeOffset] = config.time === 'cycles' ? hart.time : hart.time - counters[COUNTERS.instret]
  }
}

/** Instructions until the model starts by itself; Infinity where it runs already, or waits for a mark. */
export const untilTiming = (k: Kernel): number => (k.machine.timing === null ? k.timingStart - k.state.executed : Infinity)

/** All that the machine and the kernel count, by the names that reports use. */
export function timedCounters(k: Kernel): Record<string, number> {
  const { counts } = k.state
  const sum = (counter: number): number => k.machine.harts.reduce((total, hart) => total + hart.counters[counter], 0)
  const cores = k.machine.timing?.cores ?? []
  const model = Object.fromEntries(
    (Object.keys(COUNTS) as CountName[]).map(name => [name, cores.reduce((total, core) => total + core.counts[COUNTS[name]], 0)]),
  )
  return {
    instructions: sum(COUNTERS.instret),
    loads: sum(COUNTERS.loads),
    stores: sum(COUNTERS.stores),
    ...model,
    switches: counts.contextSwitches,
    migrations: counts.migrations,
    syscalls: counts.syscalls,
    faults: counts.minorFaults + counts.majorFaults,
    cowCopies: counts.cowCopies,
    timerTicks: counts.timerTicks,
  }
}

/** Cycles of the hart that came furthest. */
const furthest = (k: Kernel): number => Math.max(...k.machine.harts.map(hart => hart.counters[COUNTERS.cycles]))

function markNow(k: Kernel, name: string): Mark {
  for (const hart of k.state.harts) passTime(k, hart)
  const ledger = new Map<number, Float64Array>()
  for (const [cause, row] of k.machine.timing?.ledger ?? []) ledger.set(cause, row.slice())
  return { name, cycles: furthest(k), time: k.state.time, ledger, counters: timedCounters(k) }
}

/** Rows of a ledger less those of an earlier one, with names; rows of no cycles are left out. In order of task, path and component. */
export function ledgerRows(k: Kernel, ledger: ReadonlyMap<number, Float64Array>, before?: ReadonlyMap<number, Float64Array>): LedgerRow[] {
  const rows: LedgerRow[] = []
  for (const cause of [...ledger.keys()].sort((a, b) => a - b)) {
    const cycles = ledger.get(cause) as Float64Array
    const earlier = before?.get(cause)
    const id = taskOfCause(cause)
    const name = k.state.costs?.names.get(id)
    const task = id === NO_TASK ? 'kernel' : name === undefined ? '?' : `${name.pid} ${name.comm}`
    COMPONENTS.forEach((component, n) => {
      const spent = cycles[n] - (earlier?.[n] ?? 0)
      if (spent !== 0) rows.push({ task, path: pathName(pathOfCause(cause)), component, cycles: spent })
    })
  }
  return rows
}

function endInterval(k: Kernel, from: Mark): Interval {
  const to = markNow(k, from.name)
  const counters = Object.fromEntries(Object.entries(to.counters).map(([name, n]) => [name, n - (from.counters[name] ?? 0)]))
  return {
    name: from.name,
    cycles: to.cycles - from.cycles,
    ns: to.time - from.time,
    instructions: counters.instructions,
    ledger: ledgerRows(k, to.ledger, from.ledger),
    counters,
  }
}

/** One command of /dev/timing. EINVAL for anything else, and for an end without a beginning. Without a timed model all are accepted. */
function command(k: Kernel, line: string): void {
  const state = k.state.costs
  const [word, ...rest] = line.split(' ')
  if (!['warm', 'begin', 'end'].includes(word) || (word === 'begin' ? rest.length !== 1 || rest[0] === '' : rest.length > 0)) throw EINVAL
  if (state === null) return
  if (word !== 'end') startTiming(k)
  if (word === 'begin') state.open = markNow(k, rest[0])
  if (word !== 'end') return
  if (state.open === null) throw EINVAL
  state.intervals.push(endInterval(k, state.open))
  state.open = null
}

/** What a program writes to /dev/timing. */
export function writeMarks(k: Kernel, bytes: Uint8Array): void {
  for (const line of String.fromCharCode(...bytes).split('\n')) if (line !== '') command(k, line)
}

/** The intervals that programs marked so far. */
export const intervals = (k: Kernel): readonly Interval[] => k.state.costs?.intervals ?? []
