// Who may do what to a file: owner, group and other bits; the superuser's capabilities pass most of them (path_resolution(7)).
import {
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  EACCES,
  EPERM,
  EROFS,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
  S_IXGRP,
  FS_FLAGS,
} from '../abi/index.ts'
import type { Credentials } from '../task/types.ts'
import { capable, inGroup } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { aclPermits } from './acl.ts'
import type { Dentry, Inode, Path } from './types.ts'

const { FS_IMMUTABLE_FL, FS_APPEND_FL } = FS_FLAGS

/** Bits for `checkAccess`, as in a permission triplet. */
export const MAY_READ = 4
export const MAY_WRITE = 2
export const MAY_EXEC = 1

const ANY_EXEC = 0o111

/** What the file itself says, by its mode and access list. */
function grants(credentials: Credentials, inode: Inode, may: number): boolean {
  const { fsuid } = credentials
  const { mode, acl } = inode
  if (inode.uid === fsuid) return ((mode >> 6) & may) === may
  if (acl !== null && mode & GROUP_BITS) return aclPermits(acl, credentials, inode, may)
  return ((inGroup(credentials, inode.gid) ? mode >> 3 : mode) & may) === may
}
const GROUP_BITS = 0o070

function permits(credentials: Credentials, inode: Inode, may: number): boolean {
  if (grants(credentials, inode, may)) return true
  if (inode.kind === 'directory') {
    if (!(may & MAY_WRITE) && capable(credentials, CAP_DAC_READ_SEARCH)) return true
    return capable(credentials, CAP_DAC_OVERRIDE)
  }
  if (may === MAY_READ && capable(credentials, CAP_DAC_READ_SEARCH)) return true
  if (may & MAY_EXEC && !(inode.mode & ANY_EXEC)) return false
  return capable(credentials, CAP_DAC_OVERRIDE)
}

export const mayAccess = (task: Task, inode: Inode, may: number): boolean => permits(task.credentials, inode, may)

/** EACCES unless the task may do all of `may`. access(2) passes credentials with the real ids. */
export function checkAccess(_k: Kernel, task: Task, inode: Inode, may: number, credentials: Credentials = task.credentials): void {
  if (!permits(credentials, inode, may)) throw EACCES
}

/** Whether a set-group-id bit for this group is the task's to give: it is in the group, or has CAP_FSETID. */
export const mayGiveGroup = (credentials: Credentials, gid: number): boolean =>
  inGroup(credentials, gid) || capable(credentials, CAP_FSETID)

/** What is left of a file's set-id bits when it changes hands or contents: a set-group-id bit only where it means mandatory locks. */
export function withoutSetIds(credentials: Credentials, inode: Inode): number {
  const mode = inode.mode & ~S_ISUID
  return mode & S_IXGRP || !mayGiveGroup(credentials, inode.gid) ? mode & ~S_ISGID : mode
}

/** EPERM unless the task owns the file (chmod, utimes). */
export function checkOwner(task: Task, inode: Inode): void {
  if (task.credentials.fsuid !== inode.uid && !capable(task.credentials, CAP_FOWNER)) throw EPERM
}

/** May a name go? In a sticky directory only the owners of file or directory remove names; what is immutable stays. */
export function checkSticky(task: Task, dir: Inode, victim: Inode): void {
  checkMutable(dir)
  checkMutable(victim)
  if (!(dir.mode & S_ISVTX)) return
  const { fsuid } = task.credentials
  if (fsuid !== victim.uid && fsuid !== dir.uid && !capable(task.credentials, CAP_FOWNER)) throw EPERM
}

/** EPERM for what shall stay as it is (FS_IMMUTABLE_FL), or may only grow where it changes otherwise (FS_APPEND_FL). */
export function checkMutable(inode: Inode, appends = false): void {
  if (inode.flags & FS_IMMUTABLE_FL || (!appends && inode.flags & FS_APPEND_FL)) throw EPERM
}

/** EROFS where nothing may be changed. */
export function checkWritable(path: Path): void {
  if (path.mount.readOnly || path.mount.fs.readOnly) throw EROFS
}

/** A directory is about to gain or lose a name. */
export function checkDirectoryChange(k: Kernel, task: Task, path: Path): void {
  checkWritable(path)
  checkMutable(path.dentry.inode, true)
  checkAccess(k, task, path.dentry.inode, MAY_WRITE | MAY_EXEC)
}

/** Root of the tree a dentry is in: whether `of` is `dentry` or below it. */
export function isBelow(dentry: Dentry, of: Dentry): boolean {
  for (let d: Dentry | null = of; d; d = d.parent) if (d === dentry) return true
  return false
}
