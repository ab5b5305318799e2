// One instruction of the reference engine: its meaning run on BigInts, over registers and memory as they are.
import { bytesStored } from '../code-frames.ts'
import { accessibleCsr, mayUseBlocks, readCsr, writeCsr } from '../csr.ts'
import { noteAccess } from '../debug.ts'
import * as fpu from '../fp/index.ts'
import * as C from '../isa/index.ts'
import * as L from '../layout.ts'
import { BigArithmetic, i64, u64 } from './arithmetic.ts'
import { getPcBig, setPcBig } from '../registers.ts'
import type { Access, Hart, Machine, Stop } from '../state.ts'
import { fetchAddress, hostAddress, tlbFill, tlbFlush, tlbProbe, translateNow } from '../tlb.ts'
import { C_L1_DATA, loadUse, stall, timeAccess, timeFetch, type Timing } from '../timing/index.ts'
import { faultCause, raise } from '../trap.ts'
import { runVector, VectorUnit } from '../vector/index.ts'
import { returnFromMachine, returnToSupervised } from './returns.ts'
import { vectorHost } from './vectors.ts'

const lowWord = (v: bigint): number => Number(BigInt.asIntN(32, v))
const highWord = (v: bigint): number => Number(BigInt.asIntN(32, v >> 32n))
const PAGE = BigInt(L.PAGE_SIZE)
const NAN_BOX = 0xffffffff_00000000n
const NAN_F32 = 0x7fc00000n
const NAN_BOX_F16 = 0xffffffff_ffff0000n
const NAN_F16 = 0x7e00n
/** They round nothing. */
const EXTREMES: readonly C.FloatOp[] = ['min', 'max', 'minm', 'maxm']
const FCSR_FLAGS = 0x1f
const RM_DYNAMIC = 7
const WORDS_REMEMBERED = 65536
/** Instead of a place in the linear memory. */
const DEVICE = -1

/** Thrown by a meaning that traps; caught by `step`. One shared object: nothing is allocated. */
const TRAP = { cause: 0, tval: 0n }
type Wait = { wfi: boolean; asks: boolean }

export class Reference extends BigArithmetic implements C.Sem<bigint, boolean> {
  private m!: Machine
  private hart!: Hart
  private base = 0
  private view!: DataView
  private d!: C.Decoded
  private here = 0n
  private next = 0n
  private device = 0
  readonly waiting: Wait = { wfi: false, asks: false }
  private isa = C.defaultIsa
  private readonly words = new Map<number, C.Decoded | null>()

  /** Runs the instruction at pc. Answers null when it retired or is the guest's to handle, else the stop it trapped with. */
  step(machine: Machine, hart: Hart): Stop | null {
    this.m = machine
    this.hart = hart
    this.base = hart.base
    this.view = machine.view
    this.here = getPcBig(hart)
    this.waiting.wfi = this.waiting.asks = false
    if (machine.isa !== this.isa) {
      this.isa = machine.isa
      this.words.clear()
    }
    try {
      const word = this.fetch()
      const decoded = this.decode(word)
      if (decoded === null) return raise(machine, hart, C.CAUSE_ILLEGAL, (word & 3) === 3 ? word : word & 0xffff, 0)
      this.d = decoded
      this.next = i64(this.here + BigInt(decoded.length))
      decoded.row.meaning!(this)
    } catch (e) {
      if (e !== TRAP) throw e
      return raise(machine, hart, TRAP.cause, lowWord(TRAP.tval), highWord(TRAP.tval))
    }
    setPcBig(hart, this.next)
    hart.counters[L.COUNTERS.instret]++
    return null
  }

  /** Name of the instruction that retired last. */
  name(): string {
    return this.d.row.name
  }

  /** Decoding by word, remembered: programs use few different words. */
  private decode(word: number): C.Decoded | null {
    let decoded = this.words.get(word)
    if (decoded === undefined) {
      if (this.words.size === WORDS_REMEMBERED) this.words.clear()
      decoded = C.decodeFor(this.isa, word)
      this.words.set(word, decoded)
    }
    return decoded
  }
  private trap(cause: number, tval: bigint): never {
    TRAP.cause = cause
    TRAP.tval = tval
    throw TRAP
  }
  illegal(): never {
    return this.trap(C.CAUSE_ILLEGAL, BigInt(this.d.word >>> 0))
  }

  // ---- memory

