// Pipes and FIFOs: 16 page buffers between writers and readers. What a write leaves over of whole pages is added to the newest buffer
// if it fits there whole; all else takes buffers of its own, so that writes of up to PIPE_BUF bytes go in whole or not at all. Readers
// of an empty pipe wait while a writer is left, and a write that nobody can read is SIGPIPE and EPIPE (pipe(7)).
import {
  EAGAIN,
  EBADF,
  EBUSY,
  EINVAL,
  ENOMEM,
  ENOTTY,
  ENXIO,
  EPERM,
  EPIPE,
  ERESTARTSYS,
  ESPIPE,
  FIONREAD,
  O_ACCMODE,
  O_DIRECT,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  CAP_SYS_ADMIN,
  CAP_SYS_RESOURCE,
  ENFILE,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  SIGPIPE,
  POLL_IN,
  POLL_OUT,
  type Errno,
} from '../abi/index.ts'
import { frontOf, putU32 } from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { capable } from '../task/index.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import { blocked, progressOf, type Blocked } from '../waiting.ts'
import { isReadable, isWritable, newDescription, newInode, NO_DESCRIPTOR, timestampNow } from '../vfs/index.ts'
import type { FileDescription, FileOps, Path } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { BUFFER_BYTES, countOf, fill, isFull, PIPE_PACKET, readable, take } from './pipe-buffers.ts'
import type { Pipe } from './types.ts'

/** 16 pages, as in Linux. */
const PIPE_CAPACITY = 65536
/** Of a new pipe of a user who has too many already. */
const PIPE_CAPACITY_LEAST = 8192
/** The array of buffers of a larger pipe could not be had (Linux: 40 bytes each, at most 4 MiB). */
const PIPE_CAPACITY_LIMIT = 2 ** 28
const PIPE_MODE = 0o600

const NOTHING = new Uint8Array(0)

/** A pipe that is not open yet. */
function newPipe(): Pipe {
  return {
    user: -1,
    ring: NOTHING,
    head: 0,
    used: 0,
    capacity: PIPE_CAPACITY,
    buffers: [],
    end: 0,
    readers: 0,
    writers: 0,
    readerOpens: 0,
    writerOpens: 0,
    readable: newQueue(),
    writable: newQueue(),
  }
}

/** The pipe of what may be an open end. EBADF: it is none. */
export function pipeFor({ inode }: FileDescription): Pipe {
  if (!inode.pipe) throw EBADF
  return inode.pipe
}

/** The pipe of an open end. */
function pipeOf(file: FileDescription): Pipe {
  const pipe = file.inode.pipe
  if (!pipe) throw new Error(`an open ${file.kind} whose inode ${file.inode.ino} has no pipe`)
  return pipe
}

function openEnd(pipe: Pipe, file: FileDescription): void {
  if (isReadable(file)) {
    pipe.readers++
    pipe.readerOpens++
  }
  if (isWritable(file)) {
    pipe.writers++
    pipe.writerOpens++
  }
}

const mayTakeMore = ({ credentials }: Task): boolean => capable(credentials, CAP_SYS_RESOURCE) || capable(credentials, CAP_SYS_ADMIN)

/** Changes what counts against a user; the answer is what counts now. */
function addPages(k: Kernel, user: number, pages: number): number {
  const { pipePages } = k.state.vfs
  const now = (pipePages.get(user) ?? 0) + pages
  if (now === 0) pipePages.delete(user)
  else pipePages.set(user, now)
  return now
}

const isBeyond = (pages: number, limit: number): boolean => limit !== 0 && pages > limit

/** A pipe is opened for the first time: beyond the user's soft limit it has two pages. `errno` beyond the hard one (fs/pipe.c, alloc_pipe_info). */
function firstOpen(k: Kernel, task: Task, pipe: Pipe, errno: Errno): void {
  const { pipeMaxSize, pipeUserPagesSoft, pipeUserPagesHard } = k.state.sysctl
  const user = task.credentials.uid
  const free = mayTakeMore(task)
  pipe.capacity = capable(task.credentials, CAP_SYS_RESOURCE) ? PIPE_CAPACITY : Math.min(PIPE_CAPACITY, pipeMaxSize)
  const had = k.state.vfs.pipePages.get(user) ?? 0
  if (!free && isBeyond(had + pipe.capacity / BUFFER_BYTES, pipeUserPagesSoft)) pipe.capacity = PIPE_CAPACITY_LEAST
  if (!free && isBeyond(had + pipe.capacity / BUFFER_BYTES, pipeUserPagesHard)) throw errno
  addPages(k, user, pipe.capacity / BUFFER_BYTES)
  pipe.user = user
}

