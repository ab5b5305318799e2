// A copy of the model, taken in the middle, goes on as the model itself did.
import { describe, expect, test } from 'vitest'
import { randomNumbers, type Random } from '../isa/index.ts'
import { PAGE_SIZE, RAM_BASE } from '../layout.ts'
import { setTiming } from '../machine.ts'
import type { Machine } from '../state.ts'
import { restoreMachine, snapshotMachine } from '../snapshot.ts'
import { bench, CODE, DATA, FRAMES } from '../testing.ts'
import { timeAccess, timeFetch, timeKernelData } from './access.ts'
import type { Timing } from './core.ts'
import { rowOf } from './ledger.ts'
import { resolvePreset } from './presets.ts'
import { copyTiming, restoreTiming } from './snapshot.ts'
import { timeFlush } from './translate.ts'

const PAGES = 4
const SMALL = ['l1d.size=1024', 'l1d.ways=2', 'l2.size=4096', 'l2.ways=4', 'llc.size=8192', 'llc.ways=4', 'dtlb.entries=2', 'dtlb.ways=2']

function timed(...overrides: string[]): { machine: Machine; t: Timing } {
  const { machine } = bench('ecall', { engine: 'reference', harts: 2 })
  setTiming(machine, resolvePreset('server', [...SMALL, ...overrides]).config)
  return { machine, t: machine.timing as Timing }
}

/** A few hundred accesses of both harts, by the program and the kernel, each to be paid by some cause. */
function work(machine: Machine, t: Timing, random: Random): void {
  for (let n = 0; n < 400; n++) {
    const core = t.cores[random(2)]
    core.row = rowOf(t.ledger, random(5))
    const at = random(PAGES) * PAGE_SIZE + random(500) * 8
    timeAccess(machine, t, core, DATA + at, 0, RAM_BASE + FRAMES.data * PAGE_SIZE + at, 8, random(2) === 0)
    timeFetch(machine, t, core, CODE + at, 0, RAM_BASE + FRAMES.code * PAGE_SIZE + at)
    timeKernelData(t, core, 0x2_1000_0000 + random(50) * 64, 100, random(2) === 0)
    if (random(50) === 0) timeFlush(t, core, DATA + at, random(2))
  }
}

/** All that a model is, with its line buffers. */
const whole = (t: Timing): unknown => [copyTiming(t), t.cores.map(core => [core.readLines.slice(), core.writeLines.slice()])]

describe.each([
  ['a second level for each hart', 'l2.shared=no'],
  ['one second level, one walk cache', 'l2.shared=yes'],
])('%s', (_name, shared) => {
  test.each(['lru', 'plru', 'random'])('%s: goes on the same way', replacement => {
    const { machine, t } = timed(shared, `replacement=${replacement}`, `walkCache.shared=${shared.slice('l2.shared='.length)}`)
    work(machine, t, randomNumbers(1))
    const buffers = t.cores.map(core => [core.readLines.slice(), core.writeLines.slice()])
    const saved = copyTiming(t)
    const then = whole(t)
    work(machine, t, randomNumbers(2))
    const end = whole(t)
    expect(end).not.toEqual(then)
    // Twice: going on from a copy leaves the copy as it was.
    for (let n = 0; n < 2; n++) {
      restoreTiming(t, saved)
      for (const [id, [read, write]] of buffers.entries()) {
        t.cores[id].readLines.set(read)
        t.cores[id].writeLines.set(write)
      }
      expect(whole(t)).toEqual(then)
      work(machine, t, randomNumbers(2))
      expect(whole(t)).toEqual(end)
    }
  })

  test('what was shared is shared, what was not is not', () => {
    const { machine, t } = timed(shared, 'walkCache.shared=yes')
    work(machine, t, randomNumbers(3))
    restoreTiming(t, copyTiming(t))
    const [a, b] = t.cores
    expect(a.l2 === b.l2).toBe(shared === 'l2.shared=yes')
    expect(a.l1d).not.toBe(b.l1d)
    expect(a.walkCaches[1]).toBe(a.walkCaches[3])
    expect(a.walkCaches[1]).not.toBe(b.walkCaches[1])
    for (const core of t.cores) expect([...t.ledger.values()]).toContain(core.row)
  })
})

test("a machine's snapshot has the model in it, and its line buffers", () => {
  const { machine, t } = timed()
  work(machine, t, randomNumbers(4))
  const saved = snapshotMachine(machine)
  work(machine, t, randomNumbers(5))
  const end = whole(t)
  restoreMachine(machine, saved)
  work(machine, machine.timing as Timing, randomNumbers(5))
  expect(whole(machine.timing as Timing)).toEqual(end)
})
