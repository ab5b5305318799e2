// The memory calls as programs make them: results and refusals of mmap(2), munmap(2), mprotect(2), madvise(2), mincore(2), mlock(2).
import { strikeOff } from '../process/newborn.ts'
import { expect, test } from 'vitest'
import {
  MADV_COLD,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_FREE,
  MADV_HUGEPAGE,
  MADV_NOHUGEPAGE,
  MADV_POPULATE_WRITE,
  MADV_REMOVE,
  MADV_WIPEONFORK,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_HUGE_2MB,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  O_RDONLY,
  O_RDWR,
  PROT_READ,
  RLIMIT_AS,
  RLIMIT_MEMLOCK,
} from '../abi/index.ts'
import { copyIn, forkMm, getU32, HUGE_PAGE, mapsText, MMAP_MIN, pokeUser, putU32, releaseMm, smapsText, USER_END } from '../mm/index.ts'
import { expectSound, fileOf, map, memoryKernel, memoryTask, READ_WRITE, space } from '../mm/testing.ts'
import { rootCredentials } from '../task/index.ts'
import { installFd, newDescription, newFiles } from '../vfs/index.ts'
import { memoryCalls } from './memory.ts'

const PAGE = 4096
const ANON = MAP_PRIVATE | MAP_ANONYMOUS

function setup(options: Parameters<typeof memoryKernel>[0] = {}) {
  const k = memoryKernel(options)
  const task = memoryTask(k)
  task.credentials = { ...rootCredentials(), capEffective: 0 }
  task.files = newFiles()
  /** A call by name with raw arguments: its result, or the name of its error. */
  const call = (name: string, ...raw: number[]): number | string => {
    const row = memoryCalls.find(c => c.name === name)
    if (!row) throw new Error(`no call '${name}'`)
    try {
      const args = Object.fromEntries(
        row.args.map(([arg, type], i) => [arg, type.read(type.word ? (raw[i] ?? 0) | 0 : (raw[i] ?? 0), k, task)]),
      )
      return row.run(k, task, args) as number
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'name' in error && 'code' in error) return String(error.name)
      throw error
    }
  }
  const open = (bytes: Uint8Array, flags: number): number =>
    installFd(k, task, newDescription('regular', fileOf(k, bytes), null, flags, null), false)
  return { k, task, call, open, mm: space(task) }
}

test('anonymous memory: from the top down, zeroed, gone after munmap', () => {
  const { k, task, call, mm } = setup()
  const at = call('mmap', 0, 5000, READ_WRITE, ANON, -1, 0) as number
  expect(at).toBe(mm.mmapBase - 2 * PAGE)
  putU32(k, task, at + PAGE, 7)
  expect(call('mmap', 0, PAGE, READ_WRITE, ANON, -1, 0)).toBe(at - PAGE)
  expect(call('munmap', at, 2 * PAGE)).toBe(0)
  expect(call('munmap', at, 2 * PAGE)).toBe(0)
  expect(call('mmap', at, 2 * PAGE, READ_WRITE, ANON | MAP_FIXED, -1, 0)).toBe(at)
  expect(getU32(k, task, at + PAGE)).toBe(0)
  expectSound(k)
})

test.each([
  ['length 0', [0, 0, 3, ANON, -1, 0], 'EINVAL'],
  ['no sharing type', [0, PAGE, 3, MAP_ANONYMOUS, -1, 0], 'EINVAL'],
  ['offset within a page', [0, PAGE, 3, ANON, -1, 1], 'EINVAL'],
  ['no such descriptor', [0, PAGE, 3, MAP_PRIVATE, 9, 0], 'EBADF'],
  ['more than there is of user space', [0, USER_END, 3, ANON, -1, 0], 'ENOMEM'],
  ['length past everything', [0, -1, 3, ANON, -1, 0], 'ENOMEM'],
  ['more than the machine has', [0, 2 ** 40, 3, ANON, -1, 0], 'ENOMEM'],
  ['fixed, unaligned', [1, PAGE, 3, ANON | MAP_FIXED, -1, 0], 'EINVAL'],
  ['fixed, beyond the end', [USER_END, PAGE, 3, ANON | MAP_FIXED, -1, 0], 'ENOMEM'],
  ['fixed, negative', [-PAGE, PAGE, 3, ANON | MAP_FIXED, -1, 0], 'ENOMEM'],
  ['fixed, too low', [0, PAGE, 3, ANON | MAP_FIXED, -1, 0], 'EPERM'],
  ['fixed where something is', [0x20_0000, PAGE, 3, ANON | MAP_FIXED_NOREPLACE, -1, 0], 'EEXIST'],
  ['more huge pages than fit', [0, 2 * HUGE_PAGE, 3, ANON | MAP_HUGETLB, -1, 0], 'ENOMEM'],
  ['huge pages of 1 GiB', [0, PAGE, 3, ANON | MAP_HUGETLB | (30 << 26), -1, 0], 'EINVAL'],
  ['huge pages of a file', [0, PAGE, 3, MAP_PRIVATE | MAP_HUGETLB, 0, 0], 'EBADF'],
  ['huge pages within one', [HUGE_PAGE + PAGE, PAGE, 3, ANON | MAP_HUGETLB | MAP_FIXED, -1, 0], 'EINVAL'],
  ['huge pages from within one of the file', [0, PAGE, 3, ANON | MAP_HUGETLB, -1, PAGE], 'EINVAL'],
  ['a stack of huge pages', [0, PAGE, 3, ANON | MAP_HUGETLB | MAP_GROWSDOWN, -1, 0], 'EINVAL'],
  ['a shared stack', [0, PAGE, 3, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0], 'EINVAL'],
  ['a hint below the lowest address', [1, PAGE, 3, ANON, -1, 0], MMAP_MIN],
])('mmap: %s', (_name, raw, outcome) => {
  const { k, task, call } = setup()
  map(k, task, 0x20_0000, 1)
  expect(call('mmap', ...raw)).toBe(outcome)
  expectSound(k)
})

