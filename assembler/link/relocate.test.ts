// Every relocation of the psABI's table that a linked file can need, each with an addend, held against the formulas of that table: the
// section's words, symbol and addend are ours, the results are computed here with the encodings of the unprivileged manual.
import { expect, test } from 'vitest'
import { R_RISCV, readElf, readRelocations, sectionBytes, SHT, type RelocationName } from '../../kernel/abi/index.ts'
import { assemble, link } from '../index.ts'

const TEXT = 0x10000
const DATA = 0x20000
/** Where the relocation applies and where its symbol is, in .data. */
const AT = 16
const SYMBOL = 0x20
const P = BigInt(DATA + AT)
const S = BigInt(DATA + SYMBOL)

/** Links `old` at AT with one relocation there (and one more, for a low part, at AT + 8) and answers the eight bytes. */
function relocated(type: RelocationName, addend: number, old: bigint): bigint | string {
  const source = `.globl _start\n_start: nop\n.data\n.zero ${AT}\n.dword target + 1\n.zero ${SYMBOL - AT - 8}\ntarget: .zero 8\n`
  const { object } = assemble({ name: 'a.s', text: source })
  if (!object) throw new Error('assembling')
  const elf = readElf(object, 'a.o')
  const rela = elf.sections.find(s => s.name === '.rela.data')
  const data = elf.sections.find(s => s.name === '.data')
  if (!rela || !data || readRelocations(elf, rela).length !== 1) throw new Error('one relocation was to be there')
  const view = new DataView(object.buffer, object.byteOffset)
  view.setUint32(rela.offset + 8, R_RISCV[type], true)
  view.setBigInt64(rela.offset + 16, BigInt(addend), true)
  view.setBigUint64(data.offset + AT, BigInt.asUintN(64, old), true)
  const { image, diagnostics } = link([{ name: 'a.o', bytes: object }], { text: TEXT, data: DATA })
  if (!image) return diagnostics[0].message.replace(/.*: relocation/, 'relocation')
  const out = readElf(image, 'a')
  const section = out.sections.find(s => s.name === '.data' && s.type === SHT.PROGBITS)
  if (!section || section.address !== DATA) throw new Error('.data is elsewhere')
  return new DataView(sectionBytes(out, section).slice().buffer).getBigUint64(AT, true)
}

const OLD = 0x8877_6655_4433_2211n
/** The lowest `bits` of OLD replaced. */
const low = (bits: number, value: bigint): bigint => {
  const mask = (1n << BigInt(bits)) - 1n
  return (OLD & ~mask) | (value & mask)
}
const part = (bits: number): bigint => OLD & ((1n << BigInt(bits)) - 1n)

const ADDENDS = [0, 1, 6, -3, 0x7ff, -0x801]

const DATA_ROWS: [RelocationName, (a: bigint) => bigint][] = [
  [32, a => low(32, S + a)],
  [64, a => low(64, S + a)],
  ['ADD8', a => low(8, part(8) + S + a)],
  ['ADD16', a => low(16, part(16) + S + a)],
  ['ADD32', a => low(32, part(32) + S + a)],
  ['ADD64', a => low(64, part(64) + S + a)],
  ['SUB8', a => low(8, part(8) - S - a)],
  ['SUB16', a => low(16, part(16) - S - a)],
  ['SUB32', a => low(32, part(32) - S - a)],
  ['SUB64', a => low(64, part(64) - S - a)],
  ['SET6', a => low(6, S + a)],
  ['SUB6', a => low(6, part(6) - S - a)],
  ['SET8', a => low(8, S + a)],
  ['SET16', a => low(16, S + a)],
  ['SET32', a => low(32, S + a)],
  ['32_PCREL', a => low(32, S + a - P)],
  ['PLT32', a => low(32, S + a - P)],
  ['NONE', () => OLD],
  ['RELAX', () => OLD],
  ['TPREL_ADD', () => OLD],
]

test.each(DATA_ROWS)('R_RISCV_%s', (type, expected) => {
  for (const addend of ADDENDS) expect([addend, relocated(type, addend, OLD)]).toEqual([addend, expected(BigInt(addend))])
})

// ---- instructions: which bits of the value are where (Unprivileged spec, 2.3 and the chapter on C)

