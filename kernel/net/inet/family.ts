// AF_INET and AF_INET6 (ip(7), ipv6(7)): the rows of their types.
import {
  AF_INET,
  AF_INET6,
  EINVAL,
  ENOTCONN,
  ENOTTY,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
  FIONREAD,
  IPPROTO_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SOCKET_IOCTLS,
  TCP_STATES,
  TIOCOUTQ,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { KMEM, putU32 } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { readControl } from '../scm.ts'
import { newOptions, stateChanged } from '../socket.ts'
import type { ControlBytes, Family, Socket, SocketOps, SocketOption } from '../types.ts'
import { auditInet } from './audit.ts'
import { controlToSend } from './datagram-control.ts'
import { closeDatagram, datagramOf, newDatagramSocket, pollDatagram, receiveDatagram, shutDownDatagram, tableOf } from './datagram.ts'
import { closeTcp, disconnect, shutDownSending } from './ending.ts'
import { bindPacket, checkPing, checkRaw, connectPacket, sendPacket } from './icmp.ts'
import { claimPort } from './ports.ts'
import { inetOf, optionsOf } from './ip-options.ts'
import { nameOf } from './names.ts'
import { acceptTcp, bindTcp, connectTcp, listenTcp } from './opening.ts'
import { consumeTcp, isAtMark, pollTcp, receiveTcp, sendTcp, waitingBytes } from './stream.ts'
import { datagramText } from './show-datagrams.ts'
import { networkFiles } from './show-network.ts'
import { endpointText, inetStat, inetStat6, tcpText } from './show.ts'
import { tcpOptions } from './tcp-options.ts'
import { arrivedOf, newTcp, tcpOf, unsentOf } from './tcp.ts'
import { bindUdp, connectUdp, largestUdp, sendUdp, udpOptions } from './udp.ts'

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
  shares: claimAgain,
  ...(family === AF_INET6 ? {} : { unknownLevel: EOPNOTSUPP }),
  ioctl: tcpIoctl,
  addressText: endpointText,
  readable: socket => (tcpOf(socket).tcp === S.LISTEN ? tcpOf(socket).queue.length : arrivedOf(socket)),
  other: socket => tcpOf(socket).peer,
  release: closeTcp,
  bytesHeld: socket => tcpOf(socket).ring.length,
  files: () => [],
})

/** Which functions there are of struct proto; sizes of IPv4 and IPv6. */
const TCP_CALLS = ' y  y  y  y  y  y  y  y  y  y  y  y  n  y  y  y  y  y'

const PROTOCOLS = [
  { name: 'PING', size: [1016, 1344], calls: ' y  y  y  n  n  y  n  n  y  y  y  y  y  y  n  y  y  n' },
  { name: 'RAW', size: [1152, 1344], calls: ' y  y  y  n  y  y  y  n  y  y  y  y  y  y  y  y  n  n' },
  { name: 'UDP-Lite', size: [1344, 1472], calls: ' y  y  y  n  y  y  y  n  y  y  y  y  n  n  y  y  y  n' },
  { name: 'UDP', size: [1344, 1472], calls: ' y  y  y  n  y  y  y  n  y  y  y  y  n  n  y  y  y  n' },
  { name: 'TCP', size: [2304, 2432], calls: TCP_CALLS },
] as const

const DATAGRAM_WAITS = { receive: '__skb_wait_for_more_packets', send: 'sock_alloc_send_pskb' } as const

/** What UDP, ping and raw sockets have in common. */
const datagrams = (family: number, protocolOptions: readonly SocketOption[]) => ({
  waits: DATAGRAM_WAITS,
  create: (k: Kernel) => ({ own: newDatagramSocket(k, family) }),
  control: (k: Kernel, task: Task, _socket: Socket, messages: readonly ControlBytes[]) => controlToSend(k, task, messages),
  receive: receiveDatagram,
  consume: () => null,
  arrived: () => 0,
  shutdown: shutDownDatagram,
  poll: (_k: Kernel, socket: Socket) => pollDatagram(socket),
  address: (socket: Socket, peer: boolean) => nameOf(socket, datagramOf(socket), peer),
  options: optionsOf(family, protocolOptions),
  shares: claimAgain,
  ...(family === AF_INET6 ? {} : { unknownLevel: EOPNOTSUPP }),
  ioctl(k: Kernel, task: Task, socket: Socket, request: number, argument: number) {
    if (request === FIONREAD) putU32(k, task, argument, datagramOf(socket).queue[0]?.bytes.length ?? 0)
    else if (request === TIOCOUTQ) putU32(k, task, argument, 0)
    else throw ENOTTY
    return 0
  },
  addressText: endpointText,
  readable: (socket: Socket) => datagramOf(socket).queue[0]?.bytes.length ?? 0,
  other: () => null,
  release: closeDatagram,
  bytesHeld(socket: Socket) {
    const { queue, errors, corked, charged } = datagramOf(socket)
    return [...queue, ...errors].reduce((sum, { bytes }) => sum + bytes.length, (corked?.bytes.length ?? 0) + charged * KMEM.message)
  },
  files: () => [],
})

