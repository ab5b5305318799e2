// Zicond: a value or zero, by a condition and without a branch (Unprivileged spec, "Zicond" extension).
import { insn, type Row, type Rows } from './define.ts'
import type { Meaning } from './sem.ts'
import { lazily } from './lazily.ts'

const row = (name: string, funct3: string, doc: string, meaning: Meaning): Row =>
  insn('Zicond', `${name} rd, rs1, rs2`, `0000111 rs2:5 rs1:5 ${funct3} rd:5 0110011`, doc, meaning)

export const zicond: Rows = lazily(() => [
  row('czero.eqz', '101', 'rd = 0 if rs2 = 0, else rs1.', m => m.setX('rd', m.select(m.eq(m.x('rs2'), m.num(0n)), m.num(0n), m.x('rs1')))),
  row('czero.nez', '111', 'rd = 0 if rs2 is not 0, else rs1.', m =>
    m.setX('rd', m.select(m.ne(m.x('rs2'), m.num(0n)), m.num(0n), m.x('rs1'))),
  ),
])
