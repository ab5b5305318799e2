// Running to the next stop: what points, events and signals mean for a run, of the present or of the past. Every run is cut by a budget, so
// that a face stays responsive; cutting makes no difference to what happens.
import {
  regPc,
  runKernel,
  subscribe,
  type EventKind,
  type KernelEvent,
  type RunOptions,
  type RunResult,
  type SigInfo,
  type SignalEffect,
  type TaskId,
} from '../../kernel/index.ts'
import { passHere, RAM_BASE } from '../../vm/index.ts'
import { hex } from '../hex.ts'
import type { Place } from '../target/index.ts'
import { advance, nowOf, sameInstant } from '../timeline/index.ts'
import { CATCH_ROWS, catches, sessionEvent, taskOfEvent } from './catch.ts'
import { applies, arm, countHit, enabledPoints } from './points.ts'
import { NOBODY, processOf, readMemory, refTo, taskById } from './state.ts'
import type { Instant, Scope, Session, SessionEvent, Stop, Task, Watchpoint } from './types.ts'

/** What a run is about besides the session's points. */
export interface Goal {
  budget: number
  /** Pieces of long calls after which it is interrupted. Missing: it goes on. */
  pieces?: number
  /** Not before the kernel did so many things in all. */
  untilStep?: number
  scope: Scope
  /** A task is about to run, or a call of its ended: look at once. */
  watching?: TaskId
  place?: Place<Task>
  /** Asked at every pause and end of a piece: is it reached? */
  reached?(): Stop | null
}

/** What an event was found to be, while a run goes on. */
interface Pending {
  stop: Stop | null
}

export const advanceBy = (s: Session, options: RunOptions): RunResult =>
  s.timeline === null ? runKernel(s.k, options) : advance(s.timeline, options, s.k)

/** Events that this run must hear of. */
function kindsFor(s: Session, goal: Goal): EventKind[] {
  const kinds = new Set<EventKind>()
  for (const point of enabledPoints(s)) if (point.kind === 'catchpoint' && point.what !== 'tlbMiss') kinds.add(CATCH_ROWS[point.what].event)
  if (s.signalStops.size > 0) kinds.add('signalDelivered')
  if (goal.watching !== undefined) for (const kind of ['switch', 'syscallExit', 'exit', 'exec'] as const) kinds.add(kind)
  kinds.add('exit')
  kinds.add('fork')
  return [...kinds]
}

/** What an event means for the run: a stop, a pause to look, or nothing. */
function hear(s: Session, goal: Goal, pending: Pending, event: KernelEvent): void {
  const task = taskOfEvent(event)
  if (goal.watching !== undefined && concerns(event, goal.watching)) s.k.pause = true
  if (event.kind === 'fork') followFork(s, event.task, event.child)
  if (pending.stop !== null) return
  const stop = stopFor(s, goal, event, task)
  if (stop === null) return
  pending.stop = stop
  s.k.pause = true
}

const concerns = (event: KernelEvent, id: TaskId): boolean =>
  event.kind === 'switch' ? event.to?.id === id || event.from?.id === id : taskOfEvent(event)?.id === id

function stopFor(s: Session, goal: Goal, event: KernelEvent, task: Task | null): Stop | null {
  // Told already, from before it happened.
  if (event.kind === 'signalDelivered' && event.action !== 'handler' && isHeld(s, event.task, event.signal)) return null
  const subject = task ?? taskById(s, s.focus)
  const points = enabledPoints(s).filter(
    point => point.kind === 'catchpoint' && catches(point, event) && (subject === null || applies(s, point, subject)) && countHit(point),
  )
  if (points.length > 0) {
    return { kind: 'catchpoint', points: points.map(p => p.id), task: refTo(task ?? NOBODY), event: sessionEvent(s.k, event, nowOf(s.k)) }
  }
  if (task === null || (goal.scope !== null && task.group.id !== goal.scope.id)) return null
  // One that a call let through which was interrupted at once, or that came together with another: at the start of its handler.
  if (event.kind === 'signalDelivered' && event.action === 'handler' && s.signalStops.has(event.signal) && !isHeld(s, task, event.signal))
    return { kind: 'signal', task: refTo(task), signal: event.signal, info: event.info, action: event.action }
  const last = event.kind === 'exit' && task.group.threads.length <= 1
  return last && goal.scope !== null ? { kind: 'exited', task: refTo(task), status: event.status } : null
}

