// Page faults: first touches, files, stacks that grow, and what is the program's own mistake.
import { expect, test } from 'vitest'
import { PAGE_SIZE } from '../../vm/index.ts'
import { PROT_EXEC, PROT_NONE, PROT_READ, PROT_WRITE, RLIMIT_STACK, SIGBUS, SIGKILL, SIGSEGV } from '../abi/index.ts'
import {
  cachePage,
  frameOf,
  getU32,
  getU8,
  handleFault,
  peekPte,
  putU32,
  readCached,
  STACK_GUARD_GAP,
  truncateCached,
  USER_END,
} from './index.ts'
import { expectSound, fileOf, imageOf, map, memoryKernel, memoryTask, space, touch } from './testing.ts'

const BASE = 0x10_0000
const MAPERR = { signal: SIGSEGV, code: 1 }
const ACCERR = { signal: SIGSEGV, code: 2 }
const BEYOND_FILE = { signal: SIGBUS, code: 2 }

test('reading untouched memory uses the one page of zeroes; writing gets a page', () => {
  const k = memoryKernel()
  const task = memoryTask(k)
  map(k, task, BASE, 2)
  const free = k.state.frames.freeCount
  expect(touch(k, task, 0, BASE, 'read')).toBe('pageFault')
  expect(handleFault(k, task, task.mm, BASE, 'read')).toBeNull()
  expect(frameOf(peekPte(k, space(task), BASE))).toBe(k.state.frames.zero)
  expect(space(task).anonPages).toBe(1)
  expect(touch(k, task, 0, BASE, 'read')).toBe('fuel')
  expect(touch(k, task, 0, BASE, 'write')).toBe('pageFault')
  expect(handleFault(k, task, task.mm, BASE, 'write')).toBeNull()
  expect(touch(k, task, 0, BASE, 'write')).toBe('fuel')
  expect(space(task).anonPages).toBe(2)
  expect(k.state.frames.freeCount).toBeLessThan(free)
  expect(task.usage.minorFaults).toBe(3)
  expectSound(k)
})

test.each([
  ['nothing is mapped', BASE - 1, 'read', MAPERR],
  ['the null page', 0, 'write', MAPERR],
  ['a negative address', -8, 'read', MAPERR],
  ['the end of user space', USER_END, 'read', MAPERR],
  ['2^63', 2 ** 63, 'read', MAPERR],
  ['not a number of bytes', Number.NaN, 'read', MAPERR],
  ['a write where only reading is allowed', BASE, 'write', ACCERR],
  ['a fetch where there is no X', BASE, 'fetch', ACCERR],
  ['a read of PROT_NONE', BASE + 2 * PAGE_SIZE, 'read', ACCERR],
  ['a fetch of what can be executed only', BASE + 3 * PAGE_SIZE, 'fetch', null],
  ['a read of what can be executed only', BASE + 3 * PAGE_SIZE, 'read', ACCERR],
  ['a read of what can be written only', BASE + 4 * PAGE_SIZE, 'read', null],
] as const)('%s', (_name, va, access, outcome) => {
  const k = memoryKernel()
  const task = memoryTask(k)
  map(k, task, BASE, 1, { prot: PROT_READ })
  map(k, task, BASE + 2 * PAGE_SIZE, 1, { prot: PROT_NONE })
  map(k, task, BASE + 3 * PAGE_SIZE, 1, { prot: PROT_EXEC })
  map(k, task, BASE + 4 * PAGE_SIZE, 1, { prot: PROT_WRITE })
  expect(handleFault(k, task, task.mm, va, access)).toEqual(outcome)
  expectSound(k)
})

test('a stack grows to its limit and no further', () => {
  const k = memoryKernel()
  const task = memoryTask(k)
  const top = 0x4000_0000
  task.group.rlimits.soft[RLIMIT_STACK] = 4 * PAGE_SIZE
  map(k, task, top - PAGE_SIZE, 1, { growsDown: true })
  putU32(k, task, top - 3 * PAGE_SIZE, 1)
  expect(space(task).regions[0].start).toBe(top - 3 * PAGE_SIZE)
  expect(space(task).totalPages).toBe(3)
  expect(handleFault(k, task, task.mm, top - 4 * PAGE_SIZE, 'write')).toBeNull()
  expect(handleFault(k, task, task.mm, top - 4 * PAGE_SIZE - 1, 'write')).toEqual(MAPERR)
  expectSound(k)
})

