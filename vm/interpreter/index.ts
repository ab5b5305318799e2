// The interpreter engine: runs the WebAssembly loop, and does what the loop came back for: decode an instruction, refill a TLB,
// run a rare instruction on the reference engine, or stop for the kernel.
import type { TimedShape } from '../emit/index.ts'
import type { Engine } from '../engine.ts'
import { CAUSE_ECALL_M, CAUSE_ECALL_S, CAUSE_ECALL_U, decode, type Row } from '../isa/index.ts'
import * as L from '../layout.ts'
import type { Access, Hart, Machine, Stop } from '../machine.ts'
import { frameOfSlab } from '../decode-cache.ts'
import { atBreakpoint } from '../debug.ts'
import { createStepper, debugged, timedStep, type Stepper } from '../reference.ts'
import { C_INSTRUCTIONS, C_L1_DATA, loadUse, settle, timeAccess, timeFetch, type Core, type Timing } from '../timing/index.ts'
import { tlbFill, tlbFillForStore, tlbProbe } from '../tlb.ts'
import { faultCause, stopFor, takeTrap } from '../trap.ts'
import { interpreterModule, WHY } from './module.ts'
import { timedForm } from './forms.ts'
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
/** Compiled loops by what they are made for: pure functions of it, remembered because each costs tens of milliseconds. */
const compiled = new Map<string, Compiled>()

function compile(machine: Machine, key: string, make: (bases: readonly number[]) => { ops: Ops; code: Uint8Array<ArrayBuffer> }): Compiled {
  const bases = machine.harts.map(h => h.base)
  const name = `${bases.length} ${key}`
  let known = compiled.get(name)
  if (!known) {
    const { ops, code } = make(bases)
    known = { ops, module: new WebAssembly.Module(code) }
    compiled.set(name, known)
  }
  return known
}

/** The functions of a compiled loop over a machine's memory, one for each hart. */
function instantiate(machine: Machine, module: WebAssembly.Module, imports: Record<string, (...args: number[]) => number>): RunLoop[] {
  machine.decoded.pageEndOp = OP_PAGE_END
  const { exports } = new WebAssembly.Instance(module, { e: { memory: machine.memory, ...imports } })
  return machine.harts.map(h => exports[`hart${h.id}`] as RunLoop)
}

/** The interpreter for a machine's harts. */
export function interpreterEngine(machine: Machine): Engine {
  const { ops, module } = compile(machine, 'untimed', bases => {
    const numbered = numberOps()
    return { ops: numbered, code: interpreterModule(bases, numbered) }
  })
  const loops = instantiate(machine, module, {})
  const stepper = createStepper()
  return { name: 'interpreter', run: (m, hart, fuel) => runLoop(m, hart, Math.min(fuel, MAX_FUEL), loops[hart.id], ops, stepper) }
}

/** The interpreter in its timed form: whatever its line buffers do not answer, it asks the model. */
export function timedEngine(machine: Machine, timing: Timing): Engine {
  const shape: TimedShape = { lineShift: timing.lineShift, setMask: timing.setMask, loadUse: loadUse(timing) }
  const { ops, module } = compile(machine, JSON.stringify(shape), bases => {
    const numbered = numberOps(false)
    return { ops: numbered, code: interpreterModule(bases, numbered, timedForm(shape)) }
  })
  const loops = instantiate(machine, module, modelCalls(machine, timing))
  const stepper = createStepper()
  return {
    name: 'interpreter',
    run: (m, hart, fuel, cycles = Infinity) => runTimedLoop(m, timing, hart, fuel, cycles, loops[hart.id], ops, stepper),
  }
}

/** What the loop calls, by MODEL_CALLS of emit/. Each answers the cycles that were waited. */
function modelCalls(machine: Machine, timing: Timing): Record<string, (...args: number[]) => number> {
  const coreAt = (base: number): Core => timing.cores[(base - L.hartBase(0)) / L.HART_BYTES]
  const toPhysical = L.RAM_BASE - machine.layout.ram
  return {
    fetch(base, slab, line, lo, hi) {
      const core = coreAt(base)
      const offset = line << timing.lineShift
      // Behind the last instruction of a page there is an entry that leads on.
      if (offset >= L.PAGE_SIZE) return 0
      const before = core.stalls
      const physical = L.RAM_BASE + frameOfSlab(machine, slab >>> 0) * L.PAGE_SIZE + offset
      timeFetch(machine, timing, core, lo + offset, hi, physical)
      return core.stalls - before
    },
    data(base, host, lo, hi, bytes) {
      const core = coreAt(base)
      const before = core.stalls
      timeAccess(machine, timing, core, lo, hi, (host >>> 0) + toPhysical, Math.abs(bytes), bytes < 0)
      return core.stalls - before
    },
  }
}

