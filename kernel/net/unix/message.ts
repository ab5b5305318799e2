// Messages of AF_UNIX: what one send put into the receiver's queue. They count against their sender until they are taken.
import { ENOBUFS, SO } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import type { Task } from '../../state.ts'
import { isOn, tellRoom } from '../socket.ts'
import type { OutgoingControl, SentCredentials, Socket, UnixMessage } from '../types.ts'
import { unixOf } from './names.ts'
import { detachFiles, dropFiles } from './rights.ts'

/** Messages that are charged at once. */
const CHARGED_TOGETHER = 16

/** There is room for one message more in the kernel's memory. ENOBUFS. */
export function chargeMessage(k: Kernel, to: Socket): void {
  const own = unixOf(to)
  if (own.queue.length < own.charged) return
  chargeKmem(k, CHARGED_TOGETHER * KMEM.message, ENOBUFS)
  own.charged += CHARGED_TOGETHER
}

/** Wants to be told who sends. */
export const wantsSender = (socket: Socket): boolean => isOn(socket, SO.SO_PASSCRED) || isOn(socket, SO.SO_PASSPIDFD)

/** Who sends: as the call says, or, where one of the two wants to know, the task as it is (maybe_add_creds). */
export function senderOf(task: Task, control: OutgoingControl | null, from: Socket, to: Socket): SentCredentials | null {
  if (control?.credentials) return control.credentials
  if (!wantsSender(from) && !wantsSender(to)) return null
  const { group, credentials } = task
  return { group, pid: group.tgid, uid: credentials.uid, gid: credentials.gid }
}

/** Puts a message into a queue; it counts against its sender. Whoever waits is not told. */
export function enqueue(to: Socket, message: UnixMessage): void {
  unixOf(to).queue.push(message)
  message.from.sendMemory += message.size
}

/** Its sender has so much room again: who waits for room is told once three quarters are free (unix_write_space). */
export function giveBack(k: Kernel, from: Socket, size: number): void {
  from.sendMemory -= size
  if (!from.dead && from.sendMemory * 4 <= from.options.sendBuffer) tellRoom(k, from)
}

/** A message that nobody takes: what it holds is let go. */
export function discard(k: Kernel, message: UnixMessage): void {
  const { files, from } = message
  giveBack(k, from, message.size)
  if (files === null) return
  message.files = null
  detachFiles(k, from, files)
  dropFiles(k, files)
}
