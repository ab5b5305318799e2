// Going backwards: the same stops and steps, found by running the past again from a snapshot.
import { piecesIn, regBig, regPc, type Task } from '../../kernel/index.ts'
import { passHere } from '../../vm/index.ts'
import { addWatchpoint, arm } from './points.ts'
import { advance, isBefore, nowOf, pointBefore, travel, travelSome, type Timeline } from '../timeline/index.ts'
import { goingTo, isOver, recorded, searching, whole, workLeft, type Search, type Turn, type Work } from './pieces.ts'
import { callLength, now, runToStop, type RunRequest } from './run.ts'
import { readMemory, taskById } from './state.ts'
import type { Instant, Session, Stop } from './types.ts'

const LATEST = Infinity
const RAM_BASE = 0x8000_0000

/** Where a way back has led: whose stop it is has the focus, and going on from here does not stop at a breakpoint that is right here. */
function arrive(s: Session, stop: Stop): Stop {
  if ('task' in stop && taskById(s, stop.task) !== null) s.focus = stop.task
  arm(s)
  const { machine } = s.k
  const onHart = taskById(s, s.focus)?.onHart ?? -1
  passHere(machine, machine.harts[Math.max(onHart >= 0 ? onHart : machine.lastHart, 0)])
  return stop
}

/**
 * Goes to an instant of the recording; an instant that never comes is the last one there is. With a budget the answer is `interrupted` when
 * so much work was done (or the kernel's `enough` says so) without getting there: the same call goes on.
 */
export function goTo(s: Session, instant: Instant, { budget }: Pick<RunRequest, 'budget'> = {}): Stop {
  const t = recorded(s)
  const travelled = budget !== undefined ? travelSome(t, instant, budget) : travel(t, instant) ? 'there' : 'end'
  if (travelled === 'cut') return { kind: 'interrupted' }
  return arrive(s, travelled === 'there' ? { kind: 'step', task: s.focus } : { kind: 'historyEnd' })
}

export const firstInstant = (s: Session): Instant => recorded(s).store.points[0].instant
export const lastInstant = (s: Session): Instant => recorded(s).end

/** Instructions of a task at a recorded point; -1 before it was made. */
const instructionsAt = (t: Timeline, index: number, id: number): number =>
  t.store.points[index].state.tasks.get(id)?.sched.instructions ?? -1

/** Goes to right before a task executes its nth instruction (counted from 1). False: that is before the recording. */
function* goingBefore(s: Session, turn: Turn, id: number, n: number): Work<boolean> {
  const t = recorded(s)
  let index = pointBefore(t, nowOf(s.k))
  while (index >= 0 && instructionsAt(t, index, id) > n - 1) index--
  if (index < 0 || n < 1) return false
  yield* goingTo(s, turn, t.store.points[index].instant)
  for (;;) {
    if (isOver(s, turn)) yield
    const task = taskById(s, id)
    const done = task?.sched.instructions ?? 0
    if (task !== null && done >= n) throw new Error(`running to instruction ${n} of task ${id} again: it was passed`)
    const before = nowOf(s.k)
    const left = Math.max(1, workLeft(s, turn))
    if (task === null || task.onHart < 0) {
      // Somebody else runs until it is its turn.
      const reached = (): Stop | null => ((taskById(s, id)?.onHart ?? -1) >= 0 ? { kind: 'step', task: id } : null)
      const alone = { ...s, points: new Map(), signalStops: new Set<number>() }
      const stop = runToStop(alone, { budget: left, pieces: piecesIn(left), scope: null, watching: id, reached })
      if (stop.kind === 'halted' || stop.kind === 'idle') return false
      const after = nowOf(s.k)
      if (after.executed === before.executed && after.steps === before.steps) advance(t, { maxInstructions: 1 })
      continue
    }
    const wanted = n - 1 - done
    advance(t, { maxInstructions: Math.max(1, Math.min(wanted, left)), maxPieces: piecesIn(left) })
    if (wanted > 0 || (taskById(s, id)?.sched.instructions ?? n) < n) continue
    yield* goingTo(s, turn, { executed: before.executed, steps: LATEST })
    return true
  }
}

/** Goes to the first instant; where it is about a task that was made since, to before that one's first instruction. */
function* goingToStart(s: Session, turn: Turn, id: number | null): Work<Stop> {
  if (id === null || instructionsAt(recorded(s), 0, id) >= 0 || !(yield* goingBefore(s, turn, id, 1)))
    yield* goingTo(s, turn, firstInstant(s))
  return arrive(s, { kind: 'historyStart' })
}

