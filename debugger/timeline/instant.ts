// Places in a run, and their order.
import type { Kernel } from '../../kernel/index.ts'

/** A place in a run, wherever it is cut: instructions executed by all harts, and things that the kernel did. Ordered by both. */
export interface Instant {
  executed: number
  /** Infinity: after everything that the kernel does before the next instruction. */
  steps: number
}

/** After everything that the kernel does before the next instruction. */
export const LATEST = Infinity

export const nowOf = (k: Kernel): Instant => ({ executed: k.state.executed, steps: k.state.steps })

export const isBefore = (a: Instant, b: Instant): boolean => a.executed < b.executed || (a.executed === b.executed && a.steps < b.steps)

export const sameInstant = (a: Instant, b: Instant): boolean => a.executed === b.executed && a.steps === b.steps