/**
 * Is a task to be looked at before it takes a signal? Not a second time at one instant: whoever goes on from there gives it. Catchpoints of
 * signals come first; they are hit before what ends or stops the task, and at the start of its handler where it has one.
 */
function holdSignal(s: Session, goal: Goal, pending: Pending, task: Task, info: SigInfo, action: SignalEffect): boolean {
  const { signal } = info
  if (pending.stop !== null || isHeld(s, task, signal)) return false
  const event: KernelEvent = { kind: 'signalDelivered', task, signal, action, info }
  const caught = enabledPoints(s).filter(point => point.kind === 'catchpoint' && catches(point, event) && applies(s, point, task))
  if (caught.length > 0 && action === 'handler') return false
  const points = caught.filter(point => countHit(point)).map(point => point.id)
  if (points.length > 0) pending.stop = { kind: 'catchpoint', points, task: refTo(task), event: sessionEvent(s.k, event, nowOf(s.k)) }
  else if (s.signalStops.has(signal) && (goal.scope === null || task.group.id === goal.scope.id))
    pending.stop = { kind: 'signal', task: refTo(task), signal, info, action }
  if (pending.stop === null && caught.length === 0) return false
  s.held = { task: task.id, signal, at: nowOf(s.k) }
  return pending.stop !== null
}

/** Was it told at this instant that the task stands before that signal? */
const isHeld = ({ held, k }: Session, task: Task, signal: number): boolean =>
  held !== null && held.task === task.id && held.signal === signal && sameInstant(held.at, nowOf(k))

/** Points and focus go with the child, when that is who is followed. */
function followFork(s: Session, parent: Task, child: Task): void {
  if (s.follow !== 'child' || s.focus.id !== parent.id) return
  s.focus = refTo(child)
  for (const point of s.points.values()) if (point.scope?.id === parent.group.id) point.scope = processOf(child)
}

/** The task on the hart that ran last. */
export const stoppedTask = (s: Session): Task | null => s.k.state.harts[Math.max(s.k.machine.lastHart, 0)].current

/** Why a hart came to a stop of the debugger's: a stop, or null when none of the points counts. */
function debugStop(s: Session, goal: Goal, before: ReadonlyMap<number, Uint8Array>): Stop | null {
  const { debug } = s.k.machine
  const task = stoppedTask(s)
  if (debug === null || task === null) return null
  if (debug.hit === null) {
    const address = regPc(s.k, task)
    const points = enabledPoints(s).filter(p => p.kind === 'breakpoint' && p.address === address && applies(s, p, task) && countHit(p))
    if (points.length === 0)
      return goal.place?.addresses.includes(address) && goal.place.counts(task) ? { kind: 'step', task: refTo(task) } : null
    for (const point of points) if (point.temporary) s.points.delete(point.id)
    if (points.some(point => point.temporary)) arm(s, goal.place?.addresses)
    return { kind: 'breakpoint', points: points.map(p => p.id), task: refTo(task), address }
  }
  const { kind, va, access } = debug.hit
  if (kind === 'tlbMiss') {
    const points = enabledPoints(s).filter(p => p.kind === 'catchpoint' && p.what === 'tlbMiss' && applies(s, p, task) && countHit(p))
    const text = `${task.pid} ${task.comm}: TLB miss at ${hex(va)} (${access})`
    const event: SessionEvent = { kind: 'tlbMiss', task: refTo(task), instant: nowOf(s.k), text }
    return points.length === 0 ? null : { kind: 'catchpoint', points: points.map(p => p.id), task: refTo(task), event }
  }
  return access === 'fetch' ? null : watchStop(s, task, va, debug.hit.bytes, access, before)
}

