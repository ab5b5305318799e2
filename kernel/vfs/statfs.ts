// statfs(2): what each mount has room for, as its file system answers.
import { NAME_MAX } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { fileSystemOps } from './ops.ts'
import type { FileSystemOps, FileSystemSpace, Mount } from './types.ts'

const BLOCK = 4096
const ST_RDONLY = 1
const ST_VALID = 0x20
const ST_RELATIME = 0x1000

export type FileSystemStat = Record<
  'type' | 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree' | 'fsid' | 'namelen' | 'frsize' | 'flags',
  number
>

/** Of a file system that stores nothing. */
export const noSpace =
  (type: number): FileSystemOps['space'] =>
  (): FileSystemSpace => ({ type, bsize: BLOCK, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 })

/** EIO, or what the host says. */
export function statFsOf(k: Kernel, mount: Mount): FileSystemStat {
  const { fs, readOnly } = mount
  const space = fileSystemOps(k, fs).space(k, mount)
  return {
    ...space,
    fsid: fs.dev,
    namelen: NAME_MAX,
    frsize: space.bsize,
    flags: ST_VALID | ST_RELATIME | (readOnly || fs.readOnly ? ST_RDONLY : 0),
  }
}
