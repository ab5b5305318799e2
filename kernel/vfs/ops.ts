// What an open file and a file system can do, by their kinds. The rows lie in the rooms above, are put together at the top
// (kernel/kinds.ts) and handed in.
import { EBADF } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { FileDescription, FileOps, FileSystem, FileSystemOps } from './types.ts'

export const opsOf = (k: Kernel, file: FileDescription): FileOps => k.kinds.files[file.kind]
export const fileSystemOps = (k: Kernel, fs: FileSystem): FileSystemOps => k.kinds.fileSystems[fs.kind]

/** O_PATH: only a place. The calls refuse it with EBADF before they get here. */
export const pathOps: FileOps = { positioned: EBADF }
