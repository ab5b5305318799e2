// Floating point turned into WebAssembly. The host's operation gives the value while NX is up already and no other flag can be raised; else a
// function of soft/ gives value and flags. Other roundings than to nearest even are here where integers come out; the rest are the
// reference engine's.
import type { FField, FloatFormat, NumberType, Sem } from '../isa/index.ts'
import { NV } from '../fp/index.ts'
import * as L from '../layout.ts'
import { f64Const, i32Const, i64Const, mem, OP, TYPE, type Code } from '../wasm/bytes.ts'
import { f64 } from '../wasm/expressions.ts'
import { select, sext32, zext32 } from './arithmetic.ts'
import type { SoftName } from './soft/index.ts'
import { leftToReference, type Writer } from './writer.ts'

/** How the code of an instruction rounds: to nearest even (static, or dynamic while frm says so), or by another static mode. */
export type Rounding = 'nearest' | 'zero' | 'down' | 'up' | 'away'

/** What is asked once: that the floating-point unit is on. It stays on until something leaves. */
export const UNIT_ON = 'the floating-point unit is on'
/** What is done once: its state says that registers were written. */
export const UNIT_IS_DIRTY = 'the floating-point unit is dirty'

/** Where floating-point operands are. */
export interface FloatOperands {
  /** All 64 bits of a register. */
  rawF(f: FField): Code
  setRawF(f: FField, v: Code): void
  rounding(): Rounding
  /** Calls a function of soft/, however this module comes by it. */
  soft(name: SoftName): Code
  /** Multiply-add is a call, or in line for singles, or in line for both, where the host fuses (`hostFuses`). */
  readonly multiplyAdd: 'called' | 'inline' | 'fused'
}

export const FCSR_NX = 1
export const FCSR_FRM = 0xe0
/** frm names no rounding from here on. */
const FCSR_RESERVED = 5 << 5
/** The bits of a double below those of a normal single, and the first of them: a half of the single's last bit. */
const BELOW_SINGLE = (1n << 29n) - 1n
const HALF_OF_SINGLE = 1n << 28n
export const FAR_FROM_UNDERFLOW = 2 ** -960
const NAN_BOX = -4294967296n
const NAN_F32 = 0x7fc00000n
const NAN_BOX_F16 = -65536n
const NAN_F16 = 0x7e00n
const NAN_F64 = 0x7ff8n << 48n

/** The formats that the host computes in; half precision is the reference engine's, but for moves. */
type HostFormat = Exclude<FloatFormat, 16>

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
  ltq: { 32: OP.f32Lt, 64: OP.f64Lt },
  leq: { 32: OP.f32Le, 64: OP.f64Le },
} as const
/** Functions that round to an integer: what is rounded to; WebAssembly's operations, but for ties that go away from zero. */
const TO_INTEGER = { i32: 'toI32', u32: 'toU32', i64: 'toI64', u64: 'toU64' } as const
const ROUND = { nearest: [OP.f64Nearest], zero: [OP.f64Trunc], down: [OP.f64Floor], up: [OP.f64Ceil] } as const
const PRECISION = { 32: 24, 64: 53 } as const

const asFloat = (format: HostFormat, bits: Code): Code =>
  format === 64 ? [...bits, OP.f64ReinterpretI64] : [...bits, OP.i32WrapI64, OP.f32ReinterpretI32]
const bitsOf = (format: HostFormat, value: Code): Code =>
  format === 64 ? [...value, OP.i64ReinterpretF64] : [...value, OP.i32ReinterpretF32, OP.i64ExtendI32U]
const exponent = (format: HostFormat, bits: Code): Code => [
  ...[...bits, ...i64Const(format === 64 ? 52 : 23), OP.i64ShrU, OP.i32WrapI64],
  ...[...i32Const(maxExponent(format)), OP.i32And],
]
const maxExponent = (format: HostFormat): number => (format === 64 ? 0x7ff : 0xff)
/** Condition: the exponent is the smallest or the largest, where overflow, underflow, invalid and division by zero show. */
const extreme = (format: HostFormat, bits: Code): Code => [
  ...[...exponent(format, bits), ...i32Const(2), OP.i32Sub],
  ...[...i32Const(maxExponent(format) - 2), OP.i32GeU],
]

