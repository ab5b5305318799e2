// Branches take the shortest form that reaches.
import { describe, expect, it } from 'vitest'
import { hexOf, relocationsOf, wordsOf } from './testing.ts'

const sizeOfFirst = (gap: number, branch: string): number => hexOf(`${branch}\n.skip ${gap}\nfar: nop`).length / 2 - gap - 2

describe('branches', () => {
  it.each([
    ['beqz a0, far', 0, 2],
    ['beqz a0, far', 252, 2],
    ['beqz a0, far', 254, 4],
    ['beqz a0, far', 4090, 4],
    ['beqz a0, far', 4094, 6],
    ['beq a0, a1, far', 4090, 4],
    ['beq a0, a1, far', 4094, 8],
    ['j far', 2044, 2],
    ['j far', 2046, 4],
    ['jal far', 0, 4],
  ])('%s over %i bytes takes %i', (branch, gap, size) => expect(sizeOfFirst(gap, branch)).toBe(size))

  it('turns a far branch around a jump', () => {
    expect(wordsOf('bne a0, a1, far; .skip 5000; far: nop').slice(0, 17)).toBe('00b50463 38c0106f')
    expect(relocationsOf('bltu a0, a1, elsewhere')).toEqual(['4 R_RISCV_JAL elsewhere+0'])
  })

  it('asks for relaxation of addresses as the last .option says', () => {
    const relaxed = (text: string): number => relocationsOf(text).filter(r => r.includes('RELAX')).length
    expect([relaxed('lla a0, x'), relaxed('lla a0, x; .option norelax'), relaxed('call f; .option norelax')]).toEqual([2, 0, 1])
  })

  it('grows what a longer neighbour pushes out of reach', () => {
    const source = `a: beqz a0, b\n beqz a0, far\n.skip 250\nb: nop\n.skip 3000\nfar: nop`
    // The second branch takes 4 bytes, so the first no longer reaches with 2.
    expect(hexOf(source).length / 2).toBe(4 + 4 + 250 + 2 + 3000 + 2)
  })

  it('leaves alignment of code to the linker unless relaxation is off', () => {
    expect(relocationsOf('nop; .align 3; nop')).toEqual(['2 R_RISCV_ALIGN +6'])
    expect(hexOf('nop; .align 3; nop', '.text', { relax: false })).toBe('0100010013000000' + '0100' + '010013000000')
  })
})
