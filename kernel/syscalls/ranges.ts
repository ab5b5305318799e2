// Advice and wishes about ranges of files: nothing is behind memory that they could hurry, but what makes no sense is refused.
import { EBADF, EINVAL, ESPIPE, FADVISE, SYNC_FILE_RANGE, I64_MAX, sum64, type Int64 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { getIoFile, isReadable, opsOf } from '../vfs/index.ts'
import { fd, flags, long, offset, oneOf, size } from './args.ts'
import { syscall, type Syscall } from './define.ts'

const KNOWN_SYNC = Object.values(SYNC_FILE_RANGE).reduce<number>((all, bit) => all | bit, 0)

function fadvise(task: Task, number: number, length: number, advice: number): number {
  const file = getIoFile(task, number)
  if (file.inode.kind === 'fifo') throw ESPIPE
  if (length < 0 || !Object.values<number>(FADVISE).includes(advice)) throw EINVAL
  return 0
}

function syncRange(task: Task, number: number, offset: Int64, length: Int64, how: number): number {
  const { kind } = getIoFile(task, number).inode
  if (how & ~KNOWN_SYNC || offset < 0 || length < 0 || sum64(offset, length) > I64_MAX) throw EINVAL
  if (kind !== 'regular' && kind !== 'directory' && kind !== 'blockdev' && kind !== 'symlink') throw ESPIPE
  return 0
}

function readahead(k: Kernel, task: Task, number: number, count: number): number {
  const file = getIoFile(task, number)
  if (!isReadable(file)) throw EBADF
  if (!opsOf(k, file).pagewise || count >= 2 ** 63) throw EINVAL
  return 0
}

export const rangeCalls: Syscall[] = [
  syscall(84, 'sync_file_range', { fd, offset, length: offset, flags: flags(SYNC_FILE_RANGE) }, (_k, task, a) =>
    syncRange(task, a.fd, a.offset, a.length, a.flags),
  ),
  syscall(213, 'readahead', { fd, offset: long, count: size }, (k, task, a) => readahead(k, task, a.fd, a.count), {
    note: 'Nothing is read ahead.',
  }),
  syscall(223, 'fadvise64', { fd, offset: long, length: long, advice: oneOf(FADVISE) }, (_k, task, a) =>
    fadvise(task, a.fd, a.length, a.advice),
  ),
]
