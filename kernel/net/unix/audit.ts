// Counts what AF_UNIX sockets hold again, and compares: for tests and debug builds.
import type { Kernel } from '../../kernel.ts'
import type { FileDescription } from '../../vfs/types.ts'
import type { Socket } from '../types.ts'
import { socketsOf } from './rights.ts'

function add<K>(counts: Map<K, number>, key: K, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}

function* differences<K>(found: Map<K, number>, counted: Map<K, number>, what: string): Iterable<string> {
  for (const key of new Set([...found.keys(), ...counted.keys()])) {
    const [there, said] = [found.get(key) ?? 0, counted.get(key) ?? 0]
    if (there !== said) yield `${what}: there are ${there}, counted are ${said}`
  }
}

/** What senders count is what lies in queues; bytes in a ring are its messages'; files on their way are those in messages. */
export function* auditUnix(k: Kernel): Iterable<string> {
  const { sockets, unix } = k.state.ns.net
  const sent = new Map<Socket, number>()
  const inFlight = new Map<FileDescription, number>()
  const filesOfUser = new Map<number, number>()
  for (const socket of sockets) {
    const { own } = socket
    if (own.kind !== 'unix') continue
    let inRing = 0
    for (const message of own.queue) {
      const { from, size, bytes, length, files, connection } = message
      add(sent, from, size)
      if (bytes === null && connection === null) inRing += length
      if (connection !== null && (!sockets.has(connection) || connection.file !== null))
        yield `socket ${socket.serial} has a connection that is none`
      if (files === null) continue
      add(filesOfUser, from.user, files.length)
      for (const file of files) if (socketsOf(file).some(({ own: { kind } }) => kind === 'unix')) add(inFlight, file, 1)
    }
    if (own.used !== inRing) yield `socket ${socket.serial} has ${inRing} bytes in messages, and ${own.used} in its ring`
    if (own.urgent !== null && !own.queue.includes(own.urgent)) yield `the urgent byte of socket ${socket.serial} is not in its queue`
    if (own.queue.length > own.charged && socket.state !== 'listening') yield `socket ${socket.serial} has messages that are not charged`
  }
  for (const socket of sockets) {
    if (socket.own.kind === 'unix' && (sent.get(socket) ?? 0) !== socket.sendMemory)
      yield `socket ${socket.serial} has ${sent.get(socket) ?? 0} under way, counted are ${socket.sendMemory}`
  }
  yield* differences(inFlight, unix.inFlight, 'files of sockets on their way')
  yield* differences(filesOfUser, unix.filesOfUser, 'files that a user has on their way')
  if (unix.dropped.length > 0 || unix.dropping) yield 'files of messages are let go of still'
}
