// Mappings that are cut by calls on a part of them: every page still shows what it did, whatever kind of mapping it is.
import { describe, expect, test } from 'vitest'
import { PAGE_SIZE as PAGE } from '../../vm/index.ts'
import { MADV_DODUMP, MADV_DOFORK, MADV_DONTFORK, MADV_NOHUGEPAGE, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_READ } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { advise, forkMm, getU8, protectRange, putU8, remap, setLocked, unmapRange, type RegionSpec } from './index.ts'
import { expectSound, fileOf, map, memoryKernel, memoryTask, READ_WRITE, space } from './testing.ts'

const BASE = 0x10_0000
const FAR = 0x4000_0000
const PAGES = 8

/** A file whose pages begin with their numbers, and one more page in front that the mapping leaves out. */
const numbered = (k: Kernel) => {
  const bytes = new Uint8Array((PAGES + 1) * PAGE)
  for (let page = 0; page <= PAGES; page++) bytes[page * PAGE] = 100 + page
  return fileOf(k, bytes)
}

const KINDS: Record<string, (k: Kernel) => Partial<RegionSpec>> = {
  'a private file': k => ({ inode: numbered(k), offset: PAGE }),
  'a shared file': k => ({ inode: numbered(k), offset: PAGE, shared: true }),
  'a file for reading': k => ({ inode: numbered(k), offset: PAGE, prot: PROT_READ }),
  'anonymous memory': () => ({}),
}

/** Calls on pages [from, to) of the mapping. Answers the page that shows page `n` afterwards: its address, or null when it is gone. */
const CUTS: Record<string, (k: Kernel, task: Task, from: number, to: number) => ((n: number) => number | null) | void> = {
  munmap(k, task, from, to) {
    unmapRange(k, space(task), BASE + from * PAGE, BASE + to * PAGE)
    return n => (n >= from && n < to ? null : BASE + n * PAGE)
  },
  mprotect: (k, task, from, to) => protectRange(k, space(task), BASE + from * PAGE, BASE + to * PAGE, PROT_READ),
  'mprotect and back'(k, task, from, to) {
    const { prot } = space(task).regions[0]
    protectRange(k, space(task), BASE + from * PAGE, BASE + to * PAGE, 0)
    protectRange(k, space(task), BASE + from * PAGE, BASE + to * PAGE, prot)
  },
  mlock: (k, task, from, to) => setLocked(k, space(task), BASE + from * PAGE, BASE + to * PAGE, true),
  'mlock and munlock'(k, task, from, to) {
    setLocked(k, space(task), BASE + from * PAGE, BASE + to * PAGE, true)
    setLocked(k, space(task), BASE + from * PAGE, BASE + to * PAGE, false)
  },
  'madvise DONTFORK': (k, task, from, to) => void advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, MADV_DONTFORK),
  'madvise DONTFORK and DOFORK'(k, task, from, to) {
    advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, MADV_DONTFORK)
    advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, MADV_DOFORK)
  },
  'madvise NOHUGEPAGE': (k, task, from, to) => void advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, MADV_NOHUGEPAGE),
  'madvise DODUMP': (k, task, from, to) => void advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, MADV_DODUMP),
  mremap(k, task, from, to) {
    const length = (to - from) * PAGE
    remap(k, task, space(task), BASE + from * PAGE, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, FAR)
    return n => (n >= from && n < to ? FAR + (n - from) * PAGE : BASE + n * PAGE)
  },
}

const RANGES = [
  [0, 3],
  [2, 5],
  [5, PAGES],
  [0, PAGES],
] as const

describe.each(Object.keys(KINDS))('%s', kind => {
  test.each(Object.keys(CUTS))('cut by %s', cut => {
    for (const touched of [false, true]) {
      for (const [from, to] of RANGES) {
        const k = memoryKernel({ frames: 256 })
        const task = memoryTask(k)
        map(k, task, BASE, PAGES, KINDS[kind](k))
        const anonymous = kind === 'anonymous memory'
        if (anonymous) for (let n = 0; n < PAGES; n++) putU8(k, task, BASE + n * PAGE, 101 + n)
        else if (touched) for (let n = 0; n < PAGES; n++) getU8(k, task, BASE + n * PAGE)
        const where = CUTS[cut](k, task, from, to) ?? ((n: number) => BASE + n * PAGE)
        for (let n = 0; n < PAGES; n++) {
          const at = where(n)
          if (at === null) expect(() => getU8(k, task, BASE + n * PAGE)).toThrow(expect.objectContaining({ name: 'EFAULT' }))
          else expect([cut, from, n, getU8(k, task, at)]).toEqual([cut, from, n, 101 + n])
        }
        expectSound(k)
      }
    }
  })
})

test('what lies above a cut of a shared file writes to its own part of the file', () => {
  const k = memoryKernel({ frames: 256 })
  const [task, other] = [memoryTask(k), memoryTask(k)]
  const inode = numbered(k)
  for (const t of [task, other]) map(k, t, BASE, PAGES, { inode, offset: PAGE, shared: true })
  unmapRange(k, space(task), BASE + 2 * PAGE, BASE + 3 * PAGE)
  putU8(k, task, BASE + 6 * PAGE, 7)
  expect([5, 6, 7].map(n => getU8(k, other, BASE + n * PAGE))).toEqual([106, 7, 108])
})

test('mlock counts pages, each once', () => {
  const k = memoryKernel({ frames: 256 })
  const task = memoryTask(k)
  const mm = space(task)
  map(k, task, BASE, PAGES)
  const lock = (from: number, to: number, on: boolean): number => {
    setLocked(k, mm, BASE + from * PAGE, BASE + to * PAGE, on)
    return mm.lockedPages
  }
  expect([lock(1, 4, true), lock(3, 6, true), lock(0, 2, false), lock(5, PAGES, false)]).toEqual([3, 5, 4, 3])
  unmapRange(k, mm, BASE, BASE + 3 * PAGE)
  expect(mm.lockedPages).toBe(2)
})

test('fork leaves out DONTFORK, empties WIPEONFORK and nothing beside them', () => {
  const k = memoryKernel({ frames: 256 })
  const task = memoryTask(k)
  map(k, task, BASE, PAGES, { prot: READ_WRITE })
  for (let n = 0; n < PAGES; n++) putU8(k, task, BASE + n * PAGE, 1 + n)
  const [WIPE, KEEP] = [18, 19]
  advise(k, task, space(task), BASE + PAGE, BASE + 2 * PAGE, MADV_DONTFORK)
  advise(k, task, space(task), BASE + 3 * PAGE, BASE + 6 * PAGE, WIPE)
  advise(k, task, space(task), BASE + 5 * PAGE, BASE + 6 * PAGE, KEEP)
  const child = memoryTask(k, forkMm(k, space(task)))
  expect([0, 2, 3, 4, 5, 6, 7].map(n => getU8(k, child, BASE + n * PAGE))).toEqual([1, 3, 0, 0, 6, 7, 8])
  expect(() => getU8(k, child, BASE + PAGE)).toThrow(expect.objectContaining({ name: 'EFAULT' }))
  expect(getU8(k, task, BASE + 3 * PAGE)).toBe(4)
})
