// Moving bytes between files and programs: what read, write and their many forms share. A transfer that cannot go on after some
// bytes have moved, for want of memory too, answers how many; one that sleeps in the middle remembers how far it was.
import { EBADF, EFAULT, EINVAL, ERESTARTSYS, IN_ACCESS, IN_MODIFY, IOV_MAX, isErrno, MAX_RW_COUNT, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { PAGE_SIZE } from '../../vm/index.ts'
import { borrowIn, checkUser, copyIn, copyInSome, copyOutSome, USER_END, writableUser } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { isReadable, isWritable, notifyOpen, opsOf, type FileDescription, type FileOps } from '../vfs/index.ts'
import { PIECE_BYTES, progressOf, unfinished, type Blocked } from '../waiting.ts'

/** A piece of a program's memory. */
export interface Segment {
  at: number
  length: number
}

/** At most this much goes through the kernel's hands at once. */
const CHUNK = 65536
const PAGE_MASK = PAGE_SIZE - 1
const IOVEC_BYTES = 16

/** How much of a regular file lies in the page at a position: that much needs no copy on the way. */
const toPageEnd = (position: number): number => PAGE_SIZE - (position & PAGE_MASK)

/** Nothing that is taken in pieces holds more than this at once (a terminal's line). */
const MOST_IN_PIECES = 4096
const NOTHING = new Uint8Array(0)

/** The iovec array of readv and its kin: EINVAL for too many or a negative length; cut at MAX_RW_COUNT. EFAULT. */
export function readVector(k: Kernel, task: Task, at: number, count: number): Segment[] {
  if (count < 0 || count > IOV_MAX) throw EINVAL
  const bytes = copyIn(k, task, at, count * IOVEC_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < count; i++) if (view.getInt32(i * IOVEC_BYTES + 12, true) < 0) throw EINVAL
  const segments: Segment[] = []
  let left = MAX_RW_COUNT
  for (let i = 0; i < count; i++) {
    const base = view.getUint32(i * IOVEC_BYTES, true) + view.getUint32(i * IOVEC_BYTES + 4, true) * TWO_32
    const length = view.getUint32(i * IOVEC_BYTES + 8, true) + view.getUint32(i * IOVEC_BYTES + 12, true) * TWO_32
    const part = Math.min(length, left)
    // Where a single segment ends is seen when it gets there: Linux cuts it before it looks (import_ubuf).
    checkUser(base, count === 1 ? 0 : length)
    if (part > 0) segments.push({ at: base, length: part })
    left -= part
  }
  return segments
}

export const totalOf = (segments: readonly Segment[]): number =>
  segments.length === 1 ? segments[0].length : segments.reduce((sum, s) => sum + s.length, 0)

/**
 * Calls `move` for the pieces of [from, from + length) of the segments laid end to end, until one moves less than it was asked to.
 * Answers how many bytes moved; what was thrown after some had is forgotten.
 */
function eachPiece(
  segments: readonly Segment[],
  from: number,
  length: number,
  move: (at: number, offset: number, count: number) => number,
): number {
  let start = 0
  let done = 0
  try {
    for (const segment of segments) {
      const skip = Math.max(0, from + done - start)
      if (skip < segment.length) {
        const count = Math.min(segment.length - skip, length - done)
        const moved = move(segment.at + skip, done, count)
        done += moved
        if (moved < count || done === length) break
      }
      start += segment.length
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** Bytes to the program; answers how many arrived before a fault, which is thrown only where none did. */
export function scatter(k: Kernel, task: Task, segments: readonly Segment[], from: number, bytes: Uint8Array): number {
  if (segments.length === 1) return copyOutSome(k, task, segments[0].at + from, bytes)
  return eachPiece(segments, from, bytes.length, (at, offset, count) => copyOutSome(k, task, at, bytes.subarray(offset, offset + count)))
}

/** How many of the first `length` bytes of the segments the program's memory takes. */
const reachOf = (k: Kernel, task: Task, segments: readonly Segment[], length: number): number =>
  eachPiece(segments, 0, length, (at, _offset, count) => writableUser(k, task, at, count))

/**
 * Bytes to be written: fewer than `length` where a fault comes before. Kinds that take them at once get a view of the program's
 * memory, others (the host) a copy.
 */
export function gather(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  from: number,
  length: number,
  ops = opsOf(k, file),
): Uint8Array {
  if (segments.length !== 1) return gatherSome(k, task, segments, from, length)
  try {
    const { at } = segments[0]
    return ops.takesViews?.(file) ? borrowIn(k, task, at + from, length) : copyIn(k, task, at + from, length)
  } catch (error) {
    if (!isErrno(error)) throw error
    return gatherSome(k, task, segments, from, length)
  }
}

function gatherSome(k: Kernel, task: Task, segments: readonly Segment[], from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  try {
    const moved = eachPiece(segments, from, length, (at, offset, count) => copyInSome(k, task, at, bytes.subarray(offset, offset + count)))
    return bytes.subarray(0, moved)
  } catch (error) {
    if (!isErrno(error)) throw error
    return NOTHING
  }
}

/** Kinds that hand over pieces before they are copied: as many as the program's memory reaches into, the last maybe not whole. */
function mostInPieces(k: Kernel, task: Task, segments: readonly Segment[], length: number, piece: number): number {
  if (length <= piece) return length
  const most = Math.min(length, Math.max(piece, MOST_IN_PIECES))
  const reach = reachOf(k, task, segments, most)
  return reach === most ? length : (Math.floor(reach / piece) + 1) * piece
}

/** EBADF, EINVAL unless the file can be read: asked before any pointer is looked at. */
export function readOps(k: Kernel, file: FileDescription): FileOps & { read: object } {
  if (!isReadable(file)) throw EBADF
  const ops = opsOf(k, file)
  if (!ops.read) throw EINVAL
  return ops as FileOps & { read: object }
}

export function writeOps(k: Kernel, file: FileDescription): FileOps & { write: object } {
  if (!isWritable(file)) throw EBADF
  const ops = opsOf(k, file)
  if (!ops.write) throw EINVAL
  return ops as FileOps & { write: object }
}

/** Bytes that a call had moved when it was cut or fell asleep. */
export const doneBefore = (task: Task): number => (task.call === null ? 0 : (progressOf(task, 'transfer')?.done ?? 0))

/** It fell asleep when so many bytes had moved. */
export const asleep = (wait: Blocked, done: number): Blocked => ({
  ...wait,
  progress: wait.deadline === Infinity ? { call: 'transfer', done } : { call: 'transfer', done, deadline: wait.deadline },
  partial: done,
})

/** Reads into the segments, at `offset` or (null) at the file's position, which moves. EBADF, EINVAL, EFAULT and the file's own errors. */
export function readFile(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  offset: number | null,
  ops = readOps(k, file),
): number | Blocked {
  const length = totalOf(segments)
  const { pagewise } = ops
  const step = ops.fills ? CHUNK : ops.readPiece ? mostInPieces(k, task, segments, length, ops.readPiece) : length
  const least = Math.min(ops.least?.(file) ?? 1, length)
  const before = doneBefore(task)
  let done = before
  try {
    for (;;) {
      if (done - before >= PIECE_BYTES) return unfinished({ call: 'transfer', done }, done, pagewise ? null : ERESTARTSYS)
      const most = pagewise ? toPageEnd(offset === null ? file.pos : offset + done) : step
      const wanted = Math.min(most, length - done)
      const bytes = ops.read(k, task, file, wanted, offset === null ? null : offset + done)
      if (!(bytes instanceof Uint8Array)) return done === 0 ? bytes : done < least ? asleep(bytes, done) : done
      if (bytes.length === 0) break
      const moved = arrive(k, task, file, ops, segments, done, bytes, offset === null)
      done += moved
      if ((moved < wanted && (done >= least || moved < bytes.length)) || done === length) break
    }
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  if (done > 0) {
    ops.accessed?.(k, file)
    notifyOpen(k, file, IN_ACCESS)
  }
  const { usage } = task
  usage.readBytes += done
  usage.readCalls++
  return done
}

/** Hands bytes that were read to the program and tells the file; answers how many count. Throws where none do. */
function arrive(
  k: Kernel,
  task: Task,
  file: FileDescription,
  ops: FileOps,
  segments: readonly Segment[],
  from: number,
  bytes: Uint8Array,
  consumes: boolean,
): number {
  let moved = 0
  try {
    moved = scatter(k, task, segments, from, bytes)
    if (moved < bytes.length) moved = ops.arrived?.(file, moved) ?? moved
    if (moved === 0) throw EFAULT
    return moved
  } finally {
    if (consumes && (moved > 0 || ops.readPiece)) ops.consume?.(k, file, ops.readPiece ? bytes.length : moved)
  }
}

/** Writes the segments one by one, each as a call of its own would, until one is not taken whole. */
function writeEach(
  k: Kernel,
  task: Task,
  file: FileDescription,
  ops: FileOps & { write: object },
  segments: readonly Segment[],
  offset: number | null,
): number | Blocked {
  let done = doneBefore(task)
  let start = 0
  try {
    for (const segment of segments) {
      start += segment.length
      if (start <= done) continue
      const bytes = gather(k, task, file, [segment], 0, Math.min(segment.length, CHUNK), ops)
      const count = ops.write(k, task, file, bytes, offset === null ? null : offset + done, 0, segment.length)
      if (typeof count !== 'number') return done > 0 ? asleep(count, done) : count
      if (count === 0 && bytes.length < segment.length) throw EFAULT
      done += count
      if (count < segment.length) break
    }
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  if (done > 0) notifyOpen(k, file, IN_MODIFY)
  return done
}

/** Writes the segments, at `offset` or at the file's position. Sleeps until all is written, as write(2) on a blocking file does. */
export function writeFile(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  offset: number | null,
  ops = writeOps(k, file),
): number | Blocked {
  if (segments.length > 1 && ops.takesEach?.(file)) return writeEach(k, task, file, ops, segments, offset)
  const length = totalOf(segments)
  if (segments.length === 0) return 0
  const piece = ops.writePiece ?? 1
  const message = ops.message?.(file) ?? 0
  const chunk = message === 0 ? CHUNK : length > message ? 0 : length
  const before = doneBefore(task)
  let done = before
  try {
    do {
      if (done - before >= PIECE_BYTES) return unfinished({ call: 'transfer', done }, done, null)
      // A page of the program at a time: then it is written from where it is.
      const most = ops.pagewise && segments.length === 1 ? toPageEnd(segments[0].at + done) : chunk
      const wanted = Math.min(most, length - done)
      let bytes = piece === 0 || wanted === 0 ? NOTHING : gather(k, task, file, segments, done, wanted, ops)
      if (piece > 1 && bytes.length < wanted) bytes = bytes.subarray(0, bytes.length - (bytes.length % piece))
      const count = ops.write(k, task, file, bytes, offset === null ? null : offset + done, done, length)
      if (typeof count !== 'number') return done > 0 ? asleep(count, done) : count
      done += count
      if (count === 0 && bytes.length < wanted) throw EFAULT
      if (count === 0) break
    } while (done < length)
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  if (done > 0) notifyOpen(k, file, IN_MODIFY)
  const { usage } = task
  usage.writtenBytes += done
  usage.writeCalls++
  return done
}

/** The one segment of read(2) and write(2). EFAULT where it begins outside of user memory or is larger than all of it. */
export function oneSegment(at: number, length: number): Segment[] {
  checkUser(at, 0)
  if (length > USER_END) throw EFAULT
  return [{ at, length: Math.min(length, MAX_RW_COUNT) }]
}

/** sendfile and copy_file_range: from file to file. The offsets move only where given; null is the file's own position. */
export function moveBetween(
  k: Kernel,
  task: Task,
  from: { file: FileDescription; offset: number | null },
  to: { file: FileDescription; offset: number | null },
  length: number,
): { done: number; blocked: Blocked | null } {
  const source = opsOf(k, from.file)
  const sink = opsOf(k, to.file)
  if (!source.read || !sink.write) throw EINVAL
  const before = doneBefore(task)
  let done = before
  try {
    while (done < length) {
      if (done - before >= PIECE_BYTES) return { done, blocked: unfinished({ call: 'transfer', done }, done, ERESTARTSYS) }
      const wanted = Math.min(CHUNK, length - done)
      const bytes = source.read(k, task, from.file, wanted, from.offset === null ? null : from.offset + done)
      if (!(bytes instanceof Uint8Array)) return { done, blocked: done > 0 ? null : bytes }
      if (bytes.length === 0) break
      // A file may be copied onto itself: take the bytes out of the page cache first.
      const taken = sink.pagewise ? bytes.slice() : bytes
      const count = sink.write(k, task, to.file, taken, to.offset === null ? null : to.offset + done, 0, taken.length)
      if (typeof count !== 'number') return { done, blocked: done > 0 ? asleep(count, done) : count }
      if (from.offset === null) source.consume?.(k, from.file, count)
      done += count
      if (count === 0) break
    }
  } catch (e) {
    if (done === 0 || !isErrno(e)) throw e
  }
  if (done > 0) {
    source.accessed?.(k, from.file)
    notifyOpen(k, from.file, IN_ACCESS)
    notifyOpen(k, to.file, IN_MODIFY)
  }
  return { done, blocked: null }
}
