// RV64C: 16-bit forms. Each stands for one 32-bit instruction, which has the meaning; the engines never see a compressed one.
//
// The encodings that the spec calls hints (a result thrown away, a shift by zero) execute as nothing: they are rows of their own,
// so that decoding accepts them while the assembler's automatic compression never produces one. Reserved encodings have no row.
import { compressed, hint, type Rows } from './define.ts'
import { lazily } from './lazily.ts'

export const rv64c: Rows = lazily(() => [
  // quadrant 0
  compressed(
    'c.addi4spn rdp, sp, caddi4spn',
    '000 caddi4spn:8 rdp:3 00',
    'addi rdp, 2, caddi4spn',
    'rd = sp + immediate, unsigned, a multiple of 4.',
  ),
  compressed('c.fld frdp, cld(rs1p)', '001 cld:3 rs1p:3 cld:2 frdp:3 00', 'fld frdp, cld(rs1p)', 'frd = 8 bytes at rs1 + immediate.'),
  compressed(
    'c.lw rdp, clw(rs1p)',
    '010 clw:3 rs1p:3 clw:2 rdp:3 00',
    'lw rdp, clw(rs1p)',
    'rd = 4 bytes at rs1 + immediate, sign-extended.',
  ),
  compressed('c.ld rdp, cld(rs1p)', '011 cld:3 rs1p:3 cld:2 rdp:3 00', 'ld rdp, cld(rs1p)', 'rd = 8 bytes at rs1 + immediate.'),
  compressed('c.fsd frs2p, cld(rs1p)', '101 cld:3 rs1p:3 cld:2 frs2p:3 00', 'fsd frs2p, cld(rs1p)', '8 bytes at rs1 + immediate = frs2.'),
  compressed('c.sw rs2p, clw(rs1p)', '110 clw:3 rs1p:3 clw:2 rs2p:3 00', 'sw rs2p, clw(rs1p)', '4 bytes at rs1 + immediate = rs2.'),
  compressed('c.sd rs2p, cld(rs1p)', '111 cld:3 rs1p:3 cld:2 rs2p:3 00', 'sd rs2p, cld(rs1p)', '8 bytes at rs1 + immediate = rs2.'),

  // quadrant 1
  compressed('c.nop', '000 0 00000 00000 01', 'addi 0, 0, 0', 'Nothing.'),
  compressed('c.addi crdnz, cinz', '000 cinz:1 crdnz:5 cinz:5 01', 'addi crdnz, crdnz, cinz', 'rd += immediate.'),
  compressed(
    'c.addiw crdnz, ci',
    '001 ci:1 crdnz:5 ci:5 01',
    'addiw crdnz, crdnz, ci',
    'rd = low 32 bits of rd + immediate, sign-extended.',
  ),
  compressed('c.li crdnz, ci', '010 ci:1 crdnz:5 ci:5 01', 'addi crdnz, 0, ci', 'rd = immediate.'),
  compressed(
    'c.addi16sp sp, caddi16sp',
    '011 caddi16sp:1 00010 caddi16sp:5 01',
    'addi 2, 2, caddi16sp',
    'sp += immediate, a multiple of 16.',
  ),
  compressed('c.lui crdlui, clui', '011 clui:1 crdlui:5 clui:5 01', 'lui crdlui, clui', 'rd = immediate << 12.'),
  compressed('c.srli rs1p, cshamt', '100 cshamt:1 00 rs1p:3 cshamt:5 01', 'srli rs1p, rs1p, cshamt', 'rd >>= shift, zeros from the left.'),
  compressed('c.srai rs1p, cshamt', '100 cshamt:1 01 rs1p:3 cshamt:5 01', 'srai rs1p, rs1p, cshamt', 'rd >>= shift, signed.'),
  compressed('c.andi rs1p, ci', '100 ci:1 10 rs1p:3 ci:5 01', 'andi rs1p, rs1p, ci', 'rd &= immediate.'),
  compressed('c.sub rs1p, rs2p', '100 0 11 rs1p:3 00 rs2p:3 01', 'sub rs1p, rs1p, rs2p', 'rd -= rs2.'),
  compressed('c.xor rs1p, rs2p', '100 0 11 rs1p:3 01 rs2p:3 01', 'xor rs1p, rs1p, rs2p', 'rd ^= rs2.', ['xor rs1p, rs2p, rs1p']),
  compressed('c.or rs1p, rs2p', '100 0 11 rs1p:3 10 rs2p:3 01', 'or rs1p, rs1p, rs2p', 'rd |= rs2.', ['or rs1p, rs2p, rs1p']),
  compressed('c.and rs1p, rs2p', '100 0 11 rs1p:3 11 rs2p:3 01', 'and rs1p, rs1p, rs2p', 'rd &= rs2.', ['and rs1p, rs2p, rs1p']),
  compressed('c.subw rs1p, rs2p', '100 1 11 rs1p:3 00 rs2p:3 01', 'subw rs1p, rs1p, rs2p', 'rd = low 32 bits of rd - rs2, sign-extended.'),
  compressed('c.addw rs1p, rs2p', '100 1 11 rs1p:3 01 rs2p:3 01', 'addw rs1p, rs1p, rs2p', 'rd = low 32 bits of rd + rs2, sign-extended.', [
    'addw rs1p, rs2p, rs1p',
  ]),
  compressed('c.j cj', '101 cj:11 01', 'jal 0, cj', 'Jump to pc + offset.'),
  compressed('c.beqz rs1p, cb', '110 cb:3 rs1p:3 cb:5 01', 'beq rs1p, 0, cb', 'Branch if rs1 = 0.', ['beq 0, rs1p, cb']),
  compressed('c.bnez rs1p, cb', '111 cb:3 rs1p:3 cb:5 01', 'bne rs1p, 0, cb', 'Branch if rs1 is not 0.', ['bne 0, rs1p, cb']),

  // quadrant 2
  compressed('c.slli crdnz, cshamt', '000 cshamt:1 crdnz:5 cshamt:5 10', 'slli crdnz, crdnz, cshamt', 'rd <<= shift.'),
  compressed('c.fldsp cfrd, cldsp(sp)', '001 cldsp:1 cfrd:5 cldsp:5 10', 'fld cfrd, cldsp(2)', 'frd = 8 bytes at sp + immediate.'),
  compressed(
    'c.lwsp crdnz, clwsp(sp)',
    '010 clwsp:1 crdnz:5 clwsp:5 10',
    'lw crdnz, clwsp(2)',
    'rd = 4 bytes at sp + immediate, sign-extended.',
  ),
  compressed('c.ldsp crdnz, cldsp(sp)', '011 cldsp:1 crdnz:5 cldsp:5 10', 'ld crdnz, cldsp(2)', 'rd = 8 bytes at sp + immediate.'),
  compressed('c.jr crdnz', '100 0 crdnz:5 00000 10', 'jalr 0, 0(crdnz)', 'Jump to the address in rs1.'),
  // The spec's expansion is add rd, x0, rs2; this equal one is how `mv` is written.
  compressed('c.mv crdnz, crs2nz', '100 0 crdnz:5 crs2nz:5 10', 'addi crdnz, crs2nz, 0', 'rd = rs2.', ['add crdnz, 0, crs2nz']),
  compressed('c.ebreak', '100 1 00000 00000 10', 'ebreak', 'Stop for the debugger.'),
  compressed('c.jalr crdnz', '100 1 crdnz:5 00000 10', 'jalr 1, 0(crdnz)', 'ra = address of the next instruction; jump to rs1.'),
  compressed('c.add crdnz, crs2nz', '100 1 crdnz:5 crs2nz:5 10', 'add crdnz, crdnz, crs2nz', 'rd += rs2.', ['add crdnz, crs2nz, crdnz']),
  compressed('c.fsdsp cfrs2, csdsp(sp)', '101 csdsp:6 cfrs2:5 10', 'fsd cfrs2, csdsp(2)', '8 bytes at sp + immediate = frs2.'),
  compressed('c.swsp crs2, cswsp(sp)', '110 cswsp:6 crs2:5 10', 'sw crs2, cswsp(2)', '4 bytes at sp + immediate = rs2.'),
  compressed('c.sdsp crs2, csdsp(sp)', '111 csdsp:6 crs2:5 10', 'sd crs2, csdsp(2)', '8 bytes at sp + immediate = rs2.'),

  // hints
  hint('c.nop cinz', '000 cinz:1 00000 cinz:5 01', 'addi 0, 0, cinz'),
  hint('c.addi crdnz, 0', '000 0 crdnz:5 00000 01', 'addi crdnz, crdnz, 0'),
  hint('c.li zero, ci', '010 ci:1 00000 ci:5 01', 'addi 0, 0, ci'),
  hint('c.lui zero, clui', '011 clui:1 00000 clui:5 01', 'lui 0, clui'),
  hint('c.srli64 rs1p', '100 0 00 rs1p:3 00000 01', 'srli rs1p, rs1p, 0'),
  hint('c.srai64 rs1p', '100 0 01 rs1p:3 00000 01', 'srai rs1p, rs1p, 0'),
  hint('c.slli zero, cshamt', '000 cshamt:1 00000 cshamt:5 10', 'slli 0, 0, cshamt'),
  hint('c.slli64 crdnz', '000 0 crdnz:5 00000 10', 'slli crdnz, crdnz, 0'),
  hint('c.slli64 zero', '000 0 00000 00000 10', 'slli 0, 0, 0'),
  hint('c.mv zero, crs2nz', '100 0 00000 crs2nz:5 10', 'addi 0, crs2nz, 0'),
  hint('c.add zero, crs2h', '100 1 00000 crs2h:5 10', 'add 0, 0, crs2h'),
])