/** It claims its port as it is now. */
function claimAgain(k: Kernel, socket: Socket): void {
  const own = inetOf(socket)
  const table = socket.own.kind === 'tcp' ? k.state.ns.net.inet.tcp : tableOf(k, socket)
  if (own.claim !== null) claimPort(table, socket, own, socket.state === 'listening' ? 'listen' : 'other')
}

const udp = (family: number): SocketOps => ({
  ...datagrams(family, udpOptions),
  bind: bindUdp,
  connect: (k, _task, socket, bytes) => connectUdp(k, socket, bytes),
  send: sendUdp,
  largest: largestUdp,
})

const packets = (family: number): SocketOps => ({
  ...datagrams(family, []),
  bind: bindPacket,
  connect: (k, _task, socket, bytes) => connectPacket(k, socket, bytes),
  send: sendPacket,
  largest: () => 65515,
})

type Rows = Readonly<Record<number, Readonly<Record<number, SocketOps>>>>

/** By type and protocol. */
const rows = (family: number): Rows => ({
  [SOCK_STREAM]: { [IPPROTO_TCP]: tcp(family) },
  [SOCK_DGRAM]: { [IPPROTO_UDP]: udp(family), [IPPROTO_UDPLITE]: udp(family), [pingOf(family)]: packets(family) },
  [SOCK_RAW]: { [pingOf(family)]: packets(family) },
})
const pingOf = (family: number): number => (family === AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)

const DATAGRAM_NAMES: Readonly<Record<number, string>> = { [IPPROTO_UDP]: 'UDP', [IPPROTO_UDPLITE]: 'UDP-Lite' }
const protocolName = (name: string, v6: boolean): string => (v6 ? `${name === 'UDP-Lite' ? 'UDPLITE' : name}v6` : name)

function inetFamily(family: number): Family {
  const table = rows(family)
  const v6 = family === AF_INET6
  return {
    family,
    find(task, type, protocol, k) {
      if (protocol < 0 || protocol >= PROTOCOL_LIMIT) throw EINVAL
      const served = table[type]
      if (served === undefined) throw ESOCKTNOSUPPORT
      // IPPROTO_IP: whichever serves the type, but of packets there is no such.
      const found = protocol === IPPROTO_IP ? (USUAL[type] ?? 0) : protocol
      if (served[found] === undefined) throw EPROTONOSUPPORT
      if (type === SOCK_RAW) checkRaw(task)
      else if (found === pingOf(family)) checkPing(k, task)
      return { type, protocol: found }
    },
    ops: (type, protocol) => table[type][protocol],
    protocols: PROTOCOLS.map(({ name, size, calls }) => ({ name: protocolName(name, v6), size: size[Number(v6)], calls })),
    protocolOf: (type, protocol) =>
      protocolName(type === SOCK_STREAM ? 'TCP' : type === SOCK_RAW ? 'RAW' : (DATAGRAM_NAMES[protocol] ?? 'PING'), v6),
    audit: v6 ? () => [] : auditInet,
    ...(v6 ? {} : { sockstat: inetStat }),
    files: {
      ...(v6 ? { 'net/sockstat6': inetStat6 } : networkFiles),
      [`net/tcp${v6 ? '6' : ''}`]: tcpText(family),
      [`net/udp${v6 ? '6' : ''}`]: datagramText(family, SOCK_DGRAM, IPPROTO_UDP),
      [`net/udplite${v6 ? '6' : ''}`]: datagramText(family, SOCK_DGRAM, IPPROTO_UDPLITE),
      [`net/raw${v6 ? '6' : ''}`]: datagramText(family, SOCK_RAW, pingOf(family)),
      [`net/icmp${v6 ? '6' : ''}`]: datagramText(family, SOCK_DGRAM, pingOf(family)),
    },
  }
}
const USUAL: Readonly<Record<number, number>> = { [SOCK_STREAM]: IPPROTO_TCP, [SOCK_DGRAM]: IPPROTO_UDP }
/** IPPROTO_MAX: of MPTCP's number and beyond there is none. */
const PROTOCOL_LIMIT = 263

export const internetFamilies: readonly Family[] = [inetFamily(AF_INET), inetFamily(AF_INET6)]