function runLoop(machine: Machine, hart: Hart, fuel: number, loop: RunLoop, ops: Ops, stepper: Stepper): Stop {
  let left = fuel
  for (;;) {
    if (left <= 0) return stopped(stopFor(machine, 'fuel'), fuel)
    const why = loop(left)
    const remaining = exitFuel(machine, hart)
    hart.counters[L.COUNTERS.instret] += left - remaining
    left = remaining
    if (why === WHY.fuel) return stopped(stopFor(machine, 'fuel'), fuel - left)
    const before = hart.counters[L.COUNTERS.instret]
    const stop = attend(machine, hart, why, ops, stepper)
    left -= hart.counters[L.COUNTERS.instret] - before
    if (stop) return stopped(stop, fuel - left)
  }
}

/** The loop's fuel is cycles here: what it spent is what retired, plus what loads and the model's answers waited. */
function runTimedLoop(
  machine: Machine,
  timing: Timing,
  hart: Hart,
  fuel: number,
  cycles: number,
  loop: RunLoop,
  ops: Ops,
  stepper: Stepper,
): Stop {
  const core = timing.cores[hart.id]
  const { counters } = hart
  const { instret, loads } = L.COUNTERS
  const use = loadUse(timing)
  const timed: Stepper = { step: (m, h) => timedStep(m, core, h, stepper) }
  settle(core, counters)
  const started = counters[instret]
  const end = counters[L.COUNTERS.cycles] + cycles
  // An instruction that has begun ends, whatever it waits on the way: also when the loop came back to have it decoded or its page found.
  let begun = false
  for (;;) {
    const left = fuel - (counters[instret] - started)
    const cyclesLeft = end - counters[L.COUNTERS.cycles]
    // Every instruction takes a cycle at least: so many cycles are not more instructions than there is fuel for.
    const budget = Math.min(left, begun ? Math.max(cyclesLeft, 1) : cyclesLeft, MAX_FUEL)
    if (budget <= 0) return stopped(stopFor(machine, 'fuel'), counters[instret] - started)
    const loadsBefore = counters[loads]
    const why = loop(budget)
    const spent = budget - exitFuel(machine, hart)
    const loadCycles = use * (counters[loads] - loadsBefore)
    const retired = spent - core.stalls - loadCycles
    core.row[C_L1_DATA] += loadCycles
    core.row[C_INSTRUCTIONS] += retired
    core.stalls = 0
    counters[instret] += retired
    counters[L.COUNTERS.cycles] += spent
    begun = false
    if (why === WHY.fuel) continue
    const before = counters[instret]
    const stop = attend(machine, hart, why, ops, timed)
    if (stop) return stopped(stop, counters[instret] - started)
    begun = why !== WHY.jumpMiss && counters[instret] === before
  }
}

const exitFuel = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.exitFuel) >> 2]

/** Does what the loop came back for. null: it can go on. */
function attend(machine: Machine, hart: Hart, why: number, ops: Ops, stepper: Stepper): Stop | null {
  switch (why) {
    case WHY.ecall:
      return takeTrap(machine, hart, ECALL_CAUSE[hart.words[L.WORD_PRIVILEGE]], 0, 0)
    case WHY.decode:
      decodeFrom(machine, hart, ops)
      return null
    case WHY.jumpMiss: {
      const stop = refill(machine, hart, 'fetch')
      return stop === STORE_TO_CODE ? null : debugged(machine, stop)
    }
    case WHY.slow:
      if (machine.debug !== null && atBreakpoint(machine, hart)) return stopFor(machine, 'debug')
      return debugged(machine, stepper.step(machine, hart))
    default: {
      const access = why === WHY.readMiss ? 'read' : 'write'
      if (crossesPage(machine, hart, access)) return debugged(machine, stepper.step(machine, hart))
      const stop = refill(machine, hart, access)
      return debugged(machine, stop === STORE_TO_CODE ? stepper.step(machine, hart) : stop)
    }
  }
}

function stopped(stop: Stop, retired: number): Stop {
  stop.retired = retired
  return stop
}

const exitLo = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.exitVa) >> 2]
const exitHi = (machine: Machine, hart: Hart): number => machine.i32[((hart.base + L.HART.exitVa) >> 2) + 1]

/** The loop missed although its address is in the TLB: the access goes on into the next page, or its page is watched. */
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
    // Where a breakpoint may be, the loop is left before the instruction.
    if (decoded !== null && machine.debug !== null && machine.debug.parcels[offset >> 1] === 1) {
      view.setUint16(at + L.ENTRY.op, OP_SLOW, true)
      before = null
      if (decoded.row.name === 'jal' || decoded.row.name === 'jalr') return
      offset += decoded.length
      continue
    }
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
