// open(2): from a path and flags to an open file description.
import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOTDIR,
  ENXIO,
  ETXTBSY,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
  O_APPEND,
  IN_MODIFY,
  IN_OPEN,
  O_NONBLOCK,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import type { Blocked } from '../waiting.ts'
import { checkAccess, checkMutable, checkOwner, checkWritable, MAY_READ, MAY_WRITE } from './access.ts'
import { forgetOpen, newDescription, NO_DESCRIPTOR, releaseFile } from './description.ts'
import { breakLeases } from './leases.ts'
import { notifyOpen } from './watch.ts'
import { fileSystemOps } from './ops.ts'
import { createNode, nameless } from './tree.ts'
import { newDentry } from './dentry.ts'
import type { FileDescription, FileOpsKind, Inode, Path } from './types.ts'
import { lookup, lookupForCreate } from './walk.ts'

/** Only these count with O_PATH (open(2)). */
const O_PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
/** Not kept in the description: they only say how to open. */
const CREATION_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC
const MODE_MASK = 0o7777
/** O_TMPFILE without its O_DIRECTORY bit. */
const TMPFILE_BIT = O_TMPFILE & ~O_DIRECTORY

/** By access mode; 3 is Linux's "both, but for ioctl only". */
const MAY_OF_MODE = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE]

/** Which operations a file that was found has. ENXIO: a device or socket that nobody serves. */
function opsKindOf(k: Kernel, inode: Inode): FileOpsKind {
  const own = fileSystemOps(k, inode.fs).opens?.(inode)
  if (own) return own
  switch (inode.kind) {
    case 'regular':
      return 'regular'
    case 'directory':
      return 'directory'
    case 'fifo':
      return 'pipe'
    case 'chardev': {
      const kind = k.kinds.device(inode.rdev)
      if (!kind) throw ENXIO
      return kind
    }
    case 'symlink':
      throw ELOOP
    default:
      throw ENXIO
  }
}

/** Opens what was found: permission, kind-specific start, truncation. */
function openFound(k: Kernel, task: Task, at: Path, flags: number, created: boolean): FileDescription | Blocked {
  const inode = at.dentry.inode
  if (flags & O_PATH) return newDescription('path', inode, at, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), null)
  const mode = flags & O_ACCMODE
  const may = MAY_OF_MODE[mode]! | (flags & O_TRUNC ? MAY_WRITE : 0)
  if (inode.kind === 'symlink') throw ELOOP
  if (inode.kind === 'directory' && (may & MAY_WRITE || flags & O_CREAT)) throw EISDIR
  if (may & MAY_WRITE && (inode.kind === 'regular' || inode.kind === 'directory')) checkWritable(at)
  if (may & MAY_WRITE) checkMutable(inode, (flags & O_APPEND) !== 0 && !(flags & O_TRUNC))
  if (!created) checkAccess(k, task, inode, may)
  if (may & MAY_WRITE) checkNotRunning(inode)
  if (flags & O_NOATIME) checkOwner(task, inode)
  const held = inode.leases ? breakLeases(k, inode, (may & MAY_WRITE) !== 0, !(flags & O_NONBLOCK)) : null
  if (held) return keepFound(task, at, held)
  const kind = opsKindOf(k, inode)
  if (flags & O_DIRECT && fileSystemOps(k, inode.fs).generated) throw EINVAL
  const ops = k.kinds.files[kind]
  if (ops.enter) return ops.enter(k, task, at, flags & ~CREATION_FLAGS)
  const file = newDescription(kind, inode, at, (flags & ~CREATION_FLAGS) | O_LARGEFILE, null)
  file.created = created
  if (ops.open) {
    try {
      file.flags |= flags & O_NOCTTY
      ops.open(k, task, file)
      file.flags &= ~O_NOCTTY
    } catch (e) {
      forgetOpen(file)
      throw e
    }
  }
  notifyOpen(k, file, IN_OPEN)
  if (flags & O_TRUNC && ops.truncate && !created) {
    try {
      ops.truncate(k, task, inode, 0)
    } catch (e) {
      releaseFile(k, file)
      throw e
    }
    notifyOpen(k, file, IN_MODIFY)
  }
  return file
}

