// Floating point against QEMU: a generated program runs each instruction on a table of operands and writes out results and flags.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { BOX, floatOperands, SHAPES, u64, unbox, wide, type HostFormat } from '../../vm/fp/testing.ts'
import { arithmetic, classify, compare, convert, type Result, type RoundingMode } from '../../vm/fp/index.ts'
import { randomNumbers, roundingModes, type NumberType, type Random } from '../../vm/isa/index.ts'
import { spawnSync } from '../spawn.ts'

const GCC = 'riscv64-linux-gnu-gcc'
const QEMU = 'qemu-riscv64-static'
const missing = [GCC, QEMU].filter(tool => spawnSync(tool, ['--version']).status !== 0)
if (missing.length > 0) console.warn(`skipped: no ${missing.join(', ')}`)
const directory = mkdtempSync(join(tmpdir(), 'fp-oracle-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Operands of one trial: three raw words, as many as the instruction needs are used. */
type Operands = readonly [bigint, bigint, bigint]
interface Case {
  /** Instruction with `%rm`: operands in fa0-fa2 or a0, result in fa3 or a3. */
  text: string
  /** The result register as stored, 64 bits, and the flags. */
  want: (args: Operands, rm: RoundingMode) => Result
  operands: (random: Random) => Operands
}

const MODES = roundingModes.filter(m => m.name !== 'dyn')

const floats =
  (format: HostFormat): Case['operands'] =>
  random =>
    floatOperands(format, random)
const integers: Case['operands'] = random => [BigInt.asUintN(64, BigInt.asIntN(64, wide(random)) >> BigInt(random(64))), 0n, 0n]

const box = ({ bits, flags }: Result): Result => ({ bits: bits | BOX, flags })

function casesOf(format: HostFormat): Case[] {
  const s = format === 32 ? 's' : 'd'
  const type: NumberType = format === 32 ? 'f32' : 'f64'
  const read = format === 32 ? unbox : u64
  const write = format === 32 ? box : (r: Result): Result => r
  const sign = 1n << (SHAPES[format].width - 1n)
  const operands = floats(format)
  const binary = (['add', 'sub', 'mul', 'div'] as const).map(op => ({
    text: `f${op}.${s} fa3, fa0, fa1, %rm`,
    want: ([a, b]: Operands, rm: RoundingMode) => write(arithmetic(op, format, rm, [read(a), read(b)])),
    operands,
  }))
  const fused = [
    ['fmadd', 0n, 0n],
    ['fmsub', 0n, sign],
    ['fnmsub', sign, 0n],
    ['fnmadd', sign, sign],
  ] as const
  const extremes = (['min', 'max'] as const).map(op => ({
    text: `f${op}.${s} fa3, fa0, fa1`,
    want: ([a, b]: Operands) => write(arithmetic(op, format, 0, [read(a), read(b)])),
    operands,
  }))
  const comparisons = (['eq', 'lt', 'le'] as const).map(op => ({
    text: `f${op}.${s} a3, fa0, fa1`,
    want: ([a, b]: Operands) => {
      const { value, flags } = compare(op, format, read(a), read(b))
      return { bits: value ? 1n : 0n, flags }
    },
    operands: (random: Random): Operands => {
      const [a, b, c] = operands(random)
      return random(4) === 0 ? [a, a, c] : [a, b, c]
    },
  }))
  const integerTypes = [
    ['w', 'i32'],
    ['wu', 'u32'],
    ['l', 'i64'],
    ['lu', 'u64'],
  ] as const
  const sext = (to: NumberType, { bits, flags }: Result): Result => ({
    bits: to.endsWith('32') ? u64(BigInt.asIntN(32, bits)) : bits,
    flags,
  })
  return [
    ...binary,
    {
      text: `fsqrt.${s} fa3, fa0, %rm`,
      want: ([a], rm) => write(arithmetic('sqrt', format, rm, [read(a)])),
      operands: random => {
        const [a, b, c] = operands(random)
        return [random(4) > 0 ? a & ~sign : a, b, c]
      },
    },
    ...fused.map(([name, product, addend]) => ({
      text: `${name}.${s} fa3, fa0, fa1, fa2, %rm`,
      want: ([a, b, c]: Operands, rm: RoundingMode) =>
        write(arithmetic('madd', format, rm, [read(a) ^ product, read(b), read(c) ^ addend])),
      operands,
    })),
    ...extremes,
    ...comparisons,
    { text: `fclass.${s} a3, fa0`, want: ([a]) => ({ bits: classify(format, read(a)), flags: 0 }), operands },
    ...integerTypes.map(([suffix, to]) => ({
      text: `fcvt.${suffix}.${s} a3, fa0, %rm`,
      want: ([a]: Operands, rm: RoundingMode) => sext(to, convert(type, to, rm, read(a))),
      operands,
    })),
    ...integerTypes.map(([suffix, from]) => ({
      text: format === 64 && suffix.startsWith('w') ? `fcvt.d.${suffix} fa3, a0` : `fcvt.${s}.${suffix} fa3, a0, %rm`,
      want: ([a]: Operands, rm: RoundingMode) => write(convert(from, type, rm, a)),
      operands: integers,
    })),
  ]
}

const cases: readonly Case[] = [
  ...casesOf(32),
  ...casesOf(64),
  { text: 'fcvt.s.d fa3, fa0, %rm', want: ([a], rm) => box(convert('f64', 'f32', rm, a)), operands: nearSingles },
  { text: 'fcvt.d.s fa3, fa0', want: ([a], rm) => convert('f32', 'f64', rm, unbox(a)), operands: floats(32) },
]

/** Doubles whose exponents lie in the range of singles, subnormal ones included. */
function nearSingles(random: Random): Operands {
  const [a, b, c] = floats(64)(random)
  const exponent = BigInt(1023 + random(290) - 160)
  return [random(3) === 0 ? a : (a & ~(0x7ffn << 52n)) | (exponent << 52n), b, c]
}

const TRIALS = 1000

/** One loop for every instruction and mode: load the next operands, clear the flags, run, write result and flags. */
function program(): string {
  const loops = cases.flatMap(({ text }, n) =>
    (text.includes('%rm') ? MODES : MODES.slice(0, 1)).map(mode => {
      const store = / (f?a3),/.exec(text)?.[1] === 'a3' ? 'sd a3, 0(s1)' : 'fsd fa3, 0(s1)'
      const label = `loop_${n}_${mode.name}`
      return `
  li s2, ${TRIALS}
${label}:
  fld fa0, 0(s0)
  fld fa1, 8(s0)
  fld fa2, 16(s0)
  ld a0, 0(s0)
  fsflags zero
  ${text.replace('%rm', mode.name)}
  frflags a4
  ${store}
  sd a4, 8(s1)
  addi s0, s0, 24
  addi s1, s1, 16
  addi s2, s2, -1
  bnez s2, ${label}`
    }),
  )
  return `
  .globl _start
_start:
  la s0, operands
  la s1, results${loops.join('')}
  li a7, 64
  li a0, 1
  la a1, results
  sub a2, s1, a1
  ecall
  li a7, 93
  li a0, 0
  ecall
  .data
  .balign 8
operands: .incbin "${join(directory, 'operands.bin')}"
  .bss
  .balign 8
results: .skip ${16 * TRIALS * loops.length}
`
}

test.skipIf(missing.length > 0)('every instruction in every mode gives the bits and flags that QEMU gives', () => {
  const random = randomNumbers(11)
  const trials = cases.flatMap(c =>
    (c.text.includes('%rm') ? MODES : MODES.slice(0, 1)).flatMap(mode =>
      Array.from({ length: TRIALS }, () => ({ c, mode, args: c.operands(random) })),
    ),
  )
  writeFileSync(join(directory, 'operands.bin'), new Uint8Array(BigUint64Array.from(trials.flatMap(t => t.args)).buffer))
  writeFileSync(join(directory, 'fp.s'), program())
  const elf = join(directory, 'fp')
  const build = spawnSync(GCC, ['-nostdlib', '-static', '-march=rv64gc', '-o', elf, join(directory, 'fp.s')], { encoding: 'utf8' })
  expect(build.stderr).toBe('')
  const { stdout, status } = spawnSync(QEMU, [elf], { maxBuffer: 2 ** 30 })
  expect([status, stdout.length]).toEqual([0, 16 * trials.length])
  const results = new BigUint64Array(new Uint8Array(stdout).buffer)
  const hex = (v: bigint): string => v.toString(16).padStart(16, '0')
  const wrong = trials.flatMap(({ c, mode, args }, n) => {
    const got = c.want(args, mode.number as RoundingMode)
    const [bits, flags] = [results[2 * n], Number(results[2 * n + 1])]
    if (got.bits === bits && got.flags === flags) return []
    return [
      `${c.text.replace('%rm', mode.name)} of ${args.map(hex).join(' ')}: ours ${hex(got.bits)} ${got.flags}, QEMU ${hex(bits)} ${flags}`,
    ]
  })
  expect(wrong.slice(0, 20)).toEqual([])
})
