// Going backwards: the same stops and steps, found by running the past again from a snapshot.
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { passHere } from '../../vm/index.ts'
import { addWatchpoint, arm, removePoint } from './points.ts'
import { advance, isBefore, nowOf, pointBefore, travel, travelSome, type Timeline } from '../timeline/index.ts'
import { callLength, now, runToStop, type RunRequest } from './run.ts'
import { readMemory, taskById } from './state.ts'
import type { Instant, Session, Stop } from './types.ts'

const LATEST = Infinity
const RAM_BASE = 0x8000_0000

function recorded(s: Session): Timeline {
  if (s.timeline === null) throw new Error('nothing is recorded, so there is no way back')
  return s.timeline
}

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
 * Goes to an instant of the recording; an instant that never comes is the last one there is. When `budget` instructions have been run
 * without getting there the answer is `interrupted`: the same call goes on.
 */
export function goTo(s: Session, instant: Instant, { budget }: Pick<RunRequest, 'budget'> = {}): Stop {
  const travelled = travelSome(recorded(s), instant, budget)
  if (travelled === 'cut') return { kind: 'interrupted' }
  return arrive(s, travelled === 'there' ? { kind: 'step', task: s.focus } : { kind: 'historyEnd' })
}

export const firstInstant = (s: Session): Instant => recorded(s).store.points[0].instant
export const lastInstant = (s: Session): Instant => recorded(s).end

/** Instructions of a task at a recorded point; -1 before it was made. */
const instructionsAt = (t: Timeline, index: number, id: number): number =>
  t.store.points[index].state.tasks.get(id)?.sched.instructions ?? -1

/** Goes to right before a task executes its nth instruction (counted from 1). False: that is before the recording. */
function goBeforeInstruction(s: Session, id: number, n: number): boolean {
  const t = recorded(s)
  let index = pointBefore(t, nowOf(s.k))
  while (index >= 0 && instructionsAt(t, index, id) > n - 1) index--
  if (index < 0 || n < 1) return false
  travel(t, t.store.points[index].instant)
  for (;;) {
    const task = taskById(s, id)
    const done = task?.sched.instructions ?? 0
    if (task !== null && done >= n) throw new Error(`running to instruction ${n} of task ${id} again: it was passed`)
    const before = nowOf(s.k)
    if (task === null || task.onHart < 0) {
      // Somebody else runs until it is its turn.
      const reached = (): Stop | null => ((taskById(s, id)?.onHart ?? -1) >= 0 ? { kind: 'step', task: id } : null)
      const alone = { ...s, points: new Map(), signalStops: new Set<number>() }
      const stop = runToStop(alone, { budget: Infinity, scope: null, watching: id, reached })
      if (stop.kind === 'halted' || stop.kind === 'idle') return false
      const after = nowOf(s.k)
      if (after.executed === before.executed && after.steps === before.steps) advance(t, { maxInstructions: 1 })
      continue
    }
    const left = n - 1 - done
    advance(t, { maxInstructions: Math.max(1, left) })
    if (left > 0 || (taskById(s, id)?.sched.instructions ?? n) < n) continue
    travel(t, { executed: before.executed, steps: LATEST })
    return true
  }
}

function atHistoryStart(s: Session): Stop {
  travel(recorded(s), firstInstant(s))
  return arrive(s, { kind: 'historyStart' })
}

/** Back to before the last instruction that a task executed. */
export function reverseStepInstruction(s: Session, id: number): Stop {
  const executed = taskById(s, id)?.sched.instructions ?? lastCount(recorded(s), id)
  return goBeforeInstruction(s, id, executed) ? arrive(s, { kind: 'step', task: id }) : atHistoryStart(s)
}

/** Of a task that is gone by now: what it had executed when it was last seen. */
function lastCount(t: Timeline, id: number): number {
  for (let index = t.store.points.length - 1; index >= 0; index--) {
    const count = instructionsAt(t, index, id)
    if (count >= 0) return count
  }
  return 0
}

/** Back by one instruction of whichever hart it was. */
export function reverseStepMachine(s: Session): Stop {
  const { executed } = s.k.state
  if (executed <= firstInstant(s).executed) return atHistoryStart(s)
  travel(recorded(s), { executed: executed - 1, steps: LATEST })
  return arrive(s, { kind: 'step', task: s.focus })
}

