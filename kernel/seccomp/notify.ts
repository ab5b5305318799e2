// Calls that somebody else answers (seccomp_unotify(2)): each is a notice in a list until it is read, answered, or its task is interrupted.
import {
  EBADF,
  EINPROGRESS,
  EINVAL,
  ENOENT,
  ENOSYS,
  ERESTARTSYS,
  E2BIG,
  ESPIPE,
  O_CLOEXEC,
  O_RDWR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  readStruct,
  RLIMIT_NOFILE,
  SECCOMP_ADDFD_FLAG_SEND,
  SECCOMP_ADDFD_FLAG_SETFD,
  SECCOMP_DATA_BYTES,
  SECCOMP_IOCTLS,
  SECCOMP_NOTIF_ADDFD,
  SECCOMP_NOTIF_BYTES,
  SECCOMP_NOTIF_RESP,
  SECCOMP_USER_NOTIF_FLAG_CONTINUE,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getBig } from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { closeFd, eventInode, getFile, installFd, newDescription, placeFd, releaseFile, retainFile } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/index.ts'
import { blocked, type SyscallResult } from '../waiting.ts'
import { chain } from './filter.ts'
import type { SeccompListener, SeccompNotice } from './types.ts'

export const newListener = (): SeccompListener => ({
  kind: 'seccomp',
  waiting: [],
  nextId: 1n,
  readers: newQueue(),
  closed: false,
  orphan: false,
})