/** Back to before the last instruction that a task executed, or the last so many. */
export const searchInstruction = (s: Session, id: number, count = 1): Search => searching(s, turn => instructionBack(s, turn, id, count))
/** Back by one instruction of a task, all of it at once: to before the last that it executed. */
export const reverseStepInstruction = (s: Session, id: number): Stop => whole(searchInstruction(s, id))

function* instructionBack(s: Session, turn: Turn, id: number, count = 1): Work<Stop> {
  const executed = taskById(s, id)?.sched.instructions ?? lastCount(recorded(s), id)
  if (yield* goingBefore(s, turn, id, executed - count + 1)) return arrive(s, { kind: 'step', task: id })
  return yield* goingToStart(s, turn, id)
}

/** Of a task that is gone by now: what it had executed when it was last seen. */
function lastCount(t: Timeline, id: number): number {
  for (let index = t.store.points.length - 1; index >= 0; index--) {
    const count = instructionsAt(t, index, id)
    if (count >= 0) return count
  }
  return 0
}

/** Back by one instruction of whichever hart it was, or by so many. */
export function searchMachineStep(s: Session, count = 1): Search {
  return searching(s, function* (turn) {
    const { executed } = s.k.state
    if (executed - count < firstInstant(s).executed) return yield* goingToStart(s, turn, null)
    yield* goingTo(s, turn, { executed: executed - count, steps: LATEST })
    return arrive(s, { kind: 'step', task: s.focus })
  })
}
export const reverseStepMachine = (s: Session): Stop => whole(searchMachineStep(s))

const SP = 2

/** Back over a call that has returned: to before it was made. */
export function searchOver(s: Session, id: number): Search {
  const task = taskById(s, id)
  if (task === null) return searchInstruction(s, id)
  const sp = regBig(s.k, task, SP)
  const pc = regPc(s.k, task)
  return searching(s, function* (turn) {
    const first = yield* instructionBack(s, turn, id)
    const at = taskById(s, id)
    if (first.kind !== 'step' || at === null || !isReturn(s, at)) return first
    return yield* backToCall(s, turn, id, pc, sp)
  })
}
export const reverseStepOver = (s: Session, id: number): Stop => whole(searchOver(s, id))

/** The instruction that a task is before is a call that returns to an address. */
const isCallTo = (s: Session, task: Task, back: number): boolean => {
  const length = callLength(s, task)
  return length > 0 && regPc(s.k, task) + length === back
}

const RETURNS = { 'c.jr ra': 0x8082, ret: 0x8067 } as const

/** The instruction that a task is before leaves a function. */
function isReturn(s: Session, task: Task): boolean {
  const bytes = readMemory(s, task, regPc(s.k, task), 4)
  const half = bytes[0] | (bytes[1] << 8)
  return half === RETURNS['c.jr ra'] || (half === RETURNS.ret && bytes[2] === 0 && bytes[3] === 0)
}

/** From inside a function back to before the call that entered it. */
function backToCall(s: Session, turn: Turn, id: number, back: number, sp: bigint): Work<Stop> {
  const target = [2, 4].map(length => back - length)
  const counts = (stop: Stop): boolean => {
    if (stop.kind !== 'breakpoint' || stop.task !== id) return false
    const task = taskById(s, id)
    return task !== null && regBig(s.k, task, SP) === sp && isCallTo(s, task, back)
  }
  return stepTo(s, turn, id, counts, target)
}

/** The last stop that counts is where a step of a task ends. */
function* stepTo(s: Session, turn: Turn, id: number, counts: (stop: Stop) => boolean, addresses: readonly number[]): Work<Stop> {
  const stop = yield* lastStop(s, turn, counts, addresses)
  if (stop.kind === 'historyStart') return yield* goingToStart(s, turn, id)
  return stop.kind === 'breakpoint' ? arrive(s, { kind: 'step', task: id }) : stop
}

/** Where a function returns to, and an address that its caller's stack pointer is above. */
export interface WayOut {
  address: number
  stackAbove: number
}

