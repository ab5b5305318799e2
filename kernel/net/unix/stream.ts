// AF_UNIX streams: bytes in one ring at the receiver, in messages that say who sent them and what came along.
import { EINVAL, EISCONN, ENOTCONN, EOPNOTSUPP, EPIPE, isErrno, ENOBUFS, MSG_DONTWAIT, MSG_OOB, MSG_PEEK, SO } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { dropFront, frontOf, growRing, putRing, takeFirst } from '../../mm/index.ts'
import { wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import { retainFile } from '../../vfs/index.ts'
import type { FileDescription } from '../../vfs/types.ts'
import type { Blocked } from '../../waiting.ts'
import { brokenPipe, isOn, raiseError, RECEIVE_SHUTDOWN, SEND_SHUTDOWN, waitOn } from '../socket.ts'
import type { Outgoing, Received, SentCredentials, Socket, UnixMessage, Wanted } from '../types.ts'
import { controlFor } from './control.ts'
import { chargeMessage, enqueue, giveBack, senderOf, wantsSender } from './message.ts'
import { unixOf } from './names.ts'
import { detachFiles, sentFiles } from './rights.ts'
import { streamPart, streamSize } from './size.ts'
import { atEnd, isDeaf, passMark, receiveUrgent, sendUrgent } from './urgent.ts'

export function sendStream(k: Kernel, task: Task, socket: Socket, message: Outgoing): number | Blocked {
  const { bytes, left, done, flags } = message
  const urgent = (flags & MSG_OOB) !== 0
  if (urgent && bytes.length + left + done === 0) throw EOPNOTSUPP
  if (message.to !== null) throw socket.state === 'connected' ? EISCONN : EOPNOTSUPP
  const { other } = unixOf(socket)
  if (other === null) throw ENOTCONN
  const broken = (): Error => (done === 0 ? brokenPipe(k, task, flags) : EPIPE)
  if (socket.shutdown & SEND_SHUTDOWN) throw broken()
  // The last byte of an urgent send is a message of its own.
  const total = bytes.length + left - (urgent ? 1 : 0)
  let taken = 0
  while (taken < total) {
    const part = streamPart(total - taken, socket.options.sendBuffer)
    if (taken === 0) raiseError(socket)
    if (socket.sendMemory >= socket.options.sendBuffer) {
      if (taken > 0) break
      socket.wantsRoom = true
      return waitOn(k, task, [socket.writable], (flags & MSG_DONTWAIT) !== 0, socket.options.sendTimeout)
    }
    // A part that is not all there is not begun.
    if (taken + part > bytes.length) break
    if (isDeaf(other)) {
      if (taken > 0) break
      throw broken()
    }
    append(k, task, socket, other, message, taken === 0 && part === bytes.length ? bytes : bytes.subarray(taken, taken + part), taken)
    taken += part
  }
  if (urgent && taken === total && bytes.length > taken) {
    const sent = sendUrgent(k, task, socket, other, message, bytes.subarray(taken))
    if (typeof sent !== 'number' && taken === 0) return sent
    if (typeof sent === 'number') taken += sent
  }
  if (taken > 0) wakeAll(k, other.readable)
  return taken
}

/** One message of these bytes. What is sent along goes with the first. */
function append(k: Kernel, task: Task, from: Socket, to: Socket, message: Outgoing, bytes: Uint8Array, taken: number): void {
  const own = unixOf(to)
  try {
    chargeMessage(k, to)
    growRing(k, own, bytes.length)
  } catch (error) {
    throw isErrno(error) ? ENOBUFS : error
  }
  const files = message.done + taken === 0 ? sentFiles(k, task, from, message.control) : null
  putRing(own, bytes)
  const credentials = senderOf(task, message.control, from, to)
  enqueue(to, {
    length: bytes.length,
    bytes: null,
    size: streamSize(bytes.length),
    from,
    credentials,
    files,
    time: -1,
    connection: null,
  })
}

const sameSender = (one: SentCredentials | null, other: SentCredentials | null): boolean =>
  one === other ||
  ((one?.group ?? null) === (other?.group ?? null) && one?.pid === other?.pid && one?.uid === other?.uid && one?.gid === other?.gid)

/** What of a stream goes into one read: bytes of one message after the other, until files come along, or the sender changes and is asked for. */
interface Span {
  /** Bytes before those that are meant, and these. */
  skip: number
  count: number
  first: UnixMessage | null
  files: FileDescription[] | null
  last: boolean
  /** Some of them do not lie in the ring. */
  apart: boolean
}

function spanOf(socket: Socket, { max, flags, note, done }: Wanted): Span {
  const { queue, urgent } = unixOf(socket)
  const inline = isOn(socket, SO.SO_OOBINLINE)
  const asksSender = wantsSender(socket)
  let sender = note as SentCredentials | null | undefined
  const span: Span = { skip: 0, count: 0, first: null, files: null, last: false, apart: false }
  let before = flags & MSG_PEEK ? Math.max(0, socket.options.peekOffset) : 0
  for (const message of queue) {
    // What goes into one read ends at the mark.
    const some = span.count + done > 0
    if (message === urgent && some) {
      span.last = true
      break
    }
    if (message.length === 0 && some && urgent === null) {
      span.last = true
      break
    }
    if (message.length === 0 || (message === urgent && !inline)) continue
    if (before >= message.length) {
      before -= message.length
      if (message.bytes === null) span.skip += message.length
      continue
    }
    if (message.bytes !== null) span.apart = true
    if (asksSender) {
      if (sender !== undefined && !sameSender(sender, message.credentials)) {
        span.last = true
        break
      }
      sender = message.credentials
    }
    span.skip += before
    span.first ??= message
    const part = Math.min(message.length - before, max - span.count)
    before = 0
    span.count += part
    if (message.files !== null) {
      span.files = message.files
      span.last = true
      break
    }
    if (span.count === max) break
  }
  if (flags & MSG_PEEK && span.first !== null) span.last = true
  return span
}

/** Most reads: of one message, from its front, and nothing came along. So many bytes; 0: it has to be looked at more closely. */
function plainBytes(socket: Socket, { max, flags }: Wanted): number {
  const { queue, urgent } = unixOf(socket)
  if (queue.length === 0 || urgent !== null || (flags & ~MSG_DONTWAIT) !== 0) return 0
  const { length, bytes, files } = queue[0]
  if (bytes !== null || files !== null || (length < max && queue.length > 1) || wantsSender(socket)) return 0
  return Math.min(length, max)
}

export function receiveStream(k: Kernel, task: Task, socket: Socket, wanted: Wanted): Received | Blocked {
  if (socket.state !== 'connected') throw EINVAL
  const own = unixOf(socket)
  if (wanted.flags & MSG_OOB) return receiveUrgent(socket, wanted)
  const plain = plainBytes(socket, wanted)
  if (plain > 0) {
    const { name } = unixOf(own.queue[0].from)
    return { bytes: frontOf(k, own, plain), length: plain, flags: 0, from: name, control: [], files: null, last: false, taken: false }
  }
  if (!(wanted.flags & MSG_PEEK) && wanted.done === 0) passMark(k, socket)
  const span = own.queue.length === 0 ? null : spanOf(socket, wanted)
  if (span === null || (span.first === null && !span.last)) {
    if (wanted.done >= wanted.least) return atEnd()
    raiseError(socket)
    if (socket.shutdown & RECEIVE_SHUTDOWN) return atEnd()
    return waitOn(k, task, [socket.readable], (wanted.flags & MSG_DONTWAIT) !== 0, socket.options.receiveTimeout)
  }
  if (span.first === null) return atEnd()
  const peeks = (wanted.flags & MSG_PEEK) !== 0
  const bytes = span.apart ? gathered(k, socket, span) : frontOf(k, own, span.count, span.skip)
  if (peeks && socket.options.peekOffset >= 0) socket.options.peekOffset += span.count
  return {
    bytes,
    length: span.count,
    flags: 0,
    from: unixOf(span.first.from).name,
    control: wantsSender(socket) && wanted.note === undefined ? controlFor(socket, span.first) : [],
    files: peeks && span.files !== null ? span.files.map(retainFile) : null,
    last: span.last,
    taken: peeks,
    note: wantsSender(socket) ? span.first.credentials : undefined,
  }
}

/** Bytes of a span of which some are messages of their own. */
function gathered(k: Kernel, socket: Socket, { skip, count, first }: Span): Uint8Array {
  const own = unixOf(socket)
  const whole = new Uint8Array(count)
  let at = skip
  let done = 0
  for (const message of own.queue.slice(own.queue.indexOf(first as UnixMessage))) {
    if (done === count) break
    const { bytes, length } = message
    if (bytes === null) {
      const part = frontOf(k, own, Math.min(length, count - done), at)
      whole.set(part, done)
      at += length
      done += part.length
    } else if (length > 0) whole[done++] = bytes[0]
  }
  return whole
}

/** So many bytes are read: messages that are read whole go, and files that came along are the caller's. */
export function consumeStream(k: Kernel, socket: Socket, count: number): FileDescription[] | null {
  const own = unixOf(socket)
  const { queue } = own
  let files: FileDescription[] | null = null
  let inRing = 0
  for (let left = count; left > 0;) {
    const message = queue[0]
    const part = Math.min(message.length, left)
    left -= part
    message.length -= part
    if (message.bytes === null) inRing += part
    if (message.files !== null) {
      detachFiles(k, message.from, message.files)
      files = files === null ? message.files : [...files, ...message.files]
      message.files = null
    }
    if (message.length > 0) break
    takeFirst(queue)
    if (own.urgent === message) own.urgent = null
    giveBack(k, message.from, message.size)
  }
  dropFront(own, inRing)
  if (socket.options.peekOffset >= 0) socket.options.peekOffset = Math.max(0, socket.options.peekOffset - count)
  return files
}

/** Of the bytes that a fault cut: those of whole messages count. */
export function arrivedStream(socket: Socket, moved: number): number {
  let whole = 0
  for (const { length } of unixOf(socket).queue) {
    if (whole + length > moved) break
    whole += length
  }
  return whole
}
