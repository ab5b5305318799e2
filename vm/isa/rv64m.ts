// RV64M: multiply and divide. Division by zero and overflow do not trap; they have answers (Unprivileged spec, M extension).
import { insn, type Row, type Rows } from './define.ts'
import type { Meaning, Sem } from './sem.ts'
import { lazily } from './lazily.ts'

const row = (name: string, funct3: string, doc: string, meaning: Meaning): Row =>
  insn('M', `${name} rd, rs1, rs2`, `0000001 rs2:5 rs1:5 ${funct3} rd:5 0110011`, doc, meaning)
const rowW = (name: string, funct3: string, doc: string, meaning: Meaning): Row =>
  insn('M', `${name} rd, rs1, rs2`, `0000001 rs2:5 rs1:5 ${funct3} rd:5 0111011`, doc, meaning)

const sx = <V, C>(m: Sem<V, C>, f: 'rs1' | 'rs2'): V => m.sext32(m.x(f))
const zx = <V, C>(m: Sem<V, C>, f: 'rs1' | 'rs2'): V => m.zext32(m.x(f))

export const rv64m: Rows = lazily(() => [
  row('mul', '000', 'rd = low 64 bits of rs1 * rs2.', m => m.setX('rd', m.mul(m.x('rs1'), m.x('rs2')))),
  row('mulh', '001', 'rd = high 64 bits of rs1 * rs2, both signed.', m => m.setX('rd', m.mulhS(m.x('rs1'), m.x('rs2')))),
  row('mulhsu', '010', 'rd = high 64 bits of rs1 * rs2, rs1 signed, rs2 unsigned.', m => m.setX('rd', m.mulhSU(m.x('rs1'), m.x('rs2')))),
  row('mulhu', '011', 'rd = high 64 bits of rs1 * rs2, both unsigned.', m => m.setX('rd', m.mulhU(m.x('rs1'), m.x('rs2')))),
  row('div', '100', 'rd = rs1 / rs2, signed; -1 when rs2 = 0.', m => m.setX('rd', m.divS(m.x('rs1'), m.x('rs2')))),
  row('divu', '101', 'rd = rs1 / rs2, unsigned; all ones when rs2 = 0.', m => m.setX('rd', m.divU(m.x('rs1'), m.x('rs2')))),
  row('rem', '110', 'rd = rs1 % rs2, signed, with the sign of rs1; rs1 when rs2 = 0.', m => m.setX('rd', m.remS(m.x('rs1'), m.x('rs2')))),
  row('remu', '111', 'rd = rs1 % rs2, unsigned; rs1 when rs2 = 0.', m => m.setX('rd', m.remU(m.x('rs1'), m.x('rs2')))),
  rowW('mulw', '000', 'rd = low 32 bits of rs1 * rs2, sign-extended.', m => m.setX('rd', m.sext32(m.mul(m.x('rs1'), m.x('rs2'))))),
  rowW('divw', '100', 'rd = rs1 / rs2 on the low 32 bits, signed.', m => m.setX('rd', m.sext32(m.divS(sx(m, 'rs1'), sx(m, 'rs2'))))),
  rowW('divuw', '101', 'rd = rs1 / rs2 on the low 32 bits, unsigned, sign-extended.', m =>
    m.setX('rd', m.sext32(m.divU(zx(m, 'rs1'), zx(m, 'rs2')))),
  ),
  rowW('remw', '110', 'rd = rs1 % rs2 on the low 32 bits, signed.', m => m.setX('rd', m.sext32(m.remS(sx(m, 'rs1'), sx(m, 'rs2'))))),
  rowW('remuw', '111', 'rd = rs1 % rs2 on the low 32 bits, unsigned, sign-extended.', m =>
    m.setX('rd', m.sext32(m.remU(zx(m, 'rs1'), zx(m, 'rs2')))),
  ),
])
