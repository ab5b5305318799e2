// What sockets hold: files on their way, kernel memory. No descriptor leads to a connection that nobody has accepted, or to a file in a
// message, so they are found from the list of all sockets.
import type { Kernel } from '../kernel.ts'
import { KMEM } from '../mm/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import { allFamilies, socketOps } from './families.ts'

/** Files in messages, as often as messages hold them. */
export function* filesUnderway(k: Kernel): Iterable<FileDescription> {
  for (const socket of k.state.ns.net.sockets) yield* socketOps(socket).files(socket)
}

/** What is wrong with what sockets count, one sentence each. */
export function* auditSockets(k: Kernel): Iterable<string> {
  const { net } = k.state.ns
  for (const socket of net.sockets) {
    const called = `socket ${socket.serial} (${socket.ino})`
    if (socket.dead && socket.own.kind !== 'tcp') yield `${called} is closed and listed`
    if (socket.file !== null && socket.file.data !== socket) yield `${called} is not its file's`
    if (socket.file !== null && socket.file.refs <= 0) yield `${called} has a file that nobody holds`
  }
  for (const family of allFamilies()) yield* family.audit(k)
}

/** Bytes of kernel memory of all sockets, besides their files. */
export function bytesOfSockets(k: Kernel): number {
  let bytes = 0
  for (const socket of k.state.ns.net.sockets) bytes += KMEM.socket + socketOps(socket).bytesHeld(socket)
  return bytes + k.state.ns.net.inet.timeWaits * KMEM.timeWait
}
