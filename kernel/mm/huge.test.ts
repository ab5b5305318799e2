// Huge pages: first touches, fork and copy-on-write in both directions, splitting, and what happens where no run of frames is free.
import { expect, test } from 'vitest'
import { PTE_W } from '../../vm/index.ts'
import {
  ENOMEM,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_HUGEPAGE,
  MADV_NOHUGEPAGE,
  MADV_POPULATE_WRITE,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_NONE,
  PROT_READ,
  SIGBUS,
} from '../abi/index.ts'
import { strikeOff } from '../process/newborn.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import {
  advise,
  allocFrame,
  anonymousHugePages,
  copyIn,
  copyOut,
  forkMm,
  frameOf,
  getU32,
  handleFault,
  HUGE_FRAMES,
  HUGE_PAGE,
  peekMm,
  peekPte,
  pokeUser,
  protectRange,
  PTE_HUGE,
  putU32,
  releaseFrame,
  releaseMm,
  remap,
  setBrk,
  smapsText,
  unmapRange,
  USE_KERNEL,
  type ThpPolicy,
} from './index.ts'
import { allocRun, releaseRun } from './frames.ts'
import { expectSound, map, memoryKernel, memoryTask, READ_WRITE, space, touch } from './testing.ts'

const PAGE = 4096
const BASE = 0x4000_0000
const FRAMES = 8 * HUGE_FRAMES

/** Memory for 7 huge pages, and a task with `blocks` of them mapped at BASE. */
function setup(blocks = 2, thp: ThpPolicy = 'always', harts = 1) {
  const k = memoryKernel({ frames: FRAMES, thp, harts })
  const task = memoryTask(k)
  map(k, task, BASE, blocks * HUGE_FRAMES)
  return { k, task, mm: space(task) }
}

/** The same with pages of MAP_HUGETLB. */
function hugetlb(blocks = 2) {
  const k = memoryKernel({ frames: FRAMES })
  const task = memoryTask(k)
  map(k, task, BASE, blocks * HUGE_FRAMES, { hugetlb: true })
  return { k, task, mm: space(task) }
}

const isHuge = (k: Kernel, task: Task, va: number): boolean => (peekPte(k, space(task), va) & PTE_HUGE) !== 0
const fork = (k: Kernel, task: Task): Task => memoryTask(k, forkMm(k, space(task)))

function end(k: Kernel, task: Task): void {
  releaseMm(k, space(task))
  strikeOff(k, task)
}

/** Leaves no run of frames free; answers how to give the memory back. */
function useUpRuns(k: Kernel): () => void {
  const heads: number[] = []
  for (let head = allocRun(k, USE_KERNEL); head >= 0; head = allocRun(k, USE_KERNEL)) heads.push(head)
  return () => heads.forEach(head => releaseRun(k, head))
}

const OOM = { name: 'ENOMEM' }

test('a write gets 2 MiB at once: one entry, no table for it', () => {
  const { k, task, mm } = setup()
  const tables = mm.tablePages
  putU32(k, task, BASE + 5 * PAGE, 7)
  expect(isHuge(k, task, BASE)).toBe(true)
  expect(mm.anonPages).toBe(HUGE_FRAMES)
  expect(mm.tablePages - tables).toBe(2)
  expect(frameOf(peekPte(k, mm, BASE + 5 * PAGE))).toBe(frameOf(peekPte(k, mm, BASE)) + 5)
  expect(frameOf(peekPte(k, mm, BASE)) % HUGE_FRAMES).toBe(0)
  expect([getU32(k, task, BASE), getU32(k, task, BASE + 5 * PAGE)]).toEqual([0, 7])
  for (const va of [BASE, BASE + 5 * PAGE, BASE + HUGE_PAGE - 1]) expect(touch(k, task, 0, va, 'write')).toBe('fuel')
  expect(task.usage.minorFaults).toBeLessThan(4)
  expect(anonymousHugePages(k)).toBe(HUGE_FRAMES)
  expectSound(k)
})

