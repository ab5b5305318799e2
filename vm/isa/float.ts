// F, D and Zfh are the same instructions at three widths: the rows are written once here, for a format, and rv64f.ts, rv64d.ts and
// zfh.ts add what only one of them has.
//
// `rm` is optional in the syntax (the assembler's default is the dynamic mode). Conversions honour it; arithmetic is asked of the
// engine by `Sem.fp`, which sees the row's `rm` too: see vm/fp for an implementation of every mode and flag.
import { insn, type Row } from './define.ts'
import type { FField } from './fields.ts'
import type { FloatFormat, FloatOp, Meaning, NumberType, Sem } from './sem.ts'

export interface Format {
  format: FloatFormat
  extension: 'F' | 'D' | 'Zfh'
  suffix: 'h' | 's' | 'd'
  bits: string
  type: NumberType
  /** The sign bit. */
  sign: bigint
}
export const HALF: Format = { format: 16, extension: 'Zfh', suffix: 'h', bits: '10', type: 'f16', sign: 1n << 15n }
export const SINGLE: Format = { format: 32, extension: 'F', suffix: 's', bits: '00', type: 'f32', sign: 1n << 31n }
export const DOUBLE: Format = { format: 64, extension: 'D', suffix: 'd', bits: '01', type: 'f64', sign: 1n << 63n }

const READ = { 16: 'f16', 32: 'f32', 64: 'f' } as const
const WRITE = { 16: 'setF16', 32: 'setF32', 64: 'setF' } as const
export const readFloat = <V, C>(m: Sem<V, C>, { format }: Format, f: FField): V => m[READ[format]](f)
export const writeFloat = <V, C>(m: Sem<V, C>, { format }: Format, v: V): void => m[WRITE[format]]('frd', v)

/** Pattern of an OP-FP instruction: `rs2` and `funct3` may be fixed bits or fields. */
export const opFp = (funct5: string, { bits }: Format, rs2: string, rs1: string, funct3: string, rd: string) =>
  `${funct5} ${bits} ${rs2} ${rs1} ${funct3} ${rd} 1010011`

const row = (of: Format, name: string, operands: string, pattern: string, doc: string, meaning: Meaning): Row =>
  insn(of.extension, `${name} ${operands}`, pattern, doc, meaning)

const ACCESS = { 16: ['flh', 'fsh', '001', 2], 32: ['flw', 'fsw', '010', 4], 64: ['fld', 'fsd', '011', 8] } as const

/** The load and the store of a format. */
export function floatAccess(of: Format): Row[] {
  const [load, store, funct3, bytes] = ACCESS[of.format]
  return [
    row(of, load, 'frd, i(rs1)', `i:12 rs1:5 ${funct3} frd:5 0000111`, `frd = ${bytes} bytes at rs1 + immediate.`, m => {
      // Before the address is looked at: with the unit off, an unmapped page is no page fault.
      m.fpOn()
      writeFloat(m, of, m.load(bytes, false, m.add(m.x('rs1'), m.imm('i'))))
    }),
    row(of, store, 'frs2, s(rs1)', `s:7 frs2:5 rs1:5 ${funct3} s:5 0100111`, `${bytes} bytes at rs1 + immediate = frs2.`, m =>
      m.store(bytes, m.add(m.x('rs1'), m.imm('s')), m.f('frs2')),
    ),
  ]
}

const negate = <V, C>(m: Sem<V, C>, of: Format, v: V): V => m.xor(v, m.num(of.sign))

// The sign of the product is changed on frs1 and that of the addend on frs3: exact, and the same rounding.
function fused(of: Format, name: string, opcode: string, doc: string, negateProduct: boolean, negateAddend: boolean): Row {
  const meaning: Meaning = m => {
    const a = readFloat(m, of, 'frs1')
    const c = readFloat(m, of, 'frs3')
    const product = negateProduct ? negate(m, of, a) : a
    writeFloat(m, of, m.fp('madd', of.format, product, readFloat(m, of, 'frs2'), negateAddend ? negate(m, of, c) : c))
  }
  const pattern = `frs3:5 ${of.bits} frs2:5 frs1:5 rm:3 frd:5 ${opcode}`
  return row(of, `${name}.${of.suffix}`, 'frd, frs1, frs2, frs3', pattern, doc, meaning)
}

function arithmetic(of: Format, op: FloatOp, funct5: string, doc: string, funct3 = 'rm:3'): Row {
  const pattern = opFp(funct5, of, 'frs2:5', 'frs1:5', funct3, 'frd:5')
  return row(of, `f${op}.${of.suffix}`, 'frd, frs1, frs2', pattern, doc, m =>
    writeFloat(m, of, m.fp(op, of.format, readFloat(m, of, 'frs1'), readFloat(m, of, 'frs2'))),
  )
}

function signInjection(of: Format, name: string, funct3: string, doc: string, sign: <V, C>(m: Sem<V, C>, a: V, b: V) => V): Row {
  const meaning: Meaning = m => {
    const a = m.let(readFloat(m, of, 'frs1'))
    const magnitude = m.and(a, m.num(of.sign - 1n))
    writeFloat(m, of, m.or(magnitude, m.and(sign(m, a, readFloat(m, of, 'frs2')), m.num(of.sign))))
  }
  return row(of, `${name}.${of.suffix}`, 'frd, frs1, frs2', opFp('00100', of, 'frs2:5', 'frs1:5', funct3, 'frd:5'), doc, meaning)
}

