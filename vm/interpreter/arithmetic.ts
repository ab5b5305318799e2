// Integer meanings turned into WebAssembly: values and conditions from values, with nothing of the hart in them.
import { get, i64Const, OP, set, TYPE, type Code } from '../wasm/bytes.ts'
import { LETS, LOCAL } from './locals.ts'

/** Collects code; the part of an emitter that needs no operands, memory or control. */
export class Arithmetic {
  readonly code: Code = []
  private lets = 0

  protected push(...code: Code): void {
    const target = this.code
    for (let n = 0; n < code.length; n++) target.push(code[n])
  }

  num(n: bigint): Code {
    return i64Const(n)
  }
  let(v: Code): Code {
    if (this.lets === LETS) throw new Error('a meaning binds more values than the interpreter has locals')
    const local = LOCAL.let + this.lets++
    this.push(...v, ...set(local))
    return get(local)
  }

  // ---- integers

  private binary(op: number, a: Code, b: Code): Code {
    return [...a, ...b, op]
  }
  add(a: Code, b: Code): Code {
    return this.binary(OP.i64Add, a, b)
  }
  sub(a: Code, b: Code): Code {
    return this.binary(OP.i64Sub, a, b)
  }
  mul(a: Code, b: Code): Code {
    return this.binary(OP.i64Mul, a, b)
  }
  and(a: Code, b: Code): Code {
    return this.binary(OP.i64And, a, b)
  }
  or(a: Code, b: Code): Code {
    return this.binary(OP.i64Or, a, b)
  }
  xor(a: Code, b: Code): Code {
    return this.binary(OP.i64Xor, a, b)
  }
  shl(a: Code, b: Code): Code {
    return this.binary(OP.i64Shl, a, b)
  }
  shrS(a: Code, b: Code): Code {
    return this.binary(OP.i64ShrS, a, b)
  }
  shrU(a: Code, b: Code): Code {
    return this.binary(OP.i64ShrU, a, b)
  }
  /** Schoolbook on 32-bit halves: WebAssembly has no wide multiply. */
  mulhU(a: Code, b: Code): Code {
    const low = i64Const(0xffffffffn)
    const half = (v: Code): Code => [...v, ...i64Const(32), OP.i64ShrU]
    const x = this.let(a)
    const y = this.let(b)
    const x0 = [...x, ...low, OP.i64And]
    const y0 = [...y, ...low, OP.i64And]
    const t = this.let([...half(x), ...y0, OP.i64Mul, ...half([...x0, ...y0, OP.i64Mul]), OP.i64Add])
    const w = this.let([...x0, ...half(y), OP.i64Mul, ...t, ...low, OP.i64And, OP.i64Add])
    return [...half(x), ...half(y), OP.i64Mul, ...half(t), OP.i64Add, ...half(w), OP.i64Add]
  }
  mulhS(a: Code, b: Code): Code {
    const x = this.let(a)
    const y = this.let(b)
    const high = this.mulhU(x, y)
    return this.sub(this.sub(high, this.ifNegative(x, y)), this.ifNegative(y, x))
  }
  mulhSU(a: Code, b: Code): Code {
    const x = this.let(a)
    const y = this.let(b)
    return this.sub(this.mulhU(x, y), this.ifNegative(x, y))
  }
  /** v if sign < 0, else 0. */
  private ifNegative(sign: Code, v: Code): Code {
    return [...sign, ...i64Const(63), OP.i64ShrS, ...v, OP.i64And]
  }
  /** Division when the divisor is neither 0 nor, signed, -1; those have answers without dividing. */
  private divide(op: number, a: Code, b: Code, byZero: (x: Code) => Code, byMinusOne: ((x: Code) => Code) | null): Code {
    const x = this.let(a)
    const y = this.let(b)
    const ordinary = [...x, ...y, op]
    const inner = byMinusOne ? [...y, ...i64Const(-1), OP.i64Eq, OP.if, TYPE.i64, ...byMinusOne(x), OP.else, ...ordinary, OP.end] : ordinary
    return [...y, OP.i64Eqz, OP.if, TYPE.i64, ...byZero(x), OP.else, ...inner, OP.end]
  }
  divS(a: Code, b: Code): Code {
    return this.divide(
      OP.i64DivS,
      a,
      b,
      () => i64Const(-1),
      x => [...i64Const(0), ...x, OP.i64Sub],
    )
  }
  divU(a: Code, b: Code): Code {
    return this.divide(OP.i64DivU, a, b, () => i64Const(-1), null)
  }
  remS(a: Code, b: Code): Code {
    return this.divide(
      OP.i64RemS,
      a,
      b,
      x => x,
      () => i64Const(0),
    )
  }
  remU(a: Code, b: Code): Code {
    return this.divide(OP.i64RemU, a, b, x => x, null)
  }
  sext32(a: Code): Code {
    return [...a, OP.i64Extend32S]
  }
  zext32(a: Code): Code {
    return [...a, OP.i32WrapI64, OP.i64ExtendI32U]
  }

  // ---- conditions (i32)

  eq(a: Code, b: Code): Code {
    return this.binary(OP.i64Eq, a, b)
  }
  ne(a: Code, b: Code): Code {
    return this.binary(OP.i64Ne, a, b)
  }
  ltS(a: Code, b: Code): Code {
    return this.binary(OP.i64LtS, a, b)
  }
  ltU(a: Code, b: Code): Code {
    return this.binary(OP.i64LtU, a, b)
  }
  geS(a: Code, b: Code): Code {
    return this.binary(OP.i64GeS, a, b)
  }
  geU(a: Code, b: Code): Code {
    return this.binary(OP.i64GeU, a, b)
  }
  bool(c: Code): Code {
    return [...c, OP.i64ExtendI32U]
  }
  select(c: Code, a: Code, b: Code): Code {
    return [...a, ...b, ...c, OP.select]
  }
}
