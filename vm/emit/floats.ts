// Floating point turned into WebAssembly. It is done here only where no flag but NX can be raised and NX is already up, so that flags
// stay exact; every other case leaves to the reference engine.
import type { FField, FloatFormat, NumberType, Sem } from '../isa/index.ts'
import * as L from '../layout.ts'
import { i32Const, i64Const, mem, OP, type Code } from '../wasm/bytes.ts'
import { select, sext32, zext32 } from './arithmetic.ts'
import { leftToReference, type Writer } from './writer.ts'

/** What the code of an instruction rounds: to nearest even (static, or dynamic while frm says so), or towards zero. */
export type Rounding = 'nearest' | 'zero'

/** Where floating-point operands are. */
export interface FloatOperands {
  /** All 64 bits of a register. */
  rawF(f: FField): Code
  setRawF(f: FField, v: Code): void
  rounding(): Rounding
}

const FCSR_NX = 1
const FCSR_FRM = 0xe0
const NAN_BOX = -4294967296n
const NAN_F32 = 0x7fc00000n

const ARITHMETIC = {
  add: { 32: OP.f32Add, 64: OP.f64Add },
  sub: { 32: OP.f32Sub, 64: OP.f64Sub },
  mul: { 32: OP.f32Mul, 64: OP.f64Mul },
  div: { 32: OP.f32Div, 64: OP.f64Div },
  sqrt: { 32: OP.f32Sqrt, 64: OP.f64Sqrt },
  min: { 32: OP.f32Min, 64: OP.f64Min },
  max: { 32: OP.f32Max, 64: OP.f64Max },
} as const
const COMPARE = {
  eq: { 32: OP.f32Eq, 64: OP.f64Eq },
  lt: { 32: OP.f32Lt, 64: OP.f64Lt },
  le: { 32: OP.f32Le, 64: OP.f64Le },
} as const
/** Doubles that are well inside each integer type, as bounds. */
const INSIDE = {
  i32: [-2147483648, 2147483647],
  u32: [0, 4294967295],
  i64: [-(2 ** 62), 2 ** 62],
  u64: [0, 2 ** 62],
  f32: [0, 0],
  f64: [0, 0],
} as const

const asFloat = (format: FloatFormat, bits: Code): Code =>
  format === 64 ? [...bits, OP.f64ReinterpretI64] : [...bits, OP.i32WrapI64, OP.f32ReinterpretI32]
const bitsOf = (format: FloatFormat, value: Code): Code =>
  format === 64 ? [...value, OP.i64ReinterpretF64] : [...value, OP.i32ReinterpretF32, OP.i64ExtendI32U]
const exponent = (format: FloatFormat, bits: Code): Code => [
  ...[...bits, ...i64Const(format === 64 ? 52 : 23), OP.i64ShrU, OP.i32WrapI64],
  ...[...i32Const(maxExponent(format)), OP.i32And],
]
/** Bits with the sign removed are zero. */
const isZero = (format: FloatFormat, bits: Code): Code => [...bits, ...i64Const(format === 64 ? 1 : 33), OP.i64Shl, OP.i64Eqz]
const maxExponent = (format: FloatFormat): number => (format === 64 ? 0x7ff : 0xff)
/** Condition: the exponent is the smallest or the largest, where overflow, underflow, invalid and division by zero show. */
const extreme = (format: FloatFormat, bits: Code): Code => [
  ...[...exponent(format, bits), ...i32Const(2), OP.i32Sub],
  ...[...i32Const(maxExponent(format) - 2), OP.i32GeU],
]

