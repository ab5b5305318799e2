// Mounts: which tree appears where. The root mount has no parent.
import { EBUSY, ENOTDIR } from '../abi/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import type { Kernel } from '../kernel.ts'
import { newFileSystem, newInode } from './inode.ts'
import { newDentry } from './dentry.ts'
import type { Dentry, FileSystem, Mount, Path, Timestamp, Vfs } from './types.ts'

const DIRECTORY_MODE = 0o755

/** An empty in-memory root, and the nameless file systems behind pipes and memfd. */
export function newVfs(now: Timestamp): Vfs {
  const ids = { xattrBytes: 0, nextDev: 1 }
  const rootFs = newFileSystem(ids, 'tmpfs', 'rootfs')
  const anon = newFileSystem(ids, 'anon', 'none')
  const pipefs = newFileSystem(ids, 'pipefs', 'none')
  const root: Mount = { id: 1, parent: null, mountpoint: null, root: newRoot(rootFs, DIRECTORY_MODE, now), fs: rootFs, readOnly: false }
  return {
    root,
    mounts: [root],
    nextMountId: 2,
    mountChanges: { count: 0, queue: newQueue() },
    nextDev: ids.nextDev,
    xattrBytes: 0,
    epollWatches: new Map(),
    pipePages: new Map(),
    anon,
    pipefs,
  }
}

/** The top directory of a file system; it is its own parent's. */
export function newRoot(fs: FileSystem, mode: number, now: Timestamp): Dentry {
  return newDentry('', null, newInode(fs, 'directory', mode, 0, 0, now))
}

/** Shows the tree `root` at a directory. EBUSY when something is mounted on that very mount root. */
export function mountAt(k: Kernel, at: Path, root: Dentry, readOnly: boolean): Mount {
  const vfs = k.state.vfs
  if (at.dentry.inode.kind !== 'directory') throw ENOTDIR
  if (vfs.mounts.some(m => m.mountpoint === at.dentry && m.parent === at.mount)) throw EBUSY
  const mount: Mount = { id: vfs.nextMountId++, parent: at.mount, mountpoint: at.dentry, root, fs: root.inode.fs, readOnly }
  vfs.mounts.push(mount)
  at.dentry.mounted++
  vfs.mountChanges.count++
  wakeAll(k, vfs.mountChanges.queue)
  return mount
}
