// What comes in by itself: keys, the end of input, the window's size, host time that passed. Each goes into the journal with its
// instant before it takes effect; a replay takes it from there.
import { SIGCONT } from './abi/index.ts'
import { noteIncoming, type Incoming } from './journal.ts'
import type { Kernel } from './kernel.ts'
import { passLoad } from './sched/index.ts'
import type { NetworkEvent } from './host.ts'
import { networkEvent } from './net/index.ts'
import { runNotes } from './ring/index.ts'
import { nextTimer } from './time/index.ts'
import { chargeItimers, kernelInfo, signalProcessGroup } from './signal/index.ts'
import { countsCycles, idleUntil } from './timing/index.ts'
import { hangUp, resizeTty, ttyInput, typedAhead } from './tty/index.ts'

type Effect<K extends Incoming['kind']> = (k: Kernel, incoming: Extract<Incoming, { kind: K }>) => void

/** What each kind does. The console is always the first terminal. */
const EFFECTS: { [K in Incoming['kind']]: Effect<K> } = {
  input: (k, { bytes }) => ttyInput(k, k.state.ttys[0], bytes),
  endOfInput: k => hangUp(k, k.state.ttys[0]),
  resize: (k, { rows, columns }) => resizeTty(k, k.state.ttys[0], { rows, columns, xpixel: 0, ypixel: 0 }),
  continue: k => continueMain(k),
  network: (k, { event }) => networkEvent(k, event),
  clock: (k, { time, idle }) => (idle ? skipTo(k, time) : fallBehind(k, time)),
}

/** Does what came in (from the journal, when replaying). */
export function takeEffect(k: Kernel, incoming: Incoming): void {
  const effect = EFFECTS[incoming.kind] as (k: Kernel, incoming: Incoming) => void
  effect(k, incoming)
  k.state.steps++
  // At once, as where it came in: more may come before the machine runs again.
  if (k.state.ringNotes.length > 0) runNotes(k)
}

function arrive(k: Kernel, incoming: Incoming): void {
  noteIncoming(k, incoming)
  takeEffect(k, incoming)
}

export const isIdle = (k: Kernel): boolean => k.state.harts.every(hart => hart.current === null && hart.queue.length === 0)

/** Keys typed on the console. */
export const hostInput = (k: Kernel, bytes: Uint8Array): void => arrive(k, { kind: 'input', bytes: bytes.slice(), idle: isIdle(k) })

/** Something comes of the network that leads out of the machine (Host.network). */
export const hostNetwork = (k: Kernel, event: NetworkEvent): void => arrive(k, { kind: 'network', event, idle: isIdle(k) })

/** The run takes another course than the one that the host has seen: what led out of the machine is gone, on both sides. */
export function cutNetwork(k: Kernel): void {
  const { outside } = k.state.ns.net
  k.networkTold = outside.told
  k.host.network?.tell({ what: 'forget' })
  if (outside.ends.size > 0) hostNetwork(k, { what: 'lost' })
}

/** How many of them wait for programs to read: whoever types for a machine should stop meanwhile, nothing else bounds it. */
export const inputWaiting = (k: Kernel): number => typedAhead(k.state.ttys[0])

/** The terminal behind the console is gone. */
export const hostHangUp = (k: Kernel): void => arrive(k, { kind: 'endOfInput', idle: isIdle(k) })

/** The console's window has this size now. */
export const hostResize = (k: Kernel, rows: number, columns: number): void => arrive(k, { kind: 'resize', rows, columns, idle: isIdle(k) })

/** Somebody continues the program that stands still after Ctrl-Z, in the foreground, as a shell's `fg` does. */
export const hostContinue = (k: Kernel): void => arrive(k, { kind: 'continue', idle: isIdle(k) })

/** Is what the machine was started for stopped by a signal? */
export const isMainStopped = ({ state }: Kernel): boolean => state.main !== null && state.main.group.stopSignal !== 0

function continueMain(k: Kernel): void {
  const { main, ttys } = k.state
  if (main === null) return
  const { pgid, tty } = main.group
  if (tty === ttys[0]) tty.pgid = pgid
  signalProcessGroup(k, pgid, kernelInfo(SIGCONT))
}

/** The host waited while every task slept: guest time goes on to `time` (ns), but not past the next timer. */
export const advanceClock = (k: Kernel, time: number): void =>
  arrive(k, { kind: 'clock', time: Math.min(time, Math.max(nextTimer(k), k.state.time)), idle: isIdle(k) })

/** The host's clock shows more than the guest's, perhaps while programs run: that is put forward to `time` (ns). */
export const followClock = (k: Kernel, time: number): void =>
  isIdle(k) ? advanceClock(k, time) : arrive(k, { kind: 'clock', time, idle: false })

/** A host that is slower than the machine: what was running was running all that time. */
function fallBehind(k: Kernel, time: number): void {
  const { state } = k
  const passed = time - state.time
  if (passed <= 0) return
  for (const hart of state.harts) {
    const { current } = hart
    hart.time = Math.max(hart.time, time)
    if (current === null) {
      hart.idleTime += passed
      continue
    }
    current.usage.userTime += passed
    current.sched.sumExec += passed
    chargeItimers(k, current.group, passed, 0)
    if (hart.queue.length > 0) hart.resched = true
  }
  const { round } = state
  // A round that has begun ends here, for everybody.
  round.end = Math.max(round.end, time)
  if (!round.open) round.start = round.end
  state.time = time
  passLoad(k)
}

/** Time passes with every hart idle. */
export function skipTo(k: Kernel, time: number): void {
  const { state } = k
  const skipped = time - state.time
  if (skipped <= 0) return
  for (const hart of state.harts) {
    hart.idleTime += skipped
    idleUntil(k, hart, time)
  }
  if (!countsCycles(k)) state.round.start = state.round.end = time
  if (state.time < time) state.time = time
  passLoad(k)
  state.counts.idleTime += skipped
}
