// What the functions of exact floating point are made of. They work on raw bits, round to nearest even, answer bits as RISC-V has them
// (canonical NaNs), and raise flags in the fcsr of the hart whose block is at `hart`, their last parameter.
import { NV } from '../../fp/index.ts'
import * as L from '../../layout.ts'
import { get, TYPE, type Code } from '../../wasm/bytes.ts'
import { choose, f64, i32, i64, type Body } from '../../wasm/expressions.ts'

export type Value = 'i32' | 'i64' | 'f64'
/** Code that calls another function of the same module. */
export type Calls = (name: string, ...args: readonly Code[]) => Code

/** A function before it has its place in a module: who puts it there says how others are called. */
export interface SoftFunction {
  readonly params: readonly Value[]
  readonly result: Value | null
  write(b: Body, calls: Calls): void
}

type Write = (b: Body, calls: Calls, ...params: Code[]) => void
export const softFunction = (params: readonly Value[], result: Value | null, write: Write): SoftFunction => ({
  params,
  result,
  write: (b, calls) => write(b, calls, ...params.map((_, n) => get(n))),
})
/** Of so many operands, the hart, and a result. */
export const onBits = (operands: 1 | 2 | 3, write: Write): SoftFunction =>
  softFunction([...Array<Value>(operands).fill('i64'), 'i32'], 'i64', write)
export const typesOf = (f: SoftFunction): { params: number[]; results: number[] } => ({
  params: f.params.map(t => TYPE[t]),
  results: f.result === null ? [] : [TYPE[f.result]],
})

/** The special numbers of a format, as bits without sign. */
export interface Shape {
  readonly sign: bigint
  readonly infinity: bigint
  readonly quiet: bigint
  readonly least: bigint
}
export const SINGLE: Shape = { sign: 1n << 31n, infinity: 0x7f800000n, quiet: 0x7fc00000n, least: 1n << 23n }
export const DOUBLE: Shape = { sign: 1n << 63n, infinity: 0x7ffn << 52n, quiet: 0x7ff8n << 48n, least: 1n << 52n }

export const magnitude = (shape: Shape, bits: Code): Code => i64.and(bits, shape.sign - 1n)
export const isNan = (shape: Shape, bits: Code): Code => i64.gtU(magnitude(shape, bits), shape.infinity)
export const isSignaling = (shape: Shape, bits: Code): Code =>
  i64.ltU(i64.sub(magnitude(shape, bits), shape.infinity + 1n), shape.quiet - shape.infinity - 1n)

/** The flags that are up. */
export const flagsOf = (hart: Code): Code => i32.load(hart, L.HART.fcsr)

/** Raises flags, which may be none. */
export const raise = softFunction(['i32', 'i32'], null, (b, _calls, flags, hart) => {
  const old = b.let('i32', flagsOf(hart))
  const now = b.let('i32', i32.or(old, flags))
  b.if(i32.ne(now, old), () => b.do(i32.store(hart, L.HART.fcsr, now), i32.store(hart, L.HART.fs, L.FS_DIRTY)))
})
export const raiseFlags = (calls: Calls, flags: Code | number, hart: Code): Code =>
  calls('raise', typeof flags === 'number' ? i32.const(flags) : flags, hart)

/** Ends a function whose result is no number, though it is invalid only where none was an operand, or a signaling one was. */
export function answerNan(b: Body, calls: Calls, shape: Shape, operands: readonly Code[], hart: Code): void {
  const any = (of: (shape: Shape, bits: Code) => Code): Code => operands.map(v => of(shape, v)).reduce((a, c) => i32.or(a, c))
  b.if(i32.or(any(isSignaling), i32.eqz(any(isNan))), () => b.do(raiseFlags(calls, NV, hart)))
  b.return(i64.const(shape.quiet))
}

/** What is left of the exact sum of x and y when s, their rounded one, is finite: the larger operand comes off first, exactly (Dekker's fast two-sum). */
export function errorOfSum(b: Body, x: Code, y: Code, s: Code): Code {
  const swap = b.let('i32', f64.lt(f64.abs(x), f64.abs(y)))
  const large = choose(swap, y, x)
  const small = choose(swap, x, y)
  return b.f64(f64.sub(small, f64.sub(s, large)))
}

/**
 * s rounded to odd, if s is a nearest double to a number and `error` has the sign of what is missing. Such a double rounds to any format
 * that has two bits less as the number itself does, and is in none of them unless it is exact (Boldo and Melquiond).
 */
export function toOdd(b: Body, s: Code, error: Code): Code {
  const bits = b.i64(i64.bits(s))
  b.if(i32.and(f64.ne(error, 0), i64.eqz(i64.and(bits, 1))), () => {
    // Away from zero where the error has the sign of the sum.
    const against = i64.shrS(i64.xor(bits, i64.bits(error)), 63)
    b.set(bits, i64.add(bits, i64.or(against, 1)))
  })
  return f64.of(bits)
}
