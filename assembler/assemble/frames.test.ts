// .eh_frame: the bytes are GNU as 2.40's. (test/oracle/assembler-link.test.ts throws C++ exceptions through it.)
import { describe, expect, it } from 'vitest'
import { hexOf, messagesOf, relocationsOf } from './testing.ts'

const TWO = `
f: .cfi_startproc
 addi sp, sp, -32
 .cfi_def_cfa_offset 32
 sd ra, 24(sp)
 .cfi_offset ra, -8
 .cfi_offset 8, -16
 .cfi_remember_state
 .zero 300
 .cfi_restore ra
 .cfi_def_cfa sp, 0
 .cfi_restore_state
 .cfi_endproc
g: .cfi_startproc
 nop
 .cfi_def_cfa_register s1
 .cfi_adjust_cfa_offset 16
 .cfi_rel_offset s1, 4
 .cfi_same_value s2
 .cfi_undefined s3
 .cfi_register s4, s5
 .cfi_escape 0x0f, 3, 0x72, 0, 6
 .cfi_val_offset s6, -16
 .cfi_endproc`
const CIE = '10000000' + '00000000' + '037a520001' + '7c' + '0101' + '1b' + '0d0200'

describe('.cfi_*', () => {
  it('makes one CIE and an FDE for each procedure', () => {
    const fdes =
      '2000000018000000000000000000000000420e2042810288040a032c01c10c02000b000024000000' +
      '3c000000000000000000000000420d090e108903081207130914150f0372000614160400'
    expect(hexOf(TWO, '.eh_frame')).toBe(CIE + fdes)
  })
  it('has its own CIE where personality, language data or the return column differ', () => {
    const text =
      'f: .cfi_startproc\n.cfi_personality 0x9b, p\n.cfi_lsda 0x1b, l\nnop\n.cfi_endproc\ng: .cfi_startproc simple\n.cfi_signal_frame\n.cfi_return_column 5\nnop\n.cfi_endproc'
    const hex = hexOf(text, '.eh_frame')
    expect(hex.slice(0, 56)).toBe('18000000' + '00000000' + '037a504c520001' + '7c' + '0107' + '9b' + '00000000' + '1b1b' + '0d0200')
    expect(hex).toContain('10000000' + '00000000' + '037a52530001' + '7c' + '05' + '011b' + '0000')
    expect(relocationsOf(text, '.eh_frame').filter(r => / [pl]\+/.test(r))).toEqual(['13 R_RISCV_32_PCREL p+0', '2d R_RISCV_32_PCREL l+0'])
  })
  it('shares a CIE with whose instructions a procedure begins', () => {
    const text = '.cfi_startproc\nnop\n.cfi_endproc\n.cfi_startproc\n.cfi_def_cfa_offset 16\nnop\n.cfi_endproc'
    expect(hexOf(text, '.eh_frame')).toBe(
      CIE + '1000000018000000' + '0000000000000000' + '00000000' + '140000002c000000' + '0000000000000000' + '000e1000' + '00000000',
    )
  })
  it('makes .debug_frame, which gcc -g asks for, without what exceptions need', () => {
    const text = `.cfi_sections .debug_frame
f: .cfi_startproc\n.cfi_lsda 0x1b, f\nnop\n.cfi_endproc
g: .cfi_startproc\n.cfi_def_cfa_offset 16\nnop\n.cfi_offset ra, -8\n.cfi_endproc`
    const none = '00'.repeat(8)
    expect(hexOf(text, '.eh_frame')).toBe('no such section')
    expect(hexOf(text, '.debug_frame')).toBe(
      '0c000000ffffffff' + '0300017c010d0200' + '1400000000000000' + none + none + '1c00000000000000' + none + none + '0e10428102000000',
    )
    expect(relocationsOf(text, '.debug_frame').slice(0, 4)).toEqual([
      '14 R_RISCV_32 .L0 +0',
      '18 R_RISCV_64 .L0 +0',
      '20 R_RISCV_ADD64 .L0 +0',
      '20 R_RISCV_SUB64 .L0 +0',
    ])
  })
  it('leaves distances to the linker that it may shorten', () => {
    expect(relocationsOf('.cfi_startproc\ncall f\n.cfi_def_cfa_offset 16\n.cfi_endproc', '.eh_frame')).toEqual([
      '1c R_RISCV_32_PCREL .L0 +0',
      '20 R_RISCV_ADD32 .L0 +0',
      '20 R_RISCV_SUB32 .L0 +0',
      '25 R_RISCV_SET6 .L0 +0',
      '25 R_RISCV_SUB6 .L0 +0',
    ])
  })
  it('complains', () => {
    expect(messagesOf('.cfi_def_cfa_offset 1')).toEqual(['1:1 CFI instruction used without previous .cfi_startproc'])
    expect(messagesOf('nop\n.cfi_startproc')).toEqual(['2:1 open CFI at the end of file; missing .cfi_endproc directive'])
    expect(messagesOf('.cfi_startproc\n.cfi_offset x32, 0\n.cfi_restore_state\n.cfi_lsda 0x99, 1\n.cfi_endproc')).toHaveLength(3)
    expect(messagesOf('.cfi_startproc\n.cfi_startproc\n.cfi_endproc\n.cfi_endproc')).toHaveLength(2)
  })
  it('is left out where .cfi_sections says so', () => {
    expect(hexOf('.cfi_sections .debug_frame\n.cfi_startproc\nnop\n.cfi_endproc', '.eh_frame')).toBe('no such section')
  })
})
