// Open directories. A listing is taken when it is begun, so that names removed meanwhile do not shift those still to come.
import { EINVAL, EISDIR } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { childNames, findChild } from './dentry.ts'
import { fileSystemOps } from './ops.ts'
import { touchAccessed } from './time.ts'
import type { DirectoryEntry, FileDescription, FileOps } from './types.ts'

export const directoryFileOps: FileOps = {
  holds: ({ data }) => ({ element: data?.kind === 'directory' ? data.names.length : 0 }),
  syncs: true,
  entryAt: directoryEntryAt,
  // The next getdents64 sees the directory as it is then (rewinddir).
  sought(file) {
    file.data = null
  },
  read() {
    throw EISDIR
  },
  // Only the directories of the kernel's own file systems have an end, which is their beginning.
  seekEnd(k, { inode: { fs } }) {
    if (!fileSystemOps(k, fs).generated) throw EINVAL
    return 0
  },
}

/** '.' and '..' come first. */
const DOTS = 2

function directoryEntryAt(k: Kernel, task: Task, file: FileDescription, position: number): DirectoryEntry | null | undefined {
  const dir = file.path?.dentry
  if (!dir) throw new Error('listing a directory that has no place')
  if (position === 0) return { name: '.', ino: dir.inode.ino, kind: 'directory' }
  if (position === 1) return { name: '..', ino: parentIno(file), kind: 'directory' }
  const name = beginListing(k, task, file)[position - DOTS]
  if (name === undefined) return null
  const child = dir.deleted ? null : findChild(k, task, dir, name)
  return child ? { name, ino: child.inode.ino, kind: child.inode.kind } : undefined
}

function parentIno(file: FileDescription): number {
  const { mount, dentry } = file.path!
  if (dentry === mount.root) return (mount.mountpoint?.parent ?? dentry).inode.ino
  return (dentry.parent ?? dentry).inode.ino
}

function beginListing(k: Kernel, task: Task, file: FileDescription): string[] {
  if (file.data?.kind === 'directory') return file.data.names
  const names = childNames(k, task, file.path!.dentry)
  file.data = { kind: 'directory', names }
  touchAccessed(k, file.inode)
  return names
}