test('files are mapped as they were opened', () => {
  const { k, task, call, open } = setup()
  const reading = open(new Uint8Array(PAGE).fill(1), O_RDONLY)
  const both = open(new Uint8Array(PAGE).fill(2), O_RDWR)
  expect(call('mmap', 0, PAGE, READ_WRITE, MAP_SHARED, reading, 0)).toBe('EACCES')
  const view = call('mmap', 0, PAGE, PROT_READ, MAP_SHARED, reading, 0) as number
  expect(call('mprotect', view, PAGE, READ_WRITE)).toBe('EACCES')
  const copy = call('mmap', 0, PAGE, READ_WRITE, MAP_PRIVATE, reading, 0) as number
  putU32(k, task, copy, 9)
  expect(copyIn(k, task, view, 1)[0]).toBe(1)
  const shared = call('mmap', 0, PAGE, READ_WRITE, MAP_SHARED | MAP_POPULATE, both, 0) as number
  expect(call('mincore', shared, PAGE, copy)).toBe(0)
  expect(copyIn(k, task, copy, 1)[0]).toBe(1)
  expectSound(k)
})

test('shared anonymous memory is shared with children', () => {
  const { k, task, call } = setup()
  const at = call('mmap', 0, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) as number
  const child = memoryTask(k, forkMm(k, space(task)))
  putU32(k, child, at, 5)
  expect(getU32(k, task, at)).toBe(5)
  expect(space(task).shmemPages).toBe(1)
  expectSound(k)
})

test('mprotect and munmap refuse what Linux refuses', () => {
  const { call } = setup()
  const at = call('mmap', 0, 2 * PAGE, READ_WRITE, ANON, -1, 0) as number
  expect(call('mprotect', at + 1, PAGE, 0)).toBe('EINVAL')
  expect(call('mprotect', at, 0, 0)).toBe(0)
  expect(call('mprotect', at, PAGE, 0x100)).toBe('EINVAL')
  expect(call('mprotect', at, 3 * PAGE, 0)).toBe('ENOMEM')
  expect(call('mprotect', -PAGE, PAGE, 0)).toBe('ENOMEM')
  expect(call('munmap', at, 0)).toBe('EINVAL')
  expect(call('munmap', at + 1, PAGE)).toBe('EINVAL')
  expect(call('munmap', USER_END, PAGE)).toBe('EINVAL')
  expect(call('munmap', -PAGE, PAGE)).toBe('EINVAL')
})

test('madvise: forget, bring in, wipe in children; holes are told of', () => {
  const { k, task, call } = setup()
  const at = call('mmap', 0, 4 * PAGE, READ_WRITE, ANON, -1, 0) as number
  putU32(k, task, at, 1)
  expect(call('madvise', at, PAGE, MADV_DONTNEED)).toBe(0)
  expect(getU32(k, task, at)).toBe(0)
  expect(call('madvise', at, 2 * PAGE, MADV_POPULATE_WRITE)).toBe(0)
  expect(space(task).anonPages).toBe(2)
  expect(call('madvise', at, PAGE, MADV_WIPEONFORK)).toBe(0)
  putU32(k, task, at, 1)
  putU32(k, task, at + PAGE, 1)
  const child = memoryTask(k, forkMm(k, space(task)))
  expect([getU32(k, child, at), getU32(k, child, at + PAGE)]).toEqual([0, 1])
  call('munmap', at + 2 * PAGE, PAGE)
  expect(call('madvise', at, 4 * PAGE, MADV_DONTNEED)).toBe('ENOMEM')
  expect(getU32(k, task, at + PAGE)).toBe(0)
  expect(call('madvise', at, PAGE, 1000)).toBe('EINVAL')
  expect(call('madvise', at + 1, PAGE, MADV_DONTNEED)).toBe('EINVAL')
  expectSound(k)
})

