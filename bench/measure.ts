// From the intervals that a guest cut to rows of results. A ledger that does not sum to its cycles is a defect of ours.
import { addLedgers } from './ledger.ts'
import type { Interval, Job, Measure, Row } from './types.ts'

/** Digits of a nanosecond that results keep. */
const NS_DIGITS = 3
const rounded = (ns: number): number => Number(ns.toFixed(NS_DIGITS))
const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0)

function addCounters(intervals: readonly Interval[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { counters } of intervals) for (const [name, n] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + n
  return sums
}

function measureOne(job: Job, measure: Measure, intervals: readonly Interval[]): Row {
  const name = `${job.cell.lab} ${measure.interval ?? ''}`.trim()
  const found = intervals.filter(i => measure.interval === undefined || i.name === measure.interval)
  if (found.length === 0) {
    const cut = intervals.length ? `only ${[...new Set(intervals.map(i => i.name))].join(', ')}` : 'none at all'
    throw new Error(`${name} was not measured (${cut})`)
  }
  const cycles = total(found.map(i => i.cycles))
  const ns = rounded(total(found.map(i => i.ns)))
  const ledger = addLedgers(found.map(i => i.ledger))
  const booked = total(ledger.map(l => l.cycles))
  // Harts that ran beside the one whose clock counts have cycles of their own in the ledger.
  const alone = (job.cell.machine?.harts ?? 1) === 1
  if (booked < cycles || (alone && booked !== cycles)) throw new Error(`the ledger of ${name} has ${booked} cycles of ${cycles}`)
  return {
    params: measure.params,
    preset: job.preset,
    hash: job.hash,
    operations: measure.operations,
    cycles,
    ns,
    perOperation: { cycles: rounded(cycles / measure.operations), ns: rounded(ns / measure.operations) },
    instructions: total(found.map(i => i.instructions)),
    counters: addCounters(found),
    ledger,
  }
}

/** The rows that a finished cell gives, in the order in which it declares them. */
export const measureCell = (job: Job, intervals: readonly Interval[]): Row[] =>
  job.cell.measures.map(measure => measureOne(job, measure, intervals))
