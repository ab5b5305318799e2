// What sockets hold: files on their way, kernel memory. No descriptor leads to a connection that nobody has accepted, or to a file in a
// message, so they are found from the list of all sockets.
import type { Kernel } from '../kernel.ts'
import { KMEM } from '../mm/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import { socketOps } from './families.ts'

/** Files in messages, as often as messages hold them. */
export function* filesUnderway(k: Kernel): Iterable<FileDescription> {
  for (const socket of k.state.ns.net.sockets) yield* socketOps(socket).files(socket)
}

/** Bytes of kernel memory of all sockets, besides their files. */
export function bytesOfSockets(k: Kernel): number {
  let bytes = 0
  for (const socket of k.state.ns.net.sockets) bytes += KMEM.socket + socketOps(socket).bytesHeld(socket)
  return bytes
}
