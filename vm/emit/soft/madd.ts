// a * b + c of doubles, rounded once. Where the product is exact it is an addition; else significands are multiplied, lined up and added as
// integers of 128 bits, with whatever is shifted out kept in the last bit. Where the host fuses, its operation answers while nothing but
// a flag that is up already can be raised.
import { NV, NX, OF, UF } from '../../fp/index.ts'
import { choose, f64, i32, i64, type Body } from '../../wasm/expressions.ts'
import type { Code } from '../../wasm/bytes.ts'
import { answerNan, DOUBLE, flagsOf, magnitude, onBits, raiseFlags, type Calls, type SoftFunction } from './define.ts'
import { LAST_EXPONENT, oddPart, shortProduct } from './double.ts'

const { infinity: INFINITY, least: LEAST, sign: SIGN } = DOUBLE
const LOW = 0xffffffffn

/** An unsigned number of 128 bits in two locals. */
interface Wide {
  high: Code
  low: Code
}

function multiply(b: Body, x: Code, y: Code): Wide {
  const [x0, x1, y0, y1] = [b.i64(i64.and(x, LOW)), b.i64(i64.shrU(x, 32)), b.i64(i64.and(y, LOW)), b.i64(i64.shrU(y, 32))]
  const t = b.i64(i64.add(i64.mul(x1, y0), i64.shrU(i64.mul(x0, y0), 32)))
  const v = b.i64(i64.add(i64.mul(x0, y1), i64.and(t, LOW)))
  const high = i64.add(i64.add(i64.mul(x1, y1), i64.shrU(t, 32)), i64.shrU(v, 32))
  return { high: b.i64(high), low: b.i64(i64.mul(x, y)) }
}

/** v >> 1 << 63 - n: a shift to the left by 64 - n for n from 0 to 63, which WebAssembly counts modulo 64. */
const upBy64Less = (v: Code, n: Code): Code => i64.shl(i64.shl(v, 1), i64.sub(63, n))
const sticky = (lost: Code): Code => i64.extendU(i64.ne(lost, 0))

/** Shifts to the right; the last bit is one if any bit is lost. */
function shiftDown(b: Body, { high, low }: Wide, by: Code): void {
  b.if(
    i64.geU(by, 64),
    () => {
      b.if(
        i64.geU(by, 128),
        () => b.set(low, sticky(i64.or(high, low))),
        () => {
          const within = b.i64(i64.and(by, 63))
          b.set(low, i64.or(i64.shrU(high, within), sticky(i64.or(low, upBy64Less(high, within)))))
        },
      )
      b.set(high, i64.const(0))
    },
    () => {
      b.set(low, i64.or(i64.or(i64.shrU(low, by), upBy64Less(high, by)), sticky(upBy64Less(low, by))))
      b.set(high, i64.shrU(high, by))
    },
  )
}

/** A finite number as 53 bits and the exponent of their last, as the field counts; zero has no leading one. */
function normalized(b: Body, bits: Code): { significand: Code; exponent: Code } {
  const field = b.i64(i64.shrU(magnitude(DOUBLE, bits), 52))
  const fraction = i64.and(bits, LEAST - 1n)
  const significand = b.i64(i64.or(fraction, LEAST))
  b.if(i64.eqz(field), () => {
    b.set(significand, fraction)
    const missing = b.i64(i64.sub(i64.clz(significand), 11))
    b.set(significand, i64.shl(significand, missing))
    b.set(field, i64.sub(1, missing))
  })
  return { significand, exponent: field }
}

const swapped = (b: Body, x: Code, y: Code): void => {
  const kept = b.i64(x)
  b.set(x, y)
  b.set(y, kept)
}

/** A sum of numbers that do not cancel out: sign bit, 128 bits, and the exponent, as the field counts, of a number whose first bit is at 127. */
interface Sum extends Wide {
  sign: Code
  exponent: Code
}

/** Product and addend are lined up below bit 126, the one whose exponent is larger first. */
function exactSum(b: Body, a: Code, c: Code, d: Code): Sum {
  const [x, y, z] = [normalized(b, a), normalized(b, c), normalized(b, d)]
  // The product has its first bit at 125 or 124, the addend at 125.
  const { high, low } = multiply(b, b.i64(i64.shl(x.significand, 10)), b.i64(i64.shl(y.significand, 10)))
  const exponent = b.i64(i64.sub(i64.add(x.exponent, y.exponent), 1020))
  const sign = b.i64(i64.xor(a, c))
  const other = { high: b.i64(i64.shl(z.significand, 9)), low: b.i64(0) }
  const otherSign = b.i64(d)
  const distance = b.i64(i64.sub(exponent, i64.add(z.exponent, 2)))
  b.if(i64.eqz(other.high), () => b.set(distance, i64.const(0)))
  b.if(i64.ltS(distance, 0), () => {
    swapped(b, high, other.high)
    swapped(b, low, other.low)
    swapped(b, sign, otherSign)
    b.set(exponent, i64.sub(exponent, distance))
    b.set(distance, i64.sub(0, distance))
  })
  shiftDown(b, other, distance)
  b.if(
    i64.geS(i64.xor(sign, otherSign), 0),
    () => {
      b.set(low, i64.add(low, other.low))
      b.set(high, i64.add(i64.add(high, other.high), i64.extendU(i64.ltU(low, other.low))))
    },
    () => {
      b.set(high, i64.sub(i64.sub(high, other.high), i64.extendU(i64.ltU(low, other.low))))
      b.set(low, i64.sub(low, other.low))
      b.if(i64.ltS(high, 0), () => {
        b.set(low, i64.sub(0, low))
        b.set(high, i64.add(i64.xor(high, -1), i64.extendU(i64.eqz(low))))
        b.set(sign, i64.xor(sign, SIGN))
      })
    },
  )
  return { high, low, sign: i64.and(sign, SIGN), exponent }
}

