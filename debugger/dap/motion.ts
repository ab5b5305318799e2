// Movements that an editor asks for, each in pieces so that it can be paused: called again after `interrupted` (or after a stop that does
// not count) a motion goes on with what is left of it.
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import {
  callLength,
  resume,
  goTo,
  runTo,
  searchBack,
  searchCall,
  searchInstruction,
  searchOver,
  stepInstruction,
  taskById,
  tasksOf,
  type Instant,
  type Search,
  type Session,
  type Stop,
} from '../session/index.ts'
import { functionAddressesInSpace, statementInSpace, symbolInSpace, type SymbolSpace } from '../symbols/index.ts'
import { framesOf, spaceOf, type Sight } from './sight.ts'

export interface Motion {
  /** Runs on for so many instructions at most. */
  go(budget: number): Stop
  /** It replays the past: what it passes on the way does not happen anew. */
  backwards: boolean
  /** Cut for good: it goes to where it can be left. */
  giveUp?(): void
  /** What its end is called, where that is not what it looks like. */
  says?(stop: Stop): { reason: string; description: string }
}

const RA = 1
const SP = 2

export const continuing = (s: Session): Motion => ({ backwards: false, go: budget => resume(s, { budget }) })

/** A task as a step found it. */
interface Footing {
  pc: number
  sp: bigint
}
const footing = (s: Session, task: Task): Footing => ({ pc: regPc(s.k, task), sp: regBig(s.k, task, SP) })

/** One instruction of a task. One that was cut inside of a system call goes on there. */
export const instructionStep = (s: Session, id: number): Motion => ({
  backwards: false,
  go: budget => stepInstruction(s, id, { budget }),
})

const runningTo = (s: Session, to: Parameters<typeof runTo>[1]): Motion => ({
  backwards: false,
  go: budget => runTo(s, to, { budget }),
})

/** One instruction of a task; what it calls runs until it returns. */
export function instructionOver(s: Session, id: number): Motion {
  const task = taskById(s, id)
  const length = task === null ? 0 : callLength(s, task)
  if (task === null || length === 0) return instructionStep(s, id)
  const { pc, sp } = footing(s, task)
  return runningTo(s, { address: pc + length, task: id, stackAbove: Number(sp) - 1 })
}

interface Line {
  file: string
  line: number
  start: number
  end: number
}

function lineOf(space: SymbolSpace, pc: number): (Line & { isStart: boolean }) | null {
  const found = statementInSpace(space, pc)
  if (found === null || found.place.line === 0) return null
  const { start, end, place } = found
  return { start, end, file: place.file, line: place.line, isStart: pc === start && place.isStatement }
}

/** Where the body of a function that was just called begins. */
function bodyOf(space: SymbolSpace, pc: number): number {
  const symbol = symbolInSpace(space, pc, true)
  const body = symbol === null ? undefined : functionAddressesInSpace(space, symbol.name).find(address => address >= pc)
  return symbol !== null && symbol.address === pc && body !== undefined ? body : pc
}

