// vsetvli and its kin: which types of elements there are, and how many elements an instruction works on (Vector spec 6).
import type { VectorIsa, VectorOp } from '../isa/index.ts'
import { VECTOR, VTYPE_VILL } from '../layout.ts'
import type { VectorUnit } from './unit.ts'

const DEFINED = 0xffn

/** log2 of the element's bytes and of the group's registers, or null for a type that there is not. */
function typeOf({ elen }: VectorIsa, vtype: bigint): { width: number; group: number } | null {
  const bits = Number(vtype & DEFINED)
  const width = (bits >> 3) & 7
  const group = ((bits & 7) << 29) >> 29
  if (vtype & ~DEFINED || group === RESERVED_GROUP || 8 << width > elen) return null
  // A part of a register must hold an element, whatever the longest one is (3.4.2).
  return group < 0 && 8 << width > elen >> -group ? null : { width, group }
}
const RESERVED_GROUP = -4

export function config(u: VectorUnit, { from }: Extract<VectorOp, { kind: 'config' }>): void {
  const { rd, rs1, rs2, imm, vtype: written } = u.d.values
  const vtype = from === 'vsetvl' ? BigInt.asUintN(64, u.host.xAt(rs2)) : BigInt(written)
  const type = typeOf(u.isa, vtype)
  const vlmax = type === null ? 0 : u.vlmax(type.width, type.group)
  let vl = 0
  if (type !== null) {
    if (from === 'vsetivli') vl = Math.min(imm, vlmax)
    else if (rs1 !== 0) {
      const wanted = BigInt.asUintN(64, u.host.xAt(rs1))
      vl = wanted < BigInt(vlmax) ? Number(wanted) : vlmax
    } else vl = rd !== 0 ? vlmax : Math.min(u.vl, vlmax)
  }
  u.words[VECTOR.vtype] = type === null ? VTYPE_VILL : Number(vtype)
  u.words[VECTOR.vl] = vl
  u.host.setXAt(rd, BigInt(vl))
}

/** What `vsetvl` makes of a length and a type that somebody wrote down, as the words of a hart. */
export function legalVector(isa: VectorIsa, vl: number, vtype: bigint): { vl: number; vtype: number } {
  const type = typeOf(isa, vtype)
  if (type === null) return { vl: 0, vtype: VTYPE_VILL }
  return { vl: Math.min(vl, (isa.vlen / 8) * 2 ** (type.group - type.width)), vtype: Number(vtype) }
}
