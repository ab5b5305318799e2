// RV64I: the base integer instructions (Unprivileged spec, RV32I and RV64I chapters).
import { ignoring, insn, type Row, type Rows } from './define.ts'
import type { Meaning, Sem, Width } from './sem.ts'
import { lazily } from './lazily.ts'

const R = (funct7: string, funct3: string, opcode = '0110011') => `${funct7} rs2:5 rs1:5 ${funct3} rd:5 ${opcode}`
const I = (funct3: string, opcode = '0010011') => `i:12 rs1:5 ${funct3} rd:5 ${opcode}`
const S = (funct3: string) => `s:7 rs2:5 rs1:5 ${funct3} s:5 0100011`
const B = (funct3: string) => `b:7 rs2:5 rs1:5 ${funct3} b:5 1100011`
const OP_IMM_32 = '0011011'
const OP_32 = '0111011'
const LOAD = '0000011'

const row = (syntax: string, pattern: string, doc: string, meaning: Meaning): Row => insn('I', syntax, pattern, doc, meaning)

const at = <V, C>(m: Sem<V, C>, offset: 'i' | 's'): V => m.add(m.x('rs1'), m.imm(offset))
const load =
  (bytes: Width, signed: boolean): Meaning =>
  m =>
    m.setX('rd', m.load(bytes, signed, at(m, 'i')))
const store =
  (bytes: Width): Meaning =>
  m =>
    m.store(bytes, at(m, 's'), m.x('rs2'))

