// clone(2) takes any byte as the signal of a child's end: one that is none is not sent, and the parent can wait all the same.
import { expect, test } from 'vitest'
import { runToEnd } from '../testing.ts'

test('an exit signal that does not exist is not sent', () => {
  const { status } = runToEnd(`
  li a0, 200
  li a1, 0
  li a2, 0
  li a3, 0
  li a4, 0
  li a7, 220
  ecall
  bnez a0, {parent}
  li a0, 0
  li a7, 94
  ecall
parent:
  li a0, -1
  li a1, 0
  li a2, 0x40000000
  li a3, 0
  li a7, 260
  ecall
  li a0, 5
  li a7, 94
  ecall`)
  expect(status).toBe(5 << 8)
})
