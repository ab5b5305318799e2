// Regions: cutting, joining, room for new ones, the heap, moving; and everything at once against a model.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amount } from '../../test/fuzz/size.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { isErrno, MREMAP_FIXED, MREMAP_MAYMOVE, PROT_NONE, PROT_READ, PROT_WRITE, RLIMIT_AS, RLIMIT_DATA } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import {
  copyIn,
  findFree,
  forkMm,
  getU8,
  mapRegion,
  getU32,
  protectRange,
  putU32,
  putU8,
  releaseMm,
  remap,
  setBrk,
  STACK_GUARD_GAP,
  unmapRange,
  USER_END,
} from './index.ts'
import { expectSound, fileOf, map, memoryKernel, memoryTask, READ_WRITE, space, touch } from './testing.ts'

const BASE = 0x10_0000
const PAGE = PAGE_SIZE
const EFAULT = expect.objectContaining({ name: 'EFAULT' })
const EACCES = expect.objectContaining({ name: 'EACCES' })
const ENOMEM = expect.objectContaining({ name: 'ENOMEM' })

function setup() {
  const k = memoryKernel()
  return { k, task: memoryTask(k) }
}

/** Regions as [first page, pages, prot] from BASE on. */
const shape = (task: Task) => space(task).regions.map(r => [(r.start - BASE) / PAGE, (r.end - r.start) / PAGE, r.prot])

test('neighbours that are alike are one region; unmapping the middle makes two', () => {
  const { k, task } = setup()
  map(k, task, BASE, 2)
  map(k, task, BASE + 4 * PAGE, 2)
  map(k, task, BASE + 2 * PAGE, 2)
  expect(shape(task)).toEqual([[0, 6, 3]])
  putU32(k, task, BASE + 2 * PAGE, 1)
  unmapRange(k, space(task), BASE + 2 * PAGE, BASE + 3 * PAGE)
  expect(shape(task)).toEqual([
    [0, 2, 3],
    [3, 3, 3],
  ])
  expect(() => getU32(k, task, BASE + 2 * PAGE)).toThrow(EFAULT)
  expectSound(k)
})

test('pages of a file join only where the file goes on', () => {
  const { k, task } = setup()
  const inode = fileOf(k, new Uint8Array(4 * PAGE))
  map(k, task, BASE, 1, { inode })
  map(k, task, BASE + PAGE, 1, { inode, offset: PAGE })
  map(k, task, BASE + 2 * PAGE, 1, { inode, offset: PAGE })
  expect(shape(task).map(r => r[1])).toEqual([2, 1])
  expect(inode.refs).toBe(1 + 2)
  unmapRange(k, space(task), 0, USER_END)
  expect(inode.refs).toBe(1)
  expectSound(k)
})

test('mprotect cuts, joins again, and takes effect at once', () => {
  const { k, task } = setup()
  map(k, task, BASE, 3)
  for (let i = 0; i < 3; i++) putU32(k, task, BASE + i * PAGE, i)
  expect(touch(k, task, 0, BASE + PAGE, 'write')).toBe('fuel')
  const mm = space(task)
  protectRange(k, mm, BASE + PAGE, BASE + 2 * PAGE, PROT_READ)
  expect(touch(k, task, 0, BASE + PAGE, 'write')).toBe('pageFault')
  expect(touch(k, task, 0, BASE + PAGE, 'read')).toBe('fuel')
  protectRange(k, mm, BASE + PAGE, BASE + 2 * PAGE, PROT_NONE)
  expect(touch(k, task, 0, BASE + PAGE, 'read')).toBe('pageFault')
  expect(() => getU32(k, task, BASE + PAGE)).toThrow(EFAULT)
  expectSound(k)
  protectRange(k, mm, BASE + PAGE, BASE + 2 * PAGE, READ_WRITE)
  expect(shape(task)[0]).toEqual([0, 3, 3])
  expect(getU32(k, task, BASE + PAGE)).toBe(0)
  expect(touch(k, task, 0, BASE + PAGE, 'write')).toBe('fuel')
  expectSound(k)
})

