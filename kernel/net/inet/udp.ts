// UDP (udp(7)): one send is one datagram, unless it is corked; where nobody listens an error comes back.
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  EAFNOSUPPORT,
  EAGAIN,
  ECONNREFUSED,
  EDESTADDRREQ,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  EOPNOTSUPP,
  EPIPE,
  isErrno,
  IP,
  IPV6,
  MSG,
  MSG_OOB,
  SOCKADDR_IN_BYTES,
  SOCKET_LEVELS,
  UDP,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { raiseError, SEND_SHUTDOWN } from '../socket.ts'
import type { DatagramSocket, Endpoint, Outgoing, OutgoingControl, Socket, SocketOption } from '../types.ts'
import { familyOf, isAny, isV6, kindOf } from './address.ts'
import { askedSource } from './datagram-control.ts'
import { checkWay, connectDatagram, datagramOf, enqueue, errorFor, tableOf } from './datagram.ts'
import { ipValue } from './ip-options.ts'
import { atBothLevels, countsOf, coverageOptions, coversEnough } from './udp-lite.ts'
import { bindTo, destination, sourceFor } from './names.ts'
import { numberOf, tell, wayOf } from './outside.ts'
import { conflictsUdp, hear, receiverOf, takePort } from './ports.ts'
import { datagramSeen } from './wire.ts'

/** Bytes of the largest datagram: of all that IP carries, without headers. */
export const largestUdp = ({ family }: Socket): number => (family === AF_INET6 ? 65527 : 65507)

export function bindUdp(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array): number {
  const own = datagramOf(socket)
  bindTo(k, task, socket, own, bytes, { table: tableOf(k, socket), unbound: true, rule: conflictsUdp })
  hear(tableOf(k, socket), socket, own)
  return 0
}

/** Who sends or connects has a port. EAGAIN: there is none. */
function autobind(k: Kernel, socket: Socket): void {
  const own = datagramOf(socket)
  if (own.local.port !== 0) return
  try {
    takePort(k, tableOf(k, socket), socket, own, 0, conflictsUdp)
  } catch (error) {
    throw isErrno(error) ? EAGAIN : error
  }
  hear(tableOf(k, socket), socket, own)
}

export const connectUdp = (k: Kernel, socket: Socket, bytes: Uint8Array): number =>
  connectDatagram(k, socket, bytes, () => autobind(k, socket))

/** Where a send goes. EDESTADDRREQ, EINVAL for no port, EAFNOSUPPORT. */
function destinationOf(socket: Socket, own: DatagramSocket, to: Uint8Array | null): Endpoint {
  if (to === null || (socket.family === AF_INET6 && to.length >= 2 && familyOf(to) === AF_UNSPEC)) {
    if (own.remote === null) throw EDESTADDRREQ
    return own.remote
  }
  const found = namedBy(socket, own, to)
  if (found.port === 0) throw EINVAL
  return found
}

/** An AF_INET6 socket takes IPv4 addresses too, an AF_INET one such without a family. */
function namedBy(socket: Socket, own: DatagramSocket, to: Uint8Array): Endpoint {
  const family = to.length < 2 ? AF_UNSPEC : familyOf(to)
  if (socket.family === AF_INET6) {
    if (family !== AF_INET) return destination(socket, own, to)
    if (own.v6only) throw ENETUNREACH
    return destination({ ...socket, family: AF_INET }, own, to)
  }
  if (to.length < SOCKADDR_IN_BYTES) throw EINVAL
  if (family !== AF_INET && family !== AF_UNSPEC) throw EAFNOSUPPORT
  return destination(socket, own, Uint8Array.from([AF_INET, 0, ...to.subarray(2)]))
}

const { SOL_UDP } = SOCKET_LEVELS
const { UDP_CORK, UDP_SEGMENT } = UDP

export function sendUdp(k: Kernel, _task: Task, socket: Socket, message: Outgoing): number {
  const own = datagramOf(socket)
  const { bytes, left, flags, control } = message
  autobind(k, socket)
  const most = largestUdp(socket)
  if (bytes.length + left > 0xffff) throw EMSGSIZE
  if (flags & MSG_OOB) throw EOPNOTSUPP
  const to = own.corked?.to ?? destinationOf(socket, own, message.to)
  const asked = askedSource(control)
  checkWay(k, socket, to.address)
  if (bytes.length + left + (own.corked?.bytes.length ?? 0) > most) {
    own.corked = null
    throw EMSGSIZE
  }
  raiseError(socket)
  if (socket.shutdown & SEND_SHUTDOWN) throw EPIPE
  if (left > 0) return 0
  if (own.corked !== null || flags & MSG.MSG_MORE || own.values[`${SOL_UDP}:${UDP_CORK}`]) {
    cork(k, own, to, bytes, control)
    if (!(flags & MSG.MSG_MORE) && !own.values[`${SOL_UDP}:${UDP_CORK}`]) flush(k, socket)
    return bytes.length
  }
  deliver(k, socket, to, bytes, control, asked)
  return bytes.length
}

