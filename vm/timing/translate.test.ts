// Translation: how many entries of page tables a walk reads, what each level of the TLB costs, and what flushes and changes of address
// space leave of it.
import { describe, expect, test } from 'vitest'
import { setSatp } from '../csr.ts'
import { RAM_BASE } from '../layout.ts'
import { setTiming } from '../machine.ts'
import { bench, CODE, DATA, FRAMES } from '../testing.ts'
import { tlbFlush } from '../tlb.ts'
import { kernelAsid, timeAccess, timeFetch, timeKernelData } from './access.ts'
import type { Core, Timing } from './core.ts'
import { COMPONENTS, COUNTS, type Component, type CountName } from './ledger.ts'
import { resolvePreset } from './presets.ts'
import { timeKernelTable } from './translate.ts'

const PAGE = 4096
const HUGE = 0x4000_0000
const HUGE_FRAME = 512
const KERNEL = 0x2_1000_0000
/** Far from DATA: no table but the root is the same. */
const FAR = 0x0c0_0000_0000
/** No data cache, so that no line buffer answers; no walk caches; a hit in the second-level TLB costs something. */
const PLAIN = [
  ...['l1d.size=0', 'walkCache.root=0', 'walkCache.upper=0', 'walkCache.lower=0', 'walkCache.shared=no'],
  ...['dtlb.entries=1', 'dtlb.ways=1', 'l2tlb.entries=64', 'l2tlb.ways=64', 'l2tlb.latency=9', 'replacement=lru', 'asidBits=16'],
]

interface Mmu {
  t: Timing
  core: Core
  read(va?: number): void
  copy(va?: number): void
  fetch(): void
  kernel(at?: number): void
  satp(asid: number): void
  fence(va: number | null, asid: number | null): void
  /** What was added to the counts of these names since the last look. */
  since(...names: CountName[]): number[]
  ledger(component: Component): number
}

function mmu(...overrides: string[]): Mmu {
  const b = bench('ecall', { engine: 'reference' })
  for (let page = 0; page < 8; page++) b.map(DATA + page * PAGE, FRAMES.data + page)
  b.map(FAR, FRAMES.data)
  b.map(HUGE, HUGE_FRAME, undefined, 1)
  const { machine, hart } = b
  setTiming(machine, resolvePreset('server', [...PLAIN, ...overrides]).config)
  const t = machine.timing as Timing
  const [core] = t.cores
  let seen = core.counts.slice()
  const physical = RAM_BASE + FRAMES.data * PAGE
  return {
    t,
    core,
    read: (va = DATA) => timeAccess(machine, t, core, va | 0, Math.floor(va / 2 ** 32), physical, 8, false),
    copy: (va = DATA) => timeAccess(machine, t, core, va, 0, physical, 8, false, kernelAsid(t, core)),
    fetch: () => timeFetch(machine, t, core, CODE, 0, RAM_BASE + FRAMES.code * PAGE),
    kernel: (at = 0) => timeKernelData(t, core, KERNEL + at, 8, false),
    satp: asid => setSatp(machine, hart, 0, asid),
    fence: (va, asid) => tlbFlush(machine, hart, va, asid),
    since(...names) {
      const added = names.map(name => core.counts[COUNTS[name]] - seen[COUNTS[name]])
      seen = core.counts.slice()
      return added
    },
    ledger: component => core.row[COMPONENTS.indexOf(component)],
  }
}

