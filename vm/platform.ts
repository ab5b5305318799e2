// The hosted platform: whoever calls `run` is the supervisor. A trap is answered to the caller as a stop, and its next `run` is the return
// from it; there are no devices, and the only interrupt is the hart's timer, which ends a run on the same instruction in every engine.
import { timeOf } from './csr.ts'
import { COUNTERS } from './layout.ts'
import type { Platform } from './state.ts'
import { stopFor, takeTrap } from './trap.ts'

export const hosted: Platform = {
  name: 'hosted',
  devices: [],
  onTrap: takeTrap,
  read: () => null,
  write: () => false,
  pending: (machine, hart) => (hart.counters[COUNTERS.timer] <= timeOf(machine, hart) ? stopFor(machine, 'timer') : null),
}
