// Address-space numbers: they last a generation, and none is used by two.
import { expect, test } from 'vitest'
import { getX, tlbEntries } from '../../vm/index.ts'
import { frameOf, peekPte, putU32, useMm } from './index.ts'
import { flushMm, flushPage, flushRange } from './asid.ts'
import { expectSound, map, memoryKernel, memoryTask, space, touch } from './testing.ts'

const BASE = 0x10_0000

test('address spaces with the same addresses live in the TLB side by side', () => {
  const k = memoryKernel()
  const tasks = [1, 2, 3].map(() => memoryTask(k))
  for (const [i, task] of tasks.entries()) {
    map(k, task, BASE, 1)
    putU32(k, task, BASE, i)
    expect(touch(k, task, 0, BASE, 'read')).toBe('fuel')
  }
  expect(new Set(tasks.map(task => space(task).asid))).toEqual(new Set([1, 2, 3]))
  expectSound(k)
})

test('when numbers run out a new generation starts with empty TLBs', () => {
  const k = memoryKernel({ harts: 2, asidLimit: 3 })
  const tasks = [1, 2, 3, 4, 5].map(() => memoryTask(k))
  for (const task of tasks) {
    map(k, task, BASE, 1)
    putU32(k, task, BASE, 1)
  }
  expect(touch(k, tasks[0], 1, BASE, 'read')).toBe('fuel')
  for (let round = 0; round < 3; round++) {
    for (const task of tasks) {
      expect(touch(k, task, 0, BASE, 'write')).toBe('fuel')
      const frame = frameOf(peekPte(k, space(task), BASE))
      const hart = k.machine.harts[0]
      expect(tlbEntries(k.machine, hart).find(e => e.current && e.access === 'write' && e.va === BASE)?.frame).toBe(frame)
      expectSound(k)
    }
  }
  expect(k.state.asids.generation).toBeGreaterThan(3)
  // Hart 1 still runs its task, under a number of this generation.
  expect(space(tasks[0]).asidGeneration).toBe(k.state.asids.generation)
  useMm(k, 1, space(tasks[0]))
  expect(touch(k, tasks[0], 1, BASE, 'read')).toBe('fuel')
})

test.each([
  [1, 1],
  [1, 3],
  [2, 2],
  [2, 3],
  [3, 3],
])('a number that is given again brings nobody to what its last owner had (%i harts, numbers up to %i)', (harts, limit) => {
  const k = memoryKernel({ harts, asidLimit: limit })
  const tasks = [1, 2, 3, 4].map(() => memoryTask(k))
  for (const [i, task] of tasks.entries()) {
    map(k, task, BASE, 1)
    putU32(k, task, BASE, 10 + i)
  }
  let state = 7
  const next = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  for (let turn = 0; turn < 60; turn++) {
    const [hart, which] = [next(harts), next(tasks.length)]
    expect(touch(k, tasks[which], hart, BASE, 'read')).toBe('fuel')
    expect([turn, getX(k.machine.harts[hart], 11)]).toEqual([turn, 10 + which])
    expect(space(tasks[which]).asid).toBeGreaterThan(0)
    expect(space(tasks[which]).asid).toBeLessThanOrEqual(limit)
  }
  expect(k.state.asids.generation).toBeGreaterThan(2)
})

test('flushes reach every hart that ran the address space, and only its entries', () => {
  const k = memoryKernel({ harts: 2 })
  const [task, other] = [memoryTask(k), memoryTask(k)]
  for (const t of [task, other]) {
    map(k, t, BASE, 40)
    for (let page = 0; page < 40; page++) putU32(k, t, BASE + page * 4096, 1)
  }
  const entries = (hart: number) =>
    tlbEntries(k.machine, k.machine.harts[hart]).filter(e => e.access === 'read' && e.va >= BASE && e.va < BASE + 40 * 4096).length
  const fill = () => {
    for (const hart of [0, 1]) {
      touch(k, other, hart, BASE, 'read')
      for (let page = 1; page < 40; page++) touch(k, task, hart, BASE + page * 4096, 'read')
    }
  }
  fill()
  expect([entries(0), entries(1)]).toEqual([40, 40])
  flushPage(k, space(task), BASE + 4096)
  expect([entries(0), entries(1)]).toEqual([39, 39])
  flushRange(k, space(task), BASE + 4096, BASE + 5 * 4096)
  expect([entries(0), entries(1)]).toEqual([36, 36])
  // The end is not in the range; a long range is all of the address space, and nobody else's.
  flushRange(k, space(task), BASE + 5 * 4096, BASE + 37 * 4096)
  expect([entries(0), entries(1)]).toEqual([4, 4])
  fill()
  flushRange(k, space(task), BASE + 4096, BASE + 34 * 4096)
  expect([entries(0), entries(1)]).toEqual([1, 1])
  fill()
  flushMm(k, space(task))
  expect([entries(0), entries(1)]).toEqual([1, 1])
})
