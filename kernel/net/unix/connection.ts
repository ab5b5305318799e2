// How AF_UNIX sockets come together and part: connect, listen and accept, pairs, shutdown, close.
import { AF_UNSPEC, ECONNREFUSED, ECONNRESET, EINVAL, EISCONN, EPERM, SO, SOCK_DGRAM } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { newQueue, wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import type { Blocked } from '../../waiting.ts'
import { BOTH_SHUTDOWN, credentialsOf, forgetSocket, newSocket, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, stateChanged, waitOn } from '../socket.ts'
import type { Socket, UnixSocket } from '../types.ts'
import { forgetReceived, isFull, maySend } from './datagram.ts'
import { discard, wantsSender } from './message.ts'
import { checkAddress, chooseName, dropName, findNamed, unixOf } from './names.ts'
import { collectCircles } from './rights.ts'

export const newUnix = (): UnixSocket => ({
  kind: 'unix',
  ring: new Uint8Array(0),
  head: 0,
  used: 0,
  name: null,
  path: null,
  other: null,
  queue: [],
  urgent: null,
  charged: 0,
  full: newQueue(),
})

const isDatagram = ({ type }: Socket): boolean => type === SOCK_DGRAM

export function listenOn(k: Kernel, task: Task, socket: Socket, backlog: number): void {
  if (unixOf(socket).name === null) throw EINVAL
  if (socket.state !== 'closed' && socket.state !== 'listening') throw EINVAL
  if (backlog > socket.backlog) wakeAll(k, unixOf(socket).full)
  socket.backlog = backlog
  socket.state = 'listening'
  socket.peer = credentialsOf(task)
}

/** connect(2) of a stream: the other end of the connection lies in the listener's queue until it is accepted, and can be written to at once. */
export function connectStream(k: Kernel, task: Task, socket: Socket, address: Uint8Array, nonblocking: boolean): number | Blocked {
  checkAddress(address)
  if (wantsSender(socket)) chooseName(task, socket)
  const listener = findNamed(k, task, address, socket.type)
  if (listener.state !== 'listening' || listener.shutdown & RECEIVE_SHUTDOWN) throw ECONNREFUSED
  if (isFull(listener)) return waitOn(k, task, [unixOf(listener).full], nonblocking, socket.options.sendTimeout)
  if (socket.state !== 'closed') throw socket.state === 'connected' ? EISCONN : EINVAL
  const { family, type, protocol } = socket
  const own = { ...newUnix(), other: socket, name: unixOf(listener).name }
  const backlog = k.state.sysctl.unixDatagrams
  const connection = newSocket(k, task, { family, type, protocol, own, state: 'connected', backlog, peer: credentialsOf(task) })
  socket.peer = listener.peer
  socket.state = 'connected'
  unixOf(socket).other = connection
  unixOf(listener).queue.push({ length: 1, bytes: null, size: 0, from: socket, credentials: null, files: null, time: -1, connection })
  wakeAll(k, listener.readable)
  return 0
}

/** What an accepted socket has of the one that listened. */
const INHERITED = [SO.SO_PASSCRED, SO.SO_PASSPIDFD, SO.SO_PASSSEC] as const

export function acceptFrom(k: Kernel, task: Task, socket: Socket, nonblocking: boolean): Socket | Blocked {
  if (socket.state !== 'listening') throw EINVAL
  const connection = unixOf(socket).queue.shift()?.connection
  if (!connection) {
    // Shut down: there will be none, but a call that does not wait is not told.
    if (socket.shutdown & RECEIVE_SHUTDOWN && !nonblocking) throw EINVAL
    return waitOn(k, task, [socket.readable], nonblocking, socket.options.receiveTimeout)
  }
  wakeAll(k, unixOf(socket).full)
  for (const option of INHERITED) connection.options.flags[option] = socket.options.flags[option] ?? 0
  return connection
}

/** connect(2) of a datagram socket: where what is sent without an address goes, and from whom alone anything comes. AF_UNSPEC ends it. */
export function connectDatagram(k: Kernel, task: Task, socket: Socket, address: Uint8Array): number {
  if (address.length < 2) throw EINVAL
  const own = unixOf(socket)
  const former = own.other
  if ((address[0] | (address[1] << 8)) === AF_UNSPEC) {
    if (former !== null) socket.state = 'closed'
    own.other = null
  } else {
    checkAddress(address)
    if (wantsSender(socket)) chooseName(task, socket)
    const other = findNamed(k, task, address, socket.type)
    if (!maySend(socket, other)) throw EPERM
    own.other = other
    socket.state = 'connected'
    other.state = 'connected'
  }
  if (former === null || former === own.other) return 0
  forgetReceived(k, socket, former)
  if (unixOf(former).other === null) former.state = 'closed'
  return 0
}

export function pairUp(_k: Kernel, task: Task, one: Socket, other: Socket): void {
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ]) {
    unixOf(socket).other = peer
    socket.peer = credentialsOf(task)
    socket.state = 'connected'
  }
}

export function shutDown(k: Kernel, socket: Socket, how: number): void {
  socket.shutdown |= how
  const { other } = unixOf(socket)
  if (other !== null && !other.dead && !isDatagram(socket)) {
    if (how & RECEIVE_SHUTDOWN) other.shutdown |= SEND_SHUTDOWN
    if (how & SEND_SHUTDOWN) other.shutdown |= RECEIVE_SHUTDOWN
    stateChanged(k, other)
  }
  stateChanged(k, socket)
}

/** A mark alone is nothing that was not read. */
const hasUnread = ({ queue }: UnixSocket): boolean =>
  queue.length > 1 || (queue.length === 1 && (queue[0].length > 0 || queue[0].bytes?.length === 0))

/** The last file is closed, or nobody will ever accept it: the other end finds the end, or a reset where something was not read. */
export function closeSocket(k: Kernel, socket: Socket, accepted = true): void {
  const own = unixOf(socket)
  const { other } = own
  const listened = socket.state === 'listening'
  dropName(k, socket)
  forgetSocket(k, socket)
  socket.state = 'closed'
  own.other = null
  wakeAll(k, own.full)
  if (other !== null && !other.dead && !isDatagram(socket)) {
    other.shutdown = BOTH_SHUTDOWN
    if (!accepted || hasUnread(own)) other.error = ECONNRESET.code
    stateChanged(k, other)
  }
  for (const message of own.queue.splice(0)) {
    if (listened && message.connection) closeSocket(k, message.connection, false)
    else discard(k, message)
  }
  own.ring = new Uint8Array(0)
  own.head = own.used = 0
  own.urgent = null
  if (accepted && k.state.ns.net.unix.inFlight.size > 0) collectCircles(k)
}
