// Meanings turned into WebAssembly for the interpreter: operands come from the decoded entry that `ip` points at, registers
// from the hart's block, memory through the TLBs with one comparison. Whatever is rare or impossible here leaves the handler
// before it changed anything, and the reference engine runs that instruction instead.
import * as L from '../layout.ts'
import type { FieldName, FField, FloatCompare, FloatFormat, FloatOp, ImmField, NumberType, Sem, Width, XField } from '../isa/index.ts'
import { br, brIf, get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code } from '../wasm/bytes.ts'
import { Arithmetic } from './arithmetic.ts'
import { LOCAL } from './locals.ts'
import { counterHidden, counterValue, floatValue, isCounter, setFloat, type CounterCsr, type UserCsr } from './user-csrs.ts'

/** Thrown by a word that has no form here: the whole instruction is left to the reference engine. */
export const LEFT_TO_REFERENCE = Symbol('left to the reference engine')

/** Where a handler can leave to; the module builder knows how deep each lies. */
export type Label = 'next' | 'fuel' | 'readMiss' | 'writeMiss' | 'slow' | 'ecall' | 'jumpMiss'
export type Depths = Readonly<Record<Label, number>>

/** What a handler is built for: decode picks the one that fits the instruction. */
export interface Flavour {
  length: 2 | 4
  /** pc-relative target lies in the same page, so its immediate is a distance between entries. */
  near: boolean
  /** Rounding of the instruction: to nearest even (static, or dynamic while frm says so), or towards zero. */
  rounding: 'nearest' | 'zero'
  /** The register that an instruction of Zicsr names, and whether its source is x0 or 0: nothing is written then. */
  csr?: UserCsr
  zeroSource?: boolean
}

const INDEX_SHIFT = L.PAGE_SHIFT - 4
const INDEX_MASK = (L.TLB_ENTRIES - 1) * L.TLB_ENTRY_BYTES
const PAGE_MASK = -L.PAGE_SIZE
/** Bytes of entries that a page's instructions span; an entry is 8 bytes for each byte of code. */
const ENTRIES_PER_BYTE = L.ENTRY_BYTES / 2
const FCSR_NX = 1
const FCSR_FRM = 0xe0
const NAN_BOX = -4294967296n
const NAN_F32 = 0x7fc00000n

const LOADS = {
  1: [OP.i64Load8S, OP.i64Load8U],
  2: [OP.i64Load16S, OP.i64Load16U],
  4: [OP.i64Load32S, OP.i64Load32U],
  8: [OP.i64Load, OP.i64Load],
} as const
const STORES = { 1: OP.i64Store8, 2: OP.i64Store16, 4: OP.i64Store32, 8: OP.i64Store } as const

export class Emitter extends Arithmetic implements Sem<Code, Code> {
  /** True once the meaning went somewhere itself. */
  jumped = false
  usesNear = false
  usesRounding = false
  private nest = 0
  private fpChecked = false
  /** A near branch's condition, and where its code began. */
  private branchCondition: { condition: Code; at: number } | null = null
  protected readonly base: number
  private readonly flavour: Flavour
  private readonly depths: Depths

  /** `base` is the hart's block, baked in; `depths` count from the handler's top level. */
  constructor(base: number, flavour: Flavour, depths: Depths) {
    super()
    this.base = base
    this.flavour = flavour
    this.depths = depths
  }

  protected leaveIf(label: Label): void {
    this.push(...brIf(this.depths[label] + this.nest))
  }
  /** An access to `va` found its translation and is about to be made: the timed emitter's place. */
  protected accessing(_tlb: number, _bytes: Width): void {}
  private notHere(): never {
    throw LEFT_TO_REFERENCE
  }

  // ---- operands

