// Zbs: single bits (Unprivileged spec, "B" extension).
import { binary, shifting } from './bits.ts'
import type { Row, Rows } from './define.ts'
import type { Sem } from './sem.ts'
import { lazily } from './lazily.ts'

type Change = <V, C>(m: Sem<V, C>, a: V, index: V) => V
const bit = <V, C>(m: Sem<V, C>, index: V): V => m.shl(m.num(1n), index)

/** funct7 of the form with a register; that with a constant has its first six bits. */
const both = (name: string, funct7: string, funct3: string, doc: string, change: Change): Row[] => [
  binary('Zbs', name, funct7, funct3, doc.replace('N', 'rs2 & 63'), change),
  shifting('Zbs', `${name}i`, funct7.slice(0, 6), funct3, doc.replace('N', 'shift'), change),
]

export const zbs: Rows = lazily(() => [
  ...both('bclr', '0100100', '001', 'rd = rs1 with bit N cleared.', (m, a, n) => m.and(a, m.xor(bit(m, n), m.num(-1n)))),
  ...both('bext', '0100100', '101', 'rd = bit N of rs1.', (m, a, n) => m.and(m.shrU(a, n), m.num(1n))),
  ...both('binv', '0110100', '001', 'rd = rs1 with bit N inverted.', (m, a, n) => m.xor(a, bit(m, n))),
  ...both('bset', '0010100', '001', 'rd = rs1 with bit N set.', (m, a, n) => m.or(a, bit(m, n))),
])
