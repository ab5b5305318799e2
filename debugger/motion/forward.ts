// Going forwards without a look at sources: to the next stop, by instructions of a task, a hart, the machine and the kernel, to addresses. Each
// piece is asked again as long as it says `interrupted`.
import { REG } from '../../vm/index.ts'
import { regBig, regPc } from '../../kernel/index.ts'
import {
  advanceBy,
  applies,
  arm,
  countHit,
  enabledPoints,
  NOBODY,
  refTo,
  runToStop,
  settle,
  stoppedTask,
  taskById,
} from '../session/index.ts'
import type { Scope, Session, Stop, Task, TaskRef } from '../session/index.ts'
import { overBy, placeOf, type Way } from '../target/index.ts'
import { standingOf } from './code.ts'
import { isCut, moving, stepping } from './pieces.ts'
import { INTERRUPTED, type Range, type Turn, type Work } from './types.ts'

/** Instructions of one request when it says nothing. */
const BUDGET = 20_000_000
/** A mebibyte each: whoever waits is heard between two goes. */
const PIECES = 8

export interface RunRequest {
  /** Instructions after which the answer is `interrupted`. */
  budget?: number
  /** Pieces of long calls after which it is. */
  pieces?: number
  /** Only stops of this process count. */
  scope?: Scope
}

/** Continues to the next stop. */
export function resume(s: Session, { budget = BUDGET, pieces = PIECES, scope = null }: RunRequest = {}): Stop {
  arm(s)
  return runToStop(s, { budget, pieces, scope })
}

/** One instruction of whichever hart is next. */
export function stepMachine(s: Session): Stop {
  const { executed } = s.k.state
  return runToStop(s, {
    budget: 1,
    pieces: PIECES,
    scope: null,
    reached: () => (s.k.state.executed > executed ? { kind: 'step', task: refTo(stoppedTask(s) ?? NOBODY) } : null),
  })
}

/** One instruction of a hart. One that has nothing to do executes nothing: then anybody's instruction will do. */
export function stepHart(s: Session, hart: number, budget: number): Stop {
  const { k } = s
  for (let n = 0; n < budget; n++) {
    const stop = stepMachine(s)
    if (stop.kind !== 'step' || k.machine.lastHart === hart || (k.state.harts[hart] ?? k.state.harts[0]).current === null) return stop
    if (k.enough?.() === true) break
  }
  return INTERRUPTED
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
  return k.state.steps >= wanted ? settle(s, { kind: 'step', task: refTo(stoppedTask(s) ?? NOBODY) }) : INTERRUPTED
}

/** A task is about to execute an instruction of its program: not asleep, not in a call. */
const isReady = (task: Task): boolean => task.onHart >= 0 && task.state === 'R' && task.call === null && !task.signalPending

/**
 * One instruction of a task, whatever others do meanwhile. A system call is one instruction: it is done when the call returns to the
 * program, and of a task that waits in one this is the rest of it. So whoever is answered `interrupted`, with a long call not done yet, asks
 * again. A task that ends meanwhile is `exited`.
 */
export function stepInstruction(s: Session, stepping: TaskRef, request: RunRequest = {}): Stop {
  const who = refTo(stepping)
  const task = taskById(s, who)
  if (task === null) return { kind: 'exited', task: who, status: 0 }
  const wanted = task.sched.instructions + (task.call === null ? 1 : 0)
  const end = s.k.state.executed + (request.budget ?? BUDGET)
  const lastPiece = s.k.state.pieces + (request.pieces ?? PIECES)
  const done = (): Stop | null => {
    if (task.state === 'Z' || task.state === 'X') return { kind: 'exited', task: who, status: task.exitStatus }
    return task.sched.instructions >= wanted && task.call === null ? { kind: 'step', task: who } : null
  }
  for (;;) {
    const left = end - s.k.state.executed
    if (left <= 0 || s.k.state.pieces >= lastPiece) return INTERRUPTED
    // Alone on its hart its next instruction is the machine's; else somebody else's turn passes in one go.
    const budget = isReady(task) && s.k.state.harts.length === 1 ? 1 : task.onHart >= 0 ? 1 : left
    const pieces = lastPiece - s.k.state.pieces
    const stop = runToStop(s, { budget, pieces, scope: request.scope ?? null, watching: who.id, reached: done })
    if (stop.kind !== 'interrupted' || s.interrupted || s.k.enough?.() === true) return stop
  }
}

/** Where to come to, and by whom; missing: by any task. */
export interface Target extends Way {
  task?: TaskRef
}

/** Until an address is reached. */
export function runTo(s: Session, { task: who, ...way }: Target, request: RunRequest = {}): Stop {
  const { budget = BUDGET, pieces = PIECES, scope = null } = request
  const place = placeOf(
    way,
    (task: Task) => who === undefined || task.id === who.id,
    task => regBig(s.k, task, REG.sp),
  )
  arm(s, place.addresses)
  try {
    return runToStop(s, { budget, pieces, scope, place })
  } finally {
    arm(s)
  }
}

/** A step that ends at a breakpoint has hit it. */
function hit(s: Session, stop: Extract<Stop, { kind: 'step' }>): Stop {
  const task = taskById(s, stop.task)
  if (task === null) return stop
  const address = regPc(s.k, task)
  const points = enabledPoints(s).filter(p => p.kind === 'breakpoint' && p.address === address && applies(s, p, task) && countHit(p))
  for (const point of points) if (point.temporary) s.points.delete(point.id)
  return points.length === 0 ? stop : { kind: 'breakpoint', points: points.map(p => p.id), task: stop.task, address }
}

/** One instruction of a task. `hits`: where it ends at a breakpoint it says so. */
export function* instruction(s: Session, turn: Turn, who: TaskRef, hits: boolean): Work {
  const stop = yield* stepping(s, turn, budget => stepInstruction(s, who, { budget }))
  return hits ? hit(s, stop) : stop
}

export const to = (s: Session, turn: Turn, target: Target): Work => stepping(s, turn, budget => runTo(s, target, { budget }))

/** One instruction of a task; what it calls runs until it returns. */
export function* over(s: Session, turn: Turn, who: TaskRef, hits: boolean): Work {
  const task = taskById(s, who)
  if (task === null) return yield* instruction(s, turn, who, hits)
  return yield* overBy(
    standingOf(s, task),
    () => instruction(s, turn, who, hits),
    way => to(s, turn, { ...way, task: who }),
  )
}

/** As stepInstruction, but a call is run until it returns. */
export const stepOver = (s: Session, who: TaskRef, { budget = BUDGET }: RunRequest = {}): Stop =>
  moving(s, turn => over(s, turn, refTo(who), false)).go(budget)

/** From stop to stop, without an end of its own. */
export function* onward(s: Session, turn: Turn): Work<never> {
  for (;;) yield resume(s, { budget: Math.max(1, turn.executed - s.k.state.executed) })
}

/** As long as it stays in a range of addresses. */
export function* within(s: Session, turn: Turn, { start, end }: Range, pcOf: () => number | null, step: () => Work): Work {
  for (;;) {
    const stop = yield* step()
    const pc = pcOf()
    if (stop.kind !== 'step' || pc === null || pc < start || pc >= end) return stop
    if (isCut(s, turn)) yield INTERRUPTED
  }
}
