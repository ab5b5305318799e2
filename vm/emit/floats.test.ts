// Floating point in line, as a compiler has it: an instruction's code as a function of its own over a hart's block, against the plain
// functions on BigInts. The interpreter's forms are tested in whole programs.
import { expect, test } from 'vitest'
import { arithmetic } from '../fp/index.ts'
import { BOX, floatOperands, u64, unbox, type HostFormat } from '../fp/testing.ts'
import { randomNumbers, type FField, type FloatOp } from '../isa/index.ts'
import * as L from '../layout.ts'
import { i32Const, mem, OP, TYPE, wasmModule, type Code } from '../wasm/bytes.ts'
import { floats, type FloatOperands } from './floats.ts'
import { hostFuses, SOFT_IMPORTS, softCalls, softFloats } from './soft/index.ts'
import { Writer } from './writer.ts'

const PLACES: Readonly<Record<FField, number>> = { frd: 0, frs1: 1, frs2: 2, frs3: 3 }
const ARGUMENTS = ['frs1', 'frs2', 'frs3'] as const
const LETS = 16

const operandsOf = (op: FloatOp): number => (op === 'madd' ? 3 : op === 'sqrt' ? 1 : 2)

/** frd = op(frs1, ...), in line. Answers 1 when it left. */
function inLine(memory: WebAssembly.Memory, op: FloatOp, format: HostFormat, multiplyAdd: FloatOperands['multiplyAdd']): () => number {
  const w = new Writer(0, LETS)
  const at = (f: FField): number => L.HART.f + 8 * PLACES[f]
  w.begin({ readMiss: 0, writeMiss: 0, slow: 0 })
  const { fp, f, f32, setF, setF32 } = floats(w, 0, {
    rawF: field => [...i32Const(0), ...mem(OP.i64Load, at(field))],
    setRawF: (field, v) => w.push(...i32Const(0), ...v, ...mem(OP.i64Store, at(field))),
    rounding: () => 'nearest',
    soft: softCalls(0),
    multiplyAdd,
  })
  const args = ARGUMENTS.slice(0, operandsOf(op)).map(field => (format === 32 ? f32(field) : f(field)))
  const result: Code = fp(op, format, ...args)
  if (format === 32) setF32('frd', result)
  else setF('frd', result)
  const body = [[OP.block, TYPE.empty], w.code, i32Const(0), [OP.return, OP.end], i32Const(1)]
  const locals = Array<number>(LETS).fill(TYPE.i64)
  const code = wasmModule([{ export: 'run', params: [], results: [TYPE.i32], locals, code: body }], SOFT_IMPORTS)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { e: { memory, ...softFloats(memory) } })
  return exports.run as () => number
}

const OPS = ['add', 'sub', 'mul', 'div', 'sqrt', 'madd'] as const
const ROUNDS = Number(process.env.HARTBEAT_SOFT ?? 3000)

test.each([32, 64] as const)('values and flags of %s bits, with every flag up and down before', format => {
  const memory = new WebAssembly.Memory({ initial: 2 })
  const words = new Int32Array(memory.buffer, L.HART.fcsr, 4)
  const registers = new BigUint64Array(memory.buffer, L.HART.f, 4)
  const ways = hostFuses(memory) ? (['called', 'inline', 'fused'] as const) : (['called', 'inline'] as const)
  const read = format === 32 ? unbox : u64
  for (const op of OPS) {
    for (const way of ways) {
      const run = inLine(memory, op, format, way)
      const random = randomNumbers(12)
      for (let n = 0; n < ROUNDS; n++) {
        // Whole numbers now and then: sums and products that are exact.
        const whole = (): bigint => {
          const v = random(2000) - 1000
          const bits =
            format === 64 ? new BigUint64Array(Float64Array.of(v).buffer)[0] : BigInt(new Uint32Array(Float32Array.of(v).buffer)[0])
          return format === 64 ? bits : bits | BOX
        }
        const args = n % 4 === 0 ? [whole(), whole(), whole()] : floatOperands(format, random)
        const before = [0, 1, 31, random(32)][random(4)]
        words[L.WORD_FCSR] = before
        words[L.WORD_FS] = L.FS_INITIAL
        registers.set(args, 1)
        expect(run()).toBe(0)
        const { bits, flags } = arithmetic(op, format, 0, args.slice(0, operandsOf(op)).map(read))
        const want = format === 64 ? bits : bits | BOX
        if (registers[0] === want && words[L.WORD_FCSR] === (before | flags)) continue
        const hex = (v: bigint): string => v.toString(16)
        expect.fail(
          `${op} ${way} of ${args.map(hex).join(' ')}: ${hex(registers[0])} ${words[L.WORD_FCSR]}, want ${hex(want)} ${before | flags}`,
        )
      }
      words[L.WORD_FCSR] = 1 << 5
      expect([op, run()]).toEqual([op, 1])
      words[L.WORD_FCSR] = 0
      words[L.WORD_FS] = L.FS_OFF
      expect([op, run()]).toEqual([op, 1])
    }
  }
})
