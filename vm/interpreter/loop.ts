// Running the WebAssembly loop, and doing what it came back for: decode an instruction, refill a TLB, run a rare instruction on the
// reference engine, or stop.
import type { CodeFrames } from '../code-frames.ts'
import { atBreakpoint } from '../debug.ts'
import { CAUSE_ECALL_M, CAUSE_ECALL_S, CAUSE_ECALL_U } from '../isa/index.ts'
import * as L from '../layout.ts'
import { debugged, timedStep, type Stepper } from '../reference/index.ts'
import type { Access, Hart, Machine, Stop } from '../state.ts'
import { C_INSTRUCTIONS, C_L1_DATA, checkFetches, loadUse, settle, type Timing } from '../timing/index.ts'
import { unmark } from '../marks.ts'
import { releaseWrite, tlbFillFrom, tlbProbe, translateNow } from '../tlb.ts'
import { faultCause, raise, stopFor } from '../trap.ts'
import { makeAccess, type Accesses } from './access.ts'
import { countAnew, decodeFrom } from './decode.ts'
import type { Known } from './known.ts'
import { WHY } from './module.ts'

/** The engine's code of a hart: takes fuel, and answers why it came back. */
export type RunLoop = (fuel: number) => number
const MAX_FUEL = 0x7fff_ffff
/**
 * Fuel of one call into WebAssembly: a host replaces its first, slow code of a function only where the function is entered anew. Compiled code
 * counts in so many bits (compiler/tally.ts).
 */
const CALL_FUEL = 2 ** 21 - 1
/** The same while something waits to be compiled. */
const WAITING_FUEL = 50_000
const ECALL_CAUSE = { [L.PRIVILEGE_U]: CAUSE_ECALL_U, [L.PRIVILEGE_S]: CAUSE_ECALL_S, [L.PRIVILEGE_M]: CAUSE_ECALL_M } as Record<
  number,
  number
>

/** What an interpreter works with, for one machine. */
export interface Interpreter {
  machine: Machine
  /** The compiled loop of each hart. A compiler puts others in their place with its first region. */
  loops: RunLoop[]
  /** The functions of emit/soft over the machine's memory. */
  readonly soft: Readonly<Record<string, unknown>>
  known: Known
  cache: CodeFrames
  stepper: Stepper
  /** What accesses that leave the loop do, by instruction. */
  accesses: Accesses
  /** What was done here and by the stepper, by kind (Engine.aside). */
  aside: Map<string, number>
  /** Where code is compiled. */
  compiler: Compiler | null
  /** Instructions that have run since something waits there. */
  waited: number
}

/** What the interpreter asks of a compiler that works on its decoded code. */
export interface Compiler {
  /** Executions of a place before it is hot; at most 65535. */
  readonly threshold: number
  /** The place at the hart's pc is hot. */
  hot(hart: Hart): void
  /** The read at the hart's pc misses often. */
  misses(hart: Hart): void
  /** Hot places wait to be compiled together: `flush` does it. */
  waiting: boolean
  flush(): void
}

export function runLoop(interpreter: Interpreter, hart: Hart, most: number): Stop {
  const { machine, stepper, compiler } = interpreter
  const { loops } = interpreter
  const fuel = most < MAX_FUEL ? most : MAX_FUEL
  const { counters, base } = hart
  const { i32 } = machine
  const { instret } = L.COUNTERS
  const started = counters[instret]
  const enteredAt = (base + L.HART.entered) >> 2
  i32[(base + L.HART.refills) >> 2] = machine.debug?.looks ? 0 : 1
  let left = fuel
  for (;;) {
    if (left <= 0) return stopped(stopFor(machine, 'fuel'), counters[instret] - started)
    const given = fuelOfCall(compiler, left)
    i32[enteredAt] = given
    const why = loops[hart.id](given)
    const spent = given - i32[(base + L.HART.exitFuel) >> 2]
    counters[instret] += spent
    left -= spent
    if (compiler !== null && compiler.waiting) patience(interpreter, compiler, spent)
    if (why === WHY.ecall) {
      const before = hart.delivered
      const stop = raise(machine, hart, ECALL_CAUSE[hart.words[L.WORD_PRIVILEGE]], 0, 0)
      if (stop !== null) return stopped(stop, counters[instret] - started)
      left -= hart.delivered - before
      continue
    }
    // A jump that spent the last fuel has retired: whether there is code where it leads is the next run's to find.
    if (why === WHY.fuel || (why === WHY.jumpMiss && left <= 0)) continue
    const before = counters[instret] + hart.delivered
    const stop = attend(interpreter, hart, why, stepper)
    left -= counters[instret] + hart.delivered - before
    if (stop) return stopped(stop, counters[instret] - started)
  }
}

function fuelOfCall(compiler: Compiler | null, left: number): number {
  const most = compiler !== null && compiler.waiting ? WAITING_FUEL : CALL_FUEL
  return left < most ? left : most
}

/** So much has run while something waits to be compiled, in however many calls: a program that makes many system calls ends each early. */
function patience(interpreter: Interpreter, compiler: Compiler, spent: number): void {
  interpreter.waited += spent
  if (interpreter.waited < WAITING_FUEL) return
  interpreter.waited = 0
  compiler.flush()
}

