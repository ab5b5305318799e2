// The real machine behind the bench: the same cell twice is the same to the bit, its ledger is whole, a guest that fails is told.
import { describe, expect, test } from 'vitest'
import { measureCell } from './measure.ts'
import { plan } from './plan.ts'
import { laboratory, runCell } from './run-cell.ts'
import { scenarioNamed } from './scenarios/index.ts'
import type { Cell, Job } from './types.ts'

const jobs = (name: string): readonly Job[] =>
  plan({ scenarios: [scenarioNamed(name)], preset: 'u74', set: [], quick: true }, laboratory).jobs
const job = (cell: Cell): Job => ({ scenario: 'test', index: 0, cell, preset: 'u74', set: [], hash: '' })

test.each(['signal', 'cow-fault', 'shootdown'])('%s: its first cell twice gives the same rows', name => {
  const [first] = jobs(name)
  const rows = measureCell(first, runCell(first))
  expect(rows.map(r => r.params)).toEqual(first.cell.measures.map(m => m.params))
  expect(measureCell(first, runCell(first))).toEqual(rows)
})

test('the ledger of a hart alone is its cycles, every one', () => {
  const [call] = runCell(job({ lab: 'null-call', argv: [500, 0], measures: [] }))
  expect(call.cycles).toBeGreaterThan(500 * 50)
  expect(call.ledger.reduce((sum, row) => sum + row.cycles, 0)).toBe(call.cycles)
})

test('the preset and its overrides reach the machine', () => {
  const cell: Cell = { lab: 'null-call', argv: [200, 0], measures: [] }
  const cycles = (set: readonly string[]): number => runCell({ ...job(cell), set })[0].cycles
  // 200 calls with 1000 cycles more on the way in.
  expect(cycles(['trapIn=1020']) - cycles(['trapIn=20'])).toBeGreaterThanOrEqual(200_000)
})

describe('a guest that fails', () => {
  test('bad arguments: its status and words', () => {
    expect(() => runCell(job({ lab: 'null-call', argv: ['many'], measures: [] }))).toThrow(
      /^null-call many ended with status 2: null-call: .*number of calls/,
    )
  })
  test('a program that is not there', () =>
    expect(() => runCell(job({ lab: 'nothing', argv: [], measures: [] }))).toThrow(/ENOENT|No such file/))
})
