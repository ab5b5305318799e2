// The fast engines against the reference engine on random programs: registers, floating-point flags, memory, pc and counts must be
// the same. A divergence is shrunk to a few instructions and shown as assembly.
import { describe, expect, test } from 'vitest'
import { COUNTERS, ENGINE_NAMES, fullIsa, getXBig, RAM_BASE, run, setXBig, type EngineName, type Machine } from '../../vm/index.ts'
import { floatProgram } from './floats.ts'
import { FUZZ_CODE_BASE, FUZZ_SCRATCH_BASE, fuzzMachine, runOnMachine } from './machine.ts'
import { codeOf, extensionsIn, listing, randomProgram, shrink, stateDifferences, type RandomProgram } from './program.ts'
import { amount, PATIENCE, SEED } from './size.ts'

const LENGTH = 1000
const PLACE = { codeBase: FUZZ_CODE_BASE, scratchBase: FUZZ_SCRATCH_BASE }
const program = (seed: number, length = LENGTH): RandomProgram => randomProgram(seed, { length, ...PLACE })

/** Counts that both engines must agree on, besides what a program leaves. */
const COUNTED = ['instret', 'loads', 'stores', 'readMisses', 'writeMisses', 'fetchMisses'] as const

function differences(a: Machine, b: Machine, candidate: RandomProgram): string[] {
  const before = [a, b].map(m => m.harts[0].counters.slice())
  const [left, right] = [runOnMachine(a, candidate), runOnMachine(b, candidate)]
  const counted = (m: Machine, n: number, name: (typeof COUNTED)[number]): number =>
    m.harts[0].counters[COUNTERS[name]] - before[n][COUNTERS[name]]
  const counts = COUNTED.flatMap(name => {
    const [x, y] = [counted(a, 0, name), counted(b, 1, name)]
    return x === y ? [] : [`${name}: ${x} / ${y}`]
  })
  const pcs = a.harts[0].pc[0] === b.harts[0].pc[0] ? [] : [`pc: ${a.harts[0].pc[0].toString(16)} / ${b.harts[0].pc[0].toString(16)}`]
  return [...stateDifferences(left, right), ...pcs, ...counts]
}

/** What is shown of a program on which two machines differ: the shortest that still does. */
function explain(makeA: () => Machine, makeB: () => Machine, diverging: RandomProgram): string {
  const differ = (candidate: RandomProgram): string[] => differences(makeA(), makeB(), candidate)
  const small = shrink(diverging, candidate => differ(candidate).length > 0)
  return `seed ${diverging.seed}, reference / other:\n${differ(small).join('\n')}\n${listing(small)}`
}

type Engine = Machine['engine']

const PROGRAMS = amount(40, 2000)

const FAST = ENGINE_NAMES.filter(name => name !== 'reference')

describe.each(FAST)('the %s', name => {
  test(`it and the reference agree on ${PROGRAMS} random programs`, { timeout: PATIENCE }, () => {
    const [reference, fast] = [fuzzMachine('reference'), fuzzMachine(name)]
    let retired = 0
    for (let n = 0; n < PROGRAMS; n++) {
      const candidate = program(SEED * 1_000_000 + n)
      if (differences(reference, fast, candidate).length > 0)
        expect.fail(
          explain(
            () => fuzzMachine('reference'),
            () => fuzzMachine(name),
            candidate,
          ),
        )
      retired = reference.harts[0].counters[COUNTERS.instret]
    }
    // Jumps leave some instructions out.
    expect(retired).toBeGreaterThan(amount(20_000, 1_000_000))
  })

  test('they agree on machines with every extension that there is', { timeout: PATIENCE }, () => {
    const make = (engine: EngineName) => (): Machine => fuzzMachine(engine, undefined, fullIsa())
    const [reference, fast] = [make('reference'), make(name)]
    const [one, other] = [reference(), fast()]
    for (let n = 0; n < amount(10, 500); n++) {
      const candidate = randomProgram(SEED * 3_000_000 + n, { length: LENGTH, extensions: extensionsIn(fullIsa()), ...PLACE })
      if (differences(one, other, candidate).length > 0) expect.fail(explain(reference, fast, candidate))
    }
  })

  test('they agree on floating-point instructions alone, flags and all', { timeout: PATIENCE }, () => {
    const [reference, fast] = [fuzzMachine('reference'), fuzzMachine(name)]
    for (let n = 0; n < amount(30, 30_000); n++) {
      const candidate = floatProgram(SEED * 5_000_000 + n, PLACE)
      if (differences(reference, fast, candidate).length > 0)
        expect.fail(
          explain(
            () => fuzzMachine('reference'),
            () => fuzzMachine(name),
            candidate,
          ),
        )
    }
  })

  test('they agree wherever a run is cut', { timeout: PATIENCE }, () => {
    for (let seed = 0; seed < amount(3, 100); seed++) {
      const candidate = program(SEED * 7_000_000 + seed, 300)
      const whole = fuzzMachine(name)
      const expected = runOnMachine(whole, candidate)
      // The same program a few instructions at a time.
      const cut = fuzzMachine(name)
      const inner = cut.engine
      const pieces: Engine = {
        ...inner,
        name: 'pieces',
        run(hart, fuel) {
          for (let done = 0; ;) {
            const stop = inner.run(hart, Math.min(1 + (done % 5), fuel - done))
            done += stop.retired
            if (stop.kind === 'fuel' && done < fuel) continue
            stop.retired = done
            return stop
          }
        },
      }
      cut.engine = pieces
      expect(stateDifferences(expected, runOnMachine(cut, candidate))).toEqual([])
      expect([...cut.harts[0].counters]).toEqual([...whole.harts[0].counters])
    }
  })
})

/** The reference engine with a defect: after an `xor`, one bit of its destination is wrong. */
function withDefect(): Machine {
  const machine = fuzzMachine('reference')
  const inner = machine.engine
  const MAJOR_AND_FUNCTION = 0xfe00707f
  const XOR = 0x00004033
  const engine: Engine = {
    ...inner,
    name: 'defective',
    run(hart, fuel) {
      for (let done = 0; done < fuel; done++) {
        const word = machine.view.getInt32(machine.layout.ram + (hart.pc[0] >>> 0) - RAM_BASE, true)
        const stop = inner.run(hart, 1)
        if (stop.kind !== 'fuel') return Object.assign(stop, { retired: done })
        const rd = (word >>> 7) & 31
        if ((word & MAJOR_AND_FUNCTION) === XOR && rd !== 0) setXBig(hart, rd, getXBig(hart, rd) ^ 1n)
      }
      return run(machine, hart, 0)
    },
  }
  return Object.assign(machine, { engine })
}

test('a divergence shrinks to the instruction that is wrong', () => {
  const good = (): Machine => fuzzMachine('reference')
  const seed = Array.from({ length: 50 }, (_, n) => n).find(n => differences(good(), withDefect(), program(n, 200)).length > 0)
  if (seed === undefined) throw new Error('the defect was not found')
  const text = explain(good, withDefect, program(seed, 200))
  const [, ...shown] = text.split('\n')
  const code = shown.filter(line => /^[0-9a-f]+: [0-9a-f]+\t/.test(line))
  expect(code.length).toBeLessThanOrEqual(5)
  expect(code.some(line => /\txor\t/.test(line))).toBe(true)
  expect(codeOf(program(seed, 200)).length).toBeGreaterThan(20 * code.length)
})
