// What of a distance is left to the linker, and what marks code and data: as GNU as 2.40 does both.
import { describe, expect, it } from 'vitest'
import { readElf, sectionBytes } from '../../kernel/abi/index.ts'
import { link } from '../index.ts'
import { assemble } from './index.ts'
import { hexOf, marksOf, messagesOf, relocationsOf } from './testing.ts'

const CODE = 'a: nop; b: nop; .data; x: .word 0; y:'
const pair = (size: number, plus: string, minus: string, at = 0): string[] => [
  `${at.toString(16)} R_RISCV_ADD${size} ${plus}`,
  `${at.toString(16)} R_RISCV_SUB${size} ${minus}+0`,
]

describe('a difference of two labels of code', () => {
  it.each([
    ['.byte b - a', pair(8, 'b+0', 'a')],
    ['.half b - a', pair(16, 'b+0', 'a')],
    ['.word b - a', pair(32, 'b+0', 'a')],
    ['.dword b - a', pair(64, 'b+0', 'a')],
    ['.word b - a + 4', pair(32, 'b+4', 'a')],
    ['.word 4 + (b - a) - 1', pair(32, 'b+3', 'a')],
    ['.word b - (a + 4)', pair(32, 'b+-4', 'a')],
    ['.word late - a', pair(32, 'late+0', 'a')],
    ['.set z, a; .word b - z', pair(32, 'b+0', 'z')],
    ['.word missing - a', pair(32, 'missing+0', 'a')],
  ])('%s stays with the linker', (text, expected) => {
    const source = `a: nop; b: nop; .section .d, "a"; ${text}; .text; late: nop`
    expect(relocationsOf(source, '.d')).toEqual(expected)
    expect(relocationsOf(`.option norelax; ${source}`, '.d')).toEqual(expected)
  })

  it.each([
    ['.word a - a', '00000000'],
    ['.word 2 * (b - a)', '04000000'],
    ['.word -(a - b)', '02000000'],
    ['.word (b - a) >> 1', '01000000'],
    ['.word b - a == 2', 'ffffffff'],
    ['.set k, b - a; .word k', '02000000'],
    ['.if b - a == 2; .byte 7; .endif', '07'],
    ['.skip b - a, 1', '0101'],
    ['.word y - x', '04000000'],
    ['.word after - x; .data; after: .section .d', '04000000'],
  ])('%s is a number', (text, hex) => {
    const source = `${CODE}; .section .d, "a"; ${text}`
    expect(relocationsOf(source, '.d')).toEqual([])
    expect(hexOf(source, '.d')).toBe(hex)
  })

  it('comes out right when the linker has shortened what lies between', () => {
    const text = `.globl _start
_start:	call f
near:	nop
f:	ret
	.section .rodata
	.word f - _start
	.byte near - _start, 9
	.uleb128 f - _start
	.uleb128 near - f + 200
	.byte 9`
    const { object } = assemble({ name: 'a.s', text })
    const { image } = link([{ name: 'a.o', bytes: object ?? new Uint8Array(0) }])
    const elf = readElf(image ?? new Uint8Array(0), 'a')
    const section = elf.sections.find(s => s.name === '.rodata')
    // jal and c.nop instead of auipc, jalr and c.nop. The numbers of variable length keep theirs.
    expect(section && Buffer.from(sectionBytes(elf, section)).toString('hex')).toBe('06000000' + '0409' + '06' + 'c601' + '09')
  })

  it('is a number in a section of data, where no linker shortens', () => {
    expect(relocationsOf('.data; a: call f; b: .section .d, "a"; .word b - a', '.d')).toEqual([])
    expect(hexOf('.data; a: call f; b: .section .d, "a"; .word b - a', '.d')).toBe('08000000')
  })

  it('of variable length is a number unless the linker may change it', () => {
    expect(relocationsOf(`${CODE}; .uleb128 b - a`, '.data')).toEqual([])
    expect(relocationsOf('a: call f; b: .data; .uleb128 b - a + 1', '.data')).toEqual([
      '0 R_RISCV_SET_ULEB128 b+1',
      '0 R_RISCV_SUB_ULEB128 a+0',
    ])
    expect(hexOf('a: call f; b: .data; .uleb128 b - a + 1', '.data')).toBe('09')
    expect(messagesOf('a: call f; b: .data; .sleb128 b - a')).toEqual([
      '1:22 a signed number that the linker may change cannot be left to it',
    ])
  })
})

describe('text ends on its boundary', () => {
  it.each([
    // Where the linker may relax: zeros.
    ['.byte 1', '0$d 1$x', '0100'],
    ['nop; .half 1', '0$x 2$d', '01000100'],
    ['.balign 4, 0; nop; .byte 1', '0$x 2$d 3$x', '01000100'],
    ['.balign 8, 0; nop; .byte 1, 2', '0$x 2$d 4$x', '0100010200000000'],
    ['nop; .skip 3', '0$x 2$d 5$x', '010000000000'],
    // Where not: instructions, behind a zero where they cannot stand.
    ['.option norelax; .byte 1', '0$d 1$d', '0100'],
    ['.option norelax; .balign 8; nop; .byte 1', '0$x 2$d 3$d 4$x', '0100010013000000'],
    ['.option norelax; .balign 8; nop; .byte 1, 2', '0$x 2$d 4$x', '0100010213000000'],
    ['.option norelax; .byte 1; .balign 4; nop', '0$d 1$d 2$x', '0100010001000100'],
    ['.option norelax; .option norvc; .balign 8; nop', '0$x', '1300000013000000'],
  ])('%s', (text, symbols, hex) => {
    expect(marksOf(text)).toBe(symbols)
    expect(hexOf(text)).toBe(hex)
  })
  it('has no mark where nothing is', () => {
    expect(marksOf('.zero 0')).toBe('')
    expect(marksOf('nop; .ascii ""')).toBe('0$x')
  })
  it('other sections of code only where they ask for it', () => {
    expect(hexOf('.section .text.b, "ax"; nop; .byte 1', '.text.b')).toBe('010001')
    expect(hexOf('.section .text.b, "ax"; .balign 4; nop; .byte 1', '.text.b')).toBe('01000100' + '01000000')
  })
})
