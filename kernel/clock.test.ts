// Time as programs see it: by the time CSR and by system calls, on one hart and on several.
import { describe, expect, it } from 'vitest'
import { exitCode } from './abi/index.ts'
import { DATA, runToEnd } from './testing.ts'

const CLONE_VM_SIGCHLD = 0x100 | 17

/**
 * Two tasks share memory. Each, again and again, reads what was last seen of the clock and then the clock, by the CSR and by system
 * call in turn. Exits with 1 if it ever saw less.
 */
const TWO_LOOK = `
  li s1, ${DATA}
  li s4, 1000000000
  li a0, ${CLONE_VM_SIGCHLD}
  li a1, 0
  sys 220
  mv s3, a0
  addi s2, s1, 64
  bnez s3, {go}
  addi s2, s1, 128
go:
  li s5, 500
look:
  ld s6, 0(s1)
  rdtime s7
  bltu s7, s6, {bad}
  sd s7, 0(s1)
  andi t0, s5, 7
  bnez t0, {next}
  ld s6, 0(s1)
  li a0, 1
  mv a1, s2
  sys 113
  ld s7, 0(s2)
  mul s7, s7, s4
  ld t0, 8(s2)
  add s7, s7, t0
  bltu s7, s6, {bad}
  sd s7, 0(s1)
next:
  addi s5, s5, -1
  bnez s5, {look}
end:
  beqz s3, {leave}
  li a0, -1
  li a1, 0
  li a2, 0
  li a3, 0
  sys 260
leave:
  lw a0, 8(s1)
  sys 94
bad:
  li t0, 1
  sw t0, 8(s1)
  j {end}`

describe('the clock', () => {
  for (const harts of [1, 2, 4]) {
    it(`never goes back between ${harts} harts, nor between the CSR and system calls`, () => {
      const { k, status } = runToEnd(TWO_LOOK, { harts })
      expect(exitCode(status)).toBe(0)
      expect(k.state.counts.syscalls).toBeGreaterThan(100)
    })
  }
})

/** Asks times() until 8 ticks of a hundredth of a second have passed. */
const LOOP_ON_TIMES = `
  li s1, ${DATA}
  mv a0, s1
  sys 153
  addi s2, a0, 8
again:
  mv a0, s1
  sys 153
  blt a0, s2, {again}
  ld a0, 8(s1)
  sys 94`

describe('kernel work', () => {
  it('takes a nominal time, so that a loop on times() ends, and is system time', () => {
    const { k, status } = runToEnd(LOOP_ON_TIMES)
    // All but the few instructions of the loop: 5 of 8 ticks or more.
    expect(exitCode(status)).toBeGreaterThanOrEqual(5)
    expect(k.state.counts.syscalls).toBeLessThan(250_000)
  })
  it('goes past the end of a round without taking time from other harts', () => {
    const { k, status } = runToEnd(LOOP_ON_TIMES, { harts: 2 })
    expect(exitCode(status)).toBeGreaterThanOrEqual(5)
    expect(k.state.time).toBeLessThan(0.1e9)
  })
})

/** Sleeps until the date is 60 s later than now; the child sets it 50 s forward after a second. Exits with the seconds slept. */
const SLEEP_UNTIL = `
  li s1, ${DATA}
  li a0, 0
  mv a1, s1
  sys 113
  ld s2, 0(s1)
  li a0, 17
  li a1, 0
  sys 220
  bnez a0, {parent}
  li t0, 1
  sd t0, 0(s1)
  sd zero, 8(s1)
  mv a0, s1
  li a1, 0
  sys 101
  addi s2, s2, 51
  sd s2, 0(s1)
  li a0, 0
  mv a1, s1
  sys 112
  sys 94
parent:
  addi s2, s2, 60
  sd s2, 0(s1)
  sd zero, 8(s1)
  li a0, 0
  li a1, 1
  mv a2, s1
  li a3, 0
  sys 115
  li a0, 1
  mv a1, s1
  sys 113
  ld a0, 0(s1)
  sys 94`

it('a sleep until a date follows when the date is set', () => expect(exitCode(runToEnd(SLEEP_UNTIL).status)).toBe(10))

it('a hart has time in programs, in the kernel and idle, and no more than there was', () => {
  const { k } = runToEnd(LOOP_ON_TIMES)
  const [hart] = k.state.harts
  expect(hart.systemTime).toBeGreaterThan(0.05e9)
  expect(hart.systemTime + hart.idleTime).toBeLessThan(k.state.time)
})
