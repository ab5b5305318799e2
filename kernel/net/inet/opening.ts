// How TCP connections begin: bind, listen, connect and accept, SYNs that nobody answers (net/ipv4/af_inet.c, tcp_ipv4.c, tcp_ipv6.c).
import {
  AF_UNSPEC,
  EADDRNOTAVAIL,
  EALREADY,
  ECONNABORTED,
  ECONNREFUSED,
  EINPROGRESS,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOMEM,
  errnoByCode,
  ETIMEDOUT,
  isErrno,
  SOCKET_LEVELS,
  TCP,
  TCP_STATES,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import { addTimer, cancelTimer } from '../../time/index.ts'
import { progressOf, type Blocked } from '../../waiting.ts'
import { newSocket, stateChanged, waitOn } from '../socket.ts'
import type { Endpoint, Socket, TcpSocket, TimeWait } from '../types.ts'
import { familyOf, kindOf } from './address.ts'
import { release } from './cork.ts'
import { disconnect, finish } from './ending.ts'
import { bindTo, destination, settleAddress } from './names.ts'
import { connectOutside, tell, wayOf } from './outside.ts'
import { checkListen, claimPort, hear, heardBy, takeForConnection, takePort } from './ports.ts'
import { connectionKey, growSendBuffer, newTcp, tcpOf } from './tcp.ts'
import { openSeen, refusalSeen, synSeen } from './wire.ts'
import { forgetTimeWait, isOver } from './time-wait.ts'

const S = TCP_STATES
const NS = 1e9
/** The first SYNs go out every second (tcp_syn_linear_timeouts); then each waits twice as long as the one before. */
const LINEAR_TRIES = 4

export function bindTcp(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array): number {
  const own = tcpOf(socket)
  bindTo(k, task, socket, own, bytes, { table: k.state.ns.net.inet.tcp, unbound: own.tcp === S.CLOSE })
  return 0
}

export function listenTcp(k: Kernel, _task: Task, socket: Socket, backlog: number): void {
  const own = tcpOf(socket)
  const { tcp } = k.state.ns.net.inet
  if (socket.state === 'connecting' || socket.state === 'connected') throw EINVAL
  if (own.tcp !== S.CLOSE && own.tcp !== S.LISTEN) throw EINVAL
  socket.backlog = backlog
  if (own.tcp === S.LISTEN) return
  if (own.local.port === 0) takePort(k, tcp, socket, own, 0)
  else checkListen(tcp, socket, own)
  claimPort(tcp, socket, own, 'listen')
  hear(tcp, socket, own)
  own.tcp = S.LISTEN
  socket.state = 'listening'
}

export function connectTcp(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array, nonblocking: boolean): number | Blocked {
  const own = tcpOf(socket)
  if (bytes.length < 2) throw EINVAL
  if (familyOf(bytes) === AF_UNSPEC) {
    disconnect(k, socket)
    return 0
  }
  if (socket.state === 'connected') throw EISCONN
  // The call that began it goes on, or another one finds that it has begun.
  const begins = socket.state !== 'connecting'
  if (begins) {
    if (own.tcp !== S.CLOSE) throw EISCONN
    begin(k, socket, destination(socket, own, bytes))
    socket.state = 'connecting'
    // What the other end answers is heard once the call looks again.
    if (nonblocking) throw EINPROGRESS
  }
  if (own.tcp !== S.SYN_SENT) return settle(k, socket)
  const began = begins || progressOf(task, 'transfer')?.done === BEGAN
  const wait = waitOn(k, task, [socket.writable], nonblocking, socket.options.sendTimeout, began ? EINPROGRESS : EALREADY)
  return wait.deadline === Infinity ? wait : { ...wait, progress: { call: 'transfer', done: began ? BEGAN : 0, deadline: wait.deadline } }
}

/** In a sleeping call's record: it is the one that began the connection. */
const BEGAN = 1

/** The call that connects answers: connected, or why not. */
function settle(k: Kernel, socket: Socket): number {
  if (tcpOf(socket).tcp !== S.CLOSE) {
    socket.state = 'connected'
    return 0
  }
  const errno = errnoByCode(socket.error) ?? ECONNABORTED
  disconnect(k, socket)
  socket.error = 0
  throw errno
}

/** A connection from outside, by an end that stands for it. */
export function beginConnection(k: Kernel, end: Socket, to: Endpoint): void {
  end.state = 'connecting'
  begin(k, end, to)
}

/** Sends the first SYN. ENETUNREACH, EADDRNOTAVAIL: there is no way, or no port. */
function begin(k: Kernel, socket: Socket, to: Endpoint): void {
  const own = tcpOf(socket)
  const { inet } = k.state.ns.net
  const way = wayOf(k, to.address)
  if (way !== 'local' && way !== 'outside') throw ENETUNREACH
  if (way === 'outside' && kindOf(own.local.address) === 'local') throw EINVAL
  const before = own.local.address
  settleAddress(own, to.address)
  // A bound address of one family, a destination of the other.
  if ((own.local.address.length === 32) !== (to.address.length === 32)) {
    own.local.address = before
    throw ENETUNREACH
  }
  try {
    const isFree = (port: number): boolean => isOver(k, inet.connections.get(connectionKey({ address: own.local.address, port }, to)))
    if (own.local.port === 0) takeForConnection(k, inet.tcp, socket, own, isFree)
    else if (!isFree(own.local.port)) throw EADDRNOTAVAIL
    else claimPort(inet.tcp, socket, own)
  } catch (error) {
    own.local.address = before
    throw error
  }
  own.remote = to
  own.tcp = S.SYN_SENT
  own.tries = 0
  socket.error = 0
  hash(k, socket)
  if (way === 'local') trySyn(k, socket)
  else connectOutside(k, socket, to)
}

/** Puts a connection into the table; what was left of a former one with the same ends goes. */
function hash(k: Kernel, socket: Socket): void {
  const { connections } = k.state.ns.net.inet
  const own = tcpOf(socket)
  if (own.remote === null) return
  const key = connectionKey(own.local, own.remote)
  const found: Socket | TimeWait | undefined = connections.get(key)
  if (found?.kind === 'timeWait') forgetTimeWait(k, found)
  connections.set(key, socket)
}

const isFull = ({ own, backlog }: Socket): boolean => (own as TcpSocket).queue.length > backlog

/** A SYN goes to whoever listens. Where the queue is full it is lost, and comes again. */
function trySyn(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const to = own.remote
  if (to === null) return
  const listener = listenerAt(k, own.local.port, to)
  synSeen(k, socket)
  if (listener === null) {
    if (own.local.address === to.address && own.local.port === to.port) return establishSelf(k, socket)
    refusalSeen(k, socket)
    socket.error = ECONNREFUSED.code
    finish(k, socket)
    return
  }
  if (isFull(listener) || !makeConnection(k, listener, socket)) return retryLater(k, socket)
}

function listenerAt(k: Kernel, from: number, to: Endpoint): Socket | null {
  const found = heardBy(k.state.ns.net.inet.tcp, to)
  // Of several (SO_REUSEPORT) one by the port that asks, so that they share the work.
  return found.length === 0 ? null : found[from % found.length]
}

/** Both ends stand. False: there is no memory for the other one. */
function makeConnection(k: Kernel, listener: Socket, socket: Socket): boolean {
  const own = tcpOf(socket)
  const served = tcpOf(listener)
  try {
    chargeKmem(k, KMEM.socket, ENOMEM)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
  const { family, type, protocol, user, options } = listener
  const local = own.remote as Endpoint
  const connection = newSocket(k, null, {
    family,
    type,
    protocol,
    user,
    state: 'connected',
    options: { ...options, flags: { ...options.flags } },
    own: {
      ...newTcp(k, family),
      local: { ...local },
      remote: { ...own.local },
      v6only: served.v6only,
      values: { ...served.values },
      congestion: served.congestion,
      tcp: S.ESTABLISHED,
      peer: socket,
      listener,
    },
  })
  const other = tcpOf(connection)
  claimPort(k.state.ns.net.inet.tcp, connection, other)
  hash(k, connection)
  own.peer = connection
  openSeen(k, socket)
  established(k, connection)
  established(k, socket)
  served.queue.push(connection)
  const wait = deferral(served)
  if (wait > 0) {
    other.deferred = true
    other.timer = addTimer(k, k.state.time + wait * NS, { kind: 'network', of: connection })
  } else wakeAll(k, listener.readable)
  return true
}

export function established(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  own.tcp = S.ESTABLISHED
  own.lastSent = own.lastReceived = k.state.time
  if (own.timer !== 0) cancelTimer(k, own.timer)
  own.timer = 0
  growSendBuffer(k, socket)
  if (own.outside < 0) tell(k, { what: 'open', id: own.outside })
  stateChanged(k, socket)
}

/** A socket that connects to its own port meets itself (simultaneous open). */
function establishSelf(k: Kernel, socket: Socket): void {
  tcpOf(socket).peer = socket
  established(k, socket)
}

function retryLater(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  const wait = 2 ** Math.max(0, own.tries - LINEAR_TRIES)
  own.timer = addTimer(k, k.state.time + wait * NS, { kind: 'network', of: socket })
}

/** The time is up: a SYN goes out again, or nobody answers; or a connection that waited for bytes can be accepted without. */
export function tcpTimer(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  own.timer = 0
  if (own.deferred) return acceptable(k, socket)
  if (own.tcp !== S.SYN_SENT) return release(k, socket)
  own.tries++
  if (own.tries > LINEAR_TRIES + (own.values[`${SOCKET_LEVELS.SOL_TCP}:${TCP.TCP_SYNCNT}`] ?? k.state.sysctl.tcpSynRetries)) {
    socket.error = ETIMEDOUT.code
    finish(k, socket)
  } else trySyn(k, socket)
}

const deferral = ({ values }: TcpSocket): number => values[`${SOCKET_LEVELS.SOL_TCP}:${TCP.TCP_DEFER_ACCEPT}`] ?? 0

/** Bytes came, or the time is up: whoever listens may accept it. */
export function acceptable(k: Kernel, socket: Socket): void {
  const own = tcpOf(socket)
  own.deferred = false
  if (own.timer !== 0) cancelTimer(k, own.timer)
  own.timer = 0
  if (own.listener !== null) wakeAll(k, own.listener.readable)
}

/** A connection can be accepted. */
export const hasConnection = ({ queue }: TcpSocket): boolean =>
  queue.length > 0 && (!tcpOf(queue[0]).deferred || queue.some(connection => !tcpOf(connection).deferred))

export function acceptTcp(k: Kernel, task: Task, socket: Socket, nonblocking: boolean): Socket | Blocked {
  const own = tcpOf(socket)
  if (own.tcp !== S.LISTEN) throw EINVAL
  if (!hasConnection(own)) {
    // One connection wakes one who waits (inet_csk_wait_for_connect).
    return { ...waitOn(k, task, [socket.readable], nonblocking, socket.options.receiveTimeout), exclusive: [socket.readable] }
  }
  const at = own.queue.findIndex(connection => !tcpOf(connection).deferred)
  const connection = at === 0 ? (own.queue.shift() as Socket) : own.queue.splice(at, 1)[0]
  tcpOf(connection).listener = null
  return connection
}
