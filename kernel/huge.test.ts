// Huge pages as programs have them: mapped with MAP_HUGETLB or given unasked, shared by fork, the same under both engines.
import { describe, expect, it } from 'vitest'
import { checkInvariants } from './invariants.ts'
import { exitCode, ifExited, termSignal } from './abi/index.ts'
import { frameOf, HUGE_FRAMES, HUGE_PAGE, peekPte, PTE_HUGE } from './mm/index.ts'
import { DATA, runToEnd, start, type TestOptions } from './testing.ts'

const PRIVATE_HUGETLB = 0x40022
const SHARED_HUGETLB = 0x40021
const PRIVATE = 0x22

/** Exit code of the program, 1000 + the signal that ended it. */
function codeOf(source: string, options: TestOptions = {}): number {
  const { k, status } = runToEnd(source, options)
  expect(checkInvariants(k)).toEqual([])
  return ifExited(status) ? exitCode(status) : 1000 + termSignal(status)
}

/** s2 = 2 huge pages of memory, each filled with its own pattern. */
const fill = (flags: number): string => `
  li a0, 0
  li a1, ${2 * HUGE_PAGE}
  li a2, 3
  li a3, ${flags}
  li a4, -1
  li a5, 0
  sys 222
  bltz a0, {bad}
  li t0, ${HUGE_PAGE - 1}
  add s2, a0, t0
  not t0, t0
  and s2, s2, t0
  li t0, 0
  li t1, ${HUGE_PAGE / 4096}
fill:
  slli t2, t0, 12
  add t2, t2, s2
  addi t3, t0, 1
  sd t3, 8(t2)
  addi t0, t0, 1
  bne t0, t1, {fill}`

/** Ends with 1 unless the huge page at s2 holds the pattern plus s3 in every page. */
const verify = (label: string): string => `
  li t0, 0
  li t1, ${HUGE_PAGE / 4096}
${label}:
  slli t2, t0, 12
  add t2, t2, s2
  ld t4, 8(t2)
  addi t3, t0, 1
  add t3, t3, s3
  bne t3, t4, {bad}
  addi t0, t0, 1
  bne t0, t1, {${label}}`

const raise = (label: string): string => `
  li t0, 0
  li t1, ${HUGE_PAGE / 4096}
${label}:
  slli t2, t0, 12
  add t2, t2, s2
  ld t4, 8(t2)
  addi t4, t4, 100
  sd t4, 8(t2)
  addi t0, t0, 1
  bne t0, t1, {${label}}`

/** Parent and child look, the child writes and looks, the parent looks for what it should then see, and writes and looks again. */
const across = (flags: number, seenByParent: number): string => `
  ${fill(flags)}
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {parent}
  li s3, 0
  ${verify('child1')}
  ${raise('childWrite')}
  li s3, 100
  ${verify('child2')}
  li a0, 0
  sys 93
parent:
  li a0, -1
  li a1, ${DATA}
  li a2, 0
  li a3, 0
  sys 260
  li t0, ${DATA}
  lw t0, 0(t0)
  bnez t0, {bad}
  li s3, ${seenByParent}
  ${verify('parent1')}
  ${raise('parentWrite')}
  li s3, ${seenByParent + 100}
  ${verify('parent2')}
  li a0, 0
  sys 93
bad:
  li a0, 1
  sys 93`

const engines = ['interpreter', 'reference'] as const

describe.each(engines)('on the %s engine', engine => {
  it('private pages of MAP_HUGETLB keep their contents across fork', () => {
    const { k, status } = runToEnd(across(PRIVATE_HUGETLB, 0), { engine })
    expect(status).toBe(0)
    expect(k.state.counts.cowCopies).toBeLessThan(10)
    expect(checkInvariants(k)).toEqual([])
  })
  it('shared ones are shared', () => expect(codeOf(across(SHARED_HUGETLB, 100), { engine })).toBe(0))
  it('transparent ones are the same to the program as small ones', () => {
    const huge = runToEnd(across(PRIVATE, 0), { engine, thp: 'always' })
    const small = runToEnd(across(PRIVATE, 0), { engine })
    expect([huge.status, small.status]).toEqual([0, 0])
    expect(huge.k.state.executed).toBe(small.k.state.executed)
    // Fewer faults take less of the kernel's time.
    expect(huge.k.state.time).toBeLessThan(small.k.state.time)
    expect(small.k.state.counts.minorFaults - huge.k.state.counts.minorFaults).toBeGreaterThan(2 * HUGE_FRAMES)
    expect(small.k.state.counts.cowCopies - huge.k.state.counts.cowCopies).toBeGreaterThan(HUGE_FRAMES / 2)
  })
})

it.each(['random', 'coloured'] as const)('frames %s: the program runs the same, in other frames, and huge pages are found', frames => {
  const options = { frames, seed: 9 } as const
  const other = runToEnd(across(PRIVATE, 0), { ...options, thp: 'always' })
  const plain = runToEnd(across(PRIVATE, 0), { seed: 9, thp: 'always' })
  expect(other.status).toBe(0)
  expect(other.k.state.executed).toBe(plain.k.state.executed)
  expect(other.k.state.random).toEqual(plain.k.state.random)
  expect(checkInvariants(other.k)).toEqual([])
})

it('random frames keep runs for huge pages beyond the first 32 MiB', () => {
  const { k, run } = start(`${fill(PRIVATE_HUGETLB)}\nhere:\nj {here}\nbad:\nli a0, 1\nsys 93`, {
    frames: 'random',
    seed: 4,
    ramBytes: 64 * 2 ** 20,
  })
  run({ maxInstructions: 100_000 })
  const mm = k.state.init?.mm
  const region = mm?.regions.find(r => r.hugetlb)
  if (!mm || !region) throw new Error('the program has no huge pages')
  expect(peekPte(k, mm, region.start) & PTE_HUGE).not.toBe(0)
  expect(frameOf(peekPte(k, mm, region.start)) % HUGE_FRAMES).toBe(0)
})

it('memory that is written beyond the free runs is SIGBUS where no room was asked for', () => {
  // MAP_NORESERVE: 16 MiB have 7 runs at most.
  const flags = PRIVATE_HUGETLB | 0x4000
  expect(
    codeOf(`
      li a0, 0
      li a1, ${16 * HUGE_PAGE}
      li a2, 3
      li a3, ${flags}
      li a4, -1
      li a5, 0
      sys 222
      li t1, ${HUGE_PAGE}
    more:
      sd t1, 0(a0)
      add a0, a0, t1
      j {more}`),
  ).toBe(1007)
})
