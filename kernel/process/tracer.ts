// Who traces whom: attaching, leaving, and what becomes of either when the other ends (ptrace(2), "Attaching and detaching").
import { CAP_SYS_PTRACE, EIO, EPERM, PTRACE_O_EXITKILL, SIGKILL, SIGSTOP, SIGTRAP } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import { ignoresChildExit, interrupt, kernelInfo, killInfo, sendToTask } from '../signal/index.ts'
import { markPending } from '../signal/pending.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { capable, isDead, isSubset, mayAttach } from '../task/index.ts'
import { dropThread, tellParent } from './family.ts'
import { parentThread } from './parent.ts'
import { reapGroup } from './reap.ts'
import { newTracer, tracedStop, trapStopped, untrace } from './tracing.ts'
import type { Tracer } from './types.ts'

/** kernel.yama.ptrace_scope. */
export const YAMA = { CLASSIC: 0, RELATIONAL: 1, CAPABILITY: 2, NO_ATTACH: 3 } as const

function link(by: Task, task: Task): Tracer {
  const tracer = newTracer(by)
  tracer.privileged = capable(by.credentials, CAP_SYS_PTRACE)
  ;(by.tracees ??= new Set()).add(task)
  task.tracer = tracer
  return tracer
}

/** PTRACE_TRACEME: by who made the process. EPERM. */
export function traceMe(k: Kernel, task: Task): void {
  if (task.tracer !== null) throw EPERM
  const parent = parentThread(k, task.group)
  if (parent === undefined) return
  // The kernel's own init would never let it go on.
  if (parent.mm === null) throw EPERM
  const rights = parent.credentials
  const isPrivileged = capable(rights, CAP_SYS_PTRACE)
  const scope = k.state.sysctl.ptraceScope
  if (scope === YAMA.NO_ATTACH || (scope === YAMA.CAPABILITY && !isPrivileged)) throw EPERM
  if (!isSubset(task.credentials.capPermitted, rights.capPermitted) && !isPrivileged) throw EPERM
  link(parent, task)
}

function isDescendant(task: Task, of: ThreadGroup): boolean {
  for (let group: ThreadGroup | null = task.group; group !== null; group = group.parent) if (group === of) return true
  return false
}

/** What the sysctl asks besides (Documentation/admin-guide/LSM/Yama.rst). */
function passesYama(k: Kernel, task: Task, target: Task): boolean {
  const scope = k.state.sysctl.ptraceScope
  if (scope === YAMA.CLASSIC) return true
  if (scope === YAMA.NO_ATTACH) return false
  if (capable(task.credentials, CAP_SYS_PTRACE)) return true
  if (scope === YAMA.CAPABILITY) return false
  const { allowedTracer } = target.group
  if (isDescendant(target, task.group) || allowedTracer === 'any') return true
  const allowed = allowedTracer === undefined ? undefined : k.state.groups.get(allowedTracer)
  return allowed !== undefined && isDescendant(task, allowed)
}

/** PTRACE_ATTACH; PTRACE_SEIZE where `seized`. EPERM. */
export function attach(k: Kernel, by: Task, task: Task, options: number, seized: boolean): void {
  if (task.group === by.group || !mayAttach(by, task) || !passesYama(k, by, task)) throw EPERM
  if (task.state === 'Z' || task.state === 'X' || task.tracer !== null) throw EPERM
  // The kernel's own init has no program.
  if (task.trapFrame < 0) throw EPERM
  const tracer = link(by, task)
  tracer.seized = seized
  tracer.options = options
  if (task.state === 'T') {
    if (!seized) sendToTask(k, null, task, kernelInfo(SIGSTOP))
    trapStopped(k, task, tracer)
    return
  }
  if (task.group.stopSignal !== 0) {
    tracer.stopPending = true
    tracer.stopSignal = task.group.stopSignal
  }
  if (!seized) sendToTask(k, null, task, kernelInfo(SIGSTOP))
}

/** A child that is traced from its birth on as its maker is: it stops before its first instruction. */
export function traceChild(k: Kernel, { tracer }: Task, child: Task): void {
  if (tracer === null || tracer.by === null) return
  const own = link(tracer.by, child)
  own.seized = tracer.seized
  own.options = tracer.options
  own.privileged = tracer.privileged
  if (own.seized) own.trap = true
  else markPending(child.pending, SIGSTOP)
  interrupt(k, child)
}

/** Its tracer leaves it; it goes on with `signal`, if it stood before one (EIO if that is none). */
export function detach(k: Kernel, task: Task, signal: SigInfo | null): void {
  untrace(k, task, signal)
}

/** The end of a tracer: whom it traced goes on, or dies with it. */
export function leaveTracees(k: Kernel, by: Task): void {
  for (const task of by.tracees ?? []) {
    const { tracer } = task
    if (tracer === null) continue
    if (tracer.options & PTRACE_O_EXITKILL) sendToTask(k, null, task, kernelInfo(SIGKILL))
    untrace(k, task, tracer.untold ? (tracedStop(task)?.info ?? null) : null)
    if (task.state === 'Z') leaveZombie(k, by, task)
  }
}

/** A zombie whose tracer is gone, or has waited for it: its parent's turn, if it is a process's. */
export function leaveZombie(k: Kernel, by: Task, task: Task): void {
  const { group } = task
  if (task !== group.leader) return endThread(k, task)
  if (!isDead(group)) return
  if (group.parent !== by.group) return tellParent(k, group)
  if (ignoresChildExit(by.group)) reapGroup(k, group, false)
  wakeAll(k, by.group.childExit)
}

/** A zombie that is not its process's leader is waited for by its tracer alone. */
export function endThread(k: Kernel, task: Task): void {
  untrace(k, task)
  dropThread(k, task)
}

/** What an exec tells a tracer that did not ask for the event: SIGTRAP, unless it was seized. */
export function trapAtExec(k: Kernel, task: Task): void {
  if (task.tracer !== null && task.tracer.by !== null && !task.tracer.seized) sendToTask(k, task, task, killInfo(SIGTRAP, task))
}

/** The signal number that a request names, or none. EIO. */
export function signalOf(by: Task, task: Task, signal: number): SigInfo | null {
  if (!(signal >= 0 && signal <= 64)) throw EIO
  const stop = tracedStop(task)
  if (signal === 0) return null
  return stop?.info?.signal === signal ? stop.info : killInfo(signal, by)
}
