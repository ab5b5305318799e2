// Going backwards by lines of source: to where the line began that was executed last, into functions or over them; out to a function's call.
import { REG } from '../../vm/index.ts'
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { taskById, type Session, type TaskRef } from '../session/index.ts'
import { instructionBack, callBack, overBack } from './back.ts'

import { lineOfTask } from './lines.ts'
import { isOver, leg } from './pieces.ts'
import { wayOut, type WayOut } from './sight.ts'
import { INTERRUPTED, NoWay, type Mover, type Turn, type Work } from './types.ts'

/** A mover of the past: the same eyes, on a session that replays. */
const inPast = (m: Mover, past: Session): Mover => ({ ...m, s: past })

const alive = (past: Session, who: TaskRef): Task | null => {
  const task = taskById(past, who)
  return task !== null && task.mm !== null ? task : null
}

/** The way out of where a task is now; null: there is none. */
function wayFrom(m: Mover, who: TaskRef): WayOut | null {
  try {
    return wayOut(m, who)
  } catch (error) {
    if (error instanceof NoWay) return null
    throw error
  }
}

/** Back to the start of the line that was executed last: into functions that have lines, or over them. */
export function* lineBack(mover: Mover, past: Session, turn: Turn, who: TaskRef, into: boolean): Work {
  const m = inPast(mover, past)
  const one = (): Work => leg(past, turn, into ? instructionBack(past, turn, who) : overBack(past, turn, who))
  const first = alive(past, who)
  const from = first === null ? null : lineOfTask(m, first)
  if (first !== null && from === null && m.rules.withoutLines === 'function') {
    // In a function without lines: back to its call.
    const way = wayFrom(m, who)
    if (way === null) return yield* one()
    const back = yield* leg(past, turn, callBack(past, turn, who, way))
    return back.kind === 'historyStart' ? back : yield* toLineStart(m, turn, who, one, 0)
  }
  // From inside of a line, its start is the line before.
  if (first !== null && from !== null && !from.isStart) return yield* toLineStart(m, turn, who, one, 0)
  const begun = first === null ? null : { pc: regPc(past.k, first), sp: Number(regBig(past.k, first, REG.sp)) }
  const stop = yield* one()
  const task = alive(past, who)
  if (stop.kind !== 'step' || task === null) return stop
  // Into a function without lines: to its call.
  if (begun !== null && isWithoutLines(m, task) && Number(regBig(past.k, task, REG.sp)) <= begun.sp) {
    const back = yield* leg(past, turn, callBack(past, turn, who, { address: begun.pc, stackAbove: begun.sp - 1 }))
    if (back.kind !== 'step') return back
  }
  return yield* toLineStart(m, turn, who, one, 1)
}

const isWithoutLines = (m: Mover, task: Task): boolean => m.rules.withoutLines === 'function' && lineOfTask(m, task) === null

/** Back to the first instruction of the line that a task is in, after so many steps. */
function* toLineStart(m: Mover, turn: Turn, who: TaskRef, one: () => Work, steps: number): Work {
  const past = m.s
  for (;;) {
    const task = alive(past, who)
    const line = task === null ? null : lineOfTask(m, task)
    if (task === null || line === null || line.isStart || steps >= m.rules.mostBack) return { kind: 'step', task: who }
    const pc = regPc(past.k, task)
    const stop = yield* one()
    steps++
    if (stop.kind !== 'step') return stop
    const now = alive(past, who)
    if (now !== null && isWithoutLines(m, now)) {
      const way = { address: pc, stackAbove: Number(regBig(past.k, now, REG.sp)) - 1 }
      const back = yield* leg(past, turn, callBack(past, turn, who, way))
      if (back.kind !== 'step') return back
    }
    if (isOver(past, turn)) yield INTERRUPTED
  }
}

/** Back to the call of the function that a frame is of. */
export function outBack(mover: Mover, who: TaskRef, frame: number): (past: Session, turn: Turn) => Work {
  const way = wayOut(mover, who, frame)
  return (past, turn) => callBack(past, turn, who, way)
}
