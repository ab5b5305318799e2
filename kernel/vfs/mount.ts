// Mounts: which tree appears where. The root mount has no parent.
import { EBUSY, ENOTDIR } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Kernel } from '../kernel.ts'
import { newFileSystem, newInode } from './inode.ts'
import { newDentry } from './dentry.ts'
import type { Dentry, FileSystem, Mount, MountNamespace, Path, Timestamp, Vfs } from './types.ts'

const DIRECTORY_MODE = 0o755

/** The nameless file systems behind pipes and memfd, and a first place to mount things in: an empty root in memory. */
export function newVfs(now: Timestamp): { vfs: Vfs; mnt: MountNamespace } {
  const ids = { xattrBytes: 0, nextDev: 1 }
  const rootFs = newFileSystem(ids, 'tmpfs', 'rootfs')
  const anon = newFileSystem(ids, 'anon', 'none')
  const pipefs = newFileSystem(ids, 'pipefs', 'none')
  const root: Mount = { id: 1, parent: null, mountpoint: null, root: newRoot(rootFs, DIRECTORY_MODE, now), fs: rootFs, readOnly: false }
  const mnt = { root, mounts: [root], mountChanges: { count: 0, queue: newQueue() } }
  const counts = {
    nextDev: ids.nextDev,
    xattrBytes: 0,
    epollWatches: new Map(),
    pipePages: new Map(),
    inotifyInstances: new Map(),
    inotifyWatches: new Map(),
    moveCookie: 0,
  }
  return { vfs: { nextMountId: 2, ...counts, anon, pipefs }, mnt }
}

/** The top directory of a file system; it is its own parent's. */
export function newRoot(fs: FileSystem, mode: number, now: Timestamp): Dentry {
  return newDentry('', null, newInode(fs, 'directory', mode, 0, 0, now))
}

/** Shows the tree `root` at a directory. EBUSY when something is mounted on that very mount root. */
export function mountAt(k: Kernel, at: Path, root: Dentry, readOnly: boolean): Mount {
  const { vfs, ns } = k.state
  const { mounts, mountChanges } = ns.mnt
  if (at.dentry.inode.kind !== 'directory') throw ENOTDIR
  if (mounts.some(m => m.mountpoint === at.dentry && m.parent === at.mount)) throw EBUSY
  const mount: Mount = { id: vfs.nextMountId++, parent: at.mount, mountpoint: at.dentry, root, fs: root.inode.fs, readOnly }
  mounts.push(mount)
  at.dentry.mounted++
  mountChanges.count++
  wakeAll(k, mountChanges.queue)
  return mount
}
