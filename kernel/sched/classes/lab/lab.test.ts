// Policies of the lab, each under the same three tasks: two spin, one is five steps nicer.
import { describe, expect, test } from 'vitest'
import { start } from '../../../testing.ts'
import { SHARING, schedTable } from '../index.ts'

const FORK = `
  li a0, 17
  li a1, 0
  sys 220`
const SPINNERS = `${FORK}
  beqz a0, {spin}${FORK}
  bnez a0, {spin}
  li a0, 0
  li a1, 0
  li a2, 5
  sys 140
spin:
  j {spin}`
const UNTIL = 45_000_000

function shares(policy: string, harts = 1): number[] {
  const { k, run } = start(SPINNERS, { policy, harts })
  run({ until: UNTIL })
  return [...k.state.tasks.values()].map(task => task.sched.sumExec / UNTIL)
}

describe.each(SHARING.map(row => row.name))('%s', policy => {
  test.each([1, 2])('on %i harts everybody has a part, and the same each time', harts => {
    const once = shares(policy, harts)
    for (const share of once) expect(share).toBeGreaterThan(0.1)
    expect(once.reduce((sum, share) => sum + share)).toBeCloseTo(harts, 1)
    expect(shares(policy, harts)).toEqual(once)
  })
})

test('who is nicer has less where weights count, and as much where they do not', () => {
  const nicer = (policy: string): number => {
    const [first, , third] = shares(policy)
    return third! / first!
  }
  // 335 to 1024.
  expect(nicer('stride')).toBeCloseTo(0.33, 1)
  expect(nicer('fair')).toBeCloseTo(0.33, 1)
  expect(nicer('round-robin')).toBeCloseTo(1, 0)
})

test('a name that is not there is refused with those that are', () => {
  expect(() => schedTable('luck')).toThrow("there is no policy 'luck': it is fair, round-robin, stride, mlfq")
})
