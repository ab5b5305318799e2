// madvise(2) and mlock(2), advice by advice: what pages show afterwards, on the program's side of the TLB too, and what is refused.
import { beforeEach, describe, expect, test } from 'vitest'
import { getX, PAGE_SIZE as PAGE, PTE_V, PTE_W } from '../../vm/index.ts'
import * as abi from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { advise, forkMm, getU8, peekPte, populate, putU8, setLocked, unlockedPages, type RegionSpec } from './index.ts'
import { expectSound, fileOf, map, memoryKernel, memoryTask, space, touch } from './testing.ts'

const BASE = 0x10_0000
const PAGES = 6

let k: Kernel
let task: Task
beforeEach(() => {
  k = memoryKernel({ frames: 256 })
  task = memoryTask(k)
})

const numbered = () =>
  fileOf(
    k,
    Uint8Array.from({ length: (PAGES + 1) * PAGE }, (_, i) => (i % PAGE === 0 ? 100 + i / PAGE : 0)),
  )
const FILE = (): Partial<RegionSpec> => ({ inode: numbered(), offset: PAGE })
const tell = (advice: number, from = 0, to = PAGES): string => {
  try {
    advise(k, task, space(task), BASE + from * PAGE, BASE + to * PAGE, advice)
    return 'ok'
  } catch (error) {
    if (!abi.isErrno(error)) throw error
    return error.name
  } finally {
    expectSound(k)
  }
}
/** First bytes of the pages as a program on the hart reads them; the kernel answers where the hardware faults. */
const shown = (): number[] =>
  Array.from({ length: PAGES }, (_, n) => {
    const at = BASE + n * PAGE
    return touch(k, task, 0, at, 'read') === 'fuel' ? getX(k.machine.harts[0], 11) : getU8(k, task, at)
  })
const fill = (): void => {
  for (let n = 0; n < PAGES; n++) {
    putU8(k, task, BASE + n * PAGE, 1 + n)
    touch(k, task, 0, BASE + n * PAGE, 'read')
  }
}
const present = (bits: number): number[] =>
  Array.from({ length: PAGES }, (_, n) => ((peekPte(k, space(task), BASE + n * PAGE) & bits) === bits ? 1 : 0))

describe('DONTNEED', () => {
  test('forgets anonymous pages, and the TLB forgets them too', () => {
    map(k, task, BASE, PAGES)
    fill()
    expect([tell(abi.MADV_DONTNEED, 1, 4), shown()]).toEqual(['ok', [1, 0, 0, 0, 5, 6]])
  })
  test('goes back to the file where pages were private', () => {
    map(k, task, BASE, PAGES, FILE())
    fill()
    expect([tell(abi.MADV_DONTNEED, 2, 4), shown()]).toEqual(['ok', [1, 2, 103, 104, 5, 6]])
  })
  test('loses nothing of a shared file', () => {
    map(k, task, BASE, PAGES, { ...FILE(), shared: true })
    fill()
    expect([tell(abi.MADV_DONTNEED), shown()]).toEqual(['ok', [1, 2, 3, 4, 5, 6]])
  })
  test('is refused for locked memory, unless it is said to be', () => {
    map(k, task, BASE, PAGES)
    fill()
    setLocked(k, space(task), BASE, BASE + 2 * PAGE, true)
    expect([tell(abi.MADV_DONTNEED, 0, 1), tell(abi.MADV_FREE, 0, 1), shown()[0]]).toEqual(['EINVAL', 'EINVAL', 1])
    expect([tell(abi.MADV_DONTNEED_LOCKED, 0, 1), shown()]).toEqual(['ok', [0, 2, 3, 4, 5, 6]])
  })
})

test('advice on a range with a hole does the rest and says ENOMEM', () => {
  map(k, task, BASE, 2)
  map(k, task, BASE + 4 * PAGE, 2)
  for (const n of [0, 1, 4, 5]) putU8(k, task, BASE + n * PAGE, 1 + n)
  expect([tell(abi.MADV_DONTNEED), getU8(k, task, BASE), getU8(k, task, BASE + 5 * PAGE)]).toEqual(['ENOMEM', 0, 0])
  expect([tell(abi.MADV_NORMAL, 0, 2), tell(abi.MADV_NORMAL, 1, 3), tell(99, 0, 2)]).toEqual(['ok', 'ENOMEM', 'EINVAL'])
})

