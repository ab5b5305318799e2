// Which row of the table of classes is whose.
import type { Kernel } from '../kernel.ts'
import type { SchedClass, SchedEntity } from './types.ts'

/** A task's policy always has a row: none without one is ever taken. */
export const classOf = (k: Kernel, s: SchedEntity): SchedClass => k.classes[s.policy] as SchedClass

/** Is a before b wherever the more urgent goes first? Those that share the processor are all alike. */
export function isMoreUrgent(k: Kernel, a: SchedEntity, b: SchedEntity): boolean {
  const [one, other] = [classOf(k, a), classOf(k, b)]
  if (one.rank !== other.rank) return one.rank < other.rank
  return one.params.urgent && urgency(a) < urgency(b)
}

const urgency = (s: SchedEntity): number => s.deadline?.end ?? -s.rtPriority