/** Moves the first bit to 127. */
function lift(b: Body, { high, low, exponent }: Sum): void {
  b.if(i64.eqz(high), () => {
    b.set(high, low)
    b.set(low, i64.const(0))
    b.set(exponent, i64.sub(exponent, 64))
  })
  const zeros = b.i64(i64.clz(high))
  b.set(high, i64.or(i64.shl(high, zeros), i64.shrU(i64.shrU(low, 1), i64.sub(63, zeros))))
  b.set(low, i64.shl(low, zeros))
  b.set(exponent, i64.sub(exponent, zeros))
}

/** Bits that round up to a number with one bit more: 53 ones, and a half or more. */
const ROUNDS_UP = -1024n
const HALF = 1n << 63n

/** Ends with the double nearest to a sum. */
function round(b: Body, calls: Calls, sum: Sum, hart: Code): void {
  lift(b, sum)
  const { high, low, sign, exponent } = sum
  const flags = b.let('i32', i32.const(NX))
  const above = b.i64(i64.shl(i64.sub(exponent, 1), 52))
  b.if(i64.leS(exponent, 0), () => {
    b.if(i32.or(i64.ltS(exponent, 0), i64.ltU(high, ROUNDS_UP)), () => b.set(flags, i32.const(NX | UF)))
    shiftDown(b, sum, b.i64(i64.sub(1, exponent)))
    b.set(above, i64.const(0))
  })
  const kept = b.i64(i64.shrU(high, 11))
  const rest = b.i64(i64.or(i64.shl(high, 53), sticky(low)))
  const up = i64.extendU(i64.gtU(rest, i64.sub(HALF, i64.and(kept, 1))))
  const bits = b.i64(i64.add(i64.add(above, kept), up))
  b.if(
    i64.geU(bits, INFINITY),
    () => {
      b.do(raiseFlags(calls, NX | OF, hart))
      b.set(bits, i64.const(INFINITY))
    },
    () => b.if(i64.ne(rest, 0), () => b.do(raiseFlags(calls, flags, hart))),
  )
  b.return(i64.or(sign, bits))
}

const isNan = (value: Code): Code => f64.ne(value, value)

/** `fused`: the host's multiply-add is, and may be used. */
export const maddOf = (fused: boolean): SoftFunction =>
  onBits(3, (b, calls, a, c, d, hart) => {
    const [x, y, z] = [b.f64(f64.of(a)), b.f64(f64.of(c)), b.f64(f64.of(d))]
    if (fused) {
      const quick = b.i64(i64.bits(f64.fused(x, y, z)))
      const ordinary = i64.ltU(i64.sub(magnitude(DOUBLE, quick), 2n * LEAST), INFINITY - 2n * LEAST)
      b.if(i32.and(ordinary, i32.and(flagsOf(hart), NX)), () => b.return(quick))
    }
    const product = b.f64(f64.mul(x, y))
    const finite = (bits: Code): Code => i64.ltU(magnitude(DOUBLE, bits), INFINITY)
    const factors = b.let('i32', i32.and(finite(a), finite(c)))
    b.if(i32.eqz(i32.and(factors, finite(d))), () => {
      // The product of finite numbers is finite, though it may be no double.
      const sum = b.f64(f64.add(choose(factors, f64.const(0), product), z))
      b.if(isNan(sum), () => {
        // Infinity times zero is invalid also when a quiet NaN is added.
        b.if(i32.and(isNan(product), i32.eqz(i32.or(isNan(x), isNan(y)))), () => b.do(raiseFlags(calls, NV, hart)))
        answerNan(b, calls, DOUBLE, [a, c, d], hart)
      })
      b.return(i64.bits(sum))
    })
    const isDouble = b.let('i32', i32.or(f64.eq(x, 0), f64.eq(y, 0)))
    b.if(i32.and(i32.eqz(isDouble), f64.lt(f64.abs(product), Infinity)), () => {
      const [p, q] = [oddPart(b, a), oddPart(b, c)]
      b.set(isDouble, i32.and(shortProduct(b, p.odd, q.odd), i64.geS(i64.add(p.exponent, q.exponent), LAST_EXPONENT)))
    })
    b.if(isDouble, () => b.return(calls('add64', i64.bits(product), d, hart)))
    // What is no double cancels no addend.
    round(b, calls, exactSum(b, a, c, d), hart)
  })
