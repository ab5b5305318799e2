// What a process wants done with each signal: its table of actions, and what fork and exec make of it.
import { NSIG, SA_NOCLDWAIT, SIGCHLD, SIG_DFL, SIG_IGN, defaultAction } from '../abi/index.ts'
import type { ThreadGroup } from '../state.ts'
import { flushPending } from './pending.ts'
import { SIGSET_EMPTY, sigbit } from './sigset.ts'
import type { PendingSignals, SigAction } from './types.ts'

export const emptyPending = (): PendingSignals => ({ set: SIGSET_EMPTY, queue: [] })

/** Indexed by signal number 1..64; place 0 is unused. All share one record: actions are replaced, never changed. */
export function defaultActions(): SigAction[] {
  const action: SigAction = { handler: SIG_DFL, flags: 0, mask: SIGSET_EMPTY }
  return new Array<SigAction>(NSIG + 1).fill(action)
}

export const actionOf = (group: ThreadGroup, signal: number): SigAction => group.actions[signal] as SigAction

/** A child's own copy (without CLONE_SIGHAND; with it, the table itself is shared). */
export const forkActions = (actions: readonly SigAction[]): SigAction[] => actions.slice()

/** exec and CLONE_CLEAR_SIGHAND: what was caught goes back to the default, what was ignored stays so; flags and masks are forgotten. */
export function actionsForExec(actions: readonly SigAction[]): SigAction[] {
  const fresh = defaultActions()
  const ignored: SigAction = { handler: SIG_IGN, flags: 0, mask: SIGSET_EMPTY }
  for (let signal = 1; signal <= NSIG; signal++) {
    if ((actions[signal] as SigAction).handler === SIG_IGN) fresh[signal] = ignored
  }
  return fresh
}

/** Nothing happens when this signal is taken: SIG_IGN, or the default action is to ignore it. */
export function isIgnored(group: ThreadGroup, signal: number): boolean {
  const { handler } = actionOf(group, signal)
  if (handler === SIG_IGN) return true
  if (handler !== SIG_DFL) return false
  // What SIGCONT does, it did when it was sent.
  const action = defaultAction(signal)
  return action === 'ignore' || action === 'continue'
}

/** wait(2), NOTES: SIGCHLD set to SIG_IGN, or SA_NOCLDWAIT: children leave no zombies. */
export function ignoresChildExit(parent: ThreadGroup): boolean {
  const { handler, flags } = actionOf(parent, SIGCHLD)
  return handler === SIG_IGN || (flags & SA_NOCLDWAIT) !== 0
}

/** sigaction(2): replaces a disposition. What waits is forgotten when it is ignored from now on (signal 1..64, not SIGKILL or SIGSTOP). */
export function setAction(group: ThreadGroup, signal: number, action: SigAction): void {
  group.actions[signal] = action
  if (!isIgnored(group, signal)) return
  flushPending(group.pending, sigbit(signal))
  for (const thread of group.threads) flushPending(thread.pending, sigbit(signal))
}