  /** Offset in linear memory of a virtual address in RAM, through the TLB; traps. */
  private at(va: bigint, access: Access): number {
    const at = this.place(va, access)
    return at === DEVICE ? this.trap(faultCause('accessFault', access), va) : at
  }
  /** The same, but DEVICE where `device` is the physical address. */
  private place(va: bigint, access: Access): number {
    const lo = lowWord(va)
    const hi = highWord(va)
    let entry = tlbProbe(this.m, this.hart, lo, hi, access)
    if (entry < 0) {
      const outcome = tlbFill(this.m, this.hart, lo, hi, access)
      if (outcome === 'device' && access !== 'fetch') {
        const { frame } = translateNow(this.m, this.hart, lo, hi, access)
        this.device = (frame + L.RAM_PPN) * L.PAGE_SIZE + (lo & (L.PAGE_SIZE - 1))
        return DEVICE
      }
      if (outcome !== 'ok') this.trap(faultCause(outcome, access), va)
      entry = tlbProbe(this.m, this.hart, lo, hi, access)
    }
    // A fetch entry leads to what the engine made of the code; the frame stands beside it.
    if (access === 'fetch') return fetchAddress(this.m, this.hart, lo)
    return hostAddress(this.m, entry, lo)
  }

  private fetch(): number {
    const at = this.at(this.here, 'fetch')
    this.landing(this.here)
    if (this.m.timing !== null) this.timeFetch(this.m.timing, at)
    const low = this.view.getUint16(at, true)
    if ((low & 3) !== 3) return low
    const second = i64(this.here + 2n)
    const crosses = (this.here & (PAGE - 1n)) === PAGE - 2n
    const high = this.view.getUint16(crosses ? this.at(second, 'fetch') : at + 2, true)
    return (high << 16) | low
  }

  // ---- observers: what an access waits, and who watches it, once it is certain to be made

  private physical(at: number): number {
    return at - this.m.layout.ram + L.RAM_BASE
  }
  /** Code goes on into another line. */
  private timeFetch(t: Timing, at: number): void {
    const core = t.cores[this.hart.id]
    const lo = lowWord(this.here) & -t.config.line
    const hi = highWord(this.here)
    const line = hi * C.TWO_32 + (lo >>> 0)
    if (line === core.fetched) return
    core.fetched = line
    timeFetch(this.m, t, core, lo, hi, this.physical(at))
  }
  private observe(va: bigint, at: number, bytes: number, write: boolean): void {
    const { debug, timing: t } = this.m
    if (debug !== null) noteAccess(debug, this.hart, Number(va), this.physical(at), bytes, write ? 'write' : 'read')
    if (t === null) return
    const core = t.cores[this.hart.id]
    timeAccess(this.m, t, core, lowWord(va), highWord(va), this.physical(at), bytes, write)
  }
  private timeLoad(): void {
    const t = this.m.timing
    if (t !== null) stall(t.cores[this.hart.id], C_L1_DATA, loadUse(t))
  }

  private readAt(bytes: C.Width, at: number): bigint {
    const view = this.view
    if (bytes === 8) return view.getBigInt64(at, true)
    if (bytes === 4) return BigInt(view.getInt32(at, true))
    return BigInt(bytes === 2 ? view.getInt16(at, true) : view.getInt8(at))
  }
  private writeAt(bytes: C.Width, at: number, v: bigint): void {
    const view = this.view
    if (bytes === 8) view.setBigInt64(at, v, true)
    else if (bytes === 4) view.setInt32(at, lowWord(v), true)
    else if (bytes === 2) view.setInt16(at, lowWord(v), true)
    else view.setInt8(at, lowWord(v))
  }

  // A device waits for nobody: the timing model has no cycles for it.
  private readDevice(bytes: C.Width, va: bigint): bigint {
    const { m, hart, device } = this
    const value = m.platform.read(m, hart, device, bytes)
    if (value === null) return this.trap(C.CAUSE_LOAD_ACCESS, va)
    if (m.debug !== null) noteAccess(m.debug, hart, Number(va), device, bytes, 'read')
    return BigInt.asIntN(8 * bytes, value)
  }
  private writeDevice(bytes: C.Width, va: bigint, v: bigint): void {
    const { m, hart, device } = this
    if (!m.platform.write(m, hart, device, bytes, BigInt.asUintN(8 * bytes, v))) this.trap(C.CAUSE_STORE_ACCESS, va)
    if (m.debug !== null) noteAccess(m.debug, hart, Number(va), device, bytes, 'write')
  }

