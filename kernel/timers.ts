// What happens when a timer expires, by its kind.
import { emit } from './events.ts'
import { timerFdExpired } from './ipc/index.ts'
import type { Kernel } from './kernel.ts'
import { ringTimer, runNotes } from './ring/index.ts'
import { networkTimer } from './net/index.ts'
import { replenish, wakeTask } from './sched/index.ts'
import { takeDueTimer, type TimerSpec } from './time/index.ts'
import { charge, enterKernel } from './timing/index.ts'
import { itimerExpired, posixTimerExpired } from './signal/index.ts'

type Expiry<K extends TimerSpec['kind']> = (k: Kernel, spec: Extract<TimerSpec, { kind: K }>) => void

const EXPIRY: { [K in TimerSpec['kind']]: Expiry<K> } = {
  wake: (k, { task }) => wakeTask(k, task),
  replenish: (k, { task }) => replenish(k, task),
  itimer: (k, { group, which }) => itimerExpired(k, group, which),
  timerfd: (k, { data }) => timerFdExpired(k, data),
  ring: (k, { request }) => ringTimer(k, request),
  network: (k, { of }) => networkTimer(k, of),
  posixTimer: (k, { group, id }) => posixTimerExpired(k, group, id),
}

/** Fires everything that is due by now, earliest first: the first hart's interrupt. False: nothing was. */
export function fireTimers(k: Kernel): boolean {
  let fired = false
  for (let timer = takeDueTimer(k); timer !== null; timer = takeDueTimer(k)) {
    if (!fired) {
      k.state.harts[0].timerInterrupts++
      interrupt(k)
    }
    fired = true
    if (k.events.timer !== undefined) emit(k, { kind: 'timer', hart: 0, what: timer.spec.kind })
    const expire = EXPIRY[timer.spec.kind] as (k: Kernel, spec: TimerSpec) => void
    expire(k, timer.spec)
  }
  if (k.state.ringNotes.length > 0) runNotes(k)
  return fired
}

function interrupt(k: Kernel): void {
  const { costs } = k.state
  if (k.machine.timing === null || costs === null) return
  const [hart] = k.state.harts
  costs.hart = hart.id
  if (hart.current === null) charge(k, 'timer', null)
  else enterKernel(k, hart.id, hart.current, 'timer')
}
