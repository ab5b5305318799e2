// The timed machine runs programs as the fast one does. With guest time by instructions a run is the fast one to the bit; with time by
// cycles it is another course of time, and what does not look at the clock comes out the same. Every cycle has its place in the ledger.
import { describe, expect, test } from 'vitest'
import { intervals, ledgerRows, restore, runKernel, snapshot, type Kernel, type KernelOptions } from '../../kernel/index.ts'
import { COUNTERS, randomNumbers, resolvePreset } from '../../vm/index.ts'
import { BUILT_ROOT, finish, fingerprint, memoryWord, run, start, type Ran, type TestOptions } from '../machine.ts'
import { some } from '../fuzz/size.ts'
import { COMMANDS } from './commands.ts'

const timedBy = (preset: string, ...overrides: string[]): Required<Pick<KernelOptions, 'timing'>> => ({
  timing: { preset: resolvePreset(preset, overrides), start: 'boot' },
})
const U74 = timedBy('u74')

/** Small runs of the labs that take long by themselves. */
const LAB_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'asid-pages': ['16', '10'],
  'cow-fault': ['16'],
  'ctx-ring': ['3', '4', '5'],
  'ctx-ws': ['two', '16', '64', 'write', '5'],
  'fork-chain': ['3'],
  'fork-many': ['20'],
  'fork-size': ['1'],
  'fork-tree': ['2'],
  'fpu-switch': ['dirty', '20'],
  'green-threads': ['20'],
  'null-call': ['50'],
  'page-fault': ['16'],
  'pipe-pingpong': ['50'],
  preemption: ['8'],
  quantum: ['2', '20000'],
  'signal-cost': ['20'],
  'tlb-stride': ['64', '5'],
  'walk-depth': ['64'],
  'zombie-factory': ['4'],
}
const labs = BUILT_ROOT.flatMap(file => /^\/?labs\/(.+)$/.exec(file.path)?.[1] ?? []).map(name => [
  `/labs/${name}`,
  ...(LAB_ARGUMENTS[name] ?? []),
])
/** Every program and some scripts. */
const scripts = some(COMMANDS, 4).map(({ script }) => ['/bin/sh', '-c', script])

/** All that is architectural, and what the kernel did. */
const observed = ({ status, stdout, stderr, kernel }: Ran): unknown => {
  const { machine, state } = kernel
  const harts = machine.harts.map(h => [h.pc, h.x, h.f, h.words, h.counters.slice(0, COUNTERS.cycles)].map(part => [...part].join(' ')))
  return [status, stdout, stderr, state.time, state.executed, state.counts, harts, memoryWord(kernel)]
}

/** The ledger's parts, of all harts. */
const ledgerSum = (k: Kernel): number => ledgerRows(k, k.machine.timing?.ledger ?? new Map()).reduce((sum, row) => sum + row.cycles, 0)
const cyclesOf = (k: Kernel): number => k.machine.harts.reduce((sum, hart) => sum + hart.counters[COUNTERS.cycles], 0)

function expectAccounted(k: Kernel): void {
  expect(ledgerSum(k)).toBe(cyclesOf(k))
  expect(cyclesOf(k)).toBeGreaterThan(k.state.executed)
}

describe('with time by instructions a timed run is the fast one to the bit', () => {
  test.each([...some(labs, 1), ...scripts].map(argv => ({ name: argv.join(' ').replaceAll('\n', '; ').slice(0, 60), argv })))(
    '$name',
    ({ argv }) => {
      const options: TestOptions = { init: true, cwd: '/tmp', ramBytes: 8 << 20, debug: false }
      const fast = run(argv, options)
      const timed = run(argv, { ...options, ...timedBy('u74', 'time=instructions') })
      expect(observed(timed)).toEqual(observed(fast))
      expectAccounted(timed.kernel)
    },
  )
})

/** Labs that print how long something took, or how far something came in a time. */
const SHOWS_TIME = /\d ns |preemption|top|ELAPSED/
/** What is left of output when its times are taken out. */
const withoutTimes = (text: string): string => text.replace(/\d+(\.\d)? (?=ns|green|calls$)/gm, '# ')

