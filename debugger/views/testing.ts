// For tests of views: machines that are stopped where something has just happened.
import { runKernel, type Kernel } from '../../kernel/index.ts'

/** Instructions between two looks, and before giving up. */
const STEP = 100
const LIMIT = 20_000_000

/** Lets the machine run until `condition` holds, looking every so many instructions. Throws when it never does. */
export function runUntil(k: Kernel, condition: (k: Kernel) => boolean, step = STEP): void {
  for (let ran = 0; !condition(k); ran += step) {
    const result = runKernel(k, { maxInstructions: step })
    if (result.kind !== 'budget' && !condition(k)) throw new Error(`waiting for a condition: the machine is ${result.kind}`)
    if (ran > LIMIT) throw new Error(`waiting for a condition: not after ${ran} instructions`)
  }
}