/** pipe2(2): the reading and the writing description. */
export function makePipe(k: Kernel, task: Task, flags: number): [FileDescription, FileDescription] {
  const { fsuid, fsgid } = task.credentials
  const inode = newInode(k.state.vfs.pipefs, 'fifo', PIPE_MODE, fsuid, fsgid, timestampNow(k))
  inode.pipe = newPipe()
  inode.nlink = 0
  firstOpen(k, task, inode.pipe, ENFILE)
  const label = `pipe:[${inode.ino}]`
  const ends: [FileDescription, FileDescription] = [
    newDescription('pipe', inode, null, O_RDONLY | (flags & O_NONBLOCK), null, label),
    newDescription('pipe', inode, null, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)), null, label),
  ]
  for (const end of ends) openEnd(inode.pipe, end)
  return ends
}

/**
 * open(2) of a FIFO: waits for the other end, unless O_RDWR or O_NONBLOCK (for writing then: ENXIO without a reader). While it
 * waits the description exists already (the other side must see it): the call holds it, and `resumeFifo` goes on with it.
 */
function openFifo(k: Kernel, task: Task, at: Path, flags: number): FileDescription | Blocked {
  if (flags & O_DIRECT) throw EINVAL
  const inode = at.dentry.inode
  const pipe = (inode.pipe ??= newPipe())
  const mode = flags & O_ACCMODE
  // A pipe without a name, opened through /proc/PID/fd: never waits.
  const anonymous = inode.fs === k.state.vfs.pipefs
  if (mode === O_WRONLY && flags & O_NONBLOCK && pipe.readers === 0 && !anonymous) throw ENXIO
  if (pipe.user < 0) firstOpen(k, task, pipe, ENOMEM)
  const file = newDescription('pipe', inode, at, flags, null)
  openEnd(pipe, file)
  // Both queues: openers of the other end wait on theirs.
  wakeAll(k, pipe.readable)
  wakeAll(k, pipe.writable)
  const others = mode === O_RDONLY ? pipe.writers : pipe.readers
  if (mode === O_RDWR || others > 0 || flags & O_NONBLOCK || anonymous) return file
  const opens = mode === O_RDONLY ? pipe.writerOpens : pipe.readerOpens
  return { ...waitForOtherEnd(pipe, mode), progress: { call: 'fifo', opens }, held: [file] }
}

const waitForOtherEnd = (pipe: Pipe, mode: number): Blocked => blocked([mode === O_RDONLY ? pipe.readable : pipe.writable], ERESTARTSYS)

/** An open that waited for the other end: the FIFO it found, whatever its name leads to by now. null: none waited. */
export function resumeFifo(task: Task): FileDescription | Blocked | null {
  const { call } = task
  const at = call?.files.findIndex(({ fd, file }) => fd === NO_DESCRIPTOR && file.kind === 'pipe') ?? -1
  if (call === null || at < 0) return null
  const { file } = call.files[at]
  const pipe = pipeOf(file)
  const mode = file.flags & O_ACCMODE
  const arrived = mode === O_RDONLY ? pipe.writerOpens : pipe.readerOpens
  if (arrived === progressOf(task, 'fifo')?.opens) return waitForOtherEnd(pipe, mode)
  // From here on it is the caller's.
  call.files.splice(at, 1)
  return file
}

