// What a debugger writes into a program: seen by the program at once, also where the machine remembers another frame, and by nobody else.
import { expect, test } from 'vitest'
import { getX } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { forkMm, getU8, pokeUser, putU8 } from './index.ts'
import { expectSound, map, memoryKernel, memoryTask, space, touch } from './testing.ts'

const BASE = 0x10_0000

/** What the machine reads, through its TLB. */
function readByMachine(k: Kernel, task: Task): number {
  expect(touch(k, task, 0, BASE, 'read')).toBe('fuel')
  return getX(k.machine.harts[0], 11) & 0xff
}
const poke = (k: Kernel, task: Task, value: number): number => pokeUser(k, space(task), BASE, Uint8Array.of(value))

test('a page of zeroes that was only read becomes the program’s own', () => {
  const k = memoryKernel()
  const [task, other] = [memoryTask(k), memoryTask(k)]
  for (const t of [task, other]) {
    map(k, t, BASE, 1)
    expect(getU8(k, t, BASE)).toBe(0)
  }
  expect(readByMachine(k, task)).toBe(0)
  expect(poke(k, task, 7)).toBe(1)
  expectSound(k)
  expect(readByMachine(k, task)).toBe(7)
  expect(getU8(k, other, BASE)).toBe(0)
})

test('a page that is shared after a fork is copied first, on whichever side is written', () => {
  for (const side of [0, 1]) {
    const k = memoryKernel()
    const parent = memoryTask(k)
    map(k, parent, BASE, 1)
    putU8(k, parent, BASE, 5)
    const tasks = [parent, memoryTask(k, forkMm(k, space(parent)))]
    expect(tasks.map(task => readByMachine(k, task))).toEqual([5, 5])
    expect(poke(k, tasks[side], 9)).toBe(1)
    expectSound(k)
    expect(readByMachine(k, tasks[side])).toBe(9)
    expect(readByMachine(k, tasks[1 - side])).toBe(5)
  }
})
