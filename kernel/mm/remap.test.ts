// mremap(2), row by row: where a mapping goes, what its pages show there, and what is left behind.
import { beforeEach, expect, test } from 'vitest'
import { PAGE_SIZE as PAGE } from '../../vm/index.ts'
import { isErrno, MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_READ, RLIMIT_MEMLOCK } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { getU8, putU8, remap, setLocked, USER_END } from './index.ts'
import { expectSound, fileOf, map, memoryKernel, memoryTask, READ_WRITE, space, touch } from './testing.ts'

const BASE = 0x10_0000
const TARGET = 0x5000_0000

let k: Kernel
let task: Task
beforeEach(() => {
  k = memoryKernel({ frames: 256 })
  task = memoryTask(k)
})

const numbered = (pages: number) =>
  fileOf(
    k,
    Uint8Array.from({ length: pages * PAGE }, (_, i) => (i % PAGE === 0 ? 1 + i / PAGE : 0)),
  )

/** Pages of old size, new size, flags; sizes that are no number of pages are given in bytes as fractions. */
function move(from: number, oldPages: number, newPages: number, flags = 0, target = 0): number | string {
  try {
    return remap(k, task, space(task), BASE + from * PAGE, oldPages * PAGE, newPages * PAGE, flags, target)
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.name
  } finally {
    expectSound(k)
  }
}
/** First bytes of pages from an address on; null where nothing is mapped. */
const bytes = (at: number, pages: number): (number | null)[] =>
  Array.from({ length: pages }, (_, n) => {
    try {
      return getU8(k, task, at + n * PAGE)
    } catch {
      return null
    }
  })
const fill = (pages: number): void => {
  for (let n = 0; n < pages; n++) putU8(k, task, BASE + n * PAGE, 1 + n)
}

test('shrinking keeps what is before the new end, and a part of a page is a page', () => {
  map(k, task, BASE, 4)
  fill(4)
  expect([move(0, 4, 3), bytes(BASE, 4)]).toEqual([BASE, [1, 2, 3, null]])
  expect([move(0, 3, 1 + 1 / PAGE), bytes(BASE, 3)]).toEqual([BASE, [1, 2, null]])
  expect([move(0, 2, 2), bytes(BASE, 2)]).toEqual([BASE, [1, 2]])
})

test('growing where it is: up to the neighbour, never over it', () => {
  map(k, task, BASE, 2)
  map(k, task, BASE + 4 * PAGE, 1, { prot: PROT_READ })
  fill(2)
  expect([move(0, 2, 4), bytes(BASE, 4)]).toEqual([BASE, [1, 2, 0, 0]])
  expect([move(0, 4, 5), bytes(BASE, 4)]).toEqual(['ENOMEM', [1, 2, 0, 0]])
  // Not the end of its mapping: it cannot grow in place.
  expect(move(0, 1, 2)).toBe('ENOMEM')
  expect(space(task).totalPages).toBe(5)
})

test('a mapping of a file that grows shows more of the file', () => {
  map(k, task, BASE, 2, { inode: numbered(6), offset: PAGE, shared: true })
  expect([move(0, 2, 4), bytes(BASE, 4)]).toEqual([BASE, [2, 3, 4, 5]])
  const target = move(1, 3, 4, MREMAP_MAYMOVE | MREMAP_FIXED, TARGET)
  expect([target, bytes(TARGET, 4), bytes(BASE, 2)]).toEqual([TARGET, [3, 4, 5, 6], [2, null]])
})

test('moving takes the pages along and shrinks or grows', () => {
  map(k, task, BASE, 4)
  fill(4)
  for (let n = 0; n < 4; n++) touch(k, task, 0, BASE + n * PAGE, 'write')
  fill(4)
  expect(move(1, 2, 3, MREMAP_MAYMOVE | MREMAP_FIXED, TARGET)).toBe(TARGET)
  expect([bytes(TARGET, 3), bytes(BASE, 4)]).toEqual([
    [2, 3, 0],
    [1, null, null, 4],
  ])
  // The old translations are gone from the TLB too.
  expect([touch(k, task, 0, BASE + PAGE, 'read'), touch(k, task, 0, TARGET, 'read')]).toEqual(['pageFault', 'fuel'])
})

