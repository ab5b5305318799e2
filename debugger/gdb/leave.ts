// What becomes of a signal that a program is stopped with when the debugger leaves it.
import { sigbit, takeSignal } from '../../kernel/index.ts'
import { changed, taskById } from '../session/index.ts'
import type { GdbServer } from './types.ts'

/**
 * A process is let go: it gets the signal it is stopped with, unless gdb said that programs may not get that one. A trap's own signal is
 * not kept for it: where its instruction is still to be executed it traps again, and gdb may have put the program elsewhere.
 */
export function leaveSignal(g: GdbServer, pid: number): void {
  const held = g.signal
  const task = held === null ? null : taskById(g.session, held.task)
  if (held === null || task === null || task.group.tgid !== pid) return
  g.signal = null
  const allowed = g.programSignals === null || g.programSignals.has(held.info.signal)
  if (allowed && !held.info.forced) return
  takeSignal(g.session.k, task, sigbit(held.info.signal))
  changed(g.session)
}