test('huge pages: lengths are rounded up, addresses aligned; what would cut one is refused', () => {
  const { k, task, call, mm } = setup({ frames: 8 * 512 })
  const huge = ANON | MAP_HUGETLB
  const at = call('mmap', 0, HUGE_PAGE + 1, READ_WRITE, huge | MAP_HUGE_2MB, -1, 0) as number
  expect([at % HUGE_PAGE, mm.totalPages]).toEqual([0, 1024])
  expect(call('mmap', at - HUGE_PAGE - PAGE, PAGE, READ_WRITE, huge, -1, 0)).toBe(at - HUGE_PAGE)
  expect(mapsText(k, mm)).toContain('/anon_hugepage (deleted)\n')
  putU32(k, task, at, 1)
  putU32(k, task, at + HUGE_PAGE, 2)
  for (const [name, ...rest] of [['munmap'], ['mprotect', PROT_READ], ['madvise', MADV_DONTFORK]] as const) {
    expect(call(name, at, PAGE, ...rest)).toBe('EINVAL')
    expect(call(name, at + PAGE, HUGE_PAGE - PAGE, ...rest)).toBe('EINVAL')
  }
  // MADV_DONTNEED forgets whole pages and leaves alone the one whose beginning only is meant.
  expect(call('madvise', at + PAGE, PAGE, MADV_DONTNEED)).toBe('EINVAL')
  expect(call('madvise', at, PAGE, MADV_DONTNEED)).toBe(0)
  expect(getU32(k, task, at)).toBe(1)
  expect(call('madvise', at, HUGE_PAGE + PAGE, MADV_DONTNEED)).toBe(0)
  expect([getU32(k, task, at), getU32(k, task, at + HUGE_PAGE)]).toEqual([0, 2])
  for (const advice of [MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_FREE, MADV_WIPEONFORK, MADV_COLD])
    expect(call('madvise', at, HUGE_PAGE, advice)).toBe('EINVAL')
  expect(call('mmap', at + PAGE, PAGE, READ_WRITE, ANON | MAP_FIXED, -1, 0)).toBe('EINVAL')
  expect(call('mlock', at + PAGE, PAGE)).toBe(0)
  expect(mm.lockedPages).toBe(0)
  const vec = call('mmap', 0, PAGE, READ_WRITE, ANON, -1, 0) as number
  expect(call('mincore', at + HUGE_PAGE - PAGE, 2 * PAGE, vec)).toBe(0)
  expect([...copyIn(k, task, vec, 2)]).toEqual([1, 1])
  expect(call('munmap', at, HUGE_PAGE)).toBe(0)
  expectSound(k)
})

test('shared huge pages are the same pages in parent and child, and go with the last of them', () => {
  const { k, task, call } = setup({ frames: 8 * 512 })
  const free = k.state.frames.freeCount
  const at = call('mmap', 0, 2 * HUGE_PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) as number
  putU32(k, task, at, 1)
  const child = memoryTask(k, forkMm(k, space(task)))
  expect(getU32(k, child, at)).toBe(1)
  putU32(k, child, at + HUGE_PAGE + PAGE, 5)
  putU32(k, task, at, 6)
  expect([getU32(k, task, at + HUGE_PAGE + PAGE), getU32(k, child, at)]).toEqual([5, 6])
  expect([space(task).hugetlbPages, space(child).hugetlbPages, k.state.counts.cowCopies]).toEqual([1024, 1024, 0])
  expect(smapsText(k, space(task))).toContain('Shared_Hugetlb:     4096 kB\n')
  // A debugger, and MADV_REMOVE, find the same pages.
  expect(pokeUser(k, space(task), at + PAGE, new Uint8Array([9]))).toBe(1)
  expect(getU32(k, child, at + PAGE)).toBe(9)
  expect(call('madvise', at, HUGE_PAGE, MADV_REMOVE)).toBe(0)
  expect(getU32(k, child, at + PAGE)).toBe(0)
  expectSound(k)
  expect(call('munmap', at, 2 * HUGE_PAGE)).toBe(0)
  expect(getU32(k, child, at + HUGE_PAGE + PAGE)).toBe(5)
  releaseMm(k, space(child))
  strikeOff(k, child)
  expectSound(k)
  // The tables of the task itself are gone too.
  expect(k.state.frames.freeCount).toBe(free)
})

