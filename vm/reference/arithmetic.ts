// Integer meanings on BigInts: values and conditions from values, with nothing of the hart in them.

export const i64 = (v: bigint): bigint => BigInt.asIntN(64, v)
export const u64 = (v: bigint): bigint => BigInt.asUintN(64, v)
const I64_MIN = -(1n << 63n)

/** The product of polynomials over one bit. */
function carryless(a: bigint, b: bigint): bigint {
  const x = u64(a)
  let product = 0n
  for (let rest = u64(b), n = 0n; rest !== 0n; rest >>= 1n, n++) if (rest & 1n) product ^= x << n
  return product
}

/** The part of the reference engine that needs no operands, memory or control. */
export class BigArithmetic {
  num(n: bigint): bigint {
    return i64(n)
  }
  let(v: bigint): bigint {
    return v
  }

  // ---- integers

  add(a: bigint, b: bigint): bigint {
    return i64(a + b)
  }
  sub(a: bigint, b: bigint): bigint {
    return i64(a - b)
  }
  mul(a: bigint, b: bigint): bigint {
    return i64(a * b)
  }
  and(a: bigint, b: bigint): bigint {
    return a & b
  }
  or(a: bigint, b: bigint): bigint {
    return a | b
  }
  xor(a: bigint, b: bigint): bigint {
    return a ^ b
  }
  shl(a: bigint, b: bigint): bigint {
    return i64(a << (b & 63n))
  }
  shrS(a: bigint, b: bigint): bigint {
    return i64(a) >> (b & 63n)
  }
  shrU(a: bigint, b: bigint): bigint {
    return i64(u64(a) >> (b & 63n))
  }
  mulhS(a: bigint, b: bigint): bigint {
    return i64((i64(a) * i64(b)) >> 64n)
  }
  mulhU(a: bigint, b: bigint): bigint {
    return i64((u64(a) * u64(b)) >> 64n)
  }
  mulhSU(a: bigint, b: bigint): bigint {
    return i64((i64(a) * u64(b)) >> 64n)
  }
  divS(a: bigint, b: bigint): bigint {
    return b === 0n ? -1n : i64(a / b)
  }
  divU(a: bigint, b: bigint): bigint {
    return b === 0n ? -1n : i64(u64(a) / u64(b))
  }
  remS(a: bigint, b: bigint): bigint {
    return b === 0n ? a : a === I64_MIN && b === -1n ? 0n : a % b
  }
  remU(a: bigint, b: bigint): bigint {
    return b === 0n ? a : i64(u64(a) % u64(b))
  }
  rotl(a: bigint, b: bigint): bigint {
    const by = b & 63n
    return i64((a << by) | (u64(a) >> (64n - by)))
  }
  rotr(a: bigint, b: bigint): bigint {
    return this.rotl(a, -b)
  }
  clz(a: bigint): bigint {
    return BigInt(a === 0n ? 64 : 64 - u64(a).toString(2).length)
  }
  ctz(a: bigint): bigint {
    return a === 0n ? 64n : 63n - this.clz(a & -a)
  }
  popcount(a: bigint): bigint {
    return BigInt(u64(a).toString(2).replaceAll('0', '').length)
  }
  clmul(a: bigint, b: bigint): bigint {
    return i64(carryless(a, b))
  }
  clmulh(a: bigint, b: bigint): bigint {
    return i64(carryless(a, b) >> 64n)
  }
  sext32(a: bigint): bigint {
    return BigInt.asIntN(32, a)
  }
  zext32(a: bigint): bigint {
    return BigInt.asUintN(32, a)
  }

  // ---- conditions

  eq(a: bigint, b: bigint): boolean {
    return i64(a) === i64(b)
  }
  ne(a: bigint, b: bigint): boolean {
    return i64(a) !== i64(b)
  }
  ltS(a: bigint, b: bigint): boolean {
    return i64(a) < i64(b)
  }
  ltU(a: bigint, b: bigint): boolean {
    return u64(a) < u64(b)
  }
  geS(a: bigint, b: bigint): boolean {
    return i64(a) >= i64(b)
  }
  geU(a: bigint, b: bigint): boolean {
    return u64(a) >= u64(b)
  }
  bool(c: boolean): bigint {
    return c ? 1n : 0n
  }
  select(c: boolean, a: bigint, b: bigint): bigint {
    return c ? a : b
  }
}
