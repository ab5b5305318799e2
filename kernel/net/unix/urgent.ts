// Urgent bytes of AF_UNIX streams (MSG_OOB): a message of its own in the queue, marked until it is read or passed by.
import { EINVAL, EPIPE, MSG_DONTWAIT, MSG_OOB, MSG_PEEK, SO } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import type { Blocked } from '../../waiting.ts'
import { brokenPipe, isOn, raiseError, RECEIVE_SHUTDOWN, waitOn } from '../socket.ts'
import type { Outgoing, Received, Socket, UnixMessage, Wanted } from '../types.ts'
import { chargeMessage, discard, enqueue, giveBack, senderOf } from './message.ts'
import { unixOf } from './names.ts'
import { sentFiles } from './rights.ts'
import { streamSize } from './size.ts'

const NOTHING = new Uint8Array(0)

/** Nothing more, and nothing to wait for. */
export const atEnd = (): Received => ({
  bytes: NOTHING,
  length: 0,
  flags: 0,
  from: null,
  control: [],
  files: null,
  last: true,
  taken: true,
})

/** Nobody would read it. */
export const isDeaf = (other: Socket): boolean => other.dead || (other.shutdown & RECEIVE_SHUTDOWN) !== 0

/** The byte goes into the queue behind what is there, marked; one that was marked before is a byte like any other then. */
export function sendUrgent(k: Kernel, task: Task, from: Socket, to: Socket, message: Outgoing, bytes: Uint8Array): number | Blocked {
  const { flags, done } = message
  raiseError(from)
  if (from.sendMemory >= from.options.sendBuffer) {
    from.wantsRoom = true
    return waitOn(k, task, [from.writable], (flags & MSG_DONTWAIT) !== 0, from.options.sendTimeout)
  }
  if (isDeaf(to)) throw done === 0 && message.bytes.length === 1 ? brokenPipe(k, task, flags) : EPIPE
  chargeMessage(k, to)
  const files = done === 0 && message.bytes.length === 1 ? sentFiles(k, task, from, message.control) : null
  const urgent: UnixMessage = {
    length: 1,
    bytes: bytes.slice(),
    size: streamSize(1),
    from,
    credentials: senderOf(task, message.control, from, to),
    files,
    time: -1,
    connection: null,
  }
  enqueue(to, urgent)
  unixOf(to).urgent = urgent
  if (to.file !== null) k.kinds.urge(k, to.file)
  return 1
}

/** At the mark: a read that begins there goes on behind it. The urgent byte is lost on who does not ask for it, or is a byte like any other. */
export function passMark(k: Kernel, socket: Socket): void {
  const own = unixOf(socket)
  const { queue } = own
  while (queue.length > 0 && queue[0].length === 0) giveBack(k, queue[0].from, (queue.shift() as UnixMessage).size)
  if (own.urgent === null || queue[0] !== own.urgent) return
  own.urgent = null
  if (!isOn(socket, SO.SO_OOBINLINE)) discard(k, queue.shift() as UnixMessage)
}

/** MSG_OOB: the urgent byte, wherever it is in the queue. EINVAL: there is none, or it is read in its place (SO_OOBINLINE). */
export function receiveUrgent(socket: Socket, { max, flags }: Wanted): Received {
  const own = unixOf(socket)
  const { urgent } = own
  if (isOn(socket, SO.SO_OOBINLINE) || urgent === null) throw EINVAL
  const bytes = (urgent.bytes ?? NOTHING).slice(0, max)
  if (!(flags & MSG_PEEK)) {
    own.urgent = null
    urgent.length = 0
  }
  return { ...atEnd(), bytes, length: 1, flags: MSG_OOB }
}

/** SIOCATMARK: the next byte is the urgent one, or comes right behind it. */
export function isAtMark(socket: Socket): boolean {
  const { queue, urgent } = unixOf(socket)
  if (queue.length === 0) return false
  return queue[0] === urgent || (queue[0].length === 0 && (urgent === null || queue[1] === urgent))
}
