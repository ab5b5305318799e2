// The reference engine: one instruction at a time, meanings run directly on BigInts. Slow and plain: the oracle for the other
// engines, what they call for everything rare (CSRs, page-crossing accesses, traps), and the debugger's "what will this do".
import { codeOrder, createCodeFrames, forgetAllFrames, forgetFrame, isCode, takeOrder, takeSlot } from '../code-frames.ts'
import { atBreakpoint } from '../debug.ts'
import * as L from '../layout.ts'
import type { Engine, Hart, Machine, Stop } from '../state.ts'
import { C_INSTRUCTIONS, settle, type Core, type Timing } from '../timing/index.ts'
import { stopFor } from '../trap.ts'
import { Reference } from './step.ts'

/** A stepper: scratch space of one engine, no state of the machine. */
export interface Stepper {
  /**
   * Runs the one instruction at pc. null: it retired, or its trap is the guest's. Otherwise machine.stop says why not; or it retired: wfi, and
   * waits; fuel, and the platform is to be asked whether an interrupt is due now.
   */
  step(machine: Machine, hart: Hart): Stop | null
  /** Name of the instruction that retired last. */
  name(): string
}

/** The reference engine as a step by step one: runs single instructions on BigInts, for a debugger that asks what one will do. */
export function createStepper(): Stepper {
  const reference = new Reference()
  return {
    step(machine, hart) {
      const stop = reference.step(machine, hart)
      const { wfi, asks } = reference.waiting
      return stop === null && (wfi || asks) ? stopFor(machine, wfi ? 'wfi' : 'fuel') : stop
    },
    name: () => reference.name(),
  }
}

/** The stop of a breakpoint that the hart is before. */
const debugStop = (machine: Machine, hart: Hart): Stop | null =>
  machine.debug !== null && atBreakpoint(machine, hart) ? stopFor(machine, 'debug') : null

/** An instruction that retired and did what is watched is a stop too. */
export function debugged(machine: Machine, stop: Stop | null): Stop | null {
  return stop === null && machine.debug !== null && machine.debug.hit !== null ? stopFor(machine, 'debug') : stop
}

/** One instruction at a time, each followed by what it waited. */
function runTimed(machine: Machine, t: Timing, hart: Hart, stepper: Stepper, fuel: number, cycles: number): Stop | null {
  const core = t.cores[hart.id]
  const { counters } = hart
  settle(core, counters)
  const end = counters[L.COUNTERS.cycles] + cycles
  let stop: Stop | null = null
  core.fetched = -1
  for (let left = fuel; left > 0 && stop === null && counters[L.COUNTERS.cycles] < end; left--) {
    stop = debugStop(machine, hart) ?? debugged(machine, timedStep(machine, core, hart, stepper))
  }
  return stop
}

/** Runs the instruction at pc and charges its cycles. */
export function timedStep(machine: Machine, core: Core, hart: Hart, { step }: Stepper): Stop | null {
  const { counters } = hart
  const before = counters[L.COUNTERS.instret]
  const stop = step(machine, hart)
  const retired = counters[L.COUNTERS.instret] - before
  core.row[C_INSTRUCTIONS] += retired
  counters[L.COUNTERS.cycles] += retired
  settle(core, counters)
  return stop
}

export const REFERENCE = 'reference'

/** The reference engine of a machine. It makes nothing of code: a frame's is where its bytes are. */
export function referenceEngine(machine: Machine): Engine {
  const stepper = createStepper()
  const { step } = stepper
  const code = createCodeFrames(machine.ramBytes)
  return {
    name: REFERENCE,
    run(hart, fuel, cycles = Infinity) {
      const start = hart.counters[L.COUNTERS.instret]
      let stop: Stop | null = null
      if (machine.timing !== null) stop = runTimed(machine, machine.timing, hart, stepper, fuel, cycles)
      else
        for (let left = fuel; left > 0 && stop === null; left--) stop = debugStop(machine, hart) ?? debugged(machine, step(machine, hart))
      stop ??= stopFor(machine, 'fuel')
      stop.retired = hart.counters[L.COUNTERS.instret] - start
      return stop
    },
    enter(frame) {
      if (!isCode(code, frame)) takeSlot(machine, code, frame)
      return machine.layout.ram + frame * L.PAGE_SIZE
    },
    isCode: frame => isCode(code, frame),
    forget: frame => forgetFrame(machine, code, frame),
    forgetBytes() {},
    aside: new Map(),
    forgetAll: () => forgetAllFrames(machine, code),
    order: () => codeOrder(code),
    takeOrder: order => takeOrder(code, order),
  }
}
