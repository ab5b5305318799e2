// Sending: what a signal does the moment it is sent (stop and continue cancel each other), whether it is dropped, where it waits,
// and who wakes up to take it. Taking it is deliver.ts.
import {
  CLD_CONTINUED,
  NANOSECONDS_PER_TICK,
  SA_NOCLDSTOP,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  SIG_DFL,
  SIG_IGN,
  SI_USER,
  defaultAction,
} from '../abi/index.ts'
import { emit } from '../events.ts'
import type { Kernel } from '../kernel.ts'
import { groupMembers, groupUsage } from '../task/index.ts'
import { makeRunnable, wakeAll, wakeTask } from '../sched/index.ts'
import type { Tracer } from '../process/types.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { actionOf, isIgnored } from './actions.ts'
import { childInfo } from './info.ts'
import { addPending, flushPending, markPending } from './pending.ts'
import { noteQueued, queueIsFull } from './queued.ts'
import { KERNEL_ONLY, STOP_SIGNALS, SIGSET_EMPTY, hasSignal, lowestSignal, sigbit } from './sigset.ts'
import type { PendingSignals, SigInfo } from './types.ts'

const CONT = sigbit(SIGCONT)

/** Init takes only what it has handlers for; from the kernel itself also SIGKILL and SIGSTOP. */
export const isProtected = (k: Kernel, group: ThreadGroup): boolean =>
  k.state.initProtected && k.state.init !== null && k.state.init.group === group

/** Brings `task.signalPending` up to date: call after any change of what is pending, blocked, exiting or stopping. */
export function recalcSignalPending(task: Task): void {
  const { group } = task
  task.signalPending =
    group.exiting !== null ||
    group.coreDump !== undefined ||
    (task.tracer === null ? group.stopSignal !== 0 : isDue(task.tracer)) ||
    lets(task, task.pending) ||
    lets(task, group.pending)
}
/** Has a traced task to stop, or to go on from a stop that was not inside of a call? */
const isDue = ({ stopPending, trap, notify, stop }: Tracer): boolean =>
  stopPending || trap || notify || stop?.at === 'delivery' || stop?.at === 'trap'
/** Does something wait that the task does not block? Most often nothing waits. */
const lets = ({ blocked }: Task, { set }: PendingSignals): boolean => set !== SIGSET_EMPTY && (set & ~blocked) !== 0n

/** Kills whoever takes it now, without a core: it ends even waits that other signals do not (TASK_KILLABLE). */
function isFatal(k: Kernel, task: Task, signal: number): boolean {
  if (signal === SIGKILL) return true
  const { group } = task
  // It stands still until its core is written.
  if (group.coreDump) return false
  if (hasSignal(task.blocked, signal) || actionOf(group, signal).handler !== SIG_DFL) return false
  return defaultAction(signal) === 'terminate' && !isProtected(k, group)
}

/** Has it been killed, and only not noticed yet? */
export function fatalPending(k: Kernel, task: Task): boolean {
  const set = (task.pending.set | task.group.pending.set) & ~task.blocked
  for (let rest = set; rest !== 0n; rest &= rest - 1n) if (isFatal(k, task, lowestSignal(rest))) return true
  return false
}

/** Ends a stop. */
function resume(k: Kernel, task: Task): void {
  task.state = 'R'
  makeRunnable(k, task)
}

/** Lets a task notice its signals: out of an interruptible sleep, for a fatal one out of any sleep and out of a stop. */
function nudge(k: Kernel, task: Task, signal: number): void {
  task.signalPending = true
  if (task.state === 'S' || (task.state === 'D' && isFatal(k, task, signal))) wakeTask(k, task)
  else if ((task.state === 'T' || task.state === 't') && signal === SIGKILL) resume(k, task)
}

/** The same where there is no signal: it has to stop for its tracer. */
export function interrupt(k: Kernel, task: Task): void {
  if (task.state === 'Z' || task.state === 'X') return
  task.signalPending = true
  if (task.state === 'S') wakeTask(k, task)
}

/** One that listens (PTRACE_LISTEN) stops anew. */
export function wakeListener(k: Kernel, task: Task, tracer: Tracer): void {
  if (!tracer.listening || task.state !== 't') return
  tracer.listening = false
  task.signalPending = true
  resume(k, task)
}

/** A process stops, or goes on: who was seized is to tell its tracer. */
function notifyTrap(k: Kernel, task: Task, tracer: Tracer): void {
  tracer.notify = true
  wakeListener(k, task, tracer)
  interrupt(k, task)
}

