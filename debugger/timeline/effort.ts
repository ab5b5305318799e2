// How far apart the points of a recording lie. A point costs the host time, so it should be a small part of what the run between two takes;
// but nobody here may ask a clock. So it is estimated: from instructions, by engine, from what the kernel did, and from how much a point copies.
import type { Kernel } from '../../kernel/index.ts'
import type { EngineName } from '../../vm/index.ts'

/** Nanoseconds of an instruction, about: of hot code. */
const INSTRUCTION: Readonly<Record<EngineName, number>> = { compiler: 0.4, interpreter: 2, reference: 400 }
const TIMED_INSTRUCTION = 15
/** Of an instruction that is run beside the fast code; of a thing that the kernel does, forks and programs that start among them; of a piece of a long call. */
const ASIDE = 300
const STEP = 4_000
const PIECE = 30_000
/** Of a point: by itself, and for each object of the kernel's state. */
const POINT = 200_000
const OBJECT = 1_000
/** So many times longer than a point takes is the way to the next one, at least. */
const PART = 24

/** What a point was taken at. */
export interface Effort {
  executed: number
  steps: number
  pieces: number
  aside: number
}

const asideOf = ({ machine }: Kernel): number => [...machine.engine.aside.values()].reduce((sum, count) => sum + count, 0)

export function effortOf(k: Kernel): Effort {
  const { executed, steps, pieces } = k.state
  return { executed, steps, pieces, aside: asideOf(k) }
}

/** Has the host done enough, `times` over, since a point that copied so many objects for another one to cost little? */
export function isWorthPoint(k: Kernel, since: Effort, objects: number, times: number): boolean {
  const { executed, steps, pieces, aside } = effortOf(k)
  const each = k.machine.timing !== null ? TIMED_INSTRUCTION : INSTRUCTION[k.machine.chosen.name]
  const inFast = (executed - since.executed) * each
  const inKernel = (steps - since.steps) * STEP + (pieces - since.pieces) * PIECE
  return inFast + inKernel + (aside - since.aside) * ASIDE >= times * PART * (POINT + objects * OBJECT)
}
