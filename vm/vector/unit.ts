// What the loops over elements share: where the operands of the instruction at hand are, how wide its elements are and how many, which
// register groups are allowed (Vector spec 3 and 5), and reading and writing elements as numbers or BigInts.
import type { Decoded, VectorIsa } from '../isa/index.ts'
import { FS_DIRTY, FS_OFF, VECTOR, VTYPE_VILL } from '../layout.ts'
import type { Hart, VectorViews } from '../state.ts'

/** What the unit asks of the engine that has it. `illegal` and everything about memory trap. */
export interface VectorHost {
  illegal(): never
  xAt(n: number): bigint
  setXAt(n: number, value: bigint): void
  fpOn(): void
  fAt(n: number): bigint
  setFAt(n: number, bits: bigint): void
  /** frm; illegal where it names no rounding mode. */
  roundingMode(): 0 | 1 | 2 | 3 | 4
  raiseFlags(flags: number): void
  load(bytes: 1 | 2 | 4 | 8, signed: boolean, address: bigint): bigint
  store(bytes: 1 | 2 | 4 | 8, address: bigint, value: bigint): void
  /** Offset in the linear memory of `bytes` bytes in one page of RAM that nobody observes, counted as `accesses`; -1: go element by element. */
  span(address: bigint, bytes: number, write: boolean, accesses: number): number
  /** The whole linear memory. */
  memory(): Uint8Array
  /** Is what was thrown a trap of `load`? */
  isTrap(thrown: unknown): boolean
}

/** log2 of bytes. */
export type Width = 0 | 1 | 2 | 3
const ELEMENT_WIDTHS: readonly Width[] = [0, 1, 2, 3]
const VLMUL_BITS = 7
const SIGNED_LMUL = 29
const VSEW_SHIFT = 3
const LARGEST_GROUP = 3
export const SMALLEST_GROUP = -3

export class VectorUnit {
  readonly host: VectorHost
  hart!: Hart
  isa!: VectorIsa
  v!: VectorViews
  d!: Decoded
  words!: Int32Array
  vlenb = 0
  /** log2 of the element's bytes and of the registers in a group, of vtype. */
  sew: Width = 0
  lmul = 0
  vl = 0
  vstart = 0
  masked = false
  /** vxrm, and what saturated. */
  vxrm = 0
  saturated = 0

  constructor(host: VectorHost) {
    this.host = host
  }

  /** Begins an instruction; illegal while the unit is off. Rows that ask for vtype call `typed` next. */
  begin(hart: Hart, isa: VectorIsa | null, d: Decoded): void {
    if (isa === null || hart.vector[VECTOR.vs] === FS_OFF) this.host.illegal()
    this.hart = hart
    this.isa = isa!
    this.v = hart.v
    this.words = hart.vector
    this.d = d
    this.vlenb = this.isa.vlen / 8
    this.masked = d.values.vm === 0
    this.vl = this.words[VECTOR.vl]
    this.vstart = this.words[VECTOR.vstart]
    const vtype = this.words[VECTOR.vtype]
    this.sew = ELEMENT_WIDTHS[(vtype >> VSEW_SHIFT) & 3]
    this.lmul = ((vtype & VLMUL_BITS) << SIGNED_LMUL) >> SIGNED_LMUL
  }
  /** The instruction has done its work. */
  end(): void {
    this.words[VECTOR.vstart] = 0
    this.words[VECTOR.vs] = FS_DIRTY
  }
  typed(): void {
    if (this.words[VECTOR.vtype] & VTYPE_VILL) this.illegal()
  }
  illegal(): never {
    return this.host.illegal()
  }
  need(condition: boolean): void {
    if (!condition) this.illegal()
  }

  // ---- which registers

  /** A group of 2^emul registers begins at a multiple of its size. */
  group(register: number, emul: number): void {
    if (emul > LARGEST_GROUP || emul < SMALLEST_GROUP || (emul > 0 && register & ((1 << emul) - 1))) this.illegal()
  }
  /** A destination that is no mask must not be the mask. */
  notMask(register: number): void {
    if (this.masked && register === 0) this.illegal()
  }
  /** Do the groups share a register? */
  overlaps(a: number, aMul: number, b: number, bMul: number): boolean {
    const aEnd = a + (1 << Math.max(0, aMul))
    const bEnd = b + (1 << Math.max(0, bMul))
    return a < bEnd && b < aEnd
  }
  /** A destination of another width may share registers only at the end where nothing is lost (Vector spec 5.2). */
  separate(to: number, toWidth: number, toMul: number, from: number, fromWidth: number, fromMul: number): void {
    if (toWidth === fromWidth || !this.overlaps(to, toMul, from, fromMul)) return
    if (toWidth < fromWidth) this.need(to === from)
    else this.need(fromMul >= 0 && from + (1 << fromMul) === to + (1 << Math.max(0, toMul)))
  }
  /** A mask as the destination: elements of one bit in one register. */
  maskTo(to: number, from: number, fromMul: number): void {
    if (this.overlaps(to, 0, from, fromMul)) this.need(to === from)
  }

  // ---- elements

  /** Of element i: may it be written? */
  active(i: number): boolean {
    return !this.masked || ((this.v.bytes[i >> 3] >> (i & 7)) & 1) === 1
  }
  bit(register: number, i: number): number {
    return (this.v.bytes[register * this.vlenb + (i >> 3)] >> (i & 7)) & 1
  }
  setBit(register: number, i: number, value: number | boolean): void {
    const at = register * this.vlenb + (i >> 3)
    const mask = 1 << (i & 7)
    if (value) this.v.bytes[at] |= mask
    else this.v.bytes[at] &= ~mask
  }
  /** Index of a register's first element of a width. */
  first(register: number, width: Width): number {
    return (register * this.vlenb) >> width
  }
  /** An element as a BigInt; `at` counts elements of the width from v0 on. */
  big(width: Width, signed: boolean, at: number): bigint {
    if (width === 3) return signed ? this.v.signed64[at] : this.v.unsigned64[at]
    return BigInt((signed ? this.v.signed : this.v.unsigned)[width][at])
  }
  putBig(width: Width, at: number, value: bigint): void {
    if (width === 3) this.v.unsigned64[at] = value
    else this.v.unsigned[width][at] = Number(BigInt.asIntN(32, value))
  }
  /** Elements that a group holds. */
  vlmax(width: number = this.sew, emul: number = this.lmul): number {
    const shift = emul - width
    return shift >= 0 ? this.vlenb << shift : this.vlenb >> -shift
  }
  saturate(): void {
    this.saturated = 1
  }
}
