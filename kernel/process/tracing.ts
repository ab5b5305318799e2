// Where a task stands still for who traces it: before a call, after one, and before it takes a signal (ptrace(2), "Stopped states"). It is
// in state t then, out of the queues, until it is let go on or killed. A task that nobody traces pays a comparison with null.
import { REG } from '../../vm/index.ts'
import { SIGKILL, type Errno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { makeRunnable } from '../sched/index.ts'
import { hasSignal, killPending, recalcSignalPending } from '../signal/index.ts'
import { addPending } from '../signal/pending.ts'
import type { SigInfo } from '../signal/types.ts'
import type { Task } from '../state.ts'
import { regX } from '../task/index.ts'
import { endCall } from '../vfs/index.ts'
import { newCall } from '../waiting.ts'
import type { TraceStop, Tracer } from './types.ts'

/** From now on `task` stops where its tracer wants it to. */
export function trace(task: Task, wants: Pick<Tracer, 'calls' | 'signals'>): Tracer {
  if (task.tracer === null) task.tracer = { ...wants, stop: null }
  else Object.assign(task.tracer, wants)
  return task.tracer
}

/** What it stands at, as its tracer finds it; null: it goes on, or has ended. */
export const tracedStop = ({ state, tracer }: Task): TraceStop | null => (state === 't' ? (tracer?.stop ?? null) : null)

/** It goes on; from the delivery of a signal with `signal`, which may be another one, or with none. False: it did not stand still. */
export function letGo(k: Kernel, task: Task, signal: SigInfo | null = null): boolean {
  const stop = tracedStop(task)
  if (stop === null) return false
  if (stop.at === 'delivery') stop.info = signal
  if (stop.at === 'exit' && stop.interrupted === null) leaveStop(task)
  recalcSignalPending(task)
  task.state = 'R'
  makeRunnable(k, task)
  return true
}

/** It is traced no more, and goes on if it stood still: with the signal that it was about to take, unless the tracer changed that. */
export function untrace(k: Kernel, task: Task): void {
  const { tracer } = task
  if (tracer === null) return
  tracer.calls = tracer.signals = false
  letGo(k, task, tracer.stop?.info)
  // What it was let go from it may still have to come back to.
  if (tracer.stop === null) task.tracer = null
}

/** It has gone on from where it stood; from a tracer that wants nothing more it is free. */
function leaveStop(task: Task): void {
  const { tracer } = task
  if (tracer === null) return
  tracer.stop = null
  if (!tracer.calls && !tracer.signals) task.tracer = null
}

/** The task, which is running now, stands still; the loop picks another one. Not one that is killed: its end must not wait. */
function hold(task: Task, tracer: Tracer, stop: TraceStop): boolean {
  if (killPending(task) || task.group.exiting !== null) return false
  tracer.stop = stop
  task.state = 't'
  return true
}

/**
 * To be asked before a traced task's call runs, or goes on. 'held': it stands still, or was killed where it did: the call is not run now.
 * 'run': it is, as it is in the registers now. An errno: the call is over, cut short by a signal, and what follows that comes next.
 */
export function beforeCall(k: Kernel, task: Task, tracer: Tracer, nr: number): 'held' | 'run' | Errno {
  const { stop } = tracer
  if (stop === null) return task.call === null && tracer.calls && holdAtEntry(k, task, tracer, nr) ? 'held' : 'run'
  // From a signal outside of calls it goes on when it takes that.
  if (stop.at === 'delivery') return stop.interrupted ?? 'run'
  leaveStop(task)
  if (stop.interrupted !== null) return stop.interrupted
  if (killPending(task)) {
    endCall(k, task)
    return 'held'
  }
  // It was there for the stop alone, and begins only now.
  if (task.call?.values === null) task.call = null
  return 'run'
}

/** A call begins, or one that was cut short is made again. With `task.call` it comes back to it, and not to its program. */
export function holdAtEntry(k: Kernel, task: Task, tracer: Tracer, nr: number): boolean {
  if (!hold(task, tracer, { at: 'entry', nr, result: 0, info: null, interrupted: null })) return false
  task.call ??= newCall(nr, k.state.time)
  return true
}

/** A call is over, with its result in a0; or cut short (`interrupted`), which is not in the registers yet. */
export function holdAtExit(k: Kernel, task: Task, tracer: Tracer, nr: number, interrupted: Errno | null): boolean {
  if (!tracer.calls || task.onHart < 0) return false
  const result = interrupted === null ? regX(k, task, REG.a0) : -interrupted.code
  return hold(task, tracer, { at: 'exit', nr, result, info: null, interrupted })
}

/** It has taken a signal, and nothing has come of it yet. SIGKILL does not wait for anybody. */
export function holdAtDelivery(task: Task, tracer: Tracer, info: SigInfo, interrupted: Errno | null): boolean {
  const nr = task.call?.nr ?? -1
  return tracer.signals && info.signal !== SIGKILL && hold(task, tracer, { at: 'delivery', nr, result: 0, info, interrupted })
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
  return null
}
