// Zfhmin and Zfh: half precision. A value of 16 bits is kept NaN-boxed like one of 32 (Unprivileged spec, "Zfh" and "Zfhmin").
import { insn, type Row, type Rows } from './define.ts'
import { DOUBLE, floatAccess, floatArithmetic, HALF, opFp, readFloat, SINGLE, writeFloat, type Format } from './float.ts'
import { lazily } from './lazily.ts'

const EXACT = ', exact'
/** fcvt.a.b, which rounds where b is wider. */
const convert = (to: Format, from: Format, rs2: string, also: string | null = null): Row => {
  const doc = `frd = frs1 in format ${to.suffix}${to.format > from.format ? EXACT : ', rounded'}.`
  const pattern = opFp('01000', to, rs2, 'frs1:5', 'rm:3', 'frd:5')
  const row = insn('Zfhmin', `fcvt.${to.suffix}.${from.suffix} frd, frs1`, pattern, doc, m => {
    writeFloat(m, to, m.convert(from.type, to.type, readFloat(m, from, 'frs1')))
  })
  return { ...row, also }
}

export const zfhmin: Rows = lazily(() => [
  ...floatAccess(HALF).map(r => ({ ...r, extension: 'Zfhmin' })),
  insn('Zfhmin', 'fmv.x.h rd, frs1', opFp('11100', HALF, '00000', 'frs1:5', '000', 'rd:5'), 'rd = low 16 bits of frs1, sign-extended.', m =>
    m.setX('rd', m.shrS(m.shl(m.f('frs1'), m.num(48n)), m.num(48n))),
  ),
  insn('Zfhmin', 'fmv.h.x frd, rs1', opFp('11110', HALF, '00000', 'rs1:5', '000', 'frd:5'), 'frd = low 16 bits of rs1, NaN-boxed.', m =>
    m.setF16('frd', m.x('rs1')),
  ),
  convert(SINGLE, HALF, '00010'),
  convert(HALF, SINGLE, '00000'),
  convert(DOUBLE, HALF, '00010', 'D'),
  convert(HALF, DOUBLE, '00001', 'D'),
])

export const zfh: Rows = lazily(() => floatArithmetic(HALF))
