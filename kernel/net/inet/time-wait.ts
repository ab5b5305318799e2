// What is left of connections whose owner is gone: FIN_WAIT2 until the other end closes too, then TIME_WAIT for a minute. It keeps the two
// ends from meeting again, and the port from being bound by who does not say SO_REUSEADDR.
import { TCP_STATES } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { addKmem, KMEM } from '../../mm/index.ts'
import { addTimer, cancelTimer } from '../../time/index.ts'
import type { Socket, TimeWait } from '../types.ts'
import { claimTimeWait, releasePort } from './ports.ts'
import { connectionKey, tcpOf } from './tcp.ts'

const NS = 1e9
const TIME_WAIT_NS = 60 * NS
/** Linux lets who connects have it again after a second (tcp_tw_reuse on the loopback device). */
const REUSED_AFTER = NS

/** In place of a connection, whose socket is about to leave the tables. null: there are too many (tcp_max_tw_buckets). */
export function leaveBehind(k: Kernel, socket: Socket, state: TimeWait['state']): TimeWait | null {
  const { inet } = k.state.ns.net
  const own = tcpOf(socket)
  const { remote } = own
  if (inet.timeWaits >= k.state.sysctl.tcpTimeWaits || remote === null) return null
  addKmem(k, KMEM.timeWait)
  const left: TimeWait = {
    kind: 'timeWait',
    state,
    family: socket.family,
    local: { ...own.local },
    remote,
    claim: own.claim === null ? null : claimTimeWait(inet.tcp, socket, own),
    user: socket.user,
    since: k.state.time,
    timer: 0,
  }
  inet.timeWaits++
  inet.connections.set(connectionKey(left.local, remote), left)
  const wait = state === TCP_STATES.TIME_WAIT ? TIME_WAIT_NS : k.state.sysctl.tcpFinTimeout * NS
  left.timer = addTimer(k, k.state.time + wait, { kind: 'network', of: left })
  return left
}

/** The other end closed too. */
export function beginTimeWait(k: Kernel, left: TimeWait): void {
  if (k.state.ns.net.inet.connections.get(connectionKey(left.local, left.remote)) !== left) return
  cancelTimer(k, left.timer)
  left.state = TCP_STATES.TIME_WAIT
  left.since = k.state.time
  left.timer = addTimer(k, k.state.time + TIME_WAIT_NS, { kind: 'network', of: left })
}

export function forgetTimeWait(k: Kernel, left: TimeWait): void {
  const { inet } = k.state.ns.net
  const key = connectionKey(left.local, left.remote)
  cancelTimer(k, left.timer)
  if (inet.connections.get(key) !== left) return
  inet.connections.delete(key)
  inet.timeWaits--
  releasePort(inet.tcp, left)
}

/** May a new connection have the two ends of this one? */
export const isOver = (k: Kernel, found: Socket | TimeWait | undefined): boolean =>
  found === undefined || (found.kind === 'timeWait' && found.state === TCP_STATES.TIME_WAIT && k.state.time - found.since > REUSED_AFTER)
