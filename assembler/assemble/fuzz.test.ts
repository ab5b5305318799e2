// Whatever the text, the assembler answers with diagnostics or an object, never with an exception, and soon.
import { expect, it } from 'vitest'
import { amount, PATIENCE } from '../../test/fuzz/size.ts'
import { assemble } from './index.ts'

const SOURCE = `
	.include "x.inc"
	.macro m a, b=2
\\a:	addi a0, a0, \\b
	.if \\b > 1
	.byte \\b
	.else
	.word \\a - 1b
	.endif
	.endm
	.section .rodata, "a", @progbits
msg:	.asciz "hello, \\"world\\"\\n\\x41"
	.equ len, . - msg
	.text
	.globl main
	.type main, @function
main:	la a0, msg
1:	li a1, len * 2 + (0x10 << 3)
	beqz a0, 1f
	m lab 3
	call puts@plt
	lui t0, %hi(msg + 4)
	lw t0, %lo(msg + 4)(t0)
	csrrw a0, fcsr, zero
	fadd.d fa0, fa1, fa2, rtz
	amoadd.w.aq a0, a1, (a2)
1:	j 1b
	.rept 3
	.half 'a', -1
	.endr
	.irp r, a0, a1
	mv \\r, zero
	.endr
	.align 3
	.size main, . - main
	.file 1 "a.c"
	.loc 1 2 3
	.cfi_startproc
	.option push; .option norvc; ret; .option pop
	.cfi_endproc
	.data
	.set x, msg + 1
	.uleb128 1b - main
	.org 100
	.fill 3, 2, 1
	.bss
buf:	.zero 64
	.comm c, 8, 8
`
const PIECES = ['(', ')', ',', '"', "'", '\\', ':', '=', '-', '+', '%', '.', '#', '/*', '*/', ';', '\n', '0x', '1b', '9f', '.if', '.endm', '.rept 2', '.macro q', '.endr', '<<', '!', '%lo(', '\0', '\u00e9', '99999999999999999999', '-1', '4096, ', '0x7fffffffffffffff', '-0x8000000000000000', '.fill 1000000000, 8, 1', '.org 1 << 40', '.space 1 << 62', '.insn 4096, 32', '.align 60', '.octa 1 << 63', '.cfi_escape 300', '.altmacro', 'local q', '.uleb128 ~0', '.rept 1 << 40', '.insn r OP, '] // prettier-ignore

it('survives mutated sources', { timeout: PATIENCE }, () => {
  let state = 12345
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  let objects = 0
  for (let round = 0; round < amount(500, 100_000); round++) {
    let text = SOURCE
    for (let k = random(6); k >= 0; k--) {
      const at = random(text.length)
      const kind = random(4)
      if (kind === 0) text = text.slice(0, at) + PIECES[random(PIECES.length)] + text.slice(at)
      else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + random(8))
      else if (kind === 2) text = text.slice(0, at) + String.fromCharCode(32 + random(95)) + text.slice(at + 1)
      else {
        const from = random(text.length)
        text = text.slice(0, at) + text.slice(from, from + random(60)) + text.slice(at)
      }
    }
    const { object, diagnostics } = assemble({ name: 'f.s', text }, { readFile: () => '.equ k, 1\n', debug: round % 2 === 0 })
    expect(object !== null || diagnostics.some(d => d.severity === 'error')).toBe(true)
    if (object) objects++
  }
  expect(objects).toBeGreaterThan(0)
})
