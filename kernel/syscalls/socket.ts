// Sockets (socket(2) and its family): made, named, connected, asked. What a family does is in net/; moving bytes in socket-send.ts and
// socket-receive.ts.
import {
  EINVAL,
  ENOTSOCK,
  EOPNOTSUPP,
  ERANGE,
  FAMILIES,
  O_NONBLOCK,
  SHUT_RDWR,
  SHUTDOWNS,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_TYPE_MASK,
  SOCKET_FLAGS,
  MSG,
  NANOSECONDS,
  TIMESPEC,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getI32, putU32 } from '../mm/index.ts'
import {
  createSocket,
  forgetSocket,
  getOption,
  setOption,
  socketFile,
  socketIn,
  socketOf,
  socketOps,
  type OptionValue,
  type Socket,
} from '../net/index.ts'
import { openPidfdOf } from '../process/index.ts'
import type { Task } from '../state.ts'
import { closeFd, freeFd, getIoFile, installFd, releaseFile, type FileDescription } from '../vfs/index.ts'
import { keeping, keptOr, type Blocked } from '../waiting.ts'
import { bytesIn, bytesOut, fd, flags, int, oneOf, size, uint } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { descriptorPair } from './file-args.ts'
import { addressArgument, addressFilled, addressIn, addressOut, lengthFilled } from './socket-address.ts'
import { receiveMessage, receiveMessages, sendMessage, sendMessages } from './socket-message.ts'
import { answerOf, emptyReceipt, receiveInto } from './socket-receive.ts'
import { sendFrom } from './socket-send.ts'
import { messageIn, messageList, messageOut, optionIn, optionOut, optionLevel, optionName, protocol, socketType } from './socket-text.ts'
import { timeoutIn } from './poll-text.ts'
import { readTimeout } from './poll.ts'
import { oneSegment } from './transfer.ts'

const FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK
const INT_BYTES = 4
const messageFlags = flags(MSG)

/** The socket's file gets the lowest free descriptor, or is closed again. */
function install(k: Kernel, task: Task, socket: Socket, how: number): number {
  const file = socketFile(k, task, socket, how & SOCK_NONBLOCK ? O_NONBLOCK : 0)
  try {
    return installFd(k, task, file, (how & SOCK_CLOEXEC) !== 0)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

function checkFlags(how: number): void {
  if (how & ~SOCK_TYPE_MASK & ~FLAGS) throw EINVAL
}

function socket(k: Kernel, task: Task, family: number, how: number, number: number): number {
  checkFlags(how)
  return install(k, task, createSocket(k, task, family, how & SOCK_TYPE_MASK, number), how)
}

/** socketpair(2): descriptors are taken, and told, before there are sockets. */
function socketPair(k: Kernel, task: Task, family: number, how: number, number: number, at: number): number {
  checkFlags(how)
  const first = freeFd(task)
  const second = freeFd(task, first + 1)
  putU32(k, task, at, first)
  putU32(k, task, at + INT_BYTES, second)
  const one = createSocket(k, task, family, how & SOCK_TYPE_MASK, number)
  let other: Socket
  try {
    other = createSocket(k, task, family, how & SOCK_TYPE_MASK, number)
  } catch (error) {
    forgetSocket(k, one)
    throw error
  }
  const { pair } = socketOps(one)
  if (pair === undefined) {
    for (const made of [one, other]) forgetSocket(k, made)
    throw EOPNOTSUPP
  }
  pair(k, task, one, other)
  const number1 = install(k, task, one, how)
  try {
    install(k, task, other, how)
  } catch (error) {
    closeFd(k, task, number1)
    throw error
  }
  return 0
}

/** A descriptor's file, which is a socket's. EBADF, ENOTSOCK. */
function socketAt(task: Task, number: number): { file: FileDescription; socket: Socket } {
  const file = getIoFile(task, number)
  return { file, socket: socketOf(file) }
}

function accept(k: Kernel, task: Task, number: number, at: number, lengthAt: number, how: number): number | Blocked {
  const file = getIoFile(task, number)
  if (how & ~FLAGS) throw EINVAL
  freeFd(task)
  const socket = socketOf(file)
  const take = socketOps(socket).accept
  if (take === undefined) throw EOPNOTSUPP
  const connection = take(k, task, socket, (file.flags & O_NONBLOCK) !== 0)
  if (connection.kind === 'blocked') return connection
  const result = install(k, task, connection, how)
  try {
    if (at !== 0) addressOut(k, task, socketOps(connection).address(connection, true), at, lengthAt)
  } catch (error) {
    closeFd(k, task, result)
    throw error
  }
  return result
}

function connect(k: Kernel, task: Task, number: number, at: number, length: number): number | Blocked {
  const file = getIoFile(task, number)
  const to = keptOr(task, () => addressIn(k, task, at, length))
  const socket = socketIn(file)
  if (socket === null) throw ENOTSOCK
  return keeping(socketOps(socket).connect(k, task, socket, to, (file.flags & O_NONBLOCK) !== 0), to)
}

function listen(k: Kernel, task: Task, number: number, backlog: number): number {
  const { socket } = socketAt(task, number)
  const run = socketOps(socket).listen
  if (run === undefined) throw EOPNOTSUPP
  run(k, task, socket, Math.min(backlog >>> 0, k.state.sysctl.somaxconn))
  return 0
}

function named(k: Kernel, task: Task, number: number, at: number, lengthAt: number, peer: boolean): number {
  const { socket } = socketAt(task, number)
  addressOut(k, task, socketOps(socket).address(socket, peer), at, lengthAt)
  return 0
}

function sendTo(
  k: Kernel,
  task: Task,
  number: number,
  at: number,
  length: number,
  how: number,
  toAt: number,
  toLength: number,
): number | Blocked {
  const segments = oneSegment(at, length)
  const { file } = socketAt(task, number)
  const to = keptOr(task, () => (toAt === 0 ? null : addressIn(k, task, toAt, toLength)))
  return keeping(sendFrom(k, task, file, segments, how, to !== null && to.length > 0 ? to : null, null), to)
}

function receiveFrom(
  k: Kernel,
  task: Task,
  number: number,
  at: number,
  length: number,
  how: number,
  fromAt: number,
  lengthAt: number,
): number | Blocked {
  const segments = oneSegment(at, length)
  const { file } = socketAt(task, number)
  const receipt = keptOr(task, emptyReceipt)
  const wait = receiveInto(k, task, file, segments, how, receipt)
  dropAlong(k, receipt.files)
  receipt.files = null
  if (wait !== null) return keeping(wait, receipt)
  if (fromAt !== 0) addressOut(k, task, receipt.from, fromAt, lengthAt)
  return answerOf(receipt, how)
}

/** What came along is lost on who has no room for it. */
function dropAlong(k: Kernel, files: readonly FileDescription[] | null): void {
  for (const file of files ?? []) releaseFile(k, file)
}

function setsockopt(k: Kernel, task: Task, number: number, level: number, name: number, at: number, length: number): number {
  const { socket } = socketAt(task, number)
  if (length < 0) throw EINVAL
  setOption(k, task, socket, level, name, length, bytes => copyIn(k, task, at, bytes))
  return 0
}

function getsockopt(k: Kernel, task: Task, number: number, level: number, name: number, at: number, lengthAt: number): number {
  const { socket } = socketAt(task, number)
  const room = getI32(k, task, lengthAt)
  if (room < 0) throw EINVAL
  const value = getOption(k, task, socket, level, name, room)
  const bytes = optionBytes(k, task, value, lengthAt)
  const part = bytes.subarray(0, room)
  if (part.length > 0) copyOut(k, task, at, part)
  putU32(k, task, lengthAt, part.length)
  return 0
}

function optionBytes(k: Kernel, task: Task, value: OptionValue, lengthAt: number): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'object' && value.kind === 'tooLong') {
    putU32(k, task, lengthAt, value.length)
    throw ERANGE
  }
  return new Uint8Array(Int32Array.of(typeof value === 'number' ? value : openPidfdOf(k, task, value.group)).buffer)
}

