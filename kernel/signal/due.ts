// Which signal a task takes next, and what that does: asked by those who want to look before it happens.
import { SIG_DFL, defaultAction } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { actionOf, isIgnored } from './actions.ts'
import { peekPending } from './pending.ts'
import { isProtected } from './send.ts'
import { KERNEL_ONLY, hasSignal, sigbit } from './sigset.ts'
import type { SigInfo, SignalEffect } from './types.ts'

/** The next signal of a task that has an effect, in the order in which deliverSignals takes them; null: none, or it ends or stops anyway. */
export function dueSignal(k: Kernel, task: Task): { info: SigInfo; action: SignalEffect } | null {
  const { group } = task
  if (group.exiting !== null || group.coreDump || group.stopSignal !== 0) return null
  let wanted = ~task.blocked
  // What its tracer let it go with comes first.
  let released = task.tracer?.stop?.at === 'delivery' ? task.tracer.stop.info : null
  for (;;) {
    const info = released ?? peekPending(task, wanted)
    released = null
    if (info === null) return null
    const { signal } = info
    wanted &= ~sigbit(signal)
    if (isIgnored(group, signal)) continue
    if (actionOf(group, signal).handler !== SIG_DFL) return { info, action: 'handler' }
    if (isProtected(k, group) && !hasSignal(KERNEL_ONLY, signal) && !info.forced) continue
    return { info, action: defaultAction(signal) }
  }
}

/** Does somebody want the run to end before the task takes its next signal? */
export function isHeld(k: Kernel, task: Task): boolean {
  if (k.holdSignal === null) return false
  const due = dueSignal(k, task)
  return due !== null && k.holdSignal(task, due.info, due.action)
}
