// Sending: sendto, sendmsg, sendmmsg. A stream's bytes go in pieces, a datagram's at once.
import { CMSGHDR, EFAULT, EINVAL, ENOBUFS, isErrno, readStruct } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn } from '../mm/index.ts'
import { socketOf, socketOps, waitFlag, type ControlBytes, type OutgoingControl } from '../net/index.ts'
import type { Task } from '../state.ts'
import { retainFile, type FileDescription } from '../vfs/index.ts'
import { goesOn, unfinished, PIECE_BYTES, type Blocked } from '../waiting.ts'
import { asleep, doneBefore, gather, totalOf, type Segment } from './transfer.ts'

const CHUNK = 65536
const NOTHING = new Uint8Array(0)

/** Sends the segments. Answers how many bytes went. */
export function sendFrom(
  k: Kernel,
  task: Task,
  file: FileDescription,
  segments: readonly Segment[],
  flags: number,
  to: Uint8Array | null,
  control: OutgoingControl | null,
): number | Blocked {
  const socket = socketOf(file)
  const ops = socketOps(socket)
  const length = totalOf(segments)
  const largest = ops.largest(socket)
  const most = largest === 0 ? CHUNK : length > largest ? 0 : length
  const before = doneBefore(task)
  let done = before
  try {
    do {
      if (done - before >= PIECE_BYTES) return unfinished({ call: 'transfer', done }, done, null)
      const wanted = Math.min(most, length - done)
      const bytes = wanted === 0 ? NOTHING : gather(k, task, file, segments, done, wanted)
      const left = length - done - bytes.length
      const count = ops.send(k, task, socket, { bytes, left, done, flags: flags | waitFlag(file), to, control })
      if (typeof count !== 'number') return holding(task, done > 0 ? asleep(count, done) : count, control)
      done += count
      if (count === 0 && bytes.length < wanted) throw EFAULT
      if (count === 0) break
    } while (done < length)
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** While the call sleeps it holds the files that it sends along. */
function holding(task: Task, wait: Blocked, control: OutgoingControl | null): Blocked {
  if (control === null || control.files.length === 0 || goesOn(task)) return wait
  return { ...wait, held: control.files.map(retainFile) }
}

const ALIGN = 8
const INT_MAX = 2 ** 31 - 1

/** The control messages of a send. ENOBUFS: too many bytes; EINVAL: they are none; and what the family says of them. */
export function controlIn(k: Kernel, task: Task, file: FileDescription, at: number, length: number): OutgoingControl | null {
  if (length === 0) return null
  if (length > INT_MAX || length > k.state.sysctl.optmemMax) throw ENOBUFS
  const bytes = copyIn(k, task, at, length)
  const messages: ControlBytes[] = []
  for (let from = 0; from + CMSGHDR.size <= length;) {
    const header = readStruct(CMSGHDR, bytes, from)
    if (header.length < CMSGHDR.size || header.length > length - from) throw EINVAL
    messages.push({ level: header.level, type: header.type, bytes: bytes.slice(from + CMSGHDR.size, from + header.length) })
    from += Math.ceil(header.length / ALIGN) * ALIGN
  }
  const socket = socketOf(file)
  return socketOps(socket).control(k, task, socket, messages)
}
