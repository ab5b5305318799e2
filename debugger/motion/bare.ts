// Motions of a machine alone, as far as they need no tasks, sources or past: what the rows of the table begin there.
import { getPc, getXBig, REG, type Hart } from '../../vm/index.ts'
import { focusedHart, instructionIn, LONGEST, overBy, placeOf, readHart, runBare, stepBare } from '../target/index.ts'
import type { BareMotion, BareSession, Way } from '../target/index.ts'
import type { About } from './types.ts'

/** Begins a motion on a machine alone. */
export type BareBegin = (s: BareSession, about: BareAbout) => BareMotion

/** What a motion is about where there are only harts. */
export type BareAbout = Pick<About, 'address' | 'hart'>

export const bareStop: BareBegin = s => ({ go: budget => runBare(s, budget, null) })

export const bareInstruction: BareBegin = s => ({ go: () => stepBare(s, focusedHart(s)) })

export const bareMachine: BareBegin = s => ({ go: () => stepBare(s, null) })

/** To where a way ends, by a hart. */
const bareTo = (s: BareSession, way: Way, hart: Hart): BareMotion => {
  const place = placeOf(
    way,
    (at: Hart) => at === hart,
    at => getXBig(at, REG.sp),
  )
  return { go: budget => runBare(s, budget, null, place) }
}

/** One instruction of a hart; what it calls runs until it returns. */
export const bareOver: BareBegin = (s, about) => {
  const hart = focusedHart(s)
  const pc = getPc(hart)
  const instruction = instructionIn(readHart(s.target.machine, hart, pc, LONGEST))
  return overBy(
    { pc, sp: getXBig(hart, REG.sp), instruction },
    () => bareInstruction(s, about),
    way => bareTo(s, way, hart),
  )
}

export const bareAddress: BareBegin = (s, { address }) => {
  if (address === undefined) throw new Error('a motion was begun without an address')
  return bareTo(s, { address }, focusedHart(s))
}

export const bareHart: BareBegin = (s, { hart: id }) => {
  const hart = id === undefined ? undefined : s.target.machine.harts[id]
  if (hart === undefined) throw new Error(`a motion was begun without a hart that is there`)
  return { go: () => stepBare(s, hart) }
}