export const pipeOps: FileOps = {
  channel: 'pipe_',
  enter: openFifo,
  takesViews: () => true,
  direct: true,
  noWait: true,
  async: (_k, file) => {
    const { readable, writable } = pipeOf(file)
    const ends = []
    if (isReadable(file)) ends.push({ queue: readable, band: POLL_IN })
    if (isWritable(file)) ends.push({ queue: writable, band: POLL_OUT })
    return ends
  },
  positioned: ESPIPE,
  read(k, _task, file, max) {
    const pipe = pipeOf(file)
    if (pipe.used > 0) return frontOf(k, pipe, readable(pipe, max))
    if (pipe.writers === 0 || max === 0) return NOTHING
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([pipe.readable], ERESTARTSYS)
  },
  // A buffer of which not all arrives stays as it was.
  arrived(file, moved) {
    let whole = 0
    for (const buffer of pipeOf(file).buffers) {
      if (whole + countOf(buffer) > moved) break
      whole += countOf(buffer)
    }
    return whole
  },
  consume(k, file, count) {
    const pipe = pipeOf(file)
    const wasFull = isFull(pipe)
    take(pipe, count)
    // Writers sleep only while no buffer is free; so there is no other change that one who waits for edges is told of.
    if (wasFull && !isFull(pipe)) wakeAll(k, pipe.writable)
  },
  write(k, task, file, bytes, _offset, done, length) {
    const pipe = pipeOf(file)
    if (length === 0) return 0
    if (pipe.readers === 0) {
      sendSignal(k, null, task, killInfo(SIGPIPE, task))
      throw EPIPE
    }
    // Only at the call's beginning is anything added to the newest buffer, not after it slept.
    const begins = done === 0 && task.call === null
    const taken = fill(k, pipe, bytes, length - done - bytes.length, begins, file.flags & O_DIRECT ? PIPE_PACKET : 0)
    if (taken > 0) {
      wakeAll(k, pipe.readable)
      return taken
    }
    if (taken < 0 || !isFull(pipe)) return 0
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([pipe.writable], ERESTARTSYS)
  },
  poll(_k, file, queues) {
    const pipe = pipeOf(file)
    let mask = 0
    if (isReadable(file)) {
      queues?.push(pipe.readable)
      if (pipe.used > 0) mask |= POLLIN | POLLRDNORM
      if (pipe.writers === 0 && pipe.writerOpens > 0) mask |= POLLHUP
    }
    if (isWritable(file)) {
      queues?.push(pipe.writable)
      if (!isFull(pipe)) mask |= POLLOUT | POLLWRNORM
      if (pipe.readers === 0) mask |= POLLERR
    }
    return mask
  },
  ioctl(k, task, file, request, argument) {
    if (request !== FIONREAD) throw ENOTTY
    putU32(k, task, argument, pipeOf(file).used)
    return 0
  },
  release(k, file) {
    const pipe = pipeOf(file)
    if (isReadable(file)) pipe.readers--
    if (isWritable(file)) pipe.writers--
    wakeAll(k, pipe.readable)
    wakeAll(k, pipe.writable)
    if (pipe.readers === 0 && pipe.writers === 0) {
      addPages(k, pipe.user, -pipe.capacity / BUFFER_BYTES)
      pipe.user = -1
      pipe.ring = NOTHING
      pipe.head = pipe.used = 0
      pipe.buffers = []
    }
  },
}

/** F_SETPIPE_SZ: rounds up to a power of two of pages. Answers the new capacity. EINVAL, EPERM, EBUSY, ENOMEM. */
export function resizePipe(k: Kernel, task: Task, pipe: Pipe, bytes: number): number {
  const wanted = bytes >>> 0
  if (wanted > 2 ** 31) throw EINVAL
  let capacity = BUFFER_BYTES
  while (capacity < wanted) capacity *= 2
  if (capacity > k.state.sysctl.pipeMaxSize && capacity > pipe.capacity && !capable(task.credentials, CAP_SYS_RESOURCE)) throw EPERM
  const pages = capacity / BUFFER_BYTES
  const more = pages - pipe.capacity / BUFFER_BYTES
  const { pipeUserPagesSoft, pipeUserPagesHard } = k.state.sysctl
  const counted = (k.state.vfs.pipePages.get(pipe.user) ?? 0) + more
  if (more > 0 && (isBeyond(counted, pipeUserPagesSoft) || isBeyond(counted, pipeUserPagesHard)) && !mayTakeMore(task)) throw EPERM
  if (pages < pipe.buffers.length) throw EBUSY
  if (capacity > PIPE_CAPACITY_LIMIT) throw ENOMEM
  addPages(k, pipe.user, more)
  pipe.capacity = capacity
  wakeAll(k, pipe.writable)
  return capacity
}
