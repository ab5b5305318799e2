// Names and directories: listing, making, removing, renaming, linking; working directory and root.
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  CAP_DAC_READ_SEARCH,
  CAP_MKNOD,
  CAP_SYS_CHROOT,
  DIRENT64_NAME,
  EBADF,
  EINVAL,
  EXDEV,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  EPERM,
  ERANGE,
  isErrno,
  majorOf,
  minorOf,
  O_PATH,
  PATH_MAX,
  RENAME,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  TWO_32,
  IN_ACCESS,
} from '../abi/index.ts'
import { bytesOf } from '../fs/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyOut } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import {
  checkAccess,
  createNode,
  direntType,
  kindOfMode,
  opsOf,
  getFile,
  linkNode,
  lookup,
  lookupParent,
  MAY_EXEC,
  notifyOpen,
  pathBelow,
  readLink,
  removeNode,
  renameNode,
  touchAccessed,
  type DirectoryEntry,
  type FileDescription,
  type FileOps,
  type FsContext,
  type Path,
  checkNewName,
} from '../vfs/index.ts'
import { bytesOut, dirfd, fd, flags, int, laterPath, mode, path, size, uint } from './args.ts'
import { judge, syscall, type Arg, type Syscall } from './define.ts'
import { direntsOut } from './file-args.ts'
import { flagsText } from './text.ts'

const DIRENT_ALIGN = 8
const PERMISSIONS = 0o7777
/** mkdir takes the sticky bit but no set-id bits. */
const MKDIR_MODE = 0o1777

function contextOf(task: Task): FsContext {
  if (!task.fs) throw new Error(`the working directory of task ${task.pid}, which has exited`)
  return task.fs
}

/** One struct linux_dirent64, padded. `next` is the position after it. */
function direntBytes(entry: DirectoryEntry, next: number): Uint8Array {
  const length = Math.ceil((DIRENT64_NAME + entry.name.length + 1) / DIRENT_ALIGN) * DIRENT_ALIGN
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, entry.ino, true)
  view.setUint32(4, Math.floor(entry.ino / TWO_32), true)
  view.setUint32(8, next, true)
  view.setUint16(16, length, true)
  bytes[18] = direntType(entry.kind)
  bytes.set(bytesOf(entry.name), DIRENT64_NAME)
  return bytes
}

/** However large the buffer: each may be a question to the host. C libraries ask for about 1,300. */
const ENTRIES_AT_ONCE = 2000

function getdents(k: Kernel, task: Task, number: number, at: number, count: number): number {
  const file = getFile(task, number)
  if (file.flags & O_PATH) throw EBADF
  const { entryAt } = opsOf(k, file)
  if (!entryAt) throw ENOTDIR
  const dir = file.path?.dentry
  if (dir?.deleted) throw ENOENT
  try {
    return putEntries(k, task, file, entryAt, at, count)
  } finally {
    notifyOpen(k, file, IN_ACCESS)
  }
}

type EntryAt = NonNullable<FileOps['entryAt']>

/** As many as there is room for, and no more than a call may look at. EINVAL: not even one. */
function putEntries(k: Kernel, task: Task, file: FileDescription, entryAt: EntryAt, at: number, count: number): number {
  let done = 0
  for (let looked = 0; looked < ENTRIES_AT_ONCE || done === 0; looked++) {
    const entry = entryAt(k, task, file, file.pos)
    if (entry === null) return done
    if (entry) {
      const bytes = direntBytes(entry, file.pos + 1)
      if (done + bytes.length > count) {
        if (done === 0) throw EINVAL
        return done
      }
      // An entry that a fault cuts is for the next call.
      try {
        copyOut(k, task, at + done, bytes)
      } catch (error) {
        if (done === 0 || !isErrno(error)) throw error
        return done
      }
      done += bytes.length
    }
    file.pos++
  }
  return done
}

