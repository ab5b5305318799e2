// The functions of exact floating point against the plain ones on BigInts: values and flags, with every flag up and down before.
import { expect, test } from 'vitest'
import { arithmetic, classify, compare, convert, type Result } from '../../fp/index.ts'
import { floatOperands, SHAPES, u64, wide, type HostFormat } from '../../fp/testing.ts'
import { randomNumbers, type FloatOp, type Random } from '../../isa/index.ts'
import * as L from '../../layout.ts'
import { softModule, type SoftName } from './index.ts'

type Args = readonly (bigint | number)[]
interface Case {
  name: SoftName
  args: (random: Random) => Args
  want: (...args: bigint[]) => Result
}

const hart = 64
const low = (format: HostFormat, v: bigint): bigint => BigInt.asUintN(format, v)
const operands =
  (format: HostFormat, count: number) =>
  (random: Random): bigint[] =>
    floatOperands(format, random)
      .slice(0, count)
      .map(v => low(format, v))
const double = (bits: bigint): number => new Float64Array(BigUint64Array.of(bits).buffer)[0]
const single = (bits: bigint): number => new Float32Array(Uint32Array.of(Number(bits)).buffer)[0]
const bitsOf = (v: number): bigint => new BigUint64Array(Float64Array.of(v).buffer)[0]

function casesOf(format: HostFormat): Case[] {
  const arithmeticCase = (op: FloatOp, count: number): Case => ({
    name: `${op}${format}` as SoftName,
    args: operands(format, count),
    want: (...args) => arithmetic(op, format, 0, args),
  })
  return [
    ...(['add', 'mul', 'div'] as const).map(op => arithmeticCase(op, 2)),
    arithmeticCase('sqrt', 1),
    arithmeticCase('madd', 3),
    { name: `class${format}`, args: operands(format, 1), want: a => ({ bits: classify(format, a), flags: 0 }) },
  ]
}
const near = (random: Random): bigint => {
  const [bits] = floatOperands(64, random)
  return random(3) === 0 ? bits : (bits & ~(0x7ffn << 52n)) | (BigInt(1023 + random(290) - 160) << 52n)
}
const CASES: readonly Case[] = [
  ...casesOf(32),
  ...casesOf(64),
  { name: 'demote', args: random => [near(random)], want: a => convert('f64', 'f32', 0, a) },
]

function instance(fused: boolean) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(softModule(fused)), { e: { memory } })
  const words = new Int32Array(memory.buffer, hart + L.HART.fcsr, 4)
  return { words, functions: exports as Record<SoftName, (...args: (bigint | number)[]) => bigint | number | undefined> }
}
type Soft = ReturnType<typeof instance>

/** Calls a function with these flags up before. */
function call(
  { words, functions }: Soft,
  name: SoftName,
  args: Args,
  before: number,
): { result: bigint | number | undefined; flags: number } {
  words[L.WORD_FCSR] = before
  words[L.WORD_FS] = L.FS_INITIAL
  const result = functions[name](...args, hart)
  const after = words[L.WORD_FCSR]
  expect(words[L.WORD_FS]).toBe(after === before ? L.FS_INITIAL : L.FS_DIRTY)
  return { result: typeof result === 'bigint' ? u64(result) : result, flags: after }
}

const ROUNDS = Number(process.env.HARTBEAT_SOFT ?? 3000)
const hosts = [false, true].filter(fused => WebAssembly.validate(softModule(fused)))

test.each(hosts)('values and flags are those of the plain functions (fused: %s)', fused => {
  const soft = instance(fused)
  const random = randomNumbers(7)
  for (const { name, args: make, want } of CASES) {
    for (let n = 0; n < ROUNDS; n++) {
      const args = make(random) as bigint[]
      const before = [0, 1, 31, random(32)][n & 3]
      const { bits, flags } = want(...args)
      const got = call(soft, name, args, before)
      if (got.result === bits && got.flags === (before | flags)) continue
      const hex = (v: unknown): string => (v as bigint).toString(16)
      expect.fail(
        `${name} of ${args.map(hex).join(' ')}, flags ${before}: ${hex(got.result)} ${got.flags}, want ${hex(bits)} ${before | flags}`,
      )
    }
  }
})

test('integers: saturation, invalid and inexact, in every mode', () => {
  const soft = instance(false)
  const random = randomNumbers(8)
  const rounded = (x: number, mode: number): number => {
    if (mode === 4) return soft.functions.away(x) as number
    if (mode !== 0) return [Math.trunc, Math.floor, Math.ceil][mode - 1](x)
    const floor = Math.floor(x)
    const part = x - floor
    return part === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : part < 0.5 ? floor : floor + 1
  }
  for (const to of ['i32', 'u32', 'i64', 'u64'] as const) {
    for (const format of [32, 64] as const) {
      for (let n = 0; n < ROUNDS; n++) {
        const [bits] = operands(format, 1)(random)
        // Edges of the ranges, and halves.
        const edge = [2 ** 31, 2 ** 32, 2 ** 63, 2 ** 64, 2 ** 52, 4][random(6)] * (random(2) === 0 ? 1 : -1) + (random(9) - 4) / 2
        const x = n % 2 === 0 ? (format === 64 ? double(bits) : single(bits)) : edge
        const mode = random(5)
        const want = convert('f64', to, mode as 0, bitsOf(x))
        const name = `to${to[0].toUpperCase()}${to.slice(1)}` as SoftName
        const got = call(soft, name, [x, rounded(x, mode)], 0)
        if (got.result !== want.bits || got.flags !== want.flags)
          expect.fail(`${to} of ${x}, mode ${mode}: ${got.result}, want ${want.bits}`)
      }
    }
  }
})

test('integers that a float does not hold are inexact', () => {
  const soft = instance(false)
  const random = randomNumbers(9)
  for (let n = 0; n < ROUNDS; n++) {
    const v = (wide(random) >> BigInt(random(64))) << BigInt(random(8))
    for (const [to, precision] of [
      ['f32', 24n],
      ['f64', 53n],
    ] as const) {
      const unsigned = u64(v)
      expect(call(soft, 'longInteger', [unsigned, precision], 0).flags).toBe(convert('u64', to, 0, unsigned).flags)
    }
  }
})

test('what NaNs are: heard by comparisons, and less than any number to min and max', () => {
  const soft = instance(false)
  const random = randomNumbers(10)
  for (const format of [32, 64] as const) {
    for (let n = 0; n < ROUNDS; n++) {
      const [a, b] = operands(format, 2)(random)
      expect(call(soft, `heard${format}`, [a, b], 0).flags).toBe(compare('eq', format, a, b).flags)
      const nan = (v: bigint): boolean => (v & ((1n << (SHAPES[format].width - 1n)) - 1n)) > (format === 32 ? 0x7f800000n : 0x7ffn << 52n)
      if (!nan(a) && !nan(b)) continue
      const want = arithmetic('min', format, 0, [a, b])
      const { result, flags } = call(soft, `number${format}`, [a, b], 0)
      expect([result, flags]).toEqual([want.bits, want.flags])
    }
  }
})
