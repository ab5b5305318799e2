// Zbb: basic bit manipulation (Unprivileged spec, "B" extension). Zbkb, bit manipulation for cryptography, shares some of it.
import { binary, reverseBitsInBytes, reverseBytes, shifting, shiftingWord, unary } from './bits.ts'
import { insn, type Row, type Rows } from './define.ts'
import type { Sem } from './sem.ts'
import { lazily } from './lazily.ts'

const not = <V, C>(m: Sem<V, C>, a: V): V => m.xor(a, m.num(-1n))
/** The low word twice: a rotation of it goes round every 32 bits. */
function twice<V, C>(m: Sem<V, C>, a: V): V {
  const word = m.let(m.zext32(a))
  return m.or(word, m.shl(word, m.num(32n)))
}
function pick<V, C>(m: Sem<V, C>, less: 'ltS' | 'ltU', smaller: boolean, a: V, b: V): V {
  const [x, y] = [m.let(a), m.let(b)]
  return smaller ? m.select(m[less](x, y), x, y) : m.select(m[less](x, y), y, x)
}
const signExtended = <V, C>(m: Sem<V, C>, a: V, unused: bigint): V => m.shrS(m.shl(a, m.num(unused)), m.num(unused))

const EVERY_BYTE_7F = 0x7f7f7f7f7f7f7f7fn
const EVERY_BYTE_80 = -0x7f7f7f7f7f7f7f80n

/** In both. */
const shared: Rows = lazily(() => [
  binary('Zbb', 'andn', '0100000', '111', 'rd = rs1 & ~rs2.', (m, a, b) => m.and(a, not(m, b))),
  binary('Zbb', 'orn', '0100000', '110', 'rd = rs1 | ~rs2.', (m, a, b) => m.or(a, not(m, b))),
  binary('Zbb', 'xnor', '0100000', '100', 'rd = ~(rs1 ^ rs2).', (m, a, b) => not(m, m.xor(a, b))),
  binary('Zbb', 'rol', '0110000', '001', 'rd = rs1 rotated left by rs2 & 63.', (m, a, b) => m.rotl(a, b)),
  binary('Zbb', 'ror', '0110000', '101', 'rd = rs1 rotated right by rs2 & 63.', (m, a, b) => m.rotr(a, b)),
  shifting('Zbb', 'rori', '011000', '101', 'rd = rs1 rotated right by shift.', (m, a, b) => m.rotr(a, b)),
  binary('Zbb', 'rolw', '0110000', '001', 'rd = low 32 bits of rs1 rotated left by rs2 & 31, sign-extended.', rotateWord('rotl'), 'op32'),
  binary('Zbb', 'rorw', '0110000', '101', 'rd = low 32 bits of rs1 rotated right by rs2 & 31, sign-extended.', rotateWord('rotr'), 'op32'),
  shiftingWord('Zbb', 'roriw', '0110000', '101', 'rd = low 32 bits of rs1 rotated right by shift, sign-extended.', rotateWord('rotr')),
  unary('Zbb', 'rev8', '011010111000', '101', 'rd = the bytes of rs1 in reverse order.', reverseBytes),
  // Zbkb's packw with x0.
  unary('Zbb', 'zext.h', '000010000000', '100', 'rd = low 16 bits of rs1, zero-extended.', (m, a) => m.and(a, m.num(0xffffn)), 'op32'),
])

function rotateWord(way: 'rotl' | 'rotr') {
  return <V, C>(m: Sem<V, C>, a: V, b: V): V => m.sext32(m[way](twice(m, a), b))
}

export const zbb: Rows = lazily(() => [
  ...shared(),
  unary('Zbb', 'clz', '011000000000', '001', 'rd = how many zeros lead in rs1, 64 for 0.', (m, a) => m.clz(a)),
  unary('Zbb', 'ctz', '011000000001', '001', 'rd = how many zeros end rs1, 64 for 0.', (m, a) => m.ctz(a)),
  unary('Zbb', 'cpop', '011000000010', '001', 'rd = how many ones rs1 has.', (m, a) => m.popcount(a)),
  unary(
    'Zbb',
    'clzw',
    '011000000000',
    '001',
    'rd = how many zeros lead in the low 32 bits of rs1, 32 for 0.',
    (m, a) => m.sub(m.clz(m.zext32(a)), m.num(32n)),
    'imm32',
  ),
  unary(
    'Zbb',
    'ctzw',
    '011000000001',
    '001',
    'rd = how many zeros end the low 32 bits of rs1, 32 for 0.',
    (m, a) => m.ctz(m.or(a, m.num(1n << 32n))),
    'imm32',
  ),
  unary(
    'Zbb',
    'cpopw',
    '011000000010',
    '001',
    'rd = how many ones the low 32 bits of rs1 have.',
    (m, a) => m.popcount(m.zext32(a)),
    'imm32',
  ),
  binary('Zbb', 'max', '0000101', '110', 'rd = the larger, signed.', (m, a, b) => pick(m, 'ltS', false, a, b)),
  binary('Zbb', 'maxu', '0000101', '111', 'rd = the larger, unsigned.', (m, a, b) => pick(m, 'ltU', false, a, b)),
  binary('Zbb', 'min', '0000101', '100', 'rd = the smaller, signed.', (m, a, b) => pick(m, 'ltS', true, a, b)),
  binary('Zbb', 'minu', '0000101', '101', 'rd = the smaller, unsigned.', (m, a, b) => pick(m, 'ltU', true, a, b)),
  unary('Zbb', 'sext.b', '011000000100', '001', 'rd = low 8 bits of rs1, sign-extended.', (m, a) => signExtended(m, a, 56n)),
  unary('Zbb', 'sext.h', '011000000101', '001', 'rd = low 16 bits of rs1, sign-extended.', (m, a) => signExtended(m, a, 48n)),
  unary('Zbb', 'orc.b', '001010000111', '101', 'rd = 255 in each byte in which rs1 is not 0, and 0 in the others.', (m, v) => {
    const a = m.let(v)
    // The top bit of each byte that is not zero, then spread over the byte.
    const top = m.let(m.and(m.or(m.add(m.and(a, m.num(EVERY_BYTE_7F)), m.num(EVERY_BYTE_7F)), a), m.num(EVERY_BYTE_80)))
    return m.mul(m.shrU(top, m.num(7n)), m.num(255n))
  }),
])

export const zbkb: Rows = lazily(() => [
  ...shared(),
  binary('Zbkb', 'pack', '0000100', '100', 'rd = low 32 bits of rs1, and above them those of rs2.', (m, a, b) =>
    m.or(m.zext32(a), m.shl(b, m.num(32n))),
  ),
  binary('Zbkb', 'packh', '0000100', '111', 'rd = low byte of rs1, and above it that of rs2.', (m, a, b) =>
    m.or(m.and(a, m.num(255n)), m.shl(m.and(b, m.num(255n)), m.num(8n))),
  ),
  packWord(),
  unary('Zbkb', 'brev8', '011010000111', '101', 'rd = rs1 with the bits of each byte in reverse order.', reverseBitsInBytes),
])

function packWord(): Row {
  const doc = 'rd = low 16 bits of rs1, and above them those of rs2, sign-extended; with rs2 = x0 it is zext.h.'
  return insn('Zbkb', 'packw rd, rs1, rs2nz', '0000100 rs2nz:5 rs1:5 100 rd:5 0111011', doc, m =>
    m.setX('rd', m.sext32(m.or(m.and(m.x('rs1'), m.num(0xffffn)), m.shl(m.x('rs2'), m.num(16n))))),
  )
}
