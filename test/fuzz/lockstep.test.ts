// The engines side by side on every program of the repository, a piece at a time: registers, pc, counts and what the kernel did must be
// equal after each piece, memory every so often and at the end.
import { expect, test } from 'vitest'
import { runKernel } from '../../kernel/index.ts'
import { ENGINE_NAMES } from '../../vm/index.ts'
import { findDivergence, lockstep, type Pace } from '../lockstep.ts'
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
const PACE: Pace = { piece: 4999, memoryEvery: FULL ? 4 : 8, longest: LONGEST }
const RAM = 8 * 2 ** 20
const REFERENCE_FIRST = ['reference', ...ENGINE_NAMES.filter(name => name !== 'reference')] as const

const inLockstep = (argv: readonly string[]): number =>
  lockstep(
    REFERENCE_FIRST,
    engine => start(argv, { engine, hotAfter: HOT_AFTER, ramBytes: RAM, debug: false, cwd: '/tmp', init: true }),
    PACE,
  )

test.each(labs.map(argv => ({ argv, title: argv.join(' ') })))('$title', { timeout: PATIENCE }, ({ argv }) => {
  expect(inLockstep(argv)).toBeGreaterThan(1000)
})

test('every program of /bin, by the shell', { timeout: PATIENCE }, () => {
  let executed = 0
  for (const argv of some(scripts, 3)) executed += inLockstep(argv)
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
