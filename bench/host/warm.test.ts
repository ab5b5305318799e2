// Getting up to speed, on runs that are made up.
import { expect, test } from 'vitest'
import type { Moment } from './guest.ts'
import { momentAt, warmingOf } from './warm.ts'

/** A moment each millisecond: so many instructions a millisecond for so many of them. */
function run(...phases: readonly (readonly [milliseconds: number, each: number])[]): Moment[] {
  const moments: Moment[] = [[0, 0, 0]]
  for (const [milliseconds, each] of phases)
    for (let n = 0; n < milliseconds; n++) {
      const [instructions, seconds, cpu] = moments[moments.length - 1]
      moments.push([instructions + each, seconds + 0.001, cpu + 0.002])
    }
  return moments
}

test('from the first window on: nothing is lost', () => {
  expect(warmingOf(run([1000, 100]))).toMatchObject({ peak: expect.closeTo(100_000), secondsToPeak: 0, share: 0 })
})

test('half a second at a fifth of the peak loses four fifths of it', () => {
  const warming = warmingOf(run([500, 20], [1500, 100]))!
  expect(warming.secondsToPeak).toBeCloseTo(0.5, 1)
  expect(warming.share).toBeCloseTo(0.4 / 2, 1)
  expect(warming.peak).toBeCloseTo(100_000)
})

test('a lucky window is no peak', () => {
  expect(warmingOf(run([900, 100], [20, 1000], [1080, 100]))!.peak).toBeCloseTo(100_000)
})

test('too short to say', () => expect(warmingOf(run([5, 100]))).toBeNull())

test('between two moments by a straight line', () => {
  const [instructions, seconds, cpu] = momentAt(run([10, 100]), 250)
  expect(instructions).toBe(250)
  expect(seconds).toBeCloseTo(0.0025)
  expect(cpu).toBeCloseTo(0.005)
  expect(momentAt(run([10, 100]), 0)).toEqual([0, 0, 0])
})