test('mprotect stops at a hole, and at what may not be written', () => {
  const { k, task } = setup()
  const inode = fileOf(k, new Uint8Array(PAGE))
  map(k, task, BASE, 1)
  map(k, task, BASE + PAGE, 1, { inode, shared: true, prot: PROT_READ, maxProt: PROT_READ })
  expect(() => protectRange(k, space(task), BASE, BASE + 2 * PAGE, READ_WRITE)).toThrow(EACCES)
  expect(() => protectRange(k, space(task), BASE, BASE + 3 * PAGE, PROT_READ)).toThrow(ENOMEM)
  expect(shape(task).map(r => r[2])).toEqual([PROT_READ, PROT_READ])
  expectSound(k)
})

test('room is found downwards, below guard gaps, and near a hint', () => {
  const { k, task } = setup()
  const mm = space(task)
  mm.mmapBase = BASE + 1024 * PAGE
  expect(findFree(mm, PAGE)).toBe(mm.mmapBase - PAGE)
  map(k, task, mm.mmapBase - 2 * PAGE, 2)
  expect(findFree(mm, 3 * PAGE - 1)).toBe(mm.mmapBase - 5 * PAGE)
  map(k, task, mm.mmapBase - 4 * PAGE, 1)
  expect(findFree(mm, PAGE)).toBe(mm.mmapBase - 3 * PAGE)
  expect(findFree(mm, 2 * PAGE)).toBe(mm.mmapBase - 6 * PAGE)
  map(k, task, mm.mmapBase - 10 * PAGE, 1, { growsDown: true })
  expect(findFree(mm, 6 * PAGE)).toBe(mm.mmapBase - 10 * PAGE - STACK_GUARD_GAP - 6 * PAGE)
  expect(findFree(mm, PAGE, BASE + 1)).toBe(BASE + PAGE)
  expect(findFree(mm, PAGE, mm.mmapBase - PAGE)).toBe(mm.mmapBase - 3 * PAGE)
  // What does not fit below goes above.
  expect(findFree(mm, 4096 * PAGE)).toBe(mm.mmapBase)
  expect(findFree(mm, USER_END)).toBe(-1)
})

test('the heap grows, shrinks, meets its limits and its neighbours', () => {
  const { k, task } = setup()
  const mm = space(task)
  mm.brkStart = mm.brk = BASE
  expect(setBrk(k, task, BASE + 2 * PAGE + 1)).toBe(BASE + 2 * PAGE + 1)
  expect(setBrk(k, task, BASE + 5 * PAGE)).toBe(BASE + 5 * PAGE)
  expect(shape(task)).toEqual([[0, 5, 3]])
  putU32(k, task, BASE + 4 * PAGE, 1)
  expect(setBrk(k, task, BASE + PAGE)).toBe(BASE + PAGE)
  expect(setBrk(k, task, BASE + 5 * PAGE)).toBe(BASE + 5 * PAGE)
  expect(getU32(k, task, BASE + 4 * PAGE)).toBe(0)
  expect(setBrk(k, task, BASE - 1)).toBe(BASE + 5 * PAGE)
  expect(setBrk(k, task, -1)).toBe(BASE + 5 * PAGE)
  map(k, task, BASE + 8 * PAGE, 1)
  expect(setBrk(k, task, BASE + 8 * PAGE)).toBe(BASE + 5 * PAGE)
  expect(setBrk(k, task, BASE + 7 * PAGE)).toBe(BASE + 7 * PAGE)
  task.group.rlimits.soft[RLIMIT_DATA] = 3 * PAGE
  // Above its limit it does not get smaller by steps, as on Linux: only to below the limit.
  expect(setBrk(k, task, BASE + 4 * PAGE)).toBe(BASE + 7 * PAGE)
  expect(setBrk(k, task, BASE + 3 * PAGE)).toBe(BASE + 3 * PAGE)
  expect(setBrk(k, task, BASE + 4 * PAGE)).toBe(BASE + 3 * PAGE)
  task.group.rlimits.soft[RLIMIT_DATA] = Infinity
  expect(setBrk(k, task, BASE + 4 * PAGE)).toBe(BASE + 4 * PAGE)
  task.group.rlimits.soft[RLIMIT_AS] = 6 * PAGE
  expect(setBrk(k, task, BASE + 6 * PAGE)).toBe(BASE + 4 * PAGE)
  expect(setBrk(k, task, BASE + 5 * PAGE)).toBe(BASE + 5 * PAGE)
  expectSound(k)
})