const ticks = (ns: number): number => Math.floor(ns / NANOSECONDS_PER_TICK)

/** Tells a tracer what a task does: SIGCHLD unless it does not want that, and wait4 looks again. */
export function tellTracer(k: Kernel, task: Task, code: number, status: number): void {
  const group = task.tracer?.by?.group
  if (group === undefined) return
  const { handler, flags } = actionOf(group, SIGCHLD)
  const { usage, credentials } = task
  if (handler !== SIG_IGN && (flags & SA_NOCLDSTOP) === 0)
    sendToGroup(k, null, group, childInfo(code, task.pid, credentials.uid, status, ticks(usage.userTime), ticks(usage.systemTime)))
  wakeAll(k, group.childExit)
}

/** Tells the parent that a process stopped or went on: SIGCHLD unless it does not want that, and wait4 looks again. */
export function reportToParent(k: Kernel, group: ThreadGroup, code: number, status: number): void {
  const { parent, leader } = group
  if (!parent) return
  const { handler, flags } = actionOf(parent, SIGCHLD)
  if (handler !== SIG_IGN && (flags & SA_NOCLDSTOP) === 0) {
    const usage = groupUsage(group)
    sendToGroup(
      k,
      null,
      parent,
      childInfo(code, group.tgid, leader.credentials.uid, status, ticks(usage.userTime), ticks(usage.systemTime)),
    )
  }
  wakeAll(k, parent.childExit)
}

/** Is it traced by somebody else than its parent? */
export function isReparented({ tracer, group }: Task): boolean {
  const by = tracer?.by ?? null
  return by !== null && by.group !== group.parent
}

/** A stop signal took effect: from now on every thread that goes by deliverSignals stops. A traced one does so once. */
export function beginGroupStop(k: Kernel, task: Task, signal: number): void {
  const { group } = task
  // Where all stand still already, this one's number is not told again.
  if (group.stopSignal === 0 || group.stopReport === 'coming') {
    group.stopSignal = signal
    group.stopReport = 'coming'
  }
  for (const thread of group.threads) {
    const { tracer, state } = thread
    if (state === 'Z' || state === 'X') continue
    if (tracer === null) nudge(k, thread, signal)
    else {
      tracer.stopPending = true
      tracer.stopSignal = signal
      if (tracer.seized && thread !== task) notifyTrap(k, thread, tracer)
      else interrupt(k, thread)
    }
  }
}

/** SIGCONT wakes a stopped process even where it is blocked or ignored; stop signals and SIGCONT cancel each other. */
function stopAndContinue(k: Kernel, group: ThreadGroup, signal: number): void {
  if (hasSignal(STOP_SIGNALS, signal)) {
    flushPending(group.pending, CONT)
    for (const thread of group.threads) flushPending(thread.pending, CONT)
    return
  }
  if (signal !== SIGCONT) return
  flushPending(group.pending, STOP_SIGNALS)
  const wasStopped = group.stopSignal !== 0
  group.stopSignal = 0
  for (const thread of group.threads) {
    flushPending(thread.pending, STOP_SIGNALS)
    const { tracer } = thread
    if (tracer !== null) {
      tracer.stopPending = false
      tracer.continued = true
    }
    recalcSignalPending(thread)
    if (tracer?.seized) notifyTrap(k, thread, tracer)
    else if (thread.state === 'T') resume(k, thread)
  }
  if (!wasStopped) return
  group.stopReport = 'continued'
  reportToParent(k, group, CLD_CONTINUED, SIGCONT)
  if (isReparented(group.leader)) tellTracer(k, group.leader, CLD_CONTINUED, SIGCONT)
}

/** What strace shows of a signal that had no effect at all. */
function reportIgnored(k: Kernel, task: Task, info: SigInfo): true {
  if (k.events.signalDelivered !== undefined) emit(k, { kind: 'signalDelivered', task, signal: info.signal, action: 'ignore', info })
  return true
}

/** Dropped at once: ignored, and not blocked (what is blocked may find a handler later). */
function isDropped(k: Kernel, from: Task | null, task: Task, signal: number): boolean {
  if (hasSignal(task.blocked, signal)) return false
  // Its tracer may want it all the same.
  if (task.tracer !== null && signal !== SIGKILL) return false
  const { group } = task
  const byKernel = from === null && hasSignal(KERNEL_ONLY, signal)
  if (isProtected(k, group) && actionOf(group, signal).handler === SIG_DFL && !byKernel) return true
  return isIgnored(group, signal)
}

