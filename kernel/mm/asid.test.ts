// Address-space numbers: they last a generation, and none is used by two.
import { expect, test } from 'vitest'
import { tlbEntries } from '../../vm/index.ts'
import { frameOf, peekPte, putU32, useMm } from './index.ts'
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
