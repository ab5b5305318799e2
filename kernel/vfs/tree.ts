// Changes of the tree: making, linking, removing and renaming names. The caller has found the directory; here are the rules of
// open(2), mkdir(2), link(2), unlink(2), rmdir(2) and rename(2), and what they do to link counts and times.
import {
  CAP_MKNOD,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EXDEV,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  S_ISGID,
  S_IXGRP,
  DN_RENAME,
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_MOVE_SELF,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { capable } from '../task/index.ts'
import { checkDirectoryChange, checkMutable, checkSticky, isBelow, mayGiveGroup } from './access.ts'
import { inheritAcl } from './acl.ts'
import { addChild, findChild, isEmptyDirectory } from './dentry.ts'
import { countInode, takeInode } from './inode-count.ts'
import { countName, freeIfUnused, newInode } from './inode.ts'
import { fileSystemOps } from './ops.ts'
import { timestampNow, touchChanged, touchModified } from './time.ts'
import { notifyInode, notifyName, signalWatchers } from './watch.ts'
import type { Dentry, FileKind, Inode, ParentPath, Path } from './types.ts'

/** A new file's kind, permissions (the umask is taken off here) and what it holds. */
export interface NewFile {
  kind: FileKind
  mode: number
  target?: string
  rdev?: number
}

const isDot = (name: string) => name === '' || name === '.' || name === '..'

/** Checks that a name may be added to the directory. EEXIST is the caller's. */
function checkAdd(k: Kernel, task: Task, at: ParentPath): void {
  const ops = fileSystemOps(k, at.dir.inode.fs)
  if (at.dir.deleted) throw ENOENT
  checkDirectoryChange(k, task, { mount: at.mount, dentry: at.dir })
  if (ops.fixed) throw ops.fixed
}

/** A new inode, the task's. In a set-group-id directory it gets that one's group, and directories the bit; programs only for members. */
function newOwned(k: Kernel, task: Task, dir: Inode, kind: FileKind, mode: number): Inode {
  const { fsuid, fsgid } = task.credentials
  const inherits = (dir.mode & S_ISGID) !== 0
  if (inherits && kind === 'directory') mode |= S_ISGID
  else if (inherits && mode & S_IXGRP && !mayGiveGroup(task.credentials, dir.gid)) mode &= ~S_ISGID
  if (!dir.defaultAcl && kind !== 'symlink') mode &= ~(task.fs?.umask ?? 0)
  const inode = newInode(dir.fs, kind, mode, fsuid, inherits ? dir.gid : fsgid, timestampNow(k))
  countInode(inode)
  if (dir.defaultAcl) inheritAcl(dir, inode)
  return inode
}

/** Makes a file, directory, link or node under a name that is free. */
export function createNode(k: Kernel, task: Task, at: ParentPath, file: NewFile): Dentry {
  if (isDot(at.name) || findChild(k, task, at.dir, at.name)) throw EEXIST
  if (at.trailingSlash && file.kind !== 'directory') throw ENOENT
  checkAdd(k, task, at)
  const parent = at.dir.inode
  const inode = newOwned(k, task, parent, file.kind, file.mode)
  if (file.target !== undefined) {
    inode.target = file.target
    inode.size = file.target.length
  }
  inode.rdev = file.rdev ?? 0
  fileSystemOps(k, parent.fs).creating?.(k, at.dir, at.name, inode, task)
  const dentry = addChild(at.dir, at.name, inode)
  if (file.kind === 'directory') parent.nlink++
  touchModified(k, parent)
  notifyName(k, parent, at.name, inode, IN_CREATE)
  return dentry
}

/** What is no directory may come into being there: EEXIST, ENOENT for a slash behind the name. */
export function checkNewName(k: Kernel, task: Task, at: ParentPath): void {
  if (isDot(at.name) || findChild(k, task, at.dir, at.name)) throw EEXIST
  if (at.trailingSlash) throw ENOENT
}

/** Another name for a file (link(2)): EPERM for directories, EXDEV across file systems. */
export function linkNode(k: Kernel, task: Task, old: Path, at: ParentPath): void {
  const inode = old.dentry.inode
  checkNewName(k, task, at)
  if (old.mount !== at.mount) throw EXDEV
  if (inode.kind === 'directory') throw EPERM
  checkAdd(k, task, at)
  if (inode.nlink === 0 && !inode.linkable) throw ENOENT
  checkMutable(inode)
  if (inode.fs.writeThrough) throw EPERM
  if (inode.nlink > 0) takeInode(inode.fs)
  addChild(at.dir, at.name, inode)
  inode.nlink++
  inode.linkable = false
  touchChanged(k, inode)
  touchModified(k, at.dir.inode)
  notifyInode(k, inode, IN_ATTRIB)
  notifyName(k, at.dir.inode, at.name, inode, IN_CREATE)
}

/** Takes a name out of its directory. */
function detach(k: Kernel, dentry: Dentry): void {
  const dir = dentry.parent
  if (!dir?.children) throw new Error(`removing '${dentry.name}', which is in no directory`)
  // A host's name stays as "known to be absent".
  if (dir.inode.fs.hostRoot !== null) dir.children.set(dentry.name, null)
  else dir.children.delete(dentry.name)
  countName(dir.inode, -1)
  dentry.deleted = true
  const inode = dentry.inode
  if (inode.kind === 'directory') {
    inode.nlink = 0
    dir.inode.nlink--
  } else if (--inode.nlink > 0) inode.fs.inodes--
  touchChanged(k, inode)
  touchModified(k, dir.inode)
  freeIfUnused(k, inode)
}

/** unlink(2) and rmdir(2). */
export function removeNode(k: Kernel, task: Task, at: ParentPath, directory: boolean): void {
  if (directory && at.name === '.') throw EINVAL
  if (directory && at.name === '..') throw ENOTEMPTY
  if (isDot(at.name)) throw directory ? EBUSY : EISDIR
  const dentry = findChild(k, task, at.dir, at.name)
  if (!dentry) throw ENOENT
  checkDirectoryChange(k, task, { mount: at.mount, dentry: at.dir })
  const ops = fileSystemOps(k, at.dir.inode.fs)
  if (ops.fixed) throw EPERM
  checkSticky(task, at.dir.inode, dentry.inode)
  const isDirectory = dentry.inode.kind === 'directory'
  if (directory && !isDirectory) throw ENOTDIR
  if (!directory && isDirectory) throw EISDIR
  if (!directory && at.trailingSlash) throw ENOTDIR
  if (dentry.mounted > 0) throw EBUSY
  if (isDirectory && !isEmptyDirectory(k, task, dentry)) throw ENOTEMPTY
  ops.removing?.(k, dentry)
  if (!isDirectory) notifyInode(k, dentry.inode, IN_ATTRIB)
  detach(k, dentry)
  notifyName(k, at.dir.inode, dentry.name, dentry.inode, IN_DELETE)
}

/** Puts a dentry under another name; the place there must be free in memory. */
function reattach(k: Kernel, dentry: Dentry, to: Dentry, name: string): void {
  const from = dentry.parent
  if (!from?.children || !to.children) throw new Error(`moving '${dentry.name}' to '${name}': not between directories`)
  if (from.inode.fs.hostRoot !== null) from.children.set(dentry.name, null)
  else from.children.delete(dentry.name)
  to.children.set(name, dentry)
  countName(from.inode, -1)
  countName(to.inode, 1)
  dentry.name = name
  dentry.parent = to
  if (dentry.inode.kind === 'directory' && from !== to) {
    from.inode.nlink--
    to.inode.nlink++
  }
  touchModified(k, from.inode)
  if (from !== to) touchModified(k, to.inode)
  touchChanged(k, dentry.inode)
}

/** renameat2(2) with RENAME_NOREPLACE and RENAME_EXCHANGE. */
export function renameNode(k: Kernel, task: Task, from: ParentPath, to: ParentPath, flags: number): void {
  if (from.mount !== to.mount) throw EXDEV
  if (isDot(from.name)) throw EBUSY
  if (isDot(to.name)) throw flags & RENAME_NOREPLACE ? EEXIST : EBUSY
  const dentry = findChild(k, task, from.dir, from.name)
  if (!dentry) throw ENOENT
  const target = findChild(k, task, to.dir, to.name)
  if (target && flags & RENAME_NOREPLACE) throw EEXIST
  if (!target && flags & RENAME_EXCHANGE) throw ENOENT
  const isDirectory = dentry.inode.kind === 'directory'
  // Only a directory may be named with a slash behind it, or what becomes one.
  if (flags & RENAME_EXCHANGE && target?.inode.kind !== 'directory' && to.trailingSlash) throw ENOTDIR
  if (!isDirectory && (from.trailingSlash || (to.trailingSlash && !(flags & RENAME_EXCHANGE)))) throw ENOTDIR
  if (isBelow(dentry, to.dir)) throw EINVAL
  if (target && isBelow(target, from.dir)) throw flags & RENAME_EXCHANGE ? EINVAL : ENOTEMPTY
  const ops = fileSystemOps(k, from.dir.inode.fs)
  checkDirectoryChange(k, task, { mount: from.mount, dentry: from.dir })
  checkAdd(k, task, to)
  checkSticky(task, from.dir.inode, dentry.inode)
  if (target) {
    checkSticky(task, to.dir.inode, target.inode)
    if (target === dentry || target.inode === dentry.inode) return
    if (!(flags & RENAME_EXCHANGE)) {
      const targetIsDirectory = target.inode.kind === 'directory'
      if (isDirectory && !targetIsDirectory) throw ENOTDIR
      if (!isDirectory && targetIsDirectory) throw EISDIR
      if (targetIsDirectory && !isEmptyDirectory(k, task, target)) throw ENOTEMPTY
    }
    if (target.mounted > 0) throw EBUSY
  }
  if (dentry.mounted > 0) throw EBUSY
  if (flags & RENAME_EXCHANGE && target) {
    if (dentry.inode.fs.writeThrough) throw EINVAL
    exchange(k, dentry, target)
    tellRenamed(k, from, to, dentry.inode, null)
    tellRenamed(k, to, from, target.inode, null)
    return
  }
  if (flags & RENAME_WHITEOUT) {
    // What an overlay leaves behind: a device that is none.
    if (!capable(task.credentials, CAP_MKNOD)) throw EPERM
    if (dentry.inode.fs.writeThrough) throw EINVAL
  }
  ops.renaming?.(k, dentry, to.dir, to.name)
  // What it replaces is gone only when everybody has heard of the move.
  if (target) {
    target.inode.refs++
    detach(k, target)
  }
  reattach(k, dentry, to.dir, to.name)
  tellRenamed(k, from, to, dentry.inode, target?.inode ?? null)
  if (target) {
    target.inode.refs--
    freeIfUnused(k, target.inode)
  }
  if (flags & RENAME_WHITEOUT) createNode(k, task, { ...from, trailingSlash: false }, { kind: 'chardev', mode: 0 })
}

/** A name that moves goes from one directory and comes to the other, which may be the same; whose it was there has one less. */
function tellRenamed(k: Kernel, from: ParentPath, to: ParentPath, moved: Inode, replaced: Inode | null): void {
  const cookie = ++k.state.vfs.moveCookie
  if (from.dir === to.dir) signalWatchers(k, from.dir.inode, DN_RENAME)
  notifyName(k, from.dir.inode, from.name, moved, IN_MOVED_FROM, cookie)
  notifyName(k, to.dir.inode, to.name, moved, IN_MOVED_TO, cookie)
  if (replaced) notifyInode(k, replaced, IN_ATTRIB)
  notifyInode(k, moved, IN_MOVE_SELF)
}

function exchange(k: Kernel, a: Dentry, b: Dentry): void {
  const [dirA, nameA, dirB, nameB] = [a.parent, a.name, b.parent, b.name]
  if (!dirA?.children || !dirB?.children) throw new Error(`exchanging '${nameA}' and '${nameB}', which are in no directory`)
  reattach(k, a, dirB, nameB)
  // `reattach` of b would clear its old place, which a has now: put b in by hand.
  dirA.children.set(nameA, b)
  countName(dirA.inode, 1)
  countName(dirB.inode, -1)
  b.name = nameA
  b.parent = dirA
  if (b.inode.kind === 'directory' && dirA !== dirB) {
    dirB.inode.nlink--
    dirA.inode.nlink++
  }
  touchChanged(k, b.inode)
}

/** O_TMPFILE's inode, which `linkable` may be given its first name (linkat(2)). */
export function nameless(k: Kernel, task: Task, dir: Inode, mode: number, linkable: boolean): Inode {
  const inode = newOwned(k, task, dir, 'regular', mode)
  inode.nlink = 0
  inode.linkable = linkable
  return inode
}