export const rv64i: Rows = lazily(() => [
  row('lui rd, u', 'u:20 rd:5 0110111', 'rd = immediate << 12.', m => m.setX('rd', m.imm('u'))),
  row('auipc rd, u', 'u:20 rd:5 0010111', 'rd = pc + (immediate << 12).', m => m.setX('rd', m.add(m.pc(), m.imm('u')))),
  row('jal rd, j', 'j:20 rd:5 1101111', 'rd = address of the next instruction; jump to pc + offset.', m => {
    m.landing(m.add(m.pc(), m.imm('j')))
    m.setX('rd', m.nextPc())
    m.goto('j')
  }),
  row('jalr rd, i(rs1)', I('000', '1100111'), 'rd = address of the next instruction; jump to rs1 + offset, bit 0 cleared.', m => {
    const to = m.let(at(m, 'i'))
    m.landing(to)
    m.setX('rd', m.nextPc())
    m.jump(to)
  }),

  row('beq rs1, rs2, b', B('000'), 'Branch if rs1 = rs2.', m => m.branch(m.eq(m.x('rs1'), m.x('rs2')), 'b')),
  row('bne rs1, rs2, b', B('001'), 'Branch if rs1 != rs2.', m => m.branch(m.ne(m.x('rs1'), m.x('rs2')), 'b')),
  row('blt rs1, rs2, b', B('100'), 'Branch if rs1 < rs2, signed.', m => m.branch(m.ltS(m.x('rs1'), m.x('rs2')), 'b')),
  row('bge rs1, rs2, b', B('101'), 'Branch if rs1 >= rs2, signed.', m => m.branch(m.geS(m.x('rs1'), m.x('rs2')), 'b')),
  row('bltu rs1, rs2, b', B('110'), 'Branch if rs1 < rs2, unsigned.', m => m.branch(m.ltU(m.x('rs1'), m.x('rs2')), 'b')),
  row('bgeu rs1, rs2, b', B('111'), 'Branch if rs1 >= rs2, unsigned.', m => m.branch(m.geU(m.x('rs1'), m.x('rs2')), 'b')),

  row('lb rd, i(rs1)', I('000', LOAD), 'rd = byte at rs1 + offset, sign-extended.', load(1, true)),
  row('lh rd, i(rs1)', I('001', LOAD), 'rd = 2 bytes at rs1 + offset, sign-extended.', load(2, true)),
  row('lw rd, i(rs1)', I('010', LOAD), 'rd = 4 bytes at rs1 + offset, sign-extended.', load(4, true)),
  row('ld rd, i(rs1)', I('011', LOAD), 'rd = 8 bytes at rs1 + offset.', load(8, true)),
  row('lbu rd, i(rs1)', I('100', LOAD), 'rd = byte at rs1 + offset, zero-extended.', load(1, false)),
  row('lhu rd, i(rs1)', I('101', LOAD), 'rd = 2 bytes at rs1 + offset, zero-extended.', load(2, false)),
  row('lwu rd, i(rs1)', I('110', LOAD), 'rd = 4 bytes at rs1 + offset, zero-extended.', load(4, false)),
  row('sb rs2, s(rs1)', S('000'), 'Byte at rs1 + offset = rs2.', store(1)),
  row('sh rs2, s(rs1)', S('001'), '2 bytes at rs1 + offset = rs2.', store(2)),
  row('sw rs2, s(rs1)', S('010'), '4 bytes at rs1 + offset = rs2.', store(4)),
  row('sd rs2, s(rs1)', S('011'), '8 bytes at rs1 + offset = rs2.', store(8)),

  row('addi rd, rs1, i', I('000'), 'rd = rs1 + immediate.', m => m.setX('rd', m.add(m.x('rs1'), m.imm('i')))),
  row('slti rd, rs1, i', I('010'), 'rd = 1 if rs1 < immediate, signed, else 0.', m => m.setX('rd', m.bool(m.ltS(m.x('rs1'), m.imm('i'))))),
  row('sltiu rd, rs1, i', I('011'), 'rd = 1 if rs1 < immediate, unsigned, else 0.', m =>
    m.setX('rd', m.bool(m.ltU(m.x('rs1'), m.imm('i')))),
  ),
  row('xori rd, rs1, i', I('100'), 'rd = rs1 ^ immediate.', m => m.setX('rd', m.xor(m.x('rs1'), m.imm('i')))),
  row('ori rd, rs1, i', I('110'), 'rd = rs1 | immediate.', m => m.setX('rd', m.or(m.x('rs1'), m.imm('i')))),
  row('andi rd, rs1, i', I('111'), 'rd = rs1 & immediate.', m => m.setX('rd', m.and(m.x('rs1'), m.imm('i')))),
  row('slli rd, rs1, shamt', '000000 shamt:6 rs1:5 001 rd:5 0010011', 'rd = rs1 << shift.', m =>
    m.setX('rd', m.shl(m.x('rs1'), m.imm('shamt'))),
  ),
  row('srli rd, rs1, shamt', '000000 shamt:6 rs1:5 101 rd:5 0010011', 'rd = rs1 >> shift, zeros from the left.', m =>
    m.setX('rd', m.shrU(m.x('rs1'), m.imm('shamt'))),
  ),
  row('srai rd, rs1, shamt', '010000 shamt:6 rs1:5 101 rd:5 0010011', 'rd = rs1 >> shift, copies of the sign from the left.', m =>
    m.setX('rd', m.shrS(m.x('rs1'), m.imm('shamt'))),
  ),
  row('add rd, rs1, rs2', R('0000000', '000'), 'rd = rs1 + rs2.', m => m.setX('rd', m.add(m.x('rs1'), m.x('rs2')))),
  row('sub rd, rs1, rs2', R('0100000', '000'), 'rd = rs1 - rs2.', m => m.setX('rd', m.sub(m.x('rs1'), m.x('rs2')))),
  row('sll rd, rs1, rs2', R('0000000', '001'), 'rd = rs1 << (rs2 & 63).', m => m.setX('rd', m.shl(m.x('rs1'), m.x('rs2')))),
  row('slt rd, rs1, rs2', R('0000000', '010'), 'rd = 1 if rs1 < rs2, signed, else 0.', m =>
    m.setX('rd', m.bool(m.ltS(m.x('rs1'), m.x('rs2')))),
  ),
  row('sltu rd, rs1, rs2', R('0000000', '011'), 'rd = 1 if rs1 < rs2, unsigned, else 0.', m =>
    m.setX('rd', m.bool(m.ltU(m.x('rs1'), m.x('rs2')))),
  ),
  row('xor rd, rs1, rs2', R('0000000', '100'), 'rd = rs1 ^ rs2.', m => m.setX('rd', m.xor(m.x('rs1'), m.x('rs2')))),
  row('srl rd, rs1, rs2', R('0000000', '101'), 'rd = rs1 >> (rs2 & 63), zeros from the left.', m =>
    m.setX('rd', m.shrU(m.x('rs1'), m.x('rs2'))),
  ),
  row('sra rd, rs1, rs2', R('0100000', '101'), 'rd = rs1 >> (rs2 & 63), copies of the sign from the left.', m =>
    m.setX('rd', m.shrS(m.x('rs1'), m.x('rs2'))),
  ),
  row('or rd, rs1, rs2', R('0000000', '110'), 'rd = rs1 | rs2.', m => m.setX('rd', m.or(m.x('rs1'), m.x('rs2')))),
  row('and rd, rs1, rs2', R('0000000', '111'), 'rd = rs1 & rs2.', m => m.setX('rd', m.and(m.x('rs1'), m.x('rs2')))),

  row('addiw rd, rs1, i', I('000', OP_IMM_32), 'rd = low 32 bits of rs1 + immediate, sign-extended.', m =>
    m.setX('rd', m.sext32(m.add(m.x('rs1'), m.imm('i')))),
  ),
  row('slliw rd, rs1, shamtw', '0000000 shamtw:5 rs1:5 001 rd:5 0011011', 'rd = low 32 bits of rs1 << shift, sign-extended.', m =>
    m.setX('rd', m.sext32(m.shl(m.x('rs1'), m.imm('shamtw')))),
  ),
  row(
    'srliw rd, rs1, shamtw',
    '0000000 shamtw:5 rs1:5 101 rd:5 0011011',
    'rd = low 32 bits of rs1 >> shift, zeros from the left, sign-extended.',
    m => m.setX('rd', m.sext32(m.shrU(m.zext32(m.x('rs1')), m.imm('shamtw')))),
  ),
  row(
    'sraiw rd, rs1, shamtw',
    '0100000 shamtw:5 rs1:5 101 rd:5 0011011',
    'rd = low 32 bits of rs1 >> shift, copies of the sign from the left.',
    m => m.setX('rd', m.shrS(m.sext32(m.x('rs1')), m.imm('shamtw'))),
  ),
  row('addw rd, rs1, rs2', R('0000000', '000', OP_32), 'rd = low 32 bits of rs1 + rs2, sign-extended.', m =>
    m.setX('rd', m.sext32(m.add(m.x('rs1'), m.x('rs2')))),
  ),
  row('subw rd, rs1, rs2', R('0100000', '000', OP_32), 'rd = low 32 bits of rs1 - rs2, sign-extended.', m =>
    m.setX('rd', m.sext32(m.sub(m.x('rs1'), m.x('rs2')))),
  ),
  row('sllw rd, rs1, rs2', R('0000000', '001', OP_32), 'rd = low 32 bits of rs1 << (rs2 & 31), sign-extended.', m =>
    m.setX('rd', m.sext32(m.shl(m.x('rs1'), m.and(m.x('rs2'), m.num(31n))))),
  ),
  row('srlw rd, rs1, rs2', R('0000000', '101', OP_32), 'rd = low 32 bits of rs1 >> (rs2 & 31), zeros from the left, sign-extended.', m =>
    m.setX('rd', m.sext32(m.shrU(m.zext32(m.x('rs1')), m.and(m.x('rs2'), m.num(31n))))),
  ),
  row('sraw rd, rs1, rs2', R('0100000', '101', OP_32), 'rd = low 32 bits of rs1 >> (rs2 & 31), copies of the sign from the left.', m =>
    m.setX('rd', m.shrS(m.sext32(m.x('rs1')), m.and(m.x('rs2'), m.num(31n)))),
  ),

  row(
    'fence pred, succ',
    '0000 pred:4 succ:4 00000 000 00000 0001111',
    'Order memory accesses of kind pred before those of kind succ.',
    m => m.fence(),
  ),
  row('fence.tso', '1000 0011 0011 00000 000 00000 0001111', 'Order all but stores before loads.', m => m.fence()),
  // fm, rs1 and rd: other values than the rows above have are for extensions to come, and mean an ordinary fence until then.
  ignoring('I', 'fence pred, succ', 'fm:4 pred:4 succ:4 rs1:5 000 rd:5 0001111', 'fence pred, succ'),
  row('ecall', '00000000000000000000000001110011', 'Call the environment: a system call.', m => m.ecall()),
  row('ebreak', '00000000000100000000000001110011', 'Stop for the debugger.', m => m.ebreak()),
])
