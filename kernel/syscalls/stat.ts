// What files are: the stat family, permissions and owners, times, sizes, file systems, and the calls that make data durable.
import {
  majorOf,
  minorOf,
  ACCESS_MODES,
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
  EBADF,
  EFAULT,
  EFBIG,
  EINVAL,
  ENODEV,
  EOPNOTSUPP,
  EROFS,
  ESPIPE,
  FALLOCATE,
  F_SEAL_WRITE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_MNT_ID,
  STAT,
  STATFS,
  STATX_LAYOUT,
  TIMESPEC,
  UTIME_NOW,
  UTIME_OMIT,
  I64_MAX,
  W_OK,
  EPERM,
  EISDIR,
  readStruct,
  writeStruct,
  F_SEAL_FUTURE_WRITE,
  IN_ACCESS,
  IN_ATTRIB,
  IN_MODIFY,
} from '../abi/index.ts'
import { dropPrivileges, MAX_FILE_BYTES, truncateInode } from '../fs/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, punchCached } from '../mm/index.ts'
import type { Credentials } from '../task/types.ts'
import type { Task } from '../state.ts'
import {
  changeMode,
  changeOwner,
  changeTimes,
  checkAccess,
  checkNotRunning,
  getFile,
  getIoFile,
  isWritable,
  lookup,
  MAY_WRITE,
  mountOf,
  opsOf,
  statOf,
  statFsOf,
  timestampNow,
  touchModified,
  type FileDescription,
  type Inode,
  type Mount,
  type Path,
  type Timestamp,
  checkMutable,
  breakLeases,
  foundBefore,
  keepFound,
  notifyFile,
  notifyOpen,
} from '../vfs/index.ts'
import type { Timespec } from './times.ts'
import { dirfd, fd, flags, id, long, mode, path, pathOrNull, structOut } from './args.ts'
import { type SyscallResult } from '../waiting.ts'
import { judge, syscall, type Arg, type Syscall } from './define.ts'
import { rangeCalls } from './ranges.ts'
import { xattrCalls } from './xattr.ts'
import { STATX_NAMES, statfsText, statText, statxText, timesIn } from './stat-text.ts'

const FLAG_NAMES = { AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT, AT_EMPTY_PATH, AT_STATX_FORCE_SYNC: 0x2000, AT_STATX_DONT_SYNC: 0x4000 } as const

/** What an *at call is about: an inode, and where it was found (a descriptor may have no place). */
interface Target {
  inode: Inode
  mount: Mount
  path: Path | null
}

const ofPath = (path: Path): Target => ({ inode: path.dentry.inode, mount: path.mount, path })
const ofFile = (k: Kernel, file: FileDescription): Target => ({ inode: file.inode, mount: mountOf(k, file), path: file.path })

/** Resolves dirfd, path and AT_* flags. EINVAL for flags other than `known`. */
function target(k: Kernel, task: Task, dir: number, path: string | null, how: number): Target {
  // NULL is as good as an empty path where that is allowed.
  const name = path ?? (how & AT_EMPTY_PATH ? '' : null)
  if (name === null) throw EFAULT
  if (name === '' && how & AT_EMPTY_PATH && dir !== AT_FDCWD) return ofFile(k, getFile(task, dir))
  return ofPath(lookup(k, task, dir, name, { follow: !(how & AT_SYMLINK_NOFOLLOW), empty: (how & AT_EMPTY_PATH) !== 0 }))
}

/** The same where something is about to change: EROFS. */
function changeable(found: Target): Inode {
  if (found.path && (found.mount.readOnly || found.inode.fs.readOnly)) throw EROFS
  return found.inode
}

/** Changes what is known of a file, and its directory hears of it. EROFS. */
function change(k: Kernel, found: Target, apply: (inode: Inode) => void, event: number = IN_ATTRIB): number {
  apply(changeable(found))
  notifyFile(k, found.path?.dentry, found.inode, event)
  return 0
}

/** One of the times alone is as if the file had been read or written. */
const eventOfTimes = ([atime, mtime]: readonly unknown[]): number => (atime && mtime ? IN_ATTRIB : atime ? IN_ACCESS : IN_MODIFY)

// ---- stat

const statBytes = (k: Kernel, { inode }: Target): Uint8Array => writeStruct(STAT, statOf(k, inode))

