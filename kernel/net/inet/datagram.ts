// Datagrams of the internet families: UDP, and what ping and raw sockets share with it: queues bounded by SO_RCVBUF, names, errors that come
// back (net/ipv4/udp.c, datagram.c).
import {
  AF_INET6,
  AF_UNSPEC,
  EACCES,
  EAGAIN,
  EINVAL,
  ENETUNREACH,
  ENOBUFS,
  ENOTCONN,
  IPPROTO_UDP,
  isErrno,
  MSG,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  SO,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import type { Blocked } from '../../waiting.ts'
import { BOTH_SHUTDOWN, forgetSocket, isOn, raiseError, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, stateChanged, waitOn } from '../socket.ts'
import type { Datagram, DatagramSocket, Endpoint, PortTable, Received, Socket, Wanted } from '../types.ts'
import { datagramSize } from '../unix/size.ts'
import { anyOf, familyOf, kindOf, sockaddr } from './address.ts'
import { controlOf, errorControl } from './datagram-control.ts'
import { destination, sourceFor } from './names.ts'
import { tell, wayOf } from './outside.ts'
import { claimPort, hear, hearNoMore, releasePort } from './ports.ts'

const NOTHING = new Uint8Array(0)

export const newDatagramSocket = (k: Kernel, family: number): DatagramSocket => ({
  kind: 'datagram',
  local: { address: anyOf(family), port: 0 },
  remote: null,
  formerPort: 0,
  v6only: k.state.sysctl.bindV6only !== 0,
  boundAddress: false,
  boundPort: false,
  claim: null,
  outside: 0,
  values: {},
  queue: [],
  errors: [],
  corked: null,
  groups: [],
  charged: 0,
})

export function datagramOf({ own, family }: Socket): DatagramSocket {
  if (own.kind !== 'datagram') throw new Error(`a datagram operation on a socket of family ${family}`)
  return own
}

/** Where the sockets of a protocol are found. */
export const tableOf = (k: Kernel, { protocol }: Socket): PortTable =>
  k.state.ns.net.inet.datagrams[protocol] ?? k.state.ns.net.inet.datagrams[0]

/** Messages that are charged at once. */
const CHARGED_TOGETHER = 16
/** What Linux counts for headers. */
const HEADER_ROOM = 64

/** Puts a datagram into a queue. False: there is no room, and it is lost. */
export function enqueue(k: Kernel, to: Socket, datagram: Omit<Datagram, 'size' | 'time'>): boolean {
  const own = datagramOf(to)
  if (own.outside < 0) return answerFlow(k, own, datagram.bytes)
  const size = datagramSize(datagram.bytes.length) + HEADER_ROOM
  if (to.receiveMemory + size > to.options.receiveBuffer && own.queue.length > 0) return false
  if (to.shutdown & RECEIVE_SHUTDOWN && to.dead) return false
  try {
    if (own.queue.length >= own.charged) {
      chargeKmem(k, CHARGED_TOGETHER * KMEM.message, ENOBUFS)
      own.charged += CHARGED_TOGETHER
    }
    chargeKmem(k, datagram.bytes.length, ENOBUFS)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  own.queue.push({ ...datagram, size, time: k.state.time })
  to.receiveMemory += size
  wakeAll(k, to.readable)
  return true
}

/** What is sent to the end of a flow goes on to the host. */
function answerFlow(k: Kernel, { outside }: DatagramSocket, bytes: Uint8Array): boolean {
  tell(k, { what: 'datagram', id: outside, address: '', port: 0, bytes, connected: true })
  return true
}

/** Errors that wait are as many as their bytes fit into the buffer. */
const ERRORS_MOST = 64

/** An ICMP error came back for what the socket sent: the next call answers it where it is connected, or asked for errors (IP_RECVERR). */
export function errorFor(k: Kernel, socket: Socket, code: number, bytes: Uint8Array, to: Endpoint, asked: boolean): void {
  const own = datagramOf(socket)
  if (!asked && own.remote === null) return
  if (asked && own.errors.length < ERRORS_MOST) {
    try {
      chargeKmem(k, KMEM.message + bytes.length, ENOBUFS)
      own.errors.push({ code, bytes: bytes.slice(), to })
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  socket.error = code
  stateChanged(k, socket)
}

export function receiveDatagram(k: Kernel, task: Task, socket: Socket, { flags, max }: Wanted): Received | Blocked {
  const own = datagramOf(socket)
  if (flags & MSG.MSG_ERRQUEUE) return receiveError(socket, max)
  raiseError(socket)
  const peeks = (flags & MSG_PEEK) !== 0
  const skip = peeks ? Math.max(0, socket.options.peekOffset) : 0
  const [datagram] = own.queue
  if (datagram === undefined) {
    const nonblocking = (flags & MSG_DONTWAIT) !== 0
    if (socket.shutdown & RECEIVE_SHUTDOWN && !nonblocking) return received(NOTHING, 0, 0, null)
    return waitOn(k, task, [socket.readable], nonblocking, socket.options.receiveTimeout)
  }
  const length = Math.max(0, datagram.bytes.length - skip)
  const bytes = datagram.bytes.subarray(skip, skip + Math.min(length, max))
  if (peeks && socket.options.peekOffset >= 0) socket.options.peekOffset += bytes.length
  if (!peeks) {
    own.queue.shift()
    socket.receiveMemory -= datagram.size
    if (socket.options.peekOffset > 0) socket.options.peekOffset = Math.max(0, socket.options.peekOffset - datagram.bytes.length)
  }
  return {
    ...received(bytes, length, bytes.length < length ? MSG_TRUNC : 0, sockaddr(socket.family, datagram.from)),
    control: controlOf(k, socket, own, datagram),
  }
}

const received = (bytes: Uint8Array, length: number, flags: number, from: Uint8Array | null): Received => ({
  bytes,
  length,
  flags,
  from,
  control: [],
  files: null,
  last: true,
  taken: true,
})

/** MSG_ERRQUEUE: what was sent and failed, to whom, and why. */
function receiveError(socket: Socket, max: number): Received {
  const own = datagramOf(socket)
  const found = own.errors.shift()
  if (found === undefined) throw EAGAIN
  socket.error = own.errors[0]?.code ?? 0
  const bytes = found.bytes.subarray(0, max)
  const flags = MSG.MSG_ERRQUEUE | (bytes.length < found.bytes.length ? MSG_TRUNC : 0)
  return { ...received(bytes, found.bytes.length, flags, sockaddr(socket.family, found.to)), control: [errorControl(socket, found)] }
}

const READABLE = POLLIN | POLLRDNORM

export function pollDatagram(socket: Socket): number {
  const { queue, errors } = datagramOf(socket)
  let mask = POLLOUT | POLLWRNORM | POLLWRBAND
  if (socket.error !== 0 || errors.length > 0) mask |= POLLERR | (isOn(socket, SO.SO_SELECT_ERR_QUEUE) ? POLLPRI : 0)
  if (socket.shutdown & RECEIVE_SHUTDOWN) mask |= READABLE | POLLRDHUP
  if (socket.shutdown === BOTH_SHUTDOWN) mask |= POLLHUP
  if (queue.length > 0) mask |= READABLE
  return mask
}

/** connect(2): where what is sent without an address goes, and from whom alone anything comes. AF_UNSPEC ends it. */
export function connectDatagram(k: Kernel, socket: Socket, bytes: Uint8Array, autobind: () => void): number {
  const own = datagramOf(socket)
  if (bytes.length < 2) throw EINVAL
  if (familyOf(bytes) === AF_UNSPEC) return disconnectDatagram(k, socket)
  if (own.local.port === 0) autobind()
  const to = destination(socket, own, bytes)
  checkWay(k, socket, to.address)
  const table = tableOf(k, socket)
  hearNoMore(table, socket, own)
  if (!own.boundAddress) own.local.address = sourceFor(to.address)
  if (own.claim !== null) claimPort(table, socket, own)
  hear(table, socket, own)
  own.remote = to
  socket.state = 'connected'
  return 0
}

/** ENETUNREACH: no way leads there; EACCES: to all, which SO_BROADCAST must allow. */
export function checkWay(k: Kernel, socket: Socket, address: string): void {
  const kind = wayOf(k, address)
  if (kind === 'broadcast') {
    if (!isOn(socket, SO.SO_BROADCAST)) throw EACCES
    if (!address.startsWith('127.')) throw ENETUNREACH
  } else if (kind === 'multicast') {
    if (!goesToLoopback(socket)) throw ENETUNREACH
  } else if (kind === 'outside') {
    // Nothing else leaves the machine.
    if (socket.protocol !== IPPROTO_UDP) throw ENETUNREACH
    if (kindOf(datagramOf(socket).local.address) === 'local') throw EINVAL
  } else if (kind !== 'local') throw ENETUNREACH
}

/** Groups are reached by who named the loopback device (IP_MULTICAST_IF, IPV6_MULTICAST_IF). */
const goesToLoopback = (socket: Socket): boolean => {
  const { values } = datagramOf(socket)
  return (socket.family === AF_INET6 ? values['41:17'] : values['0:32']) === 1
}

function disconnectDatagram(k: Kernel, socket: Socket): number {
  const own = datagramOf(socket)
  const table = tableOf(k, socket)
  own.remote = null
  socket.state = 'closed'
  hearNoMore(table, socket, own)
  if (!own.boundAddress) own.local.address = anyOf(socket.family)
  if (own.boundPort) {
    claimPort(table, socket, own)
    hear(table, socket, own)
  } else {
    releasePort(table, own)
    own.local.port = 0
  }
  return 0
}

export function shutDownDatagram(k: Kernel, socket: Socket, how: number): void {
  const connected = datagramOf(socket).remote !== null
  socket.shutdown |= how
  stateChanged(k, socket)
  if (!connected) throw ENOTCONN
}

export function closeDatagram(k: Kernel, socket: Socket): void {
  const own = datagramOf(socket)
  const table = tableOf(k, socket)
  hearNoMore(table, socket, own)
  releasePort(table, own)
  if (own.outside > 0) {
    k.state.ns.net.outside.ends.delete(own.outside)
    tell(k, { what: 'close', id: own.outside })
  }
  own.queue = []
  own.errors = []
  own.corked = null
  socket.receiveMemory = 0
  socket.state = 'closed'
  socket.shutdown |= SEND_SHUTDOWN | RECEIVE_SHUTDOWN
  forgetSocket(k, socket)
}
