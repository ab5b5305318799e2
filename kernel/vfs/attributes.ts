// What stat(2) tells of an inode, and who may change its mode, owner and times.
import {
  ANON_INODE_FS_MAGIC,
  CAP_CHOWN,
  EPERM,
  FS_MAGIC,
  NAME_MAX,
  PIPEFS_MAGIC,
  PROC_SUPER_MAGIC,
  S_ISGID,
  TMPFS_MAGIC,
  F_SEAL_EXEC,
} from '../abi/index.ts'
import { typeOfKind } from '../fs/index.ts'
import { roomForFiles } from '../mm/index.ts'
import { capable, inGroup } from '../process/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { checkAccess, checkMutable, checkOwner, MAY_WRITE, mayGiveGroup, withoutSetIds } from './access.ts'
import { followMode } from './acl.ts'
import { touchChanged } from './inode.ts'
import { dropCapability } from './xattrs.ts'
import type { FileDescription, FileSystemKind, Inode, Mount, Timestamp } from './types.ts'

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

export function statOf(_k: Kernel, inode: Inode): FileStat {
  const { fs, ino, mode, nlink, uid, gid, rdev, atime, mtime, ctime } = inode
  return {
    dev: fs.dev,
    ino,
    mode: typeOfKind(inode.kind) | mode,
    nlink,
    uid,
    gid,
    rdev,
    size: inode.size,
    blksize: fs.kind === 'proc' ? 1024 : BLOCK,
    blocks: sectors(inode),
    atime,
    mtime,
    ctime,
  }
}

/** The mount that a description belongs to; what has no name is in a file system of its own that is nowhere mounted. */
export function mountOf(k: Kernel, file: FileDescription): Mount {
  if (file.path) return file.path.mount
  return { id: 0, parent: null, mountpoint: null, root: k.state.vfs.root.root, fs: file.inode.fs, readOnly: false }
}

const MAGIC: Readonly<Record<FileSystemKind, number>> = {
  tmpfs: TMPFS_MAGIC,
  devtmpfs: TMPFS_MAGIC,
  devpts: FS_MAGIC.DEVPTS_SUPER_MAGIC,
  proc: PROC_SUPER_MAGIC,
  sysfs: FS_MAGIC.SYSFS_MAGIC,
  host: FS_MAGIC.OVERLAYFS_SUPER_MAGIC,
  pipefs: PIPEFS_MAGIC,
  anon: ANON_INODE_FS_MAGIC,
}

const ST_RDONLY = 1
const ST_VALID = 0x20
const ST_RELATIME = 0x1000

/** statfs(2): a file system in memory may use what memory there is, but for what is left to programs. */
export function statFsOf(
  k: Kernel,
  mount: Mount,
): Record<'type' | 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree' | 'fsid' | 'namelen' | 'frsize' | 'flags', number> {
  const { kind, dev } = mount.fs
  const inMemory = kind === 'tmpfs' || kind === 'devtmpfs' || kind === 'host'
  const blocks = inMemory ? k.state.frames.total : 0
  const free = inMemory ? roomForFiles(k.state.frames) : 0
  return {
    type: MAGIC[kind],
    bsize: BLOCK,
    blocks,
    bfree: free,
    bavail: free,
    files: blocks,
    ffree: free,
    fsid: dev,
    namelen: NAME_MAX,
    frsize: BLOCK,
    flags: ST_VALID | ST_RELATIME | (mount.readOnly || mount.fs.readOnly ? ST_RDONLY : 0),
  }
}

/** chmod(2): the owner's; a set-group-id bit for a group that one is not in goes away. */
export function changeMode(k: Kernel, task: Task, inode: Inode, mode: number): void {
  checkMutable(inode)
  checkOwner(task, inode)
  if (inode.fs.kind === 'proc' || inode.fs.kind === 'sysfs') throw EPERM
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
  if (inode.fs.kind === 'proc' || inode.fs.kind === 'sysfs') throw EPERM
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
  if (inode.fs.kind === 'proc' || inode.fs.kind === 'sysfs') throw EPERM
  checkMutable(inode, now)
  if (now) {
    if (task.credentials.fsuid !== inode.uid) checkAccess(k, task, inode, MAY_WRITE)
  } else checkOwner(task, inode)
  if (atime) inode.atime = atime
  if (mtime) inode.mtime = mtime
  touchChanged(k, inode)
}
