// The path walk: from names to a place in the tree, over mounts, dot-dot and symbolic links (path_resolution(7)).
import { directoryOps } from '../fs/index.ts'
import { AT_FDCWD, EBADF, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, NAME_MAX, PATH_MAX, SYMLINK_MAX } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { checkAccess, MAY_EXEC } from './access.ts'
import { findChild } from './dentry.ts'
import { touchAccessed } from './time.ts'
import type { Dentry, LookupOptions, Mount, ParentPath, Path } from './types.ts'

/** What is left of a walk: where it is, and how many links it went through. */
interface Walk {
  k: Kernel
  task: Task
  mount: Mount
  dentry: Dentry
  links: number
}

/** Where a relative path starts. */
function startOf(task: Task, dirfd: number, path: string): Path {
  const fs = task.fs
  if (!fs) throw new Error(`walking '${path}' for task ${task.pid}, which has exited`)
  if (path.charCodeAt(0) === 47) return fs.root
  if (dirfd === AT_FDCWD) return fs.cwd
  const file = task.files?.files[dirfd]
  if (!file) throw EBADF
  if (!file.path || file.inode.kind !== 'directory') throw ENOTDIR
  return file.path
}

/** Down through whatever is mounted here. */
function crossMounts(w: Walk): void {
  while (w.dentry.mounted > 0) {
    const above = w.k.state.vfs.mounts.find(m => m.mountpoint === w.dentry && m.parent === w.mount)
    if (!above) return
    w.mount = above
    w.dentry = above.root
  }
}

function goUp(w: Walk): void {
  const root = w.task.fs?.root
  while (w.dentry === w.mount.root) {
    if (root && w.dentry === root.dentry && w.mount === root.mount) return
    if (!w.mount.parent || !w.mount.mountpoint) return
    w.dentry = w.mount.mountpoint
    w.mount = w.mount.parent
  }
  if (root && w.dentry === root.dentry && w.mount === root.mount) return
  if (w.dentry.parent) w.dentry = w.dentry.parent
  crossMounts(w)
}

/** Goes where the symbolic link `link` (an entry of w.dentry) leads. */
function followLink(w: Walk, link: Dentry): void {
  if (++w.links > SYMLINK_MAX) throw ELOOP
  const ops = directoryOps[link.inode.fs.kind]
  const place = ops.jump?.(w.k, w.task, link)
  if (place) {
    w.mount = place.mount
    w.dentry = place.dentry
    return
  }
  const target = readLink(w.k, w.task, link)
  touchAccessed(w.k, link.inode)
  if (target === '') throw ENOENT
  if (target.charCodeAt(0) === 47 && w.task.fs) {
    w.mount = w.task.fs.root.mount
    w.dentry = w.task.fs.root.dentry
  }
  walkNames(w, target, true)
}

/** The text of a symbolic link. */
export function readLink(k: Kernel, task: Task, link: Dentry): string {
  return directoryOps[link.inode.fs.kind].readlink?.(k, task, link) ?? link.inode.target
}

/** One component. */
function step(w: Walk, name: string, follow: boolean): void {
  if (!w.dentry.children) throw ENOTDIR
  checkAccess(w.k, w.task, w.dentry.inode, MAY_EXEC)
  if (name === '.') return
  if (name === '..') return goUp(w)
  if (name.length > NAME_MAX) throw ENAMETOOLONG
  const child = findChild(w.k, w.task, w.dentry, name)
  if (!child) throw ENOENT
  if (child.inode.kind === 'symlink' && follow) return followLink(w, child)
  w.dentry = child
  if (child.mounted > 0) crossMounts(w)
}

/** The components of a path. A path that ends in a slash must be a directory, and follows a link there. */
function walkNames(w: Walk, path: string, followLast: boolean): void {
  const names = path.split('/').filter(name => name !== '')
  const directory = path.endsWith('/')
  names.forEach((name, i) => step(w, name, i < names.length - 1 || followLast || directory))
  if (directory && !w.dentry.children && w.dentry.inode.kind !== 'symlink') throw ENOTDIR
}

function checkLength(path: string): void {
  if (path.length >= PATH_MAX) throw ENAMETOOLONG
}

/** Finds what a path names. ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, EBADF as path_resolution(7) says. */
export function lookup(k: Kernel, task: Task, dirfd: number, path: string, options: LookupOptions = {}): Path {
  if (path === '') {
    if (!options.empty) throw ENOENT
    return placeOfFd(task, dirfd)
  }
  checkLength(path)
  const start = startOf(task, dirfd, path)
  const w: Walk = { k, task, mount: start.mount, dentry: start.dentry, links: 0 }
  walkNames(w, path, options.follow ?? true)
  return { mount: w.mount, dentry: w.dentry }
}

/** A descriptor itself as a place: for AT_EMPTY_PATH. Descriptors without a name have none (the caller looks at the inode). */
function placeOfFd(task: Task, dirfd: number): Path {
  if (dirfd === AT_FDCWD && task.fs) return task.fs.cwd
  const file = task.files?.files[dirfd]
  if (!file) throw EBADF
  if (!file.path) throw ENOENT
  return file.path
}

/**
 * Finds the directory that holds (or would hold) the last name of a path, which need not exist. `name` is '' for the root,
 * and may be '.' or '..'.
 */
export function lookupParent(k: Kernel, task: Task, dirfd: number, path: string): ParentPath {
  if (path === '') throw ENOENT
  checkLength(path)
  const start = startOf(task, dirfd, path)
  const w: Walk = { k, task, mount: start.mount, dentry: start.dentry, links: 0 }
  return parentFrom(w, path)
}

function parentFrom(w: Walk, path: string): ParentPath {
  const names = path.split('/').filter(name => name !== '')
  const name = names.pop() ?? ''
  for (const each of names) step(w, each, true)
  if (!w.dentry.children) throw ENOTDIR
  if (name.length > NAME_MAX) throw ENAMETOOLONG
  checkAccess(w.k, w.task, w.dentry.inode, MAY_EXEC)
  return { mount: w.mount, dir: w.dentry, name, trailingSlash: path.endsWith('/') }
}

/**
 * For open(O_CREAT): the parent of a name, followed through a symbolic link in the last component as far as it leads.
 * `found` is what the name is now, or null.
 */
export function lookupForCreate(
  k: Kernel,
  task: Task,
  dirfd: number,
  path: string,
  follow: boolean,
): { parent: ParentPath; found: Path | null } {
  if (path === '') throw ENOENT
  checkLength(path)
  const start = startOf(task, dirfd, path)
  const w: Walk = { k, task, mount: start.mount, dentry: start.dentry, links: 0 }
  let rest = path
  for (;;) {
    const parent = parentFrom(w, rest)
    if (parent.name === '' || parent.name === '.' || parent.name === '..') {
      if (parent.name === '..') goUp(w)
      return { parent, found: { mount: w.mount, dentry: w.dentry } }
    }
    const child = findChild(k, task, parent.dir, parent.name)
    if (!child) return { parent, found: null }
    if (child.inode.kind !== 'symlink' || !follow) {
      w.dentry = child
      crossMounts(w)
      return { parent, found: { mount: w.mount, dentry: w.dentry } }
    }
    if (++w.links > SYMLINK_MAX) throw ELOOP
    const place = directoryOps[child.inode.fs.kind].jump?.(k, task, child)
    if (place) return { parent, found: place }
    rest = readLink(k, task, child)
    if (rest === '') throw ENOENT
    if (rest.charCodeAt(0) === 47 && task.fs) {
      w.mount = task.fs.root.mount
      w.dentry = task.fs.root.dentry
    }
  }
}
