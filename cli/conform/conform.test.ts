import { expect, test } from 'vitest'
import { assemble, link } from '../../assembler/index.ts'
import { fullIsa, parseIsa, RAM_BASE, type Isa } from '../../vm/index.ts'
import { conform, outcomeText } from './run.ts'

function built(text: string): Uint8Array {
  const { object, diagnostics } = assemble({ name: 't.s', text }, { march: 'rv64gc_zba_zfh' })
  if (object === null) throw new Error(diagnostics.map(d => d.message).join('\n'))
  const linked = link([{ name: 't.o', bytes: object }], { text: RAM_BASE })
  if (linked.image === null) throw new Error(linked.diagnostics.map(d => d.message).join('\n'))
  return linked.image
}

function outcome(text: string, isa: Isa = fullIsa()): string {
  const [one, other] = (['interpreter', 'reference'] as const).map(engine =>
    outcomeText(conform(built(text), 't', { isa, engine, limit: 100_000 })),
  )
  expect(one).toBe(other)
  return one
}

/** As riscv-tests do it: a handler at mtvec that writes gp to tohost, and the test in U. */
const ENVIRONMENT = (body: string): string => `
.globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  la t0, body
  csrw mepc, t0
  csrw mstatus, zero
  mret
  .balign 4
handler:
  csrr t5, mcause
  li t6, 8
  beq t5, t6, 1f
  ori gp, gp, 1337
1:
  la t5, tohost
  sd gp, 0(t5)
  j 1b
body:
${body}
pass: fence
  li gp, 1
  li a7, 93
  li a0, 0
  ecall
fail:
  slli gp, gp, 1
  ori gp, gp, 1
  ecall
.data
.balign 64
.globl tohost
tohost: .dword 0`

test('a test says by tohost whether it passed, or which of its tests failed', () => {
  expect(outcome(ENVIRONMENT('li a0, 5\nli gp, 2\nli t0, 7\nsh1add a1, a0, a0\nli t1, 15\nbne a1, t1, fail'))).toBe('passed')
  expect(outcome(ENVIRONMENT('li gp, 7\nli a0, 1\nbnez a0, fail'))).toBe('failed test 7')
})

test('or by ecall 93, where no handler is set', () => {
  const text = (code: number): string => `.globl _start\n_start: li a0, ${code}\nli a7, 93\necall`
  expect([0, 7, 4].map(code => outcome(text(code)))).toEqual(['passed', 'failed test 3', 'failed test 4'])
})

test('a test that does not end, and traps without a handler', () => {
  expect(outcome('.globl _start\n_start: j _start')).toBe('timeout at 0x80000000')
  expect(outcome('.globl _start\n_start: wfi\nj _start')).toMatch(/^timeout at 0x8000000/)
  expect(outcome('.globl _start\n_start: nop\nsh1add a0, a0, a0', parseIsa('rv64gc') as Isa)).toMatch(
    /^illegal instruction 0x20a52533 at 0x8000000/,
  )
  expect(outcome('.globl _start\n_start: lw a0, 0(zero)')).toBe('trap 5 at 0x80000000')
  expect(outcome('.globl _start\n_start: li a7, 1\necall')).toMatch(/^ecall at/)
})

test('a trap that is delegated goes to stvec, and comes back to U', () => {
  const text = ENVIRONMENT('li gp, 3\nebreak\nbne s0, gp, fail')
    .replace('csrw mstatus, zero', 'li t0, 8\ncsrw medeleg, t0\nla t0, supervisor\ncsrw stvec, t0\ncsrw mstatus, zero')
    .replace('body:', 'supervisor:\ncsrr s0, scause\ncsrr t0, sepc\naddi t0, t0, 4\ncsrw sepc, t0\nsret\nbody:\n.option norvc')
  expect(outcome(text)).toBe('passed')
})