test('bytes are found across the pages of a huge page and beyond it', () => {
  const { k, task } = setup(2)
  const bytes = Uint8Array.from({ length: 3 * PAGE }, (_, i) => i * 7)
  copyOut(k, task, BASE + HUGE_PAGE - PAGE - 100, bytes)
  expect(copyIn(k, task, BASE + HUGE_PAGE - PAGE - 100, bytes.length)).toEqual(bytes)
  expect(peekMm(k, space(task), BASE + HUGE_PAGE - PAGE - 100, bytes.length)).toEqual(bytes)
  expect([isHuge(k, task, BASE), isHuge(k, task, BASE + HUGE_PAGE)]).toEqual([true, true])
  expectSound(k)
})

test.each<[ThpPolicy, number | null, boolean]>([
  ['never', null, false],
  ['never', MADV_HUGEPAGE, false],
  ['madvise', null, false],
  ['madvise', MADV_HUGEPAGE, true],
  ['madvise', MADV_NOHUGEPAGE, false],
  ['always', null, true],
  ['always', MADV_NOHUGEPAGE, false],
])('policy %s, advice %s: huge is %s', (policy, advice, huge) => {
  const { k, task, mm } = setup(2, policy)
  if (advice !== null) advise(k, task, mm, BASE, BASE + 2 * HUGE_PAGE, advice)
  putU32(k, task, BASE, 1)
  expect(isHuge(k, task, BASE)).toBe(huge)
  expect(smapsText(k, mm)).toContain(`THPeligible:           ${huge ? 1 : 0}\n`)
  expectSound(k)
})

test('only a whole block of one anonymous private region, of which nothing is there, is huge', () => {
  const { k, task } = setup(2)
  const cases: [number, () => void][] = [
    [BASE + 4 * HUGE_PAGE, () => map(k, task, BASE + 4 * HUGE_PAGE + PAGE, HUGE_FRAMES)],
    [BASE + 8 * HUGE_PAGE, () => map(k, task, BASE + 8 * HUGE_PAGE, HUGE_FRAMES - 1)],
    [BASE, () => expect(getU32(k, task, BASE)).toBe(0)],
  ]
  for (const [block, make] of cases) {
    make()
    putU32(k, task, block + 3 * PAGE, 1)
    expect(isHuge(k, task, block + 3 * PAGE)).toBe(false)
  }
  // What was mapped and is not any more left no trace that would hinder.
  unmapRange(k, space(task), BASE, BASE + HUGE_PAGE)
  map(k, task, BASE, HUGE_FRAMES)
  putU32(k, task, BASE, 1)
  expect(isHuge(k, task, BASE)).toBe(true)
  expectSound(k)
})

test('a table that is there but empty is no hindrance', () => {
  const { k, task, mm } = setup(1, 'madvise')
  putU32(k, task, BASE, 1)
  expect(isHuge(k, task, BASE)).toBe(false)
  const target = BASE + 4 * HUGE_PAGE
  remap(k, task, mm, BASE, HUGE_PAGE, HUGE_PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, target)
  advise(k, task, mm, BASE, BASE + HUGE_PAGE, MADV_HUGEPAGE)
  const tables = mm.tablePages
  putU32(k, task, BASE, 2)
  expect([isHuge(k, task, BASE), mm.tablePages]).toEqual([true, tables - 1])
  expect(getU32(k, task, target)).toBe(1)
  expectSound(k)
})

test('where no run is free, pages are small', () => {
  const { k, task } = setup()
  const giveBack = useUpRuns(k)
  putU32(k, task, BASE, 1)
  expect(isHuge(k, task, BASE)).toBe(false)
  giveBack()
  // What has begun small goes on so; the next block does not.
  putU32(k, task, BASE + PAGE, 1)
  putU32(k, task, BASE + HUGE_PAGE, 1)
  expect([isHuge(k, task, BASE + PAGE), isHuge(k, task, BASE + HUGE_PAGE)]).toEqual([false, true])
  expectSound(k)
})

