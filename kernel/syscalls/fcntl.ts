// fcntl(2): one row per command.
import {
  EAGAIN,
  EBADF,
  EBUSY,
  EDEADLK,
  EINVAL,
  EOVERFLOW,
  EPERM,
  ERESTARTSYS,
  FD_CLOEXEC,
  FLOCK_LAYOUT,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_ADD_SEALS,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETOWN,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_GET_SEALS,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_RDLCK,
  F_SEAL_SEAL,
  F_SEAL_WRITE,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLKW,
  F_SETOWN,
  F_SETPIPE_SZ,
  F_SETSIG,
  F_UNLCK,
  F_WRLCK,
  O_APPEND,
  O_ASYNC,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  PROT_WRITE,
  RLIMIT_NOFILE,
  SEALS,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  I64_MAX,
  narrow,
  readStruct,
  sum64,
  writeStruct,
  F_DUPFD_QUERY,
  F_CREATED_QUERY,
  F_GET_RW_HINT,
  F_SET_RW_HINT,
  F_SEAL_EXEC,
  F_SEAL_SHRINK,
  F_SEAL_GROW,
  F_SEAL_FUTURE_WRITE,
  ESRCH,
  F_OWNER_PGRP,
  F_OWNER_PID,
  F_OWNER_TID,
  F_OWNER_EX,
  F_SETOWN_EX,
  F_GETOWN_EX,
  NSIG,
  F_SETLEASE,
  F_GETLEASE,
  F_NOTIFY,
} from '../abi/index.ts'
import { pipeFor, resizePipe } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { allSpaces, copyIn, copyOut, getBig, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import {
  conflictingLock,
  fileSystemOps,
  getFile,
  installFd,
  isCloexec,
  isReadable,
  isWritable,
  locksOf,
  opsOf,
  retainFile,
  setCloexec,
  setRecordLock,
  wouldDeadlock,
  type FileDescription,
  type FileTable,
  type Inode,
  type LockWish,
  checkOwner,
  ownerExists,
  setAsync,
  setOwner,
  setLease,
  getLease,
  watchDirectory,
} from '../vfs/index.ts'
import { blocked, keptOr, type SyscallResult } from '../waiting.ts'

/** What F_SETFL changes; everything else in it is ignored. */
const SETTABLE = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME
const ALL_SEALS = Object.values(SEALS).reduce<number>((all, bit) => all | bit, 0)

const ANY_EXEC = 0o111
/** RWH_WRITE_LIFE_EXTREME. */
const LAST_WRITE_HINT = 5

interface Call {
  k: Kernel
  task: Task
  table: FileTable
  fd: number
  file: FileDescription
  argument: number
}

function duplicate({ k, task, file, argument }: Call, cloexec: boolean): number {
  if (argument < 0 || argument >= task.group.rlimits.soft[RLIMIT_NOFILE]) throw EINVAL
  const fd = installFd(k, task, file, cloexec, argument)
  retainFile(file)
  return fd
}

/** struct flock as a lock: l_whence and negative lengths resolved (fcntl(2)). */
function readLock({ k, task, table, file, argument }: Call, ofd: boolean): { lock: LockWish; type: number } {
  const { type, whence, start, len, pid } = readStruct(FLOCK_LAYOUT, copyIn(k, task, argument, FLOCK_LAYOUT.size))
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) throw EINVAL
  if (ofd && pid !== 0) throw EINVAL
  const base = { [SEEK_SET]: 0, [SEEK_CUR]: file.pos, [SEEK_END]: file.inode.size }[whence]
  if (base === undefined) throw EINVAL
  const from = sum64(base, narrow(BigInt.asIntN(64, start)))
  const span = narrow(BigInt.asIntN(64, len))
  if (from > I64_MAX) throw EOVERFLOW
  if (from < 0) throw EINVAL
  const to = sum64(from, span)
  const first = span < 0 ? to : from
  if (first < 0) throw EINVAL
  // The last byte is at OFFSET_MAX at most; what reaches that reaches the end.
  if (to > I64_MAX + 1n) throw EOVERFLOW
  const end = span < 0 ? from : span === 0 || to > I64_MAX ? Infinity : to
  return { type, lock: { owner: ofd ? file : table, pid: ofd ? -1 : task.group.tgid, write: type === F_WRLCK, start: first, end } }
}

