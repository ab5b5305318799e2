// Data, layout and section directives.
import { describe, expect, it } from 'vitest'
import { hexOf, messagesOf, relocationsOf } from './testing.ts'

const data = (text: string): string => hexOf(`.data\n${text}`, '.data')

describe('values', () => {
  it.each([
    ['.byte 1, -1, 0xff', '01ffff'],
    ['.half 0x1234; .word 0x12345678; .dword 0x123456789abcdef0', '341278563412f0debc9a78563412'],
    ['.float 1.5, -inf; .double -2.5', '0000c03f000080ff' + '00000000000004c0'],
    ['.fill 2, 2, 0x1234; .zero 2; .skip 2, 7; .space 1', '3412341200000707' + '00'],
    ['.uleb128 624485, 0; .sleb128 -123456, 63, 64', 'e58e2600' + 'c0bb783fc000'],
    ['.octa 1', '01000000000000000000000000000000'],
  ])('%s', (text, hex) => expect(data(text)).toBe(hex))

  it('warns about what does not fit', () => expect(messagesOf('.byte 300')).toEqual(['1:7 value 0x12c truncated to 0x2c']))
  it('leaves addresses and their differences to the linker', () => {
    expect(relocationsOf('.data\n.dword x + 4\n.word y\n.half x - y\n.byte x - .', '.data')).toEqual([
      '0 R_RISCV_64 x+4',
      '8 R_RISCV_32 y+0',
      'c R_RISCV_ADD16 x+0',
      'c R_RISCV_SUB16 y+0',
      'e R_RISCV_ADD8 x+0',
      'e R_RISCV_SUB8 .L0 +0',
    ])
    expect(messagesOf('.half x')).toEqual(['1:1 an address does not fit 2 bytes'])
  })
  it('works out leb128 of distances in code', () => {
    expect(hexOf('a: .skip 200; beqz a0, a; b: .data; .uleb128 b - a', '.data')).toBe('ca01')
  })
})

describe('layout', () => {
  it.each([
    ['.byte 1; .balign 4; .byte 2', '0100000002'],
    ['.byte 1; .p2align 2, 0xff; .byte 2', '01ffffff02'],
    ['.byte 1; .balign 8,,3; .byte 2', '0102'],
    ['.byte 1; .org 4, 9; .byte 2', '0109090902'],
    ['.half 1; .balignw 8, 0x1122', '0100221122112211'],
  ])('%s', (text, hex) => expect(data(text)).toBe(hex))
  it('refuses nonsense', () => {
    expect(messagesOf('.balign 3\n.align 99\n.skip 1 << 40\n.data\n.word 1\n.org 2')).toEqual([
      '1:9 alignment not a power of 2',
      '2:1 alignment too large: at most 31',
      '3:1 .space of 1099511627776 bytes is too large',
      '6:1 attempt to move .org backwards',
    ])
    expect(messagesOf('.bss\n.word 1')).toEqual(["2:1 attempt to store non-zero value in section `.bss'"])
  })
})

describe('sections', () => {
  it('switches, stacks and goes back', () => {
    const text =
      '.data\n.byte 1\n.pushsection .rodata\n.byte 2\n.previous\n.byte 3\n.popsection\n.byte 4\n.section .rodata\n.byte 5\n.previous\n.byte 6'
    expect(hexOf(text, '.data')).toBe('01030406')
    expect(hexOf(text, '.rodata')).toBe('0205')
  })
  it('takes space without contents', () => expect(messagesOf('.bss\n.zero 200000000\n.comm big, 100000000')).toEqual([]))
})
