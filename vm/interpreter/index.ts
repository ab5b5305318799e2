// The interpreter engine: runs the WebAssembly loop, and does what the loop came back for: decode an instruction, refill a TLB,
// run a rare instruction on the reference engine, or stop for the kernel.
import type { Engine } from '../engine.ts'
import { CAUSE_ECALL_M, CAUSE_ECALL_S, CAUSE_ECALL_U, decode, type Row } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Access, Hart, Machine, Stop } from '../machine.ts'
import { createStepper, type Stepper } from '../reference.ts'
import { tlbFill, tlbFillForStore, tlbProbe } from '../tlb.ts'
import { faultCause, stopFor, takeTrap } from '../trap.ts'
import { interpreterModule, WHY } from './module.ts'
import { numberOps, opFor, PAIR_STRIDE, OP_PAGE_END, OP_SLOW, type Ops } from './ops.ts'

type RunLoop = (fuel: number) => number
const MAX_FUEL = 0x7fff_ffff
const ECALL_CAUSE = { [L.PRIVILEGE_U]: CAUSE_ECALL_U, [L.PRIVILEGE_S]: CAUSE_ECALL_S, [L.PRIVILEGE_M]: CAUSE_ECALL_M } as Record<
  number,
  number
>

interface Compiled {
  ops: Ops
  module: WebAssembly.Module
}
/** The compiled loop by number of harts: a pure function of it, remembered because it costs tens of milliseconds. */
const compiled = new Map<number, Compiled>()

function compile(machine: Machine): Compiled {
  const count = machine.harts.length
  let known = compiled.get(count)
  if (!known) {
    const ops = numberOps()
    known = {
      ops,
      module: new WebAssembly.Module(
        interpreterModule(
          machine.harts.map(h => h.base),
          ops,
        ),
      ),
    }
    compiled.set(count, known)
  }
  return known
}

/** The interpreter for a machine's harts. */
export function interpreterEngine(machine: Machine): Engine {
  const { ops, module } = compile(machine)
  machine.decoded.pageEndOp = OP_PAGE_END
  const { exports } = new WebAssembly.Instance(module, { e: { memory: machine.memory } })
  const loops = machine.harts.map(h => exports[`hart${h.id}`] as RunLoop)
  const stepper = createStepper()
  return { name: 'interpreter', run: (m, hart, fuel) => runLoop(m, hart, Math.min(fuel, MAX_FUEL), loops[hart.id], ops, stepper) }
}

function runLoop(machine: Machine, hart: Hart, fuel: number, loop: RunLoop, ops: Ops, stepper: Stepper): Stop {
  let left = fuel
  for (;;) {
    if (left <= 0) return stopped(stopFor(machine, 'fuel'), fuel)
    const why = loop(left)
    const remaining = machine.i32[(hart.base + L.HART.exitFuel) >> 2]
    hart.counters[L.COUNTERS.instret] += left - remaining
    left = remaining
    switch (why) {
      case WHY.fuel:
        return stopped(stopFor(machine, 'fuel'), fuel - left)
      case WHY.ecall:
        return stopped(takeTrap(machine, hart, ECALL_CAUSE[hart.words[L.WORD_PRIVILEGE]], 0, 0), fuel - left)
      case WHY.decode:
        decodeFrom(machine, hart, ops)
        continue
      case WHY.jumpMiss: {
        const stop = refill(machine, hart, 'fetch')
        if (stop && stop !== STORE_TO_CODE) return stopped(stop, fuel - left)
        continue
      }
      case WHY.slow:
        break
      default: {
        const access = why === WHY.readMiss ? 'read' : 'write'
        if (crossesPage(machine, hart, access)) break
        const stop = refill(machine, hart, access)
        if (stop === STORE_TO_CODE) break
        if (stop) return stopped(stop, fuel - left)
        continue
      }
    }
    // One instruction on the reference engine.
    const before = hart.counters[L.COUNTERS.instret]
    const stop = stepper.step(machine, hart)
    left -= hart.counters[L.COUNTERS.instret] - before
    if (stop) return stopped(stop, fuel - left)
  }
}

