// Going forwards: continuing to the next stop, and steps of one task, of the machine and of the kernel. Every run is cut by a budget, so that
// a face stays responsive; cutting makes no difference to what happens.
import {
  regBig,
  regPc,
  runKernel,
  subscribe,
  type EventKind,
  type KernelEvent,
  type RunOptions,
  type RunResult,
  type SigInfo,
  type SignalEffect,
} from '../../kernel/index.ts'
import { passHere } from '../../vm/index.ts'
import { hex } from '../hex.ts'
import { advance, nowOf } from '../timeline/index.ts'
import { CATCH_ROWS, catches, sessionEvent, taskOfEvent } from './catch.ts'
import { applies, arm, countHit, enabledPoints } from './points.ts'
import { readMemory, taskById } from './state.ts'
import type { Instant, Scope, Session, SessionEvent, Stop, Task, Watchpoint } from './types.ts'

/** Instructions of one request when it says nothing. */
const BUDGET = 20_000_000
const SP = 2

export interface RunRequest {
  /** Instructions after which the answer is `interrupted`. */
  budget?: number
  /** Pieces of long calls after which it is. */
  pieces?: number
  /** Only stops of this process count. */
  scope?: Scope
}

/** What a run is about besides the session's points. */
interface Goal {
  budget: number
  /** Pieces of long calls after which it is interrupted. Missing: it goes on. */
  pieces?: number
  /** Not before the kernel did so many things in all. */
  untilStep?: number
  scope: Scope
  /** A task is about to run, or a call of its ended: look at once. */
  watching?: number
  /** Asked at every pause and end of a piece: is it reached? */
  reached?(): Stop | null
}

/** What an event was found to be, while a run goes on. */
interface Pending {
  stop: Stop | null
}

const advanceBy = (s: Session, options: RunOptions): RunResult =>
  s.timeline === null ? runKernel(s.k, options) : advance(s.timeline, options)

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

const concerns = (event: KernelEvent, id: number): boolean =>
  event.kind === 'switch' ? event.to?.pid === id || event.from?.pid === id : taskOfEvent(event)?.pid === id

function stopFor(s: Session, goal: Goal, event: KernelEvent, task: Task | null): Stop | null {
  // Told already, from before it happened.
  if (event.kind === 'signalDelivered' && event.action !== 'handler' && isHeld(s, event.task, event.signal)) return null
  const subject = task ?? taskById(s, s.focus)
  const points = enabledPoints(s).filter(
    point => point.kind === 'catchpoint' && catches(point, event) && (subject === null || applies(s, point, subject)) && countHit(point),
  )
  if (points.length > 0) {
    return { kind: 'catchpoint', points: points.map(p => p.id), task: task?.pid ?? 0, event: sessionEvent(s.k, event, nowOf(s.k)) }
  }
  if (task === null || (goal.scope !== null && task.group.tgid !== goal.scope)) return null
  // One that a call let through which was interrupted at once, or that came together with another: at the start of its handler.
  if (event.kind === 'signalDelivered' && event.action === 'handler' && s.signalStops.has(event.signal) && !isHeld(s, task, event.signal))
    return { kind: 'signal', task: task.pid, signal: event.signal, info: event.info, action: event.action }
  const last = event.kind === 'exit' && task.group.threads.length <= 1
  return last && goal.scope !== null ? { kind: 'exited', task: task.pid, status: event.status } : null
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
  if (points.length > 0) pending.stop = { kind: 'catchpoint', points, task: task.pid, event: sessionEvent(s.k, event, nowOf(s.k)) }
  else if (s.signalStops.has(signal) && (goal.scope === null || task.group.tgid === goal.scope))
    pending.stop = { kind: 'signal', task: task.pid, signal, info, action }
  if (pending.stop === null && caught.length === 0) return false
  s.held = { task: task.pid, signal, at: nowOf(s.k) }
  return pending.stop !== null
}

/** Was it told at this instant that the task stands before that signal? */
const isHeld = ({ held, k }: Session, task: Task, signal: number): boolean =>
  held !== null && held.task === task.pid && held.signal === signal && sameInstant(held.at, nowOf(k))

const sameInstant = (a: Instant, b: Instant): boolean => a.executed === b.executed && a.steps === b.steps

/** Points and focus go with the child, when that is who is followed. */
function followFork(s: Session, parent: Task, child: Task): void {
  if (s.follow !== 'child' || s.focus !== parent.pid) return
  s.focus = child.pid
  for (const point of s.points.values()) if (point.scope === parent.group.tgid) point.scope = child.group.tgid
}

