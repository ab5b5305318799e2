// Going backwards: the same stops and steps, found by running the past again from a snapshot.
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { passHere } from '../../vm/index.ts'
import { addWatchpoint, arm, removePoint } from './points.ts'
import { advance, isBefore, nowOf, pointBefore, travel, type Timeline } from '../timeline/index.ts'
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

/** Goes to an instant of the recording; an instant that never comes is the last one there is. */
export function goTo(s: Session, instant: Instant): Stop {
  const there = travel(recorded(s), instant)
  return arrive(s, there ? { kind: 'step', task: s.focus } : { kind: 'historyEnd' })
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

/** Back over a call that has returned: to before it was made. */
export function reverseStepOver(s: Session, id: number): Stop {
  const task = taskById(s, id)
  if (task === null) return reverseStepInstruction(s, id)
  const sp = regBig(s.k, task, SP)
  const pc = regPc(s.k, task)
  const first = reverseStepInstruction(s, id)
  const at = taskById(s, id)
  if (first.kind !== 'step' || at === null || !isReturn(s, at)) return first
  return backToCall(s, id, pc, sp)
}

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
function backToCall(s: Session, id: number, back: number, sp: bigint): Stop {
  const t = recorded(s)
  const target = [2, 4].map(length => back - length)
  return stepTo(
    s,
    id,
    t,
    stop => {
      if (stop.kind !== 'breakpoint' || stop.task !== id) return false
      const task = taskById(s, id)
      return task !== null && regBig(s.k, task, SP) === sp && isCallTo(s, task, back)
    },
    target,
  )
}

/** The last stop that counts is where a step of a task ends. */
function stepTo(s: Session, id: number, t: Timeline, counts: (stop: Stop) => boolean, addresses: readonly number[]): Stop {
  const stop = lastStop(s, t, counts, addresses)
  return stop.kind === 'breakpoint' ? arrive(s, { kind: 'step', task: id }) : stop
}

/** Back to before the call of the function that a task is in: `back` is where it returns to, its caller's stack pointer is above `stackAbove`. */
export function reverseFinish(s: Session, id: number, { address: back, stackAbove }: { address: number; stackAbove: number }): Stop {
  return stepTo(
    s,
    id,
    recorded(s),
    stop => {
      const task = stop.kind === 'breakpoint' && stop.task === id ? taskById(s, id) : null
      return task !== null && Number(regBig(s.k, task, SP)) > stackAbove && isCallTo(s, task, back)
    },
    [back - 2, back - 4],
  )
}

/**
 * Back to the last stop before now. When `budget` instructions have been run again without finding it the answer is `interrupted`, some way
 * back; called again it goes on from there.
 */
export const reverseResume = (s: Session, { budget = Infinity }: Pick<RunRequest, 'budget'> = {}): Stop =>
  lastStop(s, recorded(s), () => true, [], budget)

/**
 * The last stop before now that counts, and goes there: stretch by stretch backwards, each run again with the points armed. `addresses`
 * are extra places to stop at.
 */
function lastStop(s: Session, t: Timeline, counts: (stop: Stop) => boolean, addresses: readonly number[], budget = Infinity): Stop {
  const start = nowOf(s.k)
  const points = new Map([...s.points].map(([id, point]) => [id, { ...point }]))
  const { focus } = s
  let end = start
  let found: { stop: Stop; instant: Instant } | null = null
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
  try {
    for (let index = pointBefore(t, before(start)); index >= 0 && found === null; index--) {
      if (start.executed - end.executed >= budget) {
        travel(t, end)
        return { kind: 'interrupted' }
      }
      const from = t.store.points[index].instant
      found = lastStopBetween(s, t, from, end, counts)
      end = from
    }
  } finally {
    // Replaying is not hitting, nor does it look elsewhere.
    s.points = points
    s.focus = focus
    arm(s)
  }
  if (found === null) return atHistoryStart(s)
  travel(t, found.instant)
  return arrive(s, found.stop)
}

/** An instant before any step of this one. */
const before = (instant: Instant): Instant =>
  instant.steps > 0 ? { ...instant, steps: instant.steps - 1 } : { executed: instant.executed - 1, steps: LATEST }

function lastStopBetween(
  s: Session,
  t: Timeline,
  from: Instant,
  to: Instant,
  counts: (stop: Stop) => boolean,
): { stop: Stop; instant: Instant } | null {
  travel(t, from)
  arm(s)
  let last: { stop: Stop; instant: Instant } | null = null
  while (isBefore(now(s), to)) {
    const budget = to.executed - s.k.state.executed
    if (budget <= 0) break
    const stop = runToStop(s, { budget, scope: null })
    const here = now(s)
    if (stop.kind === 'halted' || stop.kind === 'idle' || stop.kind === 'interrupted') break
    if (isBefore(here, to) && counts(stop)) last = { stop, instant: standingPlace(stop, here) }
  }
  return last
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

/** Who wrote some bytes last before now: a program's instruction, or the kernel. null: nobody since the recording began. The session stays where it is. */
export function lastWrite(s: Session, what: Bytes): LastWrite | null {
  const t = recorded(s)
  const start = nowOf(s.k)
  const { focus } = s
  const value = (): string => {
    if (what.physical) return s.k.machine.ram.subarray(what.address - RAM_BASE, what.address - RAM_BASE + what.bytes).join()
    const task = taskById(s, what.task)
    return task === null ? '' : readMemory(s, task, what.address, what.bytes).join()
  }
  const saved = s.points
  s.points = new Map()
  const scope = what.physical ? null : (taskById(s, what.task)?.group.tgid ?? null)
  const watch = addWatchpoint(s, {
    start: what.address,
    bytes: what.bytes,
    access: 'write',
    physical: what.physical,
    onChange: false,
    scope,
  })
  let end = start
  try {
    for (let index = pointBefore(t, before(start)); index >= 0; index--) {
      travel(t, end)
      const final = value()
      const from = t.store.points[index].instant
      const program = lastStopBetween(s, t, from, end, stop => stop.kind === 'watchpoint')
      const after: Instant = program === null ? from : { executed: program.instant.executed + 1, steps: LATEST }
      travel(t, after)
      if (value() !== final) return kernelWrite(s, t, after, end, final, value)
      if (program !== null) {
        const { task } = program.stop as Extract<Stop, { kind: 'watchpoint' }>
        travel(t, program.instant)
        const writer = taskById(s, task)
        const pc = writer === null ? 0 : regPc(s.k, writer)
        return { instant: after, task, text: `${task} (${writer?.comm ?? '?'}) wrote it with the instruction at 0x${pc.toString(16)}` }
      }
      end = from
    }
    return null
  } finally {
    removePoint(s, watch.id)
    s.points = saved
    s.focus = focus
    travel(t, start)
    arm(s)
  }
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
