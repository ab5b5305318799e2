// Sockets as open files: read and write are recv and send without flags.
import {
  ENOTTY,
  ESPIPE,
  F_OWNER_PGRP,
  F_OWNER_PID,
  F_OWNER_TID,
  MSG_DONTWAIT,
  MSG_EOR,
  O_NONBLOCK,
  POLL_IN,
  POLL_OUT,
  POLLOUT,
  POLLWRBAND,
  POLLWRNORM,
  POLLIN,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  SOCK_SEQPACKET,
  SOCKET_IOCTLS,
  ESRCH,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getI32, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { noSpace, ownerExists, setOwner } from '../vfs/index.ts'
import type { FileDescription, FileOps, FileSystemOps } from '../vfs/types.ts'
import { EPERM } from '../abi/index.ts'
import { deviceIoctl } from './device.ts'
import { socketOps } from './families.ts'
import { socketOf } from './socket.ts'
import { dropFiles } from './unix/rights.ts'

const SOCKFS_MAGIC = 0x534f434b
const NOTHING = new Uint8Array(0)

const WRITES = POLLOUT | POLLWRNORM | POLLWRBAND
const READS = POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND

/** O_NONBLOCK as the flag of a call. */
export const waitFlag = ({ flags }: FileDescription): number => (flags & O_NONBLOCK ? MSG_DONTWAIT : 0)

/** FIOSETOWN: a process, or the group of a negative number. */
function setOwnerBy(k: Kernel, task: Task, file: FileDescription, argument: number): void {
  const id = getI32(k, task, argument)
  const type = id < 0 ? F_OWNER_PGRP : F_OWNER_PID
  if (id !== 0 && !ownerExists(k, type, Math.abs(id)) && !ownerExists(k, F_OWNER_TID, Math.abs(id))) throw ESRCH
  setOwner(file, task, type, Math.abs(id))
}

const ownerNumber = ({ owner }: FileDescription): number => (owner === null ? 0 : owner.type === F_OWNER_PGRP ? -owner.id : owner.id)

/** Requests that every socket answers. */
const requests: Readonly<Record<number, (k: Kernel, task: Task, file: FileDescription, argument: number) => void>> = {
  [SOCKET_IOCTLS.FIOSETOWN]: setOwnerBy,
  [SOCKET_IOCTLS.SIOCSPGRP]: setOwnerBy,
  [SOCKET_IOCTLS.FIOGETOWN]: (k, task, file, argument) => putU32(k, task, argument, ownerNumber(file)),
  [SOCKET_IOCTLS.SIOCGPGRP]: (k, task, file, argument) => putU32(k, task, argument, ownerNumber(file)),
}

export const socketFileOps: FileOps = {
  waitsIn(file, call) {
    const { waits } = socketOps(socketOf(file))
    if (/accept/.test(call)) return waits.accept ?? null
    if (/connect/.test(call)) return waits.connect ?? null
    if (/send|write/.test(call)) return waits.send
    return /recv|read/.test(call) ? waits.receive : null
  },
  fdinfo(_k, file) {
    const socket = socketOf(file)
    return socketOps(socket).fdinfo?.(socket) ?? ''
  },
  positioned: ESPIPE,
  takesViews: () => true,
  noWait: true,
  spliceFrom: () => true,
  spliceNoWait: true,
  async(_k, file) {
    const { readable, writable } = socketOf(file)
    return [
      { queue: readable, band: POLL_IN },
      { queue: writable, band: POLL_OUT },
    ]
  },
  message(file) {
    const socket = socketOf(file)
    return socketOps(socket).largest(socket)
  },
  least: file => socketOf(file).options.receiveLow,
  read(k, task, file, max) {
    if (max === 0) return NOTHING
    const socket = socketOf(file)
    const least = Math.min(socket.options.receiveLow, max)
    const found = socketOps(socket).receive(k, task, socket, { max, flags: waitFlag(file), done: 0, least, note: undefined })
    if ('kind' in found) return found
    // What came along is lost on who only reads.
    if (found.files !== null) dropFiles(k, found.files)
    return found.bytes
  },
  arrived(file, moved) {
    const socket = socketOf(file)
    return socketOps(socket).arrived(socket, moved)
  },
  consume(k, file, count) {
    const socket = socketOf(file)
    const files = socketOps(socket).consume(k, socket, count)
    if (files !== null) dropFiles(k, files)
  },
  write(k, task, file, bytes, _offset, done, length) {
    const socket = socketOf(file)
    const flags = waitFlag(file) | (socket.type === SOCK_SEQPACKET ? MSG_EOR : 0)
    const left = length - done - bytes.length
    return socketOps(socket).send(k, task, socket, { bytes, left, done, flags, to: null, control: null })
  },
  poll(k, file, queues, _task, _round, events = -1) {
    const socket = socketOf(file)
    if (queues !== null) {
      // Changes of state, RDHUP among them, wake both.
      if (events & READS || !(events & WRITES)) queues.push(socket.readable)
      if (events & WRITES) queues.push(socket.writable)
    }
    return socketOps(socket).poll(k, socket, events, queues)
  },
  ioctl(k, task, file, request, argument) {
    const common = requests[request]
    if (common !== undefined) {
      common(k, task, file, argument)
      return 0
    }
    const socket = socketOf(file)
    if (deviceIoctl(k, task, socket, request, argument)) return 0
    const { ioctl } = socketOps(socket)
    if (ioctl === undefined) throw ENOTTY
    return ioctl(k, task, socket, request, argument)
  },
  release(k, file) {
    const socket = socketOf(file)
    socket.file = null
    socketOps(socket).release(k, socket)
  },
}

export const socketFs: FileSystemOps = { type: () => 'sockfs', fixed: EPERM, space: noSpace(SOCKFS_MAGIC) }
