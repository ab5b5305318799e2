// What memory asks of files, answered: handed to the kernel when it is made.
import { fillPages, hostWrite } from './fs/index.ts'
import type { MappedFileOps } from './mm/types.ts'
import { pathOf, releaseInode, retainInode, touchModified } from './vfs/index.ts'

export const mappedFiles: MappedFileOps = {
  retain: retainInode,
  release: releaseInode,
  modified: touchModified,
  fill: fillPages,
  write: hostWrite,
  name: pathOf,
}
