// Regular files. Their contents are their page-cache frames, so read, write and mmap always see the same bytes.
import {
  CAP_FSETID,
  EFBIG,
  EPERM,
  F_SEAL_GROW,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  EINVAL,
  O_APPEND,
  RLIMIT_FSIZE,
  S_ISGID,
  S_ISUID,
  SIGXFSZ,
  F_SEAL_FUTURE_WRITE,
} from '../abi/index.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { frameBytes, readCached, truncateCached, writeCached } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { dropCapability, isWritable, touchAccessed, touchModified, withoutSetIds } from '../vfs/index.ts'
import type { FileDescription, FileOps, Inode } from '../vfs/types.ts'
import { hostTruncate, hostWrite, openHostFile } from './host.ts'

/** Largest file: a page index must stay a small integer (Linux on tmpfs: 2^63 - 1; ours is 2^43). */
export const MAX_FILE_BYTES = 2 ** 43

const NOTHING = new Uint8Array(0)

/** Bytes of a regular file (fewer at its end), through the page cache. */
export function readInode(k: Kernel, inode: Inode, offset: number, length: number): Uint8Array {
  const count = Math.min(length, inode.size - offset)
  return count > 0 ? readCached(k, inode, offset, count) : NOTHING
}

/** SIGXFSZ and EFBIG when a write would start at or beyond RLIMIT_FSIZE; else how many of `count` bytes fit. */
export function fitLimit(k: Kernel, task: Task, offset: number, count: number): number {
  const limit = Math.min(task.group.rlimits.soft[RLIMIT_FSIZE]!, MAX_FILE_BYTES)
  if (offset + count <= limit) return count
  if (offset < limit) return limit - offset
  if (limit < MAX_FILE_BYTES) sendSignal(k, null, task, killInfo(SIGXFSZ, task))
  throw EFBIG
}

/** A write takes the program's capabilities away and, by somebody without CAP_FSETID, set-id bits (chmod(2)). */
export function dropPrivileges(k: Kernel, task: Task, inode: Inode): void {
  if (inode.xattrs) dropCapability(k, inode)
  if (!(inode.mode & (S_ISUID | S_ISGID)) || capable(task.credentials, CAP_FSETID)) return
  inode.mode = withoutSetIds(task.credentials, inode)
}

/** Writes into a regular file at an offset, growing it. */
export function writeInode(k: Kernel, task: Task, inode: Inode, offset: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return 0
  const count = fitLimit(k, task, offset, bytes.length)
  const part = count < bytes.length ? bytes.subarray(0, count) : bytes
  if (inode.seals > 0) {
    if (inode.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) throw EPERM
    if (inode.seals & F_SEAL_GROW && offset + count > inode.size) throw EPERM
  }
  if (inode.fs.writeThrough) hostWrite(k, inode, offset, part)
  writeCached(k, inode, offset, part)
  if (offset + count > inode.size) inode.size = offset + count
  dropPrivileges(k, task, inode)
  touchModified(k, inode)
  return count
}

/** truncate(2) and O_TRUNC: cuts or extends with zeros. */
export function truncateInode(k: Kernel, task: Task, inode: Inode, size: number): void {
  if (size > MAX_FILE_BYTES) throw EFBIG
  if (size > inode.size) fitLimit(k, task, inode.size, size - inode.size)
  if (size > inode.size && size > task.group.rlimits.soft[RLIMIT_FSIZE]!) fitLimit(k, task, size, 1)
  if (inode.seals > 0 && ((inode.seals & F_SEAL_GROW && size > inode.size) || (inode.seals & F_SEAL_SHRINK && size < inode.size)))
    throw EPERM
  if (inode.fs.writeThrough) hostTruncate(k, inode, size)
  truncateCached(k, inode, size)
  inode.size = size
  const backing = inode.backing
  // What was cut off must read as zeros when the file grows again.
  if (backing?.kind === 'bytes' && backing.bytes.length > size)
    inode.backing = Object.freeze({ kind: 'bytes', bytes: backing.bytes.subarray(0, size) })
  if (backing?.kind === 'host' && backing.size > size) inode.backing = Object.freeze({ ...backing, size })
  dropPrivileges(k, task, inode)
  touchModified(k, inode)
}

/** Punched out of a file that has bytes behind it: those must not come back, so zeroes lie in front of them. */
function isPunched(k: Kernel, inode: Inode, page: number): boolean {
  const frame = inode.pages.get(page)
  return frame !== undefined && k.state.frames.flags[frame] !== 0 && frameBytes(k, frame).every(byte => byte === 0)
}

/** Holes are pages that nobody ever wrote; what lies behind the cache counts as data as far as it reaches, but for what was punched out. */
function nextExtent(k: Kernel, inode: Inode, offset: number, data: boolean): number | null {
  const { pages, backing, size } = inode
  const backed = backing === null ? 0 : Math.ceil((backing.kind === 'bytes' ? backing.bytes.length : backing.size) / PAGE_SIZE)
  let index = Math.floor(offset / PAGE_SIZE)
  const isData = (page: number): boolean => (page < backed ? !isPunched(k, inode, page) : pages.has(page))
  if (isData(index) === data) return offset
  while (index < backed && isData(index) !== data) index++
  if (index >= backed && data) {
    let first = Infinity
    for (const page of pages.keys()) if (page >= index && page < first) first = page
    index = first
  }
  if (!data) while (isData(index)) index++
  const found = index * PAGE_SIZE
  if (data) return found < size ? found : null
  return Math.min(found, size)
}

export const regularOps: FileOps = {
  truncate: truncateInode,
  fills: true,
  takesViews: ({ inode }) => !inode.fs.writeThrough,
  pagewise: true,
  syncs: true,
  direct: true,
  open(k, _task, file) {
    if (file.inode.host !== null) openHostFile(k, file.inode, isWritable(file))
  },
  read(k, _task, file, max, offset) {
    return readInode(k, file.inode, offset ?? file.pos, max)
  },
  consume(_k: Kernel, file: FileDescription, count: number) {
    file.pos += count
  },
  accessed(k, file) {
    touchAccessed(k, file.inode)
  },
  write(k, task, file, bytes, offset) {
    const inode = file.inode
    const at = file.flags & O_APPEND ? inode.size : (offset ?? file.pos)
    if (at < 0) throw EINVAL
    const count = writeInode(k, task, inode, at, bytes)
    if (offset === null) file.pos = at + count
    return count
  },
  seekEnd: (_k, file) => file.inode.size,
  nextExtent: (k, file, offset, data) => nextExtent(k, file.inode, offset, data),
  spliceFrom: () => true,
  mapTarget(k, file) {
    touchAccessed(k, file.inode)
    return file.inode
  },
}