test('mincore tells which pages a touch would find', () => {
  const { k, task, call } = setup()
  const at = call('mmap', 0, 4 * PAGE, READ_WRITE, ANON, -1, 0) as number
  putU32(k, task, at + PAGE, 1)
  expect(call('mincore', at, 3 * PAGE, at + 3 * PAGE)).toBe(0)
  expect([...copyIn(k, task, at + 3 * PAGE, 3)]).toEqual([0, 1, 0])
  expect(call('mincore', at, 5 * PAGE, at)).toBe('ENOMEM')
  expect(call('mincore', at, PAGE, 8)).toBe('EFAULT')
  expect(call('mincore', at + 8, PAGE, at)).toBe('EINVAL')
})

test('locks bring pages in and count against their limit', () => {
  const { k, task, call, mm } = setup()
  const at = call('mmap', 0, 4 * PAGE, READ_WRITE, ANON, -1, 0) as number
  task.group.rlimits.soft[RLIMIT_MEMLOCK] = 2 * PAGE
  expect(call('mlock', at + 8, PAGE)).toBe(0)
  expect([mm.lockedPages, mm.anonPages]).toEqual([2, 2])
  expect(call('mlock', at, 2 * PAGE)).toBe(0)
  expect(call('mlock', at, 3 * PAGE)).toBe('ENOMEM')
  expect(call('madvise', at, PAGE, MADV_DONTNEED)).toBe('EINVAL')
  expect(call('munlock', at, PAGE)).toBe(0)
  expect(mm.lockedPages).toBe(1)
  expect(call('mlockall', 4)).toBe('EINVAL')
  expect(call('mlockall', 1)).toBe('ENOMEM')
  expect(call('munlockall')).toBe(0)
  expect(mm.lockedPages).toBe(0)
  task.group.rlimits.soft[RLIMIT_MEMLOCK] = 0
  expect(call('mlock', at, PAGE)).toBe('EPERM')
  expectSound(k)
})

test('RLIMIT_AS bounds every mapping', () => {
  const { task, call } = setup()
  task.group.rlimits.soft[RLIMIT_AS] = 4 * PAGE
  expect(call('mmap', 0, 5 * PAGE, PROT_READ, ANON, -1, 0)).toBe('ENOMEM')
  const at = call('mmap', 0, 4 * PAGE, PROT_READ, ANON, -1, 0) as number
  expect(call('mmap', 0, PAGE, PROT_READ, ANON, -1, 0)).toBe('ENOMEM')
  expect(call('mremap', at, 4 * PAGE, 5 * PAGE, 1)).toBe('ENOMEM')
})

test('random calls with wild arguments: an answer or an errno, and everything still counted right', () => {
  const { k, task, call, open, mm } = setup()
  task.credentials = rootCredentials()
  open(new Uint8Array(5 * PAGE + 3).fill(1), O_RDWR)
  open(new Uint8Array(100).fill(1), O_RDONLY)
  mm.brkStart = mm.brk = 0x50_0000
  let seed = 12345
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
  const BASE = 0x10_0000
  const wild = [0, 1, -1, PAGE - 1, 2 ** 31, -(2 ** 31), 2 ** 32, USER_END, USER_END - PAGE, 2 ** 47, 2 ** 53, 2 ** 63, -(2 ** 63), -PAGE]
  const value = (): number => {
    const kind = random(10)
    if (kind < 1) return wild[random(wild.length)]
    if (kind < 4) return random(40) * PAGE
    if (kind < 8) return BASE + random(40) * PAGE
    if (kind < 9) return 2 ** random(22)
    return random(64)
  }
  const outcomes = new Set<string>()
  for (let i = 0; i < 6000; i++) {
    const row = memoryCalls[random(memoryCalls.length)]
    const raw = [0, 1, 2, 3, 4, 5].map(value)
    if (row.name === 'mmap') {
      raw[3] = [ANON, ANON | MAP_FIXED, MAP_PRIVATE, MAP_SHARED, MAP_SHARED | MAP_ANONYMOUS, MAP_PRIVATE | MAP_FIXED, random(2 ** 22)][
        random(7)
      ]
      raw[4] = random(4) - 1
    }
    if (row.name === 'mremap' && random(2)) raw.splice(0, 4, BASE + random(40) * PAGE, random(3) * PAGE, random(4) * PAGE, random(4))
    const result = call(row.name, ...raw)
    outcomes.add(`${row.name} ${typeof result === 'string' ? result : 'ok'}`)
    if (typeof result === 'string') expect(result).toMatch(/^E[A-Z]+$/)
    try {
      putU32(k, task, BASE + random(40) * PAGE, i)
    } catch (error) {
      expect(['EFAULT', 'ENOMEM']).toContain((error as { name: string }).name)
    }
    if (i % 200 === 0) expectSound(k)
  }
  expectSound(k)
  for (const row of memoryCalls) expect(outcomes).toContain(`${row.name} ok`)
})
