// Reductions: element 0 of vs1 and all active elements of vs2, taken together into element 0 of vd (Vector spec 14).
import type { VectorOp } from '../isa/index.ts'
import { integerOps } from './integer-ops.ts'
import { wider } from './integer.ts'
import type { VectorUnit } from './unit.ts'

/** They begin with the first element, and the registers of scalars need no alignment. */
export function checkReduction(u: VectorUnit, shape: 'same' | 'widen'): void {
  u.typed()
  u.need(u.vstart === 0)
  u.group(u.d.values.rs2, u.lmul)
  if (shape === 'widen') u.need(8 << (u.sew + 1) <= u.isa.elen)
}

export function reduce(u: VectorUnit, { op, shape }: Extract<VectorOp, { kind: 'reduce' }>): void {
  checkReduction(u, shape)
  if (u.vl === 0) return
  const { rd, rs1, rs2 } = u.d.values
  const { sew, vl, v } = u
  const width = wider(sew, shape === 'widen' ? 1 : 0)
  const { signed, number, big } = integerOps[op]
  const a0 = u.first(rs2, sew)
  if (width !== 3) {
    const a = (signed[0] ? v.signed : v.unsigned)[sew as 0 | 1 | 2]
    const wide = (signed[0] ? v.signed : v.unsigned)[width]
    const bits = 8 << width
    let sum = wide[u.first(rs1, width)]
    // Sums are exact in doubles: at most 1024 elements of 32 bits.
    for (let i = 0; i < vl; i++) if (u.active(i)) sum = number(sum, a[a0 + i], bits, u)
    v.unsigned[width][u.first(rd, width)] = sum
    return
  }
  let sum = u.big(width, signed[0], u.first(rs1, width))
  for (let i = 0; i < vl; i++) if (u.active(i)) sum = big(sum, u.big(sew, signed[0], a0 + i), 64n, u)
  u.putBig(width, u.first(rd, width), sum)
}
