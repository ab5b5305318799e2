// Floating-point state at a switch: nothing while nobody uses it, restored when it was used, saved only when it was written.
import { quantity } from '../claims.ts'
import { cyclesIn, PARTS, type Part } from '../ledger.ts'
import { cyclesOf, only } from '../results.ts'
import type { Scenario } from '../scenario.ts'
import { ledgerChart } from '../report/stacks.ts'
import type { Cell, Claim, Row } from '../types.ts'
import { fpu, product } from './sweeps.ts'

const USES = ['none', 'clean', 'dirty'] as const
const POLICIES = ['lazy', 'eager'] as const
const ROUNDS = 200
const HANDOVERS_PER_ROUND = 2
/** Stores that f0-f31 and fcsr take, 264 bytes: a save has no fewer cycles. */
const STATE_WORDS = 33

function cell(use: string, policy: 'lazy' | 'eager', quick: boolean): Cell {
  const rounds = quick ? ROUNDS / 4 : ROUNDS
  return {
    lab: 'fpu-switch',
    argv: [use, rounds],
    set: [fpu(policy)],
    measures: [{ params: { use, policy }, operations: HANDOVERS_PER_ROUND * rounds }],
  }
}

/** Cycles of a hand-over that a path of the kernel takes: none, or at least a store or load for each word of the state. */
function pathClaim(rows: readonly Row[], use: string, verb: string, part: Part, wanted: boolean): Claim {
  const row = only(rows, { use, policy: 'lazy' })
  const cycles = cyclesIn(row, part) / row.operations
  return {
    claim: `${use}: the registers are ${wanted ? '' : 'not '}${verb}`,
    required: wanted ? `at least ${STATE_WORDS} cycles in a switch (264 bytes)` : '0 cycles in a switch',
    measured: `${quantity(cycles)} cycles`,
    holds: wanted ? cycles >= STATE_WORDS : cycles === 0,
  }
}

function claims(rows: readonly Row[]): Claim[] {
  const cycles = (use: string): number => cyclesOf(only(rows, { use, policy: 'lazy' }))
  const [none, clean, dirty] = USES.map(cycles)
  return [
    pathClaim(rows, 'none', 'saved', PARTS.fpSave, false),
    pathClaim(rows, 'none', 'restored', PARTS.fpRestore, false),
    pathClaim(rows, 'clean', 'saved', PARTS.fpSave, false),
    pathClaim(rows, 'clean', 'restored', PARTS.fpRestore, true),
    pathClaim(rows, 'dirty', 'saved', PARTS.fpSave, true),
    {
      claim: 'a hand-over: none, clean, dirty',
      required: 'each dearer than the one before',
      measured: `${quantity(none)}, ${quantity(clean)}, ${quantity(dirty, 'cycles')}`,
      holds: none < clean && clean < dirty,
    },
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
