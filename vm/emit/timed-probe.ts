// Accesses of a timed machine. Fuel is cycles: an instruction spends one, and what it waits for the timing model comes off as well. The
// line buffers (timing/lines.ts) are compared here; whatever is not in one is the model's to answer.
import * as L from '../layout.ts'
import { call, get, i32Const, i64Const, mem, OP, set, tee, TYPE, type Code, type WasmImport } from '../wasm/bytes.ts'
import { lastByte, plainProbe, type Probe, type ProbeLocals } from './probe.ts'
import type { Writer } from './writer.ts'

/** What the code is made for: it depends on nothing else of a preset. */
export interface TimedShape {
  lineShift: number
  setMask: number
  /** Cycles that a load waits for its value from the first-level cache. */
  loadUse: number
}

/** `host` is for the address of an access in the linear memory. */
export interface TimedLocals extends ProbeLocals {
  host: number
  fuel: number
}

/** The timing model's functions, by their numbers below. Each answers the cycles to wait. */
export const MODEL_CALLS: readonly WasmImport[] = [
  /** (offset of the hart's block, slab of the page, line in it, low and high word of the page's address) */
  { name: 'fetch', params: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32], results: [TYPE.i32] },
  /** (offset of the hart's block, linear-memory address, low and high word of the virtual one, bytes, negative for a write) */
  { name: 'data', params: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32], results: [TYPE.i32] },
]
export const CALL_FETCH = 0
const CALL_DATA = 1

const BUFFERS = { read: L.HART.readLines, write: L.HART.writeLines } as const
const BUFFER_SHIFT = 3

export const spendMore = (fuel: number, cycles: Code): Code => [...get(fuel), ...cycles, OP.i32Sub, ...set(fuel)]
export const highWord = (local: number): Code => [...get(local), ...i64Const(32), OP.i64ShrU, OP.i32WrapI64]

export function timedProbe(w: Writer, base: number, locals: TimedLocals, { lineShift, setMask, loadUse }: TimedShape): Probe {
  const plain = plainProbe(w, base, locals)
  const { va, host, fuel } = locals
  return {
    host: plain.host,
    mem: plain.mem,
    access(kind, bytes) {
      plain.access(kind, bytes)
      if (kind === 'read' && loadUse > 0) w.push(...spendMore(fuel, i32Const(loadUse)))
      const line = [...plain.host(kind), ...tee(host), ...i32Const(lineShift), OP.i32ShrU, ...i32Const(setMask), OP.i32And]
      w.push(...line, ...i32Const(BUFFER_SHIFT), OP.i32Shl, ...mem(OP.i64Load, base + BUFFERS[kind]))
      // The line of the last byte: an access that goes on into the next line is in no buffer.
      w.push(...lastByte(va, bytes), ...i64Const(-(2 ** lineShift)), OP.i64And, OP.i64Ne, OP.if, TYPE.empty)
      const where = [...i32Const(base), ...get(host), ...get(va), OP.i32WrapI64, ...highWord(va)]
      w.push(...spendMore(fuel, [...where, ...i32Const(kind === 'write' ? -bytes : bytes), ...call(CALL_DATA)]), OP.end)
    },
  }
}