/** The task on the hart that ran last. */
const stoppedTask = (s: Session): Task | null => s.k.state.harts[Math.max(s.k.machine.lastHart, 0)].current

/** Why a hart came to a stop of the debugger's: a stop, or null when none of the points counts. */
function debugStop(s: Session, before: ReadonlyMap<number, Uint8Array>): Stop | null {
  const { debug } = s.k.machine
  const task = stoppedTask(s)
  if (debug === null || task === null) return null
  if (debug.hit === null) {
    const address = regPc(s.k, task)
    const points = enabledPoints(s).filter(p => p.kind === 'breakpoint' && p.address === address && applies(s, p, task) && countHit(p))
    if (points.length === 0) return null
    for (const point of points) if (point.temporary) s.points.delete(point.id)
    if (points.some(point => point.temporary)) arm(s)
    return { kind: 'breakpoint', points: points.map(p => p.id), task: task.pid, address }
  }
  const { kind, va, access } = debug.hit
  if (kind === 'tlbMiss') {
    const points = enabledPoints(s).filter(p => p.kind === 'catchpoint' && p.what === 'tlbMiss' && applies(s, p, task) && countHit(p))
    const text = `${task.pid} ${task.comm}: TLB miss at ${hex(va)} (${access})`
    const event: SessionEvent = { kind: 'tlbMiss', task: task.pid, instant: nowOf(s.k), text }
    return points.length === 0 ? null : { kind: 'catchpoint', points: points.map(p => p.id), task: task.pid, event }
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
    return { kind: 'watchpoint', points: [point.id], task: task.pid, address: va, access, before: old, after: now }
  }
  return null
}

/** What a watchpoint's bytes are now, seen by a task. */
function watched(s: Session, point: Watchpoint, task: Task | null): Uint8Array {
  if (point.physical) {
    const at = point.start - 0x8000_0000
    return s.k.machine.ram.slice(at, at + point.bytes)
  }
  return task === null ? new Uint8Array(0) : readMemory(s, task, point.start, point.bytes).slice()
}

