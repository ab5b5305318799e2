// Which row of the table of classes is whose.
import type { Kernel } from '../kernel.ts'
import type { SchedClass, SchedEntity, SchedParams } from './types.ts'

/** The class that it runs in. A task's policy always has a row: none without one is ever taken. */
export const classOf = (k: Kernel, s: SchedEntity): SchedClass => k.classes[s.policy] as SchedClass

/** As it was given its parameters, whatever it is lent. */
export const asGiven = (s: SchedEntity): SchedEntity => {
  if (s.lent === null) return s
  const { policy, rtPriority, deadline, stopAt } = s.lent
  return { ...s, policy, rtPriority, deadline, stopAt, lent: null }
}

/** The rules of the class that it was given. */
export const ownParams = (k: Kernel, s: SchedEntity): SchedParams => (k.classes[(s.lent ?? s).policy] as SchedClass).params

/** Is a before b wherever the more urgent goes first? Those that share the processor are all alike. */
export function isMoreUrgent(k: Kernel, a: SchedEntity, b: SchedEntity): boolean {
  const [one, other] = [classOf(k, a), classOf(k, b)]
  if (one.rank !== other.rank) return one.rank < other.rank
  return one.params.urgent && urgency(a) < urgency(b)
}

const urgency = (s: SchedEntity): number => s.deadline?.end ?? -s.rtPriority
