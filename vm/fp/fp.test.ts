import { expect, test } from 'vitest'
import type { FloatOp } from '../isa/index.ts'
import {
  arithmetic,
  classify,
  compare,
  convert,
  DZ,
  NV,
  NX,
  OF,
  RDN,
  RMM,
  RNE,
  RTZ,
  RUP,
  truncateModulo,
  UF,
  type RoundingMode,
} from './index.ts'
import type { HostFormat } from './testing.ts'

const view = new DataView(new ArrayBuffer(8))
const f64 = (v: number): bigint => {
  view.setFloat64(0, v)
  return view.getBigUint64(0)
}
const f32 = (v: number): bigint => {
  view.setFloat32(0, v)
  return BigInt(view.getUint32(0))
}
const number64 = (bits: bigint): number => {
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
const number32 = (bits: bigint): number => {
  view.setUint32(0, Number(bits))
  return view.getFloat32(0)
}
const MODES: readonly RoundingMode[] = [RNE, RTZ, RDN, RUP, RMM]
const NAN = { 32: 0x7fc00000n, 64: 0x7ff8000000000000n }

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
}

/** Raw bits that are often special: zeros, subnormals, neighbours in exponent, infinities, NaNs. */
function operand(format: HostFormat, next: () => number): bigint {
  const bits = (BigInt(next()) << 32n) | BigInt(next())
  const width = format === 32 ? 32n : 64n
  const fraction = format === 32 ? 23n : 52n
  const raw = BigInt.asUintN(Number(width), bits)
  const exponents = (1n << (width - 1n - fraction)) - 1n
  const withExponent = (e: bigint): bigint => (raw & ~(exponents << fraction)) | (e << fraction)
  const middle = exponents >> 1n
  switch (next() % 8) {
    case 0:
      return raw
    case 1:
      return withExponent(0n)
    case 2:
      return withExponent(exponents)
    case 3:
      return withExponent(middle + BigInt(next() % 7) - 3n) & ~((1n << BigInt(next() % 50)) - 1n)
    case 4:
      return withExponent(BigInt(next() % 3)) & ((1n << (width - 1n)) - 1n)
    case 5:
      return [0n, 1n << (width - 1n), exponents << fraction, NAN[format], 1n, (exponents << fraction) | 1n][next() % 6]
    case 6:
      return withExponent(exponents - 1n - BigInt(next() % 2))
    default:
      return withExponent(middle + BigInt(next() % 120) - 60n)
  }
}

const host: Partial<Record<FloatOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: a => Math.sqrt(a),
}

test('agrees with the host on doubles, rounding to nearest even', () => {
  const next = random(1)
  for (const [op, of] of Object.entries(host)) {
    for (let n = 0; n < 4000; n++) {
      const [a, b] = [operand(64, next), operand(64, next)]
      const got = arithmetic(op as FloatOp, 64, RNE, op === 'sqrt' ? [a] : [a, b]).bits
      const want = of(number64(a), number64(b))
      expect([op, a, b, Number.isNaN(want) ? NAN[64] : f64(want)]).toEqual([op, a, b, got])
    }
  }
})

// The host rounds twice, to double and then to single: exact for these operations, as 53 >= 2 * 24 + 2 (Figueroa).
test('agrees with the host on singles, rounding to nearest even', () => {
  const next = random(2)
  for (const [op, of] of Object.entries(host)) {
    for (let n = 0; n < 4000; n++) {
      const [a, b] = [operand(32, next), operand(32, next)]
      const got = arithmetic(op as FloatOp, 32, RNE, op === 'sqrt' ? [a] : [a, b]).bits
      const want = of(number32(a), number32(b))
      expect([op, a, b, Number.isNaN(want) ? NAN[32] : f32(want)]).toEqual([op, a, b, got])
    }
  }
})

test('conversions agree with the host', () => {
  const next = random(3)
  for (let n = 0; n < 4000; n++) {
    const a = operand(64, next)
    const v = number64(a)
    expect([a, convert('f64', 'f32', RNE, a).bits]).toEqual([a, Number.isNaN(v) ? NAN[32] : f32(v)])
    const i = (BigInt(next()) << 32n) | BigInt(next())
    expect(convert('i64', 'f64', RNE, i).bits).toBe(f64(Number(BigInt.asIntN(64, i))))
    expect(convert('u64', 'f64', RNE, i).bits).toBe(f64(Number(i)))
    expect(convert('i32', 'f64', RNE, i).bits).toBe(f64(Number(BigInt.asIntN(32, i))))
    if (Math.abs(v) < 2 ** 31) expect(BigInt.asIntN(64, convert('f64', 'i32', RTZ, a).bits)).toBe(BigInt(Math.trunc(v)))
  }
})

