// RV64D: double precision, and conversions between the two formats.
import { insn, type Rows } from './define.ts'
import { DOUBLE, floatRows, opFp, SINGLE } from './float.ts'
import { lazily } from './lazily.ts'

export const rv64d: Rows = lazily(() => [
  ...floatRows(DOUBLE),
  insn('D', 'fcvt.s.d frd, frs1', opFp('01000', SINGLE, '00001', 'frs1:5', 'rm:3', 'frd:5'), 'frd = frs1 rounded to single precision.', m =>
    m.setF32('frd', m.convert('f64', 'f32', m.f('frs1'))),
  ),
  insn('D', 'fcvt.d.s frd, frs1', opFp('01000', DOUBLE, '00000', 'frs1:5', 'rm:3', 'frd:5'), 'frd = frs1 in double precision, exact.', m =>
    m.setF('frd', m.convert('f32', 'f64', m.f32('frs1'))),
  ),
  insn('D', 'fmv.x.d rd, frs1', opFp('11100', DOUBLE, '00000', 'frs1:5', '000', 'rd:5'), 'rd = the bits of frs1.', m =>
    m.setX('rd', m.f('frs1')),
  ),
  insn('D', 'fmv.d.x frd, rs1', opFp('11110', DOUBLE, '00000', 'rs1:5', '000', 'frd:5'), 'frd = the bits of rs1.', m =>
    m.setF('frd', m.x('rs1')),
  ),
])
