// Zfa: constants, minimum and maximum that keep NaNs, rounding to integers within a format, quiet comparisons (Unprivileged spec, "Zfa").
import { insn, type Row, type Rows } from './define.ts'
import { DOUBLE, HALF, opFp, readFloat, SINGLE, writeFloat, type Format } from './float.ts'
import type { FloatOp, Meaning } from './sem.ts'
import { lazily } from './lazily.ts'

/** Formats beyond F come with their own extension. */
const ALSO = { 16: 'Zfh', 32: null, 64: 'D' } as const

function rowsOf(of: Format): Row[] {
  const row = (name: string, operands: string, pattern: string, doc: string, meaning: Meaning): Row => ({
    ...insn('Zfa', `${name}.${of.suffix} ${operands}`, pattern, doc, meaning),
    also: ALSO[of.format],
  })
  const between = (op: FloatOp, funct3: string, doc: string): Row =>
    row(`f${op}`, 'frd, frs1, frs2', opFp('00101', of, 'frs2:5', 'frs1:5', funct3, 'frd:5'), doc, m =>
      writeFloat(m, of, m.fp(op, of.format, readFloat(m, of, 'frs1'), readFloat(m, of, 'frs2'))),
    )
  const round = (op: FloatOp, rs2: string, doc: string): Row =>
    row(`f${op}`, 'frd, frs1', opFp('01000', of, rs2, 'frs1:5', 'rm:3', 'frd:5'), doc, m =>
      writeFloat(m, of, m.fp(op, of.format, readFloat(m, of, 'frs1'))),
    )
  const compare = (op: 'leq' | 'ltq', funct3: string, doc: string): Row =>
    row(`f${op}`, 'rd, frs1, frs2', opFp('10100', of, 'frs2:5', 'frs1:5', funct3, 'rd:5'), doc, m =>
      m.setX('rd', m.bool(m.fcompare(op, of.format, readFloat(m, of, 'frs1'), readFloat(m, of, 'frs2')))),
    )
  const constant = `fli${of.suffix}` as const
  return [
    row('fli', `frd, ${constant}`, opFp('11110', of, '00001', `${constant}:5`, '000', 'frd:5'), 'frd = one of 32 constants.', m => {
      const value = m.imm(constant)
      // All of a double that is not zero is in its upper half.
      writeFloat(m, of, of.format === 64 ? m.shl(value, m.num(32n)) : value)
    }),
    between('minm', '010', 'frd = the smaller; a NaN if one is.'),
    between('maxm', '011', 'frd = the larger; a NaN if one is.'),
    round('round', '00100', 'frd = frs1 rounded to an integer; inexact is not flagged.'),
    round('roundnx', '00101', 'frd = frs1 rounded to an integer.'),
    compare('leq', '100', 'rd = 1 if frs1 <= frs2, else 0; 0 for a NaN.'),
    compare('ltq', '101', 'rd = 1 if frs1 < frs2, else 0; 0 for a NaN.'),
  ]
}

const modular = (): Row => ({
  ...insn(
    'Zfa',
    'fcvtmod.w.d rd, frs1, rtz',
    opFp('11000', DOUBLE, '01000', 'frs1:5', '001', 'rd:5'),
    'rd = frs1 rounded towards zero, its low 32 bits, sign-extended; flags as for fcvt.w.d.',
    m => m.setX('rd', m.truncateModulo(m.f('frs1'))),
  ),
  also: 'D',
})

export const zfa: Rows = lazily(() => [SINGLE, DOUBLE, HALF].flatMap(rowsOf).concat(modular()))
