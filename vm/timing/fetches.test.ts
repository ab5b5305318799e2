// Notes of fetched lines of code only save work: a machine that asks for every line, and one that asks for none that is noted, as the
// interpreter does, have the same instruction caches and TLBs, entry for entry.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setSatp } from '../csr.ts'
import { PAGE_SIZE, RAM_BASE } from '../layout.ts'
import { setTiming } from '../machine.ts'
import type { Machine } from '../state.ts'
import { bench, DATA, FRAMES } from '../testing.ts'
import { amount } from '../../test/fuzz/size.ts'
import { timeFetch, timeKernelFetch } from './access.ts'
import type { Timing } from './core.ts'
import { checkFetches, noteFetch } from './lines.ts'
import { resolvePreset } from './presets.ts'
import { copyTiming } from './snapshot.ts'
import { timeFlush } from './translate.ts'

const PAGES = 6
const LINE = 32
/** Kernel code whose lines fall into the same sets as those of programs. */
const KERNEL = 0x2_1000_0000
type Kind = 'fetch' | 'kernel' | 'flushPage' | 'flushSpace' | 'switch'
interface Step {
  kind: Kind
  page: number
  line: number
}
// Loops, mostly: few lines that come again.
const kind = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Kind>('fetch') },
  fc.constantFrom<Kind>('kernel', 'flushPage', 'flushSpace', 'switch'),
)
const page = fc.oneof({ weight: 6, arbitrary: fc.nat(1) }, fc.nat(PAGES - 1))
const steps = fc.array(fc.record({ kind, page, line: fc.nat(2) }), { minLength: 100, maxLength: 300 })

function machineOf(): Machine {
  const b = bench('ecall', { engine: 'reference' })
  for (let page = 0; page < PAGES; page++) b.map(DATA + page * PAGE_SIZE, FRAMES.data + page)
  return b.machine
}

function started(machine: Machine, overrides: readonly string[]): Timing {
  setTiming(machine, resolvePreset('server', [...SMALL, ...overrides]).config)
  setSatp(machine, machine.harts[0], 0, 1)
  return machine.timing as Timing
}

const addressOf = ({ page, line }: Step): number => DATA + page * PAGE_SIZE + line * LINE

function take(machine: Machine, t: Timing, step: Step): void {
  const [core] = t.cores
  const va = addressOf(step)
  if (step.kind === 'fetch') timeFetch(machine, t, core, va, 0, RAM_BASE + FRAMES.data * PAGE_SIZE + (va - DATA))
  else if (step.kind === 'kernel') timeKernelFetch(t, core, KERNEL + step.page * PAGE_SIZE + step.line * LINE, 4)
  else if (step.kind === 'flushPage') timeFlush(t, core, va, 1)
  else if (step.kind === 'flushSpace') timeFlush(t, core, null, step.page > 0 ? 1 : null)
  else setSatp(machine, machine.harts[0], 0, 1 + (step.page % 2))
}

/** The same, noting. Answers whether the step was saved. */
function takeNoting(machine: Machine, t: Timing, step: Step): boolean {
  const [core] = t.cores
  checkFetches(core, 0)
  const fetch = step.kind === 'fetch'
  if (fetch && core.fetchLines.includes(addressOf(step))) return true
  take(machine, t, step)
  if (fetch) noteFetch(t, core, 0, addressOf(step), 0)
  return false
}

const SMALL = [`line=${LINE}`, 'l1i.size=512', 'l1i.ways=4', 'itlb.entries=4', 'itlb.ways=2', 'l2tlb.entries=8', 'l2tlb.ways=2']

test.each([
  ['plru', ['replacement=plru']],
  ['plru, room for all translations', ['replacement=plru', 'itlb.entries=16', 'itlb.ways=16']],
  ['plru, room for all lines', ['replacement=plru', 'l1i.size=32768', 'l1i.ways=4']],
  ['plru, no ASIDs', ['replacement=plru', 'asidBits=0']],
  ['random', ['replacement=random']],
  ['random, tables of the kernel', ['replacement=random', 'kpti=on']],
  ['lru', ['replacement=lru']],
])('%s', (name, overrides) => {
  const [plain, noting] = [machineOf(), machineOf()]
  let saved = 0
  fc.assert(
    fc.property(steps, taken => {
      const [a, b] = [plain, noting].map(machine => started(machine, overrides))
      for (const step of taken) {
        take(plain, a, step)
        if (takeNoting(noting, b, step)) saved++
        expect(b.cores[0].stalls).toBe(a.cores[0].stalls)
      }
      const [[x], [y]] = [a, b].map(t => copyTiming(t).cores)
      expect([y.l1i, y.itlb, y.counts]).toEqual([x.l1i, x.itlb, x.counts])
    }),
    { numRuns: amount(40, 2000), endOnFailure: true },
  )
  // With lru there are none.
  if (name === 'lru') expect(saved).toBe(0)
  else expect(saved).toBeGreaterThan(100)
})

test('an engine whose fetch TLB was filled anew has no notes', () => {
  const machine = machineOf()
  const t = started(machine, [])
  const [core] = t.cores
  noteFetch(t, core, 0, DATA, 0)
  checkFetches(core, 0)
  expect(core.fetchLines.includes(DATA)).toBe(true)
  checkFetches(core, 1)
  expect(core.fetchLines.includes(DATA)).toBe(false)
})
