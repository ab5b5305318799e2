// The two forms of the interpreter: plain, where fuel is instructions, and timed, where it is cycles.
import { CALL_FETCH, highWord, MODEL_CALLS, plainProbe, spendMore, timedProbe, type Probe, type TimedShape } from '../emit/index.ts'
import { call, get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code, type WasmImport } from '../wasm/bytes.ts'
import * as L from '../layout.ts'
import { ENTRIES_SHIFT } from './entry.ts'
import type { HandlerWriter } from './handler.ts'
import { LOCAL } from './locals.ts'
import { counterHidden, counterValue, type UserCsr } from './user-csrs.ts'

export interface Form {
  /** How accesses are made; `base` is the hart's block. */
  probe: (w: HandlerWriter, base: number) => Probe
  /** The value of a counter, or off to the reference engine. */
  counter: (w: HandlerWriter, base: number, name: UserCsr) => Code
  /** Runs before each instruction, and when another page is entered. */
  beforeEach: (base: number) => Code
  onPage: Code
  imports: readonly WasmImport[]
}

export const PLAIN: Form = {
  probe: (w, base) => plainProbe(w, base, LOCAL),
  counter(w, base, name) {
    w.push(...counterHidden(base, name))
    w.leaveIf('slow')
    return counterValue(base, name)
  },
  beforeEach: () => [],
  onPage: [],
  imports: [],
}

const NO_LINE = -1

/** Has the code gone on into another line, and one that is not noted (timing/lines.ts)? */
function fetchLine(base: number, lineShift: number): Code {
  const line = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(lineShift + ENTRIES_SHIFT), OP.i32ShrU]
  const where = [...i32Const(base), ...get(LOCAL.slab), ...get(LOCAL.line), ...get(LOCAL.page), OP.i32WrapI64, ...highWord(LOCAL.page)]
  const address = [...get(LOCAL.page), ...get(LOCAL.line), ...i32Const(lineShift), OP.i32Shl, OP.i64ExtendI32U, OP.i64Add, ...tee(LOCAL.va)]
  const index = [...address, ...i64Const(lineShift), OP.i64ShrU, OP.i32WrapI64, ...i32Const(L.FETCH_LINES - 1), OP.i32And]
  const noted = [...index, ...i32Const(3), OP.i32Shl, ...mem(OP.i64Load, base + L.HART.fetchLines)]
  return [
    ...[...line, ...tee(LOCAL.host), ...get(LOCAL.line), OP.i32Ne, OP.if, TYPE.empty, ...get(LOCAL.host), ...set(LOCAL.line)],
    ...[...noted, ...get(LOCAL.va), OP.i64Ne, OP.if, TYPE.empty, ...spendMore(LOCAL.fuel, [...where, ...call(CALL_FETCH)]), OP.end, OP.end],
  ]
}

export const timedForm = (shape: TimedShape): Form => ({
  probe: (w, base) => timedProbe(w, base, LOCAL, shape),
  /** Fuel is cycles here, and those of a hart are settled outside. */
  counter(w) {
    w.push(...i32Const(1))
    w.leaveIf('slow')
    return i64Const(0)
  },
  beforeEach: base => fetchLine(base, shape.lineShift),
  onPage: [...i32Const(NO_LINE), ...set(LOCAL.line)],
  imports: MODEL_CALLS,
})
