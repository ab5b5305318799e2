// The registers that programs themselves read and write, as code of the interpreter's: the counters and the floating-point state. Which
// one an instruction names is settled when it is decoded, so each has handlers of its own; every other register is the reference engine's.
import * as L from '../layout.ts'
import { csrStorage } from '../csr-storage.ts'
import { csrs } from '../isa/index.ts'
import { get, i32Const, mem, OP, type Code } from '../wasm/bytes.ts'
import { LOCAL } from './locals.ts'

/** Names of registers, from their rows: fields of fcsr, and counters that lower privileges read where a bit lets them. */
export type UserCsr = string

const FLOAT = new Map(csrs.flatMap(({ name, holds }) => (holds?.kind === 'fcsr' ? [[name, holds] as const] : [])))
const COUNTER = new Map(
  csrs.flatMap(({ name, holds, enable }) => (holds?.kind === 'counter' && enable !== null ? [[name, { ...holds, enable }] as const] : [])),
)
function rowIn<Row>(rows: ReadonlyMap<string, Row>, name: UserCsr): Row {
  const row = rows.get(name)
  if (row === undefined) throw new Error(`CSR ${name} is none that programs use`)
  return row
}

export const USER_CSRS: readonly UserCsr[] = [...COUNTER.keys(), ...FLOAT.keys()]
export const isCounter = (name: UserCsr): boolean => COUNTER.has(name)

const base0 = i32Const(0)
const counter = (base: number, index: number): Code => [...base0, ...mem(OP.f64Load, base + L.HART.counters + 8 * index)]

/** Retired so far: what the counter said when the caller of the loop gave it fuel, and what was spent since, without this instruction's own. */
const retired = (base: number): Code => [
  ...counter(base, L.COUNTERS.instret),
  ...[...base0, ...mem(OP.i32Load, base + L.HART.entered), ...get(LOCAL.fuel), OP.i32Sub, ...i32Const(1), OP.i32Sub],
  ...[OP.f64ConvertI32U, OP.f64Add],
]

/** A counter of a machine that is not timed, as an i64. The clock is csr.ts's `timeOf`. */
export function counterValue(base: number, name: UserCsr): Code {
  if (rowIn(COUNTER, name).counter !== 'time') return [...retired(base), OP.i64TruncF64S]
  const own = [...retired(base), ...counter(base, L.COUNTERS.timeOffset), OP.f64Add]
  return [...own, ...counter(base, L.COUNTERS.timeFloor), OP.f64Max, OP.i64TruncF64S]
}

/** Condition: a lower privilege may not read it, so that somebody has to look who asks. */
export function counterHidden(base: number, name: UserCsr): Code {
  const enabled = (csr: string): Code => [...base0, ...mem(OP.i32Load, base + csrStorage(csr))]
  return [...enabled('mcounteren'), ...enabled('scounteren'), OP.i32And, ...i32Const(rowIn(COUNTER, name).enable), OP.i32And, OP.i32Eqz]
}

/** A field of fcsr as an i64. */
export function floatValue(base: number, name: UserCsr): Code {
  const { shift, mask } = rowIn(FLOAT, name)
  const fcsr = [...base0, ...mem(OP.i32Load, base + L.HART.fcsr)]
  return [...fcsr, ...i32Const(shift), OP.i32ShrU, ...i32Const(mask), OP.i32And, OP.i64ExtendI32U]
}

/** Puts the low bits of `v` into a field of fcsr. */
export function setFloat(base: number, name: UserCsr, v: Code): Code {
  const { shift, mask } = rowIn(FLOAT, name)
  const rest = [...base0, ...mem(OP.i32Load, base + L.HART.fcsr), ...i32Const(~(mask << shift)), OP.i32And]
  const field = [...v, OP.i32WrapI64, ...i32Const(mask), OP.i32And, ...i32Const(shift), OP.i32Shl]
  return [
    ...[...base0, ...rest, ...field, OP.i32Or, ...mem(OP.i32Store, base + L.HART.fcsr)],
    ...[...base0, ...i32Const(L.FS_DIRTY), ...mem(OP.i32Store, base + L.HART.fs)],
  ]
}
