// All motions by name: which way each goes, what ends it besides the session's stops, and how it begins. Faces name them, and have the words.
// To add one, add a row.
import { regPc, type Task } from '../../kernel/index.ts'
import { refTo, taskById, type Session, type TaskRef } from '../session/index.ts'
import { NoSystem, type BareMotion, type BareSession } from '../target/index.ts'
import { bareAddress, bareHart, bareInstruction, bareMachine, bareOver, bareStop, type BareAbout, type BareBegin } from './bare.ts'
import { going, instructionBack, kernelBack, machineBack, overBack, searchBack } from './back.ts'
import { instruction, onward, over, stepHart, stepKernel, stepMachine, to, within } from './forward.ts'
import { later, line } from './line.ts'
import { lineBack, outBack } from './line-back.ts'
import { isCut, isOver, leg, moving, repeated, searching, stepping } from './pieces.ts'
import { wayOut } from './sight.ts'
import type { About, Motion, Mover, Turn, Work } from './types.ts'

export interface MotionRow {
  way: 'on' | 'back'
  /** What ends it, besides a stop: it goes on (or back) until ... */
  until: string
  /** Throws NoWay where there is none. */
  begin(m: Mover, who: TaskRef, about: About): Motion
  /** The same on a machine alone. Missing: it is about tasks, sources, the kernel or the past. */
  bare?: BareBegin
}

/** A step forwards, which may be made several times. */
const step = (until: string, make: (m: Mover, turn: Turn, who: TaskRef, about: About) => Work, bare?: BareBegin): MotionRow => ({
  way: 'on',
  until,
  bare,
  begin: (m, who, about) =>
    moving(m.s, turn => {
      const isEnough = (): boolean => isCut(m.s, turn)
      return repeated(m.s, about.count ?? 1, isEnough, () => make(m, turn, who, about))
    }),
})

/** A step backwards, likewise. */
const stepBack = (until: string, make: (m: Mover, past: Session, turn: Turn, who: TaskRef) => Work): MotionRow => ({
  way: 'back',
  until,
  begin: (m, who, about) =>
    searching(m.s, (past, turn) => {
      const isEnough = (): boolean => isOver(past, turn)
      return repeated(past, about.count ?? 1, isEnough, () => leg(past, turn, make(m, past, turn, who)))
    }),
})

/** Many steps backwards are one way. */
const stepsBack = (until: string, make: (past: Session, turn: Turn, who: TaskRef, count: number) => Work): MotionRow => ({
  way: 'back',
  until,
  begin: (m, who, { count = 1 }) =>
    searching(m.s, (past, turn) =>
      repeated(
        past,
        Math.min(count, 1),
        () => false,
        () => make(past, turn, who, count),
      ),
    ),
})

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a motion was begun without ${what}`)
  return value
}

const pcOf = (s: Session, task: Task | null): number | null => (task === null ? null : regPc(s.k, task))

/** Within its range, if it has one. */
function ranged(s: Session, turn: Turn, { range }: About, at: () => Task | null, one: () => Work): Work {
  return range === undefined ? one() : within(s, turn, range, () => pcOf(s, at()), one)
}

export const MOTIONS = {
  stop: {
    way: 'on',
    until: 'something stops it',
    begin: m => moving(m.s, turn => onward(m.s, turn)),
    bare: bareStop,
  },
  instruction: step(
    'the task has executed an instruction (a system call is one), or has left a range of addresses',
    (m, turn, who, about) =>
      ranged(
        m.s,
        turn,
        about,
        () => taskById(m.s, who),
        () => instruction(m.s, turn, who, m.rules.hits),
      ),
    bareInstruction,
  ),
  over: step('... and what that called has returned', (m, turn, who) => over(m.s, turn, who, m.rules.hits), bareOver),
  line: step('another line of source begins, in a function that was called too', (m, turn, who) => line(m, turn, who, true)),
  lineOver: step('another line of source begins, calls and all', (m, turn, who) => line(m, turn, who, false)),
  later: step('a later line of the function, past the ends of loops', (m, turn, who) => later(m, turn, who)),
  out: {
    way: 'on',
    until: 'the function of a frame has returned',
    begin(m, who, { frame }) {
      const way = wayOut(m, who, frame)
      return moving(m.s, turn => to(m.s, turn, { ...way, task: who }))
    },
  },
  address: step(
    'the task is at an address',
    (m, turn, who, { address }) => to(m.s, turn, { address: needed(address, 'an address'), task: who }),
    bareAddress,
  ),
  machine: step('any hart has executed an instruction', (m, turn) => stepping(m.s, turn, () => stepMachine(m.s)), bareMachine),
  hart: step(
    'a hart has executed an instruction, or has left a range of addresses',
    (m, turn, _, about) => {
      const hart = needed(about.hart, 'a hart')
      return ranged(
        m.s,
        turn,
        about,
        () => m.s.k.state.harts[hart]?.current ?? null,
        () => stepping(m.s, turn, budget => stepHart(m.s, hart, budget)),
      )
    },
    bareHart,
  ),
  kernel: step('the kernel has done another thing', (m, turn) => stepping(m.s, turn, budget => stepKernel(m.s, budget))),

  stopBack: {
    way: 'back',
    until: 'the last stop before now',
    begin: (m, _, about) => searchBack(m.s, about),
  },
  instructionBack: stepsBack('before the last instructions of the task', instructionBack),
  overBack: stepBack('before the last instruction of the task, and over a call that has returned', (_, past, turn, who) =>
    overBack(past, turn, who),
  ),
  lineBack: stepBack('an earlier line of source begins, in a function that was called too', (m, past, turn, who) =>
    lineBack(m, past, turn, who, true),
  ),
  lineOverBack: stepBack('an earlier line of source begins, calls and all', (m, past, turn, who) => lineBack(m, past, turn, who, false)),
  outBack: {
    way: 'back',
    until: 'the call of the function of a frame',
    begin: (m, who, { frame = 0 }) => searching(m.s, outBack(m, who, frame)),
  },
  machineBack: stepsBack('before the last instructions of whichever harts', (past, turn, _, count) => machineBack(past, turn, count)),
  kernelBack: stepBack('before the last thing that the kernel did', (_, past, turn) => kernelBack(past, turn)),
  instant: {
    way: 'back',
    until: 'an instant, before now or after',
    begin: (m, _, { instant }) => going(m.s, needed(instant, 'an instant')),
  },
} satisfies Readonly<Record<string, MotionRow>>

export type MotionName = keyof typeof MOTIONS

/** Begins a motion of a task, that of the focus unless it is said. Throws NoWay where there is none. */
export const beginMotion = (m: Mover, name: MotionName, about: About = {}): Motion => {
  const row: MotionRow = MOTIONS[name]
  return row.begin(m, refTo(about.task ?? m.s.focus), about)
}

/** Begins a motion of a machine alone. NoSystem: it is about what only an operating system has. */
export function beginBare(s: BareSession, name: MotionName, about: BareAbout = {}): BareMotion {
  const row: MotionRow = MOTIONS[name]
  if (row.bare === undefined) throw new NoSystem(`the motion '${name}' needs an operating system to look into, and this machine has none`)
  return row.bare(s, about)
}