test.each([
  ['the child writes first', true],
  ['the parent writes first', false],
])('fork shares the entry; %s and copies 2 MiB, the last owner copies nothing', (_name, childFirst) => {
  const BLOCK = BASE + HUGE_PAGE
  const { k, task: parent } = setup(2, 'always', 2)
  putU32(k, parent, BLOCK, 1)
  putU32(k, parent, BLOCK + HUGE_PAGE - 4, 2)
  for (const hart of [0, 1]) expect(touch(k, parent, hart, BLOCK + PAGE, 'write')).toBe('fuel')
  const free = k.state.frames.freeCount
  const child = fork(k, parent)
  expect(peekPte(k, space(parent), BLOCK)).toBe(peekPte(k, space(child), BLOCK))
  expect(peekPte(k, space(parent), BLOCK) & PTE_W).toBe(0)
  // The root, two tables, and the one of the code that touch() runs.
  expect(free - k.state.frames.freeCount).toBe(4)
  expectSound(k)
  for (const hart of [0, 1]) expect(touch(k, parent, hart, BLOCK + PAGE, 'write')).toBe('pageFault')
  const [first, last] = childFirst ? [child, parent] : [parent, child]
  const copies = k.state.counts.cowCopies
  putU32(k, first, BLOCK, 9)
  expect(k.state.counts.cowCopies).toBe(copies + 1)
  expect([getU32(k, first, BLOCK), getU32(k, last, BLOCK)]).toEqual([9, 1])
  expect([getU32(k, first, BLOCK + HUGE_PAGE - 4), getU32(k, last, BLOCK + HUGE_PAGE - 4)]).toEqual([2, 2])
  expect([isHuge(k, first, BLOCK), isHuge(k, last, BLOCK)]).toEqual([true, true])
  expectSound(k)
  const before = peekPte(k, space(last), BLOCK)
  putU32(k, last, BLOCK + PAGE, 5)
  expect(k.state.counts.cowCopies).toBe(copies + 1)
  expect(frameOf(peekPte(k, space(last), BLOCK))).toBe(frameOf(before))
  expect(getU32(k, first, BLOCK + PAGE)).toBe(0)
  expectSound(k)
  end(k, first)
  end(k, last)
  expectSound(k)
  expect(k.state.frames.freeCount).toBe(FRAMES - 1)
})

test('a copy with no run free splits the page and copies 4 KiB', () => {
  const { k, task: parent } = setup(1)
  putU32(k, parent, BASE, 1)
  putU32(k, parent, BASE + PAGE, 2)
  const child = fork(k, parent)
  expect(touch(k, child, 0, BASE + PAGE, 'read')).toBe('fuel')
  useUpRuns(k)
  putU32(k, child, BASE, 9)
  expect([isHuge(k, child, BASE), isHuge(k, parent, BASE)]).toEqual([false, true])
  expect([getU32(k, child, BASE), getU32(k, child, BASE + PAGE), getU32(k, parent, BASE)]).toEqual([9, 2, 1])
  expectSoundBut(k)
  // The child has one page of its own; of the others the parent is not the only owner.
  putU32(k, parent, BASE + PAGE, 3)
  expect(getU32(k, child, BASE + PAGE)).toBe(2)
  expect(isHuge(k, parent, BASE)).toBe(false)
  // The page that the child copied is the parent's alone.
  const copies = k.state.counts.cowCopies
  putU32(k, parent, BASE, 4)
  expect(k.state.counts.cowCopies).toBe(copies)
  expect(getU32(k, child, BASE)).toBe(9)
  expectSoundBut(k)
})

/** As expectSound, but for the frames that useUpRuns holds in nobody's name. */
function expectSoundBut(k: Kernel): void {
  const { count, use } = k.state.frames
  const heads: number[] = []
  for (let head = 0; head < k.state.frames.total; head += HUGE_FRAMES) if (use[head] === USE_KERNEL && count[head] === 1) heads.push(head)
  for (const head of heads) releaseRun(k, head)
  expectSound(k)
  for (const _ of heads) allocRun(k, USE_KERNEL)
}

test.each([
  ['the first page', 0],
  ['a page in the middle', 200],
  ['the last page', 511],
])('unmapping %s splits the huge page; the others keep their bytes', (_name, page) => {
  const { k, task, mm } = setup(1)
  for (let i = 0; i < HUGE_FRAMES; i++) putU32(k, task, BASE + i * PAGE, i + 1)
  const va = BASE + page * PAGE
  for (const at of [BASE, va, BASE + HUGE_PAGE - PAGE]) expect(touch(k, task, 0, at, 'write')).toBe('fuel')
  const values = copyIn(k, task, BASE, HUGE_PAGE)
  unmapRange(k, mm, va, va + PAGE)
  expectSound(k)
  expect(touch(k, task, 0, va, 'read')).toBe('pageFault')
  expect(mm.anonPages).toBe(HUGE_FRAMES - 1 + codePages(k, task))
  expect(isHuge(k, task, BASE + 100 * PAGE)).toBe(false)
  for (let i = 0; i < HUGE_FRAMES; i++) {
    if (i === page) continue
    expect(getU32(k, task, BASE + i * PAGE + 4)).toBe(new DataView(values.buffer).getUint32(i * PAGE + 4, true))
  }
  expect(touch(k, task, 0, BASE + 100 * PAGE, 'write')).toBe('fuel')
  expectSound(k)
})

