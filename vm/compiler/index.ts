// The compiling engine: the interpreter for what is cold, and WebAssembly functions made of what is hot.
import { forgetAllFrames } from '../code-frames.ts'
import { hostFuses } from '../emit/index.ts'
import { interpreterParts, type PreparedLoop } from '../interpreter/index.ts'
import { lazily } from '../isa/index.ts'
import { COUNTERS } from '../layout.ts'
import type { Engine, Machine } from '../state.ts'
import { compile, hotPlace, type Workshop } from './compile.ts'
import { createTemplates } from './emit.ts'
import { driverModule, tailCallModule } from './module.ts'
import { dropAll, dropBytes, dropFrame, dropRegion, newRegions, placeKey, type HotPlace, type Region } from './regions.ts'

/**
 * Executions of a place before it is hot, unless somebody says otherwise. Compiling an instruction takes as long as some ten thousand executions of
 * it save, V8's part on other threads included: programs with much code that is run now and then, python or gcc, are dearer compiled at
 * 8000 than at 30000, and a loop waits a few milliseconds more.
 */
export const HOT_AFTER = 30_000
/** Hot places that are compiled together: a module of its own for each costs more than its code. With a low threshold nothing waits. */
const BATCH = 16
/** Instructions of all regions at once, before everything is dropped: some 100 MB of code. */
const INSTRUCTIONS_MOST = 1_000_000
/**
 * Compiling an instruction takes about as long as interpreting some thousands, and is worth it only for what goes on. So what is compiled follows
 * what has run: a program that soon ends pays for little that it will not use.
 */
const RETIRED_FOR_ONE = 200
const ALLOWED_AT_ONCE = 2000
/** Instructions that are compiled in one go, about: the program waits for it. What is left waits till it ran a little. */
const ENOUGH = 400
const TABLE_SIZE = 256

/** Has the host tail calls? */
const hasTailCalls = (): boolean => WebAssembly.validate(tailCallModule())

/** The compiling engine of a machine. `prepared`: the interpreter's loop, if that was made for such a machine. */
export function compilerEngine(machine: Machine, prepared?: PreparedLoop): Engine {
  const threshold = machine.chosen.hotAfter
  const { interpreter, engine } = interpreterParts(machine, prepared)
  const { cache } = interpreter
  const regions = newRegions()
  const missing = new Map<number, Set<number>>()
  // Most programs are short, and compile nothing.
  const workshop = lazily((): Workshop => {
    const table = new WebAssembly.Table({ initial: TABLE_SIZE, element: 'anyfunc' })
    const driver = drive(machine, interpreter.loops, table)
    return {
      ...{ machine, cache, regions, table, missing },
      templates: machine.harts.map(h => createTemplates(h.base, machine.isa.parcel, hostFuses(machine.memory))),
      refills: machine.harts.map(h => driver[`refill${h.id}`]),
      nothing: machine.harts.map(h => driver[`nothing${h.id}`] as () => void),
      soft: interpreter.soft,
      tailCalls: machine.chosen.tailCalls ?? hasTailCalls(),
      made: 0,
    }
  })
  const gone = (dropped: readonly Region[]): void => {
    for (const { slot } of dropped) workshop().nothing.forEach((nothing, hart) => workshop().table.set(slot + hart, nothing))
  }
  // By place. What was hot last, or again while it waited, is compiled first.
  const hot = new Map<number, HotPlace>()
  const eager = threshold < BATCH
  const batch = eager ? 1 : BATCH
  const retired = (): number => machine.harts.reduce((sum, { counters }) => sum + counters[COUNTERS.instret], 0)
  function wait(place: HotPlace): void {
    const key = placeKey(place.frame, place.offset)
    hot.delete(key)
    hot.set(key, place)
  }
  cache.forgotten = frame => {
    missing.delete(frame)
    gone(dropFrame(machine, cache, regions, frame))
  }
  interpreter.compiler = {
    threshold,
    waiting: false,
    hot(hart) {
      wait(hotPlace(machine, cache, hart))
      if (hot.size >= batch) this.flush()
      else this.waiting = true
    },
    misses(hart) {
      const { frame, offset } = hotPlace(machine, cache, hart)
      const key = placeKey(frame, offset)
      const known = missing.get(frame)
      if (known) known.add(key)
      else missing.set(frame, new Set([key]))
      const again = [...(regions.byFrame.get(frame) ?? [])].filter(r => r.places.has(key))
      for (const region of again) dropRegion(machine, cache, regions, region)
      gone(again)
      for (const { head } of again) wait(head)
      this.waiting = hot.size > 0
    },
    flush() {
      // Code without end: what was made is made anew where it is hot still.
      if (regions.instructions > INSTRUCTIONS_MOST) gone(dropAll(machine, cache, regions))
      const most = eager ? Infinity : ALLOWED_AT_ONCE + retired() / RETIRED_FOR_ONE
      do {
        if (hot.size === 0 || workshop().made >= most) break
        const latest = [...hot].slice(-batch).reverse()
        const done = compile(
          workshop(),
          latest.map(([, place]) => place),
          ENOUGH,
        )
        for (const [key] of latest.slice(0, done)) hot.delete(key)
      } while (eager)
      this.waiting = hot.size > 0
    },
  }
  return {
    ...engine,
    name: 'compiler',
    forgetBytes(frame, from, to) {
      // An instruction that begins up to two bytes before goes on into them.
      for (let offset = from - 2; offset < to; offset++) missing.get(frame)?.delete(placeKey(frame, offset))
      gone(dropBytes(machine, cache, regions, frame, from - 2, to))
      engine.forgetBytes(frame, from, to)
    },
    forgetAll() {
      gone(dropAll(machine, cache, regions))
      forgetAllFrames(machine, cache)
    },
  }
}

/** Puts drivers in the place of the interpreter's own functions; answers what else they come with. */
function drive(machine: Machine, loops: ((fuel: number) => number)[], table: WebAssembly.Table): Record<string, unknown> {
  const interpreters = Object.fromEntries(loops.map((loop, hart) => [`interpret${hart}`, loop]))
  const module = new WebAssembly.Module(driverModule(machine))
  const { exports } = new WebAssembly.Instance(module, { e: { memory: machine.memory, table, ...interpreters } })
  machine.harts.forEach(({ id }) => (loops[id] = exports[`hart${id}`] as (fuel: number) => number))
  return exports
}