describe('entries that a walk reads', () => {
  const WARM = ['walkCache.lower=8', 'walkCache.upper=8', 'walkCache.root=8']

  test('four of a page, three of a 2 MiB page, and the kernel three of its own tables', () => {
    const { read, kernel, since } = mmu()
    read()
    expect(since('walks', 'pteReads')).toEqual([1, 4])
    read(DATA + PAGE)
    expect(since('walks', 'pteReads')).toEqual([1, 4])
    read(HUGE)
    expect(since('walks', 'pteReads')).toEqual([1, 3])
    kernel()
    expect(since('walks', 'pteReads')).toEqual([1, 3])
  })

  test('one when the walk caches know the table of the page, two for a 2 MiB page beside it', () => {
    const { read, since } = mmu(...WARM)
    read()
    expect(since('pteReads')).toEqual([4])
    read(DATA + PAGE)
    expect(since('walks', 'pteReads')).toEqual([1, 1])
    // Another gigabyte: the root's entry is known.
    read(HUGE)
    expect(since('pteReads')).toEqual([2])
    read(FAR)
    expect(since('pteReads')).toEqual([4])
  })

  test.each([
    ['lower', 1],
    ['upper', 2],
    ['root', 3],
  ])('with a walk cache of the %s level only: %i', (level, reads) => {
    const { read, since } = mmu(`walkCache.${level}=8`)
    read()
    since()
    read(DATA + PAGE)
    expect(since('pteReads')).toEqual([reads])
  })

  test('one walk cache for all levels holds the entry used last', () => {
    const { read, since } = mmu('walkCache.shared=yes', 'walkCache.lower=1')
    read()
    read(DATA + PAGE)
    expect(since('pteReads')).toEqual([4 + 1])
  })

  test('go through the caches: cold ones wait for memory, those in the same line do not', () => {
    const { read, ledger, t } = mmu('l1d.size=49152', 'l1d.latency=5')
    read()
    expect(ledger('TLB walk')).toBe(4 * (t.dram + 5))
    read(DATA + PAGE)
    expect(ledger('TLB walk')).toBe(4 * (t.dram + 5) + 4 * 5)
  })
})

describe('levels', () => {
  test('a hit in the first costs nothing, one in the second its latency and no walk', () => {
    const { read, since, ledger } = mmu()
    read()
    read(DATA + PAGE)
    since()
    const [walk, second] = [ledger('TLB walk'), ledger('L2 TLB')]
    read(DATA + PAGE)
    expect(since('dtlbMisses', 'l2tlbMisses')).toEqual([0, 0])
    expect(ledger('L2 TLB')).toBe(second)
    read()
    expect(since('dtlbMisses', 'l2tlbMisses', 'walks')).toEqual([1, 0, 0])
    expect([ledger('TLB walk'), ledger('L2 TLB')]).toEqual([walk, second + 9])
  })

  test('without a second one each miss walks, and waits for nothing else', () => {
    const { read, since, ledger } = mmu('l2tlb.entries=0')
    for (const va of [DATA, DATA + PAGE, DATA]) read(va)
    expect(since('dtlbMisses', 'l2tlbMisses', 'walks')).toEqual([3, 0, 3])
    expect(ledger('L2 TLB')).toBe(0)
  })

  test('code has a first level of its own', () => {
    const { read, fetch, since } = mmu()
    fetch()
    expect(since('itlbMisses', 'dtlbMisses', 'walks')).toEqual([1, 0, 1])
    fetch()
    read()
    expect(since('itlbMisses', 'dtlbMisses')).toEqual([0, 1])
  })

  test('an entry of 2 MiB serves every page in it', () => {
    const { read, since } = mmu()
    read(HUGE)
    since()
    for (const page of [1, 100, 511]) read(HUGE + page * PAGE)
    expect(since('dtlbMisses', 'walks')).toEqual([0, 0])
    read(HUGE + 512 * PAGE)
    expect(since('dtlbMisses')).toEqual([1])
  })
})

const ROOM = ['dtlb.entries=64', 'dtlb.ways=64']

describe('another address space', () => {
  test('with ASIDs nothing is lost, and each has entries of its own', () => {
    const { read, satp, since, ledger, t } = mmu(...ROOM)
    read()
    satp(2)
    read()
    expect(since('dtlbMisses', 'flushes')).toEqual([2, 0])
    satp(1)
    read()
    expect(since('dtlbMisses', 'flushes')).toEqual([0, 0])
    expect(ledger('satp')).toBe(2 * t.config.satp)
  })

  test('without them all entries go but those of the kernel, which are global', () => {
    const { read, kernel, satp, since, ledger, t } = mmu(...ROOM, 'asidBits=0')
    read()
    kernel()
    since()
    satp(1)
    expect(since('flushes')).toEqual([1])
    expect([ledger('satp'), ledger('TLB flush')]).toEqual([t.config.satp, t.config.sfence])
    kernel()
    expect(since('dtlbMisses')).toEqual([0])
    read()
    expect(since('dtlbMisses', 'l2tlbMisses')).toEqual([1, 1])
  })

  test('as many bits of the number count as the TLB has', () => {
    const { read, satp, since } = mmu(...ROOM, 'asidBits=4')
    read()
    since()
    satp(17)
    read()
    expect(since('dtlbMisses')).toEqual([0])
  })
})

