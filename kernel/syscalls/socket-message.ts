// Message headers (struct msghdr) of sendmsg and recvmsg, and their calls with many messages.
import { EAGAIN, EINVAL, EMSGSIZE, IOV_MAX, isErrno, MMSGHDR, MSG_DONTWAIT, MSG_WAITFORONE, MSGHDR, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, putU32, putU64 } from '../mm/index.ts'
import { socketOf, type OutgoingControl } from '../net/index.ts'
import type { Task } from '../state.ts'
import { getIoFile, type FileDescription } from '../vfs/index.ts'
import { keeping, keptOr, type Blocked } from '../waiting.ts'
import { addressIn, addressOut } from './socket-address.ts'
import { answerOf, controlOut, emptyReceipt, receiveInto, type Receipt } from './socket-receive.ts'
import { controlIn, sendFrom } from './socket-send.ts'
import { readVector, type Segment } from './transfer.ts'

/** Set by 32-bit programs' calls alone. */
const MSG_CMSG_COMPAT = 0x8000_0000

/** EINVAL, EBADF, ENOTSOCK. */
function socketFile(task: Task, fd: number, flags: number): FileDescription {
  if (flags >= MSG_CMSG_COMPAT) throw EINVAL
  const file = getIoFile(task, fd)
  socketOf(file)
  return file
}

/** A header as the call first read it. */
interface Header {
  at: number
  name: number
  nameLength: number
  segments: Segment[]
  control: number
  controlLength: number
}

/** EFAULT, EINVAL for a negative length of the address, EMSGSIZE for too many segments. */
function readHeader(k: Kernel, task: Task, at: number): Header {
  const { name, namelen, iov, iovlen, control, controllen } = readStruct(MSGHDR, copyIn(k, task, at, MSGHDR.size))
  if (name !== 0 && namelen < 0) throw EINVAL
  if (iovlen > IOV_MAX) throw EMSGSIZE
  const nameLength = name === 0 ? 0 : Math.min(namelen, 128)
  return { at, name, nameLength, segments: readVector(k, task, iov, iovlen), control, controlLength: controllen }
}

interface Sending {
  header: Header
  to: Uint8Array | null
  control: OutgoingControl | null
}

function readSending(k: Kernel, task: Task, file: FileDescription, at: number): Sending {
  const header = readHeader(k, task, at)
  const { name, nameLength, control, controlLength } = header
  const to = nameLength === 0 ? null : addressIn(k, task, name, nameLength)
  return { header, to, control: controlIn(k, task, file, control, controlLength) }
}

export function sendMessage(k: Kernel, task: Task, fd: number, at: number, flags: number): number | Blocked {
  const file = socketFile(task, fd, flags)
  const sending = keptOr(task, () => readSending(k, task, file, at))
  return keeping(sendFrom(k, task, file, sending.header.segments, flags, sending.to, sending.control), sending)
}

interface Receiving {
  header: Header
  receipt: Receipt
}

export function receiveMessage(k: Kernel, task: Task, fd: number, at: number, flags: number): number | Blocked {
  const file = socketFile(task, fd, flags)
  const kept = keptOr(task, () => ({ header: readHeader(k, task, at), receipt: emptyReceipt() }))
  return keeping(receive(k, task, file, kept, flags), kept)
}

/** Receives, and writes the header back: also when it sleeps with something received, which may be all that there will be. */
function receive(k: Kernel, task: Task, file: FileDescription, { header, receipt }: Receiving, flags: number): number | Blocked {
  const wait = receiveInto(k, task, file, header.segments, flags, receipt)
  if (wait !== null && receipt.done === 0) return wait
  const { at, name, control, controlLength } = header
  const put = controlOut(k, task, receipt, control, controlLength, flags)
  if (name !== 0) addressOut(k, task, receipt.from, name, at + MSGHDR.offsets.namelen)
  putU32(k, task, at + MSGHDR.offsets.flags, receipt.flags | put.flags | (flags & MSG_REPORTED))
  putU64(k, task, at + MSGHDR.offsets.controllen, put.length)
  return wait ?? answerOf(receipt, flags)
}

/** Flags of a receive that are reported as they were given. */
const MSG_REPORTED = 0x40000000

/** Calls with many messages: how many are done, and what the one that waits keeps. */
interface Many<T> {
  index: number
  current: T | null
}

/** sendmmsg(2): until one fails; the error counts only where it is the first. */
export function sendMessages(k: Kernel, task: Task, fd: number, at: number, count: number, flags: number): number | Blocked {
  const file = socketFile(task, fd, flags)
  const many = keptOr<Many<Sending>>(task, () => ({ index: 0, current: null }))
  const most = Math.min(count, IOV_MAX)
  try {
    while (many.index < most) {
      const place = at + many.index * MMSGHDR.size
      many.current ??= readSending(k, task, file, place)
      const { header, to, control } = many.current
      const sent = sendFrom(k, task, file, header.segments, flags, to, control)
      if (typeof sent !== 'number') return keeping(asOneOfMany(sent, many.index), many)
      putU32(k, task, place + MMSGHDR.offsets.length, sent)
      next(task, many)
    }
  } catch (error) {
    if (many.index === 0 || !isErrno(error)) throw error
  }
  return many.index
}

/** Where a signal ends the call its answer is how many messages went. */
const asOneOfMany = (wait: Blocked, index: number): Blocked => ({ ...wait, partial: index > 0 || wait.partial ? index || 1 : undefined })

/** What the message that is done had begun does not count for the next one. */
function next<T>(task: Task, many: Many<T>): void {
  many.index++
  many.current = null
  if (task.call !== null) task.call.progress = null
}

/** recvmmsg(2). `deadline`: an instant after which no further message is waited for, looked at when one has come. */
export function receiveMessages(
  k: Kernel,
  task: Task,
  fd: number,
  at: number,
  count: number,
  flags: number,
  deadline: number,
): number | Blocked {
  const file = socketFile(task, fd, flags)
  const socket = socketOf(file)
  const many = keptOr<Many<Receiving>>(task, () => ({ index: 0, current: null }))
  const most = Math.min(count, IOV_MAX)
  try {
    while (many.index < most) {
      const place = at + many.index * MMSGHDR.size
      many.current ??= { header: readHeader(k, task, place), receipt: emptyReceipt() }
      const how = (flags & ~MSG_WAITFORONE) | (flags & MSG_WAITFORONE && many.index > 0 ? MSG_DONTWAIT : 0)
      const count = receive(k, task, file, many.current, how)
      if (typeof count !== 'number') return keeping(asOneOfMany(count, many.index), many)
      putU32(k, task, place + MMSGHDR.offsets.length, count)
      next(task, many)
      if (deadline <= k.state.time) break
    }
  } catch (error) {
    if (many.index === 0 || !isErrno(error)) throw error
    // Some were received: the error is for the next call.
    if (error !== EAGAIN) socket.error = error.code
  }
  return many.index
}
