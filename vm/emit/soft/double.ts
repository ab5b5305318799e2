// Double precision: the host's operation gives the value. Whether it is exact is asked of odd parts: a double is an odd integer times
// a power of two, so a product is exact if that of the odd parts has at most 53 bits, and a quotient or a root if it multiplies back.
import { DZ, NX, OF, UF } from '../../fp/index.ts'
import { choose, f64, i32, i64, type Body } from '../../wasm/expressions.ts'
import type { Code } from '../../wasm/bytes.ts'
import { answerNan, DOUBLE, errorOfSum, magnitude, onBits, raiseFlags, type Calls } from './define.ts'

const { least: LEAST } = DOUBLE
const FRACTION = LEAST - 1n
/** Exponent of the last bit of a subnormal number, and that of a number whose exponent field is 0, as the field counts. */
export const LAST_EXPONENT = -1074
const BIAS = 1075
/** Leading zeros of two numbers whose product has 53 or 54 bits at most. */
const ZEROS_OF_SHORT = 2 * 64 - 54

/** A finite number that is not zero: odd * 2^exponent. */
interface Odd {
  odd: Code
  exponent: Code
}
export function oddPart(b: Body, bits: Code): Odd {
  const field = b.i64(i64.shrU(magnitude(DOUBLE, bits), 52))
  const isNormal = i64.ne(field, 0)
  const fraction = i64.and(bits, FRACTION)
  const significand = b.i64(i64.or(fraction, i64.shl(i64.extendU(isNormal), 52)))
  const zeros = b.i64(i64.ctz(significand))
  const exponent = b.i64(i64.sub(i64.add(i64.add(field, zeros), i64.extendU(i64.eqz(field))), BIAS))
  return { odd: b.i64(i64.shrU(significand, zeros)), exponent }
}

/** Condition: the product of two odd numbers has at most 53 bits and, if told, is this number. */
export function shortProduct(b: Body, x: Code, y: Code, is?: Code): Code {
  const holds = b.let('i32', i32.const(0))
  b.if(i64.geU(i64.add(i64.clz(x), i64.clz(y)), ZEROS_OF_SHORT), () => {
    const product = i64.mul(x, y)
    b.set(holds, is === undefined ? i64.ltU(product, 1n << 53n) : i64.eq(product, is))
  })
  return holds
}

/**
 * Raises what an inexact result brings: underflow too if rounding to 53 bits leaves it below the smallest normal number. Where the result is
 * that number, the same operation on an operand 2^64 times as large, which is normal, tells (`scaled`).
 */
function inexact(b: Body, calls: Calls, bits: Code, scaled: Code, hart: Code): void {
  const flags = b.let('i32', i32.const(NX))
  const size = b.i64(magnitude(DOUBLE, bits))
  b.if(i64.leU(size, LEAST), () => {
    b.if(i32.or(i64.ltU(size, LEAST), f64.lt(f64.abs(scaled), 2 ** (-1022 + 64))), () => b.set(flags, i32.const(NX | UF)))
  })
  b.do(raiseFlags(calls, flags, hart))
}
const SCALE = 2 ** 64
const isInfinite = (value: Code): Code => f64.eq(f64.abs(value), Infinity)
const isNan = (value: Code): Code => f64.ne(value, value)

export const double = {
  add64: onBits(2, (b, calls, a, c, hart) => {
    const x = b.f64(f64.of(a))
    const y = b.f64(f64.of(c))
    const s = b.f64(f64.add(x, y))
    b.if(isNan(s), () => answerNan(b, calls, DOUBLE, [a, c], hart))
    b.if(
      isInfinite(s),
      () => b.if(i32.eqz(i32.or(isInfinite(x), isInfinite(y))), () => b.do(raiseFlags(calls, OF | NX, hart))),
      // A sum below the normal numbers is exact.
      () => b.if(f64.ne(errorOfSum(b, x, y, s), 0), () => b.do(raiseFlags(calls, NX, hart))),
    )
    b.return(i64.bits(s))
  }),
  mul64: onBits(2, (b, calls, a, c, hart) => {
    const x = b.f64(f64.of(a))
    const y = b.f64(f64.of(c))
    const product = b.f64(f64.mul(x, y))
    const bits = b.i64(i64.bits(product))
    b.if(isNan(product), () => answerNan(b, calls, DOUBLE, [a, c], hart))
    b.if(isInfinite(product), () => {
      b.if(i32.eqz(i32.or(isInfinite(x), isInfinite(y))), () => b.do(raiseFlags(calls, OF | NX, hart)))
      b.return(bits)
    })
    b.if(i32.or(f64.eq(x, 0), f64.eq(y, 0)), () => b.return(bits))
    const [p, q] = [oddPart(b, a), oddPart(b, c)]
    const exact = shortProduct(b, p.odd, q.odd)
    b.if(i32.and(exact, i64.geS(i64.add(p.exponent, q.exponent), LAST_EXPONENT)), () => b.return(bits))
    inexact(b, calls, bits, f64.mul(f64.mul(x, SCALE), y), hart)
    b.return(bits)
  }),
  div64: onBits(2, (b, calls, a, c, hart) => {
    const x = b.f64(f64.of(a))
    const y = b.f64(f64.of(c))
    const quotient = b.f64(f64.div(x, y))
    const bits = b.i64(i64.bits(quotient))
    b.if(isNan(quotient), () => answerNan(b, calls, DOUBLE, [a, c], hart))
    b.if(isInfinite(quotient), () => {
      const flags = choose(f64.eq(y, 0), i32.const(DZ), i32.const(OF | NX))
      b.if(i32.eqz(isInfinite(x)), () => b.do(raiseFlags(calls, flags, hart)))
      b.return(bits)
    })
    b.if(i32.or(f64.eq(x, 0), isInfinite(y)), () => b.return(bits))
    b.if(f64.eq(quotient, 0), () => {
      b.do(raiseFlags(calls, UF | NX, hart))
      b.return(bits)
    })
    const [dividend, divisor, result] = [oddPart(b, a), oddPart(b, c), oddPart(b, bits)]
    const exact = shortProduct(b, result.odd, divisor.odd, dividend.odd)
    b.if(i32.and(exact, i64.eq(i64.add(result.exponent, divisor.exponent), dividend.exponent)), () => b.return(bits))
    inexact(b, calls, bits, f64.div(f64.mul(x, SCALE), y), hart)
    b.return(bits)
  }),
  sqrt64: onBits(1, (b, calls, a, hart) => {
    const x = b.f64(f64.of(a))
    const root = b.f64(f64.sqrt(x))
    const bits = b.i64(i64.bits(root))
    b.if(isNan(root), () => answerNan(b, calls, DOUBLE, [a], hart))
    b.if(i32.or(isInfinite(root), f64.eq(root, 0)), () => b.return(bits))
    const result = oddPart(b, bits)
    const exact = shortProduct(b, result.odd, result.odd, oddPart(b, a).odd)
    b.if(i32.eqz(exact), () => b.do(raiseFlags(calls, NX, hart)))
    b.return(bits)
  }),
}
