// How TCP connections end: FIN from either side, resets, close(2), and what is left then (RFC 9293, 3.6; net/ipv4/tcp.c).
import { ECONNREFUSED, ECONNRESET, EPIPE, TCP_STATES, type Errno } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { cancelTimer } from '../../time/index.ts'
import { BOTH_SHUTDOWN, forgetSocket, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, stateChanged } from '../socket.ts'
import type { Socket } from '../types.ts'
import { anyOf } from './address.ts'
import { release } from './cork.ts'
import { claimPort, hearNoMore, releasePort } from './ports.ts'
import { endClosed, forward, giveUp } from './outside.ts'
import { arrivedOf, connectionKey, tcpOf, unsentOf } from './tcp.ts'
import { finSeen, resetSeen } from './wire.ts'
import { beginTimeWait, forgetTimeWait, leaveBehind } from './time-wait.ts'

const S = TCP_STATES
const NOTHING = new Uint8Array(0)

/** It is connected to nobody, in no table of connections any more, and (unless bind gave it) has no port. */
function detach(k: Kernel, socket: Socket): void {
  const { inet } = k.state.ns.net
  const own = tcpOf(socket)
  if (own.tcp === S.LISTEN) hearNoMore(inet.tcp, socket, own)
  if (own.tcp === S.SYN_SENT && own.peer !== null) giveUp(k, socket)
  if (own.remote !== null) {
    const key = connectionKey(own.local, own.remote)
    if (inet.connections.get(key) === socket) inet.connections.delete(key)
  }
  if (own.timer !== 0) cancelTimer(k, own.timer)
  own.timer = 0
  if (!own.boundPort) releasePort(inet.tcp, own)
  own.tcp = S.CLOSE
  own.peer = null
  own.half = null
}

/** tcp_done: nothing goes either way any more. One that nobody holds is gone. */
export function finish(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  detach(k, socket)
  socket.shutdown = BOTH_SHUTDOWN
  if (own.outside !== 0) endClosed(k, socket)
  else if (socket.dead) destroy(k, socket)
  else stateChanged(k, socket)
}

function destroy(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  releasePort(k.state.ns.net.inet.tcp, own)
  own.ring = NOTHING
  own.head = own.used = own.held = 0
  forgetSocket(k, socket)
}

/** A reset came (tcp_reset). What the other end had sent within the window can still be read. */
export function resetBy(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  if (own.tcp === S.CLOSE) return
  const errno: Errno = own.tcp === S.SYN_SENT ? ECONNREFUSED : own.tcp === S.CLOSE_WAIT ? EPIPE : ECONNRESET
  socket.error = errno.code
  own.used = arrivedOf(socket)
  own.held = 0
  dropFromQueue(socket)
  finish(k, socket)
}

/** One that nobody could accept yet leaves the listener's queue. Others stay in it: whoever accepts one finds it closed, as on Linux. */
function dropFromQueue(socket: Socket): void {
  const own = tcpOf(socket)
  if (!own.deferred || own.listener === null) return
  const { queue } = tcpOf(own.listener)
  queue.splice(queue.indexOf(socket), 1)
  own.listener = null
  socket.dead = true
}

/** Tells the other end, or what is left of it, that there is no such connection. */
function sendReset(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const { peer, half } = own
  if (peer !== socket) resetSeen(k, socket)
  own.peer = null
  own.half = null
  if (half !== null) forgetTimeWait(k, half)
  if (peer === null || peer === socket) return
  const other = tcpOf(peer)
  other.peer = null
  resetBy(k, peer)
}

/** It will send nothing more (tcp_close_state, tcp_send_fin). */
function sendFin(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  if (own.tcp === S.ESTABLISHED) own.tcp = S.FIN_WAIT1
  else if (own.tcp === S.CLOSE_WAIT) own.tcp = S.LAST_ACK
  else return
  own.finSent = true
  release(k, socket)
  deliverFin(k, socket)
}

