// benchmark.js around an operation: it finds how often to repeat a body until the clock can tell, takes samples of that, and says how
// far their mean can be trusted. It is a development dependency, so that an installed package does without.
import { createRequire } from 'node:module'
import type Benchmark from 'benchmark'

const PACKAGE = 'benchmark'

/** The library; null when it is not installed. */
export function loadBenchmark(): typeof Benchmark | null {
  const load = createRequire(import.meta.url)
  try {
    load.resolve(PACKAGE)
  } catch {
    return null
  }
  const library = load(PACKAGE) as typeof Benchmark
  // Bodies here are closures: they are to be called, not pasted into a loop as text.
  library.support.decompilation = false
  return library
}

/** What is timed: `setup` makes what a cycle needs, untimed, and answers with the body. */
export interface Body {
  setup(): () => void
}

export interface Cycles {
  /** Operations a second. */
  hz: number
  /** Nanoseconds an operation. */
  ns: number
  /** Relative margin of error of the mean, percent, at 95 % confidence. */
  rme: number
  samples: number
}

/** Seconds, with the margin of error of their mean. */
export interface Mean {
  mean: number
  moe: number
  samples: number
}

function sample(library: typeof Benchmark, body: Body, maxTime: number): Mean {
  let run = (): void => {}
  const bench = new library({
    setup() {
      run = body.setup()
    },
    fn: () => run(),
    maxTime,
  })
  bench.run({ async: false })
  if (bench.error) throw bench.error
  return { mean: bench.stats.mean, moe: bench.stats.moe, samples: bench.stats.sample.length }
}

/** Of a body that holds `operations` of them; with a second one, of what the first takes longer than the second. */
export function cyclesOfMeans([all, base]: readonly Mean[], operations: number): Cycles {
  const mean = all.mean - (base?.mean ?? 0)
  // Margins of independent means add as their squares do.
  const moe = Math.hypot(all.moe, base?.moe ?? 0)
  const samples = Math.min(all.samples, base?.samples ?? Infinity)
  return { hz: operations / mean, ns: (mean / operations) * 1e9, rme: (moe / mean) * 100, samples }
}

/** Measures one body, or the difference of two, for about `seconds` each. Null without the library. */
export function measureCycles(bodies: readonly Body[], operations: number, seconds: number): Cycles | null {
  const library = loadBenchmark()
  if (library === null) return null
  return cyclesOfMeans(
    bodies.map(body => sample(library, body, seconds)),
    operations,
  )
}
