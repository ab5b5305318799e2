// The trees of a running machine: its root, /dev, /proc, /dev/shm, /tmp and shared host directories.
import type { Kernel } from '../kernel.ts'
import { addChild, findChild, mountAt, newFileSystem, newInode, newRoot, timestampNow } from '../vfs/index.ts'
import type { Dentry, FileKind, Mount, Path } from '../vfs/types.ts'
import { deviceNumber, devices } from './devices.ts'
import { hostTree } from './host.ts'
import { makeDirectories } from './image.ts'

const PLAIN = 0o755
/** World-writable, sticky. */
const SHARED = 0o1777
const LINK_MODE = 0o777

const rootPath = (k: Kernel): Path => ({ mount: k.state.ns.mnt.root, dentry: k.state.ns.mnt.root.root })

/** Makes the host directory the root of the machine: reads go through, writes stay in memory. Before anything is mounted or opened. */
export function useHostRoot(k: Kernel, hostPath: string): void {
  const { mounts, root: mount } = k.state.ns.mnt
  if (mounts.length > 1) throw new Error(`making host directory '${hostPath}' the root after something was mounted`)
  const root = hostTree(k, hostPath, false)
  mount.root = root
  mount.fs = root.inode.fs
}

function node(k: Kernel, dir: Dentry, name: string, kind: FileKind, mode: number, values: { target?: string; rdev?: number } = {}): Dentry {
  const inode = newInode(dir.inode.fs, kind, mode, 0, 0, timestampNow(k))
  if (values.target !== undefined) {
    inode.target = values.target
    inode.size = values.target.length
  }
  inode.rdev = values.rdev ?? 0
  if (kind === 'directory') dir.inode.nlink++
  return addChild(dir, name, inode)
}

/** Links of /dev into /proc, as every Linux has them. */
const DEV_LINKS = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
] as const

function newDev(k: Kernel): Dentry {
  const root = newRoot(newFileSystem(k.state.vfs, 'devtmpfs', 'devtmpfs'), PLAIN, timestampNow(k))
  for (const { name, major, minor, mode } of devices) node(k, root, name, 'chardev', mode, { rdev: deviceNumber(major, minor) })
  for (const [name, target] of DEV_LINKS) node(k, root, name, 'symlink', LINK_MODE, { target })
  node(k, root, 'shm', 'directory', SHARED)
  node(k, root, 'pts', 'directory', PLAIN)
  return root
}

/** The mount that shows at a path now, making directories on the way. */
function mountOn(k: Kernel, path: string, root: Dentry, readOnly = false): Mount {
  let { mount, dentry } = rootPath(k)
  for (const name of path.split('/').filter(n => n !== '')) {
    dentry = makeDirectories(k, dentry, [name])
    const above = k.state.ns.mnt.mounts.find(m => m.mountpoint === dentry && m.parent === mount)
    if (above && dentry.mounted > 0) {
      mount = above
      dentry = above.root
    }
  }
  return mountAt(k, { mount, dentry }, root, readOnly)
}

/** Makes the roots of /proc and /sys, which tell of rooms that no file system knows. */
export interface SystemTrees {
  proc: (k: Kernel) => Dentry
  sys: (k: Kernel) => Dentry
}

/** Mounts /proc, /dev, /dev/shm, /dev/pts and /sys, and sees to /tmp. After the image or host root is in place. */
export function mountSystem(k: Kernel, trees: SystemTrees): void {
  mountOn(k, '/proc', trees.proc(k))
  mountOn(k, '/dev', newDev(k))
  mountOn(k, '/dev/shm', newRoot(newFileSystem(k.state.vfs, 'tmpfs', 'tmpfs'), SHARED, timestampNow(k)))
  const pts = newRoot(newFileSystem(k.state.vfs, 'devpts', 'devpts'), PLAIN, timestampNow(k))
  node(k, pts, 'ptmx', 'chardev', 0, { rdev: deviceNumber(5, 2) })
  mountOn(k, '/dev/pts', pts)
  mountOn(k, '/sys', trees.sys(k))
  mountOn(k, '/dev/mqueue', newRoot(newFileSystem(k.state.vfs, 'mqueue', 'mqueue'), SHARED, timestampNow(k)))
  const root = k.state.ns.mnt.root.root
  if (!findChild(k, null, root, 'tmp')) makeDirectories(k, root, ['tmp']).inode.mode = SHARED
}

/** --share HOST:GUEST[:rw]: the host directory appears at the guest path; writes stay in memory unless `writeThrough`. */
export function mountHost(k: Kernel, hostPath: string, guestPath: string, writeThrough: boolean): Mount {
  return mountOn(k, guestPath, hostTree(k, hostPath, writeThrough))
}
