// Doubles in a region: values stay in the host's floating-point registers, and one comparison says that the host's result is right and
// raises nothing: its size is below the region's limit, which is infinity while NX is up already and rounding is to nearest, else 0.
import { FAR_FROM_UNDERFLOW, FCSR_FRM, FCSR_NX, leftToReference, type floats } from '../emit/index.ts'
import { NV } from '../fp/index.ts'
import type { Sem } from '../isa/index.ts'
import * as L from '../layout.ts'
import { brIf, f64Const, i32Const, mem, OP, set, TYPE, type Code } from '../wasm/bytes.ts'
import { f64 } from '../wasm/expressions.ts'
import type { operands } from './operands.ts'
import { HOLE } from './template.ts'
import type { RegionWriter } from './writer.ts'

const SIGN = 1n << 63n
/** Of an f64 that is no number near underflow: twice the smallest normal one. */
const SMALL = 2 ** -1021
const BLOCK: Code = [OP.block, TYPE.empty]
const IF: Code = [OP.if, TYPE.empty]
const size = (r: Code): Code => [...r, OP.f64Abs]
const bitsOf = (x: Code): Code => [...x, OP.i64ReinterpretF64]
const fcsrOf = (base: number): Code => [...i32Const(0), ...mem(OP.i32Load, base + L.HART.fcsr)]

/** The limit of a region, into its local. */
export const setLimit = (base: number, local: number): Code => [...limitNow(base), ...set(local)]
const limitNow = (base: number): Code => [
  ...[...f64Const(Infinity), ...f64Const(0)],
  ...[...fcsrOf(base), ...i32Const(FCSR_FRM | FCSR_NX), OP.i32And, ...i32Const(FCSR_NX), OP.i32Eq, OP.select],
]

/** s = x + y is not exact (emit/floats.ts). */
const inexactSum = (x: Code, y: Code, s: Code): Code => [
  ...[...s, ...x, OP.f64Sub, ...y, OP.f64Ne],
  ...[...s, ...y, OP.f64Sub, ...x, OP.f64Ne, OP.i32Or],
]
/** r = x * y is not exact, or near underflow. */
const inexactProduct = (x: Code, y: Code, r: Code): Code => [
  ...[...size(r), ...f64Const(FAR_FROM_UNDERFLOW), OP.f64Lt],
  ...[...f64.fused(x, y, [...r, OP.f64Neg]), ...f64Const(0), OP.f64Ne, OP.i32Or],
]

type Operands = ReturnType<typeof operands>
type Plain = ReturnType<typeof floats>
type Words = Pick<Sem<Code, Code>, 'let' | 'xor' | 'and' | 'or' | 'num' | 'load'>

