// Medians and ratios of interleaved runs.
import { expect, test } from 'vitest'
import { ratioOf, spreadOf } from './spread.ts'

test('a spread has the middle and the ends', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5, runs: 3 })
  expect(spreadOf([4, 2])).toEqual({ median: 3, min: 2, max: 4, runs: 2 })
})

test('a ratio is taken pair by pair, so that a load that comes and goes falls out of it', () => {
  const ours = [10, 40, 20]
  const theirs = [20, 80, 40]
  expect(ratioOf(ours, theirs)).toEqual({ median: 2, min: 2, max: 2, runs: 3 })
  expect(ratioOf([10, 10, 10], [5, 20, 10])).toMatchObject({ median: 1, min: 0.5, max: 2 })
})

test('runs without a partner are no pairs', () => {
  expect(() => ratioOf([1, 2], [1])).toThrow('2 runs cannot be paired with 1')
})
