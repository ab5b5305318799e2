// Elements that change their places: scalars, slides, gathers, compression, whole registers (Vector spec 16).
import type { VectorOp } from '../isa/index.ts'
import { SMALLEST_GROUP, type VectorUnit, type Width } from './unit.ts'

type Of<K extends VectorOp['kind']> = Extract<VectorOp, { kind: K }>

const NAN_BOX = 0xffffffffn << 32n
const CANONICAL_NAN_32 = 0x7fc00000n

/** The bits of frs1 at the width of elements; a float that is not boxed is the canonical NaN. Illegal at widths that are no float's. */
export function floatScalar(u: VectorUnit): bigint {
  floatWidth(u)
  const bits = BigInt.asUintN(64, u.host.fAt(u.d.values.rs1))
  if (u.sew === 3) return bits
  return bits >> 32n === 0xffffffffn ? bits & 0xffffffffn : CANONICAL_NAN_32
}
/** Illegal unless elements are floats of a width that there is. */
export function floatWidth(u: VectorUnit, width: number = u.sew): void {
  u.host.fpOn()
  u.need(width >= 2 && 8 << width <= u.isa.flen)
}

export function toScalar(u: VectorUnit): void {
  u.typed()
  u.host.setXAt(u.d.values.rd, u.big(u.sew, true, u.first(u.d.values.rs2, u.sew)))
}
export function fromScalar(u: VectorUnit): void {
  u.typed()
  if (u.vstart < u.vl) u.putBig(u.sew, u.first(u.d.values.rd, u.sew), u.host.xAt(u.d.values.rs1))
}
export function floatToScalar(u: VectorUnit): void {
  u.typed()
  floatWidth(u)
  const bits = u.big(u.sew, false, u.first(u.d.values.rs2, u.sew))
  u.host.setFAt(u.d.values.rd, u.sew === 3 ? bits : bits | NAN_BOX)
}
export function scalarToFloat(u: VectorUnit): void {
  u.typed()
  const bits = floatScalar(u)
  if (u.vstart < u.vl) u.putBig(u.sew, u.first(u.d.values.rd, u.sew), bits)
}

/** vd and vs2 are groups of elements; where elements go up, vd must not be read from. */
function checkGroups(u: VectorUnit, apart: boolean): void {
  const { rd, rs2 } = u.d.values
  u.typed()
  u.group(rd, u.lmul)
  u.group(rs2, u.lmul)
  u.notMask(rd)
  if (apart) u.need(!u.overlaps(rd, u.lmul, rs2, u.lmul))
}

/** Copies an element of SEW. */
function copy(u: VectorUnit, to: number, from: number): void {
  if (u.sew === 3) u.v.unsigned64[to] = u.v.unsigned64[from]
  else {
    const elements = u.v.unsigned[u.sew]
    elements[to] = elements[from]
  }
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
/** An unsigned count, as a number; what exceeds all element counts may be any large one. */
const count = (value: bigint): number => {
  const unsigned = BigInt.asUintN(64, value)
  return Number(unsigned > MAX_SAFE ? MAX_SAFE : unsigned)
}

export function slide(u: VectorUnit, { up, source }: Of<'slide'>): void {
  checkGroups(u, up)
  const { rd, rs1, rs2, imm } = u.d.values
  const offset = source === 'u' ? imm : count(u.host.xAt(rs1))
  const [d0, a0] = [u.first(rd, u.sew), u.first(rs2, u.sew)]
  const vlmax = u.vlmax()
  for (let i = up ? Math.max(u.vstart, offset) : u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    if (up) copy(u, d0 + i, a0 + i - offset)
    else if (i + offset < vlmax) copy(u, d0 + i, a0 + i + offset)
    else u.putBig(u.sew, d0 + i, 0n)
  }
}

export function slide1(u: VectorUnit, { up, source }: Of<'slide1'>): void {
  checkGroups(u, up)
  const { rd, rs1, rs2 } = u.d.values
  const scalar = source === 'f' ? floatScalar(u) : u.host.xAt(rs1)
  const [d0, a0] = [u.first(rd, u.sew), u.first(rs2, u.sew)]
  const end = up ? 0 : u.vl - 1
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    if (i === end) u.putBig(u.sew, d0 + i, scalar)
    else copy(u, d0 + i, up ? a0 + i - 1 : a0 + i + 1)
  }
}

const HALF: Width = 1
export function gather(u: VectorUnit, { source }: Of<'gather'>): void {
  checkGroups(u, true)
  const { rd, rs1, rs2, imm } = u.d.values
  const { sew, lmul } = u
  const vector = source === 'v' || source === 'v16'
  const width = source === 'v16' ? HALF : sew
  if (vector) {
    const emul = lmul + width - sew
    u.need(emul >= SMALLEST_GROUP)
    u.group(rs1, emul)
    u.need(!u.overlaps(rd, lmul, rs1, emul))
  }
  const [d0, a0, b0] = [u.first(rd, sew), u.first(rs2, sew), u.first(rs1, width)]
  const vlmax = u.vlmax()
  const fixed = source === 'x' ? count(u.host.xAt(rs1)) : imm
  for (let i = u.vstart; i < u.vl; i++) {
    if (!u.active(i)) continue
    const from = vector ? count(u.big(width, false, b0 + i)) : fixed
    if (from < vlmax) copy(u, d0 + i, a0 + from)
    else u.putBig(sew, d0 + i, 0n)
  }
}

export function compress(u: VectorUnit): void {
  checkGroups(u, true)
  const { rd, rs1, rs2 } = u.d.values
  u.need(u.vstart === 0 && !u.overlaps(rd, u.lmul, rs1, 0))
  const [d0, a0] = [u.first(rd, u.sew), u.first(rs2, u.sew)]
  let filled = 0
  for (let i = 0; i < u.vl; i++) if (u.bit(rs1, i)) copy(u, d0 + filled++, a0 + i)
}

export function moveWhole(u: VectorUnit, { registers }: Of<'moveWhole'>): void {
  u.typed()
  const { rd, rs2 } = u.d.values
  u.need(rd % registers === 0 && rs2 % registers === 0)
  const { vlenb } = u
  const from = u.vstart << u.sew
  if (from < registers * vlenb) u.v.bytes.copyWithin(rd * vlenb + from, rs2 * vlenb + from, (rs2 + registers) * vlenb)
}