function statx(k: Kernel, task: Task, dir: number, name: string | null, how: number, mask: number, at: number): number {
  const found = target(k, task, dir, name, how)
  const s = statOf(k, found.inode)
  const { atime, mtime, ctime, btime } = found.inode
  const bytes = writeStruct(STATX_LAYOUT, {
    ...s,
    mask: STATX_BASIC_STATS | STATX_BTIME | (mask & STATX_MNT_ID),
    atime,
    mtime,
    ctime,
    btime,
    rdevMajor: majorOf(s.rdev),
    rdevMinor: minorOf(s.rdev),
    devMajor: s.dev >> 8,
    devMinor: s.dev & 0xff,
    mntId: mask & STATX_MNT_ID ? found.mount.id : 0,
  })
  copyOut(k, task, at, bytes)
  return 0
}

function access(k: Kernel, task: Task, dir: number, name: string, may: number, how: number): number {
  const own = task.credentials
  // access(2) asks for the real ids; root's real id has root's powers.
  const asked: Credentials =
    how & AT_EACCESS ? own : { ...own, fsuid: own.uid, fsgid: own.gid, capEffective: own.uid === 0 ? own.capPermitted : 0 }
  const acting = { ...task, credentials: asked }
  const found = target(k, acting, dir, name, how)
  if (may & W_OK && found.inode.kind !== 'chardev' && found.inode.kind !== 'fifo') changeable(found)
  if (may !== 0) checkAccess(k, task, found.inode, may, asked)
  return 0
}

// ---- changes

const I64_MIN = -I64_MAX - 1n

const readTimes = (k: Kernel, task: Task, at: number): Timespec[] => {
  const bytes = copyIn(k, task, at, 2 * TIMESPEC.size)
  return [0, TIMESPEC.size].map(offset => readStruct(TIMESPEC, bytes, offset))
}

/** null: leave the time as it is. EINVAL. */
function timeOf(k: Kernel, { sec, nsec }: Timespec): Timestamp | null {
  if (nsec === UTIME_OMIT) return null
  if (nsec === UTIME_NOW) return timestampNow(k)
  if (nsec < 0 || nsec >= 1e9) throw EINVAL
  // The two seconds at the ends of what a file system keeps have no fractions (timestamp_truncate).
  return { sec, nsec: sec === I64_MAX || sec === I64_MIN ? 0 : Number(nsec) }
}

/** No path: the descriptor itself, and no flags. */
function timesTarget(k: Kernel, task: Task, dir: number, name: string | null, how: number): Target {
  if (name === null && dir !== AT_FDCWD) {
    if (how !== 0) throw EINVAL
    return ofFile(k, getIoFile(task, dir))
  }
  if (how & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) throw EINVAL
  if (name === null) throw EFAULT
  return target(k, task, dir, name, how)
}

function utimensat(k: Kernel, task: Task, dir: number, name: string | null, times: number, how: number): number {
  const given = times === 0 ? null : readTimes(k, task, times)
  if (given?.every(time => time.nsec === UTIME_OMIT)) return 0
  const found = timesTarget(k, task, dir, name, how)
  // Both UTIME_NOW: like no times at all, who may write may do it.
  const now = given === null || given.every(time => time.nsec === UTIME_NOW)
  const set: [Timestamp | null, Timestamp | null] =
    given === null ? [timestampNow(k), timestampNow(k)] : [timeOf(k, given[0]), timeOf(k, given[1])]
  return change(k, found, inode => changeTimes(k, task, inode, set, now), eventOfTimes(set))
}

function truncate(k: Kernel, task: Task, found: Target, length: number): SyscallResult {
  const inode = found.inode
  if (inode.kind === 'directory') throw EISDIR
  if (inode.kind !== 'regular') throw EINVAL
  checkMutable(inode)
  checkAccess(k, task, changeable(found), MAY_WRITE)
  if (inode.proc) throw EPERM
  checkNotRunning(inode)
  const held = breakLeases(k, inode, true, true)
  if (held) return found.path ? keepFound(task, found.path, held) : held
  truncateInode(k, task, inode, length)
  notifyFile(k, found.path?.dentry, inode, IN_MODIFY)
  return 0
}

const FALLOCATE_DONE = FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE
const FALLOCATE_REFUSED = Object.entries(FALLOCATE).flatMap(([name, bit]) => (bit & FALLOCATE_DONE ? [] : [name]))