/** Back to before the call of the function that a task is in. */
export function searchCall(s: Session, id: number, { address: back, stackAbove }: WayOut): Search {
  const counts = (stop: Stop): boolean => {
    const task = stop.kind === 'breakpoint' && stop.task === id ? taskById(s, id) : null
    return task !== null && Number(regBig(s.k, task, SP)) > stackAbove && isCallTo(s, task, back)
  }
  return searching(s, turn => stepTo(s, turn, id, counts, [back - 2, back - 4]))
}
export const reverseFinish = (s: Session, id: number, way: WayOut): Stop => whole(searchCall(s, id, way))

/** Back to the last stop before now. */
export const searchBack = (s: Session): Search =>
  searching(s, function* (turn) {
    const stop = yield* lastStop(s, turn, () => true, [])
    return stop.kind === 'historyStart' ? yield* goingToStart(s, turn, null) : stop
  })
/** Back to the last stop before now, all of it at once; without one to the beginning of the recording. */
export const reverseResume = (s: Session): Stop => whole(searchBack(s))

/** A stretch between two instants that is run again with the points armed, as far as it has come. */
interface Stretch {
  to: Instant
  here: Instant
  done: boolean
  last: { stop: Stop; instant: Instant } | null
}
const stretchOf = (from: Instant, to: Instant): Stretch => ({ to, here: from, done: false, last: null })

/** A session's points for a search: replaying is not hitting, so it counts on copies; and extra places to stop at. */
function pointsFor({ points }: Session, addresses: readonly number[]): Session['points'] {
  const copies: Session['points'] = new Map([...points].map(([id, point]) => [id, { ...point }]))
  addresses.forEach((address, n) =>
    copies.set(-2 - n, {
      kind: 'breakpoint',
      id: -2 - n,
      enabled: true,
      temporary: false,
      scope: null,
      condition: null,
      ignore: 0,
      hits: 0,
      address,
      spec: '',
    }),
  )
  return copies
}

/** Does something with other points; nor does replaying look elsewhere. */
function withPoints<T>(s: Session, points: Session['points'], what: () => T): T {
  const { points: own, focus } = s
  s.points = points
  try {
    return what()
  } finally {
    s.points = own
    s.focus = focus
    arm(s)
  }
}

/**
 * The last stop before now that counts: stretch by stretch backwards, each run again with the points armed. `historyStart`: there is none,
 * and whoever asked goes to where they want to stand.
 */
function* lastStop(s: Session, turn: Turn, counts: (stop: Stop) => boolean, addresses: readonly number[]): Work<Stop> {
  const t = recorded(s)
  let end = nowOf(s.k)
  const points = pointsFor(s, addresses)
  for (let index = pointBefore(t, before(end)); index >= 0; index--) {
    const from = t.store.points[index].instant
    const last = yield* runningAgain(s, turn, stretchOf(from, end), points, counts)
    if (last !== null) {
      yield* goingTo(s, turn, last.instant)
      return arrive(s, last.stop)
    }
    end = from
    turn.standing = end
  }
  return { kind: 'historyStart' }
}

/** An instant before any step of this one. */
const before = (instant: Instant): Instant =>
  instant.steps > 0 ? { ...instant, steps: instant.steps - 1 } : { executed: instant.executed - 1, steps: LATEST }

/** Runs a stretch again. Answers its last stop that counts. */
function* runningAgain(
  s: Session,
  turn: Turn,
  stretch: Stretch,
  points: Session['points'],
  counts: (stop: Stop) => boolean,
): Work<Stretch['last']> {
  for (;;) {
    yield* goingTo(s, turn, stretch.here)
    withPoints(s, points, () => {
      arm(s)
      runStretch(s, turn, stretch, counts)
    })
    if (stretch.done) return stretch.last
    yield
  }
}

/** Runs a stretch on, until it is through or it is enough for this turn. */
function runStretch(s: Session, turn: Turn, stretch: Stretch, counts: (stop: Stop) => boolean): void {
  const { to } = stretch
  do {
    const begun = now(s)
    const rest = Math.max(0, to.executed - begun.executed)
    if (!isBefore(begun, to)) stretch.done = true
    if (stretch.done) return
    const left = Math.max(1, workLeft(s, turn))
    const untilStep = rest <= left && to.steps !== LATEST ? to.steps : undefined
    const stop = runToStop(s, { budget: Math.min(rest, left), pieces: piecesIn(left), scope: null, untilStep })
    const here = now(s)
    stretch.here = here
    const isStill = here.executed === begun.executed && here.steps === begun.steps
    // Nothing stops in what is left of the last instant.
    if (stop.kind === 'halted' || stop.kind === 'idle' || s.interrupted || (isStill && stop.kind === 'interrupted')) stretch.done = true
    if (stop.kind !== 'interrupted' && isBefore(here, to) && counts(stop)) stretch.last = { stop, instant: standingPlace(stop, here) }
  } while (!isOver(s, turn))
}

