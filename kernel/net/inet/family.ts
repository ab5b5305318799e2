// AF_INET and AF_INET6 (ip(7), ipv6(7)): the rows of their types.
import {
  AF_INET,
  AF_INET6,
  CAP_NET_RAW,
  EINVAL,
  ENOTCONN,
  ENOTTY,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
  FIONREAD,
  IPPROTO_IP,
  IPPROTO_TCP,
  SOCK_RAW,
  SOCK_STREAM,
  SOCKET_IOCTLS,
  TCP_STATES,
  TIOCOUTQ,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { putU32 } from '../../mm/index.ts'
import { capable } from '../../task/index.ts'
import type { Task } from '../../state.ts'
import { readControl } from '../scm.ts'
import { newOptions, stateChanged } from '../socket.ts'
import type { Family, Socket, SocketOps } from '../types.ts'
import { auditInet } from './audit.ts'
import { closeTcp, disconnect, shutDownSending } from './ending.ts'
import { optionsOf } from './ip-options.ts'
import { nameOf } from './names.ts'
import { acceptTcp, bindTcp, connectTcp, listenTcp } from './opening.ts'
import { consumeTcp, isAtMark, pollTcp, receiveTcp, sendTcp, waitingBytes } from './stream.ts'
import { endpointText, tcpStat, tcpText } from './show.ts'
import { tcpOptions } from './tcp-options.ts'
import { arrivedOf, newTcp, tcpOf, unsentOf } from './tcp.ts'

const S = TCP_STATES
const SEND = 2
const RECEIVE = 1

/** inet_shutdown: of a socket that is not connected it is remembered, and an error. */
function shutDown(k: Kernel, socket: Socket, how: number): void {
  const own = tcpOf(socket)
  if (socket.state === 'connecting' && own.tcp !== S.SYN_SENT && own.tcp !== S.CLOSE) socket.state = 'connected'
  if (own.tcp === S.LISTEN || own.tcp === S.SYN_SENT) {
    if (own.tcp === S.SYN_SENT || how & RECEIVE) disconnect(k, socket)
    return
  }
  const wasClosed = own.tcp === S.CLOSE
  socket.shutdown |= how
  if (how & SEND) shutDownSending(k, socket)
  stateChanged(k, socket)
  if (wasClosed) throw ENOTCONN
}

function tcpIoctl(k: Kernel, task: Task, socket: Socket, request: number, argument: number): number {
  const own = tcpOf(socket)
  const starting = own.tcp === S.SYN_SENT
  if (own.tcp === S.LISTEN && (request === FIONREAD || request === TIOCOUTQ || request === SIOCOUTQNSD)) throw EINVAL
  if (request === FIONREAD) putU32(k, task, argument, starting ? 0 : waitingBytes(socket))
  else if (request === TIOCOUTQ || request === SIOCOUTQNSD) putU32(k, task, argument, starting ? 0 : unsentOf(socket))
  else if (request === SOCKET_IOCTLS.SIOCATMARK) putU32(k, task, argument, Number(isAtMark(socket)))
  else throw ENOTTY
  return 0
}
/** Bytes that were not sent yet. */
const SIOCOUTQNSD = 0x894b

const tcp = (family: number): SocketOps => ({
  waits: { receive: 'wait_woken', send: 'sk_stream_wait_memory', accept: 'inet_csk_accept', connect: 'wait_woken' },
  create(k) {
    const { tcpWmem, tcpRmem } = k.state.sysctl
    return { own: newTcp(k, family), options: { ...newOptions(k), sendBuffer: tcpWmem[1], receiveBuffer: tcpRmem[1] } }
  },
  bind: bindTcp,
  listen: listenTcp,
  accept: acceptTcp,
  connect: connectTcp,
  send: sendTcp,
  control: (k, task, _socket, messages) => readControl(k, task, messages),
  largest: () => 0,
  receive: receiveTcp,
  consume: consumeTcp,
  arrived: (_socket, moved) => moved,
  shutdown: shutDown,
  poll: (_k, socket) => pollTcp(socket),
  address(socket, peer) {
    const own = tcpOf(socket)
    if (peer && (own.tcp === S.CLOSE || own.tcp === S.SYN_SENT)) throw ENOTCONN
    return nameOf(socket, own, peer)
  },
  options: optionsOf(family, tcpOptions),
  ...(family === AF_INET6 ? {} : { unknownLevel: EOPNOTSUPP }),
  ioctl: tcpIoctl,
  addressText: endpointText,
  readable: socket => (tcpOf(socket).tcp === S.LISTEN ? tcpOf(socket).queue.length : arrivedOf(socket)),
  other: socket => tcpOf(socket).peer,
  release: closeTcp,
  bytesHeld: socket => tcpOf(socket).ring.length,
  files: () => [],
})

/** Which functions there are of struct proto. */
const TCP_CALLS = ' y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y'

type Rows = Readonly<Record<number, Readonly<Record<number, SocketOps>>>>

/** By type and protocol. */
const rows = (family: number): Rows => ({ [SOCK_STREAM]: { [IPPROTO_TCP]: tcp(family) } })

function inetFamily(family: number): Family {
  const table = rows(family)
  const v6 = family === AF_INET6
  return {
    family,
    find(task, type, protocol) {
      if (protocol < 0 || protocol >= PROTOCOL_LIMIT) throw EINVAL
      const served = table[type]
      if (served === undefined) throw ESOCKTNOSUPPORT
      // IPPROTO_IP: whichever serves the type.
      const found = protocol === IPPROTO_IP ? Number(Object.keys(served)[0]) : protocol
      if (served[found] === undefined) throw EPROTONOSUPPORT
      if (type === SOCK_RAW && !capable(task.credentials, CAP_NET_RAW)) throw EPERM
      return { type, protocol: found }
    },
    ops: (type, protocol) => table[type][protocol],
    protocols: [{ name: `TCP${v6 ? 'v6' : ''}`, size: v6 ? 2512 : 2304, calls: TCP_CALLS }],
    protocolOf: () => `TCP${v6 ? 'v6' : ''}`,
    audit: v6 ? () => [] : auditInet,
    ...(v6 ? {} : { sockstat: tcpStat }),
    files: { [`net/tcp${v6 ? '6' : ''}`]: tcpText(family) },
  }
}
/** IPPROTO_MAX: of MPTCP's number and beyond there is none. */
const PROTOCOL_LIMIT = 263

export const internetFamilies: readonly Family[] = [inetFamily(AF_INET), inetFamily(AF_INET6)]
