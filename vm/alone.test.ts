// A machine by itself, without any kernel: run, stopped, looked at, changed and taken back. This is what a debugger's target has to have.
import { describe, expect, test } from 'vitest'
import { passHere, setDebugPoints } from './debug.ts'
import { frameWritten } from './dirty.ts'
import { COUNTERS, PAGE_SIZE } from './layout.ts'
import { getPc, getX, setPc } from './registers.ts'
import { snapshotMachine, restoreMachine } from './snapshot.ts'
import { bench, CODE, DATA, ENGINES, FRAMES, words } from './testing.ts'
import { tlbEntries } from './tlb.ts'
import { walk } from './walk.ts'

const LOOP = `addi a1, a1, 1
sw a1, 0(a0)
lw a2, 0(a0)
bne a1, a3, ${CODE}
ebreak`
const NONE = { breakpoints: new Set<number>(), watches: [], tlbMisses: false }

describe.each(ENGINES)('%s', engine => {
  const loop = (times = 10): ReturnType<typeof bench> => {
    const b = bench(LOOP, { engine })
    b.hart.x[2 * 13] = times
    return b
  }

  test('a breakpoint stops before its instruction, goes on from there, and can come and go while code is decoded', () => {
    const b = loop()
    b.run(6)
    setDebugPoints(b.machine, { ...NONE, breakpoints: new Set([CODE + 8]) })
    expect([b.run().kind, getPc(b.hart), b.x(11)]).toEqual(['debug', CODE + 8, 2])
    expect([b.run().kind, getPc(b.hart), b.x(11)]).toEqual(['debug', CODE + 8, 3])
    setDebugPoints(b.machine, null)
    expect([b.run().kind, b.x(11)]).toEqual(['breakpoint', 10])
  })

  test('a breakpoint that is stood upon is passed when that is asked', () => {
    const b = loop()
    setDebugPoints(b.machine, { ...NONE, breakpoints: new Set([CODE]) })
    passHere(b.machine, b.hart)
    expect([b.run().kind, b.x(11)]).toEqual(['debug', 1])
  })

  test('a watched word stops after the access, by virtual and by physical address', () => {
    for (const [physical, start] of [
      [false, DATA],
      [true, 0x8000_0000 + FRAMES.data * PAGE_SIZE],
    ] as const) {
      const b = loop()
      setDebugPoints(b.machine, { ...NONE, watches: [{ start, end: start + 4, physical, reads: false, writes: true }] })
      expect([b.run().kind, getPc(b.hart), b.machine.debug?.hit?.va]).toEqual(['debug', CODE + 8, DATA])
    }
  })

  test('single steps are runs of one instruction', () => {
    const b = loop()
    const pcs = Array.from({ length: 5 }, () => {
      b.run(1)
      return getPc(b.hart)
    })
    expect(pcs).toEqual([CODE + 4, CODE + 8, CODE + 12, CODE, CODE + 4])
  })

  test('its translations are there to be seen, with the frames behind them', () => {
    const b = loop()
    b.run(8)
    const seen = tlbEntries(b.machine, b.hart).map(e => [e.access, e.va, e.frame])
    expect(seen.sort()).toEqual([
      ['fetch', CODE, FRAMES.code],
      ['read', DATA, FRAMES.data],
      ['write', DATA, FRAMES.data],
    ])
    expect(walk(b.machine, 0, DATA)).toHaveLength(4)
  })

  test('goes back to a snapshot and does the same again, misses and all', () => {
    const b = loop(50)
    b.run(21)
    const then = snapshotMachine(b.machine)
    const rest = (): unknown => [b.run(100).kind, [...b.hart.x], [...b.hart.counters], b.machine.ram32[(FRAMES.data * PAGE_SIZE) / 4]]
    const first = rest()
    restoreMachine(b.machine, then)
    expect(getX(b.hart, 11)).toBe(6)
    expect(rest()).toEqual(first)
  })

  test('runs what is written over its code, once that is said', () => {
    const b = loop()
    b.run(8)
    b.machine.ram32.set(words('addi a1, a1, 100'), (FRAMES.code * PAGE_SIZE) / 4)
    frameWritten(b.machine, FRAMES.code)
    b.run(4)
    expect(b.x(11)).toBe(102)
  })
})

test('engines take code back in turn, and miss alike', () => {
  // More pages of code than are code at once, three times around: each jumps into the next.
  const pages = 70
  const counts = ENGINES.map(engine => {
    const b = bench('', { engine })
    for (let n = 0; n < pages; n++) {
      b.map(CODE + n * PAGE_SIZE, 100 + n)
      const next = CODE + ((n + 1) % pages) * PAGE_SIZE
      b.machine.ram32.set(words(`addi a1, a1, 1\nj ${next}`, CODE + n * PAGE_SIZE), ((100 + n) * PAGE_SIZE) / 4)
    }
    expect(b.run(3 * 2 * pages + 1)).toMatchObject({ kind: 'fuel', retired: 3 * 2 * pages + 1 })
    expect(b.x(11)).toBe(3 * pages + 1)
    return [...b.hart.counters]
  })
  expect(counts[0]).toEqual(counts[1])
  expect(counts[0][COUNTERS.fetchMisses]).toBeGreaterThan(2 * pages)
})

test.each(ENGINES)('%s: gone back to, code is taken back in the order it was', engine => {
  const b = bench('', { engine })
  for (let n = 0; n < 70; n++) {
    b.map(CODE + n * PAGE_SIZE, 100 + n)
    b.machine.ram32.set(words('addi a1, a1, 1'), ((100 + n) * PAGE_SIZE) / 4)
  }
  const visit = (from: number, to: number): void => {
    for (let n = from; n !== to; n += Math.sign(to - from)) {
      setPc(b.hart, CODE + n * PAGE_SIZE)
      b.run(1)
    }
  }
  visit(60, 0)
  const then = snapshotMachine(b.machine)
  const rest = (): unknown => {
    // Six of the oldest go: the first ones that were visited.
    visit(60, 70)
    visit(0, 20)
    return [...b.hart.counters]
  }
  const first = rest()
  restoreMachine(b.machine, then)
  expect(rest()).toEqual(first)
})
