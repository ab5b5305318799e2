// What compiling costs: memory as the host tells it, and the tables.
import { expect, test } from 'vitest'
import { residentOf } from './compiler.ts'
import { compilerText } from './compiler-table.ts'

const MIB = 1 << 20
const mapping = (sizeKib: number, residentKib: number): string =>
  `7f00-7f01 rw-p 00000000 00:00 0\nSize: ${String(sizeKib).padStart(18)} kB\nKernelPageSize: 4 kB\nRss: ${String(residentKib).padStart(19)} kB\nPss: 1 kB\n`

test("the machine's memory is told from the rest", () => {
  const smaps = mapping(1000, 900) + mapping(70_000, 50_000) + mapping(90_000_000, 0) + mapping(200_000, 60_000)
  expect(residentOf(smaps, 64 * MIB)).toEqual({ all: 110_900 * 1024, machine: 50_000 * 1024 })
  expect(residentOf('', 64 * MIB)).toEqual({ all: 0, machine: 0 })
})

test('kernels and quarters, with what is promised', () => {
  const spread = (median: number) => ({ median, min: median / 2, max: median * 2, runs: 3 })
  const row = {
    ...{ kernel: 'sieve', secondsToPeak: spread(0.2), longest: spread(0.004), longestInterpreted: spread(0.002) },
    pauses: { longest: 0.004, over: 0 },
  }
  const mixed = { seconds: 60, ramBytes: 256 * MIB, quarters: [{ resident: 400 * MIB, over: 144 * MIB }], rounds: 3 }
  const lines = compilerText({ rows: [row], mixed }).split('\n')
  expect(lines[1].split(/ {2,}/)).toEqual(['sieve', '200 ms', '0.10..0.40', '4.00 ms', '2.00..8.00', '0', '2.00 ms'])
  expect(lines[2]).toBe('promised: 300 ms to 90 % of the peak, no pause over 5 ms')
  expect(lines[4]).toMatch(/^a mixed run, guest RAM 256 MiB, 3 times round +resident +over the RAM \(promised 143 MiB\)$/)
  expect(lines[5].split(/ {2,}/)).toEqual(['quarter 1 of 60 s', '400 MiB', '144 MiB'])
  expect(compilerText({ rows: [], mixed: null })).toBe('')
})
