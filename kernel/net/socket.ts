// A socket and its open file: made, found, and what every family needs of it.
import {
  EAGAIN,
  EINTR,
  ENOTSOCK,
  EPIPE,
  errnoByCode,
  ERESTARTSYS,
  MSG_NOSIGNAL,
  O_NONBLOCK,
  O_RDWR,
  SIGPIPE,
  type Errno,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { WaitQueue } from '../sched/types.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { newDescription, newFileSystem, newInode, timestampNow } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import { blocked, progressOf, type Blocked } from '../waiting.ts'
import { newInetTables } from './inet/tables.ts'
import type { NetNamespace, PeerCredentials, Socket, SocketOptions } from './types.ts'

/** Socket.shutdown: nothing comes any more; nothing may be sent any more. */
export const RECEIVE_SHUTDOWN = 1
export const SEND_SHUTDOWN = 2
export const BOTH_SHUTDOWN = RECEIVE_SHUTDOWN | SEND_SHUTDOWN

const SOCKET_MODE = 0o777

/** A network without sockets. `open`: a way leads out of it. */
export const newNetNamespace = (open = false): NetNamespace => ({
  fs: null,
  lastSerial: 0,
  lastCookie: 0,
  sockets: new Set(),
  unix: { abstract: new Map(), paths: new Map(), inFlight: new Map(), filesOfUser: new Map(), dropped: [], dropping: false, lastChosen: 0 },
  inet: newInetTables(),
  outside: { open, ends: new Map(), last: 0, told: 0 },
  netlink: new Map(),
})

export const newOptions = (k: Kernel): SocketOptions => ({
  sendBuffer: k.state.sysctl.wmemDefault,
  receiveBuffer: k.state.sysctl.rmemDefault,
  bufferLocks: 0,
  sendTimeout: Infinity,
  receiveTimeout: Infinity,
  receiveLow: 1,
  lingers: false,
  lingerSeconds: 0,
  priority: 0,
  mark: 0,
  peekOffset: -1,
  flags: {},
})

/** A socket that no file holds yet, made by a task (null: by who is named in `what`); it is listed until `forgetSocket`. */
export function newSocket(
  k: Kernel,
  task: Task | null,
  what: Pick<Socket, 'family' | 'type' | 'protocol' | 'own'> & Partial<Socket>,
): Socket {
  const socket: Socket = {
    kind: 'socket',
    state: 'closed',
    shutdown: 0,
    error: 0,
    ino: 0,
    file: null,
    serial: ++k.state.ns.net.lastSerial,
    cookie: 0,
    user: task?.credentials.uid ?? 0,
    dead: false,
    options: newOptions(k),
    readable: newQueue(),
    writable: newQueue(),
    sendMemory: 0,
    receiveMemory: 0,
    wantsRoom: false,
    backlog: 0,
    peer: null,
    ...what,
  }
  k.state.ns.net.sockets.add(socket)
  return socket
}

export function forgetSocket(k: Kernel, socket: Socket): void {
  socket.dead = true
  k.state.ns.net.sockets.delete(socket)
}

/** The file that holds a socket from now on. `flags`: O_NONBLOCK. */
export function socketFile(k: Kernel, task: Task, socket: Socket, flags: number): FileDescription {
  const { net } = k.state.ns
  net.fs ??= newFileSystem(k.state.vfs, 'sockfs', 'none')
  const { fsuid, fsgid } = task.credentials
  const inode = newInode(net.fs, 'socket', SOCKET_MODE, fsuid, fsgid, timestampNow(k))
  socket.ino = inode.ino
  const file = newDescription('socket', inode, null, O_RDWR | (flags & O_NONBLOCK), socket, `socket:[${inode.ino}]`)
  socket.file = file
  return file
}

/** The socket of an open file; null: it is none. */
export const socketIn = ({ data }: FileDescription): Socket | null => (data?.kind === 'socket' ? data : null)

/** ENOTSOCK: the file is none. */
export function socketOf(file: FileDescription): Socket {
  const socket = socketIn(file)
  if (socket === null) throw ENOTSOCK
  return socket
}

export const isOn = ({ options }: Socket, option: number): boolean => (options.flags[option] ?? 0) !== 0

/** Throws the error that is due, once (sock_error). */
export function raiseError(socket: Socket): void {
  if (socket.error === 0) return
  const errno = errnoByCode(socket.error)
  socket.error = 0
  if (errno !== undefined) throw errno
}

/** EPIPE, and SIGPIPE unless the call said no. */
export function brokenPipe(k: Kernel, task: Task, flags: number): Errno {
  if (!(flags & MSG_NOSIGNAL)) sendSignal(k, null, task, killInfo(SIGPIPE, task))
  return EPIPE
}

/** Who waits is woken, but no owner is told (F_SETOWN). */
function wakeUntold(k: Kernel, queue: WaitQueue): void {
  const { watchers } = queue
  queue.watchers = null
  wakeAll(k, queue)
  queue.watchers = watchers
}

/** Its state changed: whoever waits for anything looks again. */
export function stateChanged(k: Kernel, socket: Socket): void {
  wakeAll(k, socket.readable, true)
  wakeUntold(k, socket.writable)
}

/** There is room to send again. An owner is told where somebody found none. */
export function tellRoom(k: Kernel, socket: Socket): void {
  if (socket.wantsRoom) wakeAll(k, socket.writable)
  else wakeUntold(k, socket.writable)
  socket.wantsRoom = false
}

/** Until when a call waits that may wait so long: as its first run found. */
const deadlineOf = (k: Kernel, task: Task, timeout: number): number =>
  progressOf(task, 'transfer')?.deadline ?? (timeout === Infinity ? Infinity : k.state.time + timeout)

/**
 * The call waits, as long as the socket's options let it: EAGAIN (or `late`) when the time is up, or for who does not wait. A signal
 * makes it again, or is EINTR where there is a limit (sock_intr_errno).
 */
export function waitOn(k: Kernel, task: Task, queues: WaitQueue[], nonblocking: boolean, timeout: number, late: Errno = EAGAIN): Blocked {
  if (nonblocking) throw late
  const deadline = deadlineOf(k, task, timeout)
  if (deadline <= k.state.time) throw late
  if (deadline === Infinity) return blocked(queues, ERESTARTSYS)
  return { ...blocked(queues, EINTR, deadline), progress: { call: 'transfer', done: 0, deadline } }
}

/** Who a task is to its peers (SO_PEERCRED). */
export const credentialsOf = ({ credentials, group }: Task): PeerCredentials => ({
  group,
  pid: group.tgid,
  uid: credentials.euid,
  gid: credentials.egid,
  groups: credentials.groups,
})
