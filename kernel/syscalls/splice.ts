// splice, tee, vmsplice and sendfile: bytes between files with a pipe at one end, or in between. What Linux moves as pages is copied here.
import {
  EBADF,
  EFAULT,
  EINVAL,
  EOVERFLOW,
  ESPIPE,
  I64_MAX,
  IN_ACCESS,
  IN_MODIFY,
  isErrno,
  MAX_RW_COUNT,
  narrow,
  O_APPEND,
  O_DIRECT,
  O_NONBLOCK,
  SPLICE,
  SPLICE_F_NONBLOCK,
  sum64,
  type Int64,
} from '../abi/index.ts'
import { MAX_FILE_BYTES } from '../fs/index.ts'
import {
  appendAll,
  copyPipe,
  freeBuffers,
  gaveTo,
  movePipe,
  reserve,
  tookFrom,
  waitForBytes,
  waitForRoom,
  type Pipe,
} from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyInSome, copyOutSome, frontOf, getBig, putBig } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { getIoFile, isReadable, isWritable, notifyOpen, opsOf, type FileDescription } from '../vfs/index.ts'
import { keeping, keptOr, PIECE_BYTES, progressOf, type Blocked } from '../waiting.ts'
import { fd, flags as flagSet, size } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { offsetPointer, vectorIn } from './file-args.ts'
import { asleep, moveBetween, readVector, type Segment } from './transfer.ts'

/** A file and where in it: null is its own position. */
interface Place {
  file: FileDescription
  offset: number | null
}

const BUFFER_BYTES = 4096
/** So much is asked of a file at once. */
const CHUNK = 65536
const ALL = Object.values(SPLICE).reduce((all, bit) => all | bit, 0)
const isNonBlocking = (flags: number): boolean => (flags & SPLICE_F_NONBLOCK) !== 0

/** The pipe of an open end; null: it is something else. */
const pipeIn = ({ kind, inode }: FileDescription): Pipe | null => (kind === 'pipe' ? inode.pipe : null)
/** A pipe of the host's is no pipe of ours, but one to programs. */
const isPipe = ({ kind }: FileDescription): boolean => kind === 'pipe' || kind === 'hostPipe'

const canSpliceFrom = (k: Kernel, file: FileDescription): boolean => opsOf(k, file).spliceFrom?.(file) ?? false
const canSpliceTo = (k: Kernel, file: FileDescription): boolean =>
  opsOf(k, file).write !== undefined && (opsOf(k, file).spliceTo?.(file) ?? true)

/** EINVAL for a place before the file's begin, or a length that goes beyond what an offset holds (rw_verify_area). */
function checkArea(start: Int64, length: number): void {
  if (length > Number(I64_MAX) || start < 0 || sum64(start, length) > I64_MAX) throw EINVAL
}

const offsetAt = (k: Kernel, task: Task, at: number): Int64 | null => (at === 0 ? null : narrow(BigInt.asIntN(64, getBig(k, task, at))))

