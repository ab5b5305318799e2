// Single precision through doubles: products of singles are exact there, and other results are rounded to odd, so that one rounding to
// a single tells value and flags alike.
import { DZ, NV, NX, OF, UF } from '../../fp/index.ts'
import { choose, f32, f64, i32, i64, type Body } from '../../wasm/expressions.ts'
import type { Code } from '../../wasm/bytes.ts'
import { answerNan, DOUBLE, errorOfSum, isSignaling, onBits, raiseFlags, SINGLE, softFunction, toOdd, type Calls } from './define.ts'

const wide = (b: Body, bits: Code): Code => b.f64(f64.promote(f32.of(bits)))
const narrowed = (value: Code): Code => f32.bits(f32.demote(value))
const isInfinite = (value: Code): Code => f64.eq(f64.abs(value), Infinity)
const isNan = (value: Code): Code => f64.ne(value, value)
/** Below it, a number rounded to 24 bits is less than the smallest normal single. */
const TINY = 2 ** -126 - 2 ** -151

/** A finite double, exact or rounded to odd, to a single. */
const narrow = softFunction(['f64', 'i32'], 'i64', (b, calls, exact, hart) => {
  const single = f32.demote(exact)
  const back = b.f64(f64.promote(single))
  b.if(f64.ne(back, exact), () => {
    const small = choose(f64.lt(f64.abs(exact), TINY), i32.const(NX | UF), i32.const(NX))
    b.do(raiseFlags(calls, choose(isInfinite(back), i32.const(NX | OF), small), hart))
  })
  b.return(f32.bits(single))
})

/** Ends with the single of a sum of doubles that are exact. Infinite ones are operands': singles do not add up to one. */
function sum(b: Body, calls: Calls, x: Code, y: Code, hart: Code, nan: () => void): void {
  const s = b.f64(f64.add(x, y))
  b.if(isNan(s), nan)
  b.if(isInfinite(s), () => b.return(narrowed(s)))
  b.return(calls('narrow', toOdd(b, s, errorOfSum(b, x, y, s)), hart))
}

export const single = {
  narrow,
  add32: onBits(2, (b, calls, a, c, hart) => sum(b, calls, wide(b, a), wide(b, c), hart, () => answerNan(b, calls, SINGLE, [a, c], hart))),
  mul32: onBits(2, (b, calls, a, c, hart) => {
    const product = b.f64(f64.mul(wide(b, a), wide(b, c)))
    b.if(isNan(product), () => answerNan(b, calls, SINGLE, [a, c], hart))
    b.if(isInfinite(product), () => b.return(narrowed(product)))
    b.return(calls('narrow', product, hart))
  }),
  div32: onBits(2, (b, calls, a, c, hart) => {
    const x = wide(b, a)
    const y = wide(b, c)
    const quotient = b.f64(f64.div(x, y))
    b.if(isNan(quotient), () => answerNan(b, calls, SINGLE, [a, c], hart))
    b.if(isInfinite(quotient), () => {
      b.if(f64.lt(f64.abs(x), Infinity), () => b.do(raiseFlags(calls, DZ, hart)))
      b.return(narrowed(quotient))
    })
    b.if(f64.eq(quotient, 0), () => b.return(narrowed(quotient)))
    // Halves of the quotient times a single are exact, and so is what each step leaves of the dividend.
    const high = b.f64(f64.of(i64.and(i64.bits(quotient), -(1n << 27n))))
    const low = f64.sub(quotient, high)
    const rest = f64.sub(f64.sub(x, f64.mul(high, y)), f64.mul(low, y))
    b.return(calls('narrow', toOdd(b, quotient, b.f64(f64.mul(rest, f64.copysign(f64.const(1), y)))), hart))
  }),
  sqrt32: onBits(1, (b, calls, a, hart) => {
    const x = wide(b, a)
    const root = b.f64(f64.sqrt(x))
    b.if(isNan(root), () => answerNan(b, calls, SINGLE, [a], hart))
    // A root of 53 bits rounds to 24 as the exact one does (Figueroa).
    const rounded = b.f64(f64.promote(f32.demote(root)))
    b.if(f64.ne(f64.mul(rounded, rounded), x), () => b.do(raiseFlags(calls, NX, hart)))
    b.return(narrowed(root))
  }),
  madd32: onBits(3, (b, calls, a, c, d, hart) => {
    const [x, y, z] = [wide(b, a), wide(b, c), wide(b, d)]
    const product = b.f64(f64.mul(x, y))
    sum(b, calls, product, z, hart, () => {
      // Infinity times zero is invalid also when a quiet NaN is added.
      b.if(i32.and(isNan(product), i32.eqz(i32.or(isNan(x), isNan(y)))), () => b.do(raiseFlags(calls, NV, hart)))
      answerNan(b, calls, SINGLE, [a, c, d], hart)
    })
  }),
  /** A double's bits to a single. */
  demote: onBits(1, (b, calls, a, hart) => {
    const x = b.f64(f64.of(a))
    b.if(isNan(x), () => {
      b.if(isSignaling(DOUBLE, a), () => b.do(raiseFlags(calls, NV, hart)))
      b.return(i64.const(SINGLE.quiet))
    })
    b.if(isInfinite(x), () => b.return(narrowed(x)))
    b.return(calls('narrow', x, hart))
  }),
}
