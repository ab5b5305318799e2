// What an access waits, level by level, to the cycle; and what harts take from each other.
import { describe, expect, test } from 'vitest'
import { createMachine, setTiming } from '../machine.ts'
import { DATA, type Core, type Timing } from './core.ts'
import { accessData, fetchLine } from './hierarchy.ts'
import { C_FETCH, C_WALK, COMPONENTS, COUNTS, type Component, type CountName } from './ledger.ts'
import { resolvePreset } from './presets.ts'

const L2 = 14
const LLC = 40
/** 100 ns at 3 GHz. */
const DRAM = 300
/** Caches of two lines, four and eight, each one set. */
const SMALL = [
  ...['replacement=lru', 'line=64', 'clock=3', 'dram=100', 'l2.latency=14', 'llc.latency=40'],
  ...['l1i.size=256', 'l1i.ways=4', 'l1d.size=128', 'l1d.ways=2', 'l2.size=256', 'l2.ways=4', 'llc.size=512', 'llc.ways=8'],
]

interface Caches {
  t: Timing
  core: Core
  other: Core
  read(line: number, core?: Core): number
  write(line: number, core?: Core): number
  fetch(line: number): number
  count(name: CountName): number
  ledger(component: Component): number
}

function caches(harts = 1, ...overrides: string[]): Caches {
  const machine = createMachine({ ramBytes: 1 << 20, harts })
  setTiming(machine, resolvePreset('server', [...SMALL, ...overrides]).config)
  const t = machine.timing as Timing
  const [core, other = core] = t.cores
  const waited = (c: Core, access: () => void): number => {
    const before = c.stalls
    access()
    return c.stalls - before
  }
  return {
    t,
    core,
    other,
    read: (line, c = core) => waited(c, () => accessData(t, c, line, false, C_FETCH + DATA)),
    write: (line, c = core) => waited(c, () => accessData(t, c, line, true, C_FETCH + DATA)),
    fetch: line => waited(core, () => fetchLine(t, core, line)),
    count: name => core.counts[COUNTS[name]],
    ledger: component => core.row[COMPONENTS.indexOf(component)],
  }
}

describe('an access waits for the level that has the line', () => {
  test('memory, then nothing; the second level, the last level and memory again as the line sinks', () => {
    const { read, ledger, count } = caches()
    expect(read(1)).toBe(DRAM)
    expect(read(1)).toBe(0)
    // Two other lines put it out of the data cache, four out of the second level, eight out of the last.
    for (const line of [2, 3]) read(line)
    expect(read(1)).toBe(L2)
    for (const line of [2, 3, 4, 5]) read(line)
    expect(read(1)).toBe(LLC)
    for (let line = 10; line < 18; line++) read(line)
    expect(read(1)).toBe(DRAM)
    expect(ledger('L2 data') % L2).toBe(0)
    expect(ledger('DRAM data')).toBe(DRAM * count('llcMisses'))
    expect(ledger('LLC data')).toBe(LLC * (count('l2Misses') - count('llcMisses')))
    expect(ledger('L2 data')).toBe(L2 * (count('l1dMisses') - count('l2Misses')))
  })

  test('code goes through its own first level and the levels that data go through', () => {
    const { fetch, read, ledger } = caches()
    expect([fetch(1), fetch(1)]).toEqual([DRAM, 0])
    expect(read(1)).toBe(L2)
    expect([ledger('DRAM fetch'), ledger('L2 data'), ledger('DRAM data')]).toEqual([DRAM, L2, 0])
  })

  test.each([
    ['no last level', ['llc.size=0'], [DRAM, 0, L2]],
    ['no second level', ['l2.size=0'], [DRAM, 0, LLC]],
    ['no data cache', ['l1d.size=0'], [DRAM, L2, L2]],
    ['memory only', ['l1d.size=0', 'l2.size=0', 'llc.size=0'], [DRAM, DRAM, DRAM]],
  ] as const)('%s', (_name, overrides, [cold, again, sunk]) => {
    const { read } = caches(1, ...overrides)
    expect([read(1), read(1)]).toEqual([cold, again])
    for (const line of [2, 3]) read(line)
    expect(read(1)).toBe(sunk)
  })

  test('a walk pays in a place of its own, whichever level has the line', () => {
    const { t, core, ledger } = caches()
    accessData(t, core, 1, false, C_WALK)
    for (const line of [2, 3, 1]) accessData(t, core, line, false, C_WALK)
    expect(ledger('TLB walk')).toBe(3 * DRAM + L2)
    expect(ledger('DRAM data') + ledger('L2 data')).toBe(0)
  })
})