function mknod(k: Kernel, task: Task, dir: number, name: string, type: number, dev: number): number {
  const kind = (type & S_IFMT) === 0 ? 'regular' : kindOfMode(type)
  if (!kind || ![0, S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFDIR].includes(type & S_IFMT)) throw EINVAL
  if (kind === 'directory') throw EPERM
  if ((kind === 'chardev' || kind === 'blockdev') && !capable(task.credentials, CAP_MKNOD)) throw EPERM
  createNode(k, task, lookupParent(k, task, dir, name), { kind, mode: type & PERMISSIONS, rdev: dev })
  return 0
}

function link(k: Kernel, task: Task, oldDir: number, oldName: string, newDir: number, newName: () => string, how: number): number {
  const empty = (how & AT_EMPTY_PATH) !== 0
  if (empty && oldName === '' && !capable(task.credentials, CAP_DAC_READ_SEARCH)) throw ENOENT
  if (empty && oldName === '' && oldDir !== AT_FDCWD && getFile(task, oldDir).path === null) {
    // A pipe or the like is of another file system than any name.
    checkNewName(k, task, lookupParent(k, task, newDir, newName()))
    throw EXDEV
  }
  const old = lookup(k, task, oldDir, oldName, { follow: (how & AT_SYMLINK_FOLLOW) !== 0, empty })
  linkNode(k, task, old, lookupParent(k, task, newDir, newName()))
  return 0
}

function readlink(k: Kernel, task: Task, dir: number, name: string, at: number, length: number): number {
  const place = lookup(k, task, dir, name, { follow: false, empty: true })
  if (place.dentry.inode.kind !== 'symlink') throw name === '' ? ENOENT : EINVAL
  const text = bytesOf(readLink(k, task, place.dentry)).subarray(0, length)
  touchAccessed(k, place.dentry.inode)
  copyOut(k, task, at, text)
  return text.length
}

function getcwd(k: Kernel, task: Task, at: number, length: number): number {
  const fs = contextOf(task)
  if (fs.cwd.dentry.deleted) throw ENOENT
  const below = pathBelow(fs.cwd, fs.root)
  const text = bytesOf(
    `${below ?? `(unreachable)${pathBelow(fs.cwd, { mount: k.state.ns.mnt.root, dentry: k.state.ns.mnt.root.root }) ?? '/'}`}\0`,
  )
  if (text.length > PATH_MAX) throw ENAMETOOLONG
  if (text.length > length) throw ERANGE
  copyOut(k, task, at, text)
  return text.length
}

/** A directory that the task may enter. */
function enterable(k: Kernel, task: Task, place: Path | null): Path {
  if (!place || place.dentry.inode.kind !== 'directory') throw ENOTDIR
  checkAccess(k, task, place.dentry.inode, MAY_EXEC)
  return place
}

/** Which flags of renameat2 go together. */
function judgeRename(how: number): void {
  if (how & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) throw EINVAL
  if (how & RENAME_EXCHANGE && how !== RENAME_EXCHANGE) throw EINVAL
}

function rename(k: Kernel, task: Task, oldDir: number, oldName: string, newDir: number, newName: () => string, how: number): number {
  renameNode(k, task, lookupParent(k, task, oldDir, oldName), lookupParent(k, task, newDir, newName()), how)
  return 0
}

/** st_mode with its type: `S_IFIFO|0644`. */
const nodeMode: Arg<number> = {
  type: 'mode_t',
  word: true,
  read: raw => raw & (S_IFMT | PERMISSIONS),
  show: raw => {
    const type = raw & S_IFMT
    const permissions = `0${(raw & PERMISSIONS).toString(8)}`
    return type === 0 ? permissions : `${flagsText({ S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFDIR }, type)}|${permissions}`
  },
}

/** The device number is shown only where there is one. */
function mknodText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const head = [dirfd.show(raw[0], k, task, raw), path.show(raw[1], k, task, raw), nodeMode.show(raw[2], k, task, raw)]
  const kind = kindOfMode(raw[2])
  if (kind !== 'chardev' && kind !== 'blockdev') return head.join(', ')
  const dev = raw[3] >>> 0
  return `${head.join(', ')}, makedev(0x${majorOf(dev).toString(16)}, 0x${minorOf(dev).toString(16)})`
}