  load(bytes: C.Width, signed: boolean, addr: bigint): bigint {
    const va = i64(addr)
    const offset = va & (PAGE - 1n)
    let value: bigint
    if (offset + BigInt(bytes) <= PAGE) {
      const at = this.place(va, 'read')
      if (at === DEVICE) value = this.readDevice(bytes, va)
      else {
        this.timeLoad()
        this.observe(va, at, bytes, false)
        value = this.readAt(bytes, at)
      }
    } else {
      const inFirst = Number(PAGE - offset)
      const first = this.at(va, 'read')
      const next = i64(va - offset + PAGE)
      const second = this.at(next, 'read')
      this.timeLoad()
      this.observe(va, first, inFirst, false)
      this.observe(next, second, bytes - inFirst, false)
      value = 0n
      for (let n = 0; n < bytes; n++) {
        const byte = this.view.getUint8(n < inFirst ? first + n : second + n - inFirst)
        value |= BigInt(byte) << BigInt(8 * n)
      }
      value = BigInt.asIntN(8 * bytes, value)
    }
    this.hart.counters[L.COUNTERS.loads]++
    return signed ? value : BigInt.asUintN(8 * bytes, value)
  }

  store(bytes: C.Width, addr: bigint, v: bigint): void {
    const va = i64(addr)
    const offset = va & (PAGE - 1n)
    if (offset + BigInt(bytes) <= PAGE) {
      const at = this.place(va, 'write')
      if (at === DEVICE) this.writeDevice(bytes, va, v)
      else {
        this.observe(va, at, bytes, true)
        this.writeAt(bytes, at, v)
        bytesStored(this.m, at, bytes)
      }
    } else {
      const inFirst = Number(PAGE - offset)
      this.at(va, 'write')
      const next = i64(va - offset + PAGE)
      const second = this.at(next, 'write')
      // Filling the second page's entry may have evicted nothing of the first: their indexes differ.
      const first = this.at(va, 'write')
      this.observe(va, first, inFirst, true)
      this.observe(next, second, bytes - inFirst, true)
      for (let n = 0; n < bytes; n++)
        this.view.setUint8(n < inFirst ? first + n : second + n - inFirst, Number((v >> BigInt(8 * n)) & 0xffn))
      bytesStored(this.m, first, inFirst)
      bytesStored(this.m, second, bytes - inFirst)
    }
    this.hart.counters[L.COUNTERS.stores]++
  }

  private aligned(bytes: number, addr: bigint, cause: number): bigint {
    const va = i64(addr)
    if (va & BigInt(bytes - 1)) this.trap(cause, va)
    return va
  }
  amo(bytes: C.Width, addr: bigint, update: (old: bigint) => bigint): bigint {
    const at = this.at(this.aligned(bytes, addr, C.CAUSE_STORE_MISALIGNED), 'write')
    this.observe(i64(addr), at, bytes, true)
    const old = this.readAt(bytes, at)
    this.writeAt(bytes, at, update(old))
    bytesStored(this.m, at, bytes)
    this.hart.counters[L.COUNTERS.stores]++
    return old
  }
  compareSwapPair(addr: bigint): void {
    const va = this.aligned(16, addr, C.CAUSE_STORE_MISALIGNED)
    const at = this.at(va, 'write')
    this.observe(va, at, 16, true)
    const { rd, rs2 } = this.d.values
    const x = (n: number): bigint => this.view.getBigInt64(this.base + L.HART.x + 8 * n, true)
    const pair = (n: number): bigint[] => (n === 0 ? [0n, 0n] : [x(n), x(n + 1)])
    const old = [this.readAt(8, at), this.readAt(8, at + 8)]
    if (pair(rd).every((half, n) => half === old[n])) {
      pair(rs2).forEach((half, n) => this.writeAt(8, at + 8 * n, half))
      bytesStored(this.m, at, 16)
    }
    if (rd !== 0) old.forEach((half, n) => this.view.setBigInt64(this.base + L.HART.x + 8 * (rd + n), half, true))
    this.hart.counters[L.COUNTERS.stores]++
  }
  loadReserved(bytes: 4 | 8, addr: bigint): bigint {
    const at = this.at(this.aligned(bytes, addr, C.CAUSE_LOAD_MISALIGNED), 'read')
    this.timeLoad()
    this.observe(i64(addr), at, bytes, false)
    this.hart.words[L.WORD_RESERVATION] = at + 1
    this.hart.counters[L.COUNTERS.loads]++
    return this.readAt(bytes, at)
  }
  storeConditional(bytes: 4 | 8, addr: bigint, v: bigint): bigint {
    const at = this.at(this.aligned(bytes, addr, C.CAUSE_STORE_MISALIGNED), 'write')
    this.observe(i64(addr), at, bytes, true)
    const held = this.hart.words[L.WORD_RESERVATION] === ((at + 1) | 0)
    this.hart.words[L.WORD_RESERVATION] = 0
    if (held) {
      this.writeAt(bytes, at, v)
      bytesStored(this.m, at, bytes)
    }
    this.hart.counters[L.COUNTERS.stores]++
    return held ? 0n : 1n
  }

