// Programs of classic BPF: which are taken, and what they compute. Beside Linux, code by code: test/oracle/programs/seccomp.c.
import { describe, expect, test } from 'vitest'
import { isFilter, runFilter } from './bpf.ts'
import type { BpfProgram } from './types.ts'

type Line = BpfProgram[number]
const line = (code: number, k = 0, jt = 0, jf = 0): Line => [code, jt, jf, k]
const [LD_ABS, LD_IMM, LDX_IMM, LD_MEM, ST, RET_A, RET_K, JA, JEQ, JSET, TXA] = [0x20, 0, 1, 0x60, 2, 0x16, 6, 5, 0x15, 0x45, 0x87]
const [ADD_X, SUB_X, MUL_X, DIV_X, LSH_X, RSH_X, NEG] = [0x0c, 0x1c, 0x2c, 0x3c, 0x6c, 0x7c, 0x84]
const answer = (...program: Line[]): number => {
  expect(isFilter(program)).toBe(true)
  return runFilter(
    program,
    Uint32Array.from({ length: 16 }, (_, i) => 100 + i),
  )
}
/** a OP x. */
const compute = (code: number, a: number, x: number): number => answer(line(LD_IMM, a), line(LDX_IMM, x), line(code), line(RET_A))

test('arithmetic is of unsigned 32 bits', () => {
  expect([compute(ADD_X, 0xffffffff, 2), compute(SUB_X, 1, 2), compute(MUL_X, 0x80000001, 3), compute(DIV_X, 0xffffffff, 2)]).toEqual([
    1, 0xffffffff, 0x80000003, 0x7fffffff,
  ])
  expect([compute(LSH_X, 1, 33), compute(RSH_X, 0x80000000, 31), compute(NEG, 5, 0)]).toEqual([2, 1, 0xfffffffb])
})

test('a division by 0 ends it with 0', () => expect(compute(DIV_X, 7, 0)).toBe(0))

test('loads, memory, jumps', () => {
  expect(answer(line(LD_ABS, 60), line(ST, 3), line(LD_IMM, 1), line(LD_MEM, 3), line(RET_A))).toBe(115)
  expect(answer(line(LD_ABS, 0), line(JEQ, 100, 1, 0), line(RET_K, 1), line(JSET, 3, 0, 1), line(RET_K, 2), line(RET_K, 3))).toBe(3)
  expect(answer(line(JA, 1), line(RET_K, 1), line(TXA), line(RET_A))).toBe(0)
})

describe('refused', () => {
  const END = line(RET_K, 0x7fff0000)
  test.each<[string, Line[]]>([
    ['nothing', []],
    ['without a return at the end', [END, line(LD_IMM)]],
    ['a load that is not aligned', [line(LD_ABS, 2), END]],
    ['a load beyond', [line(LD_ABS, 64), END]],
    ['a remainder', [line(0x94, 3), END]],
    ['a division by a constant 0', [line(0x34), END]],
    ['a jump beyond', [line(JA, 1), END]],
    ['a jump that wraps around', [line(JA, 0xffffffff), END]],
    ['memory that was not written', [line(LD_MEM, 1), END]],
    ['memory that was written on one way', [line(JEQ, 1, 0, 1), line(ST, 1), line(LD_MEM, 1), END]],
    ['memory that there is not', [line(ST, 16), END]],
    ['bits beyond the code', [line(0x100), END]],
  ])('%s', (_what, program) => expect(isFilter(program)).toBe(false))
})
