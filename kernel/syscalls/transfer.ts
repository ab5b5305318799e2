// Moving bytes between files and programs: what read, write and their many forms share. A transfer that cannot go on after some
// bytes have moved answers how many; one that sleeps in the middle remembers how far it was.
import { EBADF, EFAULT, EINVAL, IOV_MAX, MAX_RW_COUNT, isErrno } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { borrowIn, checkUser, copyIn, copyInTo, copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { isReadable, isWritable, opsOf, type FileDescription } from '../vfs/index.ts'
import type { Blocked } from './define.ts'

/** A piece of a program's memory. */
export interface Segment {
  at: number
  length: number
}

/** At most this much goes through the kernel's hands at once. */
const CHUNK = 65536
const PAGE_MASK = PAGE_SIZE - 1
const IOVEC_BYTES = 16
const TWO_32 = 2 ** 32

/** How much of a regular file lies in the page at a position: that much needs no copy on the way. */
const toPageEnd = (position: number): number => PAGE_SIZE - (position & PAGE_MASK)

/** Kinds that give as much as is asked for: worth asking again. Others answer with what they have. */
const fillsBuffers = (file: FileDescription): boolean =>
  file.kind === 'regular' || file.kind === 'zero' || file.kind === 'random' || file.kind === 'full'

const takesViews = (file: FileDescription): boolean =>
  file.kind === 'pipe' || file.kind === 'null' || (file.kind === 'regular' && !file.inode.fs.writeThrough)

/** The iovec array of readv and its kin: EINVAL for too many or a sum past SSIZE_MAX; cut at MAX_RW_COUNT. EFAULT. */
export function readVector(k: Kernel, task: Task, at: number, count: number): Segment[] {
  if (count < 0 || count > IOV_MAX) throw EINVAL
  const bytes = copyIn(k, task, at, count * IOVEC_BYTES)
  const view = new DataView(bytes.buffer)
  const segments: Segment[] = []
  let left = MAX_RW_COUNT
  for (let i = 0; i < count; i++) {
    const base = view.getUint32(i * IOVEC_BYTES, true) + view.getUint32(i * IOVEC_BYTES + 4, true) * TWO_32
    const high = view.getInt32(i * IOVEC_BYTES + 12, true)
    const length = view.getUint32(i * IOVEC_BYTES + 8, true) + high * TWO_32
    if (high < 0) throw EINVAL
    checkUser(base, length)
    const part = Math.min(length, left)
    if (part > 0) segments.push({ at: base, length: part })
    left -= part
  }
  return segments
}

export const totalOf = (segments: readonly Segment[]): number => segments.reduce((sum, s) => sum + s.length, 0)

/** Calls `move` for the pieces of [from, from + length) of the segments laid end to end. */
function eachPiece(
  segments: readonly Segment[],
  from: number,
  length: number,
  move: (at: number, offset: number, count: number) => void,
): void {
  let start = 0
  let done = 0
  for (const segment of segments) {
    const skip = Math.max(0, from + done - start)
    if (skip < segment.length) {
      const count = Math.min(segment.length - skip, length - done)
      move(segment.at + skip, done, count)
      done += count
      if (done === length) return
    }
    start += segment.length
  }
}

function scatter(k: Kernel, task: Task, segments: readonly Segment[], from: number, bytes: Uint8Array): void {
  if (segments.length === 1) copyOut(k, task, segments[0].at + from, bytes)
  else eachPiece(segments, from, bytes.length, (at, offset, count) => copyOut(k, task, at, bytes.subarray(offset, offset + count)))
}

/** Bytes to be written. Kinds that take them at once get a view of the program's memory, others (the host) a copy. */
function gather(k: Kernel, task: Task, file: FileDescription, segments: readonly Segment[], from: number, length: number): Uint8Array {
  if (segments.length === 1) return (takesViews(file) ? borrowIn : copyIn)(k, task, segments[0].at + from, length)
  const bytes = new Uint8Array(length)
  eachPiece(segments, from, length, (at, offset, count) => copyInTo(k, task, at, bytes.subarray(offset, offset + count)))
  return bytes
}

/** Reads into the segments, at `offset` or (null) at the file's position, which moves. EBADF, EINVAL, EFAULT and the file's own errors. */
export function readFile(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  offset: number | null,
): number | Blocked {
  if (!isReadable(file)) throw EBADF
  const ops = opsOf(file)
  if (!ops.read) throw EINVAL
  const length = totalOf(segments)
  const regular = file.kind === 'regular'
  const step = fillsBuffers(file) ? CHUNK : length
  let done = 0
  try {
    for (;;) {
      const most = regular ? toPageEnd(offset === null ? file.pos : offset + done) : step
      const wanted = Math.min(most, length - done)
      const bytes = ops.read(k, task, file, wanted, offset === null ? null : offset + done)
      if (!(bytes instanceof Uint8Array)) return done > 0 ? done : bytes
      if (bytes.length === 0) break
      scatter(k, task, segments, done, bytes)
      if (offset === null) ops.consume?.(k, file, bytes.length)
      done += bytes.length
      if (bytes.length < wanted || done === length) break
    }
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  const { usage } = task
  usage.readBytes += done
  usage.readCalls++
  return done
}

/** Writes the segments, at `offset` or at the file's position. Sleeps until all is written, as write(2) on a blocking file does. */
export function writeFile(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  offset: number | null,
): number | Blocked {
  if (!isWritable(file)) throw EBADF
  const ops = opsOf(file)
  if (!ops.write) throw EINVAL
  const length = totalOf(segments)
  let done = (task.call?.progress['done'] as number | undefined) ?? 0
  try {
    do {
      // A page of the program at a time: then it is written from where it is.
      const most = file.kind === 'regular' && segments.length === 1 ? toPageEnd(segments[0].at + done) : CHUNK
      const bytes = gather(k, task, file, segments, done, Math.min(most, length - done))
      const count = ops.write(k, task, file, bytes, offset === null ? null : offset + done)
      if (typeof count !== 'number') return done > 0 ? { ...count, progress: { done }, partial: done } : count
      done += count
      if (count === 0) break
    } while (done < length)
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  const { usage } = task
  usage.writtenBytes += done
  usage.writeCalls++
  return done
}

/** The one segment of read(2) and write(2). EFAULT for what is not user memory at all. */
export function oneSegment(at: number, length: number): Segment[] {
  if (length > Number.MAX_SAFE_INTEGER) throw EFAULT
  const count = Math.min(length, MAX_RW_COUNT)
  checkUser(at, count)
  return [{ at, length: count }]
}

/** sendfile and copy_file_range: from file to file. The offsets move only where given; null is the file's own position. */
export function moveBetween(
  k: Kernel,
  task: Task,
  from: { file: FileDescription; offset: number | null },
  to: { file: FileDescription; offset: number | null },
  length: number,
): { done: number; blocked: Blocked | null } {
  const source = opsOf(from.file)
  const sink = opsOf(to.file)
  if (!source.read || !sink.write) throw EINVAL
  let done = (task.call?.progress['done'] as number | undefined) ?? 0
  try {
    while (done < length) {
      const wanted = Math.min(CHUNK, length - done)
      const bytes = source.read(k, task, from.file, wanted, from.offset === null ? null : from.offset + done)
      if (!(bytes instanceof Uint8Array)) return { done, blocked: done > 0 ? null : bytes }
      if (bytes.length === 0) break
      // A file may be copied onto itself: take the bytes out of the page cache first.
      const taken = to.file.kind === 'regular' ? bytes.slice() : bytes
      const count = sink.write(k, task, to.file, taken, to.offset === null ? null : to.offset + done)
      if (typeof count !== 'number') return { done, blocked: done > 0 ? { ...count, progress: { done }, partial: done } : count }
      if (from.offset === null) source.consume?.(k, from.file, count)
      done += count
      if (count === 0) break
    }
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  return { done, blocked: null }
}
