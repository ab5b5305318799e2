// How fast the machine itself is in this process, by benchmark.js: instructions fast and timed, traps, snapshots.
import Benchmark from 'benchmark'
import { restore, runKernel, snapshot, type Kernel } from '../../kernel/index.ts'
import { resolvePreset } from '../../vm/index.ts'
import { buildProgram, machineFor } from './machine.ts'

/** Instructions of a measured piece: a few hundredths of a second of the slowest engine at most. */
const PIECE = 200_000
/** More rounds than any measurement takes. */
const ENDLESS = 2_000_000_000
const PRESET = 'u74'

export interface MicroRow {
  name: string
  /** In a second, of `unit`. */
  rate: number
  unit: string
  /** Relative margin of error of the mean, per cent. */
  margin: number
  samples: number
}

interface Micro {
  name: string
  unit: string
  /** How many of `unit` one call of `run` does. */
  count: number
  run(): void
}

function micros(root: string): Micro[] {
  const spin = buildProgram(root, 'spin')
  const piece = (k: Kernel) => (): void => {
    const result = runKernel(k, { maxInstructions: PIECE })
    if (result.kind !== 'budget') throw new Error(`the bench program ended with ${JSON.stringify(result)}`)
  }
  const fast = machineFor(spin, 0)
  const timed = machineFor(spin, 0, { timing: { preset: resolvePreset(PRESET), start: 'boot' } })
  const calls = machineFor(buildProgram(root, 'getpid'), ENDLESS)
  const saved = machineFor(spin, 0)
  piece(saved)()
  const instant = snapshot(saved)
  const before = calls.state.counts.syscalls
  piece(calls)()
  const trapsInPiece = calls.state.counts.syscalls - before
  return [
    { name: 'instructions', unit: 'million', count: PIECE / 1e6, run: piece(fast) },
    { name: `instructions, timed (${PRESET})`, unit: 'million', count: PIECE / 1e6, run: piece(timed) },
    { name: 'traps (system calls)', unit: 'million', count: trapsInPiece / 1e6, run: piece(calls) },
    { name: 'machines made', unit: '', count: 1, run: () => void machineFor(spin, 0) },
    { name: 'snapshots', unit: '', count: 1, run: () => void snapshot(saved) },
    { name: 'snapshots restored', unit: '', count: 1, run: () => restore(saved, instant) },
  ]
}

/** Measures each; `root` is the package. */
export function benchMicro(root: string): MicroRow[] {
  return micros(root).map(({ name, unit, count, run }) => {
    const bench = new Benchmark(name, run).run({ async: false })
    if (bench.error !== undefined) throw bench.error as unknown as Error
    return { name, unit, rate: bench.hz * count, margin: bench.stats.rme, samples: bench.stats.sample.length }
  })
}
