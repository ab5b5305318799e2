// Who pays for frames: the space that they were made for, until they are free again, whoever shares them meanwhile.
import { expect, test } from 'vitest'
import { strikeOff } from '../process/newborn.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { fileOf, expectSound, map, memoryKernel, memoryTask, space } from './testing.ts'
import { forkMm, getU32, newMm, protectRange, putU32, releaseMm, unmapRange } from './index.ts'
import { PROT_READ } from '../abi/index.ts'

const BASE = 0x20_0000
const HUGE_FRAMES = 512
/** Tables of a space with one small page (Sv48): one of each level. */
const TABLES = 4

/** A machine whose frames two payers share; `paid` is what each pays for, the machine less what it had at first. */
function divided(options: Parameters<typeof memoryKernel>[0] = {}): { k: Kernel; paid: () => number[] } {
  const k = memoryKernel(options)
  const { payers } = k.state.frames
  payers.push({ frames: 0 }, { frames: 0 })
  const atFirst = payers[0].frames
  return {
    k,
    paid: () => {
      expectSound(k)
      return payers.map(({ frames }, i) => (i === 0 ? frames - atFirst : frames))
    },
  }
}

function end(k: Kernel, task: Task): void {
  releaseMm(k, space(task))
  strikeOff(k, task)
}

test('a space pays for its tables and its private pages, and for nothing when it is gone', () => {
  const { k, paid } = divided()
  const task = memoryTask(k, newMm(k, 1))
  expect(paid()).toEqual([0, 1, 0])
  map(k, task, BASE, 4)
  for (let page = 0; page < 4; page++) putU32(k, task, BASE + page * 4096, page)
  expect(paid()).toEqual([0, TABLES + 4, 0])
  unmapRange(k, space(task), BASE, BASE + 2 * 4096)
  expect(paid()).toEqual([0, TABLES + 2, 0])
  end(k, task)
  expect(paid()).toEqual([0, 0, 0])
})

test('a fork pays as its parent does; one that is moved pays for its copies, and what it shares stays the first one’s', () => {
  const { k, paid } = divided()
  const parent = memoryTask(k, newMm(k, 1))
  map(k, parent, BASE, 2)
  for (const page of [0, 1]) putU32(k, parent, BASE + page * 4096, page)
  const child = memoryTask(k, forkMm(k, space(parent)))
  expect([space(child).payer, paid()]).toEqual([1, [0, 2 * TABLES + 2, 0]])
  space(child).payer = 2
  putU32(k, child, BASE, 7)
  expect(paid()).toEqual([0, 2 * TABLES + 2, 1])
  end(k, parent)
  // The page that the child never wrote is still paid for by who made it.
  expect([getU32(k, child, BASE + 4096), paid()]).toEqual([1, [0, TABLES + 1, 1]])
  end(k, child)
  expect(paid()).toEqual([0, 0, 0])
})

test('pages of files are the machine’s, their private copies the space’s', () => {
  const { k, paid } = divided()
  const task = memoryTask(k, newMm(k, 1))
  map(k, task, BASE, 1, { inode: fileOf(k, new Uint8Array(4096).fill(1)) })
  getU32(k, task, BASE)
  expect(paid()).toEqual([1, TABLES, 0])
  putU32(k, task, BASE, 5)
  expect(paid()).toEqual([1, TABLES + 1, 0])
})

test('a huge page is 512 frames, and a table more once it is split', () => {
  const { k, paid } = divided({ frames: 2048, thp: 'always' })
  const task = memoryTask(k, newMm(k, 1))
  map(k, task, BASE, HUGE_FRAMES)
  putU32(k, task, BASE, 1)
  expect(paid()).toEqual([0, HUGE_FRAMES + TABLES - 1, 0])
  protectRange(k, space(task), BASE, BASE + 4096, PROT_READ)
  expect(paid()).toEqual([0, HUGE_FRAMES + TABLES, 0])
  end(k, task)
  expect(paid()).toEqual([0, 0, 0])
})

test('a payer that counts wrongly is found', () => {
  const { k } = divided()
  k.state.frames.payers[1].frames++
  expect(() => expectSound(k)).toThrow('payer 1 pays for 0 frames, counted are 1')
})