/** Which thread of the process shall take it: the leader if it can, else any that does not block it; null: all block it. */
function chooseThread(group: ThreadGroup, signal: number): Task | null {
  if (isWilling(group.leader, signal)) return group.leader
  return group.threads.find(task => isWilling(task, signal)) ?? null
}
const isWilling = ({ state, blocked }: Task, signal: number): boolean =>
  state !== 'Z' && state !== 'X' && !hasSignal(blocked, signal) && (signal === SIGKILL || (state !== 'T' && state !== 't'))

/** `merged`: one of its number waits already. `full`: it cannot wait, and is lost (signal(7), RLIMIT_SIGPENDING). */
function enqueue(k: Kernel, from: Task | null, target: Task, pending: PendingSignals, info: SigInfo): 'queued' | 'merged' | 'full' {
  const { signal, code, fields } = info
  if (k.events.signalSent !== undefined) emit(k, { kind: 'signalSent', from, task: target, signal, code })
  // A timer's place was taken when it was made. What the kernel sends below SIGRTMIN is never more than one each.
  if (fields.kind !== 'timer' && (signal >= SIGRTMIN || code < 0) && queueIsFull(k, target.group)) {
    if (signal >= SIGRTMIN && code !== SI_USER) return 'full'
    markPending(pending, signal)
    return 'queued'
  }
  if (!addPending(pending, info)) return 'merged'
  noteQueued(k, target.group)
  return 'queued'
}

/**
 * To one thread (tkill, faults). False when a queued real-time signal finds RLIMIT_SIGPENDING reached: a system call answers EAGAIN,
 * the kernel's own senders go on without it.
 */
export function sendToTask(k: Kernel, from: Task | null, task: Task, info: SigInfo): boolean {
  const { group } = task
  if (group.exiting !== null || task.state === 'Z' || task.state === 'X') return true
  stopAndContinue(k, group, info.signal)
  if (isDropped(k, from, task, info.signal)) return reportIgnored(k, task, info)
  const outcome = enqueue(k, from, task, task.pending, info)
  if (outcome !== 'queued') return outcome === 'merged'
  if (info.signal === SIGKILL || !hasSignal(task.blocked, info.signal)) nudge(k, task, info.signal)
  watchSignals(k, group)
  return true
}

/** To a process: any thread that does not block it. False as sendToTask. */
export function sendToGroup(k: Kernel, from: Task | null, group: ThreadGroup, info: SigInfo): boolean {
  if (group.exiting !== null || group.leader.state === 'X') return true
  stopAndContinue(k, group, info.signal)
  if (isDropped(k, from, group.leader, info.signal)) return reportIgnored(k, group.leader, info)
  const outcome = enqueue(k, from, group.leader, group.pending, info)
  if (outcome !== 'queued') return outcome === 'merged'
  const thread = chooseThread(group, info.signal)
  if (thread) nudge(k, thread, info.signal)
  for (const other of group.threads) if (other !== thread) recalcSignalPending(other)
  watchSignals(k, group)
  return true
}

/** To a thread or to a process. False as sendToTask. */
export const sendSignal = (k: Kernel, from: Task | null, to: Task | ThreadGroup, info: SigInfo): boolean =>
  'tgid' in to ? sendToGroup(k, from, to, info) : sendToTask(k, from, to, info)

/** To every process of a process group, without asking for permission: the terminal's signals. Answers how many there were. */
export function signalProcessGroup(k: Kernel, pgid: number, info: SigInfo, from: Task | null = null): number {
  const members = [...groupMembers(k.state.ns, pgid)]
  for (const group of members) sendToGroup(k, from, group, info)
  return members.length
}

/** A trap's own signal: it cannot be ignored or blocked, or the instruction would trap for ever; init dies of it too. */
export function forceSignal(k: Kernel, task: Task, info: SigInfo): void {
  const { group } = task
  const { signal } = info
  const action = actionOf(group, signal)
  if (hasSignal(task.blocked, signal) || action.handler === SIG_IGN) {
    group.actions[signal] = { ...action, handler: SIG_DFL }
    task.blocked &= ~sigbit(signal)
  }
  if (k.events.signalSent !== undefined) emit(k, { kind: 'signalSent', from: null, task, signal, code: info.code })
  addPending(task.pending, { ...info, forced: true })
  task.signalPending = true
}

/** Wakes sigtimedwait and signalfd: they wait for signals that are blocked, which wake nobody else. */
function watchSignals(k: Kernel, group: ThreadGroup): void {
  if (group.signalWait) wakeAll(k, group.signalWait)
}
