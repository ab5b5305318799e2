// Arriving somewhere by other ways than running there.
import { passHere } from '../../vm/index.ts'
import { taskById, type Session, type Stop } from '../session/index.ts'

/** Whose stop it is has the focus, and going on from here does not stop at a breakpoint that is right here. */
export function settleAt(s: Session, stop: Stop): Stop {
  if ('task' in stop && taskById(s, stop.task) !== null) s.focus = stop.task
  const { machine } = s.k
  const onHart = taskById(s, s.focus)?.onHart ?? -1
  passHere(machine, machine.harts[Math.max(onHart >= 0 ? onHart : machine.lastHart, 0)])
  return stop
}