/** From a file into the free buffers of a pipe; waits only while there is none. EPIPE, EAGAIN, EINVAL and the file's own. */
function fillPipe(k: Kernel, task: Task, from: Place, pipe: Pipe, length: number, nonBlocking: boolean): number | Blocked {
  const wait = waitForRoom(k, task, pipe, nonBlocking)
  if (wait !== null) return wait
  if (length === 0) return 0
  if (!canSpliceFrom(k, from.file)) throw EINVAL
  const source = opsOf(k, from.file)
  const most = Math.min(length, freeBuffers(pipe) * BUFFER_BYTES, PIECE_BYTES)
  // Pages of a file become buffers each, but not where the file is read past the cache.
  const byPage = source.pagewise === true && !(from.file.flags & O_DIRECT)
  reserve(k, pipe, most)
  let done = 0
  try {
    while (done < most && freeBuffers(pipe) > 0) {
      const here = from.offset === null ? from.file.pos : from.offset + done
      const room = byPage ? BUFFER_BYTES - (here % BUFFER_BYTES) : CHUNK
      const wanted = Math.min(room, most - done)
      const bytes = readOnce(k, task, from, wanted, done, nonBlocking)
      if (!(bytes instanceof Uint8Array)) {
        if (done > 0 || bytes === undefined) break
        return bytes
      }
      const count = appendAll(pipe, bytes)
      if (from.offset === null && count > 0) source.consume?.(k, from.file, count)
      done += count
      if (count < wanted || !(byPage || source.fills)) break
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  if (done > 0) {
    source.accessed?.(k, from.file)
    notifyOpen(k, from.file, IN_ACCESS)
    gaveTo(k, pipe)
  }
  return done
}

/** A read of a step; a socket does not wait where splice does not. */
function readOnce(
  k: Kernel,
  task: Task,
  { file, offset }: Place,
  wanted: number,
  done: number,
  nonBlocking: boolean,
): Uint8Array | Blocked | undefined {
  const ops = opsOf(k, file)
  const own = file.flags
  if (nonBlocking && ops.spliceNoWait) file.flags |= O_NONBLOCK
  try {
    return ops.read?.(k, task, file, wanted, offset === null ? null : offset + done)
  } finally {
    file.flags = own
  }
}

/** What comes out of a pipe and goes on to `take`, which answers how many bytes it took; 0 ends it. Waits only while nothing was taken. */
function drainPipe(
  k: Kernel,
  task: Task,
  pipe: Pipe,
  length: number,
  nonBlocking: boolean,
  take: (bytes: Uint8Array, done: number) => number | Blocked,
): number | Blocked {
  const before = progressOf(task, 'transfer')?.done ?? 0
  let done = before
  try {
    while (done < length && done - before < PIECE_BYTES) {
      if (pipe.used === 0) {
        if (done > 0) break
        const wait = waitForBytes(pipe, nonBlocking)
        if (wait !== null) return wait
        break
      }
      const count = take(frontOf(k, pipe, Math.min(CHUNK, length - done)), done)
      if (typeof count !== 'number') return done > 0 ? asleep(count, done) : count
      if (count === 0) break
      tookFrom(k, pipe, count)
      done += count
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

function pipeToFile(k: Kernel, task: Task, pipe: Pipe, to: Place, length: number, nonBlocking: boolean): number | Blocked {
  if (!canSpliceTo(k, to.file)) throw EINVAL
  const sink = opsOf(k, to.file)
  const done = drainPipe(
    k,
    task,
    pipe,
    length,
    nonBlocking,
    (bytes, done) => sink.write?.(k, task, to.file, bytes, to.offset === null ? null : to.offset + done, 0, bytes.length) ?? 0,
  )
  if (typeof done === 'number' && done > 0) notifyOpen(k, to.file, IN_MODIFY)
  return done
}

/** Whether a write at an offset moves it: not where bytes are only thrown away. */
const moves = (k: Kernel, { file }: Place): boolean => opsOf(k, file).writePiece !== 0

/** A step of splice: what the two files are decides how (do_splice). */
export function spliceFiles(k: Kernel, task: Task, from: Place, to: Place, length: number, flags: number): number | Blocked {
  const source = pipeIn(from.file)
  const sink = pipeIn(to.file)
  const count = Math.min(length, MAX_RW_COUNT)
  if (source && sink) {
    if (source === sink) throw EINVAL
    const nonBlocking = isNonBlocking(flags) || ((from.file.flags | to.file.flags) & O_NONBLOCK) !== 0
    return movePipe(k, task, source, sink, count, nonBlocking)
  }
  if (isPipe(from.file)) {
    if (to.offset !== null && opsOf(k, to.file).positioned) throw EINVAL
    if (to.file.flags & O_APPEND && !isPipe(to.file)) throw EINVAL
    if (!sink) checkArea(to.offset ?? to.file.pos, length)
    const nonBlocking = isNonBlocking(flags) || (from.file.flags & O_NONBLOCK) !== 0
    if (source) return pipeToFile(k, task, source, to, count, nonBlocking)
  } else if (isPipe(to.file)) {
    if (from.offset !== null && opsOf(k, from.file).positioned) throw EINVAL
    checkArea(from.offset ?? from.file.pos, length)
  } else throw EINVAL
  if (sink) return fillPipe(k, task, from, sink, count, isNonBlocking(flags) || (to.file.flags & O_NONBLOCK) !== 0)
  if (!canSpliceFrom(k, from.file) || !canSpliceTo(k, to.file)) throw EINVAL
  const { done, blocked } = moveBetween(k, task, from, to, Math.min(count, CHUNK))
  return done > 0 || blocked === null ? done : blocked
}

function splice(
  k: Kernel,
  task: Task,
  source: FileDescription,
  sourceAt: number,
  sink: FileDescription,
  sinkAt: number,
  length: number,
  flags: number,
): number | Blocked {
  if ((isPipe(source) && sourceAt !== 0) || (isPipe(sink) && sinkAt !== 0)) throw ESPIPE
  const kept = keptOr(task, () => {
    const to = offsetAt(k, task, sinkAt)
    return { from: offsetAt(k, task, sourceAt), to }
  })
  if (!isReadable(source) || !isWritable(sink)) throw EBADF
  if ((kept.from ?? 0) < 0 || (kept.to ?? 0) < 0) throw EINVAL
  const from = { file: source, offset: kept.from === null ? null : Number(kept.from) }
  const to = { file: sink, offset: kept.to === null ? null : Number(kept.to) }
  const result = spliceFiles(k, task, from, to, length, flags)
  if (typeof result !== 'number') return keeping(result, kept)
  if (kept.to !== null) putBig(k, task, sinkAt, BigInt(kept.to) + BigInt(moves(k, to) ? result : 0))
  if (kept.from !== null) putBig(k, task, sourceAt, BigInt(kept.from) + BigInt(result))
  return result
}

export function tee(
  k: Kernel,
  task: Task,
  source: FileDescription,
  sink: FileDescription,
  length: number,
  flags: number,
): number | Blocked {
  if (!isReadable(source) || !isWritable(sink)) throw EBADF
  const from = pipeIn(source)
  const to = pipeIn(sink)
  if (!from || !to || from === to) throw EINVAL
  const nonBlocking = isNonBlocking(flags) || ((source.flags | sink.flags) & O_NONBLOCK) !== 0
  return copyPipe(k, task, from, to, Math.min(length, MAX_RW_COUNT), nonBlocking)
}

/** A program's memory into buffers of a pipe, page by page. EFAULT where nothing is there to begin with. */
function fillFromUser(k: Kernel, task: Task, pipe: Pipe, segments: readonly Segment[], nonBlocking: boolean): number | Blocked {
  const wait = waitForRoom(k, task, pipe, nonBlocking)
  if (wait !== null) return wait
  let done = 0
  try {
    for (const { at, length } of segments) {
      for (let taken = 0; taken < length;) {
        if (freeBuffers(pipe) === 0 || done >= PIECE_BYTES) return finishFill(k, pipe, done)
        const bytes = new Uint8Array(Math.min(length - taken, BUFFER_BYTES - ((at + taken) % BUFFER_BYTES)))
        reserve(k, pipe, bytes.length)
        if (copyInSome(k, task, at + taken, bytes) < bytes.length) throw EFAULT
        appendAll(pipe, bytes)
        taken += bytes.length
        done += bytes.length
      }
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return finishFill(k, pipe, done)
}

function finishFill(k: Kernel, pipe: Pipe, done: number): number {
  if (done > 0) gaveTo(k, pipe)
  return done
}

/** Out of a pipe into a program's memory: a buffer of which a part cannot arrive stays (pipe_to_user). */
function drainToUser(
  k: Kernel,
  task: Task,
  pipe: Pipe,
  segments: readonly Segment[],
  length: number,
  nonBlocking: boolean,
): number | Blocked {
  let index = 0
  let inside = 0
  return drainPipe(k, task, pipe, length, nonBlocking, bytes => {
    // A buffer at a time, into as many segments as it reaches.
    const count = Math.min(bytes.length, pipe.buffers[0] & (2 * BUFFER_BYTES - 1))
    let moved = 0
    while (moved < count && index < segments.length) {
      const { at, length: room } = segments[index]
      const part = Math.min(room - inside, count - moved)
      if (copyOutSome(k, task, at + inside, bytes.subarray(moved, moved + part)) < part) throw EFAULT
      moved += part
      inside += part
      if (inside === room) {
        index++
        inside = 0
      }
    }
    return moved
  })
}

function vmsplice(k: Kernel, task: Task, file: FileDescription, at: number, count: number, flags: number): number | Blocked {
  const writes = isWritable(file)
  if (!writes && !isReadable(file)) throw EBADF
  const segments = keptOr(task, () => readVector(k, task, at, count))
  const length = segments.reduce((sum, segment) => sum + segment.length, 0)
  if (length === 0) return 0
  const pipe = pipeIn(file)
  if (!pipe) throw EBADF
  const result = writes
    ? fillFromUser(k, task, pipe, segments, isNonBlocking(flags))
    : drainToUser(k, task, pipe, segments, length, isNonBlocking(flags))
  return keeping(result, segments)
}

/** The offset is read before the descriptors are looked at, and always written back (do_sendfile). */
function sendfile(k: Kernel, task: Task, out: number, source: number, offsetPlace: number, count: number): number | Blocked {
  // null is an offset too: the file's position.
  const kept = keptOr(task, () => ({ given: offsetAt(k, task, offsetPlace) }))
  const { given } = kept
  const from = getIoFile(task, source)
  if (!isReadable(from)) throw EBADF
  const { positioned, pagewise } = opsOf(k, from)
  if (given !== null && (positioned || from.inode.kind === 'anon')) throw ESPIPE
  const start = given ?? from.pos
  checkArea(start, count)
  const to = getIoFile(task, out)
  if (!isWritable(to)) throw EBADF
  if (pagewise && start >= MAX_FILE_BYTES && count > 0) throw EOVERFLOW
  const place = { file: from, offset: given === null ? null : Number(given) }
  const result = sendTo(k, task, place, to, Math.min(count, MAX_RW_COUNT))
  if (typeof result !== 'number') return keeping(result, kept)
  if (given !== null) putBig(k, task, offsetPlace, BigInt(given) + BigInt(result))
  const { usage } = task
  usage.readBytes += result
  usage.writtenBytes += result
  return result
}

function sendTo(k: Kernel, task: Task, from: Place, to: FileDescription, count: number): number | Blocked {
  const sink = pipeIn(to)
  if (sink) return fillPipe(k, task, from, sink, count, (to.flags & O_NONBLOCK) !== 0)
  const seekable = opsOf(k, from.file).positioned === undefined
  if (to.flags & O_APPEND && !isPipe(to)) throw EINVAL
  if (!seekable) throw EINVAL
  if (count === 0) return 0
  if (!canSpliceFrom(k, from.file)) throw EINVAL
  // At a file's end nobody asks what the other one can do.
  if (opsOf(k, from.file).pagewise && (from.offset ?? Number(from.file.pos)) >= from.file.inode.size) return 0
  if (!canSpliceTo(k, to)) throw EINVAL
  const { done, blocked } = moveBetween(k, task, from, { file: to, offset: null }, count)
  return blocked ?? done
}

/** strace shows the offset before and after. */
function sendfileText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  const [out, source, at, count] = raw
  const place = offsetPointer.show(at, k, task, raw)
  if (result === undefined) return `${out | 0}, ${source | 0}, ${place}`
  return `${at !== 0 && result >= 0 ? ` => ${place}` : ''}, ${size.show(count, k, task, raw)}`
}

const COPIES = 'Pages are copied, not passed on: SPLICE_F_MOVE, SPLICE_F_MORE and SPLICE_F_GIFT change nothing.'

export const spliceCalls: Syscall[] = [
  syscall(
    71,
    'sendfile',
    { out: fd, in: fd, offset: offsetPointer, count: size },
    (k, task, { out, in: source, offset, count }) => sendfile(k, task, out, source, offset, count),
    { text: sendfileText },
  ),
  syscall(
    75,
    'vmsplice',
    { fd, iov: vectorIn, count: size, flags: flagSet(SPLICE) },
    (k, task, { fd, iov, count, flags }) => {
      if (flags & ~ALL) throw EINVAL
      return vmsplice(k, task, getIoFile(task, fd), iov, count, flags)
    },
    { note: `${COPIES} What the program changes afterwards is not seen by who reads.` },
  ),
  syscall(
    76,
    'splice',
    { in: fd, inOffset: offsetPointer, out: fd, outOffset: offsetPointer, length: size, flags: flagSet(SPLICE) },
    (k, task, { in: source, inOffset, out, outOffset, length, flags }) => {
      if (length === 0) return 0
      if (flags & ~ALL) throw EINVAL
      return splice(k, task, getIoFile(task, source), inOffset, getIoFile(task, out), outOffset, length, flags)
    },
    { note: `${COPIES} Where both ends are pipes of the host 64 KiB move at once, and more than 1 MiB never.` },
  ),
  syscall(
    77,
    'tee',
    { in: fd, out: fd, length: size, flags: flagSet(SPLICE) },
    (k, task, { in: source, out, length, flags }) => {
      if (flags & ~ALL) throw EINVAL
      if (length === 0) return 0
      return tee(k, task, getIoFile(task, source), getIoFile(task, out), length, flags)
    },
    { note: 'A pipe of the host is none here: EINVAL.' },
  ),
]
