// Fork and copy-on-write: who shares which frame, and what the TLBs may still believe.
import { strikeOff } from '../process/newborn.ts'
import { expect, test } from 'vitest'
import { PTE_W } from '../../vm/index.ts'
import { PROT_READ } from '../abi/index.ts'
import { copyIn, forkMm, frameOf, getU32, handleFault, peekPte, protectRange, putU32, releaseMm } from './index.ts'
import { expectSound, imageOf, map, memoryKernel, memoryTask, READ_WRITE, space, touch } from './testing.ts'

const BASE = 0x10_0000

test('after a fork both sides see the same bytes until one writes', () => {
  const k = memoryKernel()
  const parent = memoryTask(k)
  map(k, parent, BASE, 4)
  putU32(k, parent, BASE, 7)
  const child = memoryTask(k, forkMm(k, space(parent)))
  expect(getU32(k, child, BASE)).toBe(7)
  expect(peekPte(k, space(parent), BASE) & PTE_W).toBe(0)
  expect(frameOf(peekPte(k, space(parent), BASE))).toBe(frameOf(peekPte(k, space(child), BASE)))
  expectSound(k)
  putU32(k, child, BASE, 8)
  expect([getU32(k, parent, BASE), getU32(k, child, BASE)]).toEqual([7, 8])
  expect(k.state.counts.cowCopies).toBe(1)
  // The parent is alone again: it takes its page back without a copy.
  putU32(k, parent, BASE, 9)
  expect(k.state.counts.cowCopies).toBe(1)
  expect([getU32(k, parent, BASE), getU32(k, child, BASE)]).toEqual([9, 8])
  expectSound(k)
})

test('fork takes the write translations of the parent out of every TLB', () => {
  const k = memoryKernel({ harts: 2 })
  const parent = memoryTask(k)
  map(k, parent, BASE, 2)
  putU32(k, parent, BASE, 1)
  for (const hart of [0, 1]) expect(touch(k, parent, hart, BASE, 'write')).toBe('fuel')
  const child = memoryTask(k, forkMm(k, space(parent)))
  expectSound(k)
  for (const hart of [0, 1]) expect(touch(k, parent, hart, BASE, 'write')).toBe('pageFault')
  expect(handleFault(k, parent, parent.mm, BASE, 'write')).toBeNull()
  expect(touch(k, parent, 0, BASE, 'write')).toBe('fuel')
  expectSound(k)
  releaseMm(k, space(child))
  strikeOff(k, child)
  expectSound(k)
})

test('many pages lose W at once', () => {
  const k = memoryKernel()
  const parent = memoryTask(k)
  map(k, parent, BASE, 100)
  for (let i = 0; i < 100; i++) putU32(k, parent, BASE + i * 4096, i * 256)
  for (let i = 0; i < 100; i++) expect(touch(k, parent, 0, BASE + i * 4096, 'write')).toBe('fuel')
  const child = memoryTask(k, forkMm(k, space(parent)))
  expectSound(k)
  expect(getU32(k, child, BASE + 99 * 4096)).toBe(99 * 256)
})

test('pages of files are not copied to the child: it faults them in itself', () => {
  const k = memoryKernel()
  const parent = memoryTask(k)
  const inode = imageOf(k, new Uint8Array(8192).fill(5))
  map(k, parent, BASE, 2, { inode, prot: PROT_READ })
  map(k, parent, BASE + 0x40_0000, 1)
  expect(copyIn(k, parent, BASE, 1)[0]).toBe(5)
  putU32(k, parent, BASE + 0x40_0000, 1)
  const child = memoryTask(k, forkMm(k, space(parent)))
  expect(peekPte(k, space(child), BASE)).toBe(0)
  // Root, two middle levels and the leaf table of the written page: none for the file.
  expect(space(child).tablePages).toBe(4)
  expect(copyIn(k, child, BASE, 1)[0]).toBe(5)
  expectSound(k)
})

test('a private copy of a file page is inherited', () => {
  const k = memoryKernel()
  const parent = memoryTask(k)
  map(k, parent, BASE, 1, { inode: imageOf(k, new Uint8Array(4096).fill(5)) })
  putU32(k, parent, BASE, 1)
  const child = memoryTask(k, forkMm(k, space(parent)))
  expect(getU32(k, child, BASE)).toBe(1)
  expect(getU32(k, child, BASE + 4)).toBe(0x05050505)
  expectSound(k)
})

test('memory that was made read-only stays so in the child, and comes back writable as a copy', () => {
  const k = memoryKernel()
  const parent = memoryTask(k)
  map(k, parent, BASE, 1)
  putU32(k, parent, BASE, 3)
  protectRange(k, space(parent), BASE, BASE + 4096, PROT_READ)
  const child = memoryTask(k, forkMm(k, space(parent)))
  expect(() => putU32(k, child, BASE, 4)).toThrow(expect.objectContaining({ name: 'EFAULT' }))
  protectRange(k, space(child), BASE, BASE + 4096, READ_WRITE)
  expectSound(k)
  putU32(k, child, BASE, 4)
  expect(getU32(k, parent, BASE)).toBe(3)
  expectSound(k)
})

test('a fork that runs out of memory leaves the parent whole', () => {
  const k = memoryKernel({ frames: 16 })
  const parent = memoryTask(k)
  map(k, parent, BASE, 4)
  for (let i = 0; i < 4; i++) putU32(k, parent, BASE + i * 4096, i + 1)
  const before = k.state.frames.freeCount
  const children = []
  for (;;) {
    try {
      children.push(memoryTask(k, forkMm(k, space(parent))))
    } catch (error) {
      expect(error).toMatchObject({ name: 'ENOMEM' })
      break
    }
  }
  expect(children.length).toBe(Math.floor(before / 4))
  expectSound(k)
  for (const child of children) {
    releaseMm(k, space(child))
    strikeOff(k, child)
  }
  expect(k.state.frames.freeCount).toBe(before)
  expect(getU32(k, parent, BASE + 3 * 4096)).toBe(4)
  expectSound(k)
})
