// Bytes of TCP connections: send, receive, urgent bytes, readiness (net/ipv4/tcp.c).
import {
  EAGAIN,
  EINVAL,
  ENOBUFS,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
  errnoByCode,
  isErrno,
  MSG,
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
  SO,
  TCP_STATES,
  type Errno,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { dropFront, frontOf, growRing, putRing } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import type { Blocked } from '../../waiting.ts'
import { BOTH_SHUTDOWN, brokenPipe, isOn, raiseError, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, tellRoom, waitOn } from '../socket.ts'
import type { Outgoing, Received, Socket, TcpSocket, Wanted } from '../types.ts'
import { hold, isCorked } from './cork.ts'
import { deliverFin, finish, resetBy } from './ending.ts'
import { acceptable, hasConnection } from './opening.ts'
import { forward, tell } from './outside.ts'
import { arrivedOf, isWritable, tcpOf, unsentOf, windowOf } from './tcp.ts'
import { bytesSeen, resetSeen } from './wire.ts'
import { forgetTimeWait } from './time-wait.ts'

const S = TCP_STATES
const NOTHING = new Uint8Array(0)

const received = (bytes: Uint8Array, length: number, flags: number, last: boolean, taken: boolean): Received => ({
  bytes,
  length,
  flags,
  from: null,
  control: [],
  files: null,
  last,
  taken,
})
const atEnd = (): Received => received(NOTHING, 0, 0, true, true)

/** What a send finds that cannot go on (sk_stream_error): the error that is due, or EPIPE, which is a signal too. */
function broken(k: Kernel, task: Task, socket: Socket, { done, flags }: Outgoing): Errno {
  const errno = errnoByCode(socket.error) ?? EPIPE
  if (done > 0) return errno
  socket.error = 0
  return errno === EPIPE ? brokenPipe(k, task, flags) : errno
}

export function sendTcp(k: Kernel, task: Task, socket: Socket, message: Outgoing): number | Blocked {
  const own = tcpOf(socket)
  const { bytes, flags, left } = message
  const nonblocking = (flags & MSG_DONTWAIT) !== 0
  // As with net.ipv4.tcp_fastopen off.
  if (flags & MSG.MSG_FASTOPEN) throw EOPNOTSUPP
  if (own.tcp !== S.ESTABLISHED && own.tcp !== S.CLOSE_WAIT) {
    if (own.tcp !== S.SYN_SENT || socket.error !== 0) throw broken(k, task, socket, message)
    return waitOn(k, task, [socket.writable], nonblocking, socket.options.sendTimeout)
  }
  if (socket.error !== 0 || socket.shutdown & SEND_SHUTDOWN) throw broken(k, task, socket, message)
  if (bytes.length === 0) return 0
  const { peer } = own
  if (peer === null || isDeaf(peer)) {
    // That there is an urgent byte is heard before what it is.
    if (flags & MSG_OOB && peer !== null && !peer.dead) {
      const to = tcpOf(peer)
      to.urgent = { at: to.read + to.used + bytes.length - 1, byte: bytes[bytes.length - 1], read: false }
    }
    return sendToNobody(k, socket, bytes)
  }
  const room = socket.options.sendBuffer - unsentOf(socket)
  if (room <= 0) {
    socket.wantsRoom = true
    return waitOn(k, task, [socket.writable], nonblocking, socket.options.sendTimeout)
  }
  const part = room < bytes.length ? bytes.subarray(0, room) : bytes
  const urgent = (flags & MSG_OOB) !== 0 && left === 0 && part.length === bytes.length
  if (urgent) passOldUrgent(k, peer)
  put(k, socket, peer, part, !urgent && ((flags & MSG.MSG_MORE) !== 0 || isCorked(socket)))
  if (urgent) urge(k, peer, bytes[bytes.length - 1])
  return part.length
}

/** Bytes of an end that stands for the host go to whoever it is connected with. ENOBUFS. */
export function pass(k: Kernel, end: Socket, bytes: Uint8Array): void {
  const { peer } = tcpOf(end)
  if (peer === null || isDeaf(peer)) sendToNobody(k, end, bytes)
  else put(k, end, peer, bytes, false)
}

/** Its owner closed it, or wants nothing more: what comes is answered by a reset. */
function isDeaf(peer: Socket): boolean {
  if (peer.dead) return true
  const { tcp } = tcpOf(peer)
  return (tcp === S.FIN_WAIT1 || tcp === S.FIN_WAIT2) && (peer.shutdown & RECEIVE_SHUTDOWN) !== 0
}

/** The bytes are sent, and a reset is the answer. */
function sendToNobody(k: Kernel, socket: Socket, bytes: Uint8Array): number {
  const own = tcpOf(socket)
  const { peer, half } = own
  own.sent += bytes.length
  resetSeen(k, socket, bytes)
  own.peer = null
  own.half = null
  if (half !== null) forgetTimeWait(k, half)
  if (peer !== null) {
    tcpOf(peer).peer = null
    if (peer.dead) finish(k, peer)
    else resetBy(k, peer)
  }
  resetBy(k, socket)
  return bytes.length
}

function put(k: Kernel, socket: Socket, peer: Socket, bytes: Uint8Array, more: boolean): void {
  const own = tcpOf(socket)
  const to = tcpOf(peer)
  if (to.ring.length < to.used + bytes.length)
    try {
      growRing(k, to, bytes.length)
    } catch (error) {
      throw isErrno(error) ? ENOBUFS : error
    }
  const before = arrivedOf(peer)
  putRing(to, bytes)
  own.sent += bytes.length
  hold(k, socket, bytes.length, more)
  own.lastSent = to.lastReceived = k.state.time
  const came = arrivedOf(peer) - before
  if (k.events.packet !== undefined) bytesSeen(k, socket, frontOf(k, to, came, before))
  if (to.deferred) acceptable(k, peer)
  if (to.outside !== 0) return forward(k, peer)
  // What lies beyond the window has not come yet.
  if (came > 0 && before + came >= peer.options.receiveLow) wakeAll(k, peer.readable)
}

/** An urgent byte that is next to be read goes unread when another one comes (tcp_check_urg). */
function passOldUrgent(k: Kernel, peer: Socket): void {
  const { urgent, read, used } = tcpOf(peer)
  if (urgent !== null && urgent.at === read && used > 0 && !isOn(peer, SO.SO_OOBINLINE)) consumeTcp(k, peer, 1)
}

/** The byte that was sent last is urgent. One before that, which nobody read, is a byte like others. */
function urge(k: Kernel, peer: Socket, byte: number): void {
  const to = tcpOf(peer)
  to.urgent = { at: to.read + to.used - 1, byte, read: false }
  if (peer.file !== null) k.kinds.urge(k, peer.file)
  wakeAll(k, peer.readable)
}

// ---- receive

/** MSG_OOB (tcp_recv_urg). */
function receiveUrgent(socket: Socket, { flags, max }: Wanted): Received {
  const own = tcpOf(socket)
  const { urgent } = own
  if (isOn(socket, SO.SO_OOBINLINE) || urgent === null || urgent.read) throw EINVAL
  if (own.tcp === S.CLOSE && !own.ended) throw ENOTCONN
  if (!(flags & MSG_PEEK)) urgent.read = true
  if (max === 0) return received(NOTHING, 0, MSG_OOB | MSG_TRUNC, true, true)
  return received(Uint8Array.of(urgent.byte), 1, MSG_OOB, true, true)
}

/** How many bytes one read can have from `skip` on: the mark of an urgent byte ends it. `hole`: that byte itself comes first, and is passed over. */
function reach(socket: Socket, skip: number): { count: number; hole: boolean } {
  const { urgent, read } = tcpOf(socket)
  const there = arrivedOf(socket) - skip
  if (urgent === null) return { count: there, hole: false }
  const before = urgent.at - read - skip
  if (before < 0 || before >= there) return { count: there, hole: false }
  if (before > 0) return { count: before, hole: false }
  return { count: there, hole: !isOn(socket, SO.SO_OOBINLINE) }
}

export function receiveTcp(k: Kernel, task: Task, socket: Socket, wanted: Wanted): Received | Blocked {
  const own = tcpOf(socket)
  const { flags, max, done, least } = wanted
  if (flags & MSG.MSG_ERRQUEUE) throw EAGAIN
  if (own.tcp === S.LISTEN) throw ENOTCONN
  if (flags & MSG_OOB) return receiveUrgent(socket, wanted)
  const peeks = (flags & MSG_PEEK) !== 0
  const { peekOffset } = socket.options
  let skip = peeks ? Math.max(0, peekOffset) : 0
  let { count, hole } = reach(socket, skip)
  if (done > 0 && own.urgent !== null && own.urgent.at === own.read) return atEnd()
  if (hole) {
    if (peeks) skip++
    else passHole(k, socket)
    count--
  }
  if (count > 0) {
    const part = Math.min(count, max)
    if (peeks && peekOffset >= 0) socket.options.peekOffset += part
    if (flags & MSG_TRUNC && !peeks) {
      consumeTcp(k, socket, part)
      return received(NOTHING, part, 0, true, true)
    }
    // Behind a mark the next read begins, and what was only looked at is not looked at again.
    const marked = own.urgent !== null && count < arrivedOf(socket) - skip
    return received(frontOf(k, own, part, skip), part, 0, peeks || marked, peeks)
  }
  if (max === 0 || done >= least) return atEnd()
  if (done > 0 && (socket.error !== 0 || own.tcp === S.CLOSE || socket.shutdown & RECEIVE_SHUTDOWN)) return atEnd()
  if (own.ended) return atEnd()
  raiseError(socket)
  if (socket.shutdown & RECEIVE_SHUTDOWN) return atEnd()
  if (own.tcp === S.CLOSE) throw ENOTCONN
  return waitOn(k, task, [socket.readable], (flags & MSG_DONTWAIT) !== 0, socket.options.receiveTimeout)
}

/** The urgent byte is passed over by who reads the stream. */
function passHole(k: Kernel, socket: Socket): void {
  consumeTcp(k, socket, 1)
}

/** So many bytes are read: the window has so much more room, and what waited for it comes in. */
export function consumeTcp(k: Kernel, socket: Socket, count: number): null {
  const own = tcpOf(socket)
  const { peer, used, urgent } = own
  const window = windowOf(socket)
  const before = arrivedOf(socket)
  dropFront(own, count)
  own.read += count
  if (urgent !== null && own.read > urgent.at) own.urgent = null
  if (socket.options.peekOffset >= 0) socket.options.peekOffset = Math.max(0, socket.options.peekOffset - count)
  if (peer === null) return null
  const { outside } = tcpOf(peer)
  if (outside !== 0) tell(k, { what: 'taken', id: outside, count })
  if (used <= window) return null
  if (k.events.packet !== undefined) {
    const there = arrivedOf(socket)
    const came = Math.max(0, there - (before - count))
    bytesSeen(k, peer, frontOf(k, own, came, there - came))
  }
  if (own.used > 0) wakeAll(k, socket.readable)
  if (own.used <= window) deliverFin(k, peer)
  if (!peer.dead && isWritable(peer)) tellRoom(k, peer)
  return null
}

// ---- readiness

const READABLE = POLLIN | POLLRDNORM
const WRITABLE = POLLOUT | POLLWRNORM

/** Bytes to be read, of as many as wake a reader (SO_RCVLOWAT). */
function isReadable(socket: Socket, own: TcpSocket): boolean {
  const there = arrivedOf(socket)
  if (there === 0) return false
  const atMark = own.urgent !== null && own.urgent.at === own.read && !isOn(socket, SO.SO_OOBINLINE)
  return there >= Math.min(socket.options.receiveLow, windowOf(socket)) + Number(atMark)
}

export function pollTcp(socket: Socket): number {
  const own = tcpOf(socket)
  const { shutdown, error } = socket
  if (own.tcp === S.LISTEN) return hasConnection(own) ? READABLE : 0
  let mask = error !== 0 ? POLLERR : 0
  if (shutdown === BOTH_SHUTDOWN || own.tcp === S.CLOSE) mask |= POLLHUP
  if (shutdown & RECEIVE_SHUTDOWN) mask |= READABLE | POLLRDHUP
  if (own.tcp === S.SYN_SENT) return mask
  if (isReadable(socket, own)) mask |= READABLE
  if (shutdown & SEND_SHUTDOWN || isWritable(socket)) mask |= WRITABLE
  else socket.wantsRoom = true
  if (own.urgent !== null && !own.urgent.read) mask |= POLLPRI
  return mask
}

/** Bytes that FIONREAD tells: up to an urgent one. */
export function waitingBytes(socket: Socket): number {
  const own = tcpOf(socket)
  const there = arrivedOf(socket)
  if (own.urgent === null || isOn(socket, SO.SO_OOBINLINE)) return there
  const before = own.urgent.at - own.read
  return before >= 0 && before < there ? before : there
}

export const isAtMark = (socket: Socket): boolean => {
  const { urgent, read } = tcpOf(socket)
  return urgent !== null && urgent.at === read
}
