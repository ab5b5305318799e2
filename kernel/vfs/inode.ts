// Inodes live as long as a name, an open description or a mapping holds them; then their pages go back to the free frames.
import { F_SEAL_SEAL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { uncountInode } from './inode-count.ts'
import type { FileKind, FileSystem, FileSystemKind, Inode, Timestamp, Vfs } from './types.ts'
import { fileSystemOps } from './ops.ts'
import { timestampNow } from './time.ts'
import { notifyGone } from './watch.ts'
import { dropAttributes } from './xattrs.ts'

/** Inode.seals of what is no regular file. */
const NO_SEALS = -1
/** Size of a directory in memory: this much for each name, '.' and '..' included (as tmpfs has it). */
const DIRENT_SIZE = 20

/** A directory gained (1) or lost (-1) a name. Those of the host keep the size the host gave. */
export function countName(dir: Inode, change: 1 | -1): void {
  if (dir.host === null) dir.size += change * DIRENT_SIZE
}

/** Fields that most inodes leave as they are. */
export function newInode(fs: FileSystem, kind: FileKind, mode: number, uid: number, gid: number, now: Timestamp): Inode {
  return {
    fs,
    ino: fs.nextIno++,
    kind,
    mode,
    uid,
    gid,
    nlink: kind === 'directory' ? 2 : 1,
    counted: false,
    size: kind === 'directory' ? 2 * DIRENT_SIZE : 0,
    atime: now,
    mtime: now,
    ctime: now,
    btime: now,
    pages: new Map(),
    backing: null,
    refs: 0,
    writers: 0,
    readers: 0,
    running: 0,
    host: null,
    target: '',
    rdev: 0,
    pipe: null,
    segment: null,
    mqueue: null,
    locks: null,
    proc: null,
    sys: null,
    stream: null,
    seals: kind === 'regular' ? F_SEAL_SEAL : NO_SEALS,
    leases: null,
    watches: null,
    xattrs: null,
    acl: null,
    defaultAcl: null,
    flags: 0,
    writeHint: 0,
  }
}

/** A superblock with a device number of its own. `ids` is the state's Vfs, or its counters while that is being built. */
export function newFileSystem(ids: Pick<Vfs, 'nextDev'>, kind: FileSystemKind, source: string): FileSystem {
  return { kind, dev: ids.nextDev++, nextIno: 1, inodes: 0, maxInodes: 0, readOnly: false, source, hostRoot: null, writeThrough: false }
}

/** One more holder of an inode. */
export function retainInode(inode: Inode): Inode {
  inode.refs++
  return inode
}

/** Mapped regions and open descriptions let go here. */
export function releaseInode(k: Kernel, inode: Inode): void {
  if (--inode.refs < 0) throw new Error(`releasing inode ${inode.ino} of ${inode.fs.kind} that nobody holds`)
  if (inode.refs === 0) fileSystemOps(k, inode.fs).closed?.(k, inode)
  freeIfUnused(k, inode)
}

/** Also called when a name went away. */
export function freeIfUnused(k: Kernel, inode: Inode): void {
  if (inode.refs > 0 || inode.nlink > 0) return
  if (inode.watches !== null) notifyGone(k, inode)
  if (inode.pages.size > 0 || inode.mqueue !== null) fileSystemOps(k, inode.fs).evict?.(k, inode)
  if (inode.xattrs) dropAttributes(k, inode)
  uncountInode(inode)
  inode.backing = null
  inode.pipe = null
}

/** A regular inode without a name, for shared anonymous memory and memfd. Its first holder retains it. */
export function anonymousInode(k: Kernel, size: number): Inode {
  const inode = newInode(k.state.vfs.anon, 'regular', 0o777, 0, 0, timestampNow(k))
  inode.nlink = 0
  inode.size = size
  return inode
}

/** The inode of a descriptor that is no file at all: eventfd, epoll and the like. Its first holder retains it. */
export function eventInode(k: Kernel, mode = 0o600): Inode {
  const inode = newInode(k.state.vfs.anon, 'anon', mode, 0, 0, timestampNow(k))
  inode.nlink = 0
  return inode
}
