// Going forwards by lines of source: into functions that have lines, over calls, out of functions, past the ends of loops.
import { REG } from '../../vm/index.ts'
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { refTo, taskById, type Stop, type TaskRef } from '../session/index.ts'
import { callLength } from './code.ts'
import { instruction, over, to } from './forward.ts'
import { bodyOf, functionOf, lineOf, lineOfTask } from './lines.ts'
import { isCut } from './pieces.ts'
import { spaceOf, wayOut } from './sight.ts'
import { INTERRUPTED, type Mover, type Turn, type Work } from './types.ts'

/** Until the function of a frame has returned. */
const out = (m: Mover, turn: Turn, who: TaskRef, frame = 0): Work => to(m.s, turn, { ...wayOut(m, who, frame), task: who })

/** Where one stood before an instruction: what tells a call that was entered from one that was not. */
interface Footing {
  pc: number
  sp: number
  /** Length of the call that it was; 0: it was none. */
  call: number
}

function footing(m: Mover, task: Task): Footing {
  const { k } = m.s
  return { pc: regPc(k, task), sp: Number(regBig(k, task, REG.sp)), call: callLength(m.s, task) }
}

/** A line of source: until another one begins, or the function has returned. `into`: stops in functions that are called, if they have lines. */
export function* line(m: Mover, turn: Turn, who: TaskRef, into: boolean): Work {
  const { s, rules } = m
  const one = (): Work => (into ? instruction(s, turn, who, rules.hits) : over(s, turn, who, rules.hits))
  const first = taskById(s, who)
  const from = first === null ? null : lineOfTask(m, first)
  if (first === null || from === null) return yield* first !== null && rules.withoutLines === 'function' ? out(m, turn, who) : one()
  const begin = footing(m, first)
  let at = from
  for (;;) {
    const task = taskById(s, who)
    const before = task === null ? begin : footing(m, task)
    let stop: Stop = yield* one()
    let now = taskById(s, who)
    if (stop.kind !== 'step' || now === null) return stop
    if (into && before.call > 0 && !isWithin(regPc(s.k, now), at) && regPc(s.k, now) !== before.pc + before.call) {
      const entered = yield* entering(m, turn, now, before)
      if (entered.inside) return entered.stop
      stop = entered.stop
      now = taskById(s, who)
      if (now === null) return stop
    }
    if (!isWithin(regPc(s.k, now), at)) {
      const next = lineOfTask(m, now)
      if (next === null) return stop
      if (next.isStart && !(next.file === at.file && next.line === at.line)) return stop
      // Back in the caller, in the middle of the line that called.
      if (!next.isStart && rules.returns === 'amid' && Number(regBig(s.k, now, REG.sp)) > begin.sp) return stop
      if (!next.isStart) at = next
    }
    if (isCut(s, turn)) yield INTERRUPTED
  }
}

const isWithin = (pc: number, { start, end }: { start: number; end: number }): boolean => pc >= start && pc < end

/** A call was entered: there it ends if there are lines; a function without lines is run through. */
function* entering(m: Mover, turn: Turn, task: Task, before: Footing): Work<{ stop: Stop; inside: boolean }> {
  const { s } = m
  const space = spaceOf(m, task)
  const pc = regPc(s.k, task)
  if (lineOf(space, pc) === null) {
    const way = { address: Number(regBig(s.k, task, REG.ra)), task: refTo(task), stackAbove: before.sp - 1 }
    return { stop: yield* to(s, turn, way), inside: false }
  }
  const body = m.rules.enters === 'body' ? bodyOf(space, pc) : pc
  if (body === pc) return { stop: { kind: 'step', task: refTo(task) }, inside: true }
  return { stop: yield* to(s, turn, { address: body, task: refTo(task) }), inside: true }
}

/** Until a later line of the function, past the ends of loops. */
export function* later(m: Mover, turn: Turn, who: TaskRef): Work {
  const first = taskById(m.s, who)
  if (first === null) return yield* line(m, turn, who, false)
  const start = regPc(m.s.k, first)
  const name = functionOf(m, first)
  for (;;) {
    const stop = yield* line(m, turn, who, false)
    const task = taskById(m.s, who)
    if (stop.kind !== 'step' || task === null || regPc(m.s.k, task) > start || functionOf(m, task) !== name) return stop
    if (isCut(m.s, turn)) yield INTERRUPTED
  }
}
