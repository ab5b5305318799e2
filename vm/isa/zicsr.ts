// Zicsr and Zifencei: control and status registers, and the instruction-fetch fence. Each CSR access is one read and one write,
// except that csrrw with rd = x0 does not read and csrrs/csrrc with a zero source do not write (Unprivileged spec, Zicsr).
import { ignoring, insn, type Row, type Rows } from './define.ts'
import type { Meaning, Sem } from './sem.ts'
import { lazily } from './lazily.ts'

type Combine = <V, C>(m: Sem<V, C>, old: V, source: V) => V
const set: Combine = (m, old, source) => m.or(old, source)
const clear: Combine = (m, old, source) => m.and(old, m.xor(source, m.num(-1n)))

const readWrite =
  (from: 'rs1' | 'uimm'): Meaning =>
  m => {
    const source = m.let(from === 'rs1' ? m.x('rs1') : m.imm('uimm'))
    const old = m.fieldIsZero('rd') ? m.num(0n) : m.let(m.readCsr('csr'))
    m.writeCsr('csr', source)
    m.setX('rd', old)
  }
const readModify =
  (from: 'rs1' | 'uimm', combine: Combine): Meaning =>
  m => {
    const source = m.let(from === 'rs1' ? m.x('rs1') : m.imm('uimm'))
    const old = m.let(m.readCsr('csr'))
    if (!m.fieldIsZero(from)) m.writeCsr('csr', combine(m, old, source))
    m.setX('rd', old)
  }

const register = (name: string, funct3: string, doc: string, meaning: Meaning): Row =>
  insn('Zicsr', `${name} rd, csr, rs1`, `csr:12 rs1:5 ${funct3} rd:5 1110011`, doc, meaning)
const immediate = (name: string, funct3: string, doc: string, meaning: Meaning): Row =>
  insn('Zicsr', `${name} rd, csr, uimm`, `csr:12 uimm:5 ${funct3} rd:5 1110011`, doc, meaning)

export const zicsr: Rows = lazily(() => [
  register('csrrw', '001', 'rd = CSR; CSR = rs1.', readWrite('rs1')),
  register('csrrs', '010', 'rd = CSR; CSR |= rs1.', readModify('rs1', set)),
  register('csrrc', '011', 'rd = CSR; CSR &= ~rs1.', readModify('rs1', clear)),
  immediate('csrrwi', '101', 'rd = CSR; CSR = immediate.', readWrite('uimm')),
  immediate('csrrsi', '110', 'rd = CSR; CSR |= immediate.', readModify('uimm', set)),
  immediate('csrrci', '111', 'rd = CSR; CSR &= ~immediate.', readModify('uimm', clear)),
])

export const zifencei: Rows = lazily(() => [
  insn('Zifencei', 'fence.i', '000000000000 00000 001 00000 0001111', 'Make earlier stores visible to instruction fetch.', m => m.fenceI()),
  ignoring('Zifencei', 'fence.i', 'i:12 rs1:5 001 rd:5 0001111', 'fence.i'),
])
