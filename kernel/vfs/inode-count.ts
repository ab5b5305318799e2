// How many files a file system in memory may hold: half as many as RAM has pages, and what it had at boot. A further name of a file counts
// as a file too, for it takes as much (mm/shmem.c).
import { ENOSPC } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { fileSystemOps } from './ops.ts'
import type { Dentry, FileSystem, Inode } from './types.ts'

const PAGES_PER_INODE = 2

/** One more is about to be there. ENOSPC. */
export function takeInode(fs: FileSystem): void {
  if (fs.maxInodes > 0 && fs.inodes >= fs.maxInodes) throw ENOSPC
  fs.inodes++
}

/** A new inode counts until it is given back. */
export function countInode(inode: Inode): void {
  takeInode(inode.fs)
  inode.counted = true
}

export function uncountInode(inode: Inode): void {
  if (!inode.counted) return
  inode.counted = false
  inode.fs.inodes--
}

/** Files and further names below a directory; they count from now on. */
function countBelow(root: Dentry): number {
  let names = 0
  const left = [root]
  for (let dentry = left.pop(); dentry; dentry = left.pop()) {
    dentry.inode.counted = true
    names++
    for (const child of dentry.children?.values() ?? []) if (child) left.push(child)
  }
  return names
}

/** The machine is made: from here on there is a limit. */
export function limitInodes(k: Kernel): void {
  for (const { fs, root } of k.state.ns.mnt.mounts) {
    if (!fileSystemOps(k, fs).inMemory) continue
    fs.inodes = countBelow(root)
    fs.maxInodes = fs.inodes + Math.floor(k.state.frames.total / PAGES_PER_INODE)
  }
}
