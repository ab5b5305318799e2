// Zba: address generation, adding with a shift (Unprivileged spec, "B" extension).
import { insn, type Row, type Rows } from './define.ts'
import type { Meaning, Sem } from './sem.ts'
import { lazily } from './lazily.ts'

const row = (syntax: string, pattern: string, doc: string, meaning: Meaning): Row => insn('Zba', syntax, pattern, doc, meaning)
const word = <V, C>(m: Sem<V, C>): V => m.zext32(m.x('rs1'))

/** sh1add, sh2add, sh3add: funct3 is twice the shift. */
const shifted = (n: number): Row[] => {
  const funct3 = (n * 2).toString(2).padStart(3, '0')
  return [
    row(`sh${n}add rd, rs1, rs2`, `0010000 rs2:5 rs1:5 ${funct3} rd:5 0110011`, `rd = rs2 + (rs1 << ${n}).`, m =>
      m.setX('rd', m.add(m.x('rs2'), m.shl(m.x('rs1'), m.num(BigInt(n))))),
    ),
    row(`sh${n}add.uw rd, rs1, rs2`, `0010000 rs2:5 rs1:5 ${funct3} rd:5 0111011`, `rd = rs2 + (rs1[31:0] << ${n}).`, m =>
      m.setX('rd', m.add(m.x('rs2'), m.shl(word(m), m.num(BigInt(n))))),
    ),
  ]
}

export const zba: Rows = lazily(() => [
  row('add.uw rd, rs1, rs2', '0000100 rs2:5 rs1:5 000 rd:5 0111011', 'rd = rs2 + rs1[31:0].', m =>
    m.setX('rd', m.add(m.x('rs2'), word(m))),
  ),
  ...[1, 2, 3].flatMap(shifted),
  row('slli.uw rd, rs1, shamt', '000010 shamt:6 rs1:5 001 rd:5 0011011', 'rd = rs1[31:0] << shift.', m =>
    m.setX('rd', m.shl(word(m), m.imm('shamt'))),
  ),
])
