// The interpreter's timed form. Fuel is cycles: an instruction spends one, and what it waits for the timing model comes off as well. The
// line buffers (timing/lines.ts) are compared here; whatever is not in one is the model's to answer.
import * as L from '../layout.ts'
import type { Width } from '../isa/index.ts'
import { call, get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code, type WasmImport } from '../wasm/bytes.ts'
import { Emitter, type Depths, type Flavour } from './emit.ts'
import { LOCAL } from './locals.ts'
import type { Variant } from './module.ts'

/** What the code is made for: it depends on nothing else of a preset. */
export interface TimedShape {
  lineShift: number
  setMask: number
  /** Cycles that a load waits for its value from the first-level cache. */
  loadUse: number
}

/** Answers the cycles to wait. */
const IMPORTS: readonly WasmImport[] = [
  /** (offset of the hart's block, slab of the page, line in it, low and high word of the page's address) */
  { name: 'fetch', params: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32], results: [TYPE.i32] },
  /** (offset of the hart's block, linear-memory address, low and high word of the virtual one, bytes, negative for a write) */
  { name: 'data', params: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32], results: [TYPE.i32] },
]
const FETCH = 0
const DATA = 1

/** An entry of decoded code spans 2^3 bytes for each byte of code. */
const ENTRY_SHIFT = 3
const BUFFER_SHIFT = 3
const NO_LINE = -1

const spendMore = (cycles: Code): Code => [...get(LOCAL.fuel), ...cycles, OP.i32Sub, ...set(LOCAL.fuel)]
const highWord = (local: number): Code => [...get(local), ...i64Const(32), OP.i64ShrU, OP.i32WrapI64]

class TimedEmitter extends Emitter {
  private readonly shape: TimedShape
  constructor(base: number, flavour: Flavour, depths: Depths, shape: TimedShape) {
    super(base, flavour, depths)
    this.shape = shape
  }

  protected override accessing(tlb: number, bytes: Width): void {
    const { lineShift, setMask, loadUse } = this.shape
    const write = tlb === L.HART.tlbWrite
    const buffers = write ? L.HART.writeLines : L.HART.readLines
    if (!write && loadUse > 0) this.push(...spendMore(i32Const(loadUse)))
    // The line of the last byte: an access that goes on into the next line is in no buffer.
    const last = bytes === 1 ? get(LOCAL.va) : [...get(LOCAL.va), ...i64Const(bytes - 1), OP.i64Add]
    const set = [...this.host(tlb), ...tee(LOCAL.host), ...i32Const(lineShift), OP.i32ShrU, ...i32Const(setMask), OP.i32And]
    this.push(...set, ...i32Const(BUFFER_SHIFT), OP.i32Shl, ...mem(OP.i64Load, this.base + buffers))
    this.push(...last, ...i64Const(-(2 ** lineShift)), OP.i64And, OP.i64Ne, OP.if, TYPE.empty)
    const where = [...i32Const(this.base), ...get(LOCAL.host), ...get(LOCAL.va), OP.i32WrapI64, ...highWord(LOCAL.va)]
    this.push(...spendMore([...where, ...i32Const(write ? -bytes : bytes), ...call(DATA)]), OP.end)
  }

  /** Fuel is cycles here, and those of a hart are settled outside. */
  protected override counter(): Code {
    this.push(...i32Const(1))
    this.leaveIf('slow')
    return i64Const(0)
  }

  override enterPage(): void {
    super.enterPage()
    this.push(...i32Const(NO_LINE), ...set(LOCAL.line))
  }
}

/** Before each instruction: has the code gone on into another line? */
function fetchLine(base: number, lineShift: number): Code {
  const line = [...get(LOCAL.ip), ...get(LOCAL.slab), OP.i32Sub, ...i32Const(lineShift + ENTRY_SHIFT), OP.i32ShrU]
  const where = [...i32Const(base), ...get(LOCAL.slab), ...get(LOCAL.line), ...get(LOCAL.page), OP.i32WrapI64, ...highWord(LOCAL.page)]
  return [
    ...[...line, ...tee(LOCAL.host), ...get(LOCAL.line), OP.i32Ne, OP.if, TYPE.empty],
    ...[...get(LOCAL.host), ...set(LOCAL.line), ...spendMore([...where, ...call(FETCH)]), OP.end],
  ]
}

export const timedVariant = (shape: TimedShape): Variant => ({
  make: (base, flavour, depths) => new TimedEmitter(base, flavour, depths, shape),
  beforeEach: base => fetchLine(base, shape.lineShift),
  imports: IMPORTS,
})