describe('dirty lines', () => {
  test('one that leaves goes to the next level that holds it, for nothing, and to memory once', () => {
    const { read, write, count, ledger } = caches()
    write(1)
    for (let line = 2; line < 5; line++) read(line)
    expect(count('writebacks')).toBe(0)
    // It sinks through the second level to the last, and is written when it leaves that one: whoever put it out waits.
    for (let line = 5; line < 9; line++) read(line)
    expect(count('writebacks')).toBe(0)
    expect(read(9)).toBe(2 * DRAM)
    for (let line = 10; line < 40; line++) expect(read(line)).toBe(DRAM)
    expect(count('writebacks')).toBe(1)
    expect(ledger('write-back')).toBe(DRAM)
  })

  test('written often, written back once; read again and put out, not at all', () => {
    const { read, write, count } = caches(1, 'l2.size=0', 'llc.size=0')
    for (let n = 0; n < 5; n++) write(1)
    expect([read(2), read(3)]).toEqual([DRAM, 2 * DRAM])
    read(1)
    for (const line of [2, 3]) read(line)
    expect(count('writebacks')).toBe(1)
  })
})

test('without a data cache a write makes the line dirty where it was found, and with no cache it is one access to memory', () => {
  const { write, read, count } = caches(1, 'l1d.size=0')
  write(1)
  // Out of the second level, then out of the last.
  for (const line of [2, 3, 4, 5, 6, 7, 8]) read(line)
  expect(count('writebacks')).toBe(0)
  read(9)
  expect(count('writebacks')).toBe(1)
  const bare = caches(1, 'l1d.size=0', 'l2.size=0', 'llc.size=0')
  expect([bare.write(1), bare.count('writebacks')]).toEqual([DRAM, 0])
})

describe('harts', () => {
  test('a line that is fetched as code is not where it was written alone, and the next write there takes it away', () => {
    const { write, fetch, read, other } = caches(2)
    for (let n = 0; n < 2; n++) {
      write(1, other)
      fetch(1)
    }
    write(1, other)
    expect(read(1)).toBe(LLC)
  })
  test('have caches of their own and one last level', () => {
    const { read, other } = caches(2)
    expect([read(1), read(1, other), read(1), read(1, other)]).toEqual([DRAM, LLC, 0, 0])
  })

  test('share the second level where the preset says so', () => {
    const { read, core, other } = caches(2, 'l2.shared=yes')
    expect(core.l2).toBe(other.l2)
    expect([read(1), read(1, other)]).toEqual([DRAM, L2])
  })

  test('a write takes the line from the others, each time after they looked', () => {
    const { read, write, other } = caches(2)
    read(1)
    read(1, other)
    for (let round = 0; round < 3; round++) {
      write(1)
      expect(read(1, other)).toBe(LLC)
      expect(read(1, other)).toBe(0)
    }
    expect(read(1)).toBe(0)
  })

  test('a line that another hart wrote to is written to what both share when it is read, and once', () => {
    const { read, write, core, other } = caches(2, 'l2.size=0', 'llc.size=0')
    write(1)
    expect(read(1, other)).toBe(2 * DRAM)
    expect(other.counts[COUNTS.writebacks]).toBe(1)
    for (const line of [2, 3]) expect(read(line, core)).toBe(DRAM)
    expect(core.counts[COUNTS.writebacks]).toBe(0)
  })

  test('a write to a line that is only here tells nobody', () => {
    const { write, other } = caches(2)
    write(1)
    expect(write(1)).toBe(0)
    expect(write(1, other)).toBe(LLC)
    expect(write(1)).toBe(LLC)
  })
})

test('misses overlap where a block is copied, and write-backs with them', () => {
  const { core, read, write } = caches(1, 'l1d.size=64', 'l1d.ways=1', 'l2.size=0', 'llc.size=0')
  core.overlap = 7
  expect(write(1)).toBe(Math.ceil(DRAM / 7))
  expect(read(2)).toBe(2 * Math.ceil(DRAM / 7))
})