/** A line of source: until another one begins, or the function has returned. `into`: stops in functions that are called, if they have lines. */
export function lineStep(sight: Sight, id: number, into: boolean): Motion {
  const { s } = sight
  const first = taskById(s, id)
  const from = first === null ? null : lineOf(spaceOf(sight, first), regPc(s.k, first))
  // Without lines it is a step of one instruction.
  if (first === null || from === null) return into ? instructionStep(s, id) : instructionOver(s, id)
  const begin = footing(s, first)
  let at: Line = from
  let before = begin
  let call = 0
  let part: Motion | null = null
  /** Where it ends for sure, once `part` is through. */
  let last = false

  const next = (task: Task): Motion => {
    before = footing(s, task)
    call = callLength(s, task)
    return into ? instructionStep(s, id) : instructionOver(s, id)
  }
  /** After an instruction: is the step done, or what is to be done yet? */
  const arrive = (task: Task): Motion | 'done' | 'on' => {
    const now = footing(s, task)
    if (now.pc >= at.start && now.pc < at.end) return 'on'
    const space = spaceOf(sight, task)
    const line = lineOf(space, now.pc)
    if (into && call > 0 && now.pc !== before.pc + call) {
      if (line === null) return runningTo(s, { address: Number(regBig(s.k, task, RA)), task: id, stackAbove: Number(before.sp) - 1 })
      const body = bodyOf(space, now.pc)
      if (body === now.pc) return 'done'
      last = true
      return runningTo(s, { address: body, task: id })
    }
    if (line === null || line.isStart) return line !== null && line.file === at.file && line.line === at.line ? 'on' : 'done'
    // Back in the caller, in the middle of the line that called.
    if (now.sp > begin.sp) return 'done'
    at = line
    return 'on'
  }

  return {
    backwards: false,
    go(budget) {
      const end = s.k.state.executed + budget
      for (;;) {
        const task = taskById(s, id)
        part ??= task === null ? instructionStep(s, id) : next(task)
        const stop = part.go(Math.max(1, end - s.k.state.executed))
        if (stop.kind !== 'step') return stop
        part = null
        const after = taskById(s, id)
        if (after === null || last) return stop
        const arrived = arrive(after)
        if (arrived === 'done') return stop
        if (arrived !== 'on') {
          part = arrived
          call = 0
        }
        if (s.k.state.executed >= end || s.k.enough?.() === true) return { kind: 'interrupted' }
      }
    },
  }
}

/** Until the function of a task's innermost frame has returned. Throws an Error that can be shown. */
export function stepOut(sight: Sight, id: number): Motion {
  const { address, stackAbove } = wayOut(sight, id)
  return runningTo(sight.s, { address, task: id, stackAbove })
}

function wayOut(sight: Sight, id: number): { address: number; stackAbove: number } {
  const task = taskById(sight.s, id)
  const { frames, ended } = task === null ? { frames: [], ended: 'the task has ended' } : framesOf(sight, task)
  const [inner, caller] = frames
  if (inner === undefined || caller === undefined || inner.cfa === null) throw new Error(`there is no frame to go out to: ${ended}`)
  return { address: caller.pc, stackAbove: inner.cfa - 1 }
}

/** After a stop that does not count the search begins anew from there. */
function back(search: () => Search): Motion {
  let part: Search | null = null
  return {
    backwards: true,
    giveUp: () => part?.giveUp(),
    go(budget) {
      part ??= search()
      const stop = part.go(budget)
      if (stop.kind !== 'interrupted') part = null
      return stop
    },
  }
}

export const instructionBack = (s: Session, id: number): Motion => back(() => searchInstruction(s, id))
export const continuingBack = (s: Session): Motion => back(() => searchBack(s))

/** To an instant of the recording. */
export const going = (s: Session, instant: Instant): Motion => ({
  backwards: true,
  go(budget) {
    const stop = goTo(s, instant, { budget })
    if (taskById(s, s.focus) === null) s.focus = tasksOf(s, null)[0]?.pid ?? s.focus
    return stop
  },
  says: ({ kind }) => ({
    reason: 'goto',
    description: kind === 'historyEnd' ? 'the recording ends here' : 'the instant that was asked for',
  }),
})

/** Back to where the innermost function was called. */
export function backOut(sight: Sight, id: number): Motion {
  const way = wayOut(sight, id)
  return back(() => searchCall(sight.s, id, way))
}

/** A line of that many steps is left in its middle: each is a run of its own. */
const MOST_STEPS_BACK = 100

/** Back to where a line began: the one that was executed last, calls and all. */
export function lineBack(sight: Sight, id: number): Motion {
  const { s } = sight
  let part: Search | null = null
  let steps = 0
  return {
    backwards: true,
    giveUp: () => part?.giveUp(),
    go(budget) {
      part ??= searchOver(s, id)
      const stop = part.go(budget)
      if (stop.kind !== 'step') return stop
      part = null
      const task = taskById(s, id)
      const line = task === null ? null : lineOf(spaceOf(sight, task), regPc(s.k, task))
      return line === null || line.isStart || ++steps >= MOST_STEPS_BACK ? stop : { kind: 'interrupted' }
    },
  }
}