type Bits = readonly (readonly [insn: number, value: number])[]
const run = (insn: number, value: number, count: number): Bits => Array.from({ length: count }, (_, i) => [insn + i, value + i] as const)
const FORMATS: Record<string, Bits> = {
  i: run(20, 0, 12),
  s: [...run(7, 0, 5), ...run(25, 5, 7)],
  b: [...run(8, 1, 4), ...run(25, 5, 6), [7, 11], [31, 12]],
  u: run(12, 12, 20),
  j: [...run(21, 1, 10), [20, 11], ...run(12, 12, 8), [31, 20]],
  // c.beqz: offset[8|4:3] at 12:10, offset[7:6|2:1|5] at 6:2
  cb: [[12, 8], ...run(10, 3, 2), ...run(5, 6, 2), ...run(3, 1, 2), [2, 5]],
  // c.j: offset[11|4|9:8|10|6|7|3:1|5] at 12:2
  cj: [[12, 11], [11, 4], ...run(9, 8, 2), [8, 10], [7, 6], [6, 7], ...run(3, 1, 3), [2, 5]],
}
const field = (format: string, word: bigint, value: bigint): bigint =>
  FORMATS[format].reduce((out, [insn, from]) => (out & ~(1n << BigInt(insn))) | (((value >> BigInt(from)) & 1n) << BigInt(insn)), word)
const rounded = (value: bigint): bigint => value + 0x800n

const INSN = 0xa5a5_5a5a_a5a5_5a5an
const INSN_ROWS: [RelocationName, (a: bigint) => bigint, readonly number[]][] = [
  ['BRANCH', a => field('b', INSN, S + a - P), [0, 2, -2, -0x100c, 0xf00]],
  ['JAL', a => field('j', INSN, S + a - P), [0, 2, -0x10010, 0xf_0000, -0xf_0000]],
  ['RVC_BRANCH', a => field('cb', INSN, S + a - P), [0, 2, -2, -0x110, 0xe0]],
  ['RVC_JUMP', a => field('cj', INSN, S + a - P), [0, 2, -0x810, 0x7e0]],
  ['HI20', a => field('u', INSN, rounded(S + a)), [0, 0x7df, 0x7e0, -0x8000, 0x7000_0000]],
  ['LO12_I', a => field('i', INSN, S + a), [0, 3, 0x7df, 0x7e0, -0x21]],
  ['LO12_S', a => field('s', INSN, S + a), [0, 3, 0x7df, 0x7e0, -0x21]],
  ['PCREL_HI20', a => field('u', INSN, rounded(S + a - P)), [0, 0x7ef, 0x7f0, -0x10000, 0x7000_0000]],
  ['CALL_PLT', a => callPair(S + a - P), [0, 0x7ef, 0x7f0, -0x20000]],
  ['CALL', a => callPair(S + a - P), [4, -0x810]],
]
/** auipc with the rounded upper part, and the rest in the instruction after it. */
function callPair(value: bigint): bigint {
  const first = field('u', INSN & 0xffff_ffffn, rounded(value))
  return (field('i', INSN >> 32n, value) << 32n) | first
}

test.each(INSN_ROWS)('R_RISCV_%s fills its field and nothing else', (type, expected, addends) => {
  for (const addend of addends) {
    const got = relocated(type, addend, INSN)
    expect([addend, typeof got === 'string' ? got : got.toString(16)]).toEqual([addend, expected(BigInt(addend)).toString(16)])
  }
})

test.each<[RelocationName, number, number]>([
  // The last addend that fits, and the first that does not.
  ['BRANCH', 0xffe - 0x10, 0x1000 - 0x10],
  ['BRANCH', -0x1000 - 0x10, -0x1002 - 0x10],
  ['JAL', 0xffffe - 0x10, 0x100000 - 0x10],
  ['RVC_BRANCH', 0xfe - 0x10, 0x100 - 0x10],
  ['RVC_JUMP', 0x7fe - 0x10, 0x800 - 0x10],
  ['HI20', 0x7fff_f7ff - DATA - SYMBOL, 0x7fff_f800 - DATA - SYMBOL],
  ['PCREL_HI20', 0x7fff_f7ff - 0x10, 0x7fff_f800 - 0x10],
  [32, 0xffff_ffff - DATA - SYMBOL, 0x1_0000_0000 - DATA - SYMBOL],
])('R_RISCV_%s reaches as far as its field', (type, last, beyond) => {
  expect(typeof relocated(type, last, INSN)).toBe('bigint')
  expect(relocated(type, beyond, INSN)).toContain('relocation truncated to fit')
})
