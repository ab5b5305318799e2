// Where a task stands still for who traces it (ptrace(2), "Stopped states"): before a call, after one, before it takes a signal, at events,
// and when its process stops. It is in state t then, out of the queues, until it is let go on or killed. A task that nobody traces pays a
// comparison with null.
import { REG } from '../../vm/index.ts'
import {
  CLD_STOPPED,
  CLD_TRAPPED,
  PTRACE_EVENT_EXIT,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  PTRACE_EVENTMSG_SYSCALL_ENTRY,
  PTRACE_EVENTMSG_SYSCALL_EXIT,
  PTRACE_O_TRACESYSGOOD,
  SIGKILL,
  SIGTRAP,
  SYSCALL_GOOD,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { makeRunnable } from '../sched/index.ts'
import { hasSignal, joinGroupStop, kernelInfo, killPending, recalcSignalPending, sendToTask, tellTracer } from '../signal/index.ts'
import { addPending } from '../signal/pending.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import { regX, setRegPcBig } from '../task/index.ts'
import { endCall } from '../vfs/index.ts'
import { newCall } from '../waiting.ts'
import type { TraceStop, Tracer } from './types.ts'

export const newTracer = (by: Task | null): Tracer => ({
  by,
  seized: false,
  options: 0,
  privileged: false,
  calls: false,
  signals: true,
  stop: null,
  untold: false,
  listening: false,
  stopPending: false,
  stopSignal: 0,
  trap: false,
  notify: false,
  continued: false,
  ending: false,
  answer: null,
  next: null,
})

/** From now on `task` stops where somebody outside of the machine wants it to. */
export function trace(task: Task, wants: Pick<Tracer, 'calls' | 'signals'>): Tracer {
  task.tracer ??= newTracer(null)
  return Object.assign(task.tracer, wants)
}

/** What it stands at, as its tracer finds it; null: it goes on, or has ended. */
export const tracedStop = ({ state, tracer }: Task): TraceStop | null => (state === 't' ? (tracer?.stop ?? null) : null)

/** It goes on; from the delivery of a signal with `signal`, which may be another one, or with none. False: it did not stand still. */
export function letGo(k: Kernel, task: Task, signal: SigInfo | null = null): boolean {
  const stop = tracedStop(task)
  if (stop === null || task.tracer === null) return false
  const { tracer } = task
  tracer.listening = false
  tracer.untold = false
  if (stop.at === 'delivery') stop.info = signal
  // What comes after the call that it stands in is no longer inside of it.
  const isOver = stop.interrupted === null && (stop.at === 'exit' || (stop.at === 'event' && stop.nr < 0))
  if (isOver) {
    tracer.stop = null
    if (stop.exits && holdAtExit(k, task, tracer, stop.nr, null)) return true
  }
  recalcSignalPending(task)
  task.state = 'R'
  makeRunnable(k, task)
  return true
}

/** It is traced no more, and goes on if it stood still: from the delivery of a signal with `signal`. */
export function untrace(k: Kernel, task: Task, signal: SigInfo | null = tracedStop(task)?.info ?? null): void {
  const { tracer, state, call, pending } = task
  if (tracer === null) return
  const { stop } = tracer
  task.tracer = null
  tracer.by?.tracees?.delete(task)
  if (state === 'Z' || state === 'X') return
  // What it was let go with, or is now, it takes as any other.
  if (stop?.at === 'delivery') {
    const info = state === 't' ? signal : stop.info
    if (info !== null && addPending(pending, info)) pending.queue.unshift(pending.queue.pop() as SigInfo)
  }
  // It was there for the stop alone: the ecall is executed again.
  if (call !== null && call.values === null && stop?.at !== 'exit') endCall(k, task)
  recalcSignalPending(task)
  if (state !== 't') return
  task.state = 'R'
  makeRunnable(k, task)
}

/** It has gone on from where it stood. */
function leaveStop({ tracer }: Task): void {
  if (tracer !== null) tracer.stop = null
}

type Place = Pick<TraceStop, 'at' | 'code'> & Partial<TraceStop>

/** The task, which is running now, stands still; the loop picks another one. Not one that is killed: its end must not wait. */
function hold(k: Kernel, task: Task, tracer: Tracer, place: Place): boolean {
  const ends = place.code >> 8 === PTRACE_EVENT_EXIT
  if (killPending(task) || (task.group.exiting !== null && !ends)) return false
  const info = place.info === undefined ? stopInfo(task, place.code) : place.info
  tracer.stop = { nr: -1, result: 0, interrupted: null, message: 0, exits: false, ...place, info }
  tracer.untold = true
  tracer.listening = tracer.trap = false
  task.state = 't'
  if (place.at === 'trap') {
    tracer.notify = tracer.seized ? false : tracer.notify
    if (tracer.stopPending) {
      tracer.stopPending = false
      joinGroupStop(k, task)
    }
    tellTracer(k, task, CLD_STOPPED, task.group.stopSignal)
  } else tellTracer(k, task, CLD_TRAPPED, place.code & 0x7f)
  return true
}

/** What there is to know of a stop that no signal made (ptrace_do_notify). */
const stopInfo = (task: Task, code: number): SigInfo => ({
  signal: code & 0x7f & ~SYSCALL_GOOD,
  errno: 0,
  code,
  fields: { kind: 'kill', pid: task.pid, uid: task.credentials.uid },
})

/**
 * To be asked before a traced task's call runs, or goes on. 'held': it stands still, or was killed where it did: the call is not run now.
 * 'run': it is, as it is in the registers now; 'filtered': the same, after a filter had it stop. An errno: the call is over, cut short by a signal, and what follows that comes next.
 */
export function beforeCall(k: Kernel, task: Task, tracer: Tracer, nr: number): 'held' | 'run' | 'filtered' | Errno {
  const { stop } = tracer
  if (stop === null) {
    if (task.call !== null && task.group.exiting === null) return 'run'
    if (task.call === null) return tracer.calls && holdAtEntry(k, task, tracer, nr) ? 'held' : 'run'
  } else {
    // From a signal outside of calls it goes on when it takes that.
    if (stop.at === 'delivery' || (stop.at === 'trap' && stop.interrupted !== null)) return stop.interrupted ?? 'run'
    leaveStop(task)
    if (stop.interrupted !== null) return stop.interrupted
  }
  if (killPending(task) || task.group.exiting !== null) {
    endCall(k, task)
    return 'held'
  }
  // It was there for the stop alone, and begins only now.
  if (task.call?.values === null) task.call = null
  return isFiltered(stop) ? 'filtered' : 'run'
}

/** A call begins, or one that was cut short is made again. With `task.call` it comes back to it, and not to its program. */
export function holdAtEntry(k: Kernel, task: Task, tracer: Tracer, nr: number): boolean {
  tracer.answer = tracer.next = null
  const code = SIGTRAP | (tracer.options & PTRACE_O_TRACESYSGOOD ? SYSCALL_GOOD : 0)
  if (!hold(k, task, tracer, { at: 'entry', code, nr, message: PTRACE_EVENTMSG_SYSCALL_ENTRY })) return false
  task.call ??= newCall(nr, k.state.time)
  return true
}

/** A call is over, with its result in a0; or cut short (`interrupted`), which is not in the registers yet. */
export function holdAtExit(k: Kernel, task: Task, tracer: Tracer, nr: number, interrupted: Errno | null): boolean {
  // It stands at the event of its exec.
  if (tracer.stop?.at === 'event' && task.state === 't') {
    tracer.stop.exits = true
    return true
  }
  if (task.trapFrame < 0) return false
  if (tracer.next !== null && interrupted === null) setRegPcBig(k, task, tracer.next)
  tracer.answer = tracer.next = null
  if (!tracer.calls) return false
  const result = interrupted === null ? regX(k, task, REG.a0) : -interrupted.code
  const code = SIGTRAP | (tracer.options & PTRACE_O_TRACESYSGOOD ? SYSCALL_GOOD : 0)
  return hold(k, task, tracer, { at: 'exit', code, nr, result, interrupted, message: PTRACE_EVENTMSG_SYSCALL_EXIT })
}

/** It has taken a signal, and nothing has come of it yet. SIGKILL does not wait for anybody. */
export function holdAtDelivery(k: Kernel, task: Task, tracer: Tracer, info: SigInfo, interrupted: Errno | null): boolean {
  if (!tracer.signals || info.signal === SIGKILL || info.unseen) return false
  tracer.continued = false
  return hold(k, task, tracer, { at: 'delivery', code: info.signal, nr: task.call?.nr ?? -1, info, interrupted })
}

/** What it was let go with after such a stop; null: nothing, or it waits until it is let through. */
export function releasedSignal(task: Task, { stop }: Tracer): SigInfo | null {
  if (stop?.at !== 'delivery') return null
  leaveStop(task)
  recalcSignalPending(task)
  const { info } = stop
  if (info === null || killPending(task)) return null
  if (!hasSignal(task.blocked, info.signal)) return info
  addPending(task.pending, info)
  recalcSignalPending(task)
  return null
}

/** Has it to stop because its process does, or its tracer wants it to? It does, unless it has just been let go from such a stop. */
export function holdAtTrap(k: Kernel, task: Task, tracer: Tracer, interrupted: Errno | null): boolean {
  if (tracer.stop?.at === 'delivery') return false
  leaveStop(task)
  recalcSignalPending(task)
  if (!tracer.stopPending && !tracer.trap && !tracer.notify) return false
  const stops = task.group.stopSignal !== 0
  if (!tracer.seized) {
    tracer.notify = false
    return hold(k, task, tracer, { at: 'trap', code: tracer.stopSignal, info: null, interrupted })
  }
  const signal = stops ? tracer.stopSignal || task.group.stopSignal : SIGTRAP
  return hold(k, task, tracer, { at: 'trap', code: signal | (PTRACE_EVENT_STOP << 8), interrupted })
}

/** Who stood still because its process stopped stands still for its tracer from now on. */
export function trapStopped(k: Kernel, task: Task, tracer: Tracer): void {
  tracer.stopSignal = task.group.stopSignal
  const { stopSignal, seized } = tracer
  if (seized) hold(k, task, tracer, { at: 'trap', code: stopSignal | (PTRACE_EVENT_STOP << 8) })
  else hold(k, task, tracer, { at: 'trap', code: stopSignal, info: null })
}

/** Something happened that its tracer may want to know (PTRACE_EVENT_*): inside of the call `nr`, or (-1) outside of calls. */
export function holdAtEvent(k: Kernel, task: Task, event: number, message: number, nr = -1): boolean {
  const { tracer } = task
  if (tracer === null || !(tracer.options & (1 << event))) return false
  return hold(k, task, tracer, { at: 'event', code: SIGTRAP | (event << 8), message, nr })
}

/** Its end, of which its tracer is told before. True: it stands still first. */
export function holdAtEnd(k: Kernel, task: Task, status: number, nr = -1): boolean {
  const { tracer } = task
  if (tracer === null || tracer.ending || task.onHart < 0) return false
  tracer.ending = true
  const held = holdAtEvent(k, task, PTRACE_EVENT_EXIT, status, nr)
  if (held) task.signalPending = true
  return held
}

/** Will it stop before it ends? */
export const stopsAtEnd = ({ tracer, state }: Task): boolean =>
  tracer !== null && state !== 'Z' && !tracer.ending && (tracer.options & (1 << PTRACE_EVENT_EXIT)) !== 0

/** The code that its tracer has it go on with after a call's stop is sent to it. */
export function sendAfterStop(k: Kernel, task: Task, signal: number): void {
  if (signal !== 0) sendToTask(k, null, task, kernelInfo(signal))
}

/** Is it inside of a call there, so that Linux's pc is behind its ecall and a0 not the argument? */
export const isInCall = (stop: TraceStop): boolean =>
  stop.at === 'entry' || (stop.at === 'event' && stop.nr >= 0) || (stop.at === 'exit' && stop.interrupted !== null)

/** Did a filter's answer stop it (SECCOMP_RET_TRACE)? */
export const isFiltered = (stop: TraceStop | null): boolean => stop !== null && stop.code >> 8 === PTRACE_EVENT_SECCOMP
