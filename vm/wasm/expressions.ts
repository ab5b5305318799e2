// WebAssembly functions written as expressions: `i64.add(a, b)` over pieces of code, numbers standing for constants. For functions that
// are read more often than they are made; what is emitted by the thousand writes bytes.
import { f64Const, get, i32Const, i64Const, mem, OP, set, TYPE, type Code } from './bytes.ts'

type Integer = Code | number | bigint
type Real = Code | number
type Expression<V> = (...operands: readonly V[]) => Code

const asI32 = (v: Code | number): Code => (typeof v === 'number' ? i32Const(v) : v)
const asI64 = (v: Integer): Code => (typeof v === 'object' ? v : i64Const(v))
const asF64 = (v: Real): Code => (typeof v === 'number' ? f64Const(v) : v)
const operation =
  <V>(op: number, as: (v: V) => Code): Expression<V> =>
  (...operands) => [...operands.flatMap(as), op]
function family<V, Names extends Record<string, number>>(ops: Names, as: (v: V) => Code): { readonly [N in keyof Names]: Expression<V> } {
  return Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, operation(op, as)])) as { [N in keyof Names]: Expression<V> }
}

export const i32 = {
  const: i32Const,
  ...family({ eqz: OP.i32Eqz, eq: OP.i32Eq, ne: OP.i32Ne, add: OP.i32Add, and: OP.i32And, or: OP.i32Or }, asI32),
  /** From i64, and the bits of an f32. */
  wrap: operation(OP.i32WrapI64, asI64),
  load: (address: Code, offset: number): Code => [...address, ...mem(OP.i32Load, offset)],
  store: (address: Code, offset: number, v: Code | number): Code => [...address, ...asI32(v), ...mem(OP.i32Store, offset)],
}
export const i64 = {
  const: i64Const,
  ...family(
    {
      ...{ eqz: OP.i64Eqz, eq: OP.i64Eq, ne: OP.i64Ne, ltS: OP.i64LtS, ltU: OP.i64LtU, gtS: OP.i64GtS, gtU: OP.i64GtU, geS: OP.i64GeS },
      ...{ leS: OP.i64LeS, leU: OP.i64LeU, geU: OP.i64GeU, clz: OP.i64Clz, ctz: OP.i64Ctz, add: OP.i64Add, sub: OP.i64Sub, mul: OP.i64Mul },
      ...{ and: OP.i64And, or: OP.i64Or, xor: OP.i64Xor, shl: OP.i64Shl, shrS: OP.i64ShrS, shrU: OP.i64ShrU },
    },
    asI64,
  ),
  /** The bits of an f64. */
  bits: operation(OP.i64ReinterpretF64, asF64),
  extendU: operation(OP.i64ExtendI32U, asI32),
  /** Towards zero; saturating, NaN gives 0. */
  truncS: (v: Code): Code => [...v, ...OP_TRUNC_SAT_S],
  truncU: (v: Code): Code => [...v, ...OP_TRUNC_SAT_U],
}
const OP_TRUNC_SAT_S = [0xfc, 6]
const OP_TRUNC_SAT_U = [0xfc, 7]

export const f32 = {
  ...family({ ne: OP.f32Ne }, (v: Code) => v),
  demote: operation(OP.f32DemoteF64, asF64),
  /** An f32 of the low bits of an i64, and the other way round. */
  of: (bits: Code): Code => [...bits, OP.i32WrapI64, OP.f32ReinterpretI32],
  bits: (v: Code): Code => [...v, OP.i32ReinterpretF32, OP.i64ExtendI32U],
}
export const f64 = {
  const: f64Const,
  ...family(
    {
      ...{ eq: OP.f64Eq, ne: OP.f64Ne, lt: OP.f64Lt, gt: OP.f64Gt, le: OP.f64Le, ge: OP.f64Ge, abs: OP.f64Abs, neg: OP.f64Neg },
      ...{ copysign: OP.f64Copysign, trunc: OP.f64Trunc, sqrt: OP.f64Sqrt },
      ...{ add: OP.f64Add, sub: OP.f64Sub, mul: OP.f64Mul, div: OP.f64Div },
    },
    asF64,
  ),
  promote: (v: Code): Code => [...v, OP.f64PromoteF32],
  of: operation(OP.f64ReinterpretI64, asI64),
  /** a * b + c rounded once, where the host fuses (relaxed SIMD, probed by whoever uses it). */
  fused: (a: Code, b: Code, c: Code): Code => [...[a, b, c].flatMap(v => [...v, ...SPLAT]), ...RELAXED_MADD, ...EXTRACT_LANE_0],
}
const SPLAT = [0xfd, 0x14]
const RELAXED_MADD = [0xfd, 0x87, 0x02]
const EXTRACT_LANE_0 = [0xfd, 0x21, 0]

/** `a` if the condition holds, else `b`; both are evaluated. */
export const choose = (condition: Code, a: Code, b: Code): Code => [...a, ...b, ...condition, OP.select]

/** The statements of a function, in order. */
export class Body {
  readonly code: Code = []
  /** Types of the locals after the parameters. */
  readonly locals: number[] = []
  private readonly params: number

  constructor(params: number) {
    this.params = params
  }
  do(...statements: readonly Code[]): void {
    for (const statement of statements) for (const byte of statement) this.code.push(byte)
  }
  /** A new local with this value: the code that reads it. */
  let(type: keyof typeof TYPE, v: Code): Code {
    const local = this.params + this.locals.length
    this.locals.push(TYPE[type])
    this.do(v, set(local))
    return get(local)
  }
  i64 = (v: Integer): Code => this.let('i64', asI64(v))
  f64 = (v: Code): Code => this.let('f64', v)
  /** Gives another value to what `let` answered. */
  set(local: Code, v: Code): void {
    this.do(v, [OP.localSet, ...local.slice(1)])
  }
  if(condition: Code, then: () => void, otherwise?: () => void): void {
    this.do(condition, [OP.if, TYPE.empty])
    then()
    if (otherwise) {
      this.do([OP.else])
      otherwise()
    }
    this.do([OP.end])
  }
  return(v: Code): void {
    this.do(v, [OP.return])
  }
}