  private slot(at: number): Code {
    return [...get(LOCAL.ip), ...mem(OP.i32Load16U, at)]
  }
  x(f: XField): Code {
    return [...this.slot(L.ENTRY[f]), ...mem(OP.i64Load, this.base + L.HART.x)]
  }
  setX(f: XField, v: Code): void {
    this.push(...this.slot(L.ENTRY[f]), ...v, ...mem(OP.i64Store, this.base + L.HART.x))
  }
  imm(_f: ImmField): Code {
    return [...get(LOCAL.ip), ...mem(OP.i64Load32S, L.ENTRY.imm)]
  }
  /** Distance from the page's start: entries are ENTRIES_PER_BYTE apart for each byte. */
  private offset(extra: number): Code {
    const bytes = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(3), OP.i32ShrU]
    return [...get(LOCAL.page), ...(extra ? [...bytes, ...i32Const(extra), OP.i32Add] : bytes), OP.i64ExtendI32U, OP.i64Add]
  }
  pc(): Code {
    return this.offset(0)
  }
  nextPc(): Code {
    return this.offset(this.flavour.length)
  }
  fieldIsZero(f: FieldName): boolean {
    if (this.flavour.csr === undefined) return this.notHere()
    // Reading one of these registers has no effect: it may be read for nobody.
    return f !== 'rd' && this.flavour.zeroSource === true
  }

  // ---- memory

  /**
   * Probes a TLB for `va` (already in its local) and leaves on a miss. Comparing the page of the access's last byte finds
   * page-crossing accesses too: their last page cannot be in the entry of their first.
   */
  private probe(tlb: number, bytes: Width, miss: Label): void {
    const last = bytes === 1 ? get(LOCAL.va) : [...get(LOCAL.va), ...i64Const(bytes - 1), OP.i64Add]
    this.push(
      ...get(LOCAL.va),
      OP.i32WrapI64,
      ...i32Const(INDEX_SHIFT),
      OP.i32ShrU,
      ...i32Const(INDEX_MASK),
      OP.i32And,
      ...tee(LOCAL.index),
    )
    this.push(...mem(OP.i64Load, this.base + tlb + L.TLB_ENTRY.tag))
    this.push(...last, ...i64Const(PAGE_MASK), OP.i64And, ...get(LOCAL.key), OP.i64Or, OP.i64Ne)
    this.leaveIf(miss)
  }
  /** Linear-memory address of `va` after a successful probe. */
  protected host(tlb: number): Code {
    return [...get(LOCAL.va), OP.i32WrapI64, ...get(LOCAL.index), ...mem(OP.i32Load, this.base + tlb + L.TLB_ENTRY.addend), OP.i32Add]
  }
  private count(local: number): void {
    this.push(...get(local), ...i32Const(1), OP.i32Add, ...set(local))
  }
  private address(addr: Code): void {
    this.push(...addr, ...set(LOCAL.va))
  }
  load(bytes: Width, signed: boolean, addr: Code): Code {
    this.address(addr)
    this.probe(L.HART.tlbRead, bytes, 'readMiss')
    this.count(LOCAL.loads)
    this.accessing(L.HART.tlbRead, bytes)
    return [...this.host(L.HART.tlbRead), ...mem(LOADS[bytes][signed ? 0 : 1], 0)]
  }
  store(bytes: Width, addr: Code, v: Code): void {
    this.address(addr)
    this.probe(L.HART.tlbWrite, bytes, 'writeMiss')
    this.count(LOCAL.stores)
    this.accessing(L.HART.tlbWrite, bytes)
    this.push(...this.host(L.HART.tlbWrite), ...v, ...mem(STORES[bytes], 0))
  }
  /** Misaligned atomics trap: left to the reference engine. */
  private aligned(bytes: number, addr: Code): void {
    this.address(addr)
    this.push(...get(LOCAL.va), OP.i32WrapI64, ...i32Const(bytes - 1), OP.i32And)
    this.leaveIf('slow')
  }
  amo(bytes: 4 | 8, addr: Code, update: (old: Code) => Code): Code {
    this.aligned(bytes, addr)
    this.probe(L.HART.tlbWrite, bytes, 'writeMiss')
    this.count(LOCAL.stores)
    this.accessing(L.HART.tlbWrite, bytes)
    const old = this.let([...this.host(L.HART.tlbWrite), ...mem(LOADS[bytes][0], 0)])
    this.push(...this.host(L.HART.tlbWrite), ...update(old), ...mem(STORES[bytes], 0))
    return old
  }
  loadReserved(bytes: 4 | 8, addr: Code): Code {
    this.aligned(bytes, addr)
    this.probe(L.HART.tlbRead, bytes, 'readMiss')
    this.count(LOCAL.loads)
    this.accessing(L.HART.tlbRead, bytes)
    this.push(...i32Const(0), ...this.host(L.HART.tlbRead), ...i32Const(1), OP.i32Add, ...mem(OP.i32Store, this.base + L.HART.reservation))
    return [...this.host(L.HART.tlbRead), ...mem(LOADS[bytes][0], 0)]
  }
  storeConditional(bytes: 4 | 8, addr: Code, v: Code): Code {
    this.aligned(bytes, addr)
    this.probe(L.HART.tlbWrite, bytes, 'writeMiss')
    this.count(LOCAL.stores)
    this.accessing(L.HART.tlbWrite, bytes)
    const reservation = [...i32Const(0), ...mem(OP.i32Load, this.base + L.HART.reservation)]
    const lost = this.let([...reservation, ...this.host(L.HART.tlbWrite), ...i32Const(1), OP.i32Add, OP.i32Ne, OP.i64ExtendI32U])
    this.push(...lost, OP.i64Eqz, OP.if, TYPE.empty, ...this.host(L.HART.tlbWrite), ...v, ...mem(STORES[bytes], 0), OP.end)
    this.push(...i32Const(0), ...i32Const(0), ...mem(OP.i32Store, this.base + L.HART.reservation))
    return lost
  }

  // ---- control

  private moveBy(delta: Code): Code {
    return [...get(LOCAL.ip), ...delta, OP.i32Add, ...set(LOCAL.ip)]
  }
  /** Sets ip to the entry of the address in `va`, through the fetch TLB; leaves when it is not there. */
  enterPage(): void {
    this.push(
      ...get(LOCAL.va),
      OP.i32WrapI64,
      ...i32Const(INDEX_SHIFT),
      OP.i32ShrU,
      ...i32Const(INDEX_MASK),
      OP.i32And,
      ...tee(LOCAL.index),
    )
    this.push(...mem(OP.i64Load, this.base + L.HART.tlbFetch + L.TLB_ENTRY.tag))
    this.push(...get(LOCAL.va), ...i64Const(PAGE_MASK), OP.i64And, ...tee(LOCAL.page), ...get(LOCAL.key), OP.i64Or, OP.i64Ne)
    this.leaveIf('jumpMiss')
    this.push(...get(LOCAL.index), ...mem(OP.i32Load, this.base + L.HART.tlbFetch + L.TLB_ENTRY.addend), ...tee(LOCAL.slab))
    this.push(
      ...get(LOCAL.va),
      OP.i32WrapI64,
      ...i32Const(L.PAGE_SIZE - 2),
      OP.i32And,
      ...i32Const(3),
      OP.i32Shl,
      OP.i32Add,
      ...set(LOCAL.ip),
    )
  }
  private goToPage(): void {
    this.enterPage()
    this.push(...br(this.depths.next + this.nest))
  }
  goto(f: ImmField): void {
    this.jumped = true
    this.usesNear = true
    if (this.flavour.near) {
      this.push(...this.moveBy([...get(LOCAL.ip), ...mem(OP.i32Load, L.ENTRY.imm)]), ...br(this.depths.next + this.nest))
      return
    }
    this.push(...this.pc(), ...this.imm(f), OP.i64Add, ...set(LOCAL.va))
    this.goToPage()
  }
  branch(c: Code, f: ImmField): void {
    this.usesNear = true
    if (this.flavour.near) {
      this.branchCondition = { condition: c, at: this.code.length }
      // One addition of a chosen distance: no second branch for the predictor to learn.
      this.push(
        ...get(LOCAL.ip),
        ...get(LOCAL.ip),
        ...mem(OP.i32Load, L.ENTRY.imm),
        ...i32Const(this.flavour.length * ENTRIES_PER_BYTE),
        ...c,
        OP.select,
        OP.i32Add,
        ...set(LOCAL.ip),
      )
      this.push(...br(this.depths.next + this.nest))
      this.jumped = true
      return
    }
    this.push(...c, OP.if, TYPE.empty)
    this.nest++
    this.goto(f)
    this.push(OP.end)
    this.nest--
    this.jumped = false
  }
  jump(to: Code): void {
    this.jumped = true
    this.push(...to, ...i64Const(-2), OP.i64And, ...set(LOCAL.va))
    this.goToPage()
  }
  /** The end of a page's entries: on to the next page, no instruction run. */
  pageEnd(): void {
    this.push(...get(LOCAL.fuel), ...i32Const(1), OP.i32Add, ...set(LOCAL.fuel))
    this.jump([...get(LOCAL.page), ...i64Const(L.PAGE_SIZE), OP.i64Add])
  }
  /** Between the two instructions of a fused pair: on to the second, if there is fuel for it and the first did not branch away. */
  goOn(): void {
    const { length } = this.flavour
    if (this.branchCondition) {
      const { condition, at } = this.branchCondition
      this.code.length = at
      this.push(...condition, OP.if, TYPE.empty)
      this.push(...this.moveBy([...get(LOCAL.ip), ...mem(OP.i32Load, L.ENTRY.imm)]), ...br(this.depths.next + 1), OP.end)
    }
    this.push(...this.moveBy(i32Const(length * ENTRIES_PER_BYTE)))
    this.push(...get(LOCAL.fuel), ...i32Const(1), OP.i32Sub, ...tee(LOCAL.fuel), ...i32Const(0), OP.i32LtS)
    this.leaveIf('fuel')
  }
  /** After an ordinary instruction. */
  fallThrough(): void {
    this.push(...this.moveBy(i32Const(this.flavour.length * ENTRIES_PER_BYTE)), ...br(this.depths.next + this.nest))
  }

  // ---- the system: calls leave at once, the rest is rare

  ecall(): void {
    this.jumped = true
    this.push(...br(this.depths.ecall + this.nest))
  }
  ebreak(): void {
    this.notHere()
  }
  illegal(): void {
    this.notHere()
  }
  fence(): void {}
  fenceI(): void {}
  wfi(): void {
    this.notHere()
  }
  sret(): void {
    this.notHere()
  }
  mret(): void {
    this.notHere()
  }
  sfence(): void {
    this.notHere()
  }
  readCsr(): Code {
    const { csr } = this.flavour
    if (csr === undefined) return this.notHere()
    if (isCounter(csr)) return this.counter(csr)
    this.fpOn()
    return floatValue(this.base, csr)
  }
  protected counter(csr: CounterCsr): Code {
    this.push(...counterHidden(this.base, csr))
    this.leaveIf('slow')
    return counterValue(this.base, csr)
  }
  writeCsr(_f: 'csr', v: Code): void {
    const { csr } = this.flavour
    if (csr === undefined || isCounter(csr)) return this.notHere()
    this.fpOn()
    this.push(...setFloat(this.base, csr, v))
  }

  // ---- floating point: done here only where no flag but NX can be raised and NX is already up, so flags stay exact

  /** Leaves while the floating-point unit is off. */
  fpOn(): void {
    if (this.fpChecked) return
    this.fpChecked = true
    this.push(...i32Const(0), ...mem(OP.i32Load, this.base + L.HART.fs), OP.i32Eqz)
    this.leaveIf('slow')
  }
  /** Leaves unless the rounding is this flavour's and the inexact flag is sticky. */
  private inexactIsFree(): void {
    this.usesRounding = true
    const watched = this.flavour.rounding === 'nearest' ? FCSR_FRM | FCSR_NX : FCSR_NX
    this.push(...i32Const(0), ...mem(OP.i32Load, this.base + L.HART.fcsr), ...i32Const(watched), OP.i32And, ...i32Const(FCSR_NX), OP.i32Ne)
    this.leaveIf('slow')
  }
  f(f: FField): Code {
    this.fpOn()
    return [...this.slot(this.fSlot(f)), ...mem(OP.i64Load, this.base + L.HART.x)]
  }
  private fSlot(f: FField): number {
    return { frd: L.ENTRY.rd, frs1: L.ENTRY.rs1, frs2: L.ENTRY.rs2, frs3: L.ENTRY.rs3 }[f]
  }
  setF(f: FField, v: Code): void {
    this.fpOn()
    this.push(...this.slot(this.fSlot(f)), ...v, ...mem(OP.i64Store, this.base + L.HART.x))
    this.push(...i32Const(0), ...i32Const(L.FS_DIRTY), ...mem(OP.i32Store, this.base + L.HART.fs))
  }
  f32(f: FField): Code {
    const raw = this.let(this.f(f))
    const boxed = [...raw, ...i64Const(32), OP.i64ShrS, ...i64Const(-1), OP.i64Eq]
    return this.select(boxed, this.zext32(raw), i64Const(NAN_F32))
  }
  setF32(f: FField, v: Code): void {
    this.setF(f, [...v, ...i64Const(NAN_BOX), OP.i64Or])
  }
  private asFloat(format: FloatFormat, bits: Code): Code {
    return format === 64 ? [...bits, OP.f64ReinterpretI64] : [...bits, OP.i32WrapI64, OP.f32ReinterpretI32]
  }
  private bitsOf(format: FloatFormat, value: Code): Code {
    return format === 64 ? [...value, OP.i64ReinterpretF64] : [...value, OP.i32ReinterpretF32, OP.i64ExtendI32U]
  }
  private exponent(format: FloatFormat, bits: Code): Code {
    return [...bits, ...i64Const(format === 64 ? 52 : 23), OP.i64ShrU, OP.i32WrapI64, ...i32Const(format === 64 ? 0x7ff : 0xff), OP.i32And]
  }
  /** Bits with the sign removed are zero. */
  private isZero(format: FloatFormat, bits: Code): Code {
    return [...bits, ...i64Const(format === 64 ? 1 : 33), OP.i64Shl, OP.i64Eqz]
  }
  private maxExponent(format: FloatFormat): number {
    return format === 64 ? 0x7ff : 0xff
  }
  fp(op: FloatOp, format: FloatFormat, ...args: Code[]): Code {
    if (op === 'madd') return this.notHere()
    this.fpOn()
    const wide = format === 64
    const [a, b] = args.map(v => this.let(v))
    const [fa, fb] = [a, b].map(v => (v ? this.asFloat(format, v) : []))
    if (op === 'min' || op === 'max') {
      this.leaveIfNan(format, a)
      this.leaveIfNan(format, b)
      const min = wide ? OP.f64Min : OP.f32Min
      const max = wide ? OP.f64Max : OP.f32Max
      return this.bitsOf(format, [...fa, ...fb, op === 'min' ? min : max])
    }
    // WebAssembly rounds to nearest only.
    if (this.flavour.rounding === 'zero') return this.notHere()
    this.inexactIsFree()
    const code = {
      add: [OP.f32Add, OP.f64Add],
      sub: [OP.f32Sub, OP.f64Sub],
      mul: [OP.f32Mul, OP.f64Mul],
      div: [OP.f32Div, OP.f64Div],
      sqrt: [OP.f32Sqrt, OP.f64Sqrt],
    }[op][wide ? 1 : 0]
    const r = this.let(this.bitsOf(format, [...fa, ...fb, code]))
    if (op === 'mul' || op === 'div') {
      // Overflow, underflow, invalid and division by zero show in the exponent; an exact zero from a zero operand is fine.
      const odd = [...this.exponent(format, r), ...i32Const(2), OP.i32Sub, ...i32Const(this.maxExponent(format) - 2), OP.i32GeU]
      const zeroOperand = op === 'mul' ? [...this.isZero(format, a), ...this.isZero(format, b), OP.i32Or] : this.isZero(format, a)
      this.push(...odd, ...this.isZero(format, r), ...zeroOperand, OP.i32And, OP.i32Eqz, OP.i32And)
    } else this.push(...this.exponent(format, r), ...i32Const(this.maxExponent(format)), OP.i32Eq)
    this.leaveIf('slow')
    return r
  }
  private leaveIfNan(format: FloatFormat, bits: Code): void {
    const value = this.asFloat(format, bits)
    this.push(...value, ...value, format === 64 ? OP.f64Ne : OP.f32Ne)
    this.leaveIf('slow')
  }
  fcompare(op: FloatCompare, format: FloatFormat, a: Code, b: Code): Code {
    this.fpOn()
    const [x, y] = [this.let(a), this.let(b)]
    this.leaveIfNan(format, x)
    this.leaveIfNan(format, y)
    const code = { eq: [OP.f32Eq, OP.f64Eq], lt: [OP.f32Lt, OP.f64Lt], le: [OP.f32Le, OP.f64Le] }[op][format === 64 ? 1 : 0]
    return [...this.asFloat(format, x), ...this.asFloat(format, y), code]
  }
  fclass(): Code {
    return this.notHere()
  }
  convert(from: NumberType, to: NumberType, a: Code): Code {
    this.fpOn()
    const toInteger = to[0] === 'i' || to[0] === 'u'
    if (this.flavour.rounding === 'zero' && !(toInteger && from[0] === 'f')) return this.notHere()
    this.inexactIsFree()
    const v = this.let(a)
    if (!toInteger) return this.toFloat(from, to === 'f64' ? 64 : 32, v)
    if (this.flavour.rounding !== 'zero') return this.notHere()
    return this.truncate(from === 'f64' ? 64 : 32, to, v)
  }
  private toFloat(from: NumberType, format: FloatFormat, v: Code): Code {
    if (from === 'f32' || from === 'f64') {
      const source: FloatFormat = from === 'f64' ? 64 : 32
      if (source === format) return this.notHere()
      this.leaveIfNan(source, v)
      if (source === 32) return this.bitsOf(64, [...this.asFloat(32, v), OP.f64PromoteF32])
      const r = this.let(this.bitsOf(32, [...this.asFloat(64, v), OP.f32DemoteF64]))
      this.push(
        ...this.exponent(32, r),
        ...i32Const(2),
        OP.i32Sub,
        ...i32Const(0xfd),
        OP.i32GeU,
        ...this.isZero(64, v),
        OP.i32Eqz,
        OP.i32And,
      )
      this.leaveIf('slow')
      return r
    }
    const wide = { i32: this.sext32(v), u32: this.zext32(v), i64: v, u64: v }[from]
    const unsignedSource = from === 'u64'
    const code =
      format === 64 ? (unsignedSource ? OP.f64ConvertI64U : OP.f64ConvertI64S) : unsignedSource ? OP.f32ConvertI64U : OP.f32ConvertI64S
    return this.bitsOf(format, [...wide, code])
  }
  /** Towards zero, for values well inside the range of the integer type; the edges are the reference engine's. */
  private truncate(source: FloatFormat, to: NumberType, v: Code): Code {
    const value = source === 64 ? this.asFloat(64, v) : [...this.asFloat(32, v), OP.f64PromoteF32]
    const [low, high] = {
      i32: [-2147483648, 2147483647],
      u32: [0, 4294967295],
      i64: [-(2 ** 62), 2 ** 62],
      u64: [0, 2 ** 62],
      f32: [0, 0],
      f64: [0, 0],
    }[to]
    const bound = (n: number): Code => [...i64Const(n), OP.f64ConvertI64S]
    const inside = [...value, ...bound(low), OP.f64Lt, OP.i32Eqz, ...value, ...bound(high), OP.f64Gt, OP.i32Eqz, OP.i32And]
    this.push(...inside, OP.i32Eqz)
    this.leaveIf('slow')
    this.leaveIfNan(64, [...value, OP.i64ReinterpretF64])
    return [...value, OP.i64TruncF64S]
  }
}
