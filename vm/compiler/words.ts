// Words of 32 bits: which values are sign-extended from their low half already, so that nobody has to do it again, and shifts of halves.
import type { arithmetic } from '../emit/index.ts'
import type { FieldName, Sem } from '../isa/index.ts'
import { i64Const, OP, type Code } from '../wasm/bytes.ts'
import type { Now } from './operands.ts'
import { HOLE } from './template.ts'

type Arithmetic = ReturnType<typeof arithmetic>
type Operands = Pick<Sem<Code, Code>, 'x' | 'imm' | 'setX' | 'load' | 'loadReserved' | 'amo'>

const ZERO = i64Const(0)
/** Of shifts of words: less than 32. */
const WORD_SHIFT: FieldName = 'shamtw'

/** The words of a meaning, over others, that hear of sign-extended values. `start` begins the next instruction. */
export function words(plain: Arithmetic & Operands, now: Now) {
  const narrow = new Set<Code>()
  const shifted = new Map<Code, Code>()
  const unsigned = new Map<Code, Code>()
  let shift: Code = ZERO
  const mark = (v: Code): Code => (narrow.add(v), v)
  const markIf = (condition: boolean, v: Code): Code => (condition ? mark(v) : v)
  const both =
    (op: (a: Code, b: Code) => Code) =>
    (a: Code, b: Code): Code =>
      markIf(narrow.has(a) && narrow.has(b), op(a, b))
  return {
    start(): void {
      narrow.clear()
      shifted.clear()
      unsigned.clear()
      shift = ZERO
    },
    x: f => markIf(now.decoded.values[f] === 0 || (f === 'rs1' && now.narrow1) || (f === 'rs2' && now.narrow2), plain.x(f)),
    setX(f, v) {
      now.narrow = narrow.has(v)
      plain.setX(f, v)
    },
    imm(f) {
      if (now.decoded.values.imm === 0) return mark(ZERO)
      const v = mark(plain.imm(f))
      if (f === WORD_SHIFT) shift = v
      return v
    },
    num: n => markIf(BigInt.asIntN(32, n) === n, plain.num(n)),
    let: v => markIf(narrow.has(v), plain.let(v)),
    add: (a, b) => (b === ZERO ? a : plain.add(a, b)),
    and: both(plain.and),
    or: both(plain.or),
    xor: both(plain.xor),
    shl(a, b) {
      const v = plain.shl(a, b)
      if (b === shift && b !== ZERO) shifted.set(v, [...a, OP.i32WrapI64, OP.i32Const, HOLE.imm, OP.i32Shl, OP.i64ExtendI32S])
      return v
    },
    shrU(a, b) {
      const v = plain.shrU(a, b)
      const half = unsigned.get(a)
      // By one at least: the sign is 0.
      if (half && b === shift && b !== ZERO) shifted.set(v, [...half, OP.i32WrapI64, OP.i32Const, HOLE.imm, OP.i32ShrU, OP.i64ExtendI32U])
      return v
    },
    shrS: (a, b) => markIf(narrow.has(a), plain.shrS(a, b)),
    zext32(a) {
      const v = plain.zext32(a)
      unsigned.set(v, a)
      return v
    },
    sext32: v => mark(narrow.has(v) ? v : (shifted.get(v) ?? plain.sext32(v))),
    bool: c => mark(plain.bool(c)),
    select: (c, a, b) => markIf(narrow.has(a) && narrow.has(b), plain.select(c, a, b)),
    load: (bytes, signed, addr) => markIf(bytes < 4 || (bytes === 4 && signed), plain.load(bytes, signed, addr)),
    loadReserved: (bytes, addr) => markIf(bytes === 4, plain.loadReserved(bytes, addr)),
    amo: (bytes, addr, update) => markIf(bytes <= 4, plain.amo(bytes, addr, update)),
  } satisfies Partial<Sem<Code, Code>> & { start(): void }
}
