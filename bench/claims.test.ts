// Claims at their very borders, and the numbers that people read.
import { describe, expect, test } from 'vitest'
import { atLeast, atMost, between, exactly, near, quantity, signedPercent, straight } from './claims.ts'
import { differs } from './match.ts'
import type { Claim, ScenarioResult } from './types.ts'

test.each<[string, Claim, boolean]>([
  ['between, its lower border', between('c', 2, 2, 3), true],
  ['between, its upper border', between('c', 3, 2, 3), true],
  ['between, below', between('c', 1.999, 2, 3), false],
  ['between, above', between('c', 3.001, 2, 3), false],
  ['at least', atLeast('c', 5, 5), true],
  ['at least, less', atLeast('c', 4.99, 5), false],
  ['at most', atMost('c', 5, 5), true],
  ['at most, more', atMost('c', 5.01, 5), false],
  ['near, from above', near('c', 110, 100, 0.25), true],
  ['near, from below', near('c', 75, 100, 0.25), true],
  ['near, too far above', near('c', 126, 100, 0.25), false],
  ['near, too far below', near('c', 74, 100, 0.25), false],
  ['straight', straight('c', 0.9991, 0.999), true],
  ['straight, not above', straight('c', 0.999, 0.999), false],
  ['exactly', exactly('c', 7, 7), true],
  ['exactly, not', exactly('c', 7.0001, 7), false],
  ['a value that is none', between('c', NaN, 0, 1), false],
  ['near nothing', near('c', NaN, 1, 1), false],
])('%s', (_name, claim, holds) => expect(claim.holds).toBe(holds))

describe('numbers', () => {
  test.each<[number, string | undefined, string]>([
    [0, undefined, '0'],
    [1234.5, undefined, '1235'],
    [100, undefined, '100'],
    [99.96, undefined, '100'],
    [12.345, undefined, '12.3'],
    [0.012345, undefined, '0.0123'],
    [0.00999, undefined, '1.0e-2'],
    [-3.14159, 'ns', '-3.14 ns'],
    [Infinity, 'ns', 'none'],
    [NaN, undefined, 'none'],
  ])('%f %s', (value, unit, text) => expect(quantity(value, unit)).toBe(text))
  test('shares', () => expect([0.105, -0.25, 0].map(signedPercent)).toEqual(['+10.5 %', '−25 %', '+0 %']))
  test('in claims', () => {
    expect(near('c', 110, 100, 0.25, 'ns')).toMatchObject({ required: '100 ns ±25 %', measured: '110 ns (+10 %)' })
    expect(between('c', 2, 1, 3, 'x')).toMatchObject({ claim: 'c', required: '1 to 3 x', measured: '2 x' })
  })
})

test('results of different runs are told apart', () => {
  const run = { preset: 'small', set: ['asid=on'], hash: 'abc', quick: false } as unknown as ScenarioResult
  expect(differs(run, { ...run })).toBe(null)
  expect(differs(run, { ...run, preset: 'large' })).toBe('preset small against large')
  expect(differs(run, { ...run, set: [] })).toBe('--set asid=on against (none)')
  expect(differs(run, { ...run, hash: 'abd' })).toBe('preset small has hash abc against abd')
  expect(differs(run, { ...run, quick: true })).toBe('without --quick against with')
})
