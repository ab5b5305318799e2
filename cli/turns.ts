// Turns of the host's time: a debugger lets the machine run for so long, and then hears whoever waits, whatever the guest is doing.
import type { Kernel } from '../kernel/index.ts'

const TURN_MS = 15

/** Makes runs of a kernel end when a turn is over. Answers how to begin the next turn. */
export function inTurns(k: Kernel): () => void {
  let end = performance.now() + TURN_MS
  k.enough = () => performance.now() >= end
  return () => void (end = performance.now() + TURN_MS)
}