  cacheBlock(op: C.BlockOp, addr: bigint): void {
    if (!mayUseBlocks(this.m, this.hart, op)) this.illegal()
    const va = i64(addr)
    if (op !== 'zero') return this.reachable(va)
    const at = this.at(va, 'write')
    const block = at - (at % C.CACHE_BLOCK)
    this.observe(va & BigInt(-C.CACHE_BLOCK), block, C.CACHE_BLOCK, true)
    this.m.bytes.fill(0, block, block + C.CACHE_BLOCK)
    bytesStored(this.m, block, C.CACHE_BLOCK)
    this.hart.counters[L.COUNTERS.stores]++
  }
  /** The management of blocks needs the right to read, and says of a fault that it was a store (Unprivileged spec, "CMO" extensions). */
  private reachable(va: bigint): void {
    const { outcome } = translateNow(this.m, this.hart, lowWord(va), highWord(va), 'read')
    if (outcome !== 'ok' && outcome !== 'device') this.trap(faultCause(outcome, 'write'), va)
  }

  // ---- operands

  private number(f: C.FieldName): number {
    const v = this.d.values
    if (f.endsWith('rd')) return v.rd
    if (f.endsWith('rs1')) return v.rs1
    if (f.endsWith('rs2')) return v.rs2
    return v.rs3
  }
  x(f: C.XField): bigint {
    return this.view.getBigInt64(this.base + L.HART.x + 8 * this.d.values[f], true)
  }
  setX(f: C.XField, v: bigint): void {
    const n = this.d.values[f]
    if (n !== 0) this.view.setBigInt64(this.base + L.HART.x + 8 * n, v, true)
  }
  imm(_f: C.ImmField): bigint {
    return BigInt(this.d.values.imm)
  }
  pc(): bigint {
    return this.here
  }
  nextPc(): bigint {
    return i64(this.here + BigInt(this.d.length))
  }
  fieldIsZero(f: C.FieldName): boolean {
    return (f === 'uimm' ? this.d.values.imm : this.number(f)) === 0
  }

  // ---- control and system

  landing(to: bigint): void {
    if (this.isa.parcel === 4 && to & 2n) this.trap(C.CAUSE_FETCH_MISALIGNED, i64(to & ~1n))
  }
  goto(_f: C.ImmField): void {
    this.next = i64(this.here + BigInt(this.d.values.imm))
    this.landing(this.next)
  }
  branch(c: boolean, f: C.ImmField): void {
    if (c) this.goto(f)
  }
  jump(to: bigint): void {
    this.next = i64(to & ~1n)
  }
  ecall(): void {
    this.trap([C.CAUSE_ECALL_U, C.CAUSE_ECALL_S, 0, C.CAUSE_ECALL_M][this.hart.words[L.WORD_PRIVILEGE]], 0n)
  }
  ebreak(): void {
    this.trap(C.CAUSE_BREAKPOINT, this.here)
  }
  fence(): void {}
  fenceI(): void {}
  private need(privilege: number): void {
    if (this.hart.words[L.WORD_PRIVILEGE] < privilege) this.illegal()
  }
  wfi(): void {
    this.need(L.PRIVILEGE_S)
    this.waiting.wfi = true
  }
  sfence(va: bigint | null, asid: bigint | null): void {
    this.need(L.PRIVILEGE_S)
    tlbFlush(this.m, this.hart, va === null ? null : Number(va), asid === null ? null : Number(asid & 0xffffn))
  }
  sret(): void {
    this.need(L.PRIVILEGE_S)
    this.waiting.asks = true
    this.next = returnToSupervised(this.m, this.hart)
  }
  mret(): void {
    this.need(L.PRIVILEGE_M)
    this.waiting.asks = true
    this.next = returnFromMachine(this.m, this.hart)
  }