function fallocate(k: Kernel, task: Task, number: number, how: number, offset: number, length: number): number {
  const file = getIoFile(task, number)
  if (offset < 0 || length <= 0) throw EINVAL
  if (how & ~FALLOCATE_DONE) throw EOPNOTSUPP
  const punches = (how & FALLOC_FL_PUNCH_HOLE) !== 0
  if (punches && (!(how & FALLOC_FL_KEEP_SIZE) || how & FALLOC_FL_ZERO_RANGE)) throw EOPNOTSUPP
  if (!isWritable(file)) throw EBADF
  const inode = file.inode
  checkMutable(inode, (how & ~FALLOC_FL_KEEP_SIZE) === 0)
  if (inode.kind === 'fifo') throw ESPIPE
  if (!opsOf(k, file).pagewise) throw ENODEV
  if (offset + length > MAX_FILE_BYTES) throw EFBIG
  if (punches || how & FALLOC_FL_ZERO_RANGE) {
    if (inode.seals > 0 && inode.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) throw EPERM
    if (inode.fs.writeThrough) throw EOPNOTSUPP
    punchCached(k, inode, offset, length)
    touchModified(k, inode)
  }
  dropPrivileges(k, task, inode)
  // Room is not reserved: pages come when they are written.
  if (!(how & FALLOC_FL_KEEP_SIZE) && offset + length > inode.size) truncateInode(k, task, inode, offset + length)
  notifyOpen(k, file, IN_MODIFY)
  return 0
}

const statOut = structOut(STAT, statText, 'struct stat *')
const statxOut = structOut(STATX_LAYOUT, statxText, 'struct statx *')
const statfsOut = structOut(STATFS, statfsText, 'struct statfs *')
const atFlags = flags(FLAG_NAMES)
/** Neither forced nor forbidden to ask a server: strace says so. */
const statxFlags: Arg<number> = {
  ...atFlags,
  show: (raw, k, task, all) => {
    if (raw & AT_STATX_SYNC_TYPE) return atFlags.show(raw, k, task, all)
    return raw === 0 ? 'AT_STATX_SYNC_AS_STAT' : `AT_STATX_SYNC_AS_STAT|${atFlags.show(raw, k, task, all)}`
  },
}
const accessMode = flags({ R_OK: ACCESS_MODES.R_OK, W_OK: ACCESS_MODES.W_OK, X_OK: ACCESS_MODES.X_OK }, 'F_OK')

/** How most calls may be told to find a name. */
const FOUND_BY = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH

function judgeStatx(how: number, mask: number): void {
  const RESERVED = 0x8000_0000
  judge((mask & RESERVED) === 0 && (how & AT_STATX_SYNC_TYPE) !== AT_STATX_SYNC_TYPE)
  judge(!(how & ~(FOUND_BY | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)))
}