test('an old size of zero maps shared pages a second time', () => {
  map(k, task, BASE, 3, { inode: numbered(6), offset: PAGE, shared: true })
  expect([move(1, 0, 2, MREMAP_MAYMOVE | MREMAP_FIXED, TARGET), bytes(TARGET, 2), bytes(BASE, 3)]).toEqual([TARGET, [3, 4], [2, 3, 4]])
  putU8(k, task, TARGET, 99)
  expect(getU8(k, task, BASE + PAGE)).toBe(99)
  expect(move(0, 0, 1)).toBe('ENOMEM')
  map(k, task, BASE + 8 * PAGE, 1)
  expect(move(8, 0, 1, MREMAP_MAYMOVE)).toBe('EINVAL')
})

test('DONTUNMAP leaves an empty mapping behind', () => {
  map(k, task, BASE, 2)
  fill(2)
  const at = move(0, 2, 2, MREMAP_MAYMOVE | MREMAP_DONTUNMAP)
  expect([bytes(Number(at), 2), bytes(BASE, 2)]).toEqual([
    [1, 2],
    [0, 0],
  ])
  expect(space(task).totalPages).toBe(4)
  expect([move(0, 2, 3, MREMAP_MAYMOVE | MREMAP_DONTUNMAP), move(0, 2, 2, MREMAP_DONTUNMAP)]).toEqual(['EINVAL', 'EINVAL'])
})

test('locked pages are counted wherever they go', () => {
  const mm = space(task)
  map(k, task, BASE, 2, { prot: READ_WRITE })
  setLocked(k, mm, BASE, BASE + 2 * PAGE, true)
  expect([move(0, 2, 4), mm.lockedPages]).toEqual([BASE, 4])
  expect([move(0, 4, 3), mm.lockedPages]).toEqual([BASE, 3])
  expect([move(0, 3, 5, MREMAP_MAYMOVE | MREMAP_FIXED, TARGET), mm.lockedPages]).toEqual([TARGET, 5])
  const soft = task.group.rlimits.soft.slice()
  soft[RLIMIT_MEMLOCK] = 6 * PAGE
  task.group.rlimits = { ...task.group.rlimits, soft }
  const grow = (pages: number): number | string => {
    try {
      return remap(k, task, mm, TARGET, 5 * PAGE, pages * PAGE, 0, 0)
    } catch (error) {
      return isErrno(error) ? error.name : 'thrown'
    }
  }
  expect([grow(7), grow(6)]).toEqual(['EAGAIN', TARGET])
})

test.each<[string, number, number, number, number, number, string]>([
  ['an address within a page', 0.5, 1, 1, 0, 0, 'EINVAL'],
  ['a new size of zero', 0, 1, 0, 0, 0, 'EINVAL'],
  ['unknown flags', 0, 1, 1, 8, 0, 'EINVAL'],
  ['FIXED without MAYMOVE', 0, 1, 1, MREMAP_FIXED, TARGET, 'EINVAL'],
  ['a target within a page', 0, 1, 1, MREMAP_FIXED | MREMAP_MAYMOVE, TARGET + 8, 'EINVAL'],
  ['a target over the mapping', 0, 2, 2, MREMAP_FIXED | MREMAP_MAYMOVE, BASE + PAGE, 'EINVAL'],
  ['a target just below that reaches into it', 0, 2, 2, MREMAP_FIXED | MREMAP_MAYMOVE, BASE - PAGE, 'EINVAL'],
  ['a target beyond user space', 0, 1, 2, MREMAP_FIXED | MREMAP_MAYMOVE, USER_END - PAGE, 'EINVAL'],
  ['no mapping', 9, 1, 2, MREMAP_MAYMOVE, 0, 'EFAULT'],
  ['more than one mapping', 0, 3, 4, MREMAP_MAYMOVE, 0, 'EFAULT'],
])('%s', (_name, from, oldPages, newPages, flags, target, error) => {
  map(k, task, BASE, 2)
  map(k, task, BASE + 2 * PAGE, 1, { prot: PROT_READ })
  expect(move(from, oldPages, newPages, flags, target)).toBe(error)
})
