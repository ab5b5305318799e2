// What one process does with another that it could trace: its memory read and written, and which kernel objects the two share.
import { EBADF, EINVAL, EFAULT, ENOENT, EPERM, ESRCH, IOV_MAX, isErrno, KCMP, struct, readStruct, TWO_32 } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyInSome, copyOutSome, peekUser, type Mm } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { findTask, mayAttach, mayInspect } from '../task/index.ts'
import type { FileDescription } from '../vfs/index.ts'
import { keeping, keptOr, PIECE_BYTES, progressOf, unfinished, type Blocked } from '../waiting.ts'
import { address, argument, pid as pidArg, pointer, size } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { rangesAt, rangesIn, vectorIn, vectorOut } from './file-args.ts'
import { nameOf, plainHex } from './text.ts'
import { readVector, totalOf, type Segment } from './transfer.ts'

/** So much is copied at once. */
const CHUNK = 65536
const IOVEC_BYTES = 16

/** An iovec array of places in another process: only lengths are looked at. EINVAL, EFAULT. */
function remoteVector(k: Kernel, task: Task, at: number, count: number): Segment[] {
  if (count > IOV_MAX) throw EINVAL
  if (count === 0) return []
  const bytes = copyIn(k, task, at, count * IOVEC_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const word = (offset: number): number => view.getUint32(offset, true) + view.getUint32(offset + 4, true) * TWO_32
  for (let i = 0; i < count; i++) if (view.getInt32(i * IOVEC_BYTES + 12, true) < 0) throw EINVAL
  return Array.from({ length: count }, (_, i) => ({ at: word(i * IOVEC_BYTES), length: word(i * IOVEC_BYTES + 8) }))
}

/** Whose memory it is. ESRCH, EPERM. */
function memoryOf(task: Task, pid: number): Mm {
  const target = findTask(task.ns, pid)
  if (!target?.mm) throw ESRCH
  if (target.mm !== task.mm && !mayAttach(task, target)) throw EPERM
  return target.mm
}

/** A place in a list of segments laid end to end. */
interface Cursor {
  index: number
  inside: number
}
const endOf = (segments: readonly Segment[], done: number): Cursor => {
  let index = 0
  let inside = done
  while (index < segments.length && inside >= segments[index].length) inside -= segments[index++].length
  return { index, inside }
}

/** Bytes of both sides in step, as far as either reaches or a page is missing (process_vm_rw_core). */
function moveRemote(
  k: Kernel,
  task: Task,
  mm: Mm,
  local: readonly Segment[],
  remote: readonly Segment[],
  writes: boolean,
): number | Blocked {
  const before = progressOf(task, 'transfer')?.done ?? 0
  let done = before
  const buffer = new Uint8Array(Math.min(CHUNK, totalOf(local)))
  try {
    for (;;) {
      const here = endOf(local, done)
      const there = endOf(remote, done)
      if (here.index >= local.length || there.index >= remote.length) break
      if (done - before >= PIECE_BYTES) return unfinished({ call: 'transfer', done }, done, null)
      const mine = local[here.index]
      const theirs = remote[there.index]
      const wanted = Math.min(mine.length - here.inside, theirs.length - there.inside, CHUNK)
      const own = mine.at + here.inside
      const other = theirs.at + there.inside
      const bytes = buffer.subarray(0, wanted)
      const got = writes ? copyInSome(k, task, own, bytes) : copyInSome(k, task, other, bytes, mm)
      const part = bytes.subarray(0, got)
      const put = writes ? copyOutSome(k, task, other, part, mm) : copyOutSome(k, task, own, part)
      done += put
      if (put < wanted) throw EFAULT
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

interface RemoteArgs {
  pid: number
  local_iov: number
  liovcnt: number
  remote_iov: number
  riovcnt: number
  flags: number
}

function remote(k: Kernel, task: Task, a: RemoteArgs, writes: boolean): number | Blocked {
  if (a.flags !== 0) throw EINVAL
  const kept = keptOr(task, () => {
    const local = readVector(k, task, a.local_iov, a.liovcnt)
    return { local, remote: totalOf(local) === 0 ? [] : remoteVector(k, task, a.remote_iov, a.riovcnt) }
  })
  if (kept.remote.every(({ length }) => length === 0)) return 0
  return keeping(moveRemote(k, task, memoryOf(task, a.pid), kept.local, kept.remote, writes), kept)
}

/** Nothing was read: only where it would have gone to. */
const localOut: Arg<number> = {
  ...vectorOut,
  show: (raw, k, task, all, result) => ((result ?? -1) < 0 ? rangesIn : vectorOut).show(raw, k, task, all, result),
}

/** Index of riovcnt. The local side is shown with what it holds: at the call where that is written, afterwards where it was read. */
const REMOTE_COUNT = 4
const remoteArgs = (local: Arg<number>) => ({
  pid: pidArg,
  local_iov: local,
  liovcnt: size,
  remote_iov: rangesAt(REMOTE_COUNT),
  riovcnt: size,
  flags: size,
})

/** Where the objects of a kind come in the order of tasks: that is their order, for as long as nothing is made or given up. */
function orderOf<T extends object>(k: Kernel, one: T | null, other: T | null, held: (task: Task) => Iterable<T | null>): number {
  if (one === other) return 0
  if (one === null) return 1
  if (other === null) return 2
  for (const task of k.state.tasks.values())
    for (const object of held(task)) {
      if (object === one) return 1
      if (object === other) return 2
    }
  return 1
}

const filesOf = (task: Task): readonly (FileDescription | null)[] => task.files?.files ?? []
const fileOf = (task: Task, index: number): FileDescription => {
  const file = filesOf(task)[index]
  if (!file) throw EBADF
  return file
}
const compareFiles = (k: Kernel, one: FileDescription, other: FileDescription): number => orderOf(k, one, other, filesOf)

const EPOLL_SLOT = struct({ epfd: 'u32', fd: 'u32', offset: 'u32' })

/** A file, and what an epoll watches under a number; `offset` of those of that number. EBADF, EINVAL, ENOENT. */
function compareWatched(k: Kernel, task: Task, one: Task, other: Task, index: number, at: number): number {
  const slot = readStruct(EPOLL_SLOT, copyIn(k, task, at, EPOLL_SLOT.size))
  const file = fileOf(one, index)
  const epoll = fileOf(other, slot.epfd)
  if (epoll.data?.kind !== 'epoll') throw EINVAL
  const items = [...epoll.data.items].filter(item => item.fd === slot.fd)
  if (slot.offset >= items.length) throw ENOENT
  return compareFiles(k, file, items[slot.offset].file)
}

type Comparison = (k: Kernel, task: Task, one: Task, other: Task, first: number, second: number) => number
const COMPARISONS: Readonly<Record<number, Comparison>> = {
  [KCMP.KCMP_FILE]: (k, _task, one, other, first, second) => compareFiles(k, fileOf(one, first), fileOf(other, second)),
  [KCMP.KCMP_VM]: (k, _task, one, other) => orderOf(k, one.mm, other.mm, ({ mm }) => [mm]),
  [KCMP.KCMP_FILES]: (k, _task, one, other) => orderOf(k, one.files, other.files, ({ files }) => [files]),
  [KCMP.KCMP_FS]: (k, _task, one, other) => orderOf(k, one.fs, other.fs, ({ fs }) => [fs]),
  [KCMP.KCMP_SIGHAND]: (k, _task, one, other) => orderOf(k, one.group.actions, other.group.actions, ({ group }) => [group.actions]),
  // An I/O context is there once a priority was set, and nobody's but the task's.
  [KCMP.KCMP_IO]: (k, _task, one, other) =>
    orderOf(k, one.ioprio === undefined ? null : one, other.ioprio === undefined ? null : other, task => [task]),
  [KCMP.KCMP_SYSVSEM]: (k, _task, one, other) => orderOf(k, one.semUndo, other.semUndo, ({ semUndo }) => [semUndo]),
  [KCMP.KCMP_EPOLL_TFD]: compareWatched,
}

function kcmp(k: Kernel, task: Task, pid1: number, pid2: number, type: number, first: number, second: number): number {
  const one = findTask(task.ns, pid1)
  const other = findTask(task.ns, pid2)
  if (!one || !other) throw ESRCH
  if (!mayInspect(task, one) || !mayInspect(task, other)) throw EPERM
  const compare = COMPARISONS[type]
  if (!compare) throw EINVAL
  return compare(k, task, one, other, first, second)
}

function slotText(k: Kernel, task: Task, at: number): string {
  const bytes = at > 0 ? peekUser(k, task, at, EPOLL_SLOT.size) : null
  if (bytes === null) return pointer(at)
  const { epfd, fd, offset } = readStruct(EPOLL_SLOT, bytes)
  return `{efd=${epfd | 0}, tfd=${fd | 0}, toff=${offset}}`
}

/** Indexes are shown for those comparisons that take some (a slot of an epoll by what it says). */
function kcmpText(k: Kernel, task: Task, raw: readonly number[], result?: number): string {
  if (result !== undefined) return ''
  const [pid1, pid2, type, first, second] = raw
  const start = `${pid1 | 0}, ${pid2 | 0}, ${nameOf(KCMP, type | 0)}`
  if (type === KCMP.KCMP_FILE) return `${start}, ${first >>> 0}, ${second >>> 0}`
  if (type === KCMP.KCMP_EPOLL_TFD) return `${start}, ${first >>> 0}, ${slotText(k, task, second)}`
  return type in COMPARISONS ? start : `${start}, ${plainHex(first)}, ${plainHex(second)}`
}

export const remoteCalls: Syscall[] = [
  syscall(270, 'process_vm_readv', remoteArgs(localOut), (k, task, a) => remote(k, task, a, false)),
  syscall(271, 'process_vm_writev', remoteArgs(vectorIn), (k, task, a) => remote(k, task, a, true)),
  syscall(
    272,
    'kcmp',
    { pid1: pidArg, pid2: pidArg, type: argument, idx1: address, idx2: address },
    (k, task, { pid1, pid2, type, idx1, idx2 }) =>
      kcmp(k, task, pid1, pid2, type | 0, idx1 % TWO_32, type === KCMP.KCMP_EPOLL_TFD ? idx2 : idx2 % TWO_32),
    { text: kcmpText, note: 'The order of objects (1, 2) is that of the tasks that hold them, and holds until one is made or given up.' },
  ),
]
