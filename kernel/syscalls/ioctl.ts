// ioctl(2): the requests that the kernel itself answers, whatever the file is; the rest goes to the file's kind.
import {
  CAP_LINUX_IMMUTABLE,
  EFAULT,
  ENOTTY,
  EOPNOTSUPP,
  EPERM,
  FIOASYNC,
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  FS_FLAGS,
  FS_IOCTLS,
  O_ASYNC,
  O_NONBLOCK,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32, putU64 } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import {
  checkOwner,
  checkWritable,
  fileSystemOps,
  getIoFile,
  opsOf,
  setAsync,
  setCloexec,
  statOf,
  touchChanged,
  type FileDescription,
} from '../vfs/index.ts'
import type { SyscallResult } from '../waiting.ts'

interface Call {
  k: Kernel
  task: Task
  fd: number
  file: FileDescription
  argument: number
}

const SECTOR = 512
const { FS_IMMUTABLE_FL, FS_APPEND_FL } = FS_FLAGS
const ALL_FLAGS = Object.values(FS_FLAGS).reduce<number>((all, bit) => all | bit, 0)

function cloexec({ task, fd }: Call, on: boolean): number {
  if (task.files) setCloexec(task.files, fd, on)
  return 0
}

function async({ k, task, fd, file, argument }: Call): number {
  const on = getU32(k, task, argument) !== 0
  if (on === ((file.flags & O_ASYNC) !== 0)) return 0
  if (!opsOf(k, file).async) throw ENOTTY
  setAsync(k, file, fd, on)
  return 0
}

/** File attributes (ioctl_iflags(2)): of files in memory, which know these four. */
const hasFlags = (k: Kernel, { inode: { kind, fs } }: FileDescription): boolean =>
  (kind === 'regular' || kind === 'directory') && fileSystemOps(k, fs).flags === true

function setFlags({ k, task, file, argument }: Call): number {
  if (!hasFlags(k, file)) throw ENOTTY
  const { inode } = file
  const wanted = getU32(k, task, argument)
  if (file.path) checkWritable(file.path)
  checkOwner(task, inode)
  if (wanted & ~ALL_FLAGS) throw EOPNOTSUPP
  if ((wanted ^ inode.flags) & (FS_IMMUTABLE_FL | FS_APPEND_FL) && !capable(task.credentials, CAP_LINUX_IMMUTABLE)) throw EPERM
  inode.flags = wanted
  touchChanged(k, inode)
  return 0
}

/** null: not for this file, its own kind answers. */
const requests: Readonly<Record<number, (call: Call) => SyscallResult | null>> = {
  [FIOCLEX]: call => cloexec(call, true),
  [FIONCLEX]: call => cloexec(call, false),
  [FIONBIO]: ({ k, task, file, argument }) => {
    file.flags = getU32(k, task, argument) !== 0 ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK
    return 0
  },
  [FIOASYNC]: async,
  [FIONREAD]: ({ k, task, file, argument }) => {
    if (file.inode.kind !== 'regular') return null
    putU32(k, task, argument, (file.inode.size - file.pos) >>> 0)
    return 0
  },
  [FS_IOCTLS.FIGETBSZ]: ({ k, task, file, argument }) => {
    if (argument === 0) throw EFAULT
    putU32(k, task, argument, statOf(k, file.inode).blksize)
    return 0
  },
  [FS_IOCTLS.FIOQSIZE]: ({ k, task, file, argument }) => {
    const { kind } = file.inode
    if (kind !== 'regular' && kind !== 'directory' && kind !== 'symlink') throw ENOTTY
    putU64(k, task, argument, statOf(k, file.inode).blocks * SECTOR)
    return 0
  },
  [FS_IOCTLS.FS_IOC_GETFLAGS]: ({ k, task, file, argument }) => {
    if (!hasFlags(k, file)) throw ENOTTY
    putU32(k, task, argument, file.inode.flags)
    return 0
  },
  [FS_IOCTLS.FS_IOC_SETFLAGS]: setFlags,
}

export function ioctl(k: Kernel, task: Task, fd: number, request: number, argument: number): SyscallResult {
  const file = getIoFile(task, fd)
  const result = requests[request]?.({ k, task, fd, file, argument }) ?? null
  if (result !== null) return result
  const own = opsOf(k, file).ioctl
  if (!own) throw ENOTTY
  return own(k, task, file, request, argument)
}