/** recvmmsg(2): its timeout is a time, and is written back. */
function receiveMany(k: Kernel, task: Task, number: number, at: number, count: number, how: number, timeoutAt: number): number | Blocked {
  const deadline = keptDeadline(k, task, timeoutAt)
  const received = receiveMessages(k, task, number, at, count, how, deadline)
  if (timeoutAt !== 0 && typeof received === 'number' && received > 0) putRest(k, task, timeoutAt, deadline)
  return received
}

/** What is left of the time. */
function putRest(k: Kernel, task: Task, at: number, deadline: number): void {
  const left = Math.max(0, deadline - k.state.time)
  copyOut(k, task, at, writeStruct(TIMESPEC, { sec: Math.floor(left / NANOSECONDS), nsec: left % NANOSECONDS }))
}

function keptDeadline(k: Kernel, task: Task, at: number): number {
  if (at === 0) return Infinity
  return (task.call?.startTime ?? k.state.time) + Number(readTimeout(k, task, at))
}

export const socketCalls: Syscall[] = [
  syscall(
    198,
    'socket',
    { domain: oneOf(FAMILIES), type: socketType, protocol },
    (k, task, a) => socket(k, task, a.domain, a.type, a.protocol),
    {
      note: 'Families: AF_UNIX; AF_INET and AF_INET6 within the machine (no network device but lo; TCP, UDP, UDP-Lite, ICMP echo; with `--net host` TCP and UDP lead out of it), AF_NETLINK (route, sock_diag), without autotuned windows and fast open.',
    },
  ),
  syscall(199, 'socketpair', { domain: oneOf(FAMILIES), type: socketType, protocol, sv: descriptorPair }, (k, task, a) =>
    socketPair(k, task, a.domain, a.type, a.protocol, a.sv),
  ),
  syscall(200, 'bind', { fd, addr: addressArgument(2), addrlen: int }, (k, task, { fd, addr, addrlen }) => {
    const { file, socket } = socketAt(task, fd)
    return socketOps(socket).bind(k, task, socket, addressIn(k, task, addr, addrlen), file.inode.mode)
  }),
  syscall(201, 'listen', { fd, backlog: int }, (k, task, { fd, backlog }) => listen(k, task, fd, backlog)),
  syscall(202, 'accept', { fd, addr: addressFilled(2), addrlen: lengthFilled(2) }, (k, task, { fd, addr, addrlen }) =>
    accept(k, task, fd, addr, addrlen, 0),
  ),
  syscall(203, 'connect', { fd, addr: addressArgument(2), addrlen: int }, (k, task, { fd, addr, addrlen }) =>
    connect(k, task, fd, addr, addrlen),
  ),
  syscall(204, 'getsockname', { fd, addr: addressFilled(2), addrlen: lengthFilled(2) }, (k, task, { fd, addr, addrlen }) =>
    named(k, task, fd, addr, addrlen, false),
  ),
  syscall(205, 'getpeername', { fd, addr: addressFilled(2), addrlen: lengthFilled(2) }, (k, task, { fd, addr, addrlen }) =>
    named(k, task, fd, addr, addrlen, true),
  ),
  syscall(
    206,
    'sendto',
    { fd, buf: bytesIn(2), len: size, flags: messageFlags, addr: addressArgument(5), addrlen: int },
    (k, task, a) => sendTo(k, task, a.fd, a.buf, a.len, a.flags, a.addr, a.addrlen),
    { record: (fd, buf, len, flags, addr, addrlen) => ({ fd, buf, len, flags, addr, addrlen }) },
  ),
  syscall(
    207,
    'recvfrom',
    { fd, buf: bytesOut, len: size, flags: messageFlags, addr: addressFilled(5), addrlen: lengthFilled(5) },
    (k, task, a) => receiveFrom(k, task, a.fd, a.buf, a.len, a.flags, a.addr, a.addrlen),
    { record: (fd, buf, len, flags, addr, addrlen) => ({ fd, buf, len, flags, addr, addrlen }) },
  ),
  syscall(
    208,
    'setsockopt',
    { fd, level: optionLevel, optname: optionName, optval: optionIn, optlen: int },
    (k, task, a) => setsockopt(k, task, a.fd, a.level, a.optname, a.optval, a.optlen),
    {
      note:
        'Socket filters are refused (EINVAL); sockets are bound to no device (ENODEV). Fast open is off, as with net.ipv4.tcp_fastopen 0. ' +
        'Remembered without effect, as nothing on lo is lost or late: SO_KEEPALIVE, SO_DONTROUTE, SO_PRIORITY, SO_MARK, SO_BUSY_POLL and its kin, ' +
        'SO_MAX_PACING_RATE, SO_TIMESTAMPING; TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, TCP_LINGER2, TCP_QUICKACK, TCP_NODELAY ' +
        '(but it lets go what TCP_CORK keeps), TCP_CONGESTION, TCP_MAXSEG, TCP_WINDOW_CLAMP, TCP_NOTSENT_LOWAT, TCP_TX_DELAY; IP_MTU_DISCOVER, ' +
        'IP_MINTTL, IP_FREEBIND, IP_TRANSPARENT, IP_LOCAL_PORT_RANGE. SO_LINGER with a time: close does not wait.',
    },
  ),
  syscall(209, 'getsockopt', { fd, level: optionLevel, optname: optionName, optval: optionOut, optlen: lengthFilled(4) }, (k, task, a) =>
    getsockopt(k, task, a.fd, a.level, a.optname, a.optval, a.optlen),
  ),
  syscall(210, 'shutdown', { fd, how: oneOf(SHUTDOWNS) }, (k, task, { fd, how }) => {
    const { socket } = socketAt(task, fd)
    if (how < 0 || how > SHUT_RDWR) throw EINVAL
    // SHUT_RD, SHUT_WR and both as bits.
    socketOps(socket).shutdown(k, socket, how + 1)
    return 0
  }),
  syscall(211, 'sendmsg', { fd, msg: messageIn, flags: messageFlags }, (k, task, { fd, msg, flags: how }) =>
    sendMessage(k, task, fd, msg, how),
  ),
  syscall(212, 'recvmsg', { fd, msg: messageOut, flags: messageFlags }, (k, task, { fd, msg, flags: how }) =>
    receiveMessage(k, task, fd, msg, how),
  ),
  syscall(
    242,
    'accept4',
    { fd, addr: addressFilled(2), addrlen: lengthFilled(2), flags: flags(SOCKET_FLAGS) },
    (k, task, { fd, addr, addrlen, flags: how }) => accept(k, task, fd, addr, addrlen, how),
  ),
  syscall(243, 'recvmmsg', { fd, msgs: messageList, vlen: uint, flags: messageFlags, timeout: timeoutIn }, (k, task, a) =>
    receiveMany(k, task, a.fd, a.msgs, a.vlen, a.flags, a.timeout),
  ),
  syscall(269, 'sendmmsg', { fd, msgs: messageList, vlen: uint, flags: messageFlags }, (k, task, a) =>
    sendMessages(k, task, a.fd, a.msgs, a.vlen, a.flags),
  ),
]
