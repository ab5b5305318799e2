// Going backwards without a look at sources: by instructions, over calls, to the call of a function, to the last stop, to any instant.
import { REG } from '../../vm/index.ts'
import { regBig, regPc, type Task } from '../../kernel/index.ts'
import { refTo, taskById, type Instant, type Session, type Stop, type TaskRef } from '../session/index.ts'
import { LATEST, nowOf, travel, travelSome } from '../timeline/index.ts'
import { settleAt } from './arrive.ts'
import { callsBefore, isCallTo, returns } from './code.ts'
import { goingTo, recorded, searching, whole, type PastOptions } from './pieces.ts'
import { firstInstant, goingBefore, goingToStart, lastCount, lastStop } from './search.ts'
import type { WayOut } from './sight.ts'
import { INTERRUPTED, type BackOptions, type Motion, type Turn, type Work } from './types.ts'

/** Back to before the last instruction that a task executed, or the last so many. */
export function* instructionBack(past: Session, turn: Turn, who: TaskRef, count = 1): Work {
  const executed = taskById(past, who)?.sched.instructions ?? lastCount(recorded(past), who)
  if (yield* goingBefore(past, turn, who, executed - count + 1)) return { kind: 'step', task: who }
  return yield* goingToStart(past, turn, who)
}

/** Back over a call that has returned: to before it was made. */
export function* overBack(past: Session, turn: Turn, who: TaskRef): Work {
  const task = taskById(past, who)
  if (task === null) return yield* instructionBack(past, turn, who)
  const sp = regBig(past.k, task, REG.sp)
  const back = regPc(past.k, task)
  const first = yield* instructionBack(past, turn, who)
  const at = taskById(past, who)
  if (first.kind !== 'step' || at === null || !returns(past, at)) return first
  return yield* toCall(past, turn, who, back, now => regBig(past.k, now, REG.sp) === sp)
}

/** Back to before the call of a function. */
export const callBack = (past: Session, turn: Turn, who: TaskRef, { address, stackAbove }: WayOut): Work =>
  toCall(past, turn, who, address, task => Number(regBig(past.k, task, REG.sp)) > stackAbove)

/** Back to before the last call that returns to an address, where its stack is the right one. */
function* toCall(past: Session, turn: Turn, who: TaskRef, back: number, isSame: (task: Task) => boolean): Work {
  const counts = (task: Task): boolean => task.id === who.id && isSame(task) && isCallTo(past, task, back)
  return (yield* lastStop(past, turn, { addresses: callsBefore(back), counts })) ?? (yield* goingToStart(past, turn, who))
}

/** Back by one instruction of whichever hart it was, or by so many. */
export function* machineBack(past: Session, turn: Turn, count = 1): Work {
  const { executed } = past.k.state
  if (executed - count < firstInstant(past).executed) return yield* goingToStart(past, turn, null)
  yield* goingTo(past, turn, { executed: executed - count, steps: LATEST })
  return { kind: 'step', task: past.focus }
}

/** Replaying is not hitting: it counts on copies. */
const ownPoints = (s: Session, { signals = true, catchpoints = [] }: BackOptions): PastOptions => ({
  points: new Map([...s.points.values(), ...catchpoints].map(point => [point.id, { ...point }])),
  signalStops: signals ? s.signalStops : new Set(),
})

function* stopBack(past: Session, turn: Turn): Work {
  return (yield* lastStop(past, turn)) ?? (yield* goingToStart(past, turn, null))
}

/** Back to the last stop before now. */
export const searchBack = (s: Session, options: BackOptions = {}): Motion => searching(s, stopBack, () => ownPoints(s, options))
export const searchInstruction = (s: Session, who: TaskRef, count = 1): Motion =>
  searching(s, (past, turn) => instructionBack(past, turn, refTo(who), count))
export const searchMachineStep = (s: Session, count = 1): Motion => searching(s, (past, turn) => machineBack(past, turn, count))
export const searchOver = (s: Session, who: TaskRef): Motion => searching(s, (past, turn) => overBack(past, turn, refTo(who)))

/** Back to the last stop before now, all of it at once; without one to the beginning of the recording. */
export const reverseResume = (s: Session): Stop => whole(searchBack(s))
/** Back by one instruction of a task, all of it at once: to before the last that it executed. */
export const reverseStepInstruction = (s: Session, who: TaskRef): Stop => whole(searchInstruction(s, who))
export const reverseStepMachine = (s: Session): Stop => whole(searchMachineStep(s))
export const reverseStepOver = (s: Session, who: TaskRef): Stop => whole(searchOver(s, who))

/**
 * Goes to an instant of the recording; an instant that never comes is the last one there is. With a budget the answer is `interrupted` when
 * so much work was done (or the kernel's `enough` says so) without getting there: the same call goes on.
 */
export function goTo(s: Session, instant: Instant, { budget }: { budget?: number } = {}): Stop {
  const t = recorded(s)
  const travelled = budget !== undefined ? travelSome(t, instant, budget) : travel(t, instant) ? 'there' : 'end'
  if (travelled === 'cut') return INTERRUPTED
  return settleAt(s, travelled === 'there' ? { kind: 'step', task: s.focus } : { kind: 'historyEnd' })
}

/** To an instant of the recording. Cut, it is left where it is. */
export const going = (s: Session, instant: Instant): Motion => ({
  backwards: true,
  go: budget => goTo(s, instant, { budget }),
  giveUp: () => {},
})

/**
 * Back to before the last thing that the kernel did. That was at some instruction before now: it is found by going back twice as far each
 * time, then by halving.
 */
export function* kernelBack(past: Session, turn: Turn): Work {
  const here = nowOf(past.k)
  const first = firstInstant(past)
  const step: Stop = { kind: 'step', task: past.focus }
  if (here.steps <= first.steps) {
    yield* goingTo(past, turn, first)
    return { kind: 'historyStart' }
  }
  function* isBefore(executed: number): Work<boolean> {
    yield* goingTo(past, turn, { executed, steps: here.steps - 1 })
    return nowOf(past.k).steps < here.steps
  }
  let high = here.executed
  let low = high
  for (let far = 1; low > first.executed && !(yield* isBefore(low)); far *= 2) {
    high = low
    low = Math.max(first.executed, high - far)
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (yield* isBefore(middle)) low = middle
    else high = middle
  }
  yield* goingTo(past, turn, { executed: low, steps: here.steps - 1 })
  return step
}