/** touch() maps a page of code. */
const codePages = (k: Kernel, task: Task): number => (peekPte(k, space(task), 0x7000_0000) !== 0 ? 1 : 0)

test('mprotect of a part splits, of the whole does not', () => {
  const { k, task, mm } = setup(2)
  for (const block of [0, 1]) putU32(k, task, BASE + block * HUGE_PAGE + 8, block + 1)
  expect(touch(k, task, 0, BASE, 'write')).toBe('fuel')
  protectRange(k, mm, BASE, BASE + HUGE_PAGE, PROT_READ)
  expect(isHuge(k, task, BASE)).toBe(true)
  expect(touch(k, task, 0, BASE, 'write')).toBe('pageFault')
  expectSound(k)
  protectRange(k, mm, BASE, BASE + HUGE_PAGE, PROT_NONE)
  expect(touch(k, task, 0, BASE, 'read')).toBe('pageFault')
  expectSound(k)
  protectRange(k, mm, BASE, BASE + HUGE_PAGE, READ_WRITE)
  expect(getU32(k, task, BASE + 8)).toBe(1)
  // Nobody else sees it: it is writable again without a fault.
  expect(touch(k, task, 0, BASE, 'write')).toBe('fuel')
  protectRange(k, mm, BASE + HUGE_PAGE + 3 * PAGE, BASE + HUGE_PAGE + 5 * PAGE, PROT_READ)
  expect([isHuge(k, task, BASE), isHuge(k, task, BASE + HUGE_PAGE)]).toEqual([true, false])
  expect(touch(k, task, 0, BASE + HUGE_PAGE + 4 * PAGE, 'write')).toBe('pageFault')
  expect(touch(k, task, 0, BASE + HUGE_PAGE + 5 * PAGE, 'write')).toBe('fuel')
  expectSound(k)
})

test('a cut that changes no page still takes the translations of 2 MiB out of the TLB', () => {
  const { k, task, mm } = setup(2)
  putU32(k, task, BASE + HUGE_PAGE, 1)
  expect(touch(k, task, 0, BASE + HUGE_PAGE + PAGE, 'write')).toBe('fuel')
  expectSound(k)
  advise(k, task, mm, BASE + HUGE_PAGE + 8 * PAGE, BASE + HUGE_PAGE + 9 * PAGE, MADV_DONTFORK)
  expect([isHuge(k, task, BASE + HUGE_PAGE), mm.regions.length]).toEqual([false, 4])
  expectSound(k)
  expect(touch(k, task, 0, BASE + HUGE_PAGE + PAGE, 'write')).toBe('fuel')
})

test('mprotect does not make a shared huge page writable', () => {
  const { k, task: parent, mm } = setup(1)
  putU32(k, parent, BASE, 1)
  const child = fork(k, parent)
  protectRange(k, mm, BASE, BASE + HUGE_PAGE, PROT_READ)
  protectRange(k, mm, BASE, BASE + HUGE_PAGE, READ_WRITE)
  expectSound(k)
  putU32(k, parent, BASE, 2)
  expect(getU32(k, child, BASE)).toBe(1)
  expectSound(k)
})

test('a split when no frame is left for its table fails and changes nothing', () => {
  const { k, task, mm } = setup(1)
  putU32(k, task, BASE, 1)
  const taken: number[] = []
  while (k.state.frames.freeCount > 0) taken.push(allocFrame(k, USE_KERNEL))
  const regions = structuredClone(mm.regions)
  expect(() => unmapRange(k, mm, BASE + PAGE, BASE + 2 * PAGE)).toThrow(expect.objectContaining(OOM))
  expect(() => protectRange(k, mm, BASE, BASE + PAGE, PROT_READ)).toThrow(ENOMEM)
  mm.brkStart = BASE
  mm.brk = BASE + HUGE_PAGE
  expect(setBrk(k, task, BASE + PAGE)).toBe(BASE + HUGE_PAGE)
  expect(mm.regions).toEqual(regions)
  expect(getU32(k, task, BASE)).toBe(1)
  for (const frame of taken) releaseFrame(k, frame)
  expect(setBrk(k, task, BASE + PAGE)).toBe(BASE + PAGE)
  expect(mm.totalPages).toBe(1)
  expectSound(k)
})

