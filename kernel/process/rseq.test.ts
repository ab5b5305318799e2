// Restartable sequences: given up when their thread is switched away from, or a handler interrupts them; what the area says of harts; errors.
import { expect, test } from 'vitest'
import { DATA, runToEnd } from '../testing.ts'
import { fileKernel, outcome, BUFFER, BUFFER_BYTES } from '../vfs/testing.ts'

const SIGALRM = 14
const SIGSEGV = 11
/** What glibc registers with: `csrrw x0, mhartid, x0`. */
const SIGNATURE = 0xf140_1073

/** The area at DATA, a sequence [first, last) with its place to go on at told of at DATA + 64, and the area registered. */
const begin = (first: string, last: string, abort: string): string => `
  li s0, ${DATA}
  li t0, {${first}}
  sd t0, 72(s0)
  li t1, {${last}}
  sub t1, t1, t0
  sd t1, 80(s0)
  li t0, {${abort}}
  sd t0, 88(s0)
  li a0, ${DATA}
  li a1, 32
  li a2, 0
  li a3, ${SIGNATURE}
  sys 293
  li s1, ${DATA + 64}
`

const fork = `
  li a0, 17
  li a1, 0
  sys 220
  bne a0, x0, {parent}
  li a0, 0
  sys 93
parent:
`

test('a sequence that was switched away from goes on at its place for that', () => {
  const { k, status } = runToEnd(`
    ${begin('first', 'last', 'abort')}
    ${fork}
    sd s1, 8(s0)
  first:
    addi s2, s2, 1
    jal x0, {first}
  last:
    csrrw x0, mhartid, x0
  abort:
    ld a0, 8(s0)
    lw t0, 4(s0)
    add a0, a0, t0
    addi a0, a0, 5
    sys 93
  `)
  expect(status >> 8).toBe(5)
  expect(k.state.counts.contextSwitches).toBeGreaterThan(1)
})

test.each([
  ['inside', 'first', 7],
  ['outside: it is forgotten', 'other', 9],
])('a handler, %s', (_where, label, code) => {
  const { status } = runToEnd(`
    ${begin('first', 'last', 'abort')}
    li t0, {handler}
    sd t0, 128(s0)
    li a0, ${SIGALRM}
    li a1, ${DATA + 128}
    li a2, 0
    li a3, 8
    sys 134
    li t0, 100
    sd t0, 216(s0)
    li a0, 0
    li a1, ${DATA + 192}
    li a2, 0
    sys 103
    sd s1, 8(s0)
    li t0, {${label}}
    jalr x0, t0, 0
  first:
    jal x0, {first}
  last:
    csrrw x0, mhartid, x0
  abort:
    li a0, 7
    sys 93
  other:
    jal x0, {other}
  handler:
    li t0, {abort}
    ld t1, 176(a2)
    ld t2, 8(s0)
    li a0, 1
    bne t2, x0, {exit}
    beq t0, t1, {back}
    li a0, 9
  exit:
    sys 93
  back:
    jalr x0, ra, 0
  `)
  expect(status >> 8).toBe(code)
})

test('what it says wrongly is SIGSEGV', () => {
  const wrong = (place: number, value: number, before = 'csrrw x0, mhartid, x0') =>
    runToEnd(`
    ${begin('first', 'last', 'abort')}
    ${fork}
    li t0, ${value}
    sd t0, ${place}(s0)
    sd s1, 8(s0)
  first:
    jal x0, {first}
  last:
    ${before}
  abort:
    li a0, 3
    sys 93
  `).status
  expect(wrong(40, 1)).toBe(3 << 8)
  // A version, flags, the place inside, the area's flags; no signature.
  expect([wrong(64, 1), wrong(64, 2 ** 32), wrong(80, 100), wrong(16, 1), wrong(40, 0, 'addi x0, x0, 0')]).toEqual(Array(5).fill(SIGSEGV))
})

test('errors', () => {
  const { k, task } = fileKernel()
  const rseq = (...args: number[]) => outcome(k, task, 'rseq', ...args)
  expect(rseq(BUFFER, 32, 2, 7)).toBe('EINVAL')
  expect(rseq(BUFFER, 28, 0, 7)).toBe('EINVAL')
  expect(rseq(BUFFER + 16, 32, 0, 7)).toBe('EINVAL')
  expect(rseq(-32, 32, 0, 7)).toBe('EFAULT')
  expect(rseq(BUFFER, 32, 1, 7)).toBe('EINVAL')
  expect(rseq(BUFFER, 32, 0, 7)).toBe(0)
  expect([rseq(BUFFER, 32, 0, 7), rseq(BUFFER, 32, 0, 8), rseq(BUFFER + 32, 32, 0, 7)]).toEqual(['EBUSY', 'EPERM', 'EINVAL'])
  expect([rseq(BUFFER, 64, 1, 7), rseq(BUFFER, 32, 1, 8), rseq(BUFFER, 32, 3, 7), rseq(BUFFER, 32, 1, 7)]).toEqual([
    'EINVAL',
    'EPERM',
    'EINVAL',
    0,
  ])
  expect([rseq(BUFFER + BUFFER_BYTES, 32, 0, 7), rseq(BUFFER + BUFFER_BYTES, 32, 1, 7)]).toEqual([0, 'EFAULT'])
})
