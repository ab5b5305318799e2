// RV64A: load-reserved, store-conditional and the atomic read-modify-write instructions. Addresses must be naturally aligned.
// Harts run in a fixed interleaving, one instruction at a time, so every access is sequentially consistent: aq and rl need no work.
import { insn, type Row, type Rows } from './define.ts'
import type { Meaning, Sem, Width } from './sem.ts'
import { lazily } from './lazily.ts'

export const SUFFIX = { 1: 'b', 2: 'h', 4: 'w', 8: 'd' } as const
const FUNCT3 = { 1: '000', 2: '001', 4: '010', 8: '011' } as const
export const atomicPattern = (funct5: string, rs2: string, bytes: Width) => `${funct5} aq:1 rl:1 ${rs2} rs1:5 ${FUNCT3[bytes]} rd:5 0101111`

/** An update of the old value by rs2; values are sign-extended from the access's width. */
type Update = <V, C>(m: Sem<V, C>, old: V, operand: V) => V
/** The low bytes of a register, sign-extended. */
export function fromRegister<V, C>(m: Sem<V, C>, bytes: Width, field: 'rd' | 'rs2'): V {
  const value = m.x(field)
  if (bytes === 8) return value
  if (bytes === 4) return m.sext32(value)
  const unused = m.num(BigInt(64 - 8 * bytes))
  return m.shrS(m.shl(value, unused), unused)
}

type Operation = readonly [name: string, funct5: string, doc: string, update: Update]

function amo(extension: string, [name, funct5, doc, update]: Operation, widths: readonly Width[]): Row[] {
  return widths.map(bytes => {
    const meaning: Meaning = m => {
      const addr = m.let(m.x('rs1'))
      m.setX(
        'rd',
        m.amo(bytes, addr, old => update(m, old, fromRegister(m, bytes, 'rs2'))),
      )
    }
    return insn(extension, `${name}.${SUFFIX[bytes]} rd, rs2, (rs1)`, atomicPattern(funct5, 'rs2:5', bytes), doc, meaning)
  })
}

// The unsigned order of sign-extended numbers is that of the numbers, so one comparison serves all widths.
const pick =
  (less: 'ltS' | 'ltU', smaller: boolean): Update =>
  (m, old, b) =>
    smaller ? m.select(m[less](old, b), old, b) : m.select(m[less](old, b), b, old)

const lr = (bytes: 4 | 8): Row =>
  insn('A', `lr.${SUFFIX[bytes]} rd, (rs1)`, atomicPattern('00010', '00000', bytes), 'rd = memory at rs1, and reserve it.', m =>
    m.setX('rd', m.loadReserved(bytes, m.x('rs1'))),
  )
const sc = (bytes: 4 | 8): Row =>
  insn(
    'A',
    `sc.${SUFFIX[bytes]} rd, rs2, (rs1)`,
    atomicPattern('00011', 'rs2:5', bytes),
    'If still reserved: memory at rs1 = rs2 and rd = 0, else rd = 1.',
    m => {
      const addr = m.let(m.x('rs1'))
      m.setX('rd', m.storeConditional(bytes, addr, m.x('rs2')))
    },
  )

const OPERATIONS: readonly Operation[] = [
  ['amoswap', '00001', 'rd = memory at rs1; memory = rs2.', (_m, _old, b) => b],
  ['amoadd', '00000', 'rd = memory at rs1; memory += rs2.', (m, old, b) => m.add(old, b)],
  ['amoxor', '00100', 'rd = memory at rs1; memory ^= rs2.', (m, old, b) => m.xor(old, b)],
  ['amoand', '01100', 'rd = memory at rs1; memory &= rs2.', (m, old, b) => m.and(old, b)],
  ['amoor', '01000', 'rd = memory at rs1; memory |= rs2.', (m, old, b) => m.or(old, b)],
  ['amomin', '10000', 'rd = memory at rs1; memory = the smaller, signed.', pick('ltS', true)],
  ['amomax', '10100', 'rd = memory at rs1; memory = the larger, signed.', pick('ltS', false)],
  ['amominu', '11000', 'rd = memory at rs1; memory = the smaller, unsigned.', pick('ltU', true)],
  ['amomaxu', '11100', 'rd = memory at rs1; memory = the larger, unsigned.', pick('ltU', false)],
]
export const atomics = (extension: string, widths: readonly Width[]): Row[] => OPERATIONS.flatMap(op => amo(extension, op, widths))

export const rv64a: Rows = lazily(() => [lr(4), lr(8), sc(4), sc(8), ...atomics('A', [4, 8])])
