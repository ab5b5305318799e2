// Floating-point state at a switch: nothing while nobody uses it, restored when it was used, saved only when it was written.
import { atLeast, between } from '../claims.ts'
import { countOf, nsOf, only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'
import { fpu, product } from './sweeps.ts'

const USES = ['none', 'clean', 'dirty'] as const
const POLICIES = ['lazy', 'eager'] as const
const ROUNDS = 200
const HANDOVERS_PER_ROUND = 2
/** f0-f31 and fcsr. */
const STATE_BYTES = 264
const WORD = 8

function cell(use: string, policy: 'lazy' | 'eager', quick: boolean): Cell {
  const rounds = quick ? ROUNDS / 4 : ROUNDS
  return {
    lab: 'fpu-switch',
    argv: [use, rounds],
    set: [fpu(policy)],
    measures: [{ params: { use, policy }, operations: HANDOVERS_PER_ROUND * rounds }],
  }
}

/** Bytes that a switch stores or loads more in one case than in another. */
const more = (rows: readonly Row[], counter: 'loads' | 'stores', use: string, than: string): number =>
  (countOf(only(rows, { use, policy: 'lazy' }), counter) - countOf(only(rows, { use: than, policy: 'lazy' }), counter)) * WORD

function claims(rows: readonly Row[]): Claim[] {
  const ns = (use: string, policy = 'lazy'): number => nsOf(only(rows, { use, policy }))
  return [
    between('unused: time over that of eager restoring', ns('none') / ns('none', 'eager'), 0, 1),
    between('clean: bytes saved beyond an unused one', more(rows, 'stores', 'clean', 'none'), -WORD, WORD, 'bytes'),
    atLeast('clean: bytes restored beyond an unused one', more(rows, 'loads', 'clean', 'none'), STATE_BYTES - WORD, 'bytes'),
    between(
      'dirty: bytes saved beyond a clean one',
      more(rows, 'stores', 'dirty', 'clean'),
      STATE_BYTES - WORD,
      STATE_BYTES + WORD,
      'bytes',
    ),
    atLeast('dirty over clean, time', ns('dirty') / ns('clean'), 1),
    atLeast('clean over unused, time', ns('clean') / ns('none'), 1),
  ]
}

export const fpuSwitch: Scenario = {
  name: 'fpu',
  title: 'Floating-point state at a switch',
  question: 'What do the floating-point registers add to a switch: when unused, when only read, when written?',
  source: 'RISC-V privileged specification, mstatus.FS',
  labs: ['fpu-switch'],
  operation: 'hand-over',
  cells: ({ quick }) => product(USES, POLICIES).map(([use, policy]) => cell(use, policy, quick)),
  claims: ({ rows }) => claims(rows),
  charts: ({ rows }) => [ledgerChart('fpu', 'A hand-over', rows, row => `${row.params.use}, ${row.params.policy}`)],
}