  private csr(writing: boolean): string {
    const row = accessibleCsr(this.m, this.hart, this.d.values.csr, writing) ?? this.illegal()
    if (writing && row.asks) this.waiting.asks = true
    return row.name
  }
  readCsr(_f: 'csr'): bigint {
    return i64(readCsr(this.m, this.hart, this.csr(false)))
  }
  writeCsr(_f: 'csr', v: bigint): void {
    writeCsr(this.m, this.hart, this.csr(true), u64(v))
  }

  // ---- floating point

  fpOn(): void {
    if (this.hart.words[L.WORD_FS] === L.FS_OFF) this.illegal()
  }
  f(f: C.FField): bigint {
    this.fpOn()
    return this.view.getBigInt64(this.base + L.HART.f + 8 * this.number(f), true)
  }
  setF(f: C.FField, v: bigint): void {
    this.fpOn()
    this.hart.words[L.WORD_FS] = L.FS_DIRTY
    this.view.setBigInt64(this.base + L.HART.f + 8 * this.number(f), v, true)
  }
  f32(f: C.FField): bigint {
    const raw = u64(this.f(f))
    return raw >> 32n === 0xffffffffn ? raw & 0xffffffffn : NAN_F32
  }
  setF32(f: C.FField, v: bigint): void {
    this.setF(f, (v & 0xffffffffn) | NAN_BOX)
  }
  f16(f: C.FField): bigint {
    const raw = u64(this.f(f))
    return raw >> 16n === 0xffffffffffffn ? raw & 0xffffn : NAN_F16
  }
  setF16(f: C.FField, v: bigint): void {
    this.setF(f, (v & 0xffffn) | NAN_BOX_F16)
  }
  private rounding(): fpu.RoundingMode {
    return this.modeOf(this.d.values.rm)
  }
  private modeOf(rm: number): fpu.RoundingMode {
    const mode = rm === RM_DYNAMIC ? (this.hart.words[L.WORD_FCSR] >>> 5) & 7 : rm
    if (mode > 4) this.illegal()
    return mode as fpu.RoundingMode
  }
  private raise(flags: number): void {
    const words = this.hart.words
    if (flags & ~words[L.WORD_FCSR]) words[L.WORD_FS] = L.FS_DIRTY
    words[L.WORD_FCSR] |= flags & FCSR_FLAGS
  }
  fp(op: C.FloatOp, format: C.FloatFormat, ...args: bigint[]): bigint {
    this.fpOn()
    const rounding = EXTREMES.includes(op) ? 0 : this.rounding()
    const { bits, flags } = fpu.arithmetic(op, format, rounding, args.map(u64))
    this.raise(flags)
    return bits
  }
  fcompare(op: C.FloatCompare, format: C.FloatFormat, a: bigint, b: bigint): boolean {
    this.fpOn()
    const { value, flags } = fpu.compare(op, format, u64(a), u64(b))
    this.raise(flags)
    return value
  }
  fclass(format: C.FloatFormat, a: bigint): bigint {
    this.fpOn()
    return fpu.classify(format, u64(a))
  }
  truncateModulo(a: bigint): bigint {
    this.fpOn()
    const { bits, flags } = fpu.truncateModulo(u64(a))
    this.raise(flags)
    return i64(bits)
  }
  convert(from: C.NumberType, to: C.NumberType, a: bigint): bigint {
    this.fpOn()
    const { bits, flags } = fpu.convert(from, to, this.rounding(), u64(a))
    this.raise(flags)
    return bits
  }

  // ---- vectors

  private readonly vectors = new VectorUnit(
    vectorHost({
      machine: () => this.m,
      hart: () => this.hart,
      place: (address, access) => this.place(address, access),
      illegal: () => this.illegal(),
      fpOn: () => this.fpOn(),
      roundingMode: () => this.modeOf(RM_DYNAMIC),
      raiseFlags: flags => this.raise(flags),
      load: (bytes, signed, address) => this.load(bytes, signed, address),
      store: (bytes, address, value) => this.store(bytes, address, value),
      isTrap: thrown => thrown === TRAP,
    }),
  )
  vector(op: C.VectorOp): void {
    runVector(this.vectors, this.hart, this.m.isa.vector, this.d, op)
  }
}