test.each<[string, () => Partial<RegionSpec>, Record<string, string>]>([
  ['anonymous', () => ({}), { FREE: 'ok', REMOVE: 'EINVAL', WIPEONFORK: 'ok', COLD: 'ok', PAGEOUT: 'ok' }],
  [
    'shared anonymous',
    () => ({ ...FILE(), shared: true }),
    { FREE: 'EINVAL', REMOVE: 'ok', WIPEONFORK: 'EINVAL', COLD: 'ok', PAGEOUT: 'ok' },
  ],
  ['a private file', FILE, { FREE: 'EINVAL', REMOVE: 'EACCES', WIPEONFORK: 'EINVAL', COLD: 'ok' }],
  ['a file not to be written', () => ({ ...FILE(), shared: true, prot: abi.PROT_READ, maxProt: abi.PROT_READ }), { REMOVE: 'EACCES' }],
])('what %s memory takes', (_name, spec, expected) => {
  map(k, task, BASE, PAGES, spec())
  const table: Record<string, number> = {
    FREE: abi.MADV_FREE,
    REMOVE: abi.MADV_REMOVE,
    WIPEONFORK: abi.MADV_WIPEONFORK,
    COLD: abi.MADV_COLD,
    PAGEOUT: abi.MADV_PAGEOUT,
  }
  for (const [name, result] of Object.entries(expected)) expect([name, tell(table[name], 0, 1)]).toEqual([name, result])
})

test('REMOVE punches its own part of the file', () => {
  map(k, task, BASE, PAGES, { ...FILE(), shared: true })
  expect([tell(abi.MADV_REMOVE, 2, 4), shown()]).toEqual(['ok', [101, 102, 0, 0, 105, 106]])
})

test('locked memory may not be said to be cold or removed', () => {
  map(k, task, BASE, PAGES, { ...FILE(), shared: true })
  setLocked(k, space(task), BASE, BASE + PAGE, true)
  expect([abi.MADV_COLD, abi.MADV_PAGEOUT, abi.MADV_REMOVE].map(advice => tell(advice, 0, 1))).toEqual(['EINVAL', 'EINVAL', 'EINVAL'])
})

describe('POPULATE', () => {
  test('reads or writes every page of the range and none beside it', () => {
    map(k, task, BASE, PAGES)
    expect([tell(abi.MADV_POPULATE_READ, 1, 3), present(PTE_V), present(PTE_W)]).toEqual(['ok', [0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    expect([tell(abi.MADV_POPULATE_WRITE, 2, 5), present(PTE_V | PTE_W)]).toEqual(['ok', [0, 0, 1, 1, 1, 0]])
  })
  test('breaks sharing with a child ahead of the write', () => {
    map(k, task, BASE, PAGES)
    fill()
    const child = memoryTask(k, forkMm(k, space(task)))
    expect(present(PTE_W)).toEqual([0, 0, 0, 0, 0, 0])
    expect([tell(abi.MADV_POPULATE_WRITE, 0, 2), present(PTE_W)]).toEqual(['ok', [1, 1, 0, 0, 0, 0]])
    expect(populate(k, task, space(task), BASE + 2 * PAGE, BASE + 4 * PAGE)).toBe(null)
    expect(present(PTE_W)).toEqual([1, 1, 1, 1, 0, 0])
    putU8(k, task, BASE, 77)
    expect([getU8(k, child, BASE), getU8(k, child, BASE + PAGE)]).toEqual([1, 2])
  })
  test('stops at holes, protection and the end of a file', () => {
    map(k, task, BASE, 2, { prot: abi.PROT_READ })
    expect([tell(abi.MADV_POPULATE_WRITE, 0, 2), tell(abi.MADV_POPULATE_READ, 0, 3), present(PTE_V)[1]]).toEqual(['EINVAL', 'ENOMEM', 1])
    map(k, task, BASE + 3 * PAGE, 2, { inode: fileOf(k, new Uint8Array(PAGE)), shared: true })
    expect([tell(abi.MADV_POPULATE_READ, 3, 4), tell(abi.MADV_POPULATE_READ, 3, 5)]).toEqual(['ok', 'EFAULT'])
  })
})

test('pages that a lock would add', () => {
  const mm = space(task)
  map(k, task, BASE, 2)
  map(k, task, BASE + 3 * PAGE, 3)
  const unlocked = (from: number, to: number) => unlockedPages(mm, BASE + from * PAGE, BASE + to * PAGE)
  expect([unlocked(0, 6), unlocked(1, 4), unlocked(2, 3), unlocked(4, 5)]).toEqual([5, 2, 0, 1])
  setLocked(k, mm, BASE + 4 * PAGE, BASE + 5 * PAGE, true)
  expect([unlocked(0, 6), unlocked(4, 5)]).toEqual([4, 0])
})
