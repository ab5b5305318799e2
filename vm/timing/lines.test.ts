// Line buffers only save work: a run with them and one in which they are emptied before every access miss the same and wait the same.
//
// What may differ is how recently the data TLB used a page, for an access that a buffer answers does not count as a use there. With
// random replacement nobody asks for that; with the others it matters only where the data TLB loses translations, and then a miss of it
// reads page-table entries through the caches at another moment. So they are compared exactly with random replacement and any data TLB,
// and with the others where the data TLB has room for all; and with every configuration, what a buffer answers must be a hit without it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setSatp } from '../csr.ts'
import { PAGE_SIZE, RAM_BASE } from '../layout.ts'
import { setTiming } from '../machine.ts'
import type { Machine } from '../state.ts'
import { bench, CODE, DATA, FRAMES } from '../testing.ts'
import { amount } from '../../test/fuzz/size.ts'
import { kernelAsid, timeAccess, timeFetch, timeKernelBlock, timeKernelData } from './access.ts'
import { NO_LINE, type Core, type Timing } from './core.ts'
import { find, type Assoc } from './assoc.ts'
import { forgetLines } from './lines.ts'
import { resolvePreset } from './presets.ts'
import { ASID_SPAN, KERNEL_ASID } from './tags.ts'
import { timeFlush, timeKernelTable } from './translate.ts'

const PAGES = 12
/** Kernel memory whose lines fall into the same sets as those of programs. */
const KERNEL = 0x2_1000_0000

/** One access or event: who, where in the pages of the program or the kernel. */
interface Step {
  hart: number
  kind: 'access' | 'access' | 'userCopy' | 'kernelData' | 'kernelBlock' | 'fetch' | 'flushPage' | 'flushSpace' | 'switch'
  page: number
  offset: number
  bytes: number
  write: boolean
  /** How often it is done again. */
  again: number
}
const KINDS = [
  ...['access', 'access', 'access', 'access', 'access', 'access', 'userCopy', 'kernelData'],
  ...['kernelBlock', 'fetch', 'flushPage', 'flushSpace', 'switch'],
] as Step['kind'][]
const steps = fc.array(
  fc.record({
    hart: fc.nat(1),
    kind: fc.constantFrom(...KINDS),
    page: fc.nat(PAGES - 1),
    // Few lines, so that they come again.
    offset: fc.nat(5).map(n => n * 28),
    bytes: fc.constantFrom(1, 4, 8),
    write: fc.boolean(),
    again: fc.nat(2),
  }),
  { minLength: 60, maxLength: 150 },
)

function machineOf(): Machine {
  const b = bench('ecall', { engine: 'reference', harts: 2 })
  for (let page = 0; page < PAGES; page++) b.map(DATA + page * PAGE_SIZE, FRAMES.data + page)
  return b.machine
}

function take(machine: Machine, t: Timing, { hart, kind, page, offset, bytes, write }: Step): void {
  const core = t.cores[hart]
  const va = DATA + page * PAGE_SIZE + offset
  const physical = RAM_BASE + (FRAMES.data + page) * PAGE_SIZE + offset
  const kpti = t.config.kpti === 'on'
  switch (kind) {
    case 'access':
      return timeAccess(machine, t, core, va, 0, physical, bytes, write)
    case 'userCopy':
      // The kernel, with its own page table where it has one, and back.
      if (kpti) timeKernelTable(t, core)
      timeAccess(machine, t, core, va, 0, physical, bytes, write, kernelAsid(t, core))
      return kpti ? timeKernelTable(t, core) : undefined
    case 'kernelData':
      return timeKernelData(t, core, KERNEL + page * PAGE_SIZE + offset, bytes, write)
    case 'kernelBlock':
      return timeKernelBlock(t, core, physical, 64, write)
    case 'fetch':
      return timeFetch(machine, t, core, CODE + offset, 0, RAM_BASE + FRAMES.code * PAGE_SIZE + offset)
    case 'flushPage':
      return timeFlush(t, core, va, 1)
    case 'flushSpace':
      return timeFlush(t, core, null, write ? 1 : null)
    case 'switch':
      return setSatp(machine, machine.harts[hart], 0, 1 + (page % 2))
  }
}