/** The floating-point words of a meaning. */
export function floats(w: Writer, base: number, operands: FloatOperands) {
  const fcsr = [...i32Const(0), ...mem(OP.i32Load, base + L.HART.fcsr)]

  function fpOn(): void {
    if (!w.first('the floating-point unit is on')) return
    w.push(...i32Const(0), ...mem(OP.i32Load, base + L.HART.fs), OP.i32Eqz)
    w.leaveIf('slow')
  }
  /** Leaves unless the rounding is this code's and the inexact flag is sticky. */
  function inexactIsFree(): void {
    const watched = operands.rounding() === 'nearest' ? FCSR_FRM | FCSR_NX : FCSR_NX
    w.push(...fcsr, ...i32Const(watched), OP.i32And, ...i32Const(FCSR_NX), OP.i32Ne)
    w.leaveIf('slow')
  }
  function leaveIfNan(format: FloatFormat, bits: Code): void {
    const value = asFloat(format, bits)
    w.push(...value, ...value, format === 64 ? OP.f64Ne : OP.f32Ne)
    w.leaveIf('slow')
  }
  function f(field: FField): Code {
    fpOn()
    return operands.rawF(field)
  }
  function setF(field: FField, v: Code): void {
    fpOn()
    operands.setRawF(field, v)
    w.push(...i32Const(0), ...i32Const(L.FS_DIRTY), ...mem(OP.i32Store, base + L.HART.fs))
  }

  function toFloat(from: NumberType, format: FloatFormat, v: Code): Code {
    if (from === 'f32' || from === 'f64') {
      const source: FloatFormat = from === 'f64' ? 64 : 32
      if (source === format) return leftToReference()
      leaveIfNan(source, v)
      if (source === 32) return bitsOf(64, [...asFloat(32, v), OP.f64PromoteF32])
      const r = w.let(bitsOf(32, [...asFloat(64, v), OP.f32DemoteF64]))
      w.push(...extreme(32, r), ...isZero(64, v), OP.i32Eqz, OP.i32And)
      w.leaveIf('slow')
      return r
    }
    const wide = { i32: sext32(v), u32: zext32(v), i64: v, u64: v }[from]
    const unsigned = from === 'u64'
    const code = format === 64 ? (unsigned ? OP.f64ConvertI64U : OP.f64ConvertI64S) : unsigned ? OP.f32ConvertI64U : OP.f32ConvertI64S
    return bitsOf(format, [...wide, code])
  }
  /** Towards zero, for values well inside the range of the integer type; the edges are the reference engine's. */
  function truncate(source: FloatFormat, to: NumberType, v: Code): Code {
    const value = source === 64 ? asFloat(64, v) : [...asFloat(32, v), OP.f64PromoteF32]
    const [low, high] = INSIDE[to]
    const bound = (n: number): Code => [...i64Const(n), OP.f64ConvertI64S]
    w.push(...value, ...bound(low), OP.f64Lt, OP.i32Eqz, ...value, ...bound(high), OP.f64Gt, OP.i32Eqz, OP.i32And, OP.i32Eqz)
    w.leaveIf('slow')
    leaveIfNan(64, [...value, OP.i64ReinterpretF64])
    return [...value, OP.i64TruncF64S]
  }

  return {
    fpOn,
    f,
    setF,
    f32(field) {
      const raw = w.let(f(field))
      const boxed = [...raw, ...i64Const(32), OP.i64ShrS, ...i64Const(-1), OP.i64Eq]
      return select(boxed, zext32(raw), i64Const(NAN_F32))
    },
    setF32: (field, v) => setF(field, [...v, ...i64Const(NAN_BOX), OP.i64Or]),
    fp(op, format, ...args) {
      if (op === 'madd') return leftToReference()
      fpOn()
      const [a, b] = args.map(v => w.let(v))
      const [fa, fb] = [a, b].map(v => (v ? asFloat(format, v) : []))
      const result = bitsOf(format, [...fa, ...fb, ARITHMETIC[op][format]])
      if (op === 'min' || op === 'max') {
        leaveIfNan(format, a)
        leaveIfNan(format, b)
        return result
      }
      // WebAssembly rounds to nearest only.
      if (operands.rounding() === 'zero') return leftToReference()
      inexactIsFree()
      const r = w.let(result)
      if (op === 'mul' || op === 'div') {
        // An exact zero from a zero operand is fine.
        const zeroOperand = op === 'mul' ? [...isZero(format, a), ...isZero(format, b), OP.i32Or] : isZero(format, a)
        w.push(...extreme(format, r), ...isZero(format, r), ...zeroOperand, OP.i32And, OP.i32Eqz, OP.i32And)
      } else w.push(...exponent(format, r), ...i32Const(maxExponent(format)), OP.i32Eq)
      w.leaveIf('slow')
      return r
    },
    fcompare(op, format, a, b) {
      fpOn()
      const [x, y] = [w.let(a), w.let(b)]
      leaveIfNan(format, x)
      leaveIfNan(format, y)
      return [...asFloat(format, x), ...asFloat(format, y), COMPARE[op][format]]
    },
    fclass: leftToReference,
    convert(from, to, a) {
      fpOn()
      const towardsZero = operands.rounding() === 'zero'
      const toInteger = to[0] === 'i' || to[0] === 'u'
      if (towardsZero && !(toInteger && from[0] === 'f')) return leftToReference()
      inexactIsFree()
      const v = w.let(a)
      if (!toInteger) return toFloat(from, to === 'f64' ? 64 : 32, v)
      if (!towardsZero) return leftToReference()
      return truncate(from === 'f64' ? 64 : 32, to, v)
    },
  } satisfies Partial<Sem<Code, Code>>
}