const SP = 2

/** Something of the past that is looked for in pieces, from now backwards. The machine is elsewhere meanwhile. */
export interface Search<T = Stop> {
  /** Runs about so many instructions of the past again. `interrupted`: there is more to look at. */
  go(budget: number): T | { kind: 'interrupted' }
  /** It is enough: the session stands where nothing that was looked for lies between there and where it began. */
  giveUp(): void
}

/** All of a search. */
function whole(search: Search): Stop {
  return search.go(Infinity)
}

/** What was found at once. */
const found = (stop: Stop): Search => ({ go: () => stop, giveUp: () => {} })

/** Back over a call that has returned: to before it was made. */
export function searchOver(s: Session, id: number): Search {
  const task = taskById(s, id)
  if (task === null) return found(reverseStepInstruction(s, id))
  const sp = regBig(s.k, task, SP)
  const pc = regPc(s.k, task)
  const first = reverseStepInstruction(s, id)
  const at = taskById(s, id)
  if (first.kind !== 'step' || at === null || !isReturn(s, at)) return found(first)
  return backToCall(s, id, pc, sp)
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
function backToCall(s: Session, id: number, back: number, sp: bigint): Search {
  const target = [2, 4].map(length => back - length)
  const counts = (stop: Stop): boolean => {
    if (stop.kind !== 'breakpoint' || stop.task !== id) return false
    const task = taskById(s, id)
    return task !== null && regBig(s.k, task, SP) === sp && isCallTo(s, task, back)
  }
  return stepTo(s, id, counts, target)
}

/** The last stop that counts is where a step of a task ends. */
function stepTo(s: Session, id: number, counts: (stop: Stop) => boolean, addresses: readonly number[]): Search {
  const search = searchStop(s, counts, addresses)
  return {
    ...search,
    go(budget) {
      const stop = search.go(budget)
      return stop.kind === 'breakpoint' ? arrive(s, { kind: 'step', task: id }) : stop
    },
  }
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
  return stepTo(s, id, counts, [back - 2, back - 4])
}
export const reverseFinish = (s: Session, id: number, way: WayOut): Stop => whole(searchCall(s, id, way))

/** Back to the last stop before now. */
export const searchBack = (s: Session): Search => searchStop(s, () => true, [])
export const reverseResume = (s: Session): Stop => whole(searchBack(s))

/** A stretch between two instants that is run again with the points armed, as far as it has come. */
interface Stretch {
  from: Instant
  to: Instant
  here: Instant
  done: boolean
  last: { stop: Stop; instant: Instant } | null
}
const stretchOf = (from: Instant, to: Instant): Stretch => ({ from, to, here: from, done: false, last: null })

/** Extra places to stop at, for a search. */
function addPlaces(s: Session, addresses: readonly number[]): void {
  addresses.forEach((address, n) =>
    s.points.set(-2 - n, {
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
}

/** The last stop before now that counts: stretch by stretch backwards, each run again with the points armed. */
function searchStop(s: Session, counts: (stop: Stop) => boolean, addresses: readonly number[]): Search {
  const t = recorded(s)
  const start = nowOf(s.k)
  let index = pointBefore(t, before(start))
  let end = start
  let stretch: Stretch | null = null
  // Replaying is not hitting: it counts on copies.
  let points: Session['points'] | null = null
  function run(budget: number): Stretch['last'] | 'cut' {
    let left = budget
    while (index >= 0) {
      stretch ??= stretchOf(t.store.points[index].instant, end)
      left -= runStretch(s, t, stretch, counts, left)
      if (!stretch.done) return 'cut'
      if (stretch.last !== null) return stretch.last
      end = stretch.from
      stretch = null
      index--
      if (left <= 0 && index >= 0) return 'cut'
    }
    return null
  }
  function go(budget: number): Stop {
    const own = s.points
    const { focus } = s
    s.points = points ?? new Map([...own].map(([id, point]) => [id, { ...point }]))
    if (points === null) addPlaces(s, addresses)
    points = s.points
    let last: Stretch['last'] | 'cut'
    try {
      last = run(budget)
    } finally {
      // Nor does replaying look elsewhere.
      s.points = own
      s.focus = focus
      arm(s)
    }
    if (last === 'cut') return { kind: 'interrupted' }
    if (last === null) return atHistoryStart(s)
    travel(t, last.instant)
    return arrive(s, last.stop)
  }
  return { go, giveUp: () => void travel(t, end) }
}

/** An instant before any step of this one. */
const before = (instant: Instant): Instant =>
  instant.steps > 0 ? { ...instant, steps: instant.steps - 1 } : { executed: instant.executed - 1, steps: LATEST }

/** Runs a stretch on, until it is through or the budget is spent. Answers what was spent. */
function runStretch(s: Session, t: Timeline, stretch: Stretch, counts: (stop: Stop) => boolean, budget: number): number {
  const { to } = stretch
  travel(t, stretch.here)
  arm(s)
  const begun = s.k.state.executed
  for (;;) {
    stretch.here = now(s)
    const spent = s.k.state.executed - begun
    const rest = Math.max(0, to.executed - s.k.state.executed)
    if (!isBefore(stretch.here, to)) stretch.done = true
    if (stretch.done || spent >= budget) return spent
    const untilStep = rest <= budget - spent && to.steps !== LATEST ? to.steps : undefined
    const stop = runToStop(s, { budget: Math.min(rest, budget - spent), scope: null, untilStep })
    // Nothing stops in what is left of the last instant.
    if (stop.kind === 'halted' || stop.kind === 'idle' || s.interrupted || (rest === 0 && stop.kind === 'interrupted')) stretch.done = true
    const here = now(s)
    if (stop.kind !== 'interrupted' && isBefore(here, to) && counts(stop)) stretch.last = { stop, instant: standingPlace(stop, here) }
  }
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
  let end = start
  let index = pointBefore(t, before(start))
  function between(from: Instant): LastWrite | null {
    travel(t, end)
    const final = value()
    const stretch = stretchOf(from, end)
    runStretch(s, t, stretch, stop => stop.kind === 'watchpoint', Infinity)
    const program = stretch.last
    const after: Instant = program === null ? from : { executed: program.instant.executed + 1, steps: LATEST }
    travel(t, after)
    if (value() !== final) return kernelWrite(s, t, after, end, final, value)
    if (program === null) return null
    const { task } = program.stop as Extract<Stop, { kind: 'watchpoint' }>
    travel(t, program.instant)
    const writer = taskById(s, task)
    const pc = writer === null ? 0 : regPc(s.k, writer)
    return { instant: after, task, text: `${task} (${writer?.comm ?? '?'}) wrote it with the instruction at 0x${pc.toString(16)}` }
  }
  function go(budget: number): Written | { kind: 'interrupted' } {
    const { focus, points } = s
    s.points = new Map()
    const watch = addWatchpoint(s, {
      start: what.address,
      bytes: what.bytes,
      access: 'write',
      physical: what.physical,
      onChange: false,
      scope,
    })
    let write: LastWrite | null = null
    try {
      for (let left = budget; index >= 0 && write === null; index--) {
        if (left <= 0) return { kind: 'interrupted' }
        const from = t.store.points[index].instant
        left -= end.executed - from.executed
        write = between(from)
        end = from
      }
      travel(t, start)
      return { kind: 'written', write }
    } finally {
      removePoint(s, watch.id)
      s.points = points
      s.focus = focus
      arm(s)
    }
  }
  return { go, giveUp: () => void travel(t, start) }
}

/** All of it at once. */
export function lastWrite(s: Session, what: Bytes): LastWrite | null {
  const answer = searchWrite(s, what).go(Infinity)
  return answer.kind === 'written' ? answer.write : null
}

/** No program wrote it between two instants and yet it changed: the kernel did, at a step that is found by halving. */
function kernelWrite(s: Session, t: Timeline, from: Instant, to: Instant, final: string, value: () => string): LastWrite {
  let low = from.executed
  let high = to.executed
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    travel(t, { executed: middle, steps: LATEST })
    if (value() === final) high = middle
    else low = middle
  }
  travel(t, { executed: low, steps: LATEST })
  const task = s.k.state.harts[Math.max(s.k.machine.lastHart, 0)].current
  const text = `the kernel wrote it, for ${task === null ? 'nobody' : `${task.pid} (${task.comm})`}`
  return { instant: { executed: high, steps: LATEST }, task: task?.pid ?? 0, text }
}