/** Backwards one comes to a change from behind: before it is where one stands. */
const standingPlace = (stop: Stop, here: Instant): Instant =>
  stop.kind === 'watchpoint' ? { executed: here.executed - 1, steps: LATEST } : here

export interface LastWrite {
  /** Right after the write. */
  instant: Instant
  task: number
  text: string
}

export interface Bytes {
  address: number
  bytes: number
  physical: boolean
  /** Whose address it is, when it is virtual. */
  task: number
}

/** What a search for a write found: null: nobody since the recording began. */
export type Written = { kind: 'written'; write: LastWrite | null }

/**
 * Who wrote some bytes last before now: a program's instruction, or the kernel. Each piece is a stretch of the recording. The session
 * stands where it stood when it is through, or given up.
 */
export function searchWrite(s: Session, what: Bytes): Search<Written> {
  const t = recorded(s)
  const start = nowOf(s.k)
  const scope = what.physical ? null : (taskById(s, what.task)?.group.tgid ?? null)
  const value = (): string => {
    if (what.physical) return s.k.machine.ram.subarray(what.address - RAM_BASE, what.address - RAM_BASE + what.bytes).join()
    const task = taskById(s, what.task)
    return task === null ? '' : readMemory(s, task, what.address, what.bytes).join()
  }
  const counts = (stop: Stop): boolean => stop.kind === 'watchpoint'
  function* between(turn: Turn, from: Instant, end: Instant, points: Session['points']): Work<LastWrite | null> {
    yield* goingTo(s, turn, end)
    const final = value()
    const program = yield* runningAgain(s, turn, stretchOf(from, end), points, counts)
    const after: Instant = program === null ? from : { executed: program.instant.executed + 1, steps: LATEST }
    yield* goingTo(s, turn, after)
    if (value() !== final) return yield* kernelWrite(s, turn, after, end, final, value)
    if (program === null) return null
    const { task } = program.stop as Extract<Stop, { kind: 'watchpoint' }>
    yield* goingTo(s, turn, program.instant)
    const writer = taskById(s, task)
    const pc = writer === null ? 0 : regPc(s.k, writer)
    return { instant: after, task, text: `${task} (${writer?.comm ?? '?'}) wrote it with the instruction at 0x${pc.toString(16)}` }
  }
  return searching(s, function* (turn) {
    const points: Session['points'] = new Map()
    withPoints(s, points, () => {
      const { address: first, bytes, physical } = what
      addWatchpoint(s, { start: first, bytes, access: 'write', physical, onChange: false, scope })
    })
    let write: LastWrite | null = null
    let end = start
    for (let index = pointBefore(t, before(start)); index >= 0 && write === null; index--) {
      const from = t.store.points[index].instant
      write = yield* between(turn, from, end, points)
      end = from
    }
    yield* goingTo(s, turn, start)
    arm(s)
    return { kind: 'written', write }
  })
}

/** All of it at once. */
export function lastWrite(s: Session, what: Bytes): LastWrite | null {
  const search = searchWrite(s, what)
  for (;;) {
    const answer = search.go(Infinity)
    if (answer.kind === 'written') return answer.write
  }
}

/** No program wrote it between two instants and yet it changed: the kernel did, at a step that is found by halving. */
function* kernelWrite(s: Session, turn: Turn, from: Instant, to: Instant, final: string, value: () => string): Work<LastWrite> {
  let low = from.executed
  let high = to.executed
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    yield* goingTo(s, turn, { executed: middle, steps: LATEST })
    if (value() === final) high = middle
    else low = middle
  }
  yield* goingTo(s, turn, { executed: low, steps: LATEST })
  const task = s.k.state.harts[Math.max(s.k.machine.lastHart, 0)].current
  const text = `the kernel wrote it, for ${task === null ? 'nobody' : `${task.pid} (${task.comm})`}`
  return { instant: { executed: high, steps: LATEST }, task: task?.pid ?? 0, text }
}
