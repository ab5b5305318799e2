// File systems in memory. They share the machine's: one has what it uses and what there is for files still. And the nameless ones behind
// pipes, memfd and shared memory, which are nowhere mounted.
import { ANON_INODE_FS_MAGIC, EPERM, PIPEFS_MAGIC, TMPFS_MAGIC } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { allInodes, dropCache, KMEM, roomForFiles } from '../mm/index.ts'
import { noSpace } from '../vfs/index.ts'
import type { FileSystem, FileSystemOps, FileSystemSpace, Inode } from '../vfs/types.ts'

const BLOCK = 4096
/** What a file takes besides its bytes. */
const FILE_BYTES = KMEM.inode + KMEM.dentry

/** Blocks of a file that nobody else holds: its pages in memory, or the bytes that its image has. What can be had from the host again is none. */
function blocksOf(k: Kernel, { kind, backing, pages, size }: Inode): number {
  if (kind !== 'regular') return 0
  if (backing?.kind === 'bytes') return Math.max(Math.ceil(size / BLOCK), pages.size)
  if (backing === null) return pages.size
  let changed = 0
  for (const frame of pages.values()) if (k.state.frames.flags[frame] !== 0) changed++
  return changed
}

/** What a file system takes of memory, and what there is still. */
export function spaceInMemory(k: Kernel, fs: FileSystem, type: number): FileSystemSpace {
  const room = roomForFiles(k.state.frames)
  const more = Math.floor((room * BLOCK) / FILE_BYTES)
  let used = 0
  let files = 0
  for (const inode of allInodes(k)) {
    if (inode.fs !== fs) continue
    files++
    used += blocksOf(k, inode)
  }
  const names =
    fs.maxInodes > 0 ? { files: fs.maxInodes, ffree: Math.max(0, fs.maxInodes - fs.inodes) } : { files: files + more, ffree: more }
  return { type, bsize: BLOCK, blocks: used + room, bfree: room, bavail: room, ...names }
}

/** There is nothing to add for directories: the dentries are all there is. */
export const memoryFs: FileSystemOps = {
  space: (k, { fs }) => spaceInMemory(k, fs, TMPFS_MAGIC),
  inMemory: true,
  seals: true,
  flags: true,
  xattrs: true,
  evict: dropCache,
}

export const pipeFs: FileSystemOps = {
  fixed: EPERM,
  space: noSpace(PIPEFS_MAGIC),
  opens: ({ stream, kind }) => (stream ? (kind === 'regular' ? 'hostFile' : 'hostPipe') : null),
}

export const anonFs: FileSystemOps = {
  type: () => 'anon_inodefs',
  fixed: EPERM,
  space: noSpace(ANON_INODE_FS_MAGIC),
  seals: true,
  flags: true,
  xattrs: true,
  evict: dropCache,
}
