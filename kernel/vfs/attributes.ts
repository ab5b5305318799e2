// What stat(2) tells of an inode, and who may change its mode, owner and times.
import { CAP_CHOWN, EPERM, F_SEAL_EXEC, S_ISGID } from '../abi/index.ts'
import { capable, inGroup } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { checkAccess, checkMutable, checkOwner, MAY_WRITE, mayGiveGroup, withoutSetIds } from './access.ts'
import { followMode } from './acl.ts'
import { typeOfKind } from './file-type.ts'
import { fileSystemOps } from './ops.ts'
import { touchChanged } from './time.ts'
import { dropCapability } from './xattrs.ts'
import type { FileDescription, Inode, Mount, Timestamp } from './types.ts'

const ANY_EXEC = 0o111
const BLOCK = 4096
/** st_blocks counts in these. */
const SECTOR = 512
/** chown leaves an id alone that is given as -1. */
const NO_CHANGE = 0xffff_ffff

export interface FileStat {
  dev: number
  ino: number
  mode: number
  nlink: number
  uid: number
  gid: number
  rdev: number
  size: number
  blksize: number
  blocks: number
  atime: Timestamp
  mtime: Timestamp
  ctime: Timestamp
}

/** Sectors that a file occupies: of one in memory its pages, of one with bytes behind it all of them. */
function sectors(inode: Inode): number {
  if (inode.kind !== 'regular') return 0
  if (inode.backing) return Math.ceil(inode.size / SECTOR)
  return inode.pages.size * (BLOCK / SECTOR)
}

/** What stat(2) says of an inode. */
export function statOf(k: Kernel, inode: Inode): FileStat {
  const { fs, ino, mode, uid, gid, rdev, atime, mtime, ctime } = inode
  return {
    dev: fs.dev,
    ino,
    mode: typeOfKind(inode.kind) | mode,
    // What never had a name counts as one.
    nlink: inode.kind === 'anon' || fs === k.state.vfs.pipefs ? 1 : inode.nlink,
    uid,
    gid,
    rdev,
    size: inode.size,
    blksize: fileSystemOps(k, fs).blockSize ?? BLOCK,
    blocks: sectors(inode),
    atime,
    mtime,
    ctime,
  }
}

/** The mount that a description belongs to; what has no name is in a file system of its own that is nowhere mounted. */
export function mountOf(k: Kernel, file: FileDescription): Mount {
  if (file.path) return file.path.mount
  return { id: 0, parent: null, mountpoint: null, root: k.state.ns.mnt.root.root, fs: file.inode.fs, readOnly: false }
}

/** chmod(2): the owner's; a set-group-id bit for a group that one is not in goes away. */
export function changeMode(k: Kernel, task: Task, inode: Inode, mode: number): void {
  checkMutable(inode)
  checkOwner(task, inode)
  if (fileSystemOps(k, inode.fs).generated) throw EPERM
  if (inode.seals > 0 && inode.seals & F_SEAL_EXEC && (inode.mode ^ mode) & ANY_EXEC) throw EPERM
  inode.mode = mayGiveGroup(task.credentials, inode.gid) ? mode : mode & ~S_ISGID
  followMode(inode)
  touchChanged(k, inode)
}

/**
 * chown(2): root's; owners may give a file to a group that they are in. Set-id bits of what is no directory go away, which only the
 * owner may make happen: ids of -1 alone are anybody's to give.
 */
export function changeOwner(k: Kernel, task: Task, inode: Inode, uid: number, gid: number): void {
  const { credentials } = task
  if (fileSystemOps(k, inode.fs).generated) throw EPERM
  if (uid !== NO_CHANGE || gid !== NO_CHANGE) checkMutable(inode)
  const owner = credentials.fsuid === inode.uid
  const newGid = gid === NO_CHANGE ? inode.gid : gid
  if (!capable(credentials, CAP_CHOWN)) {
    if (uid !== NO_CHANGE && !(owner && uid === inode.uid)) throw EPERM
    if (gid !== NO_CHANGE && !(owner && (gid === inode.gid || inGroup(credentials, gid)))) throw EPERM
  }
  const mode = inode.kind === 'directory' ? inode.mode : withoutSetIds(credentials, inode)
  if (mode !== inode.mode) {
    checkOwner(task, inode)
    inode.mode = mayGiveGroup(credentials, newGid) ? mode : mode & ~S_ISGID
  }
  if (inode.kind !== 'directory') dropCapability(k, inode)
  if (uid !== NO_CHANGE) inode.uid = uid
  inode.gid = newGid
  touchChanged(k, inode)
}

/** utimensat(2): null leaves a time. Setting both to now is for everyone who may write, other times for the owner. */
export function changeTimes(k: Kernel, task: Task, inode: Inode, [atime, mtime]: [Timestamp | null, Timestamp | null], now: boolean): void {
  if (fileSystemOps(k, inode.fs).generated) throw EPERM
  checkMutable(inode, now)
  if (now) {
    if (task.credentials.fsuid !== inode.uid) checkAccess(k, task, inode, MAY_WRITE)
  } else checkOwner(task, inode)
  if (atime) inode.atime = atime
  if (mtime) inode.mtime = mtime
  touchChanged(k, inode)
}
