// Zabha: atomics on bytes and halfwords; Zacas: compare and swap (Unprivileged spec, "Zabha" and "Zacas" extensions).
import { insn, type Row, type Rows } from './define.ts'
import { atomicPattern, atomics, fromRegister, SUFFIX } from './rv64a.ts'
import type { Meaning, Width } from './sem.ts'
import { lazily } from './lazily.ts'

function compareAndSwap(extension: string, bytes: Width, also: string | null = null): Row {
  const meaning: Meaning = m => {
    const addr = m.let(m.x('rs1'))
    m.setX(
      'rd',
      m.amo(bytes, addr, old => m.select(m.eq(old, fromRegister(m, bytes, 'rd')), fromRegister(m, bytes, 'rs2'), old)),
    )
  }
  const doc = 'If memory at rs1 = rd: memory = rs2; rd = what memory was.'
  return { ...insn(extension, `amocas.${SUFFIX[bytes]} rd, rs2, (rs1)`, atomicPattern('00101', 'rs2:5', bytes), doc, meaning), also }
}

export const zabha: Rows = lazily(() => [
  ...atomics('Zabha', [1, 2]),
  compareAndSwap('Zabha', 1, 'Zacas'),
  compareAndSwap('Zabha', 2, 'Zacas'),
])

export const zacas: Rows = lazily(() => [
  compareAndSwap('Zacas', 4),
  compareAndSwap('Zacas', 8),
  insn(
    'Zacas',
    'amocas.q rde, rs2e, (rs1)',
    '00101 aq:1 rl:1 rs2e:5 rs1:5 100 rde:5 0101111',
    'As amocas.d, of 16 bytes: the registers of a pair are an even one and the next.',
    m => m.compareSwapPair(m.x('rs1')),
  ),
])
