// The views on a small file. (test/oracle/assembler-views.test.ts compares them with GNU's, line by line.)
import { describe, expect, it } from 'vitest'
import { ElfError } from '../../kernel/abi/index.ts'
import { assemble, build, nm, objdump, readelf } from '../index.ts'

const SOURCE = `
	.globl _start
_start:	la a0, msg
	beqz a0, 1f
	call f
1:	li a7, 93
	ecall
	.type f, @function
f:	ret
	.size f, . - f
	.word 0x12345678
	.data
msg:	.asciz "hello"
	.weak w
	.comm c, 8, 8
`
const object = assemble({ name: 'v.s', text: SOURCE }).object ?? new Uint8Array(0)
const program = build([{ name: 'v.s', text: SOURCE }]).image ?? new Uint8Array(0)

describe('objdump', () => {
  it('shows code with labels, targets and addresses', () => {
    expect(objdump(program, 'v', { disassemble: true }).split('\n')).toEqual([
      '',
      'v:     file format elf64-littleriscv',
      '',
      '',
      'Disassembly of section .text:',
      '',
      '0000000000010120 <_start>:',
      '   10120:\t00001517          \tauipc\ta0,0x1',
      '   10124:\t01c50513          \tadd\ta0,a0,28 # 1113c <__DATA_BEGIN__>',
      '   10128:\tc119                \tbeqz\ta0,1012e <_start+0xe>',
      '   1012a:\t00c000ef          \tjal\t10136 <f>',
      '   1012e:\t05d00893          \tli\ta7,93',
      '   10132:\t00000073          \tecall',
      '',
      '0000000000010136 <f>:',
      '   10136:\t8082                \tret',
      '   10138:\t12345678          \t.word\t0x12345678',
      '',
    ])
  })
  it('shows relocations between the lines', () => {
    expect(objdump(object, 'v.o', { disassemble: true, relocations: true })).toContain(
      '   0:\t00000517          \tauipc\ta0,0x0\n\t\t\t0: R_RISCV_PCREL_HI20\tmsg\n\t\t\t0: R_RISCV_RELAX\t*ABS*\n',
    )
  })
  it('shows headers, symbols, contents', () => {
    const text = objdump(object, 'v.o', { headers: true, symbols: true, contents: true })
    expect(text).toContain('  1 .data         00000006  0000000000000000  0000000000000000')
    expect(text).toContain('0000000000000000 l       .data\t0000000000000000 msg')
    expect(text).toContain('0000000000000008       O *COM*\t0000000000000008 c')
    expect(text).toContain(' 0000 68656c6c 6f00                        hello.')
  })
})

describe('readelf', () => {
  it('shows what it is asked for', () => {
    expect(readelf(program, 'v', { header: true })).toContain('  Type:                              EXEC (Executable file)\n')
    expect(readelf(program, 'v', { segments: true, wide: true })).toMatch(/LOAD +0x000000 0x0000000000010000 .* R E 0x1000\n/)
    expect(readelf(object, 'v.o', { relocations: true, wide: true })).toMatch(/R_RISCV_CALL_PLT +0+[0-9a-f]+ f \+ 0\n/)
    expect(readelf(object, 'v.o', { symbols: true })).toMatch(/FUNC +LOCAL +DEFAULT +1 f\n/)
    expect(readelf(object, 'v.o', { attributes: true })).toContain('Tag_RISCV_arch: "rv64i2p0_')
    expect(readelf(object, 'v.o', { all: true, wide: true })).toContain('There are no section groups in this file.')
  })
  it('throws only what it says', () =>
    expect(() => readelf(new Uint8Array(10), 'x', { header: true })).toThrow('x: ELF header at 0x0: not an ELF file'))
})

describe('damaged files', () => {
  it('are refused with an ElfError, or shown', () => {
    let state = 4711
    const random = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    for (let round = 0; round < 400; round++) {
      const bytes = (round % 2 ? object : program).slice()
      for (let k = random(6); k >= 0; k--)
        bytes[random(3) ? random(bytes.length) : bytes.length - 1 - random(640)] = random(3) ? random(256) : 0xff
      for (const view of [
        () => readelf(bytes, 'm', { all: true }),
        () => objdump(bytes, 'm', { disassemble: 'all', relocations: true }),
        () => objdump(bytes, 'm', { headers: true, symbols: true, contents: true }),
        () => nm(bytes, 'm'),
      ]) {
        try {
          view()
        } catch (error) {
          if (!(error instanceof ElfError)) throw error
        }
      }
    }
  })
})

describe('nm', () => {
  it('sorts by name or address', () => {
    expect(nm(object, 'v.o')).toBe(
      ['0000000000000000 T _start', '0000000000000008 C c', '000000000000001a t f', '0000000000000000 d msg', ''].join('\n'),
    )
    expect(nm(program, 'v', { sort: 'address' }).split('\n')[0]).toBe('0000000000010120 T _start')
  })
})
