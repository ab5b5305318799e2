// The door of /sys: names are made when they are looked up, an inode says by its path what it is (Inode.sys). What others may mount
// on (fs/cgroup) stays from the beginning.
import { EACCES, EIO, EOPNOTSUPP, EPERM, FS_MAGIC, hashOf } from '../abi/index.ts'
import { addChild, newDentry, newFileSystem, newInode, newRoot, noSpace, timestampNow, isReadable, isWritable } from '../vfs/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Dentry, DirectoryEntry, FileKind, FileOps, FileSystem, FileSystemOps, Inode } from '../vfs/types.ts'
import { bytesOf, textOf } from '../fs/index.ts'
import type { SysFile, SysNode } from './nodes.ts'
import { nodeAt } from './tree.ts'

const DIRECTORY_MODE = 0o755
const LINK_MODE = 0o777
/** Every attribute says that it is a page long. */
const ATTRIBUTE_BYTES = 4096
const KEPT = ['fs', 'fs/cgroup'] as const

const kindOf = (node: SysNode): FileKind => ('entries' in node ? 'directory' : 'target' in node ? 'symlink' : 'regular')

function modeOf(node: SysNode): number {
  if ('entries' in node) return DIRECTORY_MODE
  if ('target' in node) return LINK_MODE
  return node.write ? 0o644 : 0o444
}

const inoOf = (path: string): number => 1 + (hashOf(path) >>> 1)

function inodeFor(k: Kernel, fs: FileSystem, path: string, node: SysNode): Inode {
  const kind = kindOf(node)
  const inode = newInode(fs, kind, modeOf(node), 0, 0, timestampNow(k))
  inode.ino = inoOf(path)
  inode.sys = path
  inode.size = kind === 'regular' ? ATTRIBUTE_BYTES : 0
  if ('target' in node) inode.target = node.target
  return inode
}

function pathOf(inode: Inode): string {
  if (inode.sys === null) throw new Error(`inode ${inode.ino} of /sys without its path`)
  return inode.sys
}

const below = (dir: string, name: string): string => (dir === '' ? name : `${dir}/${name}`)

export function newSysRoot(k: Kernel): Dentry {
  const root = newRoot(newFileSystem(k.state.vfs, 'sysfs', 'sysfs'), DIRECTORY_MODE, timestampNow(k))
  Object.assign(root.inode, { sys: '', ino: inoOf('') })
  let dir = root
  for (const path of KEPT) {
    const node = nodeAt(k, path)
    if (node) dir = addChild(dir, path.slice(path.lastIndexOf('/') + 1), inodeFor(k, root.inode.fs, path, node))
  }
  return root
}

export const sysFs: FileSystemOps = {
  fixed: EPERM,
  generated: true,
  noTemporary: EOPNOTSUPP,
  space: noSpace(FS_MAGIC.SYSFS_MAGIC),
  opens: ({ kind }) => (kind === 'regular' ? 'sysfs' : null),
  lookup(k, _reader, dir, name) {
    const path = below(pathOf(dir.inode), name)
    const node = nodeAt(k, path)
    return node ? newDentry(name, dir, inodeFor(k, dir.inode.fs, path, node)) : null
  },
  list(k, _reader, dir): DirectoryEntry[] {
    const at = pathOf(dir.inode)
    const node = nodeAt(k, at)
    if (node === null || !('entries' in node)) return []
    return Object.entries(node.entries(k)).map(([name, entry]) => ({ name, ino: inoOf(below(at, name)), kind: kindOf(entry) }))
  },
}

function fileAt(k: Kernel, inode: Inode): SysFile {
  const node = nodeAt(k, pathOf(inode))
  if (node === null || !('text' in node)) throw EIO
  return node
}

export const sysFileOps: FileOps = {
  holds: ({ data }) => ({ bytes: data?.kind === 'sysfs' ? (data.text?.length ?? 0) : 0 }),
  spliceFrom: () => true,
  open(k, _task, file) {
    const node = fileAt(k, file.inode)
    if (isWritable(file) && !node.write) throw EACCES
    file.data = { kind: 'sysfs', text: null }
  },
  read(k, _task, file, max, offset) {
    if (file.data?.kind !== 'sysfs' || !isReadable(file)) throw EIO
    const at = offset ?? file.pos
    if (file.data.text === null || at === 0) file.data.text = fileAt(k, file.inode).text(k)
    return bytesOf(file.data.text.slice(at, at + max))
  },
  consume(_k, file, count) {
    file.pos += count
  },
  sought({ data, pos }) {
    if (data?.kind === 'sysfs' && pos === 0) data.text = null
  },
  write(k, _task, file, bytes, offset) {
    const node = fileAt(k, file.inode)
    if (!node.write) throw EIO
    node.write(k, textOf(bytes))
    if (offset === null) file.pos += bytes.length
    return bytes.length
  },
  seekEnd: () => ATTRIBUTE_BYTES,
}
