// AF_UNIX (unix(7)): the rows of its three types.
import {
  AF_UNIX,
  EINVAL,
  ENOTCONN,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
  FIONREAD,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCKET_IOCTLS,
  ENOTTY,
  TIOCOUTQ,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { KMEM, putU32 } from '../../mm/index.ts'
import type { WaitQueue } from '../../sched/types.ts'
import type { Task } from '../../state.ts'
import { BOTH_SHUTDOWN, RECEIVE_SHUTDOWN } from '../socket.ts'
import { readControl } from '../scm.ts'
import type { ControlBytes, Family, Socket, SocketOps, UnixMessage } from '../types.ts'
import { acceptFrom, closeSocket, connectDatagram, connectStream, listenOn, newUnix, pairUp, shutDown } from './connection.ts'
import { consumeDatagram, peerIsFull, receiveDatagram, sendDatagram } from './datagram.ts'
import { bindSocket, UNNAMED, unixOf } from './names.ts'
import { largestDatagram } from './size.ts'
import { arrivedStream, consumeStream, receiveStream, sendStream } from './stream.ts'
import { auditUnix } from './audit.ts'
import { nameText, unixText } from './show.ts'
import { isAtMark } from './urgent.ts'

const READABLE = POLLIN | POLLRDNORM
const WRITABLE = POLLOUT | POLLWRNORM | POLLWRBAND

const hasRoom = ({ state, sendMemory, options }: Socket): boolean => state !== 'listening' && sendMemory * 4 <= options.sendBuffer

/** What holds of every type; of one that is connected, `ended` when it is not. */
function readiness(socket: Socket, connects: boolean): number {
  const { shutdown, error, state } = socket
  const own = unixOf(socket)
  let mask = error !== 0 ? POLLERR : 0
  if (shutdown === BOTH_SHUTDOWN || (connects && state === 'closed')) mask |= POLLHUP
  if (shutdown & RECEIVE_SHUTDOWN) mask |= POLLRDHUP | READABLE
  if (own.queue.length > 0) mask |= READABLE
  if (own.urgent !== null) mask |= POLLPRI
  return mask
}

function bytesHeld(socket: Socket): number {
  const own = unixOf(socket)
  let bytes = own.ring.length + own.charged * KMEM.message
  for (const message of own.queue) bytes += message.bytes?.length ?? 0
  return bytes
}

const bytesIn = (messages: readonly UnixMessage[]): number => messages.reduce((sum, { length }) => sum + length, 0)

const common = {
  create: (k: Kernel) => ({ own: newUnix(), backlog: k.state.sysctl.unixDatagrams }),
  bind(k: Kernel, task: Task, socket: Socket, address: Uint8Array, mode: number) {
    bindSocket(k, task, socket, address, mode)
    return 0
  },
  control: (k: Kernel, task: Task, _socket: Socket, messages: readonly ControlBytes[]) => readControl(k, task, messages),
  pair: pairUp,
  shutdown: shutDown,
  address(socket: Socket, peer: boolean) {
    const { other, name } = unixOf(socket)
    if (!peer) return name ?? UNNAMED
    if (other === null) throw ENOTCONN
    return unixOf(other).name ?? UNNAMED
  },
  ioctl(k: Kernel, task: Task, socket: Socket, request: number, argument: number) {
    const { queue } = unixOf(socket)
    if (request === TIOCOUTQ) putU32(k, task, argument, socket.sendMemory)
    else if (request === SOCKET_IOCTLS.SIOCATMARK) putU32(k, task, argument, Number(isAtMark(socket)))
    else if (request === FIONREAD) {
      if (socket.state === 'listening') throw EINVAL
      const all = socket.type === SOCK_DGRAM ? queue.slice(0, 1) : queue
      putU32(
        k,
        task,
        argument,
        all.reduce((sum, { length }) => sum + length, 0),
      )
    } else throw ENOTTY
    return 0
  },
  addressText: nameText,
  readable(socket: Socket) {
    const { queue } = unixOf(socket)
    return socket.state === 'listening' ? queue.length : bytesIn(queue)
  },
  other: (socket: Socket) => unixOf(socket).other,
  queues: (socket: Socket): [WaitQueue, string][] => [[unixOf(socket).full, 'room in the queue']],
  fdinfo: (socket: Socket) => `scm_fds: ${unixOf(socket).queue.reduce((sum, { files }) => sum + (files?.length ?? 0), 0)}\n`,
  release: (k: Kernel, socket: Socket) => closeSocket(k, socket),
  bytesHeld,
  *files(socket: Socket) {
    for (const { files } of unixOf(socket).queue) if (files !== null) yield* files
  },
}

const stream: SocketOps = {
  ...common,
  waits: {
    receive: 'unix_stream_read_generic',
    send: 'sock_alloc_send_pskb',
    accept: '__skb_wait_for_more_packets',
    connect: 'unix_wait_for_peer',
  },
  listen: listenOn,
  accept: acceptFrom,
  connect: connectStream,
  send: sendStream,
  largest: () => 0,
  receive: receiveStream,
  consume: consumeStream,
  arrived: arrivedStream,
  poll: (_k, socket) => readiness(socket, true) | (hasRoom(socket) ? WRITABLE : 0),
}

const datagram: SocketOps = {
  ...common,
  waits: { receive: '__skb_wait_for_more_packets', send: 'sock_alloc_send_pskb' },
  connect: (k, task, socket, address) => connectDatagram(k, task, socket, address),
  send: sendDatagram,
  largest: ({ options }) => largestDatagram(options.sendBuffer),
  receive: receiveDatagram,
  consume: consumeDatagram,
  arrived: () => 0,
  poll: (_k, socket, events, queues) => readiness(socket, false) | (hasRoom(socket) && !peerIsFull(socket, events, queues) ? WRITABLE : 0),
}

/** Before anything else of a send is looked at. An error that waits is told first. */
function checkConnected(socket: Socket): void {
  if (socket.error === 0 && socket.state !== 'connected') throw ENOTCONN
}

const packets: SocketOps = {
  ...datagram,
  waits: { ...stream.waits, receive: '__skb_wait_for_more_packets' },
  listen: listenOn,
  accept: acceptFrom,
  connect: connectStream,
  control(k, task, socket, messages) {
    checkConnected(socket)
    return datagram.control(k, task, socket, messages)
  },
  send(k, task, socket, message) {
    checkConnected(socket)
    return sendDatagram(k, task, socket, message.to === null ? message : { ...message, to: null })
  },
  poll: (_k, socket, events, queues) => readiness(socket, true) | (hasRoom(socket) && !peerIsFull(socket, events, queues) ? WRITABLE : 0),
}

const ROWS: Readonly<Record<number, SocketOps>> = { [SOCK_STREAM]: stream, [SOCK_DGRAM]: datagram, [SOCK_SEQPACKET]: packets }

/** Only closing is a function of the protocol's (struct proto). */
const CLOSES = ' y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n'

export const unixFamily: Family = {
  family: AF_UNIX,
  find(_task, type, protocol) {
    if (protocol !== 0 && protocol !== AF_UNIX) throw EPROTONOSUPPORT
    const served = type === SOCK_RAW ? SOCK_DGRAM : type
    if (ROWS[served] === undefined) throw ESOCKTNOSUPPORT
    return { type: served, protocol: 0 }
  },
  ops: type => ROWS[type],
  protocols: [
    { name: 'UNIX-STREAM', size: 1152, calls: CLOSES },
    { name: 'UNIX', size: 1152, calls: CLOSES },
  ],
  protocolOf: type => (type === SOCK_STREAM ? 'UNIX-STREAM' : 'UNIX'),
  files: { 'net/unix': unixText },
  audit: auditUnix,
}
