// The interpreter engine, plain and timed: the compiled loop of each hart over the machine's memory, and the cache of decoded instructions.
import { codeOrder, forgetAllFrames, forgetFrame, isCode, takeOrder, type CodeFrames } from '../code-frames.ts'
import { softFloats, type TimedShape } from '../emit/index.ts'
import * as L from '../layout.ts'
import { createStepper } from '../reference/index.ts'
import type { Engine, Machine } from '../state.ts'
import { loadUse, noteFetch, timeAccess, timeFetch, type Core, type Timing } from '../timing/index.ts'
import { createAccesses } from './access.ts'
import { createDecodeCache, forgetEntries, frameOfSlab, slabFor } from './cache.ts'
import { timedForm } from './forms.ts'
import { createKnown } from './known.ts'
import { runLoop, runTimedLoop, type Interpreter } from './loop.ts'
import { interpreterModule } from './module.ts'
import { numberOps, type Ops } from './ops.ts'
import { loopKey, opsOf, PLAIN_LOOP, type PreparedLoop } from './prepared.ts'

export { decodeCacheBytes } from './cache.ts'
export { prepareLoop, type PreparedLoop } from './prepared.ts'

type ModelCalls = Record<string, (...args: number[]) => number>

interface Compiled {
  ops: Ops
  module: WebAssembly.Module
}
/** Compiled loops by what they are made for: pure functions of it, remembered because each costs tens of milliseconds. */
const compiledLoops = new Map<string, Compiled>()

function compile(machine: Machine, key: string, make: (bases: readonly number[]) => { ops: Ops; code: Uint8Array<ArrayBuffer> }): Compiled {
  const bases = machine.harts.map(h => h.base)
  const name = loopKey(machine.isa, bases.length, key)
  let known = compiledLoops.get(name)
  if (!known) {
    const { ops, code } = make(bases)
    known = { ops, module: new WebAssembly.Module(code) }
    compiledLoops.set(name, known)
  }
  return known
}

/** The parts of an interpreter: the functions of a compiled loop over the machine's memory, one for each hart, and an empty cache. */
function assemble(
  machine: Machine,
  { ops, module }: Compiled,
  cache: CodeFrames,
  imports: ModelCalls,
  prepared?: PreparedLoop,
): Interpreter {
  const soft = softFloats(machine.memory, prepared?.soft)
  const { exports } = new WebAssembly.Instance(module, { e: { memory: machine.memory, ...imports, ...soft } })
  const loops = machine.harts.map(h => exports[`hart${h.id}`] as (fuel: number) => number)
  const rest = { stepper: createStepper(), accesses: createAccesses(), aside: new Map<string, number>(), compiler: null, waited: 0 }
  return { machine, loops, soft, known: createKnown(ops), cache, ...rest }
}

/** What the two forms have in common as engines. */
const cacheOf = ({ machine, cache, aside }: Interpreter): Omit<Engine, 'run'> => ({
  name: 'interpreter',
  enter: frame => slabFor(machine, cache, frame),
  isCode: frame => isCode(cache, frame),
  forget: frame => forgetFrame(machine, cache, frame),
  forgetBytes: (frame, from, to) => forgetEntries(machine, cache, frame, from, to),
  forgetAll: () => forgetAllFrames(machine, cache),
  order: () => codeOrder(cache),
  takeOrder: order => takeOrder(cache, order),
  aside,
})

/** The interpreter for a machine's harts. `prepared`: its loop, if that was made for such a machine. */
export function interpreterEngine(machine: Machine, prepared?: PreparedLoop): Engine {
  return interpreterParts(machine, prepared).engine
}

/** Its parts, for a compiler that works on its decoded code. */
export function interpreterParts(machine: Machine, prepared?: PreparedLoop) {
  const compiled = compile(machine, PLAIN_LOOP, bases => {
    if (prepared?.key === loopKey(machine.isa, bases.length)) return { ops: opsOf(prepared, machine.isa), code: prepared.code }
    const ops = numberOps(machine.isa)
    return { ops, code: interpreterModule(bases, ops) }
  })
  const cache = createDecodeCache(machine)
  const interpreter = assemble(machine, compiled, cache, {}, prepared)
  const engine: Engine = { ...cacheOf(interpreter), run: (hart, fuel) => runLoop(interpreter, hart, fuel) }
  return { interpreter, engine }
}

/** The interpreter in its timed form: whatever its line buffers do not answer, it asks the model. */
export function timedEngine(machine: Machine, timing: Timing): Engine {
  const shape: TimedShape = { lineShift: timing.lineShift, setMask: timing.setMask, loadUse: loadUse(timing) }
  const compiled = compile(machine, JSON.stringify(shape), bases => {
    const ops = numberOps(machine.isa, false)
    return { ops, code: interpreterModule(bases, ops, timedForm(shape)) }
  })
  const cache = createDecodeCache(machine)
  const interpreter = assemble(machine, compiled, cache, modelCalls(machine, timing, cache))
  return {
    ...cacheOf(interpreter),
    run: (hart, fuel, cycles = Infinity) => runTimedLoop(interpreter, timing, hart, fuel, cycles),
  }
}

/** What the loop calls, by MODEL_CALLS of emit/. Each answers the cycles that were waited. */
function modelCalls(machine: Machine, timing: Timing, cache: CodeFrames): ModelCalls {
  const coreAt = (base: number): Core => timing.cores[(base - L.hartBase(0)) / L.HART_BYTES]
  const toPhysical = L.RAM_BASE - machine.layout.ram
  return {
    fetch(base, slab, line, lo, hi) {
      const core = coreAt(base)
      const offset = line << timing.lineShift
      // Behind the last instruction of a page there is an entry that leads on.
      if (offset >= L.PAGE_SIZE) return 0
      const before = core.stalls
      const physical = L.RAM_BASE + frameOfSlab(machine, cache, slab >>> 0) * L.PAGE_SIZE + offset
      timeFetch(machine, timing, core, lo + offset, hi, physical)
      noteFetch(timing, core, machine.harts[core.id].counters[L.COUNTERS.fetchMisses], lo + offset, hi)
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
