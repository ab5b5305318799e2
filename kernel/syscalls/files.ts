// Opening, closing and duplicating descriptors; pipes and other files without names; locks; fcntl and ioctl.
import {
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  EBADF,
  EFD,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  EINVAL,
  FCNTL,
  FLOCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  ERESTARTSYS,
  EAGAIN,
  MFD,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
  MFD_HUGETLB,
  MFD_NOEXEC_SEAL,
  F_SEAL_SEAL,
  OPEN_FLAGS,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_LARGEFILE,
  O_NONBLOCK,
  O_RDWR,
  O_TMPFILE,
  RLIMIT_NOFILE,
  TTY_IOCTLS,
  F_SEAL_EXEC,
  LOCK_MAND,
} from '../abi/index.ts'
import { makeEventFd, makePipe, resumeFifo } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import {
  anonymousInode,
  closeFd,
  forkFiles,
  freeFd,
  getFile,
  installFd,
  locksOf,
  newDescription,
  openAt,
  placeFd,
  releaseFile,
  releaseFiles,
  retainFile,
  setCloexec,
  setFlock,
  getIoFile,
  type FileDescription,
  checkOpenFlags,
  isReadable,
  isWritable,
} from '../vfs/index.ts'
import { address, argument, dirfd, fd, flags, mode, oneOf, path, size, uint } from './args.ts'
import { blocked, type Blocked, type SyscallResult } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import { fcntl } from './fcntl.ts'
import { descriptorPair } from './file-args.ts'
import { fcntlAnswer, fcntlText } from './fcntl-text.ts'
import { ioctl } from './ioctl.ts'
import { ioctlText } from './ioctl-text.ts'
import { descriptorFlags, openFlags, VALID_OPEN_FLAGS } from './open-flags.ts'
import { readHow } from './open-how.ts'

const INT_BYTES = 4

/** A description that an open made: into the lowest free descriptor, or given back when there is none. */
function install(k: Kernel, task: Task, file: FileDescription, cloexec: boolean): number {
  try {
    return installFd(k, task, file, cloexec)
  } catch (e) {
    releaseFile(k, file)
    throw e
  }
}

function open(k: Kernel, task: Task, dir: number, name: string, how: number, permissions: number, resolve = 0): SyscallResult {
  // Refused before anything is created or truncated.
  freeFd(task)
  const file = resumeFifo(task) ?? openAt(k, task, dir, name, how & VALID_OPEN_FLAGS, permissions, resolve)
  return file.kind === 'blocked' ? file : install(k, task, file, (how & O_CLOEXEC) !== 0)
}

function dup3(k: Kernel, task: Task, oldfd: number, newfd: number, how: number): number {
  if (how & ~O_CLOEXEC) throw EINVAL
  if (oldfd === newfd) throw EINVAL
  const file = getFile(task, oldfd)
  if (newfd < 0 || newfd >= task.group.rlimits.soft[RLIMIT_NOFILE]) throw EBADF
  retainFile(file)
  if (task.files?.files[newfd]) closeFd(k, task, newfd)
  placeFd(task, newfd, file, (how & O_CLOEXEC) !== 0)
  return newfd
}

function closeRange(k: Kernel, task: Task, first: number, last: number, how: number): number {
  if (how & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last) throw EINVAL
  if (how & CLOSE_RANGE_UNSHARE && task.files && task.files.refs > 1) {
    const shared = task.files
    task.files = forkFiles(k, shared)
    releaseFiles(k, shared)
  }
  const table = task.files
  if (!table) return 0
  const end = Math.min(last, table.files.length - 1)
  for (let fd = first; fd <= end; fd++) {
    if (!table.files[fd]) continue
    if (how & CLOSE_RANGE_CLOEXEC) setCloexec(table, fd, true)
    else closeFd(k, task, fd)
  }
  return 0
}

function pipe2(k: Kernel, task: Task, at: number, how: number): number {
  if (how & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) throw EINVAL
  const cloexec = (how & O_CLOEXEC) !== 0
  const [reader, writer] = makePipe(k, task, how)
  let first: number
  try {
    first = installFd(k, task, reader, cloexec)
  } catch (e) {
    releaseFile(k, reader)
    releaseFile(k, writer)
    throw e
  }
  let second = -1
  try {
    second = installFd(k, task, writer, cloexec)
    putU32(k, task, at, first)
    putU32(k, task, at + INT_BYTES, second)
  } catch (e) {
    closeFd(k, task, first)
    if (second >= 0) closeFd(k, task, second)
    else releaseFile(k, writer)
    throw e
  }
  return 0
}

