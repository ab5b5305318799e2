// A program with the debug information of a compiler, written by hand: a function with a parameter, a local in a block and one in a
// location list, the types of C, and call frame information. For tests that must not need a compiler.
import { build } from '../../assembler/index.ts'
import { AT, ENCODING, FORM, TAG } from '../../kernel/abi/dwarf/index.ts'

/** An abbreviation: its tag, whether entries have children, and its attributes. */
const abbreviation = (code: number, tag: number, children: boolean, attributes: readonly (readonly [number, number])[]): string =>
  [code, tag, children ? 1 : 0, ...attributes.flat(), 0, 0].map(n => `	.uleb128 ${n}`).join('\n')

const NAME = [AT.name, FORM.string] as const
const SIZE = [AT.byteSize, FORM.data1] as const
const TYPE = [AT.type, FORM.ref4] as const
const LINE = [AT.declLine, FORM.data1] as const
const EXPRESSION = [AT.location, FORM.exprloc] as const
const CODE = [
  [AT.lowPc, FORM.addr],
  [AT.highPc, FORM.data8],
] as const

const ABBREVIATIONS = [
  abbreviation(1, TAG.compileUnit, true, [NAME, ...CODE, [AT.loclistsBase, FORM.secOffset]]),
  abbreviation(2, TAG.baseType, false, [NAME, SIZE, [AT.encoding, FORM.data1]]),
  abbreviation(3, TAG.pointerType, false, [SIZE, TYPE]),
  abbreviation(4, TAG.structureType, true, [NAME, SIZE]),
  abbreviation(5, TAG.member, false, [NAME, TYPE, [AT.dataMemberLocation, FORM.data1]]),
  abbreviation(6, TAG.arrayType, true, [TYPE]),
  abbreviation(7, TAG.subrangeType, false, [[AT.upperBound, FORM.data1]]),
  abbreviation(8, TAG.enumerationType, true, [NAME, SIZE]),
  abbreviation(9, TAG.enumerator, false, [NAME, [AT.constValue, FORM.data1]]),
  abbreviation(10, TAG.subprogram, true, [NAME, TYPE, [AT.prototyped, FORM.flagPresent], ...CODE, [AT.frameBase, FORM.exprloc]]),
  abbreviation(11, TAG.formalParameter, false, [NAME, TYPE, LINE, EXPRESSION]),
  abbreviation(12, TAG.lexicalBlock, true, CODE),
  abbreviation(13, TAG.variable, false, [NAME, TYPE, LINE, EXPRESSION]),
  abbreviation(14, TAG.variable, false, [NAME, TYPE, LINE, [AT.location, FORM.loclistx]]),
  abbreviation(15, TAG.variable, false, [NAME, TYPE, LINE, [AT.constValue, FORM.data1]]),
  abbreviation(16, TAG.typedef, false, [NAME, TYPE]),
].join('\n')

const SOURCE = `	.text
	.globl _start
	.type _start, @function
_start:	li a0, 5
	call work
	li a7, 93
	ecall
	.size _start, . - _start
	.type work, @function
work:	addi sp, sp, -32
after:	sd ra, 24(sp)
saved:	sw a0, 12(sp)
inside:	nop
	nop
outside: ld ra, 24(sp)
	addi sp, sp, 32
	ret
	.size work, . - work
end:
	.data
	.globl origin
	.type origin, @object
	.size origin, 24
origin:	.word 1
	.asciz "ab"
	.byte 0
	.dword origin
	.word 1, 2

	.section .debug_abbrev,"",@progbits
${ABBREVIATIONS}
	.uleb128 0

	.section .debug_info,"",@progbits
unit:	.4byte unit_end - unit - 4
	.2byte 5
	.byte 1, 8
	.4byte 0
	.uleb128 1
	.asciz "example.c"
	.8byte _start, end - _start
	.4byte 12
int:	.uleb128 2
	.asciz "int"
	.byte 4, ${ENCODING.signed}
char:	.uleb128 2
	.asciz "char"
	.byte 1, ${ENCODING.unsignedChar}
point:	.uleb128 4
	.asciz "point"
	.byte 24
	.uleb128 5
	.asciz "x"
	.4byte int - unit
	.byte 0
	.uleb128 5
	.asciz "name"
	.4byte text - unit
	.byte 4
	.uleb128 5
	.asciz "next"
	.4byte pointer - unit
	.byte 8
	.uleb128 5
	.asciz "pair"
	.4byte pair - unit
	.byte 16
	.uleb128 0
text:	.uleb128 6
	.4byte char - unit
	.uleb128 7
	.byte 3
	.uleb128 0
pair:	.uleb128 6
	.4byte int - unit
	.uleb128 7
	.byte 1
	.uleb128 0
pointer: .uleb128 3
	.byte 8
	.4byte point - unit
color:	.uleb128 8
	.asciz "color"
	.byte 4
	.uleb128 9
	.asciz "RED"
	.byte 1
	.uleb128 9
	.asciz "GREEN"
	.byte 2
	.uleb128 0
number:	.uleb128 16
	.asciz "number"
	.4byte int - unit
	.uleb128 13
	.asciz "origin"
	.4byte point - unit
	.byte 1
	.uleb128 9
	.byte 3
	.8byte origin
	.uleb128 10
	.asciz "work"
	.4byte int - unit
	.8byte work, end - work
	.uleb128 1
	.byte 0x9c
	.uleb128 11
	.asciz "given"
	.4byte number - unit
	.byte 2
	.uleb128 2
	.byte 0x91, 0x6c
	.uleb128 14
	.asciz "moving"
	.4byte color - unit
	.byte 3
	.uleb128 0
	.uleb128 15
	.asciz "known"
	.4byte color - unit
	.byte 4
	.byte 2
	.uleb128 12
	.8byte inside, outside - inside
	.uleb128 13
	.asciz "there"
	.4byte pointer - unit
	.byte 5
	.uleb128 11
	.byte 3
	.8byte origin
	.byte 0x23, 0
	.uleb128 0
	.uleb128 0
	.uleb128 0
unit_end:

	.section .debug_loclists,"",@progbits
lists:	.4byte lists_end - lists - 4
	.2byte 5
	.byte 8, 0
	.4byte 1
table:	.4byte first - table
first:	.byte 7
	.8byte work, saved
	.uleb128 1
	.byte 0x5a
	.byte 7
	.8byte saved, outside
	.uleb128 2
	.byte 0x31, 0x9f
	.byte 0
lists_end:

	.section .debug_frame,"",@progbits
	.balign 8
common:	.4byte common_end - common - 4
	.4byte 0xffffffff
	.byte 3, 0
	.uleb128 1
	.sleb128 -4
	.uleb128 1
	.byte 0x0d
	.uleb128 2
	.balign 8
common_end:
entry:	.4byte entry_end - entry - 4
	.4byte 0
	.8byte work, end - work
	.byte 0x02
	.byte after - work
	.byte 0x0e
	.uleb128 32
	.byte 0x02
	.byte saved - after
	.byte 0x81
	.uleb128 2
	.byte 0x02
	.byte end - 2 - saved
	.byte 0xc1
	.byte 0x0e
	.uleb128 0
	.balign 8
entry_end:
`

/** The program as an ELF file, or what becomes of it when its source is changed. Throws with what is wrong with it. */
export function exampleProgram(change: (source: string) => string = text => text): Uint8Array {
  const { image, diagnostics } = build([{ name: 'example.s', text: change(SOURCE) }], [], { relax: false })
  if (image === null) throw new Error(diagnostics.map(d => JSON.stringify(d)).join('\n'))
  return image
}
