// What memory asks of files, answered: handed to the kernel when it is made.
import { fillPages, hostWrite } from './fs/index.ts'
import { attached, detached } from './ipc/index.ts'
import type { MappedFileOps } from './mm/types.ts'
import { pathOf, releaseInode, retainInode, touchModified } from './vfs/index.ts'

export const mappedFiles: MappedFileOps = {
  retain(k, inode) {
    retainInode(inode)
    if (inode.segment !== null) attached(k, inode.segment)
  },
  release(k, inode) {
    const { segment } = inode
    releaseInode(k, inode)
    if (segment !== null) detached(k, segment)
  },
  modified: touchModified,
  fill: fillPages,
  write: hostWrite,
  name: pathOf,
}