test('mremap grows in place, or moves the pages', () => {
  const { k, task } = setup()
  const mm = space(task)
  mm.mmapBase = BASE + 1024 * PAGE
  map(k, task, BASE, 2)
  for (let i = 0; i < 2; i++) putU32(k, task, BASE + i * PAGE, i + 1)
  expect(remap(k, task, mm, BASE, 2 * PAGE, 3 * PAGE, 0, 0)).toBe(BASE)
  map(k, task, BASE + 3 * PAGE, 1, { prot: PROT_READ })
  expect(() => remap(k, task, mm, BASE, 3 * PAGE, 4 * PAGE, 0, 0)).toThrow(ENOMEM)
  expect(touch(k, task, 0, BASE + PAGE, 'write')).toBe('fuel')
  const moved = remap(k, task, mm, BASE + PAGE, PAGE, 4 * PAGE, MREMAP_MAYMOVE, 0)
  expect(moved).toBe(mm.mmapBase - 4 * PAGE)
  expect(getU8(k, task, moved + 1)).toBe(0)
  expect(touch(k, task, 0, BASE + PAGE, 'read')).toBe('pageFault')
  expect(touch(k, task, 0, moved, 'write')).toBe('fuel')
  expect(shape(task)[0]).toEqual([0, 1, 3])
  expectSound(k)
  const fixed = BASE + 2 ** 31
  expect(remap(k, task, mm, moved, 4 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, fixed)).toBe(fixed)
  expect(() => remap(k, task, mm, moved, PAGE, PAGE, 0, 0)).toThrow(EFAULT)
  expect(() => remap(k, task, mm, BASE, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, 0)).toThrow(EFAULT)
  expectSound(k)
})

// ---- Everything against a model: a byte per page of a small window, in two address spaces that fork from each other.

const PAGES = 24
interface Model {
  /** By page: undefined where nothing is mapped. */
  pages: ({ prot: number; value: number } | undefined)[]
}
type Step = {
  op: 'map' | 'unmap' | 'protect' | 'write' | 'fork' | 'move'
  at: number
  pages: number
  prot: number
  value: number
  who: number
}

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom('map', 'unmap', 'protect', 'write', 'write', 'write', 'fork', 'move'),
  at: fc.nat(PAGES - 1),
  pages: fc.integer({ min: 1, max: 6 }),
  prot: fc.constantFrom(PROT_NONE, PROT_READ, READ_WRITE, READ_WRITE),
  value: fc.integer({ min: 1, max: 255 }),
  who: fc.nat(2),
})

/** The window straddles a page-table boundary. */
const WINDOW = 0x4000_0000 - 10 * PAGE

