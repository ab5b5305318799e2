// A host directory seen through: names and bytes come from the host when first needed, changes stay in guest memory. A share
// given as read-write also tells the host, except of modes, owners, times, and stores through a shared mapping. All questions go
// through the journal; answers are kept in the dentries.
import { EIO, ENOENT, errnoByName } from '../abi/index.ts'
import type { HostStat } from '../host.ts'
import { door } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { addChild, newFileSystem, newInode, newRoot, timestampNow, timestampOfNs } from '../vfs/index.ts'
import type { Dentry, DirectoryOps, FileSystem, Inode } from '../vfs/types.ts'

/** Files of the host belong to the guest's superuser. */
const HOST_UID = 0

/** Throws the errno that the host named. */
function failWith(name: string): never {
  throw errnoByName(name) ?? EIO
}

const checked = <T>(answer: T | string): T => (typeof answer === 'string' ? failWith(answer) : answer)

function inodeOf(k: Kernel, fs: FileSystem, path: string, stat: HostStat): Inode {
  const inode = newInode(fs, stat.kind, stat.mode, HOST_UID, HOST_UID, timestampNow(k))
  inode.hostPath = path
  inode.mtime = inode.ctime = inode.atime = inode.btime = timestampOfNs(stat.mtime)
  inode.size = stat.size
  if (stat.kind === 'regular') {
    inode.backing = Object.freeze({ kind: 'host', path, size: stat.size })
  }
  if (stat.kind === 'symlink') {
    inode.target = checked(door(k, 'host.readlink', () => k.host.files.readlink(path))).target
    inode.size = inode.target.length
  }
  return inode
}

/** The root of a host directory. ENOENT, ENOTDIR as the host says. */
export function hostTree(k: Kernel, path: string, writeThrough: boolean): Dentry {
  const stat = checked(door(k, 'host.lstat', () => k.host.files.lstat(path)))
  const fs = newFileSystem(k.state.vfs, 'host', path)
  fs.hostRoot = path
  fs.writeThrough = writeThrough
  const root = newRoot(fs, stat.mode, timestampOfNs(stat.mtime))
  root.inode.hostPath = path
  return root
}

const join = (dir: string, name: string): string => (dir.endsWith('/') ? dir + name : `${dir}/${name}`)

const hostPathIn = (dir: Dentry, name: string): string | null => (dir.inode.hostPath === null ? null : join(dir.inode.hostPath, name))

export const hostDirectory: DirectoryOps = {
  lookup(k, _task, dir, name) {
    const path = hostPathIn(dir, name)
    if (dir.listed || path === null || !dir.children) return null
    const stat = door(k, 'host.lstat', () => k.host.files.lstat(path))
    if (stat === ENOENT.name) {
      dir.children.set(name, null)
      return null
    }
    const dentry = addChild(dir, name, inodeOf(k, dir.inode.fs, path, checked(stat)))
    if (dentry.inode.kind === 'directory') dir.inode.nlink++
    return dentry
  },
  list(k, task, dir) {
    const path = dir.inode.hostPath
    if (dir.listed || path === null || !dir.children) return null
    for (const name of checked(door(k, 'host.readdir', () => k.host.files.readdir(path)))) {
      if (!dir.children.has(name)) hostDirectory.lookup?.(k, task, dir, name)
    }
    dir.listed = true
    return null
  },
  creating(k, dir, name, inode) {
    const path = hostPathIn(dir, name)
    if (!inode.fs.writeThrough || path === null) return
    const { kind } = inode
    // Pipes, sockets and devices only mean something inside the machine.
    if (kind !== 'regular' && kind !== 'directory' && kind !== 'symlink') return
    checked(door(k, 'host.create', () => k.host.files.create(path, kind, inode.mode, inode.target)))
    inode.hostPath = path
  },
  removing(k, dentry) {
    const path = dentry.inode.hostPath
    if (!dentry.inode.fs.writeThrough || path === null) return
    const kind = dentry.inode.kind === 'directory' ? 'directory' : 'regular'
    checked(door(k, 'host.remove', () => k.host.files.remove(path, kind)))
  },
  renaming(k, dentry, to, name) {
    const from = dentry.inode.hostPath
    const path = hostPathIn(to, name)
    if (!dentry.inode.fs.writeThrough || from === null || path === null) return
    checked(door(k, 'host.rename', () => k.host.files.rename(from, path)))
    moveHostPaths(dentry, from, path)
  },
}

/** The host's tree moved below us: what is known of it has new paths. */
function moveHostPaths(dentry: Dentry, from: string, to: string): void {
  const moved = [dentry]
  for (let next = moved.pop(); next; next = moved.pop()) {
    moveInode(next.inode, from, to)
    for (const child of next.children?.values() ?? []) if (child) moved.push(child)
  }
}

function moveInode(inode: Inode, from: string, to: string): void {
  if (inode.hostPath !== null) inode.hostPath = to + inode.hostPath.slice(from.length)
  if (inode.backing?.kind === 'host' && inode.hostPath !== null) inode.backing = Object.freeze({ ...inode.backing, path: inode.hostPath })
}

/** Bytes of a host file; EIO when the host cannot give them (any more). */
export function readHostFile(k: Kernel, path: string, offset: number, length: number): Uint8Array {
  const bytes = door(k, 'host.read', () => k.host.files.read(path, offset, length))
  if (typeof bytes === 'string') throw EIO
  return bytes
}

/** Passes a write on to a share given as read-write. */
export function hostWrite(k: Kernel, inode: Inode, offset: number, bytes: Uint8Array): void {
  const path = inode.hostPath
  if (path === null || inode.nlink === 0) return
  const count = checked(door(k, 'host.write', () => k.host.files.write(path, offset, bytes)))
  if (count !== bytes.length) throw EIO
}

export function hostTruncate(k: Kernel, inode: Inode, size: number): void {
  const path = inode.hostPath
  if (path === null || inode.nlink === 0) return
  checked(door(k, 'host.truncate', () => k.host.files.truncate(path, size)))
}