function watchedNow(s: Session): Map<number, Uint8Array> {
  const values = new Map<number, Uint8Array>()
  for (const point of enabledPoints(s)) {
    if (point.kind !== 'watchpoint') continue
    const owner = point.scope === null ? taskById(s, s.focus) : (s.k.state.groups.get(point.scope)?.leader ?? null)
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
      const stop = pending.stop ?? (result.kind === 'paused' ? debugStop(s, before) : null)
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
function settle(s: Session, stop: Stop): Stop {
  if ('task' in stop && stop.task !== 0 && taskById(s, stop.task) !== null) s.focus = stop.task
  // Only one hart can be passed over: the one that stopped.
  const { machine } = s.k
  passHere(machine, machine.harts[Math.max(machine.lastHart, 0)])
  return stop
}

/** A mebibyte each: whoever waits is heard between two goes. */
const PIECES = 8

const goalOf = ({ budget, pieces, scope }: RunRequest): Goal => ({
  budget: budget ?? BUDGET,
  pieces: pieces ?? PIECES,
  scope: scope ?? null,
})

/** Continues to the next stop. */
export const resume = (s: Session, request: RunRequest = {}): Stop => {
  arm(s)
  return runToStop(s, goalOf(request))
}

/** Ends the run that goes on (from a callback) soon, with the machine at some instant between two instructions. */
export function interrupt(s: Session): void {
  s.interrupted = true
  s.k.pause = true
}

/** One instruction of whichever hart is next. */
export const stepMachine = (s: Session): Stop => {
  const { executed } = s.k.state
  return runToStop(s, {
    budget: 1,
    pieces: PIECES,
    scope: null,
    reached: () => (s.k.state.executed > executed ? { kind: 'step', task: stoppedTask(s)?.pid ?? 0 } : null),
  })
}

/** Up to the next thing that the kernel does, and including it. */
export function stepKernel(s: Session, budget = BUDGET): Stop {
  const { k } = s
  const wanted = k.state.steps + 1
  const end = k.state.executed + budget
  while (k.state.steps < wanted && k.state.executed < end && (k.enough === null || !k.enough())) {
    // Out of instructions at each, it does what is left to do there; a piece of a long call is a step too.
    const result = advanceBy(s, { maxInstructions: 1, maxPieces: 1, untilStep: wanted })
    if (result.kind === 'halted') return { kind: 'halted', status: result.status }
    if (result.kind === 'idle') return { kind: 'idle', until: result.until }
  }
  return k.state.steps >= wanted ? settle(s, { kind: 'step', task: stoppedTask(s)?.pid ?? 0 }) : { kind: 'interrupted' }
}

/** A task is about to execute an instruction of its program: not asleep, not in a call. */
const isReady = (task: Task): boolean => task.onHart >= 0 && task.state === 'R' && task.call === null && !task.signalPending

/**
 * One instruction of a task, whatever others do meanwhile. A system call is one instruction: it is done when the call returns to the
 * program, and of a task that waits in one this is the rest of it. So whoever is answered `interrupted`, with a long call not done yet, asks
 * again. A task that ends meanwhile is `exited`.
 */
export function stepInstruction(s: Session, id: number, request: RunRequest = {}): Stop {
  const task = taskById(s, id)
  if (task === null) return { kind: 'exited', task: id, status: 0 }
  const wanted = task.sched.instructions + (task.call === null ? 1 : 0)
  const end = s.k.state.executed + (request.budget ?? BUDGET)
  const lastPiece = s.k.state.pieces + (request.pieces ?? PIECES)
  const done = (): Stop | null => {
    if (task.state === 'Z' || task.state === 'X') return { kind: 'exited', task: id, status: task.exitStatus }
    return task.sched.instructions >= wanted && task.call === null ? { kind: 'step', task: id } : null
  }
  for (;;) {
    const left = end - s.k.state.executed
    if (left <= 0 || s.k.state.pieces >= lastPiece) return { kind: 'interrupted' }
    // Alone on its hart its next instruction is the machine's; else somebody else's turn passes in one go.
    const budget = isReady(task) && s.k.state.harts.length === 1 ? 1 : task.onHart >= 0 ? 1 : left
    const pieces = lastPiece - s.k.state.pieces
    const stop = runToStop(s, { budget, pieces, scope: request.scope ?? null, watching: id, reached: done })
    if (stop.kind !== 'interrupted' || s.interrupted || s.k.enough?.() === true) return stop
  }
}

/** Until an address is reached: by a task, and with its stack no deeper than `stackAbove` (a function that was called is done). */
export function runTo(s: Session, to: { address: number; task?: number; stackAbove?: number }, request: RunRequest = {}): Stop {
  const { address, task: id, stackAbove } = to
  const task = id === undefined ? null : taskById(s, id)
  const point = {
    kind: 'breakpoint' as const,
    id: -1,
    enabled: true,
    temporary: false,
    scope: task?.group.tgid ?? null,
    condition: null,
    ignore: 0,
    hits: 0,
    address,
    spec: `*0x${address.toString(16)}`,
  }
  s.points.set(point.id, point)
  arm(s)
  try {
    const end = s.k.state.executed + (request.budget ?? BUDGET)
    for (;;) {
      const pieces = request.pieces ?? PIECES
      const stop = runToStop(s, { budget: Math.max(0, end - s.k.state.executed), pieces, scope: request.scope ?? null })
      if (stop.kind !== 'breakpoint' || stop.points.some(n => n !== point.id)) return stop
      const at = taskById(s, stop.task)
      const mine = id === undefined || stop.task === id
      if (at !== null && mine && (stackAbove === undefined || regBig(s.k, at, SP) > BigInt(stackAbove)))
        return { kind: 'step', task: at.pid }
    }
  } finally {
    s.points.delete(point.id)
    arm(s)
  }
}

const RA = 1
const LINK_JUMPS = { jal: 0x6f, jalr: 0x67 } as const

/** Length of the call instruction that a task is before, 0 for any other: jal and jalr that keep the way back in ra. */
export function callLength(s: Session, task: Task): number {
  const bytes = readMemory(s, task, regPc(s.k, task), 4)
  if (bytes.length < 2) return 0
  const half = bytes[0] | (bytes[1] << 8)
  if ((half & 3) !== 3) return (half & 0xf07f) === 0x9002 && (half & 0x0f80) !== 0 ? 2 : 0
  if (bytes.length < 4) return 0
  const opcode = half & 0x7f
  const rd = (half >> 7) & 31
  return rd === RA && (opcode === LINK_JUMPS.jal || opcode === LINK_JUMPS.jalr) ? 4 : 0
}

/** As stepInstruction, but a call is run until it returns. */
export function stepOver(s: Session, id: number, request: RunRequest = {}): Stop {
  const task = taskById(s, id)
  const length = task === null ? 0 : callLength(s, task)
  if (task === null || length === 0) return stepInstruction(s, id, request)
  const sp = Number(regBig(s.k, task, SP))
  return runTo(s, { address: regPc(s.k, task) + length, task: id, stackAbove: sp - 1 }, request)
}

export const now = (s: Session): Instant => nowOf(s.k)
