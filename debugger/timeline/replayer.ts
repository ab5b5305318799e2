// Who runs the past again: a kernel of its own, with its own events, points and output. Whoever listens to the present hears nothing of a
// replay, it stops where nobody but itself wants it to, and the host has had its output. Machine and state are one and are lent: a
// second machine would decode all code again, and each step would copy the state and every page that differs once more.
import { newEventStream, type Kernel } from '../../kernel/index.ts'
import { setDebugPoints } from '../../vm/index.ts'

export interface Replayer {
  readonly present: Kernel
  readonly past: Kernel
}

export function newReplayer(present: Kernel): Replayer {
  const host = { ...present.host, write: (): 0 => 0 }
  return { present, past: { ...present, host, events: newEventStream(), pause: false, holdSignal: null, enough: null } }
}

/**
 * Lends the machine to the replayer's kernel while `run` lasts, without any points to stop at. Then the present stands where that has come to,
 * with its own points. Nobody may look at the present meanwhile.
 */
export function replay<T>({ present, past }: Replayer, run: (past: Kernel) => T): T {
  const { machine } = present
  const { debug } = machine
  setDebugPoints(machine, null)
  past.enough = present.enough
  lend(present, past)
  try {
    return run(past)
  } finally {
    lend(past, present)
    setDebugPoints(machine, debug)
  }
}

function lend(from: Kernel, to: Kernel): void {
  to.state = from.state
  to.journal = from.journal
  to.outputBytes = from.outputBytes
  to.shownBytes = from.shownBytes
  to.networkTold = from.networkTold
}
