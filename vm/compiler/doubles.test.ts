// Doubles in regions, beside the interpreter's: every instruction with hard operands, with every flag up and down before, alone and one
// after another.
import { expect, test } from 'vitest'
import { floatOperands } from '../fp/testing.ts'
import { randomNumbers } from '../isa/index.ts'
import { PAGE_SIZE } from '../layout.ts'
import { getXBig, setPc } from '../registers.ts'
import { bench, CODE, FRAMES, type Bench } from '../testing.ts'

const OPS = [
  ...['fadd.d', 'fsub.d', 'fmul.d', 'fdiv.d', 'fsgnj.d', 'fsgnjn.d', 'fsgnjx.d', 'fmin.d', 'fmax.d'].map(op => `${op} ft3, ft0, ft1`),
  ...['fmadd.d', 'fmsub.d', 'fnmadd.d', 'fnmsub.d'].map(op => `${op} ft3, ft0, ft1, ft2`),
  ...[
    'fsqrt.d ft3, ft0',
    'fsgnj.d ft3, ft0, ft0',
    'fsgnjn.d ft3, ft1, ft1',
    'fsgnjx.d ft3, ft2, ft2',
    'fadd.d ft3, ft2, ft2',
    'fmv.x.d t2, ft0\nfcvt.d.l ft3, t2',
  ],
]
const COMPARISONS = ['feq.d', 'flt.d', 'fle.d'].flatMap(op => [`${op} t2, ft0, ft1`, `${op} t2, ft1, ft2`])
const MIX = 'slli t4, s3, 5\nsub s3, t4, s3\nxor s3, s3, t2'
const ROW_BYTES = 32
const ROWS = 120
const ROUNDS = 8

const loop = (body: readonly string[]): string => {
  const load = ['fld ft0, 0(s1)', 'fld ft1, 8(s1)', 'fld ft2, 16(s1)', 'lw t1, 24(s1)']
  const text = [...load, ...body, `addi s1, s1, ${ROW_BYTES}`, 'addi s0, s0, -1'].join('\n')
  return `li s0, ${ROWS}\nmv s1, a0\n${text}\nbnez s0, ${CODE + 8}\necall`
}
const seen = `fmv.x.d t2, ft3\n${MIX}`
const flags = `frcsr t2\n${MIX}`

/** Each alone; one after another, with what they make; and flags that are never put down again. */
const PROGRAMS = [
  loop([...OPS.slice(0, 10), ...COMPARISONS].flatMap(op => ['fscsr t1', op, op.includes('ft3') ? seen : MIX, flags])),
  loop(OPS.slice(10).flatMap(op => ['fscsr t1', op, seen, flags])),
  loop([
    'fscsr t1',
    ...[...OPS, ...OPS].flatMap(op => [op, 'fsd ft3, 24(s1)', 'fld fa0, 24(s1)', 'fmv.d ft2, ft1', 'fneg.d ft1, fa0']),
    seen,
    flags,
  ]),
  loop([...OPS, ...COMPARISONS].flatMap(op => [op, op.includes('ft3') ? seen : MIX])),
]

function fill(machines: readonly Bench[], random: (below: number) => number): void {
  const rows = Array.from({ length: ROWS }, () => {
    const whole = (): bigint => new BigUint64Array(Float64Array.of(random(2000) - 1000).buffer)[0]
    const operands = random(4) === 0 ? [whole(), whole(), whole()] : floatOperands(64, random)
    return [...operands, BigInt([0, 1, 31, random(32)][random(4)])]
  })
  const words = new Int32Array(BigUint64Array.from(rows.flat()).buffer)
  for (const { machine } of machines) machine.ram32.set(words, (FRAMES.data * PAGE_SIZE) / 4)
}

test.each(PROGRAMS.map((program, n) => [n, program] as const))('program %i computes what it does interpreted', (_n, program) => {
  const machines = (['interpreter', 'compiler'] as const).map(engine => bench(program, { engine }))
  const random = randomNumbers(12)
  for (let round = 0; round < ROUNDS; round++) {
    fill(machines, random)
    const said = machines.map(b => {
      setPc(b.hart, CODE)
      expect(b.run(1_000_000)).toMatchObject({ kind: 'syscall' })
      return [getXBig(b.hart, 19), [...b.hart.f], [...b.hart.words]]
    })
    expect(said[1]).toEqual(said[0])
  }
})
