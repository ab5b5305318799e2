// A machine with a way out of its network, in the debugger: what comes is heard between two pieces of a run, while the machine stands at its
// present. In the past it waits: there everything comes from the journal.
import { isBefore, now, type CommandHost, type Session } from '../../debugger/index.ts'
import { newArrivals } from '../drive.ts'
import type { Network } from '../network.ts'

/** Between two looks at whether the one who waits has had enough (ms). */
const LOOK_MS = 50

/** The same host of commands, which hears the network. */
export function online(host: CommandHost, session: Session, network: Network): CommandHost {
  const arrivals = newArrivals()
  network.start(session.k, arrivals.add)
  const isPresent = (): boolean => session.timeline === null || !isBefore(now(session), session.timeline.end)
  const hear = (): boolean => {
    if (!isPresent() || arrivals.effects.length === 0) return false
    for (const effect of arrivals.effects.splice(0)) effect()
    return true
  }
  return {
    ...host,
    async goOn() {
      const on = await host.goOn()
      hear()
      return on
    },
    async wait() {
      while (isPresent() && (arrivals.effects.length > 0 || network.expects())) {
        if (hear()) return true
        if (!(await host.goOn())) return false
        if (arrivals.effects.length === 0) await arrivals.pause(LOOK_MS)
      }
      return false
    },
  }
}