/** The words of a meaning that make doubles, over those that know of bits only. `sameSource`: rs1 and rs2 are one register. */
export function doubles(w: RegionWriter, base: number, from: Operands, plain: Plain & Words, sameSource: () => boolean) {
  const { doubleOf } = from
  const made = (value: Code): Code => {
    const bits = bitsOf(value)
    doubleOf.set(bits, value)
    return bits
  }
  /** Code for a double that can be asked for again and again. */
  const value = (bits: Code): Code => doubleOf.get(bits) ?? w.letDouble([...bits, OP.f64ReinterpretI64])
  const soft = (name: Parameters<Operands['soft']>[0], ...args: readonly Code[]): Code => [
    ...args.flat(),
    ...i32Const(base),
    ...from.soft(name),
  ]
  const limit: Code = [OP.localGet, HOLE.limit]
  function roundsSo(): void {
    w.push(...fcsrOf(base), ...i32Const(FCSR_FRM), OP.i32And)
    w.leaveIf('slow')
  }
  /** `result` if it is below the limit, and not small where small ones may raise flags; else what `exactly` answers unless the result was exact. */
  function rounded(result: Code, mayBeSmall: boolean, exactly: Code, inexact: ((r: Code) => Code) | null): Code {
    const r = w.letDouble(result)
    w.push(...BLOCK)
    const fits = [...size(r), ...limit, OP.f64Lt]
    if (mayBeSmall) w.push(...BLOCK, ...fits, OP.i32Eqz, ...brIf(0), ...size(r), ...f64Const(SMALL), OP.f64Ge, ...brIf(1), OP.end)
    else w.push(...fits, ...brIf(0))
    w.nested(roundsSo)
    if (inexact !== null) {
      const small = mayBeSmall ? [...size(r), ...f64Const(SMALL), OP.f64Lt, OP.i32Or] : []
      w.push(...size(r), ...f64Const(Infinity), OP.f64Lt, OP.i32Eqz, ...small, ...inexact(r), OP.i32Or, ...IF)
    }
    w.push(...exactly, OP.f64ReinterpretI64, OP.localSet, ...r.slice(1), ...limitNow(base), OP.localSet, HOLE.limit)
    w.push(...(inexact === null ? [] : [OP.end]), OP.end)
    return made(r)
  }
  const { fuses } = from
  const fused = (x: Code, y: Code, z: Code): Code =>
    rounded(f64.fused(x, y, z), true, soft('madd64', bitsOf(x), bitsOf(y), bitsOf(z)), r => {
      const product = w.letDouble([...x, ...y, OP.f64Mul])
      const near = [...size(product), ...f64Const(SMALL), OP.f64Lt, ...size(product), ...f64Const(Infinity), OP.f64Lt, OP.i32Eqz, OP.i32Or]
      return [...near, ...inexactProduct(x, y, product), OP.i32Or, ...inexactSum(product, z, r), OP.i32Or]
    })

  // Bits that have the sign of a double, and those that are its size or its sign alone.
  const signed = new Map<Code, Code>()
  const magnitudes = new Map<Code, Code>()
  const signs = new Map<Code, Code>()
  /** The number behind code for a constant. */
  const numbers = new Map<Code, bigint>()
  const NOTHING_NEGATIVE: Code = f64Const(0)
  return {
    start(): void {
      doubleOf.clear()
      signed.clear()
      magnitudes.clear()
      signs.clear()
      numbers.clear()
    },
    num(n) {
      const code = plain.num(n)
      numbers.set(code, n)
      return code
    },
    let: v => (doubleOf.has(v) ? v : plain.let(v)),
    load(bytes, signed, addr) {
      const bits = plain.load(bytes, signed, addr)
      // The operation and its two numbers come last.
      if (bytes === 8) doubleOf.set(bits, [...bits.slice(0, -3), OP.f64Load, ...bits.slice(-2)])
      return bits
    },
    xor(a, b) {
      const v = plain.xor(a, b)
      const [x, y, n] = [doubleOf.get(a), doubleOf.get(b), numbers.get(b)]
      if (x && n === SIGN) doubleOf.set(v, [...x, OP.f64Neg])
      else if (x && n === -1n) signed.set(v, [...x, OP.f64Neg])
      else if (x && y && sameSource()) doubleOf.set(v, NOTHING_NEGATIVE)
      return v
    },
    and(a, b) {
      const v = plain.and(a, b)
      const [x, s, n] = [doubleOf.get(a), signed.get(a), numbers.get(b)]
      if (x && n === SIGN - 1n) magnitudes.set(v, x)
      if (n === SIGN && (x ?? s)) signs.set(v, (x ?? s) as Code)
      return v
    },
    or(a, b) {
      const v = plain.or(a, b)
      const [x, s] = [magnitudes.get(a), signs.get(b)]
      if (x && s) doubleOf.set(v, s === NOTHING_NEGATIVE ? [...x, OP.f64Abs] : sameSource() ? s : [...x, ...s, OP.f64Copysign])
      return v
    },
    fp(op, format, ...args) {
      if (format !== 64 || (op === 'madd' && !fuses)) return plain.fp(op, format, ...args)
      if (op !== 'madd' && op !== 'add' && op !== 'sub' && op !== 'mul' && op !== 'div' && op !== 'sqrt')
        return plain.fp(op, format, ...args)
      plain.fpOn()
      // WebAssembly rounds to nearest only.
      if (from.rounding() !== 'nearest') return leftToReference()
      const [x, y, z] = args.map(value)
      switch (op) {
        case 'madd':
          return fused(x, y, z)
        case 'add':
          return rounded([...x, ...y, OP.f64Add], false, soft('add64', bitsOf(x), bitsOf(y)), r => inexactSum(x, y, r))
        case 'sub': {
          const negative = [...y, OP.f64Neg]
          const exactly = soft('add64', bitsOf(x), bitsOf(negative))
          return rounded([...x, ...y, OP.f64Sub], false, exactly, r => inexactSum(x, negative, r))
        }
        case 'sqrt':
          return rounded([...x, OP.f64Sqrt], false, soft('sqrt64', bitsOf(x)), null)
        case 'mul': {
          const exactly = soft('mul64', bitsOf(x), bitsOf(y))
          return rounded([...x, ...y, OP.f64Mul], true, exactly, fuses ? r => inexactProduct(x, y, r) : null)
        }
        case 'div':
          return rounded([...x, ...y, OP.f64Div], true, soft('div64', bitsOf(x), bitsOf(y)), null)
      }
    },
    fcompare(op, format, a, b) {
      if (format !== 64) return plain.fcompare(op, format, a, b)
      plain.fpOn()
      const [x, y] = [value(a), value(b)]
      const sum = w.letDouble([...x, ...y, OP.f64Add])
      const quiet = op !== 'lt' && op !== 'le'
      const heard = quiet ? soft('heard64', bitsOf(x), bitsOf(y)) : soft('raise', i32Const(NV))
      // A sum that is no number is one of infinities, or of what is no number.
      w.push(...sum, ...sum, OP.f64Ne, ...IF, ...x, ...x, OP.f64Ne, ...y, ...y, OP.f64Ne, OP.i32Or, ...IF, ...heard, OP.end, OP.end)
      return [...x, ...y, COMPARE[op]]
    },
  } satisfies Partial<Sem<Code, Code>> & { start(): void }
}

const COMPARE = { eq: OP.f64Eq, lt: OP.f64Lt, le: OP.f64Le, ltq: OP.f64Lt, leq: OP.f64Le } as const