/** The loop's fuel is cycles here: what it spent is what retired, plus what loads and the model's answers waited. */
export function runTimedLoop(interpreter: Interpreter, timing: Timing, hart: Hart, fuel: number, cycles: number): Stop {
  const { machine, stepper } = interpreter
  const loop = interpreter.loops[hart.id]
  const core = timing.cores[hart.id]
  const { counters } = hart
  const { instret, loads, fetchMisses } = L.COUNTERS
  const use = loadUse(timing)
  const timed: Stepper = { ...stepper, step: (m, h) => timedStep(m, core, h, stepper) }
  settle(core, counters)
  const started = counters[instret]
  const deliveredBefore = hart.delivered
  const end = counters[L.COUNTERS.cycles] + cycles
  // An instruction that has begun ends, whatever it waits on the way: also when the loop came back to have it decoded or its page found.
  let begun = false
  for (;;) {
    const left = fuel - (counters[instret] - started) - (hart.delivered - deliveredBefore)
    const cyclesLeft = end - counters[L.COUNTERS.cycles]
    // Every instruction takes a cycle at least: so many cycles are not more instructions than there is fuel for.
    const budget = Math.min(left, begun ? Math.max(cyclesLeft, 1) : cyclesLeft, MAX_FUEL)
    if (budget <= 0) return stopped(stopFor(machine, 'fuel'), counters[instret] - started)
    const loadsBefore = counters[loads]
    checkFetches(core, counters[fetchMisses])
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
    const ended = counters[L.COUNTERS.cycles] >= end || fuel <= counters[instret] - started + hart.delivered - deliveredBefore
    if (why === WHY.fuel || (why === WHY.jumpMiss && ended)) continue
    const before = counters[instret] + hart.delivered
    const stop = attend(interpreter, hart, why, timed)
    if (stop) return stopped(stop, counters[instret] - started)
    begun = why !== WHY.jumpMiss && counters[instret] + hart.delivered === before
  }
}

const exitFuel = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.exitFuel) >> 2]

/** Does what the loop came back for. null: it can go on. */
function attend(interpreter: Interpreter, hart: Hart, why: number, stepper: Stepper): Stop | null {
  const { machine } = interpreter
  switch (why) {
    case WHY.ecall:
      return raise(machine, hart, ECALL_CAUSE[hart.words[L.WORD_PRIVILEGE]], 0, 0)
    case WHY.decode:
      decodeFrom(machine, hart, interpreter.known, interpreter.cache, interpreter.compiler?.threshold ?? 0)
      return null
    case WHY.hot:
      countAnew(machine, hart, (interpreter.compiler as Compiler).threshold)
      interpreter.compiler?.hot(hart)
      return null
    case WHY.misses:
      interpreter.compiler?.misses(hart)
      return null
    case WHY.jumpMiss: {
      const stop = refill(interpreter, hart, 'fetch')
      return stop === TO_REFERENCE ? null : debugged(machine, stop)
    }
    case WHY.slow:
      if (machine.debug !== null && atBreakpoint(machine, hart)) return stopFor(machine, 'debug')
      if (machine.marks.size > 0 && unmark(machine, ...placeOf(hart))) return null
      return stepAside(interpreter, hart, stepper)
    default: {
      const access = why === WHY.readMiss ? 'read' : 'write'
      const lo = exitLo(machine, hart)
      const entry = tlbProbe(machine, hart, lo, exitHi(machine, hart), access)
      if (entry < 0) {
        const stop = refill(interpreter, hart, access)
        return stop === TO_REFERENCE ? stepAside(interpreter, hart, stepper) : debugged(machine, stop)
      }
      // It missed although it is in the TLB: it goes on into the next page, or its page is watched, or code.
      if (access === 'write' && releaseWrite(machine, entry, lo)) return null
      const made = makeAccess(machine, hart, interpreter.accesses, access, lo, exitHi(machine, hart))
      if (made === null) return stepAside(interpreter, hart, stepper)
      count(interpreter, made)
      return null
    }
  }
}

const count = ({ aside }: Interpreter, kind: string): void => {
  aside.set(kind, (aside.get(kind) ?? 0) + 1)
}

/** Runs the instruction at pc on the reference engine. One that traps is not counted: the trap is. */
function stepAside(interpreter: Interpreter, hart: Hart, stepper: Stepper): Stop | null {
  const { machine } = interpreter
  const before = hart.counters[L.COUNTERS.instret]
  const stop = stepper.step(machine, hart)
  if (hart.counters[L.COUNTERS.instret] !== before) count(interpreter, stepper.name())
  return debugged(machine, stop)
}

function stopped(stop: Stop, retired: number): Stop {
  stop.retired = retired
  return stop
}

/** Where the hart is, whose pc is in the fetch TLB: frame and offset. */
const placeOf = ({ pc, fetchFrames }: Hart): [frame: number, offset: number] => [
  fetchFrames[(pc[0] >>> L.PAGE_SHIFT) % L.TLB_ENTRIES],
  pc[0] & (L.PAGE_SIZE - 1),
]

const exitLo = (machine: Machine, hart: Hart): number => machine.i32[(hart.base + L.HART.exitVa) >> 2]
const exitHi = (machine: Machine, hart: Hart): number => machine.i32[((hart.base + L.HART.exitVa) >> 2) + 1]

const TO_REFERENCE = Symbol('the access is the reference engine’s')

/** null: the access can be tried again. */
function refill({ machine }: Interpreter, hart: Hart, access: Access): Stop | null | typeof TO_REFERENCE {
  const lo = exitLo(machine, hart)
  const hi = exitHi(machine, hart)
  const t = translateNow(machine, hart, lo, hi, access)
  if (access !== 'fetch' && t.outcome === 'device') return TO_REFERENCE
  const outcome = tlbFillFrom(machine, hart, lo, hi, access, t)
  return outcome === 'ok' ? null : raise(machine, hart, faultCause(outcome, access), lo, hi)
}
