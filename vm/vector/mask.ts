// Masks: logic on their bits, counting and finding, and the numbers made of them (Vector spec 15).
import type { MaskOp, VectorOp } from '../isa/index.ts'
import type { VectorUnit } from './unit.ts'

type Of<K extends VectorOp['kind']> = Extract<VectorOp, { kind: K }>

const logic: Readonly<Record<MaskOp, (a: number, b: number) => number>> = {
  and: (a, b) => a & b,
  nand: (a, b) => ~(a & b),
  andn: (a, b) => a & ~b,
  xor: (a, b) => a ^ b,
  or: (a, b) => a | b,
  nor: (a, b) => ~(a | b),
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
}

export function maskLogic(u: VectorUnit, { op }: Of<'maskLogic'>): void {
  u.typed()
  const { rd, rs1, rs2 } = u.d.values
  const combine = logic[op]
  for (let i = u.vstart; i < u.vl; i++) u.setBit(rd, i, combine(u.bit(rs2, i), u.bit(rs1, i)) & 1)
}

/** Number of the first active bit that is set, or -1. */
function firstSet(u: VectorUnit, register: number): number {
  for (let i = 0; i < u.vl; i++) if (u.active(i) && u.bit(register, i)) return i
  return -1
}

export function maskCount(u: VectorUnit, { op }: Of<'maskCount'>): void {
  u.typed()
  u.need(u.vstart === 0)
  const { rd, rs2 } = u.d.values
  let answer = 0
  if (op === 'first') answer = firstSet(u, rs2)
  else for (let i = 0; i < u.vl; i++) if (u.active(i)) answer += u.bit(rs2, i)
  u.host.setXAt(rd, BigInt(answer))
}

export function maskSet(u: VectorUnit, { op }: Of<'maskSet'>): void {
  u.typed()
  const { rd, rs2 } = u.d.values
  u.need(u.vstart === 0 && rd !== rs2)
  u.notMask(rd)
  const first = firstSet(u, rs2)
  const at = first < 0 ? u.vl : first
  for (let i = 0; i < u.vl; i++) {
    if (!u.active(i)) continue
    u.setBit(rd, i, op === 'only' ? i === at : i < at || (op === 'including' && i === at))
  }
}

export function iota(u: VectorUnit): void {
  u.typed()
  const { rd, rs2 } = u.d.values
  u.need(u.vstart === 0)
  u.group(rd, u.lmul)
  u.notMask(rd)
  u.need(!u.overlaps(rd, u.lmul, rs2, 0))
  const d0 = u.first(rd, u.sew)
  let count = 0
  for (let i = 0; i < u.vl; i++) {
    if (!u.active(i)) continue
    u.putBig(u.sew, d0 + i, BigInt(count))
    count += u.bit(rs2, i)
  }
}

export function index(u: VectorUnit): void {
  u.typed()
  const { rd } = u.d.values
  u.group(rd, u.lmul)
  u.notMask(rd)
  const d0 = u.first(rd, u.sew)
  for (let i = u.vstart; i < u.vl; i++) if (u.active(i)) u.putBig(u.sew, d0 + i, BigInt(i))
}