test('the modes bracket the exact result', () => {
  const third = (rm: RoundingMode): bigint => arithmetic('div', 64, rm, [f64(-1), f64(3)]).bits
  expect(MODES.map(rm => number64(third(rm)))).toEqual([
    -0.3333333333333333, -0.3333333333333333, -0.33333333333333337, -0.3333333333333333, -0.3333333333333333,
  ])
  const half = f64(2.5)
  expect(MODES.map(rm => convert('f64', 'i32', rm, half))).toEqual([2n, 2n, 2n, 3n, 3n].map(bits => ({ bits, flags: NX })))
})

test('flags', () => {
  const max = f64(Number.MAX_VALUE)
  const min = f64(Number.MIN_VALUE)
  const cases: [FloatOp, RoundingMode, bigint[], bigint, number][] = [
    ['add', RNE, [max, max], f64(Infinity), OF | NX],
    ['add', RTZ, [max, max], max, OF | NX],
    ['mul', RNE, [min, f64(0.5)], 0n, UF | NX],
    ['mul', RUP, [min, f64(0.5)], min, UF | NX],
    ['div', RNE, [f64(1), 0n], f64(Infinity), DZ],
    ['div', RNE, [0n, 0n], NAN[64], NV],
    ['sqrt', RNE, [f64(-1)], NAN[64], NV],
    ['sqrt', RNE, [f64(-0)], f64(-0), 0],
    ['sub', RNE, [f64(1), f64(1)], 0n, 0],
    ['sub', RDN, [f64(1), f64(1)], f64(-0), 0],
    ['madd', RNE, [f64(Infinity), 0n, NAN[64]], NAN[64], NV],
    ['madd', RNE, [f64(2), f64(3), f64(4)], f64(10), 0],
    ['min', RNE, [f64(-0), f64(0)], f64(-0), 0],
    ['max', RNE, [f64(-0), f64(0)], 0n, 0],
    ['max', RNE, [0x7ff0000000000001n, f64(3)], f64(3), NV],
    ['min', RNE, [NAN[64], 0xfff8000000000000n], NAN[64], 0],
    ['mul', RNE, [f64(1 - 2 ** -53), f64(2 ** -1022)], f64(2 ** -1022), UF | NX],
  ]
  for (const [op, rm, args, bits, flags] of cases)
    expect([op, rm, args, arithmetic(op, 64, rm, args)]).toEqual([op, rm, args, { bits, flags }])
})

test('underflow is decided after rounding', () => {
  const smallest = 2 ** -126
  expect(convert('f64', 'f32', RNE, f64(smallest * (1 - 2 ** -25)))).toEqual({ bits: f32(smallest), flags: NX })
  expect(convert('f64', 'f32', RNE, f64(smallest * (1 - 2 ** -24)))).toEqual({ bits: f32(smallest), flags: UF | NX })
  expect(convert('f64', 'f32', RNE, f64(smallest / 2))).toEqual({ bits: f32(smallest / 2), flags: 0 })
})

test('fused multiply-add keeps the bits that two roundings lose', () => {
  const e = 2 ** -30
  const a = f64(1 + e)
  expect(number64(arithmetic('madd', 64, RNE, [a, a, f64(-(1 + 2 * e))]).bits)).toBe(e * e)
})

test('saturating conversions', () => {
  const cases = [
    ['i32', f64(1e10), 0x7fffffffn],
    ['i32', f64(-1e10), 0xffffffff80000000n],
    ['i32', NAN[64], 0x7fffffffn],
    ['u32', f64(-1), 0n],
    ['u32', f64(Infinity), 0xffffffffn],
    ['i64', f64(2 ** 63), 0x7fffffffffffffffn],
    ['u64', f64(2 ** 64), 0xffffffffffffffffn],
    ['u64', NAN[64], 0xffffffffffffffffn],
  ] as const
  for (const [to, a, bits] of cases) expect([to, convert('f64', to, RTZ, a)]).toEqual([to, { bits, flags: NV }])
  expect(convert('f64', 'u32', RTZ, f64(-0.5))).toEqual({ bits: 0n, flags: NX })
})

test('comparison and class', () => {
  expect(compare('eq', 64, f64(-0), f64(0))).toEqual({ value: true, flags: 0 })
  expect(compare('lt', 64, f64(-2), f64(-1))).toEqual({ value: true, flags: 0 })
  expect(compare('le', 64, f64(1), f64(1))).toEqual({ value: true, flags: 0 })
  expect(compare('eq', 64, NAN[64], f64(1))).toEqual({ value: false, flags: 0 })
  expect(compare('lt', 64, NAN[64], f64(1))).toEqual({ value: false, flags: NV })
  const values = [-Infinity, -1, -(2 ** -1074), -0, 0, 2 ** -1074, 1, Infinity].map(f64)
  expect([...values, 0x7ff0000000000001n, NAN[64]].map(v => classify(64, v))).toEqual(Array.from({ length: 10 }, (_, n) => 1n << BigInt(n)))
})

