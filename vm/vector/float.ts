// Floating point over elements: every operation rounded once by frm, its flags gathered (Vector spec 13).
import type { FloatFormat, VectorFloatOp, VectorNumber, VectorOp } from '../isa/index.ts'
import { arithmetic, classify, compare, convert, NV, NX, type Result, type RoundingMode } from '../fp/index.ts'
import { reciprocal, reciprocalRoot } from './estimate.ts'
import { checkMaskTo, checkShape, wider } from './integer.ts'
import { floatScalar, floatWidth } from './permute.ts'
import { checkReduction } from './reduce.ts'
import type { VectorUnit, Width } from './unit.ts'

type Of<K extends VectorOp['kind']> = Extract<VectorOp, { kind: K }>

const formatOf = (width: Width): FloatFormat => (width === 3 ? 64 : 32)
const SIGN: Readonly<Record<FloatFormat, bigint>> = { 16: 1n << 15n, 32: 1n << 31n, 64: 1n << 63n }
const EXACT = 0

/** A float of 32 bits as one of 64: exact, but a signaling NaN is heard. */
const widened = (bits: bigint): Result => convert('f32', 'f64', EXACT, bits)

type Operation = (format: FloatFormat, rm: RoundingMode, a: bigint, b: bigint) => Result
const signs =
  (sign: (a: bigint, b: bigint, mask: bigint) => bigint): Operation =>
  (format, _rm, a, b) => ({ bits: (a & ~SIGN[format]) | sign(a, b, SIGN[format]), flags: 0 })
const operations: Readonly<Record<VectorFloatOp, Operation>> = {
  add: (format, rm, a, b) => arithmetic('add', format, rm, [a, b]),
  sub: (format, rm, a, b) => arithmetic('sub', format, rm, [a, b]),
  rsub: (format, rm, a, b) => arithmetic('sub', format, rm, [b, a]),
  mul: (format, rm, a, b) => arithmetic('mul', format, rm, [a, b]),
  div: (format, rm, a, b) => arithmetic('div', format, rm, [a, b]),
  rdiv: (format, rm, a, b) => arithmetic('div', format, rm, [b, a]),
  min: (format, rm, a, b) => arithmetic('min', format, rm, [a, b]),
  max: (format, rm, a, b) => arithmetic('max', format, rm, [a, b]),
  sgnj: signs((_a, b, mask) => b & mask),
  sgnjn: signs((_a, b, mask) => ~b & mask),
  sgnjx: signs((a, b, mask) => (a ^ b) & mask),
}

export function float(u: VectorUnit, { op, shape, source }: Of<'float'>): void {
  u.typed()
  const vector = source === 'v'
  const { sew } = u
  const scalar = begin(u, shape !== 'same', vector)
  checkShape(u, shape, vector)
  const rm = u.host.roundingMode()
  const { rd, rs1, rs2 } = u.d.values
  const width = wider(sew, shape === 'same' ? 0 : 1)
  const fromWidth = shape === 'widenW' ? width : sew
  const format = formatOf(width)
  const operation = operations[op]
  const [d0, a0, b0] = [u.first(rd, width), u.first(rs2, fromWidth), u.first(rs1, sew)]
  let flags = 0
  const operand = (from: Width, bits: bigint): bigint => {
    if (from === width) return bits
    const wide = widened(bits)
    flags |= wide.flags
    return wide.bits
  }
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    const a = operand(fromWidth, u.big(fromWidth, false, a0 + i))
    const b = operand(sew, vector ? u.big(sew, false, b0 + i) : scalar)
    const answer = operation(format, rm, a, b)
    flags |= answer.flags
    u.putBig(width, d0 + i, answer.bits)
  }
  u.host.raiseFlags(flags)
}

/** Illegal unless there are floats of SEW, and of twice that where it is asked for; answers the scalar operand. */
function begin(u: VectorUnit, twice: boolean, vector: boolean): bigint {
  floatWidth(u)
  if (twice) floatWidth(u, u.sew + 1)
  return vector ? 0n : floatScalar(u)
}

export function floatMultiplyAdd(u: VectorUnit, op: Of<'floatMultiplyAdd'>): void {
  u.typed()
  const vector = op.source === 'v'
  const widen = op.shape === 'widen'
  const scalar = begin(u, widen, vector)
  checkShape(u, op.shape, vector)
  const rm = u.host.roundingMode()
  const { rd, rs1, rs2 } = u.d.values
  const { sew } = u
  const width = wider(sew, widen ? 1 : 0)
  const format = formatOf(width)
  const [d0, a0, b0] = [u.first(rd, width), u.first(rs2, sew), u.first(rs1, sew)]
  const product = op.negateProduct ? SIGN[format] : 0n
  const addend = op.negateAddend ? SIGN[format] : 0n
  let flags = 0
  const operand = (bits: bigint): bigint => {
    if (!widen) return bits
    const wide = widened(bits)
    flags |= wide.flags
    return wide.bits
  }
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    const a = operand(u.big(sew, false, a0 + i))
    const b = operand(vector ? u.big(sew, false, b0 + i) : scalar)
    const d = u.big(width, false, d0 + i)
    const [factor, added] = op.overwrites === 'factor' ? [d, a] : [a, d]
    const answer = arithmetic('madd', format, rm, [b ^ product, factor, added ^ addend])
    flags |= answer.flags
    u.putBig(width, d0 + i, answer.bits)
  }
  u.host.raiseFlags(flags)
}

