// A host directory seen through: names and bytes come from the host when first needed, changes stay in guest memory. A share
// given as read-write also tells the host, except of modes, owners, times, and stores through a shared mapping. All questions go
// through the journal; answers are kept in the dentries. The host is asked by inode (HostNode), never by a path that a guest can bend.
import { EIO, ENOENT, ESTALE, errnoByName, FS_MAGIC } from '../abi/index.ts'
import type { HostNode, HostStat } from '../host.ts'
import { door } from '../journal.ts'
import type { Kernel } from '../kernel.ts'
import { dropCache } from '../mm/index.ts'
import { addChild, newFileSystem, newInode, newRoot, timestampNow, timestampOfNs } from '../vfs/index.ts'
import type { Dentry, FileSystem, FileSystemOps, FileSystemSpace, Inode, Mount } from '../vfs/types.ts'
import { spaceInMemory } from './memory.ts'

/** Files of the host belong to the guest's superuser. */
const HOST_UID = 0
/** What reaches the host of a mode: no set-id bits, no sticky bit. */
const HOST_MODE = 0o777

/** Throws the errno that the host named. */
function failWith(name: string): never {
  throw errnoByName(name) ?? EIO
}

const checked = <T>(answer: T | string): T => (typeof answer === 'string' ? failWith(answer) : answer)

const nodeBelow = (dir: HostNode, name: string, id: string): HostNode =>
  Object.freeze({ root: dir.root, path: dir.path === '' ? name : `${dir.path}/${name}`, id })

function inodeOf(k: Kernel, fs: FileSystem, dir: HostNode, name: string, stat: HostStat): Inode {
  const inode = newInode(fs, stat.kind, stat.mode, HOST_UID, HOST_UID, timestampNow(k))
  inode.host = nodeBelow(dir, name, stat.id)
  inode.mtime = inode.ctime = inode.atime = inode.btime = timestampOfNs(stat.mtime)
  inode.size = stat.size
  if (stat.kind === 'regular') {
    inode.backing = Object.freeze({ kind: 'host', size: stat.size })
  }
  if (stat.kind === 'symlink') {
    inode.target = checked(door(k, 'host.readlink', () => k.host.files.readlink(dir, name))).target
    inode.size = inode.target.length
  }
  return inode
}

/** The root of a host directory. ENOENT, ENOTDIR as the host says. */
export function hostTree(k: Kernel, path: string, writeThrough: boolean): Dentry {
  const stat = checked(door(k, 'host.root', () => k.host.files.root(path)))
  const fs = newFileSystem(k.state.vfs, 'host', path)
  fs.hostRoot = path
  fs.writeThrough = writeThrough
  const root = newRoot(fs, stat.mode, timestampOfNs(stat.mtime))
  root.inode.host = Object.freeze({ root: path, path: '', id: stat.id })
  return root
}

/** A directory that is written to answers for the host's file system; one under a layer of changes in memory is like those in memory. */
function space(k: Kernel, { fs, root }: Mount): FileSystemSpace {
  if (!fs.writeThrough) return spaceInMemory(k, fs, FS_MAGIC.OVERLAYFS_SUPER_MAGIC)
  const node = root.inode.host
  if (node === null) throw EIO
  return { type: FS_MAGIC.HOSTFS_SUPER_MAGIC, ...checked(door(k, 'host.space', () => k.host.files.space(node))) }
}

