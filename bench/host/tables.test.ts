// Host-time tables: units, columns, and what stands where nothing was measured.
import { expect, test } from 'vitest'
import type { OperationRow } from './operations.ts'
import { digits, operationsText, rateText, skippedText, table, timeText, wholeText, debuggerText } from './tables.ts'

const exactly = (value: number) => ({ median: value, min: value, max: value, runs: 1 })

test.each([
  [0.25, '0.25 ns'],
  [180, '180 ns'],
  [1250, '1.25 us'],
  [29_000, '29.0 us'],
  [2.5e6, '2.50 ms'],
  [3e9, '3.00 s'],
  [-4200, '-4.20 us'],
])('%d nanoseconds are %s', (ns, text) => expect(timeText(ns)).toBe(text))

test.each([
  [5.5e6, '5.50 M/s'],
  [33_000, '33.0 k/s'],
  [420, '420 /s'],
  [0.5, '0.50 /s'],
])('%d a second are %s', (rate, text) => expect(rateText(rate)).toBe(text))

test('numbers have three digits', () => expect([1.234, 12.34, 123.4, 1234.5].map(digits)).toEqual(['1.23', '12.3', '123', '1235']))

test('columns are as wide as what stands in them', () => {
  expect(table(['what', 'n'], [['a', '1000'], ['longer', '2']])).toBe('what       n\na       1000\nlonger     2\n') // prettier-ignore
})

const ROW: OperationRow = {
  name: 'pipe',
  program: 'pipe',
  ns: { median: 50_000, min: 40_000, max: 60_000, runs: 3 },
  perSecond: 20_000,
  bytesPerSecond: 1.31072e9,
  target: 55_000,
  cycles: { hz: 21_000, ns: 47_619, rme: 1.25, samples: 80 },
  native: { ns: exactly(10_000), ratio: exactly(0.2) },
  qemu: null,
}

test('an operation beside its peers; the one that is missing leaves its columns empty', () => {
  const [head, row, , , rates] = operationsText([ROW]).split('\n')
  expect(head.split(/ {2,}/).slice(0, 5)).toEqual(['operation', 'Hartbeat', 'range', 'promised', 'native'])
  expect(row.split(/ {2,}/)).toEqual([
    'pipe',
    '50.0 us',
    '40.0 us .. 60.0 us',
    '55.0 us',
    '10.0 us',
    '10.0 us .. 10.0 us',
    '-',
    '-',
    '0.20',
    '-',
  ])
  expect(rates.split(/ {2,}/)).toEqual(['pipe', '20.0 k/s', '1311 MB/s', '21.0 k/s', '47.6 us', '+-1.3 %', '80'])
})

test('without benchmark.js and a promise there are dashes', () => {
  const [, row, , , rates] = operationsText([{ ...ROW, target: null, bytesPerSecond: null, cycles: null }]).split('\n')
  expect(row.split(/ {2,}/)[3]).toBe('-')
  expect(rates.split(/ {2,}/)).toEqual(['pipe', '20.0 k/s', '-', '-', '-', '-', '-'])
})

test('whole runs, with memory where the host tells it', () => {
  const prompt = { median: 0.5, min: 0.4, max: 0.6, runs: 3 }
  expect(wholeText({ prompt, liveProcesses: 30, residentBytes: 1.14e9 })).toContain('30 live processes, resident   1.14 GB\n')
  expect(wholeText({ prompt, liveProcesses: 30, residentBytes: null })).toContain('30 live processes, resident         -\n')
})

test('what was skipped is said, a line each', () => {
  expect(skippedText([{ bench: 'operations', what: 'native', why: 'cc is not installed' }])).toBe(
    'skipped: operations, native: cc is not installed\n',
  )
  expect(skippedText([])).toBe('')
})

test('the debugger, with what was promised beside it', () => {
  const spread = (median: number): { median: number; min: number; max: number; runs: number } => ({
    median,
    min: median / 2,
    max: median * 2,
    runs: 5,
  })
  const text = debuggerText({
    attached: spread(1.01),
    recorded: spread(1.1),
    recordedInstructions: 500e6,
    storeBytes: 32 * 2 ** 20,
    snapshots: 120,
    reverseStep: spread(0.012),
    reverseContinue: spread(1.9),
  })
  expect(text).toMatch(/reverse-step +12(\.0)? ms +6(\.00?)? ms \.\. 24(\.0)? ms +50 ms/)
  expect(text).toMatch(/kept of RAM for 500 M instructions +32(\.0)? MiB +120 snapshots/)
})