type IntegerType = Exclude<NumberType, 'f16' | 'f32' | 'f64'>
const isInteger = (type: NumberType): type is IntegerType => type[0] !== 'f'

/** The floating-point words of a meaning. */
export function floats(w: Writer, base: number, operands: FloatOperands) {
  const fcsr = [...i32Const(0), ...mem(OP.i32Load, base + L.HART.fcsr)]

  function fpOn(): void {
    if (!w.first(UNIT_ON)) return
    w.push(...i32Const(0), ...mem(OP.i32Load, base + L.HART.fs), OP.i32Eqz)
    w.leaveIf('slow')
  }
  /** Leaves unless the rounding is this code's. */
  function roundsSo(): void {
    if (operands.rounding() !== 'nearest') return
    w.push(...fcsr, ...i32Const(FCSR_FRM), OP.i32And)
    w.leaveIf('slow')
  }
  /** What cannot round is still illegal by a dynamic mode that is none. */
  function roundsSomehow(): void {
    if (operands.rounding() !== 'nearest') return
    w.push(...fcsr, ...i32Const(FCSR_RESERVED), OP.i32GeU)
    w.leaveIf('slow')
  }
  const soft = (name: SoftName, ...args: readonly Code[]): Code => [...args.flat(), ...i32Const(base), ...operands.soft(name)]
  const isNan = (format: HostFormat, bits: Code): Code => {
    const value = asFloat(format, bits)
    return [...value, ...value, format === 64 ? OP.f64Ne : OP.f32Ne]
  }
  /**
   * The rounded `result`, if no flag is raised by it for certain; else what is answered by `exactly`, which raises them. `mayRaise`: another flag
   * than NX. `inexact`, where that can be told shortly: NX.
   */
  function rounded(result: Code, mayRaise: (r: Code) => Code, exactly: Code, inexact?: (r: Code) => Code): Code {
    const r = w.let(result)
    w.push(...fcsr, ...i32Const(FCSR_FRM | FCSR_NX), OP.i32And, ...i32Const(FCSR_NX), OP.i32Ne, ...mayRaise(r), OP.i32Or, OP.if, TYPE.empty)
    w.nested(roundsSo)
    if (inexact) w.push(...mayRaise(r), ...inexact(r), OP.i32Or, OP.if, TYPE.empty)
    w.assign(r, exactly)
    w.push(OP.end, ...(inexact ? [OP.end] : []))
    return r
  }
  /** Condition: s = x + y is not exact. It is if taking either operand off leaves the other: the larger one comes off exactly. */
  function inexactSum(format: HostFormat, x: Code, y: Code, s: Code): Code {
    const { sub, ne } = format === 64 ? { sub: OP.f64Sub, ne: OP.f64Ne } : { sub: OP.f32Sub, ne: OP.f32Ne }
    return [...[...s, ...x, sub, ...y, ne], ...[...s, ...y, sub, ...x, ne], OP.i32Or]
  }
  /** Condition: r = x * y is not exact, or may not be; r is no number near underflow or overflow. */
  function inexactProduct(format: HostFormat, x: Code, y: Code): ((r: Code) => Code) | undefined {
    if (format === 32) {
      const wide = (v: Code): Code => [...v, OP.f64PromoteF32]
      return r => [...wide(x), ...wide(y), OP.f64Mul, ...wide(asFloat(32, r)), OP.f64Ne]
    }
    if (operands.multiplyAdd !== 'fused') return undefined
    // The error of a product that is far from underflow is a double.
    return r => {
      const near = [...asFloat(64, r), OP.f64Abs, ...f64Const(FAR_FROM_UNDERFLOW), OP.f64Lt]
      return [...near, ...f64.fused(x, y, [...asFloat(64, r), OP.f64Neg]), ...f64Const(0), OP.f64Ne, OP.i32Or]
    }
  }
  const overflows = (format: HostFormat, r: Code): Code => [...exponent(format, r), ...i32Const(maxExponent(format)), OP.i32Eq]

  /** a * b + c in line: singles by way of doubles, unless the sum of those is where singles meet; doubles by the host's own operation. */
  function multiplyAdd(format: HostFormat, args: readonly Code[]): Code {
    const bits = args.map(v => w.let(v))
    const exactly = soft(`madd${format}`, ...bits)
    const [x, y, z] = bits.map(v => asFloat(format, v))
    if (format === 32) {
      const [a, b, c] = [x, y, z].map(v => [...v, OP.f64PromoteF32])
      const sum = w.let([...a, ...b, OP.f64Mul, ...c, OP.f64Add, OP.i64ReinterpretF64])
      const between = [...sum, ...i64Const(BELOW_SINGLE), OP.i64And, ...i64Const(HALF_OF_SINGLE), OP.i64Eq]
      const result = bitsOf(32, [...sum, OP.f64ReinterpretI64, OP.f32DemoteF64])
      return rounded(result, r => [...extreme(32, r), ...between, OP.i32Or], exactly)
    }
    return rounded(
      bitsOf(64, f64.fused(x, y, z)),
      r => extreme(64, r),
      exactly,
      r => {
        const product = w.let(bitsOf(64, [...x, ...y, OP.f64Mul]))
        const mayRound = inexactProduct(64, x, y)?.(product) ?? i32Const(1)
        const sum = inexactSum(64, asFloat(64, product), z, asFloat(64, r))
        return [...extreme(64, product), ...mayRound, OP.i32Or, ...sum, OP.i32Or]
      },
    )
  }

  function f(field: FField): Code {
    fpOn()
    return operands.rawF(field)
  }
  function setF(field: FField, v: Code): void {
    fpOn()
    operands.setRawF(field, v)
    if (w.first(UNIT_IS_DIRTY)) w.push(...i32Const(0), ...i32Const(L.FS_DIRTY), ...mem(OP.i32Store, base + L.HART.fs))
  }

  function betweenFloats(source: HostFormat, v: Code): Code {
    if (source === 64) return rounded(bitsOf(32, [...asFloat(64, v), OP.f32DemoteF64]), r => extreme(32, r), soft('demote', v))
    roundsSomehow()
    const r = w.let(bitsOf(64, [...asFloat(32, v), OP.f64PromoteF32]))
    w.push(...isNan(32, v), OP.if, TYPE.empty, ...soft('heard32', v, v))
    w.assign(r, i64Const(NAN_F64))
    w.push(OP.end)
    return r
  }
  function fromInteger(from: IntegerType, format: HostFormat, a: Code): Code {
    const v = w.let({ i32: sext32(a), u32: zext32(a), i64: a, u64: a }[from])
    if (format === 64 && (from === 'i32' || from === 'u32')) roundsSomehow()
    else {
      // WebAssembly rounds to nearest only.
      if (operands.rounding() !== 'nearest') return leftToReference()
      roundsSo()
      const negative = w.let([...v, ...i64Const(63), OP.i64ShrS])
      const size = from === 'u64' ? v : [...v, ...negative, OP.i64Xor, ...negative, OP.i64Sub]
      w.push(...fcsr, ...i32Const(FCSR_NX), OP.i32And, OP.i32Eqz, OP.if, TYPE.empty)
      w.push(...soft('longInteger', size, i64Const(PRECISION[format])), OP.end)
    }
    const unsigned = from === 'u64'
    const code = format === 64 ? (unsigned ? OP.f64ConvertI64U : OP.f64ConvertI64S) : unsigned ? OP.f32ConvertI64U : OP.f32ConvertI64S
    return bitsOf(format, [...v, code])
  }
  function toInteger(source: HostFormat, to: IntegerType, v: Code): Code {
    roundsSo()
    const x = source === 64 ? asFloat(64, v) : [...asFloat(32, v), OP.f64PromoteF32]
    const mode = operands.rounding()
    return soft(TO_INTEGER[to], x, [...x, ...(mode === 'away' ? operands.soft('away') : ROUND[mode])])
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
    f16(field) {
      const raw = w.let(f(field))
      const boxed = [...raw, ...i64Const(16), OP.i64ShrS, ...i64Const(-1), OP.i64Eq]
      return select(boxed, [...raw, ...i64Const(0xffff), OP.i64And], i64Const(NAN_F16))
    },
    setF16: (field, v) => setF(field, [...v, ...i64Const(NAN_BOX_F16), OP.i64Or]),
    setF32: (field, v) => setF(field, [...v, ...i64Const(NAN_BOX), OP.i64Or]),
    fp(op, format, ...args) {
      if (format === 16 || op === 'minm' || op === 'maxm' || op === 'round' || op === 'roundnx') return leftToReference()
      fpOn()
      if (op === 'min' || op === 'max') {
        const [a, b] = args.map(v => w.let(v))
        const r = w.let(bitsOf(format, [...asFloat(format, a), ...asFloat(format, b), ARITHMETIC[op][format]]))
        w.push(...isNan(format, r), OP.if, TYPE.empty)
        w.assign(r, soft(`number${format}`, a, b))
        w.push(OP.end)
        return r
      }
      // WebAssembly rounds to nearest only.
      if (operands.rounding() !== 'nearest') return leftToReference()
      if (op === 'madd') {
        const inLine = operands.multiplyAdd === 'fused' || (operands.multiplyAdd === 'inline' && format === 32)
        if (inLine) return multiplyAdd(format, args)
        roundsSo()
        return soft(`madd${format}`, ...args)
      }
      const [a, b] = args.map(v => w.let(v))
      const [x, y] = [a, b].map(v => (v ? asFloat(format, v) : []))
      const result = bitsOf(format, [...x, ...y, ARITHMETIC[op][format]])
      const overflow = (r: Code): Code => overflows(format, r)
      switch (op) {
        case 'add':
          return rounded(result, overflow, soft(`add${format}`, a, b), r => inexactSum(format, x, y, asFloat(format, r)))
        case 'sub': {
          const negated = [...b, ...i64Const(1n << BigInt(format - 1)), OP.i64Xor]
          const exactly = soft(`add${format}`, a, negated)
          return rounded(result, overflow, exactly, r => inexactSum(format, x, asFloat(format, negated), asFloat(format, r)))
        }
        case 'sqrt':
          return rounded(result, overflow, soft(`sqrt${format}`, a))
        case 'mul':
          return rounded(result, r => extreme(format, r), soft(`mul${format}`, a, b), inexactProduct(format, x, y))
        default:
          return rounded(result, r => extreme(format, r), soft(`${op}${format}`, a, b))
      }
    },
    fcompare(op, format, a, b) {
      if (format === 16) return leftToReference()
      fpOn()
      const [x, y] = [w.let(a), w.let(b)]
      w.push(...isNan(format, x), ...isNan(format, y), OP.i32Or, OP.if, TYPE.empty)
      w.push(...(op !== 'lt' && op !== 'le' ? soft(`heard${format}`, x, y) : soft('raise', i32Const(NV))), OP.end)
      return [...asFloat(format, x), ...asFloat(format, y), COMPARE[op][format]]
    },
    fclass(format, a) {
      if (format === 16) return leftToReference()
      fpOn()
      return [...a, ...operands.soft(`class${format}`)]
    },
    truncateModulo: leftToReference,
    convert(from, to, a) {
      if (from === 'f16' || to === 'f16') return leftToReference()
      fpOn()
      const format = to === 'f64' ? 64 : 32
      if (isInteger(from)) return fromInteger(from, format, a)
      const v = w.let(a)
      const source = from === 'f64' ? 64 : 32
      if (isInteger(to)) return toInteger(source, to, v)
      // WebAssembly rounds to nearest only.
      return source === 64 && operands.rounding() !== 'nearest' ? leftToReference() : betweenFloats(source, v)
    },
  } satisfies Partial<Sem<Code, Code>>
}