test('half precision: exact in the wider formats, and back; each of its numbers', () => {
  const NAN_16 = 0x7e00n
  for (let n = 0; n < 0x10000; n++) {
    const half = BigInt(n)
    const isNan = (n & 0x7fff) > 0x7c00
    for (const type of ['f32', 'f64'] as const) {
      const { bits, flags } = convert('f16', type, RNE, half)
      expect([n, flags]).toEqual([n, isNan && (n & 0x200) === 0 ? NV : 0])
      expect(convert(type, 'f16', RNE, bits).bits).toBe(isNan ? NAN_16 : half)
    }
  }
  // 1 + 2^-11 lies halfway to the next; 65520 is the first that becomes infinite; 2^-25 is half of the smallest.
  const to = (v: number, rm: RoundingMode): [bigint, number] => {
    const { bits, flags } = convert('f64', 'f16', rm, f64(v))
    return [bits, flags]
  }
  expect(MODES.map(rm => to(1 + 2 ** -11, rm)[0])).toEqual([0x3c00n, 0x3c00n, 0x3c00n, 0x3c01n, 0x3c01n])
  expect([to(65519, RNE), to(65520, RNE), to(65520, RTZ)]).toEqual([
    [0x7bffn, NX],
    [0x7c00n, OF | NX],
    [0x7bffn, NX],
  ])
  expect([to(2 ** -25, RNE), to(2 ** -25, RUP), to(2 ** -24, RNE)]).toEqual([
    [0n, UF | NX],
    [1n, UF | NX],
    [1n, 0],
  ])
})

test('Zfa: minima that keep NaNs, integers within the format, quiet comparisons, conversion modulo 2^32', () => {
  const [one, quiet, signaling] = [f64(1), NAN[64], 0x7ff0000000000001n]
  expect(arithmetic('minm', 64, RNE, [one, quiet])).toEqual({ bits: quiet, flags: 0 })
  expect(arithmetic('maxm', 64, RNE, [signaling, one])).toEqual({ bits: quiet, flags: NV })
  expect(arithmetic('minm', 64, RNE, [f64(0), f64(-0)])).toEqual({ bits: f64(-0), flags: 0 })
  const rounded = (op: 'round' | 'roundnx', v: number, rm: RoundingMode = RNE): [number, number] => {
    const { bits, flags } = arithmetic(op, 64, rm, [f64(v)])
    return [number64(bits), flags]
  }
  expect([rounded('round', 2.5), rounded('roundnx', 2.5), rounded('roundnx', 3), rounded('round', -0.4)]).toEqual([
    [2, 0],
    [2, NX],
    [3, 0],
    [-0, 0],
  ])
  expect(MODES.map(rm => rounded('round', 2.5, rm)[0])).toEqual([2, 2, 2, 3, 3])
  expect(rounded('roundnx', 2 ** 60 + 256)).toEqual([2 ** 60 + 256, 0])
  expect([compare('leq', 64, one, quiet), compare('ltq', 64, one, signaling), compare('leq', 64, one, one)]).toEqual([
    { value: false, flags: 0 },
    { value: false, flags: NV },
    { value: true, flags: 0 },
  ])
  const modulo = (v: number): [bigint, number] => {
    const { bits, flags } = truncateModulo(f64(v))
    return [BigInt.asIntN(64, bits), flags]
  }
  expect([modulo(2 ** 32 + 5), modulo(-1.5), modulo(2 ** 31), modulo(Infinity), modulo(2 ** 200)]).toEqual([
    [5n, NV],
    [-1n, NX],
    [-(2n ** 31n), NV],
    [0n, NV],
    [0n, NV],
  ])
})

test('halves are rounded to integers as doubles are, in every mode', () => {
  for (const rm of MODES)
    for (let n = 0; n < 0x7c00; n += 7) {
      const half = BigInt(n | (n & 1 ? 0x8000 : 0))
      const double = arithmetic('roundnx', 64, rm, [convert('f16', 'f64', RNE, half).bits])
      const expected = { bits: convert('f64', 'f16', RNE, double.bits).bits, flags: double.flags }
      expect([n, rm, arithmetic('roundnx', 16, rm, [half])]).toEqual([n, rm, expected])
    }
})
