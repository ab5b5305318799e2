// What files are: the stat family, permissions and owners, times, sizes, file systems, and the calls that make data durable.
import {
  ACCESS_MODES,
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
  EBADF,
  EFBIG,
  EINVAL,
  ENODEV,
  EOPNOTSUPP,
  EROFS,
  ESPIPE,
  FADVISE,
  FALLOCATE,
  F_SEAL_WRITE,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  O_APPEND,
  O_PATH,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_MNT_ID,
  STAT,
  STATFS,
  STATX_LAYOUT,
  TIMESPEC,
  UTIME_NOW,
  UTIME_OMIT,
  W_OK,
  EPERM,
  EISDIR,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, punchCached } from '../mm/index.ts'
import type { Credentials } from '../process/types.ts'
import type { Task } from '../state.ts'
import {
  changeMode,
  changeOwner,
  changeTimes,
  checkAccess,
  checkNotRunning,
  getFile,
  isWritable,
  lookup,
  MAX_FILE_BYTES,
  MAY_WRITE,
  mountOf,
  statOf,
  statFsOf,
  timestampNow,
  touchModified,
  truncateInode,
  type FileDescription,
  type Inode,
  type Mount,
  type Path,
  type Timestamp,
} from '../vfs/index.ts'
import { dirfd, fd, flags, id, long, mode, oneOf, path, pathOrNull, structOut, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
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
function target(k: Kernel, task: Task, dir: number, name: string, how: number, known: number): Target {
  if (how & ~known) throw EINVAL
  if (name === '' && how & AT_EMPTY_PATH && dir !== AT_FDCWD) return ofFile(k, getFile(task, dir))
  return ofPath(lookup(k, task, dir, name, { follow: !(how & AT_SYMLINK_NOFOLLOW), empty: (how & AT_EMPTY_PATH) !== 0 }))
}

/** The same where something is about to change: EROFS. */
function changeable(found: Target): Inode {
  if (found.path && (found.mount.readOnly || found.inode.fs.readOnly)) throw EROFS
  return found.inode
}

function fileFor(task: Task, number: number): FileDescription {
  const file = getFile(task, number)
  if (file.flags & O_PATH) throw EBADF
  return file
}

// ---- stat

const statBytes = (k: Kernel, { inode }: Target): Uint8Array => writeStruct(STAT, statOf(k, inode))

function statx(k: Kernel, task: Task, dir: number, name: string, how: number, mask: number, at: number): number {
  const RESERVED = 0x8000_0000
  if ((mask & RESERVED) !== 0 || (how & AT_STATX_SYNC_TYPE) === AT_STATX_SYNC_TYPE) throw EINVAL
  const found = target(k, task, dir, name, how, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)
  const s = statOf(k, found.inode)
  const { atime, mtime, ctime, btime } = found.inode
  const bytes = writeStruct(STATX_LAYOUT, {
    ...s,
    mask: STATX_BASIC_STATS | STATX_BTIME | (mask & STATX_MNT_ID),
    atime,
    mtime,
    ctime,
    btime,
    rdevMajor: s.rdev >> 8,
    rdevMinor: s.rdev & 0xff,
    devMajor: s.dev >> 8,
    devMinor: s.dev & 0xff,
    mntId: mask & STATX_MNT_ID ? found.mount.id : 0,
  })
  copyOut(k, task, at, bytes)
  return 0
}

function access(k: Kernel, task: Task, dir: number, name: string, may: number, how: number): number {
  if (may & ~7) throw EINVAL
  const own = task.credentials
  // access(2) asks for the real ids; root's real id has root's powers.
  const asked: Credentials =
    how & AT_EACCESS ? own : { ...own, fsuid: own.uid, fsgid: own.gid, capEffective: own.uid === 0 ? own.capPermitted : 0 }
  const acting = { ...task, credentials: asked }
  const found = target(k, acting, dir, name, how, AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
  if (may & W_OK && found.inode.kind !== 'chardev' && found.inode.kind !== 'fifo') changeable(found)
  if (may !== 0) checkAccess(k, task, found.inode, may, asked)
  return 0
}

// ---- changes

function readTimes(k: Kernel, task: Task, at: number): [Timestamp | null, Timestamp | null] | null {
  if (at === 0) return null
  const bytes = copyIn(k, task, at, 2 * TIMESPEC.size)
  const one = (offset: number): Timestamp | null => {
    const time = readStruct(TIMESPEC, bytes, offset)
    if (time.nsec === UTIME_OMIT) return null
    if (time.nsec === UTIME_NOW) return timestampNow(k)
    if (time.nsec < 0 || time.nsec >= 1e9) throw EINVAL
    return { sec: time.sec, nsec: time.nsec }
  }
  return [one(0), one(TIMESPEC.size)]
}

function utimensat(k: Kernel, task: Task, dir: number, name: string | null, times: number, how: number): number {
  const given = readTimes(k, task, times)
  if (given && given[0] === null && given[1] === null) return 0
  if (how & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) throw EINVAL
  const found = name === null ? ofFile(k, fileFor(task, dir)) : target(k, task, dir, name, how, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
  const onlyNow = given === null || isNowTwice(k, task, times)
  changeTimes(k, task, changeable(found), given ?? [timestampNow(k), timestampNow(k)], onlyNow)
  return 0
}

/** Both UTIME_NOW: like no times at all, who may write may do it. */
function isNowTwice(k: Kernel, task: Task, at: number): boolean {
  const bytes = copyIn(k, task, at, 2 * TIMESPEC.size)
  return [0, TIMESPEC.size].every(offset => readStruct(TIMESPEC, bytes, offset).nsec === UTIME_NOW)
}

function truncate(k: Kernel, task: Task, found: Target, length: number): number {
  const inode = found.inode
  if (length < 0) throw EINVAL
  if (inode.kind === 'directory') throw EISDIR
  if (inode.kind !== 'regular') throw EINVAL
  checkAccess(k, task, changeable(found), MAY_WRITE)
  if (inode.proc) throw EPERM
  checkNotRunning(k, inode)
  truncateInode(k, task, inode, length)
  return 0
}

function fallocate(k: Kernel, task: Task, number: number, how: number, offset: number, length: number): number {
  const file = fileFor(task, number)
  if (offset < 0 || length <= 0) throw EINVAL
  if (how & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) throw EOPNOTSUPP
  const punches = (how & FALLOC_FL_PUNCH_HOLE) !== 0
  if (punches && !(how & FALLOC_FL_KEEP_SIZE)) throw EOPNOTSUPP
  if (!isWritable(file)) throw EBADF
  const inode = file.inode
  if (inode.kind === 'fifo') throw ESPIPE
  if (file.kind !== 'regular') throw ENODEV
  if (offset + length > MAX_FILE_BYTES) throw EFBIG
  if (punches || how & FALLOC_FL_ZERO_RANGE) {
    if ((inode.seals > 0 && inode.seals & F_SEAL_WRITE) || file.flags & O_APPEND) throw EPERM
    if (inode.fs.writeThrough) throw EOPNOTSUPP
    punchCached(k, inode, offset, length)
    touchModified(k, inode)
  }
  // Room is not reserved: pages come when they are written.
  if (!(how & FALLOC_FL_KEEP_SIZE) && offset + length > inode.size) truncateInode(k, task, inode, offset + length)
  return 0
}

function fadvise(task: Task, number: number, advice: number): number {
  const file = fileFor(task, number)
  if (file.inode.kind === 'fifo') throw ESPIPE
  if (!Object.values<number>(FADVISE).includes(advice)) throw EINVAL
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

export const statCalls: Syscall[] = [
  ...xattrCalls,
  syscall(43, 'statfs', { path, buf: statfsOut }, (k, task, { path, buf }) => {
    copyOut(k, task, buf, writeStruct(STATFS, statFsOf(k, lookup(k, task, AT_FDCWD, path).mount)))
    return 0
  }),
  syscall(44, 'fstatfs', { fd, buf: statfsOut }, (k, task, { fd, buf }) => {
    copyOut(k, task, buf, writeStruct(STATFS, statFsOf(k, mountOf(k, getFile(task, fd)))))
    return 0
  }),
  syscall(45, 'truncate', { path, length: long }, (k, task, { path, length }) =>
    truncate(k, task, ofPath(lookup(k, task, AT_FDCWD, path)), length),
  ),
  syscall(46, 'ftruncate', { fd, length: long }, (k, task, { fd, length }) => {
    const file = fileFor(task, fd)
    if (length < 0 || file.kind !== 'regular' || !isWritable(file)) throw EINVAL
    truncateInode(k, task, file.inode, length)
    return 0
  }),
  syscall(
    47,
    'fallocate',
    { fd, mode: flags(FALLOCATE), offset: long, length: long },
    (k, task, a) => fallocate(k, task, a.fd, a.mode, a.offset, a.length),
    {
      note: 'Room is not reserved; collapsing and inserting ranges are refused (EOPNOTSUPP).',
    },
  ),
  syscall(48, 'faccessat', { dirfd, path, mode: accessMode }, (k, task, { dirfd, path, mode }) => access(k, task, dirfd, path, mode, 0)),
  syscall(52, 'fchmod', { fd, mode }, (k, task, { fd, mode }) => {
    changeMode(k, task, changeable(ofFile(k, fileFor(task, fd))), mode)
    return 0
  }),
  syscall(53, 'fchmodat', { dirfd, path, mode }, (k, task, { dirfd, path, mode }) => {
    changeMode(k, task, changeable(target(k, task, dirfd, path, 0, 0)), mode)
    return 0
  }),
  syscall(54, 'fchownat', { dirfd, path, uid: id, gid: id, flags: atFlags }, (k, task, a) => {
    changeOwner(k, task, changeable(target(k, task, a.dirfd, a.path, a.flags, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)), a.uid, a.gid)
    return 0
  }),
  syscall(55, 'fchown', { fd, uid: id, gid: id }, (k, task, a) => {
    changeOwner(k, task, changeable(ofFile(k, fileFor(task, a.fd))), a.uid, a.gid)
    return 0
  }),
  syscall(79, 'newfstatat', { dirfd, path, buf: statOut, flags: atFlags }, (k, task, a) => {
    const found = target(k, task, a.dirfd, a.path, a.flags, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)
    copyOut(k, task, a.buf, statBytes(k, found))
    return 0
  }),
  syscall(80, 'fstat', { fd, buf: statOut }, (k, task, { fd, buf }) => {
    copyOut(k, task, buf, statBytes(k, ofFile(k, getFile(task, fd))))
    return 0
  }),
  syscall(81, 'sync', {}, () => 0, { note: 'There is nothing behind memory to write to; read-write shares are always up to date.' }),
  syscall(82, 'fsync', { fd }, (_k, task, { fd }) => syncable(task, fd)),
  syscall(83, 'fdatasync', { fd }, (_k, task, { fd }) => syncable(task, fd)),
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
  syscall(223, 'fadvise64', { fd, offset: long, length: long, advice: oneOf(FADVISE) }, (_k, task, { fd, advice }) =>
    fadvise(task, fd, advice),
  ),
  syscall(267, 'syncfs', { fd }, (_k, task, { fd }) => {
    fileFor(task, fd)
    return 0
  }),
  syscall(84, 'sync_file_range', { fd, offset: long, length: long, flags: uint }, (_k, task, { fd }) => syncable(task, fd)),
  syscall(291, 'statx', { dirfd, path, flags: statxFlags, mask: flags(STATX_NAMES, '0', 'unsigned int'), buf: statxOut }, (k, task, a) =>
    statx(k, task, a.dirfd, a.path, a.flags, a.mask, a.buf),
  ),
  syscall(
    439,
    'faccessat2',
    { dirfd, path, mode: accessMode, flags: flags({ AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH }) },
    (k, task, a) => access(k, task, a.dirfd, a.path, a.mode, a.flags),
  ),
  syscall(452, 'fchmodat2', { dirfd, path, mode, flags: atFlags }, (k, task, a) => {
    const found = target(k, task, a.dirfd, a.path, a.flags, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
    if (found.inode.kind === 'symlink') throw EOPNOTSUPP
    changeMode(k, task, changeable(found), a.mode)
    return 0
  }),
]

/** fsync of what has no data behind it is EINVAL. */
function syncable(task: Task, number: number): number {
  const file = fileFor(task, number)
  if (file.kind !== 'regular' && file.kind !== 'directory') throw EINVAL
  return 0
}
