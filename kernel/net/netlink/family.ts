// AF_NETLINK (netlink(7)): what getifaddrs, ip and ss ask the kernel. Requests are answered when they are sent; events never come, for
// nothing of the network changes.
import {
  ADDRESS_MAX,
  AF_NETLINK,
  AF_UNSPEC,
  CAP_NET_ADMIN,
  EADDRINUSE,
  ECONNREFUSED,
  EINVAL,
  EMSGSIZE,
  ENOBUFS,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
  isErrno,
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCKET_LEVELS,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { readControl } from '../scm.ts'
import { forgetSocket, raiseError, waitOn } from '../socket.ts'
import type { Family, NetlinkSocket, Outgoing, Socket, SocketOps, SocketOption } from '../types.ts'
import { diagAnswers } from './diag.ts'
import { acknowledgement, joined, message, NLM_F, NLMSG, requestsIn, u32, type Request } from './message.ts'
import { routeAnswers } from './route.ts'

const PROTOCOL = { ROUTE: 0, SOCK_DIAG: 4, UEVENT: 15 } as const
const SERVED: ReadonlySet<number> = new Set(Object.values(PROTOCOL))
/** Protocols beyond are none (MAX_LINKS). */
const PROTOCOLS = 32
const ADDRESS_BYTES = 12
const ANSWER_MOST = 16384
const REST = 32

function netlinkOf({ own, family }: Socket): NetlinkSocket {
  if (own.kind !== 'netlink') throw new Error(`a netlink operation on a socket of family ${family}`)
  return own
}

function address(port: number, groups: number): Uint8Array {
  const bytes = new Uint8Array(ADDRESS_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_NETLINK, true)
  view.setUint32(4, port, true)
  view.setUint32(8, groups, true)
  return bytes
}

function readAddress(bytes: Uint8Array): { port: number; groups: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < ADDRESS_BYTES || bytes.length > ADDRESS_MAX || view.getUint16(0, true) !== AF_NETLINK) throw EINVAL
  return { port: view.getUint32(4, true), groups: view.getUint32(8, true) }
}

const portsOf = (k: Kernel, { protocol }: Socket): Map<number, Socket> => {
  const { netlink } = k.state.ns.net
  let ports = netlink.get(protocol)
  if (ports === undefined) netlink.set(protocol, (ports = new Map()))
  return ports
}

function take(k: Kernel, socket: Socket, port: number): void {
  portsOf(k, socket).set(port, socket)
  netlinkOf(socket).port = port
}

const FIRST_CHOSEN = 2 ** 32 - 4097

/** The process's number, or, where that is taken, one that no process has. */
function autobind(k: Kernel, task: Task, socket: Socket): void {
  if (netlinkOf(socket).port !== 0) return
  const ports = portsOf(k, socket)
  let port = task.group.tgid
  for (let chosen = FIRST_CHOSEN; ports.has(port); chosen--) port = chosen
  take(k, socket, port)
}

function bind(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array): number {
  const own = netlinkOf(socket)
  const { port, groups } = readAddress(bytes)
  if (own.port !== 0 && port !== own.port) throw EINVAL
  if (own.port === 0 && port !== 0) {
    if (portsOf(k, socket).has(port)) throw EADDRINUSE
    take(k, socket, port)
  }
  autobind(k, task, socket)
  own.groups = groups
  return 0
}

function connect(k: Kernel, task: Task, socket: Socket, bytes: Uint8Array): number {
  const own = netlinkOf(socket)
  if (bytes.length < 2) throw EINVAL
  if ((bytes[0] | (bytes[1] << 8)) === AF_UNSPEC) {
    own.to = 0
    socket.state = 'closed'
    return 0
  }
  const { port, groups } = readAddress(bytes)
  if ((port !== 0 || groups !== 0) && !capable(task.credentials, CAP_NET_ADMIN)) throw EPERM
  autobind(k, task, socket)
  own.to = port
  socket.state = 'connected'
  return 0
}

function push(k: Kernel, socket: Socket, bytes: Uint8Array): void {
  chargeKmem(k, KMEM.message + bytes.length, ENOBUFS)
  netlinkOf(socket).queue.push(bytes)
}

function answer(k: Kernel, task: Task, socket: Socket, request: Request): void {
  if (!(request.flags & NLM_F.REQUEST) || request.type < FIRST_REQUEST) return
  let errno = 0
  try {
    if (socket.protocol === PROTOCOL.UEVENT) throw EOPNOTSUPP
    const { answers, dump } = socket.protocol === PROTOCOL.ROUTE ? routeAnswers(k, task, request) : diagAnswers(k, request)
    for (const part of joined(answers, ANSWER_MOST)) push(k, socket, part)
    if (dump) return push(k, socket, message(request, NLMSG.DONE, NLM_F.MULTI, u32(0)))
  } catch (error) {
    if (!isErrno(error) || error === ENOBUFS) throw error
    errno = error.code
  }
  if (errno !== 0 || request.flags & NLM_F.ACK) push(k, socket, acknowledgement(request, errno))
}
/** Below are messages that control others. */
const FIRST_REQUEST = 16

