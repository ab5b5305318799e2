// A file's kind and the type bits of st_mode and d_type say the same: one table.
import {
  DT_BLK,
  DT_CHR,
  DT_DIR,
  DT_FIFO,
  DT_LNK,
  DT_REG,
  DT_SOCK,
  DT_UNKNOWN,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../abi/index.ts'
import type { FileKind } from './types.ts'

const kinds: Readonly<Record<FileKind, { type: number; dirent: number }>> = {
  regular: { type: S_IFREG, dirent: DT_REG },
  directory: { type: S_IFDIR, dirent: DT_DIR },
  symlink: { type: S_IFLNK, dirent: DT_LNK },
  fifo: { type: S_IFIFO, dirent: DT_FIFO },
  chardev: { type: S_IFCHR, dirent: DT_CHR },
  blockdev: { type: S_IFBLK, dirent: DT_BLK },
  socket: { type: S_IFSOCK, dirent: DT_SOCK },
  anon: { type: 0, dirent: DT_UNKNOWN },
}

/** S_IF* of a kind. */
export const typeOfKind = (kind: FileKind): number => kinds[kind].type
/** DT_* of a kind. */
export const direntType = (kind: FileKind): number => kinds[kind].dirent
/** The kind that st_mode's type bits name. */
export const kindOfMode = (mode: number): FileKind | undefined =>
  (Object.keys(kinds) as FileKind[]).find(kind => kind !== 'anon' && kinds[kind].type === (mode & S_IFMT))