function stopped(stop: Stop, retired: number): Stop {
  stop.retired = retired
  return stop
}

const exitLo = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.exitVa) >> 2]
const exitHi = (machine: Machine, hart: Hart): number => machine.i32[((hart.base + L.HART.exitVa) >> 2) + 1]

/** The loop missed although its address is in the TLB: so the access goes on into the next page. */
const crossesPage = (machine: Machine, hart: Hart, access: Access): boolean =>
  tlbProbe(machine, hart, exitLo(machine, hart), exitHi(machine, hart), access) >= 0

const STORE_TO_CODE = Symbol('the page of a store has decoded instructions')

/** null: the access can be tried again. */
function refill(machine: Machine, hart: Hart, access: Access): Stop | null | typeof STORE_TO_CODE {
  const lo = exitLo(machine, hart)
  const hi = exitHi(machine, hart)
  const outcome = access === 'write' ? tlbFillForStore(machine, hart, lo, hi) : tlbFill(machine, hart, lo, hi, access)
  if (outcome === 'ok') return null
  return outcome === 'code' ? STORE_TO_CODE : takeTrap(machine, hart, faultCause(outcome, access), lo, hi)
}

// ---- decoding

const registerOffset = (row: Row, field: 'rd' | 'rs1' | 'rs2' | 'rs3', n: number): number => {
  const float = row.fields.some(f => f === `f${field}`)
  if (float) return L.HART.f - L.HART.x + 8 * n
  return field === 'rd' && n === 0 ? L.HART.sink - L.HART.x : 8 * n
}

/** Decodes at pc and on to the end of the straight run, the page, or what is decoded already. */
function decodeFrom(machine: Machine, hart: Hart, ops: Ops): void {
  const lo = hart.pc[0]
  const entry = tlbProbe(machine, hart, lo, hart.pc[1], 'fetch')
  const slab = machine.i32[entry + 2] >>> 0
  const frame = machine.decoded.frameOf[(slab - machine.layout.slabs) / L.SLAB_BYTES]
  const page = machine.layout.ram + frame * L.PAGE_SIZE
  let offset = lo & (L.PAGE_SIZE - 2)
  let before: { at: number; op: number } | null = null
  while (offset < L.PAGE_SIZE) {
    const at = slab + offset * (L.ENTRY_BYTES / 2)
    const view = machine.view
    if (view.getUint16(at + L.ENTRY.op, true) !== 0) return
    const low = view.getUint16(page + offset, true)
    const long = (low & 3) === 3
    if (long && offset === L.PAGE_SIZE - 2) {
      view.setUint16(at + L.ENTRY.op, OP_SLOW, true)
      return
    }
    const word = long ? low | (view.getUint16(page + offset + 2, true) << 16) : low
    const decoded = decode(word)
    if (decoded === null) {
      view.setUint16(at + L.ENTRY.op, OP_SLOW, true)
      return
    }
    const { row, values } = decoded
    const { op, imm } = opFor(ops, decoded, offset)
    view.setUint16(at + L.ENTRY.op, op, true)
    const pair = before && ops.pairs.get(before.op * PAIR_STRIDE + op)
    if (before && pair) view.setUint16(before.at + L.ENTRY.op, pair, true)
    before = { at, op }
    view.setUint16(at + L.ENTRY.rd, registerOffset(row, 'rd', values.rd), true)
    view.setUint16(at + L.ENTRY.rs1, registerOffset(row, 'rs1', values.rs1), true)
    view.setUint16(at + L.ENTRY.rs2, registerOffset(row, 'rs2', values.rs2), true)
    view.setUint16(at + L.ENTRY.rs3, registerOffset(row, 'rs3', values.rs3), true)
    view.setInt32(at + L.ENTRY.imm, imm, true)
    if (row.name === 'jal' || row.name === 'jalr') return
    offset += decoded.length
  }
}
