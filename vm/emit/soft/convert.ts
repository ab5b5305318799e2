// Conversions, comparisons of NaNs, and the classes of numbers.
import { NV, NX } from '../../fp/index.ts'
import { choose, f64, i32, i64, type Body } from '../../wasm/expressions.ts'
import type { Code } from '../../wasm/bytes.ts'
import {
  DOUBLE,
  isNan,
  isSignaling,
  magnitude,
  onBits,
  raiseFlags,
  SINGLE,
  softFunction,
  type Calls,
  type Shape,
  type SoftFunction,
} from './define.ts'

interface Integers {
  /** The lowest one, and the one after the highest. */
  low: number
  end: number
  lowest: bigint
  highest: bigint
}
const INTEGERS: Readonly<Record<'i32' | 'u32' | 'i64' | 'u64', Integers>> = {
  i32: { low: -(2 ** 31), end: 2 ** 31, lowest: -(2n ** 31n), highest: 2n ** 31n - 1n },
  u32: { low: 0, end: 2 ** 32, lowest: 0n, highest: 2n ** 32n - 1n },
  i64: { low: -(2 ** 63), end: 2 ** 63, lowest: -(2n ** 63n), highest: 2n ** 63n - 1n },
  u64: { low: 0, end: 2 ** 64, lowest: 0n, highest: -1n },
}

/** A number and what it is rounded to, as an integer; out of range, the nearest one, and the highest for a NaN. */
const integer = ({ low, end, lowest, highest }: Integers): SoftFunction =>
  softFunction(['f64', 'f64', 'i32'], 'i64', (b, calls, x, rounded, hart) => {
    b.if(i32.and(f64.ge(rounded, low), f64.lt(rounded, end)), () => {
      b.if(f64.ne(x, rounded), () => b.do(raiseFlags(calls, NX, hart)))
      b.return(highest === -1n ? i64.truncU(rounded) : i64.truncS(rounded))
    })
    b.do(raiseFlags(calls, NV, hart))
    b.return(choose(f64.lt(rounded, low), i64.const(lowest), i64.const(highest)))
  })

const signaling = (b: Body, calls: Calls, shape: Shape, operands: readonly Code[], hart: Code): void => {
  const any = operands.map(v => isSignaling(shape, v)).reduce((a, c) => i32.or(a, c))
  b.if(any, () => b.do(raiseFlags(calls, NV, hart)))
}

/** Of two operands, one of them a NaN at least, the number. */
const number = (shape: Shape): SoftFunction =>
  onBits(2, (b, calls, a, c, hart) => {
    signaling(b, calls, shape, [a, c], hart)
    b.return(choose(isNan(shape, a), choose(isNan(shape, c), i64.const(shape.quiet), c), a))
  })

/** Raises invalid if an operand is a signaling NaN. */
const heard = (shape: Shape): SoftFunction =>
  softFunction(['i64', 'i64', 'i32'], null, (b, calls, a, c, hart) => signaling(b, calls, shape, [a, c], hart))

/** The bit that tells a class: -infinity is 0, +infinity 7, in between in order of size; the NaNs follow. */
const classOf = (shape: Shape): SoftFunction =>
  softFunction(['i64'], 'i64', (b, _calls, bits) => {
    const size = b.i64(magnitude(shape, bits))
    const from = (least: bigint): Code => i64.extendU(i64.geU(size, least))
    b.if(i64.gtU(size, shape.infinity), () => b.return(i64.shl(1, i64.add(8, from(shape.quiet)))))
    const steps = b.i64(i64.add(i64.add(from(1n), from(shape.least)), from(shape.infinity)))
    const place = choose(i64.eqz(i64.and(bits, shape.sign)), i64.add(4, steps), i64.sub(3, steps))
    b.return(i64.shl(1, place))
  })

export const conversions = {
  toI32: integer(INTEGERS.i32),
  toU32: integer(INTEGERS.u32),
  toI64: integer(INTEGERS.i64),
  toU64: integer(INTEGERS.u64),
  /** To the nearest integer, ties away from zero. */
  away: softFunction(['f64'], 'f64', (b, _calls, x) => {
    const whole = b.f64(f64.trunc(x))
    const far = f64.ge(f64.abs(f64.sub(x, whole)), 0.5)
    b.return(choose(far, f64.add(whole, f64.copysign(f64.const(1), x)), whole))
  }),
  /** Raises inexact if an integer, given without its sign, has more bits than a float keeps. */
  longInteger: softFunction(['i64', 'i64', 'i32'], null, (b, calls, size, precision, hart) => {
    b.if(i64.ltS(i64.add(i64.add(i64.clz(size), i64.ctz(size)), precision), 64), () => b.do(raiseFlags(calls, NX, hart)))
  }),
  number32: number(SINGLE),
  number64: number(DOUBLE),
  heard32: heard(SINGLE),
  heard64: heard(DOUBLE),
  class32: classOf(SINGLE),
  class64: classOf(DOUBLE),
}
