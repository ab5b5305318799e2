// The arithmetic that claims rest on, on curves whose answer is known.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossing, findSteps, kneeAt, linearFit, median, spread } from './statistics.ts'

describe('linearFit', () => {
  test('points on a line give the line', () => {
    const line = linearFit([1, 2, 5, 9].map(x => [x, 3 * x - 7] as const))
    expect(line.slope).toBeCloseTo(3)
    expect(line.intercept).toBeCloseTo(-7)
    expect(line.r2).toBeCloseTo(1)
  })
  test('a parabola is no line', () => {
    const { r2 } = linearFit([-2, -1, 0, 1, 2].map(x => [x, x * x] as const))
    expect(r2).toBeCloseTo(0)
  })
  test('a constant is a line, one x is none', () => {
    expect(linearFit([[1, 4], [2, 4]])).toEqual({ slope: 0, intercept: 4, r2: 1 }) // prettier-ignore
    expect(() => linearFit([[1, 4], [1, 5]])).toThrow(/two different x/) // prettier-ignore
  })
})

describe('findSteps', () => {
  test('two plateaus', () => expect(findSteps([1, 1, 1, 5, 5], 1)).toEqual([2]))
  test('three plateaus, the heights far apart', () => expect(findSteps([0, 0, 0.1, 4, 4, 4.1, 20, 22], 2)).toEqual([2, 5]))
  test('too few values', () => expect(() => findSteps([1, 2], 2)).toThrow(/need more/))
  test('any plateaus with little noise are found', () => {
    const plateau = fc.record({ length: fc.integer({ min: 2, max: 6 }), rise: fc.integer({ min: 5, max: 50 }) })
    fc.assert(
      fc.property(
        fc.array(plateau, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.5, noNaN: true })),
        (plateaus, noise) => {
          const values: number[] = []
          const ends: number[] = []
          let level = 0
          for (const { length, rise } of plateaus) {
            level += rise
            for (let n = 0; n < length; n++) values.push(level + noise.next().value!)
            ends.push(values.length - 1)
          }
          expect(findSteps(values, plateaus.length - 1)).toEqual(ends.slice(0, -1))
        },
      ),
    )
  })
})

test('kneeAt: the first value that is so many times the first one', () => {
  expect(kneeAt([14, 15, 18, 46, 88], 2)).toBe(3)
  expect(kneeAt([6, 7, 7, 8, 8], 2)).toBe(5)
})

test('crossing: where a curve comes up to a value', () => {
  expect(crossing([[0, 0], [10, 100]], 25)).toBe(2.5) // prettier-ignore
  expect(crossing([[4, 30], [10, 100]], 25)).toBe(4) // prettier-ignore
  expect(crossing([[0, 0], [10, 20]], 25)).toBeNull() // prettier-ignore
})

test('median and spread', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
  expect(spread([2, 4, 3])).toBe(2)
})

test('a knee is where the factor is reached, not passed', () =>
  expect([kneeAt([1, 1, 2, 5], 2), kneeAt([1, 1.9, 2.1], 2), kneeAt([1, 1], 2)]).toEqual([2, 2, 2]))