function cork(k: Kernel, own: DatagramSocket, to: Endpoint, bytes: Uint8Array, control: OutgoingControl | null): void {
  chargeKmem(k, bytes.length, ENOBUFS)
  const before = own.corked?.bytes ?? new Uint8Array(0)
  const whole = new Uint8Array(before.length + bytes.length)
  whole.set(before)
  whole.set(bytes, before.length)
  own.corked = { to, bytes: whole, control: own.corked?.control ?? control }
}

/** What was corked goes out as one datagram. */
function flush(k: Kernel, socket: Socket): void {
  const own = datagramOf(socket)
  const { corked } = own
  own.corked = null
  if (corked !== null) deliver(k, socket, corked.to, corked.bytes, corked.control, askedSource(corked.control))
}

function deliver(k: Kernel, socket: Socket, to: Endpoint, bytes: Uint8Array, control: OutgoingControl | null, asked: string | null): void {
  const own = datagramOf(socket)
  const v6 = isV6(to.address)
  const from: Endpoint = { address: asked ?? (isAny(own.local.address) ? sourceFor(to.address) : own.local.address), port: own.local.port }
  const hops =
    control?.hops ??
    (v6
      ? ipValue(socket, SOL_IPV6, IPV6.IPV6_UNICAST_HOPS, k.state.sysctl.defaultTtl)
      : ipValue(socket, SOL_IP, IP.IP_TTL, k.state.sysctl.defaultTtl))
  const service = control?.service ?? (v6 ? ipValue(socket, SOL_IPV6, IPV6.IPV6_TCLASS) : ipValue(socket, SOL_IP, IP.IP_TOS)) & 0xff
  const datagram = { bytes: bytes.slice(), from, to: to.address, port: to.port, hops, service }
  const table = tableOf(k, socket)
  const kind = kindOf(to.address)
  const counts = countsOf(k, socket)
  counts.sent++
  if (kind === 'multicast' || kind === 'broadcast') {
    datagramSeen(k, socket.protocol, from, to, bytes, false, hops, service)
    for (const other of k.state.ns.net.sockets)
      if (isMember(other, socket, to, kind) && coversEnough(socket, other, bytes.length)) enqueue(k, other, datagram)
    return
  }
  if (wayOf(k, to.address) === 'outside') {
    datagramSeen(k, socket.protocol, from, to, bytes, false, hops, service)
    tell(k, { what: 'datagram', id: numberOf(k, socket), ...to, bytes: datagram.bytes, connected: own.remote !== null })
    return
  }
  const receiver = receiverOf(table, to, from)
  datagramSeen(k, socket.protocol, from, to, bytes, receiver === null, hops, service)
  if (receiver === null) {
    counts.noPorts++
    const recvErr = v6 ? ipValue(socket, SOL_IPV6, IPV6.IPV6_RECVERR) : ipValue(socket, SOL_IP, IP.IP_RECVERR)
    errorFor(k, socket, ECONNREFUSED.code, bytes, to, recvErr !== 0)
  } else if (!coversEnough(socket, receiver, bytes.length)) counts.errors++
  else if (enqueue(k, receiver, datagram)) counts.received++
}
const { SOL_IP, SOL_IPV6 } = SOCKET_LEVELS

/** Does a socket hear what goes to a group, or to all? */
function isMember(other: Socket, sender: Socket, { address, port }: Endpoint, kind: 'multicast' | 'broadcast'): boolean {
  if (other.own.kind !== 'datagram' || other.protocol !== sender.protocol || other.own.local.port !== port) return false
  const { local, groups } = other.own
  if (isV6(address) !== (other.family === AF_INET6)) return false
  if (!isAny(local.address) && local.address !== address) return false
  return kind === 'broadcast' || groups.includes(address)
}

const flag = (name: number): SocketOption => ({
  level: SOL_UDP,
  name,
  get: (_k, _task, socket) => datagramOf(socket).values[`${SOL_UDP}:${name}`] ?? 0,
  set(_k, _task, socket, { int }) {
    datagramOf(socket).values[`${SOL_UDP}:${name}`] = int === 0 ? 0 : 1
  },
})

export const udpOptions: readonly SocketOption[] = atBothLevels([
  ...coverageOptions,
  {
    ...flag(UDP_CORK),
    set(k, _task, socket, { int }) {
      datagramOf(socket).values[`${SOL_UDP}:${UDP_CORK}`] = int === 0 ? 0 : 1
      if (int === 0) flush(k, socket)
    },
  },
  flag(UDP.UDP_NO_CHECK6_TX),
  flag(UDP.UDP_NO_CHECK6_RX),
  // Datagrams that come are never put together.
  flag(UDP.UDP_GRO),
  {
    level: SOL_UDP,
    name: UDP_SEGMENT,
    get: () => 0,
    // Datagrams are not cut up here.
    set(_k, _task, _socket, { int }) {
      if (int !== 0) throw EINVAL
    },
  },
])