function getLock(call: Call, ofd: boolean): number {
  const { lock, type } = readLock(call, ofd)
  if (type === F_UNLCK && !ofd) throw EINVAL
  // Asked for by a description: any lock of another's there (Linux 6.6).
  const found = conflictingLock(call.file.inode, type === F_UNLCK ? { ...lock, write: true } : lock)
  const bytes = copyIn(call.k, call.task, call.argument, FLOCK_LAYOUT.size)
  if (!found) bytes.set(writeStruct(FLOCK_LAYOUT, { type: F_UNLCK }).subarray(0, 2))
  else {
    const { start, end, pid } = found
    bytes.set(
      writeStruct(FLOCK_LAYOUT, {
        type: found.write ? F_WRLCK : F_RDLCK,
        whence: SEEK_SET,
        start: BigInt(start),
        len: end === Infinity ? 0n : BigInt(end) - BigInt(start),
        pid,
      }),
    )
  }
  copyOut(call.k, call.task, call.argument, bytes)
  return 0
}

function setLock(call: Call, ofd: boolean, waits: boolean): SyscallResult {
  const { k, task, file } = call
  const asked = keptOr(task, () => readLock(call, ofd))
  const { lock, type } = asked
  if ((type === F_RDLCK && !isReadable(file)) || (type === F_WRLCK && !isWritable(file))) throw EBADF
  if (type === F_UNLCK) {
    setRecordLock(k, file.inode, lock, null)
    return 0
  }
  const stands = conflictingLock(file.inode, lock)
  if (stands) {
    // POSIX allows EACCES too; Linux says EAGAIN.
    if (!waits) throw EAGAIN
    if (!ofd && wouldDeadlock(k, call.table, stands)) throw EDEADLK
    const progress = { call: 'lock', inode: file.inode, wanted: lock } as const
    return { ...blocked([locksOf(file.inode).queue], ERESTARTSYS), progress, kept: asked }
  }
  setRecordLock(k, file.inode, lock, lock)
  // Closed by another thread meanwhile: closing ends all locks, so this one too (fs/locks.c, fcntl_setlk).
  if (!ofd && call.table.files[call.fd] !== file) {
    setRecordLock(k, file.inode, lock, null)
    throw EBADF
  }
  return 0
}

/** F_SETOWN: a process, or the group of the negated number; 0 is nobody. */
function setOwnerNumber({ k, task, file, argument }: Call): number {
  if (argument === INT_MIN) throw EINVAL
  const type = argument < 0 ? F_OWNER_PGRP : F_OWNER_PID
  const id = Math.abs(argument)
  // As Linux looks: any thread's number will do, though only a process's is told of anything.
  if (id !== 0 && !ownerExists(k, type, id) && !ownerExists(k, F_OWNER_TID, id)) throw ESRCH
  setOwner(file, task, type, id)
  return 0
}
const INT_MIN = -(2 ** 31)

function setOwnerExact({ k, task, file, argument }: Call): number {
  const { type, pid } = readStruct(F_OWNER_EX, copyIn(k, task, argument, F_OWNER_EX.size))
  if (type !== F_OWNER_TID && type !== F_OWNER_PID && type !== F_OWNER_PGRP) throw EINVAL
  if (pid !== 0 && ![F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP].some(kind => ownerExists(k, kind as 0 | 1 | 2, pid))) throw ESRCH
  setOwner(file, task, type, pid)
  return 0
}

const knowsSeals = (k: Kernel, inode: Inode): boolean => inode.seals >= 0 && fileSystemOps(k, inode.fs).seals === true

function addSeals({ k, file, argument }: Call): number {
  const { inode } = file
  if (!isWritable(file)) throw EPERM
  if (!knowsSeals(k, inode) || argument & ~ALL_SEALS) throw EINVAL
  if (inode.seals & F_SEAL_SEAL) throw EPERM
  // A program whose bits are sealed is sealed whole.
  if (argument & F_SEAL_EXEC && inode.mode & ANY_EXEC) argument |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE
  if (argument & F_SEAL_WRITE) {
    for (const mm of allSpaces(k)) if (mm.regions.some(r => r.inode === inode && r.shared && r.maxProt & PROT_WRITE)) throw EBUSY
  }
  inode.seals |= argument
  return 0
}