/** "/proc/self/exe" as readlinkat returned it. */
const linkOut: Arg<number> = { ...bytesOut, type: 'char *' }

const cwdOut: Arg<number> = {
  ...bytesOut,
  type: 'char *',
  // The result counts the NUL, which strace does not show.
  show: (raw, k, task, all, result) => bytesOut.show(raw, k, task, all, result !== undefined && result > 0 ? result - 1 : result),
}

export const directoryCalls: Syscall[] = [
  syscall(17, 'getcwd', { buf: cwdOut, size }, (k, task, { buf, size }) => getcwd(k, task, buf, size)),
  syscall(
    33,
    'mknodat',
    { dirfd, path, mode: nodeMode, dev: uint },
    (k, task, { dirfd, path, mode: type, dev }) => mknod(k, task, dirfd, path, type, dev),
    {
      text: mknodText,
    },
  ),
  syscall(34, 'mkdirat', { dirfd, path, mode }, (k, task, { dirfd, path, mode }) => {
    createNode(k, task, lookupParent(k, task, dirfd, path), { kind: 'directory', mode: mode & MKDIR_MODE })
    return 0
  }),
  syscall(
    35,
    'unlinkat',
    { dirfd, path, flags: flags({ AT_REMOVEDIR }) },
    (k, task, { dirfd, path, flags: how }) => {
      removeNode(k, task, lookupParent(k, task, dirfd, path), (how & AT_REMOVEDIR) !== 0)
      return 0
    },
    { first: a => judge(!(a.flags & ~AT_REMOVEDIR)) },
  ),
  syscall(36, 'symlinkat', { target: path, dirfd, path: laterPath }, (k, task, { target, dirfd, path: name }) => {
    if (target === '') throw ENOENT
    createNode(k, task, lookupParent(k, task, dirfd, name()), { kind: 'symlink', mode: 0o777, target })
    return 0
  }),
  syscall(
    37,
    'linkat',
    { olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: laterPath, flags: flags({ AT_SYMLINK_FOLLOW, AT_EMPTY_PATH }) },
    (k, task, a) => link(k, task, a.olddirfd, a.oldpath, a.newdirfd, a.newpath, a.flags),
    { first: a => judge(!(a.flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))) },
  ),
  syscall(49, 'chdir', { path }, (k, task, { path }) => {
    contextOf(task).cwd = enterable(k, task, lookup(k, task, AT_FDCWD, path))
    return 0
  }),
  syscall(50, 'fchdir', { fd }, (k, task, { fd }) => {
    contextOf(task).cwd = enterable(k, task, getFile(task, fd).path)
    return 0
  }),
  syscall(51, 'chroot', { path }, (k, task, { path }) => {
    const place = enterable(k, task, lookup(k, task, AT_FDCWD, path))
    if (!capable(task.credentials, CAP_SYS_CHROOT)) throw EPERM
    contextOf(task).root = place
    return 0
  }),
  syscall(61, 'getdents64', { fd, dirp: direntsOut, count: uint }, (k, task, { fd, dirp, count }) => getdents(k, task, fd, dirp, count)),
  syscall(
    78,
    'readlinkat',
    { dirfd, path, buf: linkOut, bufsiz: int },
    (k, task, { dirfd, path, buf, bufsiz }) => readlink(k, task, dirfd, path, buf, bufsiz),
    { first: ({ bufsiz }) => judge(bufsiz > 0) },
  ),
  syscall(
    276,
    'renameat2',
    { olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: laterPath, flags: flags(RENAME) },
    (k, task, a) => rename(k, task, a.olddirfd, a.oldpath, a.newdirfd, a.newpath, a.flags),
    { first: a => judgeRename(a.flags) },
  ),
]