function memfd(k: Kernel, task: Task, name: string, how: number): number {
  if (how & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) || how & MFD_HUGETLB) throw EINVAL
  if ((how & MFD_EXEC && how & MFD_NOEXEC_SEAL) || name.length > MEMFD_NAME_MAX) throw EINVAL
  const inode = anonymousInode(k, 0)
  inode.uid = task.credentials.fsuid
  inode.gid = task.credentials.fsgid
  if (how & MFD_NOEXEC_SEAL) inode.mode &= ~ANY_EXEC
  inode.seals = how & MFD_NOEXEC_SEAL ? F_SEAL_EXEC : how & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL
  const file = newDescription('regular', inode, null, O_RDWR | O_LARGEFILE, null, `/memfd:${name} (deleted)`)
  return install(k, task, file, (how & MFD_CLOEXEC) !== 0)
}

/** NAME_MAX less the prefix. */
const MEMFD_NAME_MAX = 249
const ANY_EXEC = 0o111

function flock(k: Kernel, task: Task, number: number, operation: number): number | Blocked {
  // Mandatory locks are gone; who asks for one is told that it has it.
  if (operation & LOCK_MAND) return 0
  const kind = operation & ~LOCK_NB
  if (kind !== LOCK_SH && kind !== LOCK_EX && kind !== LOCK_UN) throw EINVAL
  const file = getIoFile(task, number)
  if (kind !== LOCK_UN && !isReadable(file) && !isWritable(file)) throw EBADF
  if (setFlock(k, file, kind === LOCK_UN ? null : kind === LOCK_EX, task.group.tgid)) return 0
  if (operation & LOCK_NB) throw EAGAIN
  return blocked([locksOf(file.inode).queue], ERESTARTSYS)
}

export const fileCalls: Syscall[] = [
  syscall(19, 'eventfd2', { initval: uint, flags: flags(EFD) }, (k, task, { initval, flags: how }) => {
    if (how & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) throw EINVAL
    return install(k, task, makeEventFd(k, initval, how), (how & EFD_CLOEXEC) !== 0)
  }),
  syscall(23, 'dup', { oldfd: fd }, (k, task, { oldfd }) => {
    const file = getFile(task, oldfd)
    const number = installFd(k, task, file, false)
    retainFile(file)
    return number
  }),
  syscall(24, 'dup3', { oldfd: fd, newfd: fd, flags: descriptorFlags }, (k, task, { oldfd, newfd, flags: how }) =>
    dup3(k, task, oldfd, newfd, how),
  ),
  syscall(25, 'fcntl', { fd, cmd: oneOf(FCNTL), arg: argument }, (k, task, { fd, cmd, arg }) => fcntl(k, task, fd, cmd, arg), {
    text: fcntlText,
    answer: fcntlAnswer,
  }),
  syscall(
    29,
    'ioctl',
    { fd, request: oneOf(TTY_IOCTLS, 'unsigned int'), arg: argument },
    (k, task, { fd, request, arg }) => ioctl(k, task, fd, request >>> 0, arg),
    { text: ioctlText },
  ),
  syscall(32, 'flock', { fd, operation: flags(FLOCK) }, (k, task, { fd, operation }) => flock(k, task, fd, operation)),
  syscall(
    56,
    'openat',
    { dirfd, path, flags: openFlags, mode },
    (k, task, { dirfd, path, flags: how, mode }) => open(k, task, dirfd, path, how, mode),
    { first: a => checkOpenFlags(a.flags & VALID_OPEN_FLAGS), text: openText },
  ),
  syscall(
    57,
    'close',
    { fd },
    (k, task, { fd }) => {
      closeFd(k, task, fd)
      return 0
    },
    { record: fd => ({ fd }) },
  ),
  syscall(59, 'pipe2', { fds: descriptorPair, flags: descriptorFlags }, (k, task, { fds, flags: how }) => pipe2(k, task, fds, how)),
  syscall(279, 'memfd_create', { name: path, flags: flags(MFD) }, (k, task, { name, flags: how }) => memfd(k, task, name, how), {
    refused: { MFD_HUGETLB: 'EINVAL' },
  }),
  syscall(436, 'close_range', { first: uint, last: uint, flags: uint }, (k, task, { first, last, flags: how }) =>
    closeRange(k, task, first, last, how),
  ),
  syscall(
    437,
    'openat2',
    { dirfd, path, how: address, size },
    (k, task, { dirfd, path, how: at, size }) => {
      const how = readHow(k, task, at, size)
      return open(k, task, dirfd, path, how.flags, how.mode, how.resolve)
    },
    { note: 'With RESOLVE_CACHED also what the kernel makes up at each look (names in /proc) answers EAGAIN.' },
  ),
]

/** strace shows the mode only where it counts. */
function openText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const shown = [dirfd.show(raw[0], k, task, raw), path.show(raw[1], k, task, raw), openFlags.show(raw[2], k, task, raw)]
  if (raw[2] & (O_CREAT | (O_TMPFILE & ~OPEN_FLAGS.O_DIRECTORY))) shown.push(mode.show(raw[3], k, task, raw))
  return shown.join(', ')
}
