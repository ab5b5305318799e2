// RV64F: single precision. The registers are 64 bits wide: a 32-bit value is kept NaN-boxed, with ones above it
// (Unprivileged spec, D extension, "NaN Boxing of Narrower Values"). The moves and stores copy bits and look at no box.
import { insn, type Rows } from './define.ts'
import { floatRows, opFp, SINGLE } from './float.ts'
import { lazily } from './lazily.ts'

export const rv64f: Rows = lazily(() => [
  ...floatRows(SINGLE),
  insn('F', 'fmv.x.w rd, frs1', opFp('11100', SINGLE, '00000', 'frs1:5', '000', 'rd:5'), 'rd = low 32 bits of frs1, sign-extended.', m =>
    m.setX('rd', m.sext32(m.f('frs1'))),
  ),
  insn('F', 'fmv.w.x frd, rs1', opFp('11110', SINGLE, '00000', 'rs1:5', '000', 'frd:5'), 'frd = low 32 bits of rs1, NaN-boxed.', m =>
    m.setF32('frd', m.x('rs1')),
  ),
])
