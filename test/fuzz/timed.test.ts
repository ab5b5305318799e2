// The timed interpreter against the timed reference engine, and timed runs against untimed ones: what programs leave is the same, and so
// are the cycles, each in its place in the ledger, wherever a run is cut.
import { expect, test } from 'vitest'
import { COMPONENTS, COUNTERS, frameWritten, resolvePreset, setTiming, type EngineName, type Machine, type Preset } from '../../vm/index.ts'
import { FUZZ_CODE_BASE, FUZZ_SCRATCH_BASE, fuzzMachine, runOnMachine } from './machine.ts'
import { randomProgram, stateDifferences, type RandomProgram } from './program.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const PROGRAMS = amount(8, 400)
const program = (seed: number): RandomProgram =>
  randomProgram(seed, { length: 1000, codeBase: FUZZ_CODE_BASE, scratchBase: FUZZ_SCRATCH_BASE })

const PRESETS: readonly Preset[] = [
  resolvePreset('u74'),
  // A cache of a few lines, so that everything is put out all the time.
  resolvePreset('ppro1996', ['l1d.size=256', 'l1i.size=256', 'l2.size=1024', 'replacement=random']),
  resolvePreset('xeon2007', ['l1d.size=2048', 'l1d.latency=1', 'l2.size=0', 'replacement=lru']),
  resolvePreset('textbook', ['l1d.size=0', 'l1i.size=256', 'l1i.ways=1']),
]

function timed(engine: EngineName, preset: Preset): Machine {
  const machine = fuzzMachine(engine)
  setTiming(machine, preset.config)
  return machine
}

/** Cycles, and how the ledger and the counts of the model stand. */
function account(machine: Machine): { cycles: number; ledger: Record<string, number>; counts: number[]; counters: number[] } {
  const { timing, harts } = machine
  if (timing === null) throw new Error('the machine is not timed')
  const rows = [...timing.ledger.values()]
  return {
    cycles: harts[0].counters[COUNTERS.cycles],
    ledger: Object.fromEntries(COMPONENTS.map((name, n) => [name, rows.reduce((sum, row) => sum + row[n], 0)])),
    counts: [...timing.cores[0].counts],
    counters: [...harts[0].counters],
  }
}

test.each(PRESETS.map(preset => [`${preset.name} ${preset.overrides.join(' ')}`, preset] as const))(
  `${PROGRAMS} random programs take the same cycles on both engines: %s`,
  { timeout: PATIENCE },
  (_name, preset) => {
    const [reference, interpreter] = [timed('reference', preset), timed('interpreter', preset)]
    const untimed = fuzzMachine('interpreter')
    for (let n = 0; n < PROGRAMS; n++) {
      const candidate = program(SEED * 3_000_000 + n)
      const left = runOnMachine(reference, candidate)
      const right = runOnMachine(interpreter, candidate)
      expect(stateDifferences(left, right), `seed ${candidate.seed}`).toEqual([])
      expect(stateDifferences(runOnMachine(untimed, candidate), right), `seed ${candidate.seed}`).toEqual([])
      expect(account(interpreter), `seed ${candidate.seed}`).toEqual(account(reference))
    }
    const { cycles, ledger } = account(interpreter)
    expect(Object.values(ledger).reduce((a, b) => a + b)).toBe(cycles)
    expect(ledger.instructions).toBe(interpreter.harts[0].counters[COUNTERS.instret])
    expect(cycles).toBeGreaterThan(ledger.instructions)
  },
)

test('both engines stop after the same instruction for any number of cycles, whatever is decoded already', { timeout: PATIENCE }, () => {
  for (const preset of PRESETS) {
    const candidate = program(SEED * 9_000_000)
    const stops: number[][] = [[], [], []]
    for (const [n, engine] of (['reference', 'interpreter', 'interpreter'] as const).entries()) {
      const machine = timed(engine, preset)
      const inner = machine.engine
      machine.engine = {
        ...inner,
        name: 'pieces',
        run(hart, fuel) {
          for (let piece = 0; ; piece++) {
            // The third machine has everything to decode anew each time.
            if (n === 2) for (const frame of [1, 2, 3]) frameWritten(machine, frame)
            const stop = inner.run(hart, fuel, 1 + (piece % 9))
            stops[n].push(stop.retired, hart.pc[0])
            if (stop.kind !== 'fuel') return stop
          }
        },
      }
      runOnMachine(machine, candidate)
    }
    expect(stops[1]).toEqual(stops[0])
    expect(stops[2]).toEqual(stops[0])
  }
})

test('where a timed run is cut makes no difference', { timeout: PATIENCE }, () => {
  for (const preset of PRESETS) {
    const candidate = program(SEED * 5_000_000)
    const whole = timed('interpreter', preset)
    const expected = runOnMachine(whole, candidate)
    for (const engine of ['interpreter', 'reference'] as const) {
      for (const byCycles of [false, true]) {
        const cut = timed(engine, preset)
        const inner = cut.engine
        cut.engine = {
          ...inner,
          name: 'pieces',
          run(hart, fuel) {
            for (let done = 0, n = 0; ; n++) {
              const stop = byCycles ? inner.run(hart, fuel, 1 + (n % 50)) : inner.run(hart, 1 + (n % 5))
              done += stop.retired
              if (stop.kind !== 'fuel') return Object.assign(stop, { retired: done })
            }
          },
        }
        expect(stateDifferences(expected, runOnMachine(cut, candidate))).toEqual([])
        expect(account(cut)).toEqual(account(whole))
      }
    }
  }
})