const commands: Readonly<Record<number, (call: Call) => SyscallResult>> = {
  [F_DUPFD]: call => duplicate(call, false),
  [F_DUPFD_CLOEXEC]: call => duplicate(call, true),
  [F_GETFD]: ({ table, fd }) => (isCloexec(table, fd) ? FD_CLOEXEC : 0),
  [F_SETFD]: ({ table, fd, argument }) => {
    setCloexec(table, fd, (argument & FD_CLOEXEC) !== 0)
    return 0
  },
  [F_GETFL]: ({ file }) => file.flags,
  [F_SETFL]: ({ k, fd, file, argument }) => {
    if (argument & O_DIRECT && !opsOf(k, file).direct) throw EINVAL
    if ((argument ^ file.flags) & O_ASYNC) setAsync(k, file, fd, (argument & O_ASYNC) !== 0)
    file.flags = (file.flags & ~SETTABLE) | (argument & SETTABLE)
    return 0
  },
  [F_GETLK]: call => getLock(call, false),
  [F_SETLK]: call => setLock(call, false, false),
  [F_SETLKW]: call => setLock(call, false, true),
  [F_OFD_GETLK]: call => getLock(call, true),
  [F_OFD_SETLK]: call => setLock(call, true, false),
  [F_OFD_SETLKW]: call => setLock(call, true, true),
  [F_SETOWN]: setOwnerNumber,
  [F_GETOWN]: ({ k, file: { owner } }) => {
    if (!owner || !ownerExists(k, owner.type, owner.id)) return 0
    return owner.type === F_OWNER_PGRP ? -owner.id : owner.id
  },
  [F_SETOWN_EX]: setOwnerExact,
  [F_GETOWN_EX]: ({ k, task, file: { owner }, argument }) => {
    const type = owner?.type ?? F_OWNER_TID
    const pid = owner && ownerExists(k, type, owner.id) ? owner.id : 0
    copyOut(k, task, argument, writeStruct(F_OWNER_EX, { type, pid }))
    return 0
  },
  [F_SETSIG]: ({ file, argument }) => {
    if (argument < 0 || argument > NSIG) throw EINVAL
    file.owner = { ...(file.owner ?? { type: F_OWNER_PID, id: 0, uid: 0, euid: 0 }), signal: argument }
    return 0
  },
  [F_GETSIG]: ({ file }) => file.owner?.signal ?? 0,
  [F_SETPIPE_SZ]: ({ k, task, file, argument }) => resizePipe(k, task, pipeFor(file), argument),
  [F_GETPIPE_SZ]: ({ file }) => pipeFor(file).capacity,
  [F_SETLEASE]: ({ k, task, fd, file, argument }) => {
    setLease(k, task, file, fd, argument)
    return 0
  },
  [F_GETLEASE]: ({ k, file }) => getLease(k, file),
  [F_NOTIFY]: ({ task, fd, file, argument }) => {
    watchDirectory(task, file, fd, argument)
    return 0
  },
  [F_DUPFD_QUERY]: ({ task, file, argument }) => Number(getFile(task, argument) === file),
  [F_CREATED_QUERY]: ({ file }) => Number(file.created),
  [F_GET_RW_HINT]: ({ k, task, file, argument }) => {
    putU64(k, task, argument, file.inode.writeHint)
    return 0
  },
  [F_SET_RW_HINT]: setWriteHint,
  [F_ADD_SEALS]: addSeals,
  [F_GET_SEALS]: ({ k, file }) => {
    if (!knowsSeals(k, file.inode)) throw EINVAL
    return file.inode.seals
  },
}

/** F_SET_RW_HINT: the owner's. */
function setWriteHint({ k, task, file, argument }: Call): number {
  checkOwner(task, file.inode)
  const hint = getBig(k, task, argument)
  if (hint > LAST_WRITE_HINT) throw EINVAL
  file.inode.writeHint = Number(hint)
  return 0
}

/** With O_PATH only these work (open(2)). */
const PATH_COMMANDS: ReadonlySet<number> = new Set([F_CREATED_QUERY, F_DUPFD, F_DUPFD_CLOEXEC, F_DUPFD_QUERY, F_GETFD, F_SETFD, F_GETFL])

export function fcntl(k: Kernel, task: Task, fd: number, command: number, argument: number): SyscallResult {
  const file = getFile(task, fd)
  if (file.flags & O_PATH && !PATH_COMMANDS.has(command)) throw EBADF
  const run = commands[command]
  if (!run || !task.files) throw EINVAL
  // Descriptor numbers and flags are ints; pointers keep all their bits.
  return run({ k, task, table: task.files, fd, file, argument: POINTER_COMMANDS.has(command) ? argument : argument | 0 })
}

const POINTER_COMMANDS: ReadonlySet<number> = new Set([
  F_GETLK,
  F_SETLK,
  F_SETLKW,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_GET_RW_HINT,
  F_SET_RW_HINT,
  F_SETOWN_EX,
  F_GETOWN_EX,
])