export const statCalls: Syscall[] = [
  ...xattrCalls,
  ...rangeCalls,
  syscall(43, 'statfs', { path, buf: statfsOut }, (k, task, { path, buf }) => {
    copyOut(k, task, buf, writeStruct(STATFS, statFsOf(k, lookup(k, task, AT_FDCWD, path).mount)))
    return 0
  }),
  syscall(44, 'fstatfs', { fd, buf: statfsOut }, (k, task, { fd, buf }) => {
    copyOut(k, task, buf, writeStruct(STATFS, statFsOf(k, mountOf(k, getFile(task, fd)))))
    return 0
  }),
  syscall(
    45,
    'truncate',
    { path, length: long },
    (k, task, { path, length }) => {
      return truncate(k, task, ofPath(foundBefore(task) ?? lookup(k, task, AT_FDCWD, path)), length)
    },
    { first: ({ length }) => judge(length >= 0) },
  ),
  syscall(46, 'ftruncate', { fd, length: long }, (k, task, { fd, length }) => {
    if (length < 0) throw EINVAL
    const file = getIoFile(task, fd)
    const { truncate } = opsOf(k, file)
    if (!truncate || !isWritable(file)) throw EINVAL
    truncate(k, task, file.inode, length)
    notifyOpen(k, file, IN_MODIFY)
    return 0
  }),
  syscall(
    47,
    'fallocate',
    { fd, mode: flags(FALLOCATE), offset: long, length: long },
    (k, task, a) => fallocate(k, task, a.fd, a.mode, a.offset, a.length),
    {
      note: 'Room is not reserved.',
      refused: Object.fromEntries(FALLOCATE_REFUSED.map(name => [name, 'EOPNOTSUPP'])),
    },
  ),
  syscall(48, 'faccessat', { dirfd, path, mode: accessMode }, (k, task, { dirfd, path, mode }) => access(k, task, dirfd, path, mode, 0)),
  syscall(52, 'fchmod', { fd, mode }, (k, task, { fd, mode }) => {
    return change(k, ofFile(k, getIoFile(task, fd)), inode => changeMode(k, task, inode, mode))
  }),
  syscall(53, 'fchmodat', { dirfd, path, mode }, (k, task, { dirfd, path, mode }) => {
    return change(k, target(k, task, dirfd, path, 0), inode => changeMode(k, task, inode, mode))
  }),
  syscall(
    54,
    'fchownat',
    { dirfd, path, uid: id, gid: id, flags: atFlags },
    (k, task, a) => {
      return change(k, target(k, task, a.dirfd, a.path, a.flags), inode => changeOwner(k, task, inode, a.uid, a.gid))
    },
    { first: a => judge(!(a.flags & ~FOUND_BY)) },
  ),
  syscall(55, 'fchown', { fd, uid: id, gid: id }, (k, task, a) => {
    return change(k, ofFile(k, getIoFile(task, a.fd)), inode => changeOwner(k, task, inode, a.uid, a.gid))
  }),
  syscall(
    79,
    'newfstatat',
    { dirfd, path: pathOrNull, buf: statOut, flags: atFlags },
    (k, task, a) => {
      copyOut(k, task, a.buf, statBytes(k, target(k, task, a.dirfd, a.path, a.flags)))
      return 0
    },
    { first: a => judge(!(a.flags & ~(FOUND_BY | AT_NO_AUTOMOUNT))) },
  ),
  syscall(80, 'fstat', { fd, buf: statOut }, (k, task, { fd, buf }) => {
    copyOut(k, task, buf, statBytes(k, ofFile(k, getFile(task, fd))))
    return 0
  }),
  syscall(81, 'sync', {}, () => 0, { note: 'There is nothing behind memory to write to; read-write shares are always up to date.' }),
  syscall(82, 'fsync', { fd }, (k, task, { fd }) => syncable(k, task, fd)),
  syscall(83, 'fdatasync', { fd }, (k, task, { fd }) => syncable(k, task, fd)),
  syscall(88, 'utimensat', { dirfd, path: pathOrNull, times: timesIn, flags: atFlags }, (k, task, a) =>
    utimensat(k, task, a.dirfd, a.path, a.times, a.flags),
  ),
  syscall(
    166,
    'umask',
    { mask: mode },
    (_k, task, { mask }) => {
      const fs = task.fs
      if (!fs) return 0
      const old = fs.umask
      fs.umask = mask & 0o777
      return old
    },
    { result: 'mode' },
  ),
  syscall(267, 'syncfs', { fd }, (_k, task, { fd }) => {
    getIoFile(task, fd)
    return 0
  }),
  syscall(
    291,
    'statx',
    { dirfd, path: pathOrNull, flags: statxFlags, mask: flags(STATX_NAMES, '0', 'unsigned int'), buf: statxOut },
    (k, task, a) => statx(k, task, a.dirfd, a.path, a.flags, a.mask, a.buf),
    { first: a => judgeStatx(a.flags, a.mask) },
  ),
  syscall(
    439,
    'faccessat2',
    { dirfd, path, mode: accessMode, flags: flags({ AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH }) },
    (k, task, a) => access(k, task, a.dirfd, a.path, a.mode, a.flags),
    { first: a => judge(!(a.mode & ~7 || a.flags & ~(FOUND_BY | AT_EACCESS))) },
  ),
  syscall(
    452,
    'fchmodat2',
    { dirfd, path, mode, flags: atFlags },
    (k, task, a) => {
      const found = target(k, task, a.dirfd, a.path, a.flags)
      if (found.inode.kind === 'symlink') throw EOPNOTSUPP
      return change(k, found, inode => changeMode(k, task, inode, a.mode))
    },
    { first: a => judge(!(a.flags & ~FOUND_BY)) },
  ),
]

/** fsync of what has no data behind it is EINVAL. */
function syncable(k: Kernel, task: Task, number: number): number {
  const file = getIoFile(task, number)
  if (!opsOf(k, file).syncs) throw EINVAL
  return 0
}