function apply(k: Kernel, tasks: Task[], models: Model[], s: Step): void {
  const task = tasks[s.who]
  const model = models[s.who].pages
  const mm = space(task)
  const end = Math.min(PAGES, s.at + s.pages)
  const [start, stop] = [WINDOW + s.at * PAGE, WINDOW + end * PAGE]
  const ops: Record<Step['op'], () => void> = {
    map() {
      map(k, task, start, end - s.at, { prot: s.prot })
      for (let i = s.at; i < end; i++) model[i] = { prot: s.prot, value: 0 }
    },
    unmap() {
      unmapRange(k, mm, start, stop)
      for (let i = s.at; i < end; i++) model[i] = undefined
    },
    protect() {
      if (!model.slice(s.at, end).every(Boolean)) return
      protectRange(k, mm, start, stop, s.prot)
      for (let i = s.at; i < end; i++) model[i] = { prot: s.prot, value: model[i]!.value }
    },
    write() {
      const page = model[s.at]
      const may = page !== undefined && (page.prot & PROT_WRITE) !== 0
      expect(attempt(() => putU8(k, task, start, s.value))).toBe(may ? 'ok' : 'EFAULT')
      if (may) page.value = s.value
    },
    fork() {
      const to = (s.who + 1) % tasks.length
      const child = forkMm(k, mm)
      releaseMm(k, space(tasks[to]))
      tasks[to].mm = child
      models[to].pages = model.map(page => page && { ...page })
    },
    move() {
      const target = (s.at + 12) % PAGES
      const length = Math.min(end - s.at, PAGES - target, Math.abs(target - s.at))
      const from = model.slice(s.at, s.at + length)
      if (!from.every(page => page && page.prot === from[0]!.prot)) return
      remap(k, task, mm, start, length * PAGE, length * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, WINDOW + target * PAGE)
      for (let i = 0; i < length; i++) {
        model[target + i] = from[i]
        model[s.at + i] = undefined
      }
    },
  }
  ops[s.op]()
}

function attempt(act: () => void): string {
  try {
    act()
    return 'ok'
  } catch (error) {
    if (isErrno(error)) return error.name
    throw error
  }
}

test('any sequence of calls leaves what the model says, and everything counted right', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), steps => {
      const k = memoryKernel({ frames: 256 })
      const tasks = [memoryTask(k), memoryTask(k), memoryTask(k)]
      const models: Model[] = tasks.map(() => ({ pages: Array.from({ length: PAGES }, () => undefined) }))
      for (const [n, s] of steps.entries()) {
        apply(k, tasks, models, s)
        // What the hardware thinks of a page, now cached in the TLB.
        const page = models[s.who].pages[s.at]
        if (page && page.prot & PROT_READ) {
          copyIn(k, tasks[s.who], WINDOW + s.at * PAGE, 1)
          expect(touch(k, tasks[s.who], 0, WINDOW + s.at * PAGE, 'read')).toBe('fuel')
        }
        if (n % 4 === 0) expectSound(k)
      }
      expectSound(k)
      tasks.forEach((task, t) =>
        models[t].pages.forEach((page, i) => {
          const readable = page !== undefined && (page.prot & PROT_READ) !== 0
          const at = WINDOW + i * PAGE
          expect(attempt(() => expect(getU8(k, task, at)).toBe(page?.value))).toBe(readable ? 'ok' : 'EFAULT')
        }),
      )
      for (const task of tasks) releaseMm(k, space(task))
      k.state.tasks.clear()
      expectSound(k)
      expect(k.state.frames.freeCount).toBe(k.state.frames.total - 1)
    }),
    { numRuns: amount(60, 500), seed: 4 },
  )
})

test('where the next region goes does not depend on what is known of gaps', () => {
  const { k, task } = setup()
  const mm = space(task)
  let seed = 5
  const below = (n: number): number => (seed = (seed * 48271) % 2147483647) % n
  let known = 0
  for (let step = 0; step < 600; step++) {
    const length = (1 + below(step % 7 === 0 ? 40 : 4)) * PAGE
    if (mm.regions.length > 0 && below(3) === 0) {
      const { start, end } = mm.regions[below(mm.regions.length)]
      unmapRange(k, mm, start, below(2) === 0 ? end : start + PAGE)
    }
    if (mm.freeBelow !== Infinity && length > mm.freeHole) known++
    const fresh = findFree({ ...mm, freeBelow: Infinity, freeHole: 0 }, length)
    const start = findFree(mm, length)
    expect(start).toBe(fresh)
    mapRegion(k, mm, { start, length, prot: step % 2 === 0 ? PROT_READ : PROT_NONE })
  }
  expect([known > 50, mm.regions.length > 50]).toEqual([true, true])
})
