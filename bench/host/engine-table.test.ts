// Engines over kernels as a table: what stands where nothing was measured, and whether promises are kept.
import { expect, test } from 'vitest'
import type { EngineRow, EnginesResult } from './engines.ts'
import { enginesText } from './engine-table.ts'
import { goalsOf } from './goals.ts'
import { KERNELS } from './kernels.ts'

const exactly = (value: number) => ({ median: value, min: value, max: value, runs: 3 })
const beside = (mips: number, ratio: number) => ({ mips: exactly(mips), ratio: exactly(ratio), cpuRatio: null })

const SIEVE: EngineRow = {
  ...{ kernel: 'sieve', kind: 'integer', rounds: 10, mips: exactly(3000), seconds: exactly(2), aside: [], cpi: null },
  warming: { peak: 3.1e9, secondsToPeak: 0.1, share: 0.042 },
  peers: { user: beside(2000, 1.5), system: { ...beside(1000, 3), cpuRatio: exactly(2.5) } },
}
const result = (rows: EngineRow[], more: Partial<EnginesResult> = {}): EnginesResult => ({
  ...{ engine: 'compiler', peers: ['native', 'user', 'system'], cold: false, rows },
  ...more,
})
const columns = (text: string, line: number): string[] => text.split('\n')[line].split(/ {2,}/)

test('a kernel beside its peers; the one that is missing leaves its columns empty', () => {
  const text = enginesText(result([SIEVE]))
  expect(text).toMatch(/^compiler: medians of 3 interleaved runs/)
  expect(columns(text, 1).slice(0, 9)).toEqual(['kernel', 'MIPS', 'range', 'seconds', 'warm-up', 'native, MIPS', 'ratio', 'range', 'CPU'])
  expect(columns(text, 2)).toEqual([
    ...['sieve', '3000', '3000..3000', '2.00', '4.2 %'],
    ...['-', '-', '-', '-'],
    ...['2000', '1.500', '1.50..1.50', '-'],
    ...['1000', '3.000', '3.00..3.00', '2.500'],
  ])
})

test('several have a mean', () => {
  const twice = enginesText(result([SIEVE, { ...SIEVE, kernel: 'fib', mips: exactly(750), peers: { system: beside(500, 1.5) } }]))
  expect(columns(twice, 4)).toEqual(['geometric mean', '1500', '-', '-', '1.500', '-', '2.121', '2.500'])
})

test('promises by kinds of kernels, of those that were measured', () => {
  const float = { ...SIEVE, kernel: 'nbody', kind: 'float' as const, peers: { system: beside(100, 0.9) } }
  expect(goalsOf(result([SIEVE, float]))).toEqual([
    { what: 'integer, geometric mean, of QEMU system', measured: expect.closeTo(3), least: 2 },
    { what: 'integer, geometric mean, of QEMU user', measured: expect.closeTo(1.5), least: 1 },
    { what: 'the slowest of all, of QEMU system', measured: 0.9, least: 1 },
    { what: 'float, geometric mean, of QEMU system', measured: expect.closeTo(0.9), least: 8 },
  ])
  expect(enginesText(result([SIEVE, float]))).toContain('the slowest of all, of QEMU system: 0.90, promised 1: not kept\n')
  expect(goalsOf(result([SIEVE], { cold: true }))).toEqual([])
  expect(goalsOf(result([SIEVE], { engine: 'interpreter' }))).toEqual([])
})

test('the slowest kernel decides whether the timed machine keeps its promise', () => {
  const timed = (mips: number) => enginesText(result([SIEVE, { ...SIEVE, mips: exactly(mips), cpi: 1.75 }], { engine: 'timed', peers: [] }))
  expect(columns(timed(40), 3)).toEqual(['sieve', '40.0', '40.0..40.0', '2.00', '4.2 %', '1.75'])
  expect(timed(40)).toMatch(/the slowest, MIPS: 40\.0, promised 40: kept\n$/)
  expect(timed(39.9)).toMatch(/the slowest, MIPS: 39\.9, promised 40: not kept\n$/)
})

test('each kind has its kernels', () => {
  expect(new Set(Object.values(KERNELS).map(k => k.kind))).toEqual(new Set(['integer', 'float', 'chase', 'dispersed']))
})
