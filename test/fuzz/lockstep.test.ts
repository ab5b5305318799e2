// The engines side by side on every program of the repository, a piece at a time: registers, pc, counts and what the kernel did must be
// equal after each piece, memory every so often and at the end.
import { expect, test } from 'vitest'
import { runKernel, type Kernel } from '../../kernel/index.ts'
import { COUNTERS, ENGINE_NAMES, getPcBig, getXBig } from '../../vm/index.ts'
import { BUILT_ROOT, start } from '../machine.ts'
import { COMMANDS } from '../flows/commands.ts'
import { amount, FULL, PATIENCE, some } from './size.ts'

const LABS: Readonly<Record<string, readonly string[]>> = {
  'asid-pages': ['4', '2'],
  cow: ['2'],
  'cow-fault': ['3'],
  'ctx-ring': ['3', '1', '2'],
  'ctx-ws': ['two', '1', '64', 'write', '2'],
  'fork-chain': ['2'],
  'fork-many': ['4'],
  'fork-size': ['0', 'spawn'],
  'fork-tree': ['1'],
  'fpu-switch': ['dirty', '3'],
  'green-threads': ['3'],
  'null-call': ['10', '5'],
  'page-fault': ['3'],
  'pipe-pingpong': ['5'],
  preemption: ['1'],
  quantum: ['2', '1000', '1'],
  shootdown: ['0', '3'],
  'signal-cost': ['3'],
  'tlb-stride': ['4', '3'],
  'walk-depth': ['4', 'cold', 'small', '2'],
  'zombie-factory': ['2'],
}
const labs = BUILT_ROOT.flatMap(file => /^\/?labs\/(.+)$/.exec(file.path)?.[1] ?? []).map(name => [`/labs/${name}`, ...(LABS[name] ?? [])])
/** In the sample: commands that stay below this many instructions on the way. */
const LONGEST = FULL ? 1_000_000 : 100_000
const scripts = [...COMMANDS.map(c => c.script), 'ps; pstree; top -b -n 1 | head -n 3'].map(script => ['/bin/sh', '-c', script])

/** So much of what runs is compiled code. */
const HOT_AFTER = 3
const PIECE = 4999
const MEMORY_EVERY = FULL ? 4 : 8
const RAM = 8 * 2 ** 20

/** What must be equal after every piece. */
function observed({ machine, state }: Kernel): unknown {
  const harts = machine.harts.map(h => [h.pc, h.x, h.f, h.words, h.counters].map(part => [...part].join(' ')))
  return [state.time, state.executed, JSON.stringify(state.counts), state.halted, harts]
}

const sameMemory = (a: Kernel, b: Kernel): boolean => Buffer.compare(a.machine.ram, b.machine.ram) === 0

/** From two machines that are equal still: one instruction at a time until they are not, and which instruction that was. */
function findDivergence(a: Kernel, b: Kernel, pieces: number): string {
  for (let n = 0; n < pieces; n++) {
    const [hart] = a.machine.harts
    const before = { pc: getPcBig(hart), retired: hart.counters[COUNTERS.instret] }
    for (const kernel of [a, b]) runKernel(kernel, { maxInstructions: 1 })
    if (JSON.stringify(observed(a)) === JSON.stringify(observed(b)) && sameMemory(a, b)) continue
    const registers = Array.from({ length: 32 }, (_, r) => r).filter(r => getXBig(a.machine.harts[0], r) !== getXBig(b.machine.harts[0], r))
    const comm = a.state.harts[0].current?.comm
    return `${comm} at ${before.pc.toString(16)}, instruction ${before.retired}: registers ${registers.map(r => `x${r}`).join(' ')} differ`
  }
  return 'only in counts'
}

function lockstep(argv: readonly string[], long: number): number {
  const machines = ENGINE_NAMES.map(engine =>
    start(argv, { engine, hotAfter: HOT_AFTER, ramBytes: RAM, debug: false, cwd: '/tmp', init: true }),
  )
  const kernels = machines.map(m => m.kernel)
  const reference = kernels[ENGINE_NAMES.indexOf('reference')]
  for (let n = 1; ; n++) {
    const outcomes = kernels.map(k => JSON.stringify([runKernel(k, { maxInstructions: PIECE }), observed(k)]))
    const end = !outcomes[0].startsWith('[{"kind":"budget"')
    const looked = end || n % MEMORY_EVERY === 0
    const odd = kernels.findIndex(
      (k, m) => outcomes[m] !== outcomes[kernels.indexOf(reference)] || (looked && k !== reference && !sameMemory(k, reference)),
    )
    if (odd >= 0) {
      const again = [ENGINE_NAMES[odd], 'reference' as const].map(
        engine => start(argv, { engine, hotAfter: HOT_AFTER, ramBytes: RAM, debug: false, cwd: '/tmp', init: true }).kernel,
      )
      for (const k of again) runKernel(k, { maxInstructions: (n - MEMORY_EVERY) * PIECE })
      throw new Error(`${argv.join(' ')}, ${ENGINE_NAMES[odd]}: ${findDivergence(again[0], again[1], MEMORY_EVERY * PIECE)}`)
    }
    if (end || reference.state.executed > long) {
      for (const m of machines) expect(m.host.out).toBe(machines[0].host.out)
      return reference.state.executed
    }
  }
}

test.each(labs.map(argv => ({ argv, title: argv.join(' ') })))('$title', { timeout: PATIENCE }, ({ argv }) => {
  expect(lockstep(argv, LONGEST)).toBeGreaterThan(1000)
})

test('every program of /bin, by the shell', { timeout: PATIENCE }, () => {
  let executed = 0
  for (const argv of some(scripts, 3)) executed += lockstep(argv, LONGEST)
  expect(executed).toBeGreaterThan(amount(500_000, 1_500_000))
})

test('a divergence is pinned to its instruction', () => {
  const [a, b] = ['reference', 'interpreter'].map(
    () => start(['/labs/cow', '1'], { engine: 'reference', ramBytes: RAM, debug: false }).kernel,
  )
  for (const k of [a, b]) runKernel(k, { maxInstructions: 100 })
  b.machine.harts[0].x[2 * 9] ^= 1
  expect(findDivergence(a, b, 10)).toMatch(/^cow at [0-9a-f]+, instruction \d+: registers x9 differ$/)
})