function watchStop(
  s: Session,
  task: Task,
  va: number,
  bytes: number,
  access: 'read' | 'write',
  before: ReadonlyMap<number, Uint8Array>,
): Stop | null {
  for (const point of enabledPoints(s)) {
    if (point.kind !== 'watchpoint' || (access === 'read' ? point.access === 'write' : point.access === 'read')) continue
    if (!point.physical && (va >= point.start + point.bytes || va + bytes <= point.start)) continue
    const old = before.get(point.id) ?? new Uint8Array(0)
    const now = watched(s, point, task)
    if (point.onChange && access === 'write' && old.length === now.length && old.every((byte, i) => byte === now[i])) continue
    if (!applies(s, point, task) || !countHit(point)) continue
    return { kind: 'watchpoint', points: [point.id], task: refTo(task), address: va, access, before: old, after: now }
  }
  return null
}

/** What a watchpoint's bytes are now, seen by a task. */
function watched(s: Session, point: Watchpoint, task: Task | null): Uint8Array {
  if (point.physical) {
    const at = point.start - RAM_BASE
    return s.k.machine.ram.slice(at, at + point.bytes)
  }
  return task === null ? new Uint8Array(0) : readMemory(s, task, point.start, point.bytes).slice()
}

function watchedNow(s: Session): Map<number, Uint8Array> {
  const values = new Map<number, Uint8Array>()
  for (const point of enabledPoints(s)) {
    if (point.kind !== 'watchpoint') continue
    const owner = point.scope === null ? taskById(s, s.focus) : (s.k.state.groups.get(point.scope.id)?.leader ?? null)
    values.set(point.id, watched(s, point, owner))
  }
  return values
}

/** Runs until something stops it, the goal is reached, or the budget is spent. */
export function runToStop(s: Session, goal: Goal): Stop {
  const { k } = s
  const pending: Pending = { stop: null }
  const quiet = subscribe(k, kindsFor(s, goal), event => hear(s, goal, pending, event))
  const end = k.state.executed + goal.budget
  const lastPiece = k.state.pieces + (goal.pieces ?? Infinity)
  s.interrupted = false
  if (s.held !== null && !sameInstant(s.held.at, nowOf(k))) s.held = null
  if (s.signalStops.size > 0 || enabledPoints(s).some(point => point.kind === 'catchpoint' && point.what === 'signal'))
    k.holdSignal = (task, info, action) => holdSignal(s, goal, pending, task, info, action)
  try {
    for (;;) {
      const before = watchedNow(s)
      const result = advanceBy(s, {
        maxInstructions: Math.max(0, end - k.state.executed),
        maxPieces: lastPiece - k.state.pieces,
        untilStep: goal.untilStep,
      })
      const stop = pending.stop ?? (result.kind === 'paused' ? debugStop(s, goal, before) : null)
      pending.stop = null
      if (stop !== null) return settle(s, stop)
      const reached = goal.reached?.() ?? null
      if (reached !== null) return settle(s, reached)
      if (result.kind === 'halted') return { kind: 'halted', status: result.status }
      if (result.kind === 'idle') return { kind: 'idle', until: result.until }
      const isSpent = k.state.executed >= end || k.state.pieces >= lastPiece
      if (s.interrupted || isSpent || k.enough?.() === true) return { kind: 'interrupted' }
    }
  } finally {
    k.holdSignal = null
    quiet()
  }
}

/** The focus follows a stop, and going on from it does not stop at the same place. */
export function settle(s: Session, stop: Stop): Stop {
  if ('task' in stop && taskById(s, stop.task) !== null) s.focus = stop.task
  // Only one hart can be passed over: the one that stopped.
  const { machine } = s.k
  passHere(machine, machine.harts[Math.max(machine.lastHart, 0)])
  return stop
}

/** Ends the run that goes on (from a callback) soon, with the machine at some instant between two instructions. */
export function interrupt(s: Session): void {
  s.interrupted = true
  s.k.pause = true
}

export const now = (s: Session): Instant => nowOf(s.k)