test('madvise: forgetting a part splits, bringing in a part does not, and a whole block is forgotten as one', () => {
  const { k, task, mm } = setup(2)
  advise(k, task, mm, BASE + PAGE, BASE + 3 * PAGE, MADV_POPULATE_WRITE)
  expect([isHuge(k, task, BASE), mm.regions.length]).toEqual([true, 1])
  putU32(k, task, BASE, 1)
  putU32(k, task, BASE + PAGE, 2)
  advise(k, task, mm, BASE, BASE + PAGE, MADV_DONTNEED)
  expect([isHuge(k, task, BASE), getU32(k, task, BASE), getU32(k, task, BASE + PAGE), mm.regions.length]).toEqual([false, 0, 2, 1])
  expectSound(k)
  advise(k, task, mm, BASE, BASE + HUGE_PAGE, MADV_DONTNEED)
  expect(mm.anonPages).toBe(0)
  putU32(k, task, BASE + PAGE, 3)
  expect(isHuge(k, task, BASE)).toBe(true)
  expectSound(k)
})

test.each([
  ['to where it stays aligned, whole', 0, true],
  ['to where it does not, in pieces', PAGE, false],
])('mremap moves a huge page %s', (_name, offset, huge) => {
  const { k, task, mm } = setup(2)
  for (let i = 0; i < 2 * HUGE_FRAMES; i += 64) putU32(k, task, BASE + i * PAGE, i + 1)
  expect(touch(k, task, 0, BASE, 'write')).toBe('fuel')
  const target = BASE + 16 * HUGE_PAGE + offset
  expect(remap(k, task, mm, BASE, 2 * HUGE_PAGE, 2 * HUGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target)).toBe(target)
  expectSound(k)
  expect(touch(k, task, 0, BASE, 'read')).toBe('pageFault')
  expect([isHuge(k, task, target), isHuge(k, task, target + HUGE_PAGE)]).toEqual([huge, huge])
  for (let i = 0; i < 2 * HUGE_FRAMES; i += 64) if (i > 0) expect(getU32(k, task, target + i * PAGE)).toBe(i + 1)
  expect(touch(k, task, 0, target, 'write')).toBe('fuel')
  expectSound(k)
})

test('mremap of a part takes what it cuts to pieces along', () => {
  const { k, task, mm } = setup(3)
  for (let i = 0; i < 3 * HUGE_FRAMES; i += 32) putU32(k, task, BASE + i * PAGE, i + 1)
  const from = BASE + 32 * PAGE
  const length = 2 * HUGE_PAGE
  const target = BASE + 16 * HUGE_PAGE + 32 * PAGE
  remap(k, task, mm, from, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, target)
  expectSound(k)
  expect([isHuge(k, task, target), isHuge(k, task, BASE + 17 * HUGE_PAGE), isHuge(k, task, target + length - PAGE)]).toEqual([
    false,
    true,
    false,
  ])
  for (let i = 32; i < 2 * HUGE_FRAMES + 32; i += 32) expect(getU32(k, task, BASE + 16 * HUGE_PAGE + i * PAGE)).toBe(i + 1)
  expect(getU32(k, task, BASE)).toBe(1)
  expect(getU32(k, task, BASE + 2 * HUGE_PAGE + 32 * PAGE)).toBe(2 * HUGE_FRAMES + 33)
})

test("a debugger's write goes to a page of this program's own", () => {
  const { k, task: parent, mm } = setup(1)
  putU32(k, parent, BASE, 1)
  const child = fork(k, parent)
  expect(pokeUser(k, mm, BASE + PAGE, new Uint8Array([5]))).toBe(1)
  expect([getU32(k, parent, BASE + PAGE), getU32(k, child, BASE + PAGE)]).toEqual([5, 0])
  expectSound(k)
  end(k, child)
  const other = setup(1)
  putU32(other.k, other.task, BASE, 1)
  pokeUser(other.k, other.mm, BASE + PAGE, new Uint8Array([5]))
  expect([isHuge(other.k, other.task, BASE), getU32(other.k, other.task, BASE + PAGE)]).toEqual([true, 5])
  expectSound(other.k)
})

