// Zcb: more 16-bit forms; Zcmop and Zihintntl have a few that do nothing (Unprivileged spec, "Zc*", "Zimop" and "Zihintntl").
import { compressed, type Row, type Rows } from './define.ts'
import { lazily } from './lazily.ts'

const zc = (syntax: string, pattern: string, stands: string, doc: string): Row => ({
  ...compressed(syntax, pattern, stands, doc),
  extension: 'Zcb',
})
const inPlace = (name: string, funct: string, stands: string, doc: string): Row =>
  zc(`c.${name} rs1p`, `100 111 rs1p:3 11 ${funct} 01`, stands, doc)

export const zcb: Rows = lazily(() => [
  zc('c.lbu rdp, clbu(rs1p)', '100 000 rs1p:3 clbu:2 rdp:3 00', 'lbu rdp, clbu(rs1p)', 'rd = byte at rs1 + offset, zero-extended.'),
  zc('c.lhu rdp, clhu(rs1p)', '100 001 rs1p:3 0 clhu:1 rdp:3 00', 'lhu rdp, clhu(rs1p)', 'rd = 2 bytes at rs1 + offset, zero-extended.'),
  zc('c.lh rdp, clhu(rs1p)', '100 001 rs1p:3 1 clhu:1 rdp:3 00', 'lh rdp, clhu(rs1p)', 'rd = 2 bytes at rs1 + offset, sign-extended.'),
  zc('c.sb rs2p, clbu(rs1p)', '100 010 rs1p:3 clbu:2 rs2p:3 00', 'sb rs2p, clbu(rs1p)', 'Byte at rs1 + offset = rs2.'),
  zc('c.sh rs2p, clhu(rs1p)', '100 011 rs1p:3 0 clhu:1 rs2p:3 00', 'sh rs2p, clhu(rs1p)', '2 bytes at rs1 + offset = rs2.'),
  inPlace('zext.b', '000', 'andi rs1p, rs1p, 255', 'rd = its low 8 bits, zero-extended.'),
  inPlace('sext.b', '001', 'sext.b rs1p, rs1p', 'rd = its low 8 bits, sign-extended.'),
  inPlace('zext.h', '010', 'zext.h rs1p, rs1p', 'rd = its low 16 bits, zero-extended.'),
  inPlace('sext.h', '011', 'sext.h rs1p, rs1p', 'rd = its low 16 bits, sign-extended.'),
  inPlace('zext.w', '100', 'add.uw rs1p, rs1p, 0', 'rd = its low 32 bits, zero-extended.'),
  inPlace('not', '101', 'xori rs1p, rs1p, -1', 'rd = ~rd.'),
  zc('c.mul rs1p, rs2p', '100 111 rs1p:3 10 rs2p:3 01', 'mul rs1p, rs1p, rs2p', 'rd = low 64 bits of rd * rs2.'),
])

const NOTHING = 'addi 0, 0, 0'
const bits = (n: number, width: number): string => n.toString(2).padStart(width, '0')

/** Their encodings are those of c.lui with an immediate of zero. */
export const zcmop: Rows = lazily(() =>
  [1, 3, 5, 7, 9, 11, 13, 15].map(n => ({
    ...compressed(`c.mop.${n}`, `011 0 ${bits(n, 5)} 00000 01`, NOTHING, 'Nothing; later extensions may give it a meaning.'),
    extension: 'Zcmop',
    opaque: true,
  })),
)

const LEVELS = [
  ['p1', 'the innermost private cache'],
  ['pall', 'any private cache'],
  ['s1', 'the innermost shared cache'],
  ['all', 'any cache'],
] as const
/** Hints about the access that follows. In C they are hints that say nothing. */
export const cntl: Rows = lazily(() =>
  LEVELS.map(([name, where], n) => ({
    ...compressed(
      `c.ntl.${name}`,
      `100 1 00000 ${bits(n + 2, 5)} 10`,
      `add 0, 0, ${n + 2}`,
      `Nothing (a hint: what the next access touches is not worth ${where}).`,
    ),
    extension: 'Zihintntl',
  })),
)
