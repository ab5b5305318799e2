// What the bit-manipulation extensions share: shapes of their rows, and permutations of bits written with masks and shifts.
import { insn, type Row } from './define.ts'
import type { Sem } from './sem.ts'

type Unary = <V, C>(m: Sem<V, C>, a: V) => V
type Binary = <V, C>(m: Sem<V, C>, a: V, b: V) => V

const OPCODES = { op: '0110011', op32: '0111011', imm: '0010011', imm32: '0011011' } as const
type Opcode = keyof typeof OPCODES

export const unary = (extension: string, name: string, imm: string, funct3: string, doc: string, of: Unary, opcode: Opcode = 'imm'): Row =>
  insn(extension, `${name} rd, rs1`, `${imm} rs1:5 ${funct3} rd:5 ${OPCODES[opcode]}`, doc, m => m.setX('rd', of(m, m.x('rs1'))))

export const binary = (
  extension: string,
  name: string,
  funct7: string,
  funct3: string,
  doc: string,
  of: Binary,
  opcode: Opcode = 'op',
): Row =>
  insn(extension, `${name} rd, rs1, rs2`, `${funct7} rs2:5 rs1:5 ${funct3} rd:5 ${OPCODES[opcode]}`, doc, m =>
    m.setX('rd', of(m, m.x('rs1'), m.x('rs2'))),
  )

/** With a shift amount of six bits, or of five for words. */
export const shifting = (extension: string, name: string, funct6: string, funct3: string, doc: string, of: Binary): Row =>
  insn(extension, `${name} rd, rs1, shamt`, `${funct6} shamt:6 rs1:5 ${funct3} rd:5 ${OPCODES.imm}`, doc, m =>
    m.setX('rd', of(m, m.x('rs1'), m.imm('shamt'))),
  )
export const shiftingWord = (extension: string, name: string, funct7: string, funct3: string, doc: string, of: Binary): Row =>
  insn(extension, `${name} rd, rs1, shamtw`, `${funct7} shamtw:5 rs1:5 ${funct3} rd:5 ${OPCODES.imm32}`, doc, m =>
    m.setX('rd', of(m, m.x('rs1'), m.imm('shamtw'))),
  )

/** Exchanges neighbours that are `by` bits wide; `low` has ones where the lower ones are. */
function swap<V, C>(m: Sem<V, C>, v: V, by: bigint, low: bigint): V {
  const bound = m.let(v)
  return m.or(m.and(m.shrU(bound, m.num(by)), m.num(low)), m.shl(m.and(bound, m.num(low)), m.num(by)))
}

export function reverseBytes<V, C>(m: Sem<V, C>, v: V): V {
  const pairs = swap(m, v, 8n, 0x00ff00ff00ff00ffn)
  return m.rotl(swap(m, pairs, 16n, 0x0000ffff0000ffffn), m.num(32n))
}

export function reverseBitsInBytes<V, C>(m: Sem<V, C>, v: V): V {
  const ones = swap(m, v, 1n, 0x5555555555555555n)
  const pairs = swap(m, ones, 2n, 0x3333333333333333n)
  return swap(m, pairs, 4n, 0x0f0f0f0f0f0f0f0fn)
}