test('MAP_HUGETLB: whole pages from the first touch on, apart from the resident set', () => {
  const { k, task, mm } = hugetlb()
  expect(getU32(k, task, BASE + PAGE)).toBe(0)
  expect([isHuge(k, task, BASE), mm.hugetlbPages, mm.anonPages]).toEqual([true, HUGE_FRAMES, 0])
  putU32(k, task, BASE + PAGE, 1)
  expect(touch(k, task, 0, BASE + PAGE, 'write')).toBe('fuel')
  const text = smapsText(k, mm)
  for (const row of ['KernelPageSize:     2048 kB', 'Private_Hugetlb:    2048 kB', 'Rss:                   0 kB'])
    expect(text).toContain(row)
  expect(text).toMatch(/VmFlags: rd wr mr mw me de ht \n/)
  expectSound(k)
  for (const [start, end] of [
    [BASE, BASE + PAGE],
    [BASE + PAGE, BASE + HUGE_PAGE],
  ]) {
    expect(() => unmapRange(k, mm, start, end)).toThrow(expect.objectContaining({ name: 'EINVAL' }))
    expect(() => protectRange(k, mm, start, end, PROT_READ)).toThrow(expect.objectContaining({ name: 'EINVAL' }))
  }
  unmapRange(k, mm, BASE, BASE + HUGE_PAGE)
  expect([mm.hugetlbPages, mm.totalPages - codePages(k, task)]).toEqual([0, HUGE_FRAMES])
  expectSound(k)
})

test('MAP_HUGETLB: copied whole after a fork, or not at all', () => {
  const { k, task: parent } = hugetlb(1)
  putU32(k, parent, BASE, 1)
  const child = fork(k, parent)
  putU32(k, child, BASE, 2)
  expect([getU32(k, parent, BASE), getU32(k, child, BASE), k.state.counts.cowCopies]).toEqual([1, 2, 1])
  expectSound(k)
  const second = fork(k, child)
  const giveBack = useUpRuns(k)
  expect(handleFault(k, second, second.mm, BASE, 'write')).toMatchObject({ signal: SIGBUS })
  expect(handleFault(k, child, child.mm, BASE, 'write')).toMatchObject({ signal: SIGBUS })
  expect(handleFault(k, parent, parent.mm, BASE, 'write')).toBeNull()
  end(k, second)
  expect(handleFault(k, child, child.mm, BASE, 'write')).toBeNull()
  giveBack()
  expectSound(k)
})

test('MAP_HUGETLB: mremap moves it whole and never makes it grow', () => {
  const { k, task, mm } = hugetlb(2)
  putU32(k, task, BASE + HUGE_PAGE, 3)
  const move = (old: number, oldSize: number, size: number, flags: number, target: number) => () =>
    remap(k, task, mm, old, oldSize, size, flags, target)
  const EINVAL = expect.objectContaining({ name: 'EINVAL' })
  expect(move(BASE, HUGE_PAGE, 2 * HUGE_PAGE, MREMAP_MAYMOVE, 0)).toThrow(EINVAL)
  expect(move(BASE + PAGE, PAGE, PAGE, MREMAP_MAYMOVE, 0)).toThrow(EINVAL)
  expect(move(BASE, HUGE_PAGE, HUGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, BASE + 8 * HUGE_PAGE + PAGE)).toThrow(EINVAL)
  expect(move(BASE, PAGE, PAGE, 0, 0)()).toBe(BASE)
  const target = BASE + 8 * HUGE_PAGE
  expect(move(BASE, 2 * HUGE_PAGE, 2 * HUGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target)()).toBe(target)
  expect([getU32(k, task, target + HUGE_PAGE), isHuge(k, task, target + HUGE_PAGE)]).toEqual([3, true])
  expect(move(target, 2 * HUGE_PAGE, PAGE, 0, 0)()).toBe(target)
  expect(mm.totalPages).toBe(HUGE_FRAMES)
  expectSound(k)
})
