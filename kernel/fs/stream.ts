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
import type { FileDescription, FileOps, HostStream, Inode } from '../vfs/types.ts'
import type { Kernel } from '../kernel.ts'
import { hostWrite } from '../output.ts'

const STREAM_MODE = 0o600
/** How much is asked of a regular file at once. */
const READ_AHEAD = 65536

/** A host standard stream as a guest file: a pipe, or a regular file that can be read again from where one seeks to. */
export function makeHostStream(k: Kernel, stream: 0 | 1 | 2, kind: 'pipe' | 'regular'): FileDescription {
  const inode = newInode(k.state.vfs.pipefs, kind === 'pipe' ? 'fifo' : 'regular', STREAM_MODE, 0, 0, timestampNow(k))
  inode.nlink = 1
  inode.stream = { stream, seen: new Uint8Array(0), seenBytes: 0, ended: false }
  const flags = stream === 0 ? O_RDONLY : kind === 'regular' ? O_WRONLY | O_APPEND : O_WRONLY
  return newDescription(
    'hostStream',
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

/** Appends what the host answers next; false at its end. */
function readMore(k: Kernel, inode: Inode, max: number): boolean {
  const s = streamOf(inode)
  if (s.ended) return false
  const bytes = door(k, 'stdin', () => k.host.readInput(max))
  if (bytes.length === 0) {
    s.ended = true
    return false
  }
  const needed = s.seenBytes + bytes.length
  if (needed > s.seen.length) {
    const grown = new Uint8Array(Math.max(needed, 2 * s.seen.length))
    grown.set(s.seen.subarray(0, s.seenBytes))
    s.seen = grown
  }
  s.seen.set(bytes, s.seenBytes)
  s.seenBytes = needed
  inode.size = inode.kind === 'regular' ? needed : 0
  return true
}

export const hostStreamOps: FileOps = {
  spliceFrom: true,
  read(k, _task, file, max, offset) {
    const s = streamOf(file.inode)
    if (s.stream !== 0) throw EIO
    if (file.inode.kind !== 'regular') {
      // Nothing is kept of a pipe but what was read and not yet taken.
      if (s.seenBytes === 0 && max > 0) readMore(k, file.inode, max)
      return s.seen.subarray(0, Math.min(max, s.seenBytes))
    }
    const at = offset ?? file.pos
    while (s.seenBytes < at + max && readMore(k, file.inode, READ_AHEAD));
    return s.seen.subarray(Math.min(at, s.seenBytes), Math.min(at + max, s.seenBytes))
  },
  consume(_k, file, count) {
    file.pos += count
    const s = streamOf(file.inode)
    if (file.inode.kind === 'regular') return
    s.seen = s.seen.subarray(count)
    s.seenBytes -= count
  },
  write(k, task, file, bytes) {
    const s = streamOf(file.inode)
    if (s.stream === 0) throw EIO
    const refused = hostWrite(k, s.stream, bytes)
    if (refused !== 0) {
      if (refused === EPIPE.name) sendSignal(k, null, task, killInfo(SIGPIPE, task))
      throw errnoByName(refused) ?? EIO
    }
    file.pos += bytes.length
    if (file.inode.kind === 'regular') file.inode.size += bytes.length
    return bytes.length
  },
  // The host is asked (and waited for) when the guest reads, so input always counts as there.
  poll: (_k, file) => (streamOf(file.inode).stream === 0 ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM),
  seekEnd(k, file) {
    if (file.inode.kind !== 'regular') throw ESPIPE
    while (streamOf(file.inode).stream === 0 && readMore(k, file.inode, READ_AHEAD));
    return file.inode.size
  },
}