describe("the kernel's own page table", () => {
  test('is not shared: programs and each kernel see pages by entries of their own', () => {
    const { read, copy, kernel, satp, since } = mmu(...ROOM, 'kpti=on')
    read()
    copy()
    kernel()
    expect(since('dtlbMisses')).toEqual([3])
    satp(2)
    for (const use of [read, copy, kernel]) use()
    expect(since('dtlbMisses')).toEqual([3])
    satp(1)
    for (const use of [read, copy, kernel]) use()
    expect(since('dtlbMisses')).toEqual([0])
  })

  test('where there is none the kernel uses the entries of the program, and one of its own for all', () => {
    const { read, copy, kernel, satp, since } = mmu(...ROOM)
    for (const use of [read, copy, kernel]) use()
    expect(since('dtlbMisses')).toEqual([2])
    satp(2)
    kernel()
    expect(since('dtlbMisses')).toEqual([0])
  })

  test.each([
    ['with ASIDs entering it empties nothing', 16, 0],
    ['without them it empties everything, the way in and the way out', 0, 1],
  ])('%s', (_name, bits, flushed) => {
    const { t, core, read, kernel, since, ledger } = mmu(...ROOM, 'kpti=on', `asidBits=${bits}`)
    read()
    kernel()
    since()
    timeKernelTable(t, core)
    kernel()
    expect(since('dtlbMisses', 'flushes')).toEqual([flushed, flushed])
    timeKernelTable(t, core)
    read()
    expect(since('dtlbMisses', 'flushes')).toEqual([flushed, flushed])
    expect(ledger('satp')).toBe(2 * t.config.satp)
  })
})

describe('sfence.vma', () => {
  /** What misses afterwards of: the page, another page, the page in address space 2, the kernel. */
  const forms: readonly [string, number | null, number | null, number[]][] = [
    ['everything', null, null, [1, 1, 1, 1]],
    ['an address space: the kernel is global', null, 1, [1, 1, 0, 0]],
    ['an address in one', DATA, 1, [1, 0, 0, 0]],
    ['an address in the other', DATA, 2, [0, 0, 1, 0]],
    ['an address in all: everything, as simple hardware does', DATA, null, [1, 1, 1, 1]],
  ]

  test.each(forms)('%s', (_name, va, asid, missed) => {
    const { read, kernel, satp, fence, since, ledger, t } = mmu(...ROOM)
    const uses = [() => read(), () => read(DATA + PAGE), () => read(), () => kernel()]
    const space = [1, 1, 2, 1]
    const all = (): number[] =>
      uses.map((use, n) => {
        satp(space[n])
        since()
        use()
        return since('walks')[0]
      })
    expect(all()).toEqual([1, 1, 1, 1])
    expect(all()).toEqual([0, 0, 0, 0])
    fence(va, asid)
    expect(since('flushes')).toEqual([1])
    expect(ledger('TLB flush')).toBe(t.config.sfence)
    expect(all()).toEqual(missed)
  })

  test('of an address takes the walk cache entries of its address space along', () => {
    const { read, satp, fence, since } = mmu(...ROOM, 'walkCache.lower=8')
    for (const asid of [1, 2]) {
      satp(asid)
      read()
    }
    fence(DATA + PAGE, 1)
    since()
    read(DATA + PAGE)
    expect(since('pteReads')).toEqual([1])
    satp(1)
    read(DATA + PAGE)
    expect(since('pteReads')).toEqual([4])
  })

  test('of a 2 MiB page', () => {
    const { read, fence, since } = mmu(...ROOM)
    read(HUGE)
    fence(HUGE + 5 * PAGE, 1)
    since()
    read(HUGE)
    expect(since('walks')).toEqual([1])
  })
})