test('a stack keeps its distance from the mapping below it', () => {
  const k = memoryKernel()
  const task = memoryTask(k)
  const top = 0x4000_0000
  map(k, task, top - PAGE_SIZE, 1, { growsDown: true })
  const below = top - STACK_GUARD_GAP - 4 * PAGE_SIZE
  map(k, task, below, 1)
  expect(handleFault(k, task, task.mm, below + PAGE_SIZE + STACK_GUARD_GAP - 1, 'write')).toEqual(MAPERR)
  expect(handleFault(k, task, task.mm, below + PAGE_SIZE + STACK_GUARD_GAP, 'write')).toBeNull()
  expectSound(k)
})

test('a private mapping of a file: shared until written, then its own', () => {
  const k = memoryKernel()
  const task = memoryTask(k)
  const inode = fileOf(k, new Uint8Array(3 * PAGE_SIZE).fill(9))
  map(k, task, BASE, 3, { inode })
  expect(getU8(k, task, BASE)).toBe(9)
  // Its cached neighbours came along.
  expect(frameOf(peekPte(k, space(task), BASE + 2 * PAGE_SIZE))).toBe(inode.pages.get(2))
  putU32(k, task, BASE, 1)
  expect(readCached(k, inode, 0, 4)).toEqual(new Uint8Array([9, 9, 9, 9]))
  expect([getU32(k, task, BASE), getU8(k, task, BASE + 4)]).toEqual([1, 9])
  expectSound(k)
})

test('a shared mapping of a file: writes reach the file and the other mapping', () => {
  const k = memoryKernel()
  const [a, b] = [memoryTask(k), memoryTask(k)]
  const inode = fileOf(k, new Uint8Array(2 * PAGE_SIZE).fill(9))
  map(k, a, BASE, 2, { inode, shared: true })
  map(k, b, BASE, 1, { inode, shared: true, offset: PAGE_SIZE })
  expect(getU8(k, b, BASE)).toBe(9)
  putU32(k, a, BASE + PAGE_SIZE, 1)
  expect(getU32(k, b, BASE)).toBe(1)
  expect([...readCached(k, inode, PAGE_SIZE, 5)]).toEqual([1, 0, 0, 0, 9])
  expectSound(k)
})

test('beyond the last page of a file is SIGBUS, also after it was cut short', () => {
  const k = memoryKernel()
  const task = memoryTask(k)
  const inode = fileOf(k, new Uint8Array(PAGE_SIZE + 1).fill(9))
  map(k, task, BASE, 3, { inode, shared: true })
  expect(getU8(k, task, BASE + PAGE_SIZE)).toBe(9)
  expect(getU8(k, task, BASE + PAGE_SIZE + 1)).toBe(0)
  expect(handleFault(k, task, task.mm, BASE + 2 * PAGE_SIZE, 'read')).toEqual(BEYOND_FILE)
  truncateCached(k, inode, 1)
  inode.size = 1
  expect(handleFault(k, task, task.mm, BASE + PAGE_SIZE, 'read')).toEqual(BEYOND_FILE)
  expect([getU8(k, task, BASE), getU8(k, task, BASE + 1)]).toEqual([9, 0])
  expectSound(k)
})

test('out of memory: a fault kills, clean pages of images are given back first', () => {
  const k = memoryKernel({ frames: 32 })
  const task = memoryTask(k)
  const image = imageOf(k, new Uint8Array(8 * PAGE_SIZE).fill(3))
  for (let i = 0; i < 8; i++) cachePage(k, image, i)
  map(k, task, BASE, 64)
  let written = 0
  let outcome = null
  while ((outcome = handleFault(k, task, task.mm, BASE + written * PAGE_SIZE, 'write')) === null) written++
  expect(outcome).toEqual({ signal: SIGKILL, code: 0x80 })
  expect(image.pages.size).toBe(0)
  expect(written).toBe(32 - 1 - 4)
  expectSound(k)
})

test('a page that a private write is being copied from is not given back under it', () => {
  const k = memoryKernel({ frames: 16 })
  const task = memoryTask(k)
  const image = imageOf(k, new Uint8Array(8 * PAGE_SIZE).fill(3))
  map(k, task, BASE, 8, { inode: image })
  for (let i = 0; i < 8; i++) putU32(k, task, BASE + i * PAGE_SIZE, 1)
  expect(image.pages.size).toBeLessThan(8)
  for (let i = 0; i < 8; i++) expect(getU8(k, task, BASE + i * PAGE_SIZE + 4)).toBe(3)
  expectSound(k)
})