describe('with time by cycles', () => {
  test.each(
    some(labs, 1)
      .filter(argv => !SHOWS_TIME.test(argv[0]))
      .map(argv => ({ name: argv.join(' '), argv })),
  )('$name does the same', ({ argv }) => {
    const fast = run(argv, { init: true })
    const timed = run(argv, { init: true, ...U74 })
    expect([timed.status, withoutTimes(timed.stdout), timed.stderr]).toEqual([fast.status, withoutTimes(fast.stdout), fast.stderr])
    expectAccounted(timed.kernel)
  })

  const SCRIPT = 'seq 30 | sort -r | head -n 3; for i in 1 2 3; do (sleep 0.0$i; echo $i) & done; wait; ls /bin | wc -l'
  const argv = ['/bin/sh', '-c', SCRIPT]
  const variants: readonly [string, TestOptions][] = [
    ['u74', U74],
    ['server, two harts', { ...timedBy('server'), harts: 2 }],
    ['xiangshan with page tables of the kernel, three harts', { ...timedBy('xiangshan', 'kpti=on', 'fpu=eager'), harts: 3 }],
    ['ppro1996, 2 MB pages', timedBy('ppro1996', 'pageSize=2M', 'kpti=on', 'quantum=0.1')],
  ]
  const printed = run(argv, { init: true }).stdout

  test.each(variants)('%s: twice, cut, and from a snapshot it is the same run', (_name, options) => {
    const whole = run(argv, { init: true, ...options })
    expect(whole.stdout).toBe(printed)
    expectAccounted(whole.kernel)
    const same = (other: Ran): void => {
      expect([other.status, other.stdout, fingerprint(other.kernel)]).toEqual([whole.status, whole.stdout, fingerprint(whole.kernel)])
      const [a, b] = [other, whole].map(({ kernel }) => ledgerRows(kernel, kernel.machine.timing?.ledger ?? new Map()))
      expect(a).toEqual(b)
    }
    same(run(argv, { init: true, ...options }))
    const cut = start(argv, { init: true, ...options, debug: false })
    while (runKernel(cut.kernel, { maxInstructions: 1009 }).kind === 'budget') {}
    same(finish(cut))
    const random = randomNumbers(7)
    const { executed } = whole.kernel.state
    for (let n = 0; n < 3; n++) {
      const machine = start(argv, { init: true, ...options })
      const { kernel, host } = machine
      runKernel(kernel, { maxInstructions: 1 + random(executed) })
      const saved = snapshot(kernel)
      const { out, err } = host
      runKernel(kernel, { maxInstructions: random(executed) })
      restore(kernel, saved)
      Object.assign(host, { out, err })
      same(finish(machine))
    }
  })

  test('both engines take the same cycles', () => {
    const [a, b] = (['reference', 'interpreter'] as const).map(engine => run(['/labs/cow', '4'], { engine, ...timedBy('ppro1996') }).kernel)
    expect(fingerprint(a)).toBe(fingerprint(b))
    const [left, right] = [a, b].map(k => ledgerRows(k, k.machine.timing?.ledger ?? new Map()))
    expect(left).toEqual(right)
  })

  test('the cycle counter and the clock that programs read are those of the model', () => {
    const { kernel, stdout } = run(['/labs/null-call', '1000'], U74)
    const [, ns] = /([\d.]+) ns/.exec(stdout) ?? []
    // Entry, exit and getppid are some hundred instructions: far from the handful that a fast machine counts.
    expect(Number(ns)).toBeGreaterThan(100)
    expect(kernel.state.time).toBe(Math.floor(kernel.machine.harts[0].counters[COUNTERS.cycles] / 1.2))
  })
})

test('the model starts after so many instructions, wherever the run is cut', () => {
  const timing = { preset: resolvePreset('u74'), start: 20_000 } as const
  const argv = ['/bin/sh', '-c', 'seq 100 | sort -n | tail -n 1']
  const whole = run(argv, { init: true, timing })
  const timedInstructions = ledgerRows(whole.kernel, whole.kernel.machine.timing?.ledger ?? new Map())
    .filter(row => row.path === 'user' && row.component === 'instructions')
    .reduce((sum, row) => sum + row.cycles, 0)
  // Ecalls are charged to the path that they begin.
  expect(whole.kernel.state.executed - timedInstructions).toBeGreaterThanOrEqual(20_000)
  expect(whole.kernel.state.executed - timedInstructions).toBeLessThan(20_500)
  const cut = start(argv, { init: true, timing, debug: false })
  while (runKernel(cut.kernel, { maxInstructions: 1009 }).kind === 'budget') {}
  expect(fingerprint(finish(cut).kernel)).toBe(fingerprint(whole.kernel))
})

describe('/dev/timing', () => {
  test('marks cut a run into intervals, fast until the first one', () => {
    const timing = { preset: resolvePreset('u74'), start: 'mark' } as const
    const { kernel } = run(
      ['/bin/sh', '-c', 'seq 200 | sort > /dev/null; echo begin work > /dev/timing; seq 3 > /dev/null; echo end > /dev/timing; true'],
      {
        init: true,
        timing,
      },
    )
    const [interval, ...others] = intervals(kernel)
    expect(others).toEqual([])
    expect(interval.name).toBe('work')
    expect(interval.ledger.reduce((sum, row) => sum + row.cycles, 0)).toBe(interval.cycles)
    expect(Math.abs(interval.ns - interval.cycles / 1.2)).toBeLessThanOrEqual(1)
    expect(interval.counters.switches).toBeGreaterThan(0)
    expect(interval.instructions).toBeLessThan(kernel.state.executed / 2)
    expect(interval.ledger.map(row => row.path)).toContain('user')
  })

  test.each(['', 'x', 'begin', 'begin a b', 'end now', 'warm up', 'begin  '].map(text => [text]))('%j is refused or nothing', text => {
    const { stdout } = run(['/bin/sh', '-c', `echo '${text}' > /dev/timing && echo taken`], { init: true, ...U74 })
    expect(stdout).toBe(text === '' ? 'taken\n' : '')
  })

  test('an end without a beginning is refused, and a machine without a model takes any command', () => {
    const script = 'echo end > /dev/timing && echo taken'
    expect(run(['/bin/sh', '-c', script], { init: true, ...U74 }).stdout).toBe('')
    expect(run(['/bin/sh', '-c', script], { init: true }).stdout).toBe('taken\n')
  })
})
