// The TLB as software sees it: stale entries live until a flush that covers them, ASIDs keep address spaces apart.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { setSatp } from './csr.ts'
import { PTE_G } from './isa/index.ts'
import { COUNTERS } from './layout.ts'
import { setPc, setX } from './registers.ts'
import { bench, CODE, DATA, FRAMES, RWXU, type Bench } from './testing.ts'
import { tlbEntries, tlbFlush } from './tlb.ts'

const PROGRAM = 'lw a1, 0(a0)\necall'
/** Reads the word at DATA by running the program once more. */
function read(b: Bench, va = DATA): number {
  setPc(b.hart, CODE)
  setX(b.hart, 10, va)
  expect(b.run().kind).toBe('syscall')
  return b.x(11)
}
/** Two frames that differ, DATA on the first. */
function twoFrames(flags = RWXU): Bench {
  const b = bench(PROGRAM)
  b.machine.ram32[100 * 1024] = 111
  b.machine.ram32[200 * 1024] = 222
  b.map(DATA, 100, flags)
  return b
}

describe('a changed PTE is seen only after a flush', () => {
  const forms: [string, number | null, number | null, boolean][] = [
    ['everything', null, null, true],
    ['the address', DATA, null, true],
    ['another address', DATA + 4096, null, false],
    ['the address space', null, 1, true],
    ['another address space', null, 2, false],
    ['the address in the address space', DATA, 1, true],
    ['the address in another', DATA, 2, false],
  ]
  for (const [name, va, asid, gone] of forms) {
    test(name, () => {
      const b = twoFrames()
      expect(read(b)).toBe(111)
      b.map(DATA, 200)
      expect(read(b)).toBe(111)
      tlbFlush(b.machine, b.hart, va, asid)
      expect(read(b)).toBe(gone ? 222 : 111)
    })
  }
})

test('global entries outlive a flush of their address space, not one of their address', () => {
  const b = twoFrames(RWXU | PTE_G)
  read(b)
  b.map(DATA, 200, RWXU | PTE_G)
  tlbFlush(b.machine, b.hart, null, 1)
  expect(read(b)).toBe(111)
  tlbFlush(b.machine, b.hart, DATA, 1)
  expect(read(b)).toBe(111)
  tlbFlush(b.machine, b.hart, DATA, null)
  expect(read(b)).toBe(222)
})

test('a flush of one address takes every part of its large page', () => {
  const b = bench(PROGRAM)
  const LARGE = 0x4000_0000
  b.map(LARGE, 512, RWXU, 1)
  b.machine.ram32[(512 + 3) * 1024] = 33
  expect(read(b, LARGE + 3 * 4096)).toBe(33)
  b.map(LARGE, 0, 0, 1)
  tlbFlush(b.machine, b.hart, LARGE, null)
  setPc(b.hart, CODE)
  setX(b.hart, 10, LARGE + 3 * 4096)
  expect(b.run()).toMatchObject({ kind: 'pageFault', access: 'read', tval: LARGE + 3 * 4096 })
})

test('address spaces coexist by ASID, more of them than tags have names', () => {
  const b = twoFrames()
  expect(read(b)).toBe(111)
  // The same tables with the entry changed stand for another address space.
  b.map(DATA, 200)
  setSatp(b.machine, b.hart, 0, 2)
  expect(read(b)).toBe(222)
  const misses = b.hart.counters[COUNTERS.readMisses]
  setSatp(b.machine, b.hart, 0, 1)
  // Two spaces share an index of a direct-mapped TLB: the read missed and walked again.
  expect(read(b)).toBe(222)
  expect(b.hart.counters[COUNTERS.readMisses]).toBe(misses + 1)
  for (let asid = 3; asid < 6000; asid++) setSatp(b.machine, b.hart, 0, asid)
  expect(read(b)).toBe(222)
})

test.each(Array.from({ length: 16 }, (_, bit) => bit))('bit %i of the ASID counts', bit => {
  const b = twoFrames()
  setSatp(b.machine, b.hart, 0, 0x5a5a)
  expect(read(b)).toBe(111)
  b.map(DATA, 200)
  setSatp(b.machine, b.hart, 0, 0x5a5a ^ (1 << bit))
  expect(read(b)).toBe(222)
})

test('an entry of one address space is never used in another, whatever the bits above 47', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 1, max: 0xffff }), (asid, high) => {
      const b = twoFrames()
      setSatp(b.machine, b.hart, 0, asid)
      expect(read(b)).toBe(111)
      setSatp(b.machine, b.hart, 0, asid ^ high)
      b.hart.x[20] = DATA
      b.hart.x[21] = high << 16
      setPc(b.hart, CODE)
      expect(b.run().kind).toBe('pageFault')
    }),
    { numRuns: 50, seed: 1 },
  )
})

test('a flush of one address takes the entries of every access', () => {
  const b = bench('lw a1, 0(a0)\nsw a1, 0(a0)\necall')
  b.run()
  const left = (): string[] => tlbEntries(b.machine, b.hart).map(e => e.access)
  tlbFlush(b.machine, b.hart, DATA, null)
  expect(left()).toEqual(['fetch'])
  tlbFlush(b.machine, b.hart, CODE, null)
  expect(left()).toEqual([])
})

test('counters: misses, flushes by kind, evictions; views show entries', () => {
  const b = bench('lw a1, 0(a0)\nsw a1, 0(a0)\nlw a1, 8(a0)\necall')
  b.run()
  const c = b.hart.counters
  expect([c[COUNTERS.loads], c[COUNTERS.stores], c[COUNTERS.readMisses], c[COUNTERS.writeMisses], c[COUNTERS.fetchMisses]]).toEqual([
    2, 1, 1, 1, 1,
  ])
  expect(tlbEntries(b.machine, b.hart).map(e => [e.access, e.va, e.asid, e.frame, e.current])).toEqual([
    ['read', DATA, 1, FRAMES.data, true],
    ['write', DATA, 1, FRAMES.data, true],
    ['fetch', CODE, 1, FRAMES.code, true],
  ])
  tlbFlush(b.machine, b.hart, null, null)
  tlbFlush(b.machine, b.hart, null, 1)
  tlbFlush(b.machine, b.hart, DATA, null)
  tlbFlush(b.machine, b.hart, DATA, 1)
  expect([COUNTERS.flushAll, COUNTERS.flushAsid, COUNTERS.flushPage, COUNTERS.flushPageAsid].map(n => c[n])).toEqual([1, 1, 1, 1])
  expect(tlbEntries(b.machine, b.hart)).toEqual([])
  b.map(DATA + 1024 * 4096, 100)
  read(b)
  read(b, DATA + 1024 * 4096)
  // One read entry and one write entry made room for those of the page 1024 further on.
  expect(c[COUNTERS.evictions]).toBe(2)
})