export function floatCompare(u: VectorUnit, { op, source }: Of<'floatCompare'>): void {
  u.typed()
  const vector = source === 'v'
  const scalar = begin(u, false, vector)
  checkMaskTo(u, vector)
  u.host.roundingMode()
  const { rd, rs1, rs2 } = u.d.values
  const { sew } = u
  const format = formatOf(sew)
  const [a0, b0] = [u.first(rs2, sew), u.first(rs1, sew)]
  let flags = 0
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    const a = u.big(sew, false, a0 + i)
    const b = vector ? u.big(sew, false, b0 + i) : scalar
    const less = op === 'lt' || op === 'gt' ? 'lt' : 'le'
    const answer =
      op === 'eq' || op === 'ne'
        ? compare('eq', format, a, b)
        : op === 'lt' || op === 'le'
          ? compare(less, format, a, b)
          : compare(less, format, b, a)
    flags |= answer.flags
    u.setBit(rd, i, op === 'ne' ? !answer.value : answer.value)
  }
  u.host.raiseFlags(flags)
}

const unaries: Readonly<Record<Of<'floatUnary'>['op'], (format: FloatFormat, rm: RoundingMode, a: bigint) => Result>> = {
  sqrt: (format, rm, a) => arithmetic('sqrt', format, rm, [a]),
  rec7: reciprocal,
  rsqrt7: (format, _rm, a) => reciprocalRoot(format, a),
  class: (format, _rm, a) => ({ bits: classify(format, a), flags: 0 }),
}

export function floatUnary(u: VectorUnit, { op }: Of<'floatUnary'>): void {
  u.typed()
  begin(u, false, true)
  checkShape(u, 'same', false)
  const rm = u.host.roundingMode()
  const { sew } = u
  const [d0, a0] = [u.first(u.d.values.rd, sew), u.first(u.d.values.rs2, sew)]
  let flags = 0
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    const answer = unaries[op](formatOf(sew), rm, u.big(sew, false, a0 + i))
    flags |= answer.flags
    u.putBig(sew, d0 + i, answer.bits)
  }
  u.host.raiseFlags(flags)
}

export function floatReduce(u: VectorUnit, { op, shape }: Of<'floatReduce'>): void {
  const widen = shape === 'widen'
  checkReduction(u, shape)
  begin(u, widen, true)
  const rm = u.host.roundingMode()
  if (u.vl === 0) return
  const { rd, rs1, rs2 } = u.d.values
  const { sew } = u
  const width = wider(sew, widen ? 1 : 0)
  const format = formatOf(width)
  const a0 = u.first(rs2, sew)
  let sum = u.big(width, false, u.first(rs1, width))
  let flags = 0
  for (let i = 0; i < u.vl; i++) {
    if (!u.active(i)) continue
    const element = u.big(sew, false, a0 + i)
    const wide = widen ? widened(element) : { bits: element, flags: 0 }
    const answer = arithmetic(op, format, rm, [sum, wide.bits])
    flags |= wide.flags | answer.flags
    sum = answer.bits
  }
  u.putBig(width, u.first(rd, width), sum)
  u.host.raiseFlags(flags)
}

// ---- conversions

const typeOf = (number: VectorNumber, width: Width): 'f32' | 'f64' | 'i32' | 'u32' | 'i64' | 'u64' =>
  number === 'f' ? (width === 3 ? 'f64' : 'f32') : number === 'x' ? (width === 3 ? 'i64' : 'i32') : width === 3 ? 'u64' : 'u32'

const RTZ: RoundingMode = 1

/** An integer of 16 bits out of one of 32: what does not fit saturates and is invalid. */
function shortened({ bits, flags }: Result, signed: boolean): Result {
  const value = signed ? BigInt.asIntN(64, bits) : BigInt.asUintN(32, bits)
  const [low, high] = signed ? [-0x8000n, 0x7fffn] : [0n, 0xffffn]
  if (value < low) return { bits: low, flags: NV }
  return value > high ? { bits: high, flags: NV } : { bits: value, flags }
}

/** Rounded to odd: cut, and the last bit set where that was not exact. */
const toOdd = ({ bits, flags }: Result): Result => ({ bits: flags & NX ? bits | 1n : bits, flags })

export function convertElements(u: VectorUnit, { to, from, shape, rounding }: Of<'convert'>): void {
  u.typed()
  const { sew } = u
  const toWidth = wider(sew, shape === 'widen' ? 1 : 0)
  const fromWidth = wider(sew, shape === 'narrow' ? 1 : 0)
  u.need(to === from ? sew === 2 : true)
  if (to === 'f') floatWidth(u, toWidth)
  if (from === 'f') floatWidth(u, fromWidth)
  checkShape(u, shape, false)
  const frm = u.host.roundingMode()
  const rm = rounding === 'frm' ? frm : RTZ
  const [d0, a0] = [u.first(u.d.values.rd, toWidth), u.first(u.d.values.rs2, fromWidth)]
  const [source, target] = [typeOf(from, fromWidth), typeOf(to, toWidth)]
  let flags = 0
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    let answer = convert(source, target, rm, BigInt.asUintN(64, u.big(fromWidth, from === 'x', a0 + i)))
    if (to !== 'f' && toWidth < 2) answer = shortened(answer, to === 'x')
    if (rounding === 'odd') answer = toOdd(answer)
    flags |= answer.flags
    u.putBig(toWidth, d0 + i, answer.bits)
  }
  u.host.raiseFlags(flags)
}
