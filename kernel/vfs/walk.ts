// The path walk: from names to a place in the tree, over mounts, dot-dot and symbolic links (path_resolution(7)).
import {
  AT_FDCWD,
  EAGAIN,
  EBADF,
  EISDIR,
  ELOOP,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  EXDEV,
  NAME_MAX,
  PATH_MAX,
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  SYMLINK_MAX,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { checkAccess, MAY_EXEC } from './access.ts'
import { findChild } from './dentry.ts'
import { fileSystemOps } from './ops.ts'
import { touchAccessed } from './time.ts'
import type { Dentry, LookupOptions, Mount, ParentPath, Path } from './types.ts'

/** What is left of a walk: where it is, how many links it went through, and what holds for it. */
interface Walk {
  k: Kernel
  task: Task
  mount: Mount
  dentry: Dentry
  links: number
  /** RESOLVE_* of openat2. */
  resolve: number
  /** Where '/' leads and '..' ends: the task's root, or with RESOLVE_BENEATH and RESOLVE_IN_ROOT the place where the walk began. */
  root: Path
}

/** Walks that may not leave the place where they begin. */
const SCOPED = RESOLVE_BENEATH | RESOLVE_IN_ROOT

/** A walk that is about to begin. EBADF and ENOTDIR for a directory descriptor that is none; EXDEV for '/' where it must stay below. */
function begin(k: Kernel, task: Task, dirfd: number, path: string, resolve: number): Walk {
  const scoped = (resolve & SCOPED) !== 0
  if (resolve & RESOLVE_BENEATH && path.charCodeAt(0) === SLASH) throw EXDEV
  const start = startOf(task, dirfd, scoped ? '' : path)
  return { k, task, mount: start.mount, dentry: start.dentry, links: 0, resolve, root: scoped ? start : rootOf(task) }
}
const SLASH = 47

function rootOf(task: Task): Path {
  if (!task.fs) throw new Error(`walking a path for task ${task.pid}, which has exited`)
  return task.fs.root
}

/** To another mount, or to another place by a link: EXDEV where the walk may not. */
function moveTo(w: Walk, mount: Mount, dentry: Dentry): void {
  if (w.resolve & RESOLVE_NO_XDEV && mount !== w.mount) throw EXDEV
  w.mount = mount
  w.dentry = dentry
}

/** A link whose text begins with '/'. */
function goToRoot(w: Walk): void {
  if (w.resolve & RESOLVE_BENEATH) throw EXDEV
  moveTo(w, w.root.mount, w.root.dentry)
}

/** A symbolic link is about to be followed. ELOOP: there were too many, or none is allowed. */
function countLink(w: Walk): void {
  if (w.resolve & RESOLVE_NO_SYMLINKS || ++w.links > SYMLINK_MAX) throw ELOOP
}

/** Where a link of /proc leads that does not go by its text. */
function magicPlace(w: Walk, link: Dentry): Path | null {
  const place = fileSystemOps(w.k, link.inode.fs).jump?.(w.k, w.task, link)
  if (!place) return null
  if (w.resolve & RESOLVE_NO_MAGICLINKS) throw ELOOP
  if (w.resolve & SCOPED) throw EXDEV
  return place
}

/** An entry of the directory where the walk is. EAGAIN: RESOLVE_CACHED, and it is not at hand. */
function entryOf(w: Walk, dir: Dentry, name: string): Dentry | null {
  if (w.resolve & RESOLVE_CACHED && !dir.children?.get(name)) throw EAGAIN
  return findChild(w.k, w.task, dir, name)
}

/** Where a relative path starts. */
function startOf(task: Task, dirfd: number, path: string): Path {
  const fs = task.fs
  if (!fs) throw new Error(`walking '${path}' for task ${task.pid}, which has exited`)
  if (path.charCodeAt(0) === SLASH) return fs.root
  if (dirfd === AT_FDCWD) return fs.cwd
  const file = task.files?.files[dirfd]
  if (!file) throw EBADF
  if (!file.path || file.inode.kind !== 'directory') throw ENOTDIR
  return file.path
}

/** Down through whatever is mounted here. */
function crossMounts(w: Walk): void {
  while (w.dentry.mounted > 0) {
    const above = w.task.ns.mnt.mounts.find(m => m.mountpoint === w.dentry && m.parent === w.mount)
    if (!above) return
    moveTo(w, above, above.root)
  }
}

function goUp(w: Walk): void {
  const { root } = w
  if (w.dentry === root.dentry && w.mount === root.mount) {
    if (w.resolve & RESOLVE_BENEATH) throw EXDEV
    return
  }
  while (w.dentry === w.mount.root) {
    if (!w.mount.parent || !w.mount.mountpoint) return
    moveTo(w, w.mount.parent, w.mount.mountpoint)
    if (w.dentry === root.dentry && w.mount === root.mount) return
  }
  if (w.dentry.parent) w.dentry = w.dentry.parent
  crossMounts(w)
}

/** Goes where the symbolic link `link` (an entry of w.dentry) leads. */
function followLink(w: Walk, link: Dentry): void {
  countLink(w)
  const place = magicPlace(w, link)
  if (place) return moveTo(w, place.mount, place.dentry)
  const target = readLink(w.k, w.task, link)
  touchAccessed(w.k, link.inode)
  if (target === '') throw ENOENT
  if (target.charCodeAt(0) === SLASH) goToRoot(w)
  walkNames(w, target, true)
}

/** The text of a symbolic link. */
export function readLink(k: Kernel, task: Task, link: Dentry): string {
  return fileSystemOps(k, link.inode.fs).readlink?.(k, task, link) ?? link.inode.target
}

/** One component. */
function step(w: Walk, name: string, follow: boolean): void {
  if (!w.dentry.children) throw ENOTDIR
  checkAccess(w.k, w.task, w.dentry.inode, MAY_EXEC)
  if (name === '.') return
  if (name === '..') return goUp(w)
  if (name.length > NAME_MAX) throw ENAMETOOLONG
  const child = w.resolve === 0 ? findChild(w.k, w.task, w.dentry, name) : entryOf(w, w.dentry, name)
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
  const w = begin(k, task, dirfd, path, options.resolve ?? 0)
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
  return parentFrom(begin(k, task, dirfd, path, 0), path)
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
  resolve = 0,
): { parent: ParentPath; found: Path | null } {
  if (path === '') throw ENOENT
  checkLength(path)
  const w = begin(k, task, dirfd, path, resolve)
  let rest = path
  for (;;) {
    const parent = parentFrom(w, rest)
    if (parent.name === '' || parent.name === '.' || parent.name === '..') {
      if (parent.name === '..') goUp(w)
      return { parent, found: { mount: w.mount, dentry: w.dentry } }
    }
    // Whatever is there: only a directory could have such a name.
    if (parent.trailingSlash) throw EISDIR
    const child = entryOf(w, parent.dir, parent.name)
    if (!child) return { parent, found: null }
    if (child.inode.kind !== 'symlink' || !follow) {
      w.dentry = child
      crossMounts(w)
      return { parent, found: { mount: w.mount, dentry: w.dentry } }
    }
    countLink(w)
    const place = magicPlace(w, child)
    if (place) {
      moveTo(w, place.mount, place.dentry)
      return { parent, found: place }
    }
    rest = readLink(k, task, child)
    if (rest === '') throw ENOENT
    if (rest.charCodeAt(0) === SLASH) goToRoot(w)
  }
}
