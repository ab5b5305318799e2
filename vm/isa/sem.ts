// The vocabulary that instruction meanings are written in. A meaning is a function of a `Sem`; every engine (the BigInt
// reference, the WebAssembly interpreter, a JIT) is an implementation of it, so an instruction is defined once.
//
// `V` is a 64-bit value and `C` a condition: bigint and boolean in the reference, pieces of code in an emitter.
// A value used twice must be bound with `let`, or an emitter would emit (and run) its code twice.
// Words that can trap come before the words that change registers: a trap leaves no trace of its instruction.
import type { FieldName, ImmField, XField, FField } from './fields.ts'
import type { VectorOp } from './vector-op.ts'

export type Width = 1 | 2 | 4 | 8
/** What is done with a cache block. */
export type BlockOp = 'inval' | 'clean' | 'flush' | 'zero'
export type FloatFormat = 16 | 32 | 64
export type FloatOp = 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'min' | 'max' | 'minm' | 'maxm' | 'madd' | 'round' | 'roundnx'
/** `ltq` and `leq` hear of signaling NaNs only. */
export type FloatCompare = 'eq' | 'lt' | 'le' | 'ltq' | 'leq'
/** Number types of conversions: f = float, i = signed, u = unsigned integer; results of 32 bits are sign-extended or NaN-boxed by the row. */
export type NumberType = 'f16' | 'f32' | 'f64' | 'i32' | 'u32' | 'i64' | 'u64'

export interface Sem<V, C> {
  // operands
  x(f: XField): V
  setX(f: XField, v: V): void
  imm(f: ImmField): V
  /** Address of this instruction, and of the one after it (pc + 2 or + 4). */
  pc(): V
  nextPc(): V
  num(n: bigint): V
  let(v: V): V

  // integers, 64 bits, wrapping; shifts use the low 6 bits of `b`
  add(a: V, b: V): V
  sub(a: V, b: V): V
  mul(a: V, b: V): V
  and(a: V, b: V): V
  or(a: V, b: V): V
  xor(a: V, b: V): V
  shl(a: V, b: V): V
  shrS(a: V, b: V): V
  shrU(a: V, b: V): V
  /** High 64 bits of the 128-bit product: both signed, both unsigned, a signed and b unsigned. */
  mulhS(a: V, b: V): V
  mulhU(a: V, b: V): V
  mulhSU(a: V, b: V): V
  /** Division with RISC-V's answers for zero and overflow (Unprivileged spec, M extension, table of division results). */
  divS(a: V, b: V): V
  divU(a: V, b: V): V
  remS(a: V, b: V): V
  remU(a: V, b: V): V
  /** Rotations, by the low 6 bits of `b`. */
  rotl(a: V, b: V): V
  rotr(a: V, b: V): V
  /** Zeros before the first and behind the last one (64 for 0), and how many ones. */
  clz(a: V): V
  ctz(a: V): V
  popcount(a: V): V
  /** Low and high 64 bits of the carry-less product. */
  clmul(a: V, b: V): V
  clmulh(a: V, b: V): V
  /** The low 32 bits, sign- or zero-extended. */
  sext32(a: V): V
  zext32(a: V): V

  // conditions
  eq(a: V, b: V): C
  ne(a: V, b: V): C
  ltS(a: V, b: V): C
  ltU(a: V, b: V): C
  geS(a: V, b: V): C
  geU(a: V, b: V): C
  bool(c: C): V
  select(c: C, a: V, b: V): V

  // memory: virtual addresses, little-endian, any alignment
  load(bytes: Width, signed: boolean, addr: V): V
  store(bytes: Width, addr: V, v: V): void
  /** Atomically old = memory, memory = update(old); answers old, sign-extended. Traps when misaligned. */
  amo(bytes: Width, addr: V, update: (old: V) => V): V
  loadReserved(bytes: 4 | 8, addr: V): V
  /** Answers 0 when it stored, 1 when the reservation was lost. */
  storeConditional(bytes: 4 | 8, addr: V, v: V): V
  /**
   * 16 bytes at an aligned address: where they are what the pair rd holds, they become what the pair rs2 does; the pair rd becomes what they
   * were. A pair is a register and the next one, the lower half first; x0 is a pair of zeros.
   */
  compareSwapPair(addr: V): void
  /** On the block of 64 bytes around the address. Illegal where menvcfg or senvcfg do not let the hart's privilege do it. */
  cacheBlock(op: BlockOp, addr: V): void

  // control
  /** Traps when no instruction may begin at `to`, as where there is no C and it is no multiple of four; jumps say it before they write. */
  landing(to: V): void
  /** pc-relative, by an immediate field. */
  goto(f: ImmField): void
  branch(c: C, f: ImmField): void
  /** To a computed address, bit 0 cleared. */
  jump(to: V): void

  // the system
  ecall(): void
  ebreak(): void
  illegal(): void
  fence(): void
  fenceI(): void
  wfi(): void
  sret(): void
  mret(): void
  /** Privileged spec, sfence.vma: a null operand means every address or every address space. */
  sfence(va: V | null, asid: V | null): void
  /** Reads and writes of the CSR named by the `csr` field; one that may not be accessed traps as illegal. */
  readCsr(f: 'csr'): V
  writeCsr(f: 'csr', v: V): void
  /** The number in a field (register numbers included), known when an instruction is decoded: for "rs1 = x0 does not write". */
  fieldIsZero(f: FieldName): boolean

  // floating point: raw bits in a V
  /** Illegal while the unit is off (sstatus.FS). Every other word here asks it too; a row that has something to do before says it first. */
  fpOn(): void
  f(f: FField): V
  setF(f: FField, v: V): void
  /** The low 32 bits of a properly NaN-boxed register, else the canonical NaN. */
  f32(f: FField): V
  /** Writes the low 32 bits NaN-boxed. */
  setF32(f: FField, v: V): void
  /** The same for 16 bits. */
  f16(f: FField): V
  setF16(f: FField, v: V): void
  /**
   * Rounds by the instruction's `rm` field (min and max have none; minm and maxm keep NaNs). madd(a, b, c) is a * b + c, rounded once; round
   * goes to an integer in the format, roundnx too, and flags inexact.
   */
  fp(op: FloatOp, format: FloatFormat, ...args: V[]): V
  fcompare(op: FloatCompare, format: FloatFormat, a: V, b: V): C
  fclass(format: FloatFormat, a: V): V
  /**
   * Rounds by the instruction's `rm` field; integer results saturate and NaN gives the largest (Unprivileged spec, F extension).
   * A 32-bit integer operand comes sign- (i32) or zero-extended (u32); the row sign-extends a 32-bit result.
   */
  convert(from: NumberType, to: NumberType, a: V): V
  /** A double towards zero, the low 32 bits of the integer sign-extended; 0 for infinities and NaNs. Flags are those of a conversion to i32. */
  truncateModulo(a: V): V

  /**
   * A whole vector instruction: what it does to an element is data (vector-op.ts), its registers and mask bit are the decoded operands.
   * A load or store that traps leaves vstart at the element, and the elements before it done.
   */
  vector(op: VectorOp): void
}

export type Meaning = <V, C>(m: Sem<V, C>) => void
