// The host's standard input, output and error as guest files, where they are pipes or files (a terminal is the console's business).
// Input is asked of the host at the instant the guest reads, through the journal, so that a run can be replayed.
import {
  EIO,
  EPIPE,
  ESPIPE,
  O_APPEND,
  O_LARGEFILE,
  O_RDONLY,
  O_WRONLY,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  SIGPIPE,
  errnoByName,
} from '../abi/index.ts'
import { door } from '../journal.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import { newDescription, newInode, timestampNow } from '../vfs/index.ts'
import type { FileDescription, FileOps, Inode } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { hostWrite } from '../output.ts'
import type { HostStream } from './types.ts'

const STREAM_MODE = 0o600
/** How much is asked of the host at once, and kept of it: a pipe's worth. */
const WINDOW = 65536
const NOTHING = new Uint8Array(0)

/** A host standard stream as a guest file: a pipe, or a regular file that can be read again from where one seeks to. */
export function makeHostStream(k: Kernel, stream: 0 | 1 | 2, kind: 'pipe' | 'regular'): FileDescription {
  const inode = newInode(k.state.vfs.pipefs, kind === 'pipe' ? 'fifo' : 'regular', STREAM_MODE, 0, 0, timestampNow(k))
  inode.nlink = 1
  inode.stream = { stream, seen: NOTHING, seenAt: 0, asked: 0, ended: false }
  if (stream === 0 && kind === 'regular') inode.size = sizeOfInput(k)
  const flags = stream === 0 ? O_RDONLY : kind === 'regular' ? O_WRONLY | O_APPEND : O_WRONLY
  return newDescription(
    kind === 'pipe' ? 'hostPipe' : 'hostFile',
    inode,
    null,
    flags | O_LARGEFILE,
    null,
    kind === 'pipe' ? `pipe:[${inode.ino}]` : `/host/${STREAM_NAMES[stream]}`,
  )
}

const STREAM_NAMES = ['stdin', 'stdout', 'stderr']

const streamOf = (inode: Inode): HostStream => {
  if (!inode.stream) throw new Error(`inode ${inode.ino} is no stream of the host`)
  return inode.stream
}

const sizeOfInput = (k: Kernel): number => door(k, 'stdin.size', () => k.host.inputSize?.() ?? 0)

/** The next bytes of the host; none at the end. Not more than a window: a recording may say what it likes. */
const nextBytes = (k: Kernel, max: number): Uint8Array => door(k, 'stdin', () => k.host.readInput(max)).subarray(0, WINDOW)

/** Of a pipe: what was read and not yet taken, or what comes next. */
function pipeBytes(k: Kernel, s: HostStream, max: number): Uint8Array {
  if (s.seen.length === 0 && max > 0 && !s.ended) {
    // No more than was asked for: the rest is for whoever reads our standard input after us.
    s.seen = nextBytes(k, Math.min(max, WINDOW))
    s.ended = s.seen.length === 0
  }
  return s.seen.subarray(0, max)
}

/** Of a file: all that was asked for, up to its end. */
function fileBytes(k: Kernel, inode: Inode, s: HostStream, at: number, max: number): Uint8Array {
  const first = windowBytes(k, inode, s, at, max)
  if (first.length === 0 || first.length === max) return first
  const bytes = new Uint8Array(max)
  let done = 0
  for (let part = first; part.length > 0; part = windowBytes(k, inode, s, at + done, max - done)) {
    bytes.set(part, done)
    done += part.length
    if (done === max) break
  }
  return bytes.subarray(0, done)
}

/** What the window has there; it goes where somebody reads. Reading straight on asks for the next bytes; else the place is said. */
function windowBytes(k: Kernel, inode: Inode, s: HostStream, at: number, max: number): Uint8Array {
  if (max > 0 && (at < s.seenAt || at >= s.seenAt + s.seen.length)) {
    const next = at === s.asked
    s.seen = next ? nextBytes(k, WINDOW) : door(k, 'stdin.at', () => k.host.readInputAt?.(at, WINDOW) ?? NOTHING).subarray(0, WINDOW)
    s.seenAt = at
    if (next) s.asked += s.seen.length
    inode.size = Math.max(inode.size, at + s.seen.length)
  }
  return s.seen.subarray(at - s.seenAt, at - s.seenAt + max)
}

function readable(file: FileDescription): HostStream {
  const s = streamOf(file.inode)
  if (s.stream !== 0) throw EIO
  return s
}

function write(k: Kernel, task: Task, file: FileDescription, bytes: Uint8Array): number {
  const s = streamOf(file.inode)
  if (s.stream === 0) throw EIO
  const refused = hostWrite(k, s.stream, bytes)
  if (refused !== 0) {
    if (refused === EPIPE.name) sendSignal(k, null, task, killInfo(SIGPIPE, task))
    throw errnoByName(refused) ?? EIO
  }
  file.pos += bytes.length
  return bytes.length
}

/** The host is asked (and waited for) when the guest reads, so input always counts as there. */
const poll: FileOps['poll'] = (_k, file) => (streamOf(file.inode).stream === 0 ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM)

export const hostPipeOps: FileOps = {
  positioned: ESPIPE,
  spliceFrom: () => true,
  read: (k, _task, file, max) => pipeBytes(k, readable(file), max),
  consume(_k, file, count) {
    file.pos += count
    const s = streamOf(file.inode)
    s.seen = s.seen.subarray(count)
  },
  write,
  poll,
}

export const hostFileOps: FileOps = {
  spliceFrom: () => true,
  fills: true,
  read: (k, _task, file, max, offset) => fileBytes(k, file.inode, readable(file), offset ?? file.pos, Math.min(max, WINDOW)),
  consume(_k, file, count) {
    file.pos += count
  },
  write(k, task, file, bytes) {
    const count = write(k, task, file, bytes)
    file.inode.size += count
    return count
  },
  poll,
  seekEnd(k, file) {
    if (streamOf(file.inode).stream === 0) file.inode.size = sizeOfInput(k)
    return file.inode.size
  },
}
