// Taking signals, just before a task goes back to its program: choose one, then run its handler, stop, or die. What an interrupted
// system call does next is settled here too, because it depends on whether a handler runs (signal(7), "Interruption of system calls").
import { REG } from '../../vm/index.ts'
import {
  EINTR,
  ERESTARTNOINTR,
  ERESTARTSYS,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIGSEGV,
  SIGSTOP,
  SIG_DFL,
  SIG_IGN,
  SI_KERNEL,
  defaultAction,
  killedStatus,
} from '../abi/index.ts'
import type { Errno } from '../abi/index.ts'
import { emit } from '../events.ts'
import type { EventOf } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import {
  actionOf,
  beginGroupStop,
  faultInfo,
  forceSignal,
  hasSignal,
  isProtected,
  KERNEL_ONLY,
  killPending,
  pushFrame,
  restoreMask,
  setBlocked,
  sigbit,
  stopThread,
  takeSignal,
} from '../signal/index.ts'
import type { Delivery, SigAction, SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import { isOrphanedGroup, regPc, setRegPc, setRegX } from '../task/index.ts'
import { beginCore, continueCore } from './core.ts'
import { endGroup, endTask } from './exit.ts'
import { relieveMemory } from './oom.ts'
import { abortSequence } from './rseq.ts'
import { holdAtDelivery, holdAtTrap, releasedSignal } from './tracing.ts'
import { VDSO_SIGRETURN } from './vdso.ts'

const ECALL_BYTES = 4

/** These never reach a program: the call runs again, or becomes EINTR. */
const isRestart = (errno: Errno): boolean => errno.code >= ERESTARTSYS.code

/** The call in progress ends with this error: its result is set and pc goes past the ecall. */
function failCall(k: Kernel, task: Task, errno: Errno): void {
  setRegX(k, task, REG.a0, -errno.code)
  setRegPc(k, task, regPc(k, task) + ECALL_BYTES)
  task.call = null
}

/** A handler is about to run on top of an interrupted call: it is restarted after the handler, or fails. pc is at its ecall. */
function settleCall(k: Kernel, task: Task, interrupted: Errno, action: SigAction): void {
  const restarts = interrupted === ERESTARTNOINTR || (interrupted === ERESTARTSYS && (action.flags & SA_RESTART) !== 0)
  if (restarts) task.call = null
  else failCall(k, task, EINTR)
}

function report(k: Kernel, task: Task, info: SigInfo, action: EventOf<'signalDelivered'>['action']): void {
  if (k.events.signalDelivered !== undefined) emit(k, { kind: 'signalDelivered', task, signal: info.signal, action, info })
}

/** force_sigsegv: the frame cannot be written. A handler for SIGSEGV itself would not help, so it goes. */
function frameFailed(k: Kernel, task: Task, signal: number): void {
  if (signal === SIGSEGV) task.group.actions[SIGSEGV] = { ...actionOf(task.group, SIGSEGV), handler: SIG_DFL }
  forceSignal(k, task, faultInfo(SIGSEGV, SI_KERNEL, 0))
}

/** Starts the handler: the frame on the program's stack, the mask while it runs. */
function runHandler(k: Kernel, task: Task, info: SigInfo, action: SigAction): void {
  const { group } = task
  const { signal } = info
  report(k, task, info, 'handler')
  if (action.flags & SA_RESETHAND) group.actions[signal] = { ...action, handler: SIG_DFL }
  const oldMask = task.savedMask ?? task.blocked
  if (task.rseq !== null && !abortSequence(k, task)) return frameFailed(k, task, signal)
  while (!pushFrame(k, task, info, action, oldMask, VDSO_SIGRETURN)) {
    if (!k.state.frames.starved || !relieveMemory(k, task)) return frameFailed(k, task, signal)
    if (task.trapFrame < 0) return
  }
  task.savedMask = null
  setBlocked(task, task.blocked | action.mask | (action.flags & SA_NODEFER ? 0n : sigbit(signal)))
}

/** A terminal's stop signals do nothing to a process group that no shell looks after: nobody could continue it. */
const stopIsPointless = (k: Kernel, task: Task, signal: number): boolean =>
  signal !== SIGSTOP && isOrphanedGroup(k, task.ns, task.group.pgid)

/**
 * To be called before `task`, which holds a hart, returns to user mode whenever `task.signalPending`. `interrupted`: what the
 * call in progress (`task.call`, with pc still at its ecall) was cut short with, or null outside of calls and after finished ones.
 * Answers 'user': go on at pc, `task.call` is null unless no call was interrupted; 'again': run the handler of `task.call` once
 * more, its progress is kept; 'stopped': the state is T or t, and `task.call`, if any, runs again once it is continued; 'dead'.
 */
export function deliverSignals(k: Kernel, task: Task, interrupted: Errno | null = null): Delivery {
  const { group } = task
  if (group.coreDump) return continueCore(k, task, group.coreDump) ? 'dumping' : 'dead'
  let restart = interrupted
  if (restart && !isRestart(restart)) {
    failCall(k, task, restart)
    restart = null
  }
  while (task.signalPending) {
    if (group.exiting !== null) {
      return endTask(k, task, group.exiting) ? 'dead' : 'stopped'
    }
    const { tracer } = task
    if (tracer === null) {
      if (group.stopSignal !== 0 && !killPending(task)) {
        if (!restart) restoreMask(task)
        stopThread(k, task)
        return 'stopped'
      }
    } else if (holdAtTrap(k, task, tracer, restart)) return 'stopped'
    const released = tracer === null ? null : releasedSignal(task, tracer)
    const info = released ?? takeSignal(k, task, ~task.blocked)
    if (!info) break
    if (tracer !== null && released === null && holdAtDelivery(k, task, tracer, info, restart)) return 'stopped'
    const { signal } = info
    const action = actionOf(group, signal)
    if (action.handler === SIG_IGN) continue
    if (action.handler !== SIG_DFL) {
      if (restart) settleCall(k, task, restart, action)
      restart = null
      runHandler(k, task, info, action)
      continue
    }
    if (isProtected(k, group) && !hasSignal(KERNEL_ONLY, signal) && !info.forced) continue
    const byDefault = defaultAction(signal)
    if (byDefault === 'ignore' || byDefault === 'continue') continue
    if (byDefault === 'stop') {
      if (stopIsPointless(k, task, signal) || tracer?.continued) continue
      report(k, task, info, 'stop')
      beginGroupStop(k, task, signal)
      continue
    }
    report(k, task, info, byDefault)
    if (byDefault === 'core' && beginCore(k, task, info)) return 'dumping'
    return endGroup(k, task, killedStatus(signal, false)) ? 'dead' : 'stopped'
  }
  if (restart) return 'again'
  // A call that exchanged the mask ended without a handler: the old one is back, and may let more through.
  if (task.savedMask === null) return 'user'
  restoreMask(task)
  return task.signalPending ? deliverSignals(k, task) : 'user'
}
