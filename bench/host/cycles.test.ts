// benchmark.js around a body: what is timed and what is not, and the arithmetic of its samples.
import { expect, test } from 'vitest'
import { cyclesOfMeans, measureCycles } from './cycles.ts'

const BODY_MS = 2
const SETUP_MS = 20

function spend(ms: number): void {
  const end = process.hrtime.bigint() + BigInt(ms * 1e6)
  while (process.hrtime.bigint() < end);
}

test('a body of several operations: each costs its share', () => {
  const cycles = cyclesOfMeans([{ mean: 0.002, moe: 0.0001, samples: 40 }], 100)
  expect(cycles.ns).toBeCloseTo(20_000)
  expect(cycles.hz).toBeCloseTo(50_000)
  expect(cycles.rme).toBeCloseTo(5)
  expect(cycles.samples).toBe(40)
})

test('the difference of two bodies is less certain than either', () => {
  const cycles = cyclesOfMeans(
    [
      { mean: 0.005, moe: 0.0003, samples: 40 },
      { mean: 0.001, moe: 0.0004, samples: 12 },
    ],
    10,
  )
  expect(cycles.ns).toBeCloseTo(400_000)
  expect(cycles.rme).toBeCloseTo(12.5)
  expect(cycles.samples).toBe(12)
})

test('each cycle has a set-up of its own, and it is not timed', () => {
  let setups = 0
  const seen = new Set<number>()
  const setup = (): (() => void) => {
    const own = ++setups
    spend(SETUP_MS)
    return () => {
      seen.add(own)
      spend(BODY_MS)
    }
  }
  const cycles = measureCycles([{ setup }], 1, 0.2)
  expect(cycles).not.toBeNull()
  expect(setups).toBeGreaterThanOrEqual(cycles!.samples)
  expect(seen.size).toBe(setups)
  expect(cycles!.ns).toBeGreaterThanOrEqual(BODY_MS * 1e6)
  // Were the set-up in it, a cycle of one body would take eleven times as long.
  expect(cycles!.ns).toBeLessThan(SETUP_MS * 1e6)
})

test('a body that fails ends the bench', () => {
  const setup = () => () => {
    throw new Error('the guest ended')
  }
  expect(() => measureCycles([{ setup }], 1, 0.1)).toThrow('the guest ended')
})