function started(machine: Machine, overrides: readonly string[]): Timing {
  setTiming(machine, resolvePreset('server', overrides).config)
  for (const hart of machine.harts) setSatp(machine, hart, 0, 1)
  return machine.timing as Timing
}

/** What a buffer would answer is in the data TLB and the data cache, dirty if it is to be written. */
function expectBuffersTrue(t: Timing, core: Core): void {
  const l1d = core.l1d as Assoc
  for (const [buffers, write] of [
    [core.readLines, false],
    [core.writeLines, true],
  ] as const) {
    for (let at = 0; at <= 2 * t.setMask; at += 2) {
      const lo = buffers[at]
      if (lo === NO_LINE) continue
      const page = lo >>> 12
      const views = [core.asid, KERNEL_ASID + core.asid].map(asid => find(core.dtlb, page, asid * ASID_SPAN + page))
      expect(Math.max(...views)).toBeGreaterThanOrEqual(0)
      const line = (RAM_BASE + FRAMES.data * PAGE_SIZE + (lo - DATA)) / t.config.line
      const place = find(l1d, line, line)
      expect(place).toBeGreaterThanOrEqual(0)
      if (write) expect(l1d.dirty[place]).toBe(1)
    }
  }
}

/** Is the line of an access's first byte in the buffer? */
function isBuffered(t: Timing, { hart, page, offset, write }: Step): boolean {
  const core = t.cores[hart]
  const va = DATA + page * PAGE_SIZE + offset
  return (write ? core.writeLines : core.readLines).includes(va - (va % t.config.line))
}

const SMALL = ['line=32', 'l1d.size=512', 'l1d.ways=2', 'l2.size=2048', 'l2.ways=4', 'llc.size=0', 'l1i.size=256', 'l1i.ways=1']
const FEW = ['dtlb.entries=4', 'dtlb.ways=2', 'l2tlb.entries=8', 'l2tlb.ways=2']
const configurations: readonly [string, boolean, readonly string[]][] = [
  ['random, few translations', true, ['replacement=random', ...FEW]],
  ['random, few translations, no ASIDs', true, ['replacement=random', 'asidBits=0', ...FEW]],
  ['random, tables of the kernel', true, ['replacement=random', 'kpti=on', ...FEW]],
  ['random, tables of the kernel, no ASIDs', true, ['replacement=random', 'kpti=on', 'asidBits=0', ...FEW]],
  ['lru, room for all translations', true, ['replacement=lru']],
  ['lru, tables of the kernel, room for all translations', true, ['replacement=lru', 'kpti=on']],
  ['plru, room for all translations, one second level', true, ['replacement=plru', 'l2.shared=yes']],
  ['lru, few translations', false, ['replacement=lru', ...FEW]],
  ['plru, few translations', false, ['replacement=plru', ...FEW]],
]

test.each(configurations)('%s', (_name, exact, overrides) => {
  const [plain, buffered] = [machineOf(), machineOf()]
  let answered = 0
  fc.assert(
    fc.property(steps, written => {
      const [a, b] = [plain, buffered].map(machine => started(machine, [...SMALL, ...overrides]))
      for (const step of written.flatMap(step => Array.from({ length: 1 + step.again }, () => step))) {
        for (const core of a.cores) forgetLines(core)
        take(plain, a, step)
        if (step.kind === 'access' && isBuffered(b, step)) answered++
        take(buffered, b, step)
        for (const core of b.cores) expectBuffersTrue(b, core)
        if (!exact) continue
        for (const [id, core] of b.cores.entries()) {
          expect(core.counts).toEqual(a.cores[id].counts)
          expect(core.stalls).toBe(a.cores[id].stalls)
        }
      }
    }),
    // A sequence is not shortened: that takes minutes.
    { numRuns: amount(25, 150), endOnFailure: true },
  )
  // The buffers had something to do.
  expect(answered).toBeGreaterThan(200)
})
