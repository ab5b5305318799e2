// Integer arithmetic over elements: single width, widening, narrowing, multiply-add, carries, comparisons, extension, merge and move.
import type { CompareOp, VectorOp, VectorShape, VectorSource } from '../isa/index.ts'
import { integerOps, multiplyAddOps } from './integer-ops.ts'
import { VECTOR } from '../layout.ts'
import type { VectorUnit, Width } from './unit.ts'
import { SMALLEST_GROUP } from './unit.ts'

type Of<K extends VectorOp['kind']> = Extract<VectorOp, { kind: K }>

/** log2 of the widths, beside SEW, of destination and first source. The second source has SEW. */
const WIDER: Readonly<Record<VectorShape, readonly [to: 0 | 1, from: 0 | 1]>> = {
  same: [0, 0],
  widen: [1, 0],
  widenW: [1, 1],
  narrow: [0, 1],
}

/** The widest element on which numbers do. */
const WORD = 2

export const wider = (width: Width, by: 0 | 1): Width => (width + by) as Width

/** The operand that is the same for all elements, sign-extended; of a vector 0, which is not looked at. */
function scalarOf(u: VectorUnit, source: VectorSource): bigint {
  const { values } = u.d
  if (source === 'x') return u.host.xAt(values.rs1)
  if (source === 'i' || source === 'u') return BigInt(values.imm)
  return 0n
}
/** Cut to a width, and extended. */
const cut = (value: bigint, width: Width, signed: boolean): bigint => {
  const bits = 8 << width
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

/** Checks the registers of an instruction of vd, vs2 and perhaps vs1 whose elements may have different widths. */
export function checkShape(u: VectorUnit, shape: VectorShape, vector: boolean): void {
  const { rd, rs1, rs2 } = u.d.values
  const [to, from] = WIDER[shape]
  if (to + from > 0) u.need(8 << (u.sew + 1) <= u.isa.elen)
  const { sew, lmul } = u
  u.group(rd, lmul + to)
  u.group(rs2, lmul + from)
  if (vector) u.group(rs1, lmul)
  u.notMask(rd)
  u.separate(rd, sew + to, lmul + to, rs2, sew + from, lmul + from)
  if (vector) u.separate(rd, sew + to, lmul + to, rs1, sew, lmul)
}

export function integer(u: VectorUnit, { op, shape, source }: Of<'integer'>): void {
  u.typed()
  const vector = source === 'v'
  checkShape(u, shape, vector)
  if (u.sew === 3 && u.isa.mulhlen < 64 && (op === 'mulh' || op === 'mulhu' || op === 'mulhsu' || op === 'smul')) u.illegal()
  const { rd, rs1, rs2 } = u.d.values
  const [to, from] = WIDER[shape]
  const { sew, vl, v } = u
  const toWidth = wider(sew, to)
  const fromWidth = wider(sew, from)
  const { signed, number, big } = integerOps[op]
  const d0 = u.first(rd, toWidth)
  const a0 = u.first(rs2, fromWidth)
  const b0 = u.first(rs1, sew)
  const bits = 8 << toWidth
  const scalar = vector ? 0n : cut(scalarOf(u, source), sew, signed[1])
  u.vxrm = (u.words[VECTOR.vcsr] >> 1) & 3
  u.saturated = 0
  if (toWidth <= WORD && fromWidth <= WORD) {
    const d = v.unsigned[toWidth as 0 | 1 | 2]
    const a = (signed[0] ? v.signed : v.unsigned)[fromWidth as 0 | 1 | 2]
    const b = (signed[1] ? v.signed : v.unsigned)[sew as 0 | 1 | 2]
    const x = Number(scalar)
    // A narrowing shift shifts elements of twice the width.
    const shown = shape === 'narrow' && (op === 'srl' || op === 'sra') ? 2 * bits : bits
    for (let i = u.vstart; i < vl; i++) if (u.active(i)) d[d0 + i] = number(a[a0 + i], vector ? b[b0 + i] : x, shown, u)
  } else {
    const shown = BigInt(shape === 'narrow' && (op === 'srl' || op === 'sra') ? 2 * bits : bits)
    for (let i = u.vstart; i < vl; i++)
      if (u.active(i))
        u.putBig(toWidth, d0 + i, big(u.big(fromWidth, signed[0], a0 + i), vector ? u.big(sew, signed[1], b0 + i) : scalar, shown, u))
  }
  u.words[VECTOR.vcsr] |= u.saturated
}

export function multiplyAdd(u: VectorUnit, { op, shape, source }: Of<'multiplyAdd'>): void {
  u.typed()
  const vector = source === 'v'
  checkShape(u, shape, vector)
  const { rd, rs1, rs2 } = u.d.values
  const { sew, vl, v } = u
  const toWidth = wider(sew, shape === 'widen' ? 1 : 0)
  const { signed, number, big } = multiplyAddOps[op]
  const d0 = u.first(rd, toWidth)
  const a0 = u.first(rs2, sew)
  const b0 = u.first(rs1, sew)
  const scalar = vector ? 0n : cut(scalarOf(u, source), sew, signed[1])
  if (toWidth <= WORD) {
    const d = v.signed[toWidth as 0 | 1 | 2]
    const a = (signed[0] ? v.signed : v.unsigned)[sew as 0 | 1 | 2]
    const b = (signed[1] ? v.signed : v.unsigned)[sew as 0 | 1 | 2]
    const x = Number(scalar)
    const bits = 8 << toWidth
    for (let i = u.vstart; i < vl; i++) if (u.active(i)) d[d0 + i] = number(a[a0 + i], vector ? b[b0 + i] : x, d[d0 + i], bits)
    return
  }
  for (let i = u.vstart; i < vl; i++)
    if (u.active(i)) {
      const b = vector ? u.big(sew, signed[1], b0 + i) : scalar
      u.putBig(toWidth, d0 + i, big(u.big(sew, signed[0], a0 + i), b, u.big(toWidth, true, d0 + i)))
    }
}

/** vd = vs2 + b + v0[i], or vs2 - b - v0[i]. */
export function carry(u: VectorUnit, { op, source }: Of<'carry'>): void {
  u.typed()
  const { rd, rs1, rs2 } = u.d.values
  u.need(rd !== 0)
  const vector = source === 'v'
  checkShape(u, 'same', vector)
  const { sew } = u
  const [d0, a0, b0] = [u.first(rd, sew), u.first(rs2, sew), u.first(rs1, sew)]
  const scalar = scalarOf(u, source)
  for (let i = u.vstart; i < u.vl; i++) {
    const a = u.big(sew, false, a0 + i)
    const b = vector ? u.big(sew, false, b0 + i) : scalar
    const c = BigInt(u.bit(0, i))
    u.putBig(sew, d0 + i, op === 'adc' ? a + b + c : a - b - c)
  }
}

export function carryOut(u: VectorUnit, { op, source, carryIn }: Of<'carryOut'>): void {
  u.typed()
  const { rd, rs1, rs2 } = u.d.values
  const { sew, lmul } = u
  const vector = source === 'v'
  checkMaskTo(u, vector)
  u.group(rs2, lmul)
  const [a0, b0] = [u.first(rs2, sew), u.first(rs1, sew)]
  const scalar = cut(scalarOf(u, source), sew, false)
  const limit = 1n << BigInt(8 << sew)
  for (let i = u.vstart; i < u.vl; i++) {
    const a = u.big(sew, false, a0 + i)
    const b = vector ? u.big(sew, false, b0 + i) : scalar
    const c = carryIn ? BigInt(u.bit(0, i)) : 0n
    u.setBit(rd, i, op === 'adc' ? a + b + c >= limit : a < b + c)
  }
}

/** Registers of an instruction whose destination is a mask. */
export function checkMaskTo(u: VectorUnit, vector: boolean): void {
  const { rd, rs1, rs2 } = u.d.values
  u.group(rs2, u.lmul)
  u.maskTo(rd, rs2, u.lmul)
  if (!vector) return
  u.group(rs1, u.lmul)
  u.maskTo(rd, rs1, u.lmul)
}

type Comparison = <T extends number | bigint>(a: T, b: T) => boolean
const comparisons: Readonly<Record<CompareOp, { signed: boolean; holds: Comparison }>> = {
  eq: { signed: true, holds: (a, b) => a === b },
  ne: { signed: true, holds: (a, b) => a !== b },
  lt: { signed: true, holds: (a, b) => a < b },
  ltu: { signed: false, holds: (a, b) => a < b },
  le: { signed: true, holds: (a, b) => a <= b },
  leu: { signed: false, holds: (a, b) => a <= b },
  gt: { signed: true, holds: (a, b) => a > b },
  gtu: { signed: false, holds: (a, b) => a > b },
}

export function compare(u: VectorUnit, { op, source }: Of<'compare'>): void {
  u.typed()
  const vector = source === 'v'
  checkMaskTo(u, vector)
  const { rd, rs1, rs2 } = u.d.values
  const { sew, vl, v } = u
  const { signed, holds } = comparisons[op]
  const [a0, b0] = [u.first(rs2, sew), u.first(rs1, sew)]
  const scalar = cut(scalarOf(u, source), sew, signed)
  if (sew === 3) {
    for (let i = u.vstart; i < vl; i++)
      if (u.active(i)) u.setBit(rd, i, holds(u.big(sew, signed, a0 + i), vector ? u.big(sew, signed, b0 + i) : scalar))
    return
  }
  const from = (signed ? v.signed : v.unsigned)[sew]
  const x = Number(scalar)
  for (let i = u.vstart; i < vl; i++) if (u.active(i)) u.setBit(rd, i, holds(from[a0 + i], vector ? from[b0 + i] : x))
}

export function extend(u: VectorUnit, { signed, by }: Of<'extend'>): void {
  u.typed()
  const { rd, rs2 } = u.d.values
  const steps = Math.log2(by)
  const { sew, lmul } = u
  u.need(sew >= steps && lmul - steps >= SMALLEST_GROUP)
  const from = (sew - steps) as Width
  u.group(rd, lmul)
  u.group(rs2, lmul - steps)
  u.notMask(rd)
  u.separate(rd, sew, lmul, rs2, from, lmul - steps)
  const [d0, a0] = [u.first(rd, sew), u.first(rs2, from)]
  for (let i = u.vstart; i < u.vl; i++) if (u.active(i)) u.putBig(sew, d0 + i, u.big(from, signed, a0 + i))
}

/** The other operand where v0 is set, else vs2; or everywhere (`move`). A scalar float comes as its bits. */
export function merge(u: VectorUnit, { kind, source }: Of<'merge' | 'move'>, float: bigint): void {
  u.typed()
  const { rd, rs1, rs2 } = u.d.values
  const { sew } = u
  const vector = source === 'v'
  const all = kind === 'move'
  u.group(rd, u.lmul)
  if (vector) u.group(rs1, u.lmul)
  if (!all) {
    u.group(rs2, u.lmul)
    u.need(rd !== 0)
  }
  const [d0, a0, b0] = [u.first(rd, sew), u.first(rs2, sew), u.first(rs1, sew)]
  const scalar = source === 'f' ? float : scalarOf(u, source)
  if (sew < 3) {
    const d = u.v.unsigned[sew as 0 | 1 | 2]
    const x = Number(cut(scalar, sew, false))
    for (let i = u.vstart; i < u.vl; i++) d[d0 + i] = all || u.bit(0, i) ? (vector ? d[b0 + i] : x) : d[a0 + i]
    return
  }
  const d = u.v.unsigned64
  for (let i = u.vstart; i < u.vl; i++) d[d0 + i] = all || u.bit(0, i) ? (vector ? d[b0 + i] : scalar) : d[a0 + i]
}
