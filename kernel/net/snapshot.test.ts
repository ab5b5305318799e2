// A run with sockets in use goes on from a snapshot as it went on from there: bytes, files in messages, who waits.
import { expect, test } from 'vitest'
import { restore, snapshot } from '../boot.ts'
import { checkInvariants } from '../invariants.ts'
import { DATA, start } from '../testing.ts'

/** A child reads words and sends each back with a copy of its own descriptor; the parent adds them up, and closes what came. */
const PROGRAM = `
  li s0, ${DATA}
  li a0, 1
  li a1, 1
  li a2, 0
  mv a3, s0
  sys 199
  lw s1, 0(s0)
  lw s2, 4(s0)
  addi s3, s0, 64
  addi t0, s0, 128
  sd t0, 16(s3)
  li t0, 1
  sd t0, 24(s3)
  addi t0, s0, 160
  sd t0, 32(s3)
  addi t0, s0, 192
  sd t0, 128(s0)
  li t0, 8
  sd t0, 136(s0)
  li a0, 17
  li a1, 0
  sys 220
  beq a0, zero, {child}
  li s4, 20
  li s5, 0
round:
  sd s4, 192(s0)
  mv a0, s1
  addi a1, s0, 192
  li a2, 8
  sys 64
  li t0, 24
  sd t0, 40(s3)
  mv a0, s1
  mv a1, s3
  li a2, 0
  sys 212
  ld t0, 192(s0)
  add s5, s5, t0
  lw a0, 176(s0)
  sys 57
  addi s4, s4, -1
  bnez s4, {round}
  mv a0, s5
  sys 94
child:
  mv a0, s2
  addi a1, s0, 192
  li a2, 8
  sys 63
  li t0, 20
  sd t0, 160(s0)
  li t0, 1
  sw t0, 168(s0)
  sw t0, 172(s0)
  sw s2, 176(s0)
  li t0, 20
  sd t0, 40(s3)
  mv a0, s2
  mv a1, s3
  li a2, 0
  sys 211
  j {child}`

test('at any instant', () => {
  const whole = start(PROGRAM, { debug: false, ramBytes: 4 * 2 ** 20 })
  const end = whole.run()
  expect(end).toMatchObject({ kind: 'halted', status: 210 << 8 })
  const { executed } = whole.k.state
  const { k, run } = start(PROGRAM, { debug: false, ramBytes: 4 * 2 ** 20 })
  const PARTS = 10
  for (let i = 1; i < PARTS; i++) {
    run({ maxInstructions: Math.floor((executed * i) / PARTS) - k.state.executed })
    expect(checkInvariants(k)).toEqual([])
    const then = snapshot(k)
    expect([run(), k.state.executed]).toEqual([end, executed])
    restore(k, then)
    expect(checkInvariants(k)).toEqual([])
  }
})
