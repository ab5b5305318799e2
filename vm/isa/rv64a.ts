// RV64A: load-reserved, store-conditional and the atomic read-modify-write instructions. Addresses must be naturally aligned.
// Harts run in a fixed interleaving, one instruction at a time, so every access is sequentially consistent: aq and rl need no work.
import { insn, type Row } from './define.ts'
import type { Meaning, Sem } from './sem.ts'

type Bytes = 4 | 8
const SUFFIX = { 4: 'w', 8: 'd' } as const
const FUNCT3 = { 4: '010', 8: '011' } as const
const pattern = (funct5: string, rs2: string, bytes: Bytes) => `${funct5} aq:1 rl:1 ${rs2} rs1:5 ${FUNCT3[bytes]} rd:5 0101111`

/** An update of the old value by rs2; values are sign-extended from the access's width. */
type Update = <V, C>(m: Sem<V, C>, old: V, operand: V) => V
const operand = <V, C>(m: Sem<V, C>, bytes: Bytes): V => (bytes === 4 ? m.sext32(m.x('rs2')) : m.x('rs2'))

function amo(name: string, funct5: string, doc: string, update: Update): Row[] {
  const of = (bytes: Bytes): Row => {
    const meaning: Meaning = m => {
      const addr = m.let(m.x('rs1'))
      m.setX(
        'rd',
        m.amo(bytes, addr, old => update(m, old, operand(m, bytes))),
      )
    }
    return insn('A', `${name}.${SUFFIX[bytes]} rd, rs2, (rs1)`, pattern(funct5, 'rs2:5', bytes), doc, meaning)
  }
  return [of(4), of(8)]
}

// The unsigned order of sign-extended words is the order of the words, so one comparison serves both widths.
const pick =
  (less: 'ltS' | 'ltU', smaller: boolean): Update =>
  (m, old, b) =>
    smaller ? m.select(m[less](old, b), old, b) : m.select(m[less](old, b), b, old)

const lr = (bytes: Bytes): Row =>
  insn('A', `lr.${SUFFIX[bytes]} rd, (rs1)`, pattern('00010', '00000', bytes), 'rd = memory at rs1, and reserve it.', m =>
    m.setX('rd', m.loadReserved(bytes, m.x('rs1'))),
  )
const sc = (bytes: Bytes): Row =>
  insn(
    'A',
    `sc.${SUFFIX[bytes]} rd, rs2, (rs1)`,
    pattern('00011', 'rs2:5', bytes),
    'If still reserved: memory at rs1 = rs2 and rd = 0, else rd = 1.',
    m => {
      const addr = m.let(m.x('rs1'))
      m.setX('rd', m.storeConditional(bytes, addr, m.x('rs2')))
    },
  )

export const rv64a: Row[] = [
  lr(4),
  lr(8),
  sc(4),
  sc(8),
  ...amo('amoswap', '00001', 'rd = memory at rs1; memory = rs2.', (_m, _old, b) => b),
  ...amo('amoadd', '00000', 'rd = memory at rs1; memory += rs2.', (m, old, b) => m.add(old, b)),
  ...amo('amoxor', '00100', 'rd = memory at rs1; memory ^= rs2.', (m, old, b) => m.xor(old, b)),
  ...amo('amoand', '01100', 'rd = memory at rs1; memory &= rs2.', (m, old, b) => m.and(old, b)),
  ...amo('amoor', '01000', 'rd = memory at rs1; memory |= rs2.', (m, old, b) => m.or(old, b)),
  ...amo('amomin', '10000', 'rd = memory at rs1; memory = the smaller, signed.', pick('ltS', true)),
  ...amo('amomax', '10100', 'rd = memory at rs1; memory = the larger, signed.', pick('ltS', false)),
  ...amo('amominu', '11000', 'rd = memory at rs1; memory = the smaller, unsigned.', pick('ltU', true)),
  ...amo('amomaxu', '11100', 'rd = memory at rs1; memory = the larger, unsigned.', pick('ltU', false)),
]
