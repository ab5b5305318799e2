// TCP_CORK and MSG_MORE: what does not fill a segment waits for more, up to a fifth of a second. It lies at the end of the receiver's ring,
// and has not come there yet.
import { SOCKET_LEVELS, TCP } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { frontOf } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import { addTimer, cancelTimer } from '../../time/index.ts'
import type { Socket } from '../types.ts'
import { forward } from './outside.ts'
import { arrivedOf, segmentOf, tcpOf } from './tcp.ts'
import { bytesSeen } from './wire.ts'

const KEPT_NS = 200e6
const CORK = `${SOCKET_LEVELS.SOL_TCP}:${TCP.TCP_CORK}`

export const isCorked = (socket: Socket): boolean => (tcpOf(socket).values[CORK] ?? 0) !== 0

/** Bytes have been put behind those that wait: full segments go, and the rest where nothing `waits` for more. */
export function hold(k: Kernel, socket: Socket, count: number, waits: boolean): void {
  const own = tcpOf(socket)
  if (own.peer === null) return
  const to = tcpOf(own.peer)
  to.held = waits ? (to.held + count) % segmentOf(own) : 0
  if (to.held === 0) stopTimer(k, socket)
  else if (own.timer === 0) own.timer = addTimer(k, k.state.time + KEPT_NS, { kind: 'network', of: socket })
}

function stopTimer(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  if (own.timer !== 0) cancelTimer(k, own.timer)
  own.timer = 0
}

/** What it keeps back goes now. */
export function release(k: Kernel, socket: Socket): void {
  const { peer } = tcpOf(socket)
  if (peer === null || tcpOf(peer).held === 0) return
  const to = tcpOf(peer)
  const before = arrivedOf(peer)
  to.held = 0
  stopTimer(k, socket)
  const came = arrivedOf(peer) - before
  if (k.events.packet !== undefined) bytesSeen(k, socket, frontOf(k, to, came, before))
  if (to.outside !== 0) forward(k, peer)
  else if (came > 0 && before + came >= peer.options.receiveLow) wakeAll(k, peer.readable)
}
