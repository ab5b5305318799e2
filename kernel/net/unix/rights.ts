// Files on their way in messages (SCM_RIGHTS). Each is a reference. A socket's own file can so come to hold itself, where no descriptor
// leads to it any more: such circles are looked for when a socket is closed, and broken (unix(7), garbage collection).
import { CAP_SYS_ADMIN, CAP_SYS_RESOURCE, ETOOMANYREFS, RLIMIT_NOFILE } from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { releaseFile, retainFile } from '../../vfs/index.ts'
import type { FileDescription } from '../../vfs/types.ts'
import type { OutgoingControl, Socket, UnixMessage } from '../types.ts'

const isUnix = ({ data }: FileDescription): boolean => data?.kind === 'socket' && data.own.kind === 'unix'

const addTo = <K>(counts: Map<K, number>, key: K, change: number): void => {
  const now = (counts.get(key) ?? 0) + change
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}

/** ETOOMANYREFS: a user without privileges has as many files under way as a process may have open. */
function checkFiles(task: Task): void {
  const { credentials, group, ns } = task
  const count = ns.net.unix.filesOfUser.get(credentials.uid) ?? 0
  if (count <= group.rlimits.soft[RLIMIT_NOFILE]) return
  if (!capable(credentials, CAP_SYS_RESOURCE) && !capable(credentials, CAP_SYS_ADMIN)) throw ETOOMANYREFS
}

/** The files of a message of this socket's, which holds them from now on; null: none are sent along. ETOOMANYREFS. */
export function sentFiles(k: Kernel, task: Task, from: Socket, control: OutgoingControl | null): FileDescription[] | null {
  if (control === null || control.files.length === 0) return null
  checkFiles(task)
  const { inFlight, filesOfUser } = k.state.ns.net.unix
  addTo(filesOfUser, from.user, control.files.length)
  for (const file of control.files) if (isUnix(file)) addTo(inFlight, file, 1)
  return control.files.map(retainFile)
}

/** They came out of one. */
export function detachFiles(k: Kernel, from: Socket, files: readonly FileDescription[]): void {
  const { inFlight, filesOfUser } = k.state.ns.net.unix
  addTo(filesOfUser, from.user, -files.length)
  for (const file of files) if (isUnix(file)) addTo(inFlight, file, -1)
}

/** Lets files go that a message held: however long the chain of sockets is that are in each other's queues, one after the other. */
export function dropFiles(k: Kernel, files: readonly FileDescription[]): void {
  const { unix } = k.state.ns.net
  unix.dropped.push(...files)
  if (unix.dropping) return
  unix.dropping = true
  for (let file = unix.dropped.pop(); file !== undefined; file = unix.dropped.pop()) releaseFile(k, file)
  unix.dropping = false
}

/** All messages that lie in a socket, those of connections that nobody has accepted included. */
function* messagesOf(socket: Socket): Iterable<UnixMessage> {
  if (socket.own.kind !== 'unix') return
  for (const message of socket.own.queue) {
    yield message
    if (message.connection !== null) yield* messagesOf(message.connection)
  }
}

function* filesIn(socket: Socket): Iterable<FileDescription> {
  for (const { files } of messagesOf(socket)) if (files !== null) yield* files
}

export const socketsOf = (file: FileDescription): Socket[] => (file.data?.kind === 'socket' ? [file.data] : [])

/**
 * Sockets whose files nobody holds but messages, and these only in such sockets: their messages are thrown away. A socket that somebody else
 * holds, or that lies in a queue that can still be read, is spared with all that lies in it.
 */
export function collectCircles(k: Kernel): void {
  const { unix } = k.state.ns.net
  if (unix.dropping) return
  const lost = new Map<FileDescription, number>()
  for (const [file, count] of unix.inFlight) if (file.refs === count) lost.set(file, count)
  if (lost.size === 0) return
  const inside = new Map<FileDescription, number>()
  for (const holder of lost.keys())
    for (const socket of socketsOf(holder)) for (const file of filesIn(socket)) if (lost.has(file)) addTo(inside, file, 1)
  const alive = [...lost].filter(([file, count]) => inside.get(file) !== count).map(([file]) => file)
  for (const file of alive) lost.delete(file)
  for (let file = alive.pop(); file !== undefined; file = alive.pop())
    for (const socket of socketsOf(file)) for (const held of filesIn(socket)) if (lost.delete(held)) alive.push(held)
  const files: FileDescription[] = []
  for (const holder of lost.keys())
    for (const socket of socketsOf(holder))
      for (const message of messagesOf(socket)) {
        if (message.files === null) continue
        detachFiles(k, message.from, message.files)
        files.push(...message.files)
        message.files = null
      }
  if (files.length > 0) dropFiles(k, files)
}
