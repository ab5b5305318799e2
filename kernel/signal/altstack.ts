// The alternate signal stack (sigaltstack(2)): set by the call and by rt_sigreturn, used by frames with SA_ONSTACK.
import { EINVAL, ENOMEM, EPERM, MINSIGSTKSZ, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from '../abi/index.ts'
import type { Task } from '../state.ts'

export interface AltStack {
  sp: number
  size: number
  flags: number
}

/** Whether sp lies on it. With SS_AUTODISARM it never counts: the stack was taken away while the handler runs. */
export function onAltStack(task: Task, sp: number): boolean {
  const { altStack } = task
  if (altStack.flags & SS_AUTODISARM) return false
  return sp > altStack.sp && sp - altStack.sp <= altStack.size
}

/** ss_flags as sigaltstack reports them. */
export function altStackFlags(task: Task, sp: number): number {
  const { altStack } = task
  const kept = altStack.flags & SS_AUTODISARM
  if (altStack.size === 0) return (kept | SS_DISABLE) >>> 0
  return (kept | (onAltStack(task, sp) ? SS_ONSTACK : 0)) >>> 0
}

/** EPERM while running on it, EINVAL for unknown flags, ENOMEM when it is smaller than MINSIGSTKSZ. */
export function setAltStack(task: Task, stack: AltStack, sp: number): void {
  const { altStack } = task
  if (onAltStack(task, sp)) throw EPERM
  if (altStack.sp === stack.sp && altStack.size === stack.size && altStack.flags === stack.flags >>> 0) return
  const mode = (stack.flags & ~SS_AUTODISARM) >>> 0
  if (mode !== SS_DISABLE && mode !== SS_ONSTACK && mode !== 0) throw EINVAL
  if (mode === SS_DISABLE) {
    task.altStack = { sp: 0, size: 0, flags: stack.flags >>> 0 }
    return
  }
  if (stack.size >= 0 && stack.size < MINSIGSTKSZ) throw ENOMEM
  task.altStack = { sp: stack.sp, size: stack.size, flags: stack.flags >>> 0 }
}