/** FIN arrives behind all bytes: once the other end's window has room for them. */
export function deliverFin(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  if (!own.finSent || own.finTaken || unsentOf(socket) > 0) return
  finSeen(k, socket)
  own.finTaken = true
  const { peer, half } = own
  if (own.tcp === S.FIN_WAIT1) own.tcp = S.FIN_WAIT2
  if (peer !== null) takeFin(k, peer)
  else if (half !== null) beginTimeWait(k, half)
  if (own.tcp === S.LAST_ACK) finish(k, socket)
  else if (own.tcp === S.CLOSING) endInTimeWait(k, socket)
  else if (own.tcp === S.FIN_WAIT2 && socket.dead) becomeHalf(k, socket)
}

/** FIN came (tcp_fin). */
function takeFin(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  own.ended = true
  socket.shutdown |= RECEIVE_SHUTDOWN
  if (own.outside !== 0) forward(k, socket)
  if (own.tcp === S.ESTABLISHED) own.tcp = S.CLOSE_WAIT
  else if (own.tcp === S.FIN_WAIT1) own.tcp = S.CLOSING
  else if (own.tcp === S.FIN_WAIT2) return endInTimeWait(k, socket)
  if (!socket.dead) stateChanged(k, socket)
}

/** Both sides are closed, and this one closed first. */
function endInTimeWait(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const { peer } = own
  if (own.outside === 0) leaveBehind(k, socket, S.TIME_WAIT)
  if (peer !== null && peer !== socket) tcpOf(peer).peer = null
  finish(k, socket)
}

/** Its owner is gone and it waits for the other end: so much of a connection takes little room. */
function becomeHalf(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const { peer } = own
  const left = leaveBehind(k, socket, S.FIN_WAIT2)
  if (peer !== null && peer !== socket) {
    const other = tcpOf(peer)
    other.peer = null
    other.half = left
  }
  finish(k, socket)
}

const CONNECTED: ReadonlySet<number> = new Set([S.ESTABLISHED, S.CLOSE_WAIT, S.FIN_WAIT1, S.FIN_WAIT2])

/** The last file is closed (tcp_close). Unread bytes, or SO_LINGER of no time, make it a reset. */
export function closeTcp(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const { lingers, lingerSeconds } = socket.options
  socket.dead = true
  socket.shutdown = BOTH_SHUTDOWN
  if (own.tcp === S.LISTEN) stopListening(k, socket)
  const unread = arrivedOf(socket) > 0
  const resets = (unread || (lingers && lingerSeconds === 0)) && CONNECTED.has(own.tcp)
  if (resets) sendReset(k, socket)
  own.used = own.held = 0
  if (resets) return finish(k, socket)
  if (own.tcp === S.FIN_WAIT2) return becomeHalf(k, socket)
  else if (own.tcp === S.FIN_WAIT1 || own.tcp === S.CLOSING || own.tcp === S.LAST_ACK) return
  else if (own.tcp === S.ESTABLISHED || own.tcp === S.CLOSE_WAIT) return sendFin(k, socket)
  finish(k, socket)
}

/** Connections that nobody accepted are reset. */
function stopListening(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  for (const connection of own.queue.splice(0)) {
    tcpOf(connection).listener = null
    abort(k, connection)
  }
}

/** A connection that no file holds ends. */
export function abort(k: Kernel, connection: Socket): void {
  connection.dead = true
  sendReset(k, connection)
  finish(k, connection)
}

/** connect(2) to AF_UNSPEC, and what follows a connection that failed (tcp_disconnect). */
export function disconnect(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const was = own.tcp
  if (was === S.LISTEN) stopListening(k, socket)
  else if (CONNECTED.has(was)) {
    sendReset(k, socket)
    socket.error = ECONNRESET.code
  } else if (was === S.SYN_SENT) socket.error = ECONNRESET.code
  detach(k, socket)
  own.remote = null
  own.used = own.head = own.held = 0
  own.urgent = null
  own.finSent = own.finTaken = own.ended = false
  if (own.boundPort) claimPort(k.state.ns.net.inet.tcp, socket, own)
  else {
    own.formerPort = own.local.port
    own.local.port = 0
  }
  if (!own.boundAddress) own.local.address = anyOf(socket.family)
  socket.shutdown = 0
  socket.state = 'closed'
  stateChanged(k, socket)
}

/** shutdown(2) of what may still be sent. */
export function shutDownSending(k: Kernel, socket: Socket): void {
  socket.shutdown |= SEND_SHUTDOWN
  sendFin(k, socket)
}
