// Motions of a machine alone, as far as they need no tasks, sources or past: what the rows of the table begin there.
import { getPc, getX, REG, type Hart } from '../../vm/index.ts'
import { focusedHart, instructionIn, lengthOfCall, LONGEST, readHart, runBare, stepBare } from '../target/index.ts'
import type { BareMotion, BareSession } from '../target/index.ts'
import type { About } from './types.ts'

/** Begins a motion on a machine alone. */
export type BareBegin = (s: BareSession, about: BareAbout) => BareMotion

/** What a motion is about where there are only harts. */
export type BareAbout = Pick<About, 'address' | 'hart'>

export const bareStop: BareBegin = s => ({ go: budget => runBare(s, budget, null) })

export const bareInstruction: BareBegin = s => ({ go: () => stepBare(s, focusedHart(s)) })

export const bareMachine: BareBegin = s => ({ go: () => stepBare(s, null) })

/** One instruction of a hart; what it calls runs until it returns. */
export const bareOver: BareBegin = (s, about) => {
  const hart = focusedHart(s)
  const length = lengthOfCall(instructionIn(readHart(s.target.machine, hart, getPc(hart), LONGEST)))
  if (length === 0) return bareInstruction(s, about)
  const sp = getX(hart, REG.sp)
  const place = { address: getPc(hart) + length, counts: (at: Hart) => at === hart && getX(at, REG.sp) >= sp }
  return { go: budget => runBare(s, budget, null, place) }
}

export const bareAddress: BareBegin = (s, { address }) => {
  if (address === undefined) throw new Error('a motion was begun without an address')
  const { focus } = s
  return { go: budget => runBare(s, budget, null, { address, counts: hart => hart.id === focus }) }
}

export const bareHart: BareBegin = (s, { hart: id }) => {
  const hart = id === undefined ? undefined : s.target.machine.harts[id]
  if (hart === undefined) throw new Error(`a motion was begun without a hart that is there`)
  return { go: () => stepBare(s, hart) }
}
