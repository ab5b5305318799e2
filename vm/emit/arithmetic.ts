// Integer meanings turned into WebAssembly: values and conditions from values, with nothing of the hart in them.
import type { Sem } from '../isa/index.ts'
import { i64Const, OP, TYPE, type Code } from '../wasm/bytes.ts'
import { leftToReference, type Writer } from './writer.ts'

const binary =
  (op: number) =>
  (a: Code, b: Code): Code => [...a, ...b, op]
/** v if sign < 0, else 0. */
const ifNegative = (sign: Code, v: Code): Code => [...sign, ...i64Const(63), OP.i64ShrS, ...v, OP.i64And]
const half = (v: Code): Code => [...v, ...i64Const(32), OP.i64ShrU]
const same = (x: Code): Code => x
const minusOne = (): Code => i64Const(-1)

export const sext32 = (a: Code): Code => [...a, OP.i64Extend32S]
export const zext32 = (a: Code): Code => [...a, OP.i32WrapI64, OP.i64ExtendI32U]
export const select = (c: Code, a: Code, b: Code): Code => [...a, ...b, ...c, OP.select]

/** The words of a meaning that need no operands, memory or control. */
export function arithmetic(w: Pick<Writer, 'let'>) {
  /** Schoolbook on 32-bit halves: WebAssembly has no wide multiply. */
  function mulhU(a: Code, b: Code): Code {
    const low = i64Const(0xffffffffn)
    const x = w.let(a)
    const y = w.let(b)
    const x0 = [...x, ...low, OP.i64And]
    const y0 = [...y, ...low, OP.i64And]
    const t = w.let([...half(x), ...y0, OP.i64Mul, ...half([...x0, ...y0, OP.i64Mul]), OP.i64Add])
    const v = w.let([...x0, ...half(y), OP.i64Mul, ...t, ...low, OP.i64And, OP.i64Add])
    return [...half(x), ...half(y), OP.i64Mul, ...half(t), OP.i64Add, ...half(v), OP.i64Add]
  }
  /** Division when the divisor is neither 0 nor, signed, -1; those have answers without dividing. */
  function divide(op: number, a: Code, b: Code, byZero: (x: Code) => Code, byMinusOne: ((x: Code) => Code) | null): Code {
    const x = w.let(a)
    const y = w.let(b)
    const ordinary = [...x, ...y, op]
    const inner = byMinusOne ? [...y, ...i64Const(-1), OP.i64Eq, OP.if, TYPE.i64, ...byMinusOne(x), OP.else, ...ordinary, OP.end] : ordinary
    return [...y, OP.i64Eqz, OP.if, TYPE.i64, ...byZero(x), OP.else, ...inner, OP.end]
  }
  const sub = binary(OP.i64Sub)

  return {
    num: i64Const,
    let: v => w.let(v),

    // integers
    add: binary(OP.i64Add),
    sub,
    mul: binary(OP.i64Mul),
    and: binary(OP.i64And),
    or: binary(OP.i64Or),
    xor: binary(OP.i64Xor),
    shl: binary(OP.i64Shl),
    shrS: binary(OP.i64ShrS),
    shrU: binary(OP.i64ShrU),
    mulhU,
    mulhS(a, b) {
      const x = w.let(a)
      const y = w.let(b)
      const high = mulhU(x, y)
      return sub(sub(high, ifNegative(x, y)), ifNegative(y, x))
    },
    mulhSU(a, b) {
      const x = w.let(a)
      const y = w.let(b)
      return sub(mulhU(x, y), ifNegative(x, y))
    },
    divS: (a, b) => divide(OP.i64DivS, a, b, minusOne, x => [...i64Const(0), ...x, OP.i64Sub]),
    divU: (a, b) => divide(OP.i64DivU, a, b, minusOne, null),
    remS: (a, b) => divide(OP.i64RemS, a, b, same, () => i64Const(0)),
    remU: (a, b) => divide(OP.i64RemU, a, b, same, null),
    rotl: binary(OP.i64Rotl),
    rotr: binary(OP.i64Rotr),
    clz: a => [...a, OP.i64Clz],
    ctz: a => [...a, OP.i64Ctz],
    popcount: a => [...a, OP.i64Popcnt],
    // WebAssembly has none, and a loop would be dear in every engine's code.
    clmul: leftToReference,
    clmulh: leftToReference,
    sext32,
    zext32,

    // conditions (i32)
    eq: binary(OP.i64Eq),
    ne: binary(OP.i64Ne),
    ltS: binary(OP.i64LtS),
    ltU: binary(OP.i64LtU),
    geS: binary(OP.i64GeS),
    geU: binary(OP.i64GeU),
    bool: c => [...c, OP.i64ExtendI32U],
    select,
  } satisfies Partial<Sem<Code, Code>>
}
