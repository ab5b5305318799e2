// Reading, writing, seeking, and copying between files.
import {
  EBADF,
  EINVAL,
  EISDIR,
  EOPNOTSUPP,
  EOVERFLOW,
  EXDEV,
  ESPIPE,
  MAX_RW_COUNT,
  O_APPEND,
  SEEK,
  RWF,
  RWF_ATOMIC,
  RWF_APPEND,
  RWF_NOAPPEND,
  RWF_NOWAIT,
  O_NONBLOCK,
  I64_MAX,
  least64,
  narrow,
  sum64,
  type Int64,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getBig, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { fitLimit } from '../fs/index.ts'
import { getFile, getIoFile, isReadable, isWritable, opsOf, type FileDescription } from '../vfs/index.ts'
import { bytesIn, bytesOut, fd, int, long, offset, oneOf, size, uint } from './args.ts'
import { offsetPointer, vectorIn, vectorOut } from './file-args.ts'
import { keeping, keptOr, type Blocked } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import { seek } from './seek.ts'
import { moveBetween, oneSegment, readFile, readOps, readVector, totalOf, writeFile, writeOps, type Segment } from './transfer.ts'

/** A direction: whether the file goes that way at all is asked before the program's pointers are looked at. */
interface Mover {
  ops: (k: Kernel, file: FileDescription) => unknown
  move: (k: Kernel, task: Task, file: FileDescription, segments: readonly Segment[], offset: number | null) => number | Blocked
}
const reads: Mover = { ops: readOps, move: readFile }
const writes: Mover = { ops: writeOps, move: writeFile }

/** A positioned transfer: EINVAL for a negative offset, ESPIPE where there are no positions. */
function positioned(
  move: Mover,
  k: Kernel,
  task: Task,
  number: number,
  segments: () => Segment[],
  offset: Int64,
  count?: number,
): number | Blocked {
  if (offset < 0) throw EINVAL
  const file = getFile(task, number)
  const refusal = opsOf(k, file).positioned
  if (refusal) throw refusal
  if (file.inode.kind === 'anon') throw ESPIPE
  move.ops(k, file)
  const kept = keptOr(task, segments)
  // The length as asked for, not as cut to what one call moves (rw_verify_area).
  if (sum64(offset, count ?? totalOf(kept)) > I64_MAX) throw EINVAL
  return keeping(move.move(k, task, file, kept, Number(offset)), kept)
}

/** At the file's own position. */
function sequential(move: Mover, k: Kernel, task: Task, number: number, segments: () => Segment[]): number | Blocked {
  const file = getFile(task, number)
  move.ops(k, file)
  const kept = keptOr(task, segments)
  return keeping(move.move(k, task, file, kept, null), kept)
}

/** preadv2, pwritev2: offset -1 is the file's position. */
const CURRENT_POSITION = -1
const RWF_KNOWN = Object.values(RWF).reduce<number>((all, bit) => all | bit, 0)

/** The status flags under which a call with these RWF_* runs; O_DSYNC and O_SYNC change nothing here. EOPNOTSUPP, EINVAL. */
function statusFor(k: Kernel, file: FileDescription, flags: number): number {
  if (flags & ~RWF_KNOWN || flags & RWF_ATOMIC) throw EOPNOTSUPP
  if (flags & RWF_APPEND && flags & RWF_NOAPPEND) throw EINVAL
  if (flags & RWF_NOWAIT && !opsOf(k, file).noWait) throw EOPNOTSUPP
  let status = file.flags
  if (flags & RWF_NOWAIT) status |= O_NONBLOCK
  if (flags & RWF_APPEND) status |= O_APPEND
  if (flags & RWF_NOAPPEND) status &= ~O_APPEND
  return status
}

function vector2(
  move: Mover,
  k: Kernel,
  task: Task,
  number: number,
  at: number,
  count: number,
  offset: Int64,
  flags: number,
): number | Blocked {
  const file = getFile(task, number)
  const own = file.flags
  // For this call alone: nothing else runs before it answers.
  if (flags !== 0 && count !== 0) file.flags = statusFor(k, file, flags)
  try {
    if (offset === CURRENT_POSITION) return sequential(move, k, task, number, () => readVector(k, task, at, count))
    return positioned(move, k, task, number, () => readVector(k, task, at, count), offset)
  } finally {
    file.flags = own
  }
}

const offsetIn = (k: Kernel, task: Task, at: number): Int64 => narrow(BigInt.asIntN(64, getBig(k, task, at)))
const unsigned64 = (value: Int64): bigint => BigInt.asUintN(64, BigInt(value))

function copyRange(
  k: Kernel,
  task: Task,
  source: FileDescription,
  sourceAt: number,
  sink: FileDescription,
  sinkAt: number,
  length: number,
): number | Blocked {
  for (const file of [source, sink]) {
    if (file.inode.kind === 'directory') throw EISDIR
    if (!opsOf(k, file).pagewise) throw EINVAL
  }
  if (!isReadable(source) || !isWritable(sink) || sink.flags & O_APPEND) throw EBADF
  if (source.inode.fs !== sink.inode.fs) throw EXDEV
  const range = keptOr(task, () => copiedRange(k, task, source, sourceAt, sink, sinkAt, length))
  const { from, to, count } = range
  const { done, blocked } = moveBetween(k, task, { file: source, offset: from }, { file: sink, offset: to }, count)
  if (from !== null) putU64(k, task, sourceAt, from + done)
  if (to !== null) putU64(k, task, sinkAt, to + done)
  return blocked ? keeping(blocked, range) : done
}

/** From where to where copy_file_range goes (null: a file's position), and how many bytes at most. EOVERFLOW, EINVAL and the file's limits. */
function copiedRange(
  k: Kernel,
  task: Task,
  source: FileDescription,
  sourceAt: number,
  sink: FileDescription,
  sinkAt: number,
  length: number,
): { from: number | null; to: number | null; count: number } {
  const givenFrom = sourceAt === 0 ? null : offsetIn(k, task, sourceAt)
  const givenTo = sinkAt === 0 ? null : offsetIn(k, task, sinkAt)
  const first = givenFrom ?? source.pos
  const second = givenTo ?? sink.pos
  // Unsigned sums that wrap, as Linux has them: of a negative offset those that reach zero.
  for (const start of [first, second]) if (unsigned64(start) + BigInt(length) >= 2n ** 64n) throw EOVERFLOW
  // generic_copy_file_checks and rw_verify_area
  const rest = sum64(source.inode.size, narrow(-BigInt(first)))
  let count = Number(first >= source.inode.size ? 0 : least64(length, rest))
  if (second >= 0) count = fitLimit(k, task, Number(second), count)
  if (source.inode === sink.inode && sum64(first, count) > second && sum64(second, count) > first) throw EINVAL
  if (first < 0 || second < 0) throw EINVAL
  return {
    from: givenFrom === null ? null : Number(first),
    to: givenTo === null ? null : Number(second),
    count: Math.min(count, MAX_RW_COUNT),
  }
}

export const ioCalls: Syscall[] = [
  syscall(
    62,
    'lseek',
    { fd, offset: long, whence: oneOf(SEEK) },
    (k, task, { fd, offset, whence }) => seek(k, getIoFile(task, fd), offset, whence),
    {
      record: (fd, offset, whence) => ({ fd, offset, whence }),
      note: 'Positions end at 2^53 - 1: EINVAL beyond, where Linux goes on to 2^63 - 1 in memory.',
    },
  ),
  syscall(
    63,
    'read',
    { fd, buf: bytesOut, count: size },
    (k, task, { fd, buf, count }) => {
      const file = getFile(task, fd)
      const ops = readOps(k, file)
      return readFile(k, task, file, oneSegment(buf, count), null, ops)
    },
    { record: (fd, buf, count) => ({ fd, buf, count }) },
  ),
  syscall(
    64,
    'write',
    { fd, buf: bytesIn(2), count: size },
    (k, task, { fd, buf, count }) => {
      const file = getFile(task, fd)
      const ops = writeOps(k, file)
      return writeFile(k, task, file, oneSegment(buf, count), null, ops)
    },
    { record: (fd, buf, count) => ({ fd, buf, count }) },
  ),
  syscall(65, 'readv', { fd, iov: vectorOut, iovcnt: int }, (k, task, { fd, iov, iovcnt }) =>
    sequential(reads, k, task, fd, () => readVector(k, task, iov, iovcnt)),
  ),
  syscall(66, 'writev', { fd, iov: vectorIn, iovcnt: int }, (k, task, { fd, iov, iovcnt }) =>
    sequential(writes, k, task, fd, () => readVector(k, task, iov, iovcnt)),
  ),
  syscall(67, 'pread64', { fd, buf: bytesOut, count: size, offset }, (k, task, { fd, buf, count, offset }) =>
    positioned(reads, k, task, fd, () => oneSegment(buf, count), offset, count),
  ),
  syscall(68, 'pwrite64', { fd, buf: bytesIn(2), count: size, offset }, (k, task, { fd, buf, count, offset }) =>
    positioned(writes, k, task, fd, () => oneSegment(buf, count), offset, count),
  ),
  syscall(69, 'preadv', { fd, iov: vectorOut, iovcnt: int, offset }, (k, task, { fd, iov, iovcnt, offset }) =>
    positioned(reads, k, task, fd, () => readVector(k, task, iov, iovcnt), offset),
  ),
  syscall(70, 'pwritev', { fd, iov: vectorIn, iovcnt: int, offset }, (k, task, { fd, iov, iovcnt, offset }) =>
    positioned(writes, k, task, fd, () => readVector(k, task, iov, iovcnt), offset),
  ),
  syscall(
    285,
    'copy_file_range',
    { in: fd, inOffset: offsetPointer, out: fd, outOffset: offsetPointer, length: size, flags: uint },
    (k, task, { in: source, inOffset, out, outOffset, length, flags }) => {
      if (flags !== 0) throw EINVAL
      return copyRange(k, task, getIoFile(task, source), inOffset, getIoFile(task, out), outOffset, length)
    },
  ),
  syscall(
    286,
    'preadv2',
    { fd, iov: vectorOut, iovcnt: int, offset, high: long, flags: uint },
    (k, task, { fd, iov, iovcnt, offset, flags }) => vector2(reads, k, task, fd, iov, iovcnt, offset, flags),
    { refused: { RWF_ATOMIC: 'EOPNOTSUPP' } },
  ),
  syscall(
    287,
    'pwritev2',
    { fd, iov: vectorIn, iovcnt: int, offset, high: long, flags: uint },
    (k, task, { fd, iov, iovcnt, offset, flags }) => vector2(writes, k, task, fd, iov, iovcnt, offset, flags),
    { refused: { RWF_ATOMIC: 'EOPNOTSUPP' } },
  ),
]