function compare(of: Format, op: 'eq' | 'lt' | 'le', funct3: string, doc: string): Row {
  return row(of, `f${op}.${of.suffix}`, 'rd, frs1, frs2', opFp('10100', of, 'frs2:5', 'frs1:5', funct3, 'rd:5'), doc, m =>
    m.setX('rd', m.bool(m.fcompare(op, of.format, readFloat(m, of, 'frs1'), readFloat(m, of, 'frs2')))),
  )
}

const INTEGERS = [
  { suffix: 'w', type: 'i32', bits: '00000', words: 'a signed 32-bit integer' },
  { suffix: 'wu', type: 'u32', bits: '00001', words: 'an unsigned 32-bit integer' },
  { suffix: 'l', type: 'i64', bits: '00010', words: 'a signed 64-bit integer' },
  { suffix: 'lu', type: 'u64', bits: '00011', words: 'an unsigned 64-bit integer' },
] as const

type Integer = (typeof INTEGERS)[number]

function toInteger(of: Format, { suffix, type, bits, words }: Integer): Row {
  const word = type === 'i32' || type === 'u32'
  const doc = `rd = frs1 rounded to ${words}, saturating${word ? ', sign-extended' : ''}.`
  return row(of, `fcvt.${suffix}.${of.suffix}`, 'rd, frs1', opFp('11000', of, bits, 'frs1:5', 'rm:3', 'rd:5'), doc, m => {
    const result = m.convert(of.type, type, readFloat(m, of, 'frs1'))
    m.setX('rd', word ? m.sext32(result) : result)
  })
}

function fromInteger(of: Format, { suffix, type, bits, words }: Integer): Row {
  const doc = `frd = rs1 as ${words}, rounded.`
  return row(of, `fcvt.${of.suffix}.${suffix}`, 'frd, rs1', opFp('11010', of, bits, 'rs1:5', 'rm:3', 'frd:5'), doc, m => {
    const x = m.x('rs1')
    writeFloat(m, of, m.convert(type, of.type, type === 'i32' ? m.sext32(x) : type === 'u32' ? m.zext32(x) : x))
  })
}

/** Every row that F and D share, for one format. */
export const floatRows = (of: Format): Row[] => [...floatAccess(of), ...floatArithmetic(of)]

export function floatArithmetic(of: Format): Row[] {
  const { suffix, format } = of
  return [
    fused(of, 'fmadd', '1000011', 'frd = frs1 * frs2 + frs3, rounded once.', false, false),
    fused(of, 'fmsub', '1000111', 'frd = frs1 * frs2 - frs3, rounded once.', false, true),
    fused(of, 'fnmsub', '1001011', 'frd = -(frs1 * frs2) + frs3, rounded once.', true, false),
    fused(of, 'fnmadd', '1001111', 'frd = -(frs1 * frs2) - frs3, rounded once.', true, true),
    arithmetic(of, 'add', '00000', 'frd = frs1 + frs2.'),
    arithmetic(of, 'sub', '00001', 'frd = frs1 - frs2.'),
    arithmetic(of, 'mul', '00010', 'frd = frs1 * frs2.'),
    arithmetic(of, 'div', '00011', 'frd = frs1 / frs2.'),
    row(of, `fsqrt.${suffix}`, 'frd, frs1', opFp('01011', of, '00000', 'frs1:5', 'rm:3', 'frd:5'), 'frd = square root of frs1.', m =>
      writeFloat(m, of, m.fp('sqrt', format, readFloat(m, of, 'frs1'))),
    ),
    arithmetic(of, 'min', '00101', 'frd = the smaller; -0 is smaller than +0; a NaN loses to a number.', '000'),
    arithmetic(of, 'max', '00101', 'frd = the larger; +0 is larger than -0; a NaN loses to a number.', '001'),
    signInjection(of, 'fsgnj', '000', 'frd = frs1 with the sign of frs2.', (_m, _a, b) => b),
    signInjection(of, 'fsgnjn', '001', 'frd = frs1 with the opposite of the sign of frs2.', (m, _a, b) => m.xor(b, m.num(-1n))),
    signInjection(of, 'fsgnjx', '010', 'frd = frs1 with its sign inverted if frs2 is negative.', (m, a, b) => m.xor(a, b)),
    compare(of, 'eq', '010', 'rd = 1 if frs1 = frs2, else 0; 0 for a NaN.'),
    compare(of, 'lt', '001', 'rd = 1 if frs1 < frs2, else 0; 0 and an invalid flag for a NaN.'),
    compare(of, 'le', '000', 'rd = 1 if frs1 <= frs2, else 0; 0 and an invalid flag for a NaN.'),
    row(
      of,
      `fclass.${suffix}`,
      'rd, frs1',
      opFp('11100', of, '00000', 'frs1:5', '001', 'rd:5'),
      'rd = one bit that tells the class of frs1: -inf, -normal, -subnormal, -0, +0, +subnormal, +normal, +inf, signaling NaN, quiet NaN.',
      m => m.setX('rd', m.fclass(format, readFloat(m, of, 'frs1'))),
    ),
    ...INTEGERS.map(i => toInteger(of, i)),
    ...INTEGERS.map(i => fromInteger(of, i)),
  ]
}
