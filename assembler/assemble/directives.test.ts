// Data, layout and section directives.
import { describe, expect, it } from 'vitest'
import { hexOf, messagesOf, relocationsOf, symbolsOf, wordsOf } from './testing.ts'

const data = (text: string): string => hexOf(`.data\n${text}`, '.data')

describe('values', () => {
  it.each([
    ['.byte 1, -1, 0xff', '01ffff'],
    ['.half 0x1234; .word 0x12345678; .dword 0x123456789abcdef0', '341278563412f0debc9a78563412'],
    ['.float 1.5, -inf; .double -2.5', '0000c03f000080ff' + '00000000000004c0'],
    ['.fill 2, 2, 0x1234; .zero 2; .skip 2, 7; .space 1', '3412341200000707' + '00'],
    ['.uleb128 624485, 0; .sleb128 -123456, 63, 64', 'e58e2600' + 'c0bb783fc000'],
    ['.uleb128 63, 64, 127, 128; .sleb128 -64, -65', '3f407f8001' + '40bf7f'],
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

describe('.insn', () => {
  // The words are GNU as's.
  it.each([
    ['r 0x33, 0, 0, a0, a1, a2', '00c58533'],
    ['r OP_FP, 0, 0, fa0, a1, fa2', '00c58553'],
    ['r MADD, 0, 0, fa0, fa1, fa2, fa3', '68c58543'],
    ['r4 MADD, 0, 0, fa0, fa1, fa2, fa3', '68c58543'],
    ['i 0x13, 0, a0, a1, -2048', '80058513'],
    ['i LOAD, 2, fa0, (a1)', '0005a503'],
    ['s 0x23, 3, a0, 8(sp)', '00a13423'],
    ['u LUI, fa0, 5', '00005537'],
    ['cr 2, 8, a0, a1', '852e'],
    ['ci 1, 0, a0, -5', '156d'],
    ['ciw 0, 0, a0, 255', '1fe8'],
    ['css 2, 6, a0, 63', 'dfaa'],
    ['cl 0, 2, fa0, 3(a1)', '41e8'],
    ['cs 0, 6, a0, 5(a1)', 'c5a8'],
    ['ca 1, 0x23, 3, fa0, fa1', '8d6d'],
    ['cb C1, 7, fa0, 1f; 1:', 'e109'],
    ['2, 0x8082', '8082'],
  ])('%s', (text, word) => expect(wordsOf(`.insn ${text}`)).toBe(word))
  it('takes longer instructions, whose length is in their low bits', () => {
    expect(hexOf('.insn 0x12345678001f')).toBe('1f0078563412')
    expect(hexOf('.insn 10, 0x1122334455667788007f')).toBe('7f008877665544332211')
  })
  it('leaves fields to relocations', () => {
    expect(
      relocationsOf('.insn i LOAD, 2, a0, %lo(x)(a1)\n.insn u LUI, a0, %hi(x)\n.insn j JAL, ra, x').filter(r => !/RELAX/.test(r)),
    ).toEqual(['0 R_RISCV_LO12_I x+0', '4 R_RISCV_HI20 x+0', '8 R_RISCV_JAL x+0'])
  })
  it.each([
    '4096, 32', '4, 2', '2, 3', '-1', '4, -1', '0x100000033', 'r op, 0, 0, a0, a1, a2', 'r OP, 8, 0, a0, a1, a2', 'r 0x34, 0, 0, a0, a1, a2',
    'r OP, 0, 0, x1, x2, x32', 'zz 3', 'r', 'ciw 0, 0, t0, 255', 'ci 1, 0, a0, 32', 'cj 3, 5, x', 'i 0x13, 0, a0, a1, 4096', 'toString 1',
  ])('refuses %s', text => expect(messagesOf(`.insn ${text}`)).toHaveLength(1)) // prettier-ignore
})

describe('.octa', () => {
  it('is 16 bytes of any literal', () => {
    expect(hexOf('.data\n.octa 0x112233445566778899aabbccddeeff00', '.data')).toBe('00ffeeddccbbaa998877665544332211')
    expect(hexOf('.data\n.octa -0x112233445566778899', '.data')).toBe('67778899aabbccddeeffffffffffffff')
    expect(hexOf('.data\n.octa 99999999999999999999999999', '.data')).toBe('ffffffe3d20cc8dcd2b7520000000000')
    expect(hexOf(".data\n.octa 1+2, 'a'", '.data')).toBe('03' + '00'.repeat(15) + '61' + '00'.repeat(15))
  })
  it('takes no address', () => expect(messagesOf('.octa x')).toEqual(['1:1 an address does not fit 16 bytes']))
})

describe('.altmacro', () => {
  const data = (text: string): string => hexOf(`.data\n.altmacro\n${text}`, '.data')
  it('replaces names alone, joins with &, and evaluates %', () => {
    expect(data('.macro m a, b\n.byte a, \\b\n.ascii "&a&!"\n.endm\nm %1+2*3, <4>')).toBe('0704' + '3721')
    expect(data('.macro m a\nl&a: .byte a&0\n.byte l1 - l&a\n.endm\nm 1')).toBe('0a00')
  })
  it('takes text in <>, with ! before what would end it', () => {
    expect(data('.macro m a\n.ascii "&a"\n.endm\nm <x!>y>\nm <a<b>c>')).toBe('783e79' + '613c623e63')
  })
  it('makes names for local', () => {
    expect([...symbolsOf('.altmacro\n.macro m\nlocal x\nx: .word x\n.endm\nm\nm\n').keys()].filter(n => n.startsWith('.LL'))).toEqual([
      '.LL0001',
      '.LL0002',
    ])
  })
  it('ends with .noaltmacro', () => expect(data('.noaltmacro\na = 5\n.macro m a\n.byte a\n.endm\nm 1')).toBe('05'))
})