export const hostFs: FileSystemOps = {
  // One whose changes stay in memory is what Linux calls an overlay.
  type: ({ writeThrough }) => (writeThrough ? 'hostfs' : 'overlay'),
  outside: true,
  space,
  xattrs: true,
  closed: closeHostFile,
  evict: dropCache,
  lookup(k, _task, dir, name) {
    const { host } = dir.inode
    if (host === null || !dir.children || dir.listed?.delete(name) === false) return null
    const stat = door(k, 'host.lookup', () => k.host.files.lookup(host, name))
    if (stat === ENOENT.name) {
      dir.children.set(name, null)
      return null
    }
    const dentry = addChild(dir, name, inodeOf(k, dir.inode.fs, host, name, checked(stat)))
    if (dentry.inode.kind === 'directory') dir.inode.nlink++
    return dentry
  },
  // There may be a million names: what is behind each is asked only when it is wanted.
  list(k, _task, dir) {
    const { host } = dir.inode
    const { children } = dir
    if (dir.listed || host === null || !children) return null
    const names = checked(door(k, 'host.readdir', () => k.host.files.readdir(host)))
    dir.listed = new Set(names.filter(name => !children.has(name)))
    return null
  },
  creating(k, dir, name, inode) {
    const { host } = dir.inode
    if (!inode.fs.writeThrough || host === null) return
    const { kind } = inode
    // Pipes, sockets and devices only mean something inside the machine.
    if (kind !== 'regular' && kind !== 'directory' && kind !== 'symlink') return
    const { mode, target } = inode
    const { id } = checked(door(k, 'host.create', () => k.host.files.create(host, name, kind, mode & HOST_MODE, target)))
    inode.host = nodeBelow(host, name, id)
  },
  removing(k, dentry) {
    if (dentry.inode.fs.writeThrough) removeOnHost(k, dentry)
  },
  renaming(k, dentry, to, name) {
    const { host, fs } = dentry.inode
    const toDir = to.inode.host
    const fromDir = dentry.parent?.inode.host ?? null
    if (!fs.writeThrough || toDir === null || fromDir === null) return
    if (host === null) {
      // What is only in memory takes the place of what is on the host.
      const replaced = to.children?.get(name)
      if (replaced) removeOnHost(k, replaced)
      return
    }
    checked(door(k, 'host.rename', () => k.host.files.rename(fromDir, dentry.name, host, toDir, name)))
    moveNodes(dentry, host.path, nodeBelow(toDir, name, host.id).path)
  },
}

function removeOnHost(k: Kernel, { parent, name, inode }: Dentry): void {
  const { host } = inode
  const dir = parent?.inode.host ?? null
  if (host === null || dir === null) return
  const kind = inode.kind === 'directory' ? 'directory' : 'regular'
  checked(door(k, 'host.remove', () => k.host.files.remove(dir, name, host, kind)))
}

/** The host's tree moved below us: what is known of it has new paths. */
function moveNodes(dentry: Dentry, from: string, to: string): void {
  const moved = [dentry]
  for (let next = moved.pop(); next; next = moved.pop()) {
    const { inode } = next
    if (inode.host !== null) inode.host = Object.freeze({ ...inode.host, path: to + inode.host.path.slice(from.length) })
    for (const child of next.children?.values() ?? []) if (child) moved.push(child)
  }
}

/** A description of a host's file was made: the host keeps the file for us, and says now what it would refuse later. */
export function openHostFile(k: Kernel, inode: Inode, writes: boolean): void {
  const { host, fs } = inode
  if (host === null) return
  const first = inode.refs === 1
  const writable = writes && fs.writeThrough
  if (!first && !(writable && inode.writers === 1)) return
  checked(door(k, 'host.open', () => k.host.files.open(host, writable, first)))
}

/** Nothing in the guest holds it any more. */
function closeHostFile(k: Kernel, inode: Inode): void {
  const { host } = inode
  if (host !== null && inode.kind === 'regular') door(k, 'host.close', () => k.host.files.close(host))
}

/** Bytes of a host file; ESTALE when it is gone, EIO when the host cannot give them for another reason. */
export function readHostFile(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array {
  const { host } = inode
  if (host === null) throw EIO
  const bytes = door(k, 'host.read', () => k.host.files.read(host, offset, length))
  if (typeof bytes === 'string') throw bytes === ESTALE.name ? ESTALE : EIO
  // More than was asked for would be a host (or a recording) that lies.
  return bytes.length > length ? bytes.subarray(0, length) : bytes
}

/** Passes a write on to a share given as read-write. */
export function hostWrite(k: Kernel, inode: Inode, offset: number, bytes: Uint8Array): void {
  const { host, backing } = inode
  if (host === null) return
  const count = checked(door(k, 'host.write', () => k.host.files.write(host, offset, bytes)))
  if (count !== bytes.length) throw EIO
  // What was written there can be read again from there.
  const end = offset + bytes.length
  if (backing?.kind === 'host' && backing.size < end) inode.backing = Object.freeze({ kind: 'host', size: end })
}

export function hostTruncate(k: Kernel, inode: Inode, size: number): void {
  const { host } = inode
  if (host === null) return
  checked(door(k, 'host.truncate', () => k.host.files.truncate(host, size)))
}