/** What a call had found when it began to wait, whatever the name leads to by now. */
export const foundBefore = ({ call }: Task): Path | null =>
  call?.files.find(({ fd, file }) => fd === NO_DESCRIPTOR && file.kind === 'path')?.file.path ?? null

/** A call that waits goes on with what it found: it holds that so long. */
export const keepFound = (task: Task, at: Path, wait: Blocked): Blocked =>
  foundBefore(task) ? wait : { ...wait, held: [newDescription('path', at.dentry.inode, at, O_PATH, null)] }

/** ETXTBSY: a program that runs is not written to. */
export function checkNotRunning(inode: Inode): void {
  if (inode.running > 0) throw ETXTBSY
}

/** Flags that do not go together: EINVAL, before any name is read. */
export function checkOpenFlags(flags: number): void {
  if (flags & O_PATH) return
  if (flags & TMPFILE_BIT && (!(flags & O_DIRECTORY) || (flags & O_ACCMODE) === O_RDONLY || flags & O_CREAT)) throw EINVAL
  if (flags & O_CREAT && flags & O_DIRECTORY) throw EINVAL
}

/**
 * open(2) by path. Blocked: a FIFO whose other end nobody has opened; call again when woken.
 * The description comes with one reference, the caller's. `resolve`: RESOLVE_* of openat2.
 */
export function openAt(
  k: Kernel,
  task: Task,
  dirfd: number,
  path: string,
  flags: number,
  mode: number,
  resolve = 0,
): FileDescription | Blocked {
  const before = foundBefore(task)
  if (before) return openFound(k, task, before, flags, false)
  if (flags & O_PATH) flags &= O_PATH_FLAGS
  const follow = !(flags & O_NOFOLLOW)
  checkOpenFlags(flags)
  if (flags & TMPFILE_BIT) return openTmpfile(k, task, lookup(k, task, dirfd, path, { resolve }), flags, mode)
  if (!(flags & O_CREAT)) {
    const at = lookup(k, task, dirfd, path, { follow, resolve })
    if (flags & O_DIRECTORY && at.dentry.inode.kind !== 'directory') throw ENOTDIR
    return openFound(k, task, at, flags, false)
  }
  const { parent, found } = lookupForCreate(k, task, dirfd, path, follow && !(flags & O_EXCL), resolve)
  if (found) {
    if (flags & O_EXCL) throw EEXIST
    checkProtected(task, parent.dir.inode, found.dentry.inode)
    return openFound(k, task, found, flags, false)
  }
  const dentry = createNode(k, task, parent, { kind: 'regular', mode: mode & MODE_MASK })
  return openFound(k, task, { mount: parent.mount, dentry }, flags & ~O_TRUNC, true)
}

/** In a world-writable sticky directory a FIFO or file of somebody else is not opened for creation (fs.protected_regular = 1). */
function checkProtected(task: Task, dir: Inode, inode: Inode): void {
  const STICKY_WORLD = 0o1002
  if ((dir.mode & STICKY_WORLD) !== STICKY_WORLD || inode.uid === task.credentials.fsuid || inode.uid === dir.uid) return
  if (inode.kind === 'regular' || inode.kind === 'fifo') throw EACCES
}

function openTmpfile(k: Kernel, task: Task, at: Path, flags: number, mode: number): FileDescription | Blocked {
  const dir = at.dentry.inode
  if (dir.kind !== 'directory') throw ENOTDIR
  checkWritable(at)
  checkAccess(k, task, dir, MAY_WRITE | MAY_READ)
  const { noTemporary } = fileSystemOps(k, dir.fs)
  if (noTemporary) throw noTemporary
  const inode = nameless(k, task, dir, mode & MODE_MASK, !(flags & O_EXCL))
  const dentry = newDentry(`#${inode.ino}`, at.dentry, inode)
  dentry.deleted = true
  return newDescription('regular', inode, { mount: at.mount, dentry }, (flags & ~CREATION_FLAGS & ~TMPFILE_BIT) | O_LARGEFILE, null)
}

/** For the kernel's own use (exec, boot): nothing that could block. */
export function openFile(k: Kernel, task: Task, dirfd: number, path: string, flags: number, mode: number): FileDescription {
  const file = openAt(k, task, dirfd, path, flags, mode)
  if (file.kind === 'blocked') {
    for (const held of file.held ?? []) releaseFile(k, held)
    throw ENXIO
  }
  return file
}