function send(k: Kernel, task: Task, socket: Socket, { bytes, left, flags, to }: Outgoing): number {
  const own = netlinkOf(socket)
  if (flags & MSG_OOB) throw EOPNOTSUPP
  const port = to === null ? own.to : readAddress(to).port
  autobind(k, task, socket)
  if (bytes.length + left > socket.options.sendBuffer - REST) throw EMSGSIZE
  if (left > 0) return 0
  if (port !== 0) {
    if (!capable(task.credentials, CAP_NET_ADMIN)) throw EPERM
    const other = portsOf(k, socket).get(port)
    if (other === undefined) throw ECONNREFUSED
    push(k, other, bytes.slice())
    wakeAll(k, other.readable)
    return bytes.length
  }
  for (const request of requestsIn(bytes, own.port)) answer(k, task, socket, request)
  if (own.queue.length > 0) wakeAll(k, socket.readable)
  return bytes.length
}

const { SOL_NETLINK } = SOCKET_LEVELS
const flag = (name: number): SocketOption => ({
  level: SOL_NETLINK,
  name,
  get: (_k, _task, socket) => netlinkOf(socket).flags[name] ?? 0,
  set(_k, _task, socket, { int }) {
    netlinkOf(socket).flags[name] = int === 0 ? 0 : 1
  },
})
const member: Pick<SocketOption, 'set'> = {
  set(_k, _task, _socket, { int }) {
    if (int <= 0 || int > GROUPS) throw EINVAL
  },
}
const GROUPS = 64

const netlink: SocketOps = {
  waits: { receive: '__skb_wait_for_more_packets', send: 'netlink_attachskb' },
  create: () => ({ own: { kind: 'netlink', port: 0, groups: 0, to: 0, queue: [], flags: {} } }),
  bind,
  connect,
  send,
  control: (k, task, _socket, messages) => readControl(k, task, messages),
  largest: ({ options }) => options.sendBuffer - REST,
  receive(k, task, socket, { flags, max }) {
    if (flags & MSG_OOB) throw EOPNOTSUPP
    raiseError(socket)
    const { queue } = netlinkOf(socket)
    const [first] = queue
    if (first === undefined) return waitOn(k, task, [socket.readable], (flags & MSG_DONTWAIT) !== 0, socket.options.receiveTimeout)
    if (!(flags & MSG_PEEK)) queue.shift()
    const bytes = first.subarray(0, max)
    const cut = bytes.length < first.length ? MSG_TRUNC : 0
    return { bytes, length: first.length, flags: cut, from: address(0, 0), control: [], files: null, last: true, taken: true }
  },
  consume: () => null,
  arrived: () => 0,
  shutdown() {
    throw EOPNOTSUPP
  },
  poll: (_k, { own, error }) =>
    POLLOUT |
    POLLWRNORM |
    POLLWRBAND |
    (error !== 0 ? POLLERR : 0) |
    (own.kind === 'netlink' && own.queue.length > 0 ? POLLIN | POLLRDNORM : 0),
  address(socket, peer) {
    const { port, groups, to } = netlinkOf(socket)
    return peer ? address(to, 0) : address(port, groups)
  },
  options: [
    { level: SOL_NETLINK, name: 1, ...member },
    { level: SOL_NETLINK, name: 2, ...member },
    ...[3, 4, 5, 8, 10, 11, 12].map(flag),
    { level: SOL_NETLINK, name: 9, get: () => new Uint8Array(0) },
  ],
  addressText: bytes => `port ${new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)}`,
  readable: socket => netlinkOf(socket).queue[0]?.length ?? 0,
  other: () => null,
  release(k, socket) {
    const { port } = netlinkOf(socket)
    if (port !== 0) portsOf(k, socket).delete(port)
    forgetSocket(k, socket)
  },
  bytesHeld: socket => netlinkOf(socket).queue.reduce((sum, { length }) => sum + length + KMEM.message, 0),
  files: () => [],
}

/** /proc/net/netlink. */
function netlinkText(k: Kernel): string {
  let lines = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'
  for (const { own, protocol, serial, ino } of k.state.ns.net.sockets) {
    if (own.kind !== 'netlink') continue
    const groups = own.groups.toString(16).padStart(8, '0')
    lines += `${serial.toString(16).padStart(16, '0')} ${String(protocol).padEnd(3)} ${String(own.port).padEnd(10)} ${groups} ${'0        0        0     2        0'}        ${String(ino).padEnd(8)}\n`
  }
  return lines
}

export const netlinkFamily: Family = {
  family: AF_NETLINK,
  find(_task, type, protocol) {
    if (type !== SOCK_RAW && type !== SOCK_DGRAM) throw ESOCKTNOSUPPORT
    if (protocol < 0 || protocol >= PROTOCOLS || !SERVED.has(protocol)) throw EPROTONOSUPPORT
    return { type, protocol }
  },
  ops: () => netlink,
  protocols: [{ name: 'NETLINK', size: 1096, calls: ' n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n' }],
  protocolOf: () => 'NETLINK',
  audit: () => [],
  files: { 'net/netlink': netlinkText },
}