/** A descriptor, close-on-exec, for who answers. */
export function openListener(k: Kernel, task: Task, listener: SeccompListener): number {
  const file = newDescription('seccomp', eventInode(k, 0o600), null, O_RDWR, listener, 'anon_inode:seccomp notify')
  try {
    return installFd(k, task, file, true)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** A task's call waits for an answer. */
export function notice(k: Kernel, task: Task, listener: SeccompListener, data: Uint8Array): SeccompNotice {
  const made: SeccompNotice = { id: listener.nextId, task, data, state: 'new', error: 0, value: 0, goesOn: false, queue: newQueue() }
  listener.nextId = BigInt.asUintN(64, listener.nextId + 1n)
  listener.waiting.push(made)
  wakeAll(k, listener.readers)
  return made
}

/** It is over, answered or not. */
export function forget({ waiting }: SeccompListener, made: SeccompNotice): void {
  const at = waiting.indexOf(made)
  if (at >= 0) waiting.splice(at, 1)
}

function reply(k: Kernel, made: SeccompNotice, answer: Pick<SeccompNotice, 'error' | 'value' | 'goesOn'>): void {
  Object.assign(made, answer, { state: 'replied' })
  wakeAll(k, made.queue)
}

/** A task with filters ended: whom nobody has any more tells who polls. */
export function leaveFilters(k: Kernel, task: Task): void {
  const { seccomp } = task
  task.seccomp = null
  for (const { listener } of chain(seccomp?.filter ?? null)) {
    if (listener === null || listener.orphan) continue
    const isUsed = [...k.state.tasks.values()].some(other => [...chain(other.seccomp?.filter ?? null)].some(f => f.listener === listener))
    if (isUsed) continue
    listener.orphan = true
    wakeAll(k, listener.readers)
  }
}

const listenerOf = ({ data }: FileDescription): SeccompListener => {
  if (data?.kind !== 'seccomp') throw EBADF
  return data
}

type Ioctl = (k: Kernel, task: Task, listener: SeccompListener, at: number) => SyscallResult
const ID_BYTES = 8
const IOC_SIZE_SHIFT = 16
const IOC_SIZE_MASK = 0x3fff
const PAGE = 4096

const receive: Ioctl = (k, task, listener, at) => {
  if (copyIn(k, task, at, SECCOMP_NOTIF_BYTES).some(byte => byte !== 0)) throw EINVAL
  const made = listener.waiting.find(({ state }) => state === 'new')
  if (made === undefined) return listener.orphan ? refuse() : blocked([listener.readers], ERESTARTSYS)
  const bytes = new Uint8Array(SECCOMP_NOTIF_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, made.id, true)
  view.setUint32(ID_BYTES, made.task.pid, true)
  bytes.set(made.data, SECCOMP_NOTIF_BYTES - SECCOMP_DATA_BYTES)
  copyOut(k, task, at, bytes)
  made.state = 'sent'
  wakeAll(k, listener.readers)
  return 0
}
const refuse = (): never => {
  throw ENOENT
}

/** One that was read and not answered yet. ENOENT, EINPROGRESS. */
function sentNotice(listener: SeccompListener, id: bigint): SeccompNotice {
  const made = listener.waiting.find(one => one.id === id && one.state !== 'replied')
  if (made === undefined) throw listener.waiting.some(one => one.id === id) ? EINPROGRESS : ENOENT
  if (made.state !== 'sent') throw EINPROGRESS
  return made
}

const send: Ioctl = (k, task, listener, at) => {
  const { id, val, error, flags } = readStruct(SECCOMP_NOTIF_RESP, copyIn(k, task, at, SECCOMP_NOTIF_RESP.size))
  if (flags & ~SECCOMP_USER_NOTIF_FLAG_CONTINUE) throw EINVAL
  const goesOn = (flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE) !== 0
  if (goesOn && (error !== 0 || val !== 0)) throw EINVAL
  reply(k, sentNotice(listener, id), { error, value: val, goesOn })
  return 0
}

const isValid: Ioctl = (k, task, listener, at) => {
  const id = getBig(k, task, at)
  if (!listener.waiting.some(made => made.id === id && made.state === 'sent')) throw ENOENT
  return 0
}

/** As dup3 puts it at a number. EBADF. */
function replaceFd(k: Kernel, task: Task, fd: number, file: FileDescription, cloexec: boolean): number {
  if (fd >= task.group.rlimits.soft[RLIMIT_NOFILE]) throw EBADF
  if (task.files?.files[fd]) closeFd(k, task, fd)
  placeFd(task, fd, file, cloexec)
  return fd
}

/** Puts a file of the answering task's into the table of the one that waits; with SEND its number is the answer. */
const addFd = (k: Kernel, task: Task, listener: SeccompListener, at: number, size: number): SyscallResult => {
  if (size < SECCOMP_NOTIF_ADDFD.size || size >= PAGE) throw EINVAL
  const bytes = copyIn(k, task, at, size)
  if (bytes.subarray(SECCOMP_NOTIF_ADDFD.size).some(byte => byte !== 0)) throw E2BIG
  const { id, flags, srcfd, newfd, newfdFlags } = readStruct(SECCOMP_NOTIF_ADDFD, bytes)
  if (newfdFlags & ~O_CLOEXEC || flags & ~(SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND)) throw EINVAL
  if (newfd !== 0 && !(flags & SECCOMP_ADDFD_FLAG_SETFD)) throw EINVAL
  const file = getFile(task, srcfd | 0)
  const made = sentNotice(listener, id)
  retainFile(file)
  try {
    const cloexec = (newfdFlags & O_CLOEXEC) !== 0
    const fd = flags & SECCOMP_ADDFD_FLAG_SETFD ? replaceFd(k, made.task, newfd, file, cloexec) : installFd(k, made.task, file, cloexec)
    if (flags & SECCOMP_ADDFD_FLAG_SEND) reply(k, made, { error: 0, value: fd, goesOn: false })
    return fd
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

const IOCTLS: Readonly<Record<number, Ioctl>> = {
  [SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_RECV]: receive,
  [SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_SEND]: send,
  [SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_ID_VALID]: isValid,
  [SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR]: isValid,
  // Only hints at who is woken where.
  [SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_SET_FLAGS]: (_k, _task, _listener, flags) => {
    if (flags !== 0 && flags !== 1) throw EINVAL
    return 0
  },
}
const withoutSize = (request: number): number => (request & ~(IOC_SIZE_MASK << IOC_SIZE_SHIFT)) >>> 0
const ADDFD = withoutSize(SECCOMP_IOCTLS.SECCOMP_IOCTL_NOTIF_ADDFD)

export const seccompOps: FileOps = {
  positioned: ESPIPE,
  ioctl(k, task, file, request, argument) {
    const listener = listenerOf(file)
    if (withoutSize(request) === ADDFD) return addFd(k, task, listener, argument, (request >>> IOC_SIZE_SHIFT) & IOC_SIZE_MASK)
    const run = IOCTLS[request >>> 0]
    if (run === undefined) throw EINVAL
    return run(k, task, listener, argument)
  },
  poll(_k, file, queues) {
    const { waiting, readers, orphan } = listenerOf(file)
    queues?.push(readers)
    const has = (state: SeccompNotice['state']): boolean => waiting.some(made => made.state === state)
    return (has('new') ? POLLIN | POLLRDNORM : 0) | (has('sent') ? POLLOUT | POLLWRNORM : 0) | (orphan ? POLLHUP : 0)
  },
  release(k, file) {
    const listener = listenerOf(file)
    listener.closed = true
    for (const made of listener.waiting.splice(0))
      if (made.state !== 'replied') reply(k, made, { error: -ENOSYS.code, value: 0, goesOn: false })
  },
  waitsFor: 'a call to answer',
}
