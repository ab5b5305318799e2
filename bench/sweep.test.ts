// A sweep's results do not depend on its lanes; what fails or is interrupted leaves finished cells behind.
import { describe, expect, test } from 'vitest'
import { writeResults } from './json.ts'
import { gather, plan, type Plan } from './plan.ts'
import { scenarioNamed } from './scenarios/index.ts'
import { sweep, type Lane } from './sweep.ts'
import { fakeIntervals, fakeLane, laboratory, SOUND } from './testing.ts'
import type { Interval, Job, Row } from './types.ts'

const planned = (...names: string[]): Plan => plan({ scenarios: names.map(scenarioNamed), preset: 'u74', set: [], quick: true }, laboratory)
const whole = planned('signal', 'quantum', 'cow-fault')

async function swept(lanes: Lane[]): Promise<string> {
  const rows = new Map<Job, readonly Row[]>()
  await sweep(whole.jobs, lanes, rows)
  return writeResults(gather(whole, rows))
}

test('one lane or five, quick or slow: the same bytes', async () => {
  const one = await swept([fakeLane()])
  expect(await swept([fakeLane()])).toBe(one)
  expect(await swept([0, 1, 2, 3, 4].map(n => fakeLane(SOUND, n)))).toBe(one)
})

test('scenarios stand in the order of the table, however they were named', () => {
  expect(planned('signal', 'ctx-ring').jobs.map(j => j.scenario)).toEqual(planned('ctx-ring', 'signal').jobs.map(j => j.scenario))
})

test("the run's overrides reach the cells of its own preset, not those that are replayed; the experiment's come last", () => {
  const { jobs } = plan({ scenarios: [scenarioNamed('kpti')], preset: 'u74', set: ['dram=70', 'kpti=on'], quick: true }, laboratory)
  const own = jobs.find(j => j.cell.preset === undefined && j.cell.measures[0].params.kpti === 'off')!
  expect(own.set.slice(0, 2)).toEqual(['dram=70', 'kpti=on'])
  expect(own.hash).toBe(laboratory.resolve('u74', ['dram=70', 'kpti=off', ...own.set.filter(s => s.startsWith('asid'))]).hash)
  expect(jobs.filter(j => j.cell.preset === 'server').every(j => !j.set.includes('dram=70'))).toBe(true)
})

test('a failing cell ends the sweep, named; what was finished is kept', async () => {
  const rows = new Map<Job, readonly Row[]>()
  const bad = whole.jobs[3]
  const lane: Lane = async job => {
    if (job === bad) throw new Error('the guest gave up')
    return fakeIntervals(job)
  }
  await expect(sweep(whole.jobs, [lane], rows)).rejects.toThrow(/^(cow-fault|quantum) .*: the guest gave up$/)
  expect([...rows.keys()]).toEqual(whole.jobs.slice(0, 3))
})

test('an interrupt ends it at once, and lets nothing new begin', async () => {
  const rows = new Map<Job, readonly Row[]>()
  const controller = new AbortController()
  let begun = 0
  const lane: Lane = job => (++begun === 3 ? new Promise(() => controller.abort(new Error('enough'))) : Promise.resolve(fakeIntervals(job)))
  await expect(sweep(whole.jobs, [lane], rows, {}, controller.signal)).rejects.toThrow('enough')
  expect([begun, rows.size]).toEqual([3, 2])
  const late = new AbortController()
  late.abort(new Error('too late'))
  await expect(sweep(whole.jobs, [lane], new Map(), {}, late.signal)).rejects.toThrow('too late')
  expect(begun).toBe(3)
})

describe('measuring', () => {
  const job = planned('signal').jobs[0]
  const measure = (change: (intervals: Interval[]) => Interval[]): Promise<void> =>
    sweep([job], [j => Promise.resolve(change(fakeIntervals(j)))], new Map())

  test('a ledger that does not sum to the cycles is refused', async () => {
    await expect(measure(list => list.map(i => ({ ...i, cycles: i.cycles + 1 })))).rejects.toThrow(
      /ledger of signal-cost call has \d+ cycles of \d+/,
    )
  })
  test('an interval that the guest never cut is told, with those that it did', async () => {
    await expect(measure(list => list.filter(i => i.name === 'call'))).rejects.toThrow(/signal-cost signal was not measured \(only call\)/)
    await expect(measure(() => [])).rejects.toThrow(/none at all/)
  })
  test('intervals of one name are added up', async () => {
    const rows = new Map<Job, readonly Row[]>()
    await sweep([job], [j => Promise.resolve([...fakeIntervals(j), ...fakeIntervals(j)])], rows)
    const [call] = fakeIntervals(job)
    const [row] = rows.get(job)!
    expect([row.cycles, row.instructions]).toEqual([2 * call.cycles, 2 * call.instructions])
    expect(row.ledger.reduce((sum, l) => sum + l.cycles, 0)).toBe(row.cycles)
  })
})
