// The way out of the machine's network. A connection that leads there has an end in the kernel that stands for the host: an ordinary TCP socket
// without a file, whose bytes go on to the host as commands. What the host answers is in outside-events.ts.
import { AF_INET, AF_INET6, ENOBUFS, IPPROTO_TCP, SOCK_STREAM, TCP_STATES } from '../../abi/index.ts'
import type { NetworkCommand } from '../../host.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, frontOf, KMEM } from '../../mm/index.ts'
import { cancelTimer } from '../../time/index.ts'
import { forgetSocket, newOptions, newSocket } from '../socket.ts'
import type { Endpoint, Socket } from '../types.ts'
import { isOwn, isV6, kindOf, type AddressKind } from './address.ts'
import { releasePort } from './ports.ts'
import { arrivedOf, connectionKey, newTcp, tcpOf } from './tcp.ts'
import { synSeen } from './wire.ts'

const S = TCP_STATES
/** SO_RCVBUF of an end: half of it is what the host is told at once. */
const END_BUFFER = 1 << 20
/** Ends and sockets that the host has numbers of, at most. */
const ENDS_MOST = 1024

/** Like `kindOf`, as it is for this machine: 'outside' is where a way leads. */
export function wayOf(k: Kernel, address: string): AddressKind | 'outside' {
  const kind = kindOf(address)
  if (kind !== 'other' || !k.state.ns.net.outside.open) return kind
  return isOwn(address) ? 'local' : 'outside'
}

/** Tells the host, unless that has heard it already: the past is run again. */
export function tell(k: Kernel, command: NetworkCommand): void {
  const told = ++k.state.ns.net.outside.told
  if (told <= k.networkTold) return
  k.networkTold = told
  k.host.network?.tell(command)
}

/** Is there room for another number? */
export const hasRoom = ({ state }: Kernel): boolean => state.ns.net.outside.ends.size < ENDS_MOST

/** The number of a socket of datagrams, from now on. ENOBUFS. */
export function numberOf(k: Kernel, socket: Socket): number {
  const { outside } = k.state.ns.net
  const own = socket.own as { outside: number }
  if (own.outside !== 0) return own.outside
  if (!hasRoom(k)) throw ENOBUFS
  own.outside = ++outside.last
  outside.ends.set(own.outside, socket)
  return own.outside
}

/** An end that stands for the host. ENOBUFS: there is no room for it. */
export function newEnd(k: Kernel, id: number, local: Endpoint): Socket {
  if (!hasRoom(k)) throw ENOBUFS
  chargeKmem(k, KMEM.socket, ENOBUFS)
  const family = isV6(local.address) ? AF_INET6 : AF_INET
  const end = newSocket(k, null, {
    family,
    type: SOCK_STREAM,
    protocol: IPPROTO_TCP,
    options: { ...newOptions(k), receiveBuffer: END_BUFFER, sendBuffer: END_BUFFER },
    own: { ...newTcp(k, family), local, outside: id },
  })
  k.state.ns.net.outside.ends.set(id, end)
  return end
}

/** connect(2) leads out: the host is asked. ENOBUFS. */
export function connectOutside(k: Kernel, socket: Socket, to: Endpoint): void {
  const { net } = k.state.ns
  const own = tcpOf(socket)
  const end = newEnd(k, ++net.outside.last, { ...to })
  const far = tcpOf(end)
  far.remote = own.local
  far.tcp = S.SYN_RECV
  far.peer = socket
  own.peer = end
  net.inet.connections.set(connectionKey(to, own.local), end)
  synSeen(k, socket)
  tell(k, { what: 'connect', id: far.outside, ...to })
}

/** What lies in an end's ring, and that nothing follows it, goes on to the host. */
export function forward(k: Kernel, end: Socket): void {
  const own = tcpOf(end)
  const count = arrivedOf(end) - own.told
  if (count > 0) {
    tell(k, { what: 'bytes', id: own.outside, bytes: frontOf(k, own, count, own.told).slice() })
    own.told += count
  }
  if (!own.ended || own.endTold || own.told < own.used) return
  own.endTold = true
  tell(k, { what: 'end', id: own.outside })
}

/** An end is closed: the host is told, unless both directions came to their end before. */
export function endClosed(k: Kernel, end: Socket): void {
  const own = tcpOf(end)
  if (!own.endTold || !own.finSent) tell(k, { what: 'reset', id: own.outside })
  dropEnd(k, end)
}

/** The host has no such number any more. */
export function dropEnd(k: Kernel, end: Socket): void {
  const { inet, outside } = k.state.ns.net
  const own = tcpOf(end)
  outside.ends.delete(own.outside)
  if (own.remote !== null) {
    const key = connectionKey(own.local, own.remote)
    if (inet.connections.get(key) === end) inet.connections.delete(key)
  }
  if (own.timer !== 0) cancelTimer(k, own.timer)
  releasePort(inet.tcp, own)
  own.timer = 0
  own.tcp = S.CLOSE
  own.peer = null
  own.half = null
  own.ring = new Uint8Array(0)
  own.head = own.used = own.held = 0
  forgetSocket(k, end)
}

/** Who connects gives up. */
export function giveUp(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const end = own.peer
  own.peer = null
  if (end === null) return
  tell(k, { what: 'reset', id: tcpOf(end).outside })
  dropEnd(k, end)
}

/**
 * The machine has halted: what its programs sent and closed before goes out, whatever the windows are. Changes nothing of the state, which is
 * not run any more.
 */
export function sendRest(k: Kernel): void {
  const { state, host, networkTold } = k
  const { ends, told } = state.ns.net.outside
  if (told < networkTold) return
  for (const [id, { own }] of ends) {
    if (own.kind !== 'tcp' || own.endTold || own.peer?.dead !== true) continue
    const rest = frontOf(k, own, own.used - own.told, own.told).slice()
    if (rest.length > 0) host.network?.tell({ what: 'bytes', id, bytes: rest })
    host.network?.tell({ what: 'end', id })
  }
}

/** Does it stand for the host? Programs do not see it. */
export const isEnd = ({ own, file }: Socket): boolean => 'outside' in own && own.outside !== 0 && file === null
