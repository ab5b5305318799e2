// AF_UNIX datagrams and sequenced packets: each message is bytes of its own, taken whole; what a buffer is too short for is lost.
import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EMSGSIZE,
  ENOBUFS,
  ENOTCONN,
  EOPNOTSUPP,
  EPERM,
  EPIPE,
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  POLLOUT,
  POLLWRBAND,
  POLLWRNORM,
  SOCK_SEQPACKET,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { WaitQueue } from '../../sched/types.ts'
import type { Task } from '../../state.ts'
import { retainFile } from '../../vfs/index.ts'
import type { FileDescription } from '../../vfs/types.ts'
import type { Blocked } from '../../waiting.ts'
import { raiseError, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, stateChanged, waitOn } from '../socket.ts'
import { receiveTime } from '../stamp.ts'
import type { Outgoing, Received, Socket, UnixMessage, Wanted } from '../types.ts'
import { controlFor } from './control.ts'
import { chargeMessage, discard, enqueue, giveBack, senderOf, wantsSender } from './message.ts'
import { checkAddress, chooseName, findNamed, unixOf } from './names.ts'
import { detachFiles, sentFiles } from './rights.ts'
import { datagramSize, largestDatagram } from './size.ts'

const NOTHING = new Uint8Array(0)

/** More lies in it than it takes. */
export const isFull = (socket: Socket): boolean => unixOf(socket).queue.length > socket.backlog

/** One that is connected hears nobody else. */
export const maySend = (from: Socket, to: Socket): boolean => {
  const { other } = unixOf(to)
  return other === null || other === from
}

export function sendDatagram(k: Kernel, task: Task, socket: Socket, message: Outgoing): number | Blocked {
  const { bytes, flags, left } = message
  const own = unixOf(socket)
  if (flags & MSG_OOB) throw EOPNOTSUPP
  if (message.to !== null) checkAddress(message.to)
  else if (own.other === null) throw ENOTCONN
  if (wantsSender(socket)) chooseName(task, socket)
  if (bytes.length + left > largestDatagram(socket.options.sendBuffer)) throw EMSGSIZE
  raiseError(socket)
  if (socket.shutdown & SEND_SHUTDOWN) throw EPIPE
  const { sendBuffer, sendTimeout } = socket.options
  if (socket.sendMemory >= sendBuffer) {
    socket.wantsRoom = true
    return waitOn(k, task, [socket.writable], (flags & MSG_DONTWAIT) !== 0, sendTimeout)
  }
  if (left > 0) return 0
  const to = message.to === null ? connectedTo(k, socket) : findNamed(k, task, message.to, socket.type)
  if (!maySend(socket, to)) throw EPERM
  if (to.shutdown & RECEIVE_SHUTDOWN) throw EPIPE
  if (to !== socket && unixOf(to).other !== socket && isFull(to))
    return waitOn(k, task, [unixOf(to).full], (flags & MSG_DONTWAIT) !== 0, sendTimeout)
  chargeMessage(k, to)
  chargeKmem(k, bytes.length, ENOBUFS)
  const files = sentFiles(k, task, socket, message.control)
  enqueue(to, {
    length: bytes.length,
    bytes: bytes.slice(),
    size: datagramSize(bytes.length),
    from: socket,
    credentials: senderOf(task, message.control, socket, to),
    files,
    time: k.state.time,
    connection: null,
  })
  wakeAll(k, to.readable)
  return bytes.length
}

/** Whom it is connected to, if that one is still there. */
function connectedTo(k: Kernel, socket: Socket): Socket {
  const own = unixOf(socket)
  const { other } = own
  if (other === null) throw ENOTCONN
  if (!other.dead) return other
  if (socket.type === SOCK_SEQPACKET) throw EPIPE
  own.other = null
  socket.state = 'closed'
  forgetReceived(k, socket, other)
  throw ECONNREFUSED
}

/** It is no longer connected to `other`: what came is thrown away, and a live one that is connected to it is told (unix_dgram_disconnected). */
export function forgetReceived(k: Kernel, socket: Socket, other: Socket): void {
  const own = unixOf(socket)
  if (own.queue.length === 0) return
  for (const message of own.queue.splice(0)) discard(k, message)
  wakeAll(k, own.full)
  if (other.dead || unixOf(other).other !== socket) return
  other.error = ECONNRESET.code
  stateChanged(k, other)
}

/** The message to be had, and from where on: with SO_PEEK_OFF later ones can be looked at. */
function pick(socket: Socket, peeks: boolean): { message: UnixMessage; skip: number } | null {
  const { queue } = unixOf(socket)
  let skip = peeks ? Math.max(0, socket.options.peekOffset) : 0
  for (const message of queue) {
    if (skip === 0 || skip < message.length) return { message, skip }
    skip -= message.length
  }
  return null
}

export function receiveDatagram(k: Kernel, task: Task, socket: Socket, wanted: Wanted): Received | Blocked {
  const { flags, max } = wanted
  if (socket.type === SOCK_SEQPACKET && socket.state !== 'connected') throw ENOTCONN
  if (flags & MSG_OOB) throw EOPNOTSUPP
  raiseError(socket)
  const own = unixOf(socket)
  const peeks = (flags & MSG_PEEK) !== 0
  const found = pick(socket, peeks)
  if (found === null) {
    const nonblocking = (flags & MSG_DONTWAIT) !== 0 || socket.options.receiveTimeout === 0
    if (socket.shutdown & RECEIVE_SHUTDOWN && (!nonblocking || socket.type === SOCK_SEQPACKET)) return nothing()
    if (nonblocking) throw EAGAIN
    return waitOn(k, task, [socket.readable], false, socket.options.receiveTimeout)
  }
  const { message, skip } = found
  wakeAll(k, own.full)
  const length = message.length - skip
  const bytes = (message.bytes ?? NOTHING).subarray(skip, skip + Math.min(length, max))
  const control = [...receiveTime(k, socket, message.time), ...controlFor(socket, message)]
  if (socket.options.peekOffset >= 0)
    socket.options.peekOffset = peeks ? socket.options.peekOffset + bytes.length : Math.max(0, socket.options.peekOffset - message.length)
  let { files } = message
  if (peeks) files = files?.map(retainFile) ?? null
  else {
    own.queue.splice(own.queue.indexOf(message), 1)
    if (files !== null) detachFiles(k, message.from, files)
    giveBack(k, message.from, message.size)
  }
  return {
    bytes,
    length,
    flags: bytes.length < length ? MSG_TRUNC : 0,
    from: unixOf(message.from).name,
    control,
    files,
    last: true,
    taken: true,
  }
}

const nothing = (): Received => ({ bytes: NOTHING, length: 0, flags: 0, from: null, control: [], files: null, last: true, taken: true })

/** All of a message is taken when it is received. */
export const consumeDatagram = (): FileDescription[] | null => null

const WANTS_ROOM = POLLOUT | POLLWRNORM | POLLWRBAND

/** Would a send to the peer be refused? Then whoever polls waits for that one's queue too. */
export function peerIsFull(socket: Socket, events: number, queues: WaitQueue[] | null): boolean {
  const { other } = unixOf(socket)
  if (!(events & WANTS_ROOM) || other === null || unixOf(other).other === socket) return false
  queues?.push(unixOf(other).full)
  return !other.dead && isFull(other)
}
