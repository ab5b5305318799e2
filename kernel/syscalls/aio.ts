// Asynchronous I/O (io_submit(2)). As in Linux for files that are cached, and for all that can only be waited for, each operation is done
// when it is submitted; its result is an event that io_getevents takes.
import {
  EAGAIN,
  EINTR,
  EINVAL,
  ENOMEM,
  EOPNOTSUPP,
  int64,
  isErrno,
  PROT_READ,
  PROT_WRITE,
  readStruct,
  RWF,
  struct,
  type Int64,
  type StructValues,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import {
  aioCount,
  chargeKmem,
  copyIn,
  copyOut,
  findFree,
  findRegion,
  getBig,
  getU32,
  getU64,
  KMEM,
  mapRegion,
  pageUp,
  peekUser,
  putBig,
  putU32,
  unmapRange,
  type AioContext,
  type Mm,
} from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { alarmAt, later } from '../time/index.ts'
import type { Task } from '../state.ts'
import { anonymousInode, fileAt, opsOf, type FileDescription } from '../vfs/index.ts'
import { blocked, keeping, keptOr, type Blocked, type SyscallResult } from '../waiting.ts'
import { address, pointer, SHOWN_BYTES, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { vectorText } from './file-args.ts'
import { underMask } from './poll.ts'
import { nameOf, plainHex, quote } from './text.ts'
import { nanoseconds, timespec, type Timespec } from './times.ts'
import { oneSegment, readFile, readOps, readVector, totalOf, writeFile, writeOps, type Segment } from './transfer.ts'

const IOCB = struct({
  data: 'big',
  key: 'u32',
  rwFlags: 'i32',
  opcode: 'u16',
  reqprio: 'i16',
  fildes: 'u32',
  buf: 'u64',
  nbytes: 'u64',
  offset: 'int64',
  reserved2: 'big',
  flags: 'u32',
  resfd: 'u32',
})
type Iocb = StructValues<(typeof IOCB)['members']>
const KEY_AT = 8
const OPCODES = {
  IOCB_CMD_PREAD: 0,
  IOCB_CMD_PWRITE: 1,
  IOCB_CMD_FSYNC: 2,
  IOCB_CMD_FDSYNC: 3,
  IOCB_CMD_POLL: 5,
  IOCB_CMD_NOOP: 6,
  IOCB_CMD_PREADV: 7,
  IOCB_CMD_PWRITEV: 8,
} as const
const { IOCB_CMD_PREAD, IOCB_CMD_PWRITE, IOCB_CMD_FSYNC, IOCB_CMD_FDSYNC, IOCB_CMD_PREADV, IOCB_CMD_PWRITEV } = OPCODES
const FLAG_RESFD = 1
const EVENT_BYTES = 32
const POINTER_BYTES = 8
/** aio.c: events that a ring may have, so that its size does not overflow. */
const RING_LIMIT = 0x1000_0000 / EVENT_BYTES
const RING_HEADER = 32
const LABEL = '/[aio] (deleted)'

const space = (task: Task): Mm => {
  if (task.mm === null) throw new Error(`an I/O call of task ${task.pid}, which has no address space`)
  return task.mm
}

/** io_setup(2): a context is called by the address of its ring, which stays empty here: events are asked for by calls. */
function setup(k: Kernel, task: Task, count: number, at: number): number {
  if (getBig(k, task, at) !== 0n || count === 0) throw EINVAL
  const mm = space(task)
  const entries = Math.max(count, k.state.harts.length * 4) * 2
  if (entries > RING_LIMIT) throw EINVAL
  if (aioCount(k) + count > k.state.sysctl.aioMaxNr) throw EAGAIN
  const length = pageUp(RING_HEADER + (entries + 2) * EVENT_BYTES)
  // All that goes into the pages, but one: head and tail would be the same.
  const room = Math.floor((length - RING_HEADER) / EVENT_BYTES) - 1
  const start = findFree(mm, length)
  if (start < 0) throw ENOMEM
  chargeKmem(k, room * KMEM.element, ENOMEM)
  const inode = anonymousInode(k, length)
  mapRegion(k, mm, { start, length, prot: PROT_READ | PROT_WRITE, shared: true, inode, label: LABEL }).dontFork = true
  try {
    putBig(k, task, at, BigInt(start))
  } catch (error) {
    unmapRange(k, mm, start, start + length)
    throw error
  }
  mm.aio ??= new Map()
  mm.aio.set(start, { most: count, room, length, events: [], queue: newQueue() })
  return 0
}

/** EINVAL: there is no such context. */
function contextOf(task: Task, id: number): AioContext {
  const context = space(task).aio?.get(id)
  if (!context) throw EINVAL
  return context
}

/** Whoever waits for its events hears that it is gone. */
function destroy(k: Kernel, task: Task, id: number): number {
  const context = contextOf(task, id)
  const mm = space(task)
  mm.aio?.delete(id)
  if (findRegion(mm, id)?.label === LABEL) unmapRange(k, mm, id, id + context.length)
  wakeAll(k, context.queue)
  return 0
}

/** What an operation answers; thrown is what submitting it does. */
type Operation = (k: Kernel, task: Task, file: FileDescription, iocb: Iocb) => number | Blocked

/** A result is an event, also where it is an error. */
function asResult(run: () => number | Blocked): number | Blocked {
  try {
    return run()
  } catch (error) {
    if (!isErrno(error)) throw error
    return -error.code
  }
}

type Move = (
  ...given: [k: Kernel, task: Task, file: FileDescription, segments: readonly Segment[], offset: number | null]
) => number | Blocked

function transfer(move: Move, ops: (k: Kernel, file: FileDescription) => unknown, vector: boolean): Operation {
  return (k, task, file, { buf, nbytes, offset, rwFlags }) => {
    if (rwFlags & ~(RWF.RWF_HIPRI | RWF.RWF_DSYNC | RWF.RWF_SYNC)) throw EOPNOTSUPP
    ops(k, file)
    const segments: Segment[] = vector ? readVector(k, task, buf, nbytes) : oneSegment(buf, nbytes)
    const positioned = opsOf(k, file).positioned === undefined
    if (positioned && (offset < 0 || Number(offset) + totalOf(segments) >= 2 ** 63)) throw EINVAL
    return asResult(() => move(k, task, file, segments, positioned ? Number(offset) : null))
  }
}

const sync: Operation = (k, _task, file, { buf, nbytes, offset, rwFlags }) => {
  if (buf !== 0 || nbytes !== 0 || offset !== 0 || rwFlags !== 0 || !opsOf(k, file).syncs) throw EINVAL
  return 0
}

const OPERATIONS: Readonly<Record<number, Operation>> = {
  [IOCB_CMD_PREAD]: transfer(readFile, readOps, false),
  [IOCB_CMD_PWRITE]: transfer(writeFile, writeOps, false),
  [IOCB_CMD_PREADV]: transfer(readFile, readOps, true),
  [IOCB_CMD_PWRITEV]: transfer(writeFile, writeOps, true),
  [IOCB_CMD_FSYNC]: sync,
  [IOCB_CMD_FDSYNC]: sync,
}

/** An eventfd that hears of each result. EBADF, EINVAL. */
function notified(task: Task, { flags, resfd }: Iocb): FileDescription | null {
  if (!(flags & FLAG_RESFD)) return null
  const file = fileAt(task, resfd | 0)
  if (file.data?.kind !== 'eventfd') throw EINVAL
  return file
}
const ONE = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)

/** One operation, done. Blocked: it has to wait, and is begun again. */
function submitOne(k: Kernel, task: Task, context: AioContext, at: number): Blocked | null {
  const iocb = readStruct(IOCB, copyIn(k, task, at, IOCB.size))
  if (iocb.reserved2 !== 0n || iocb.nbytes >= 2 ** 63) throw EINVAL
  if (context.events.length >= context.room) throw EAGAIN
  const file = fileAt(task, iocb.fildes | 0)
  const heard = notified(task, iocb)
  putU32(k, task, at + KEY_AT, 0)
  const operation = OPERATIONS[iocb.opcode]
  if (!operation) throw EINVAL
  const result = operation(k, task, file, iocb)
  if (typeof result !== 'number') return result
  context.events.push({ data: iocb.data, object: at, result })
  wakeAll(k, context.queue)
  if (heard) opsOf(k, heard).write?.(k, task, heard, ONE, null, 0, ONE.length)
  return null
}

function submit(k: Kernel, task: Task, id: number, count: number, at: number): SyscallResult {
  if (count < 0) throw EINVAL
  const context = contextOf(task, id)
  const kept = keptOr(task, () => ({ done: 0 }))
  let { done } = kept
  try {
    for (; done < Math.min(count, context.room + 1); done++) {
      const wait = submitOne(k, task, context, getU64(k, task, at + done * POINTER_BYTES))
      if (wait !== null) return keeping({ ...wait, partial: done > 0 ? done : undefined }, { done })
      // What one of them remembered is not the next one's.
      if (task.call !== null) task.call.progress = null
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** Takes up to `most` events; those that a fault keeps from the program stay. */
function take(k: Kernel, task: Task, { events }: AioContext, most: number, at: number): number {
  const bytes = new Uint8Array(EVENT_BYTES)
  const view = new DataView(bytes.buffer)
  let done = 0
  try {
    for (; done < most && events.length > 0; done++) {
      const { data, object, result } = events[0]
      view.setBigUint64(0, data, true)
      view.setBigUint64(8, BigInt(object), true)
      view.setBigInt64(16, BigInt(result), true)
      copyOut(k, task, at + done * EVENT_BYTES, bytes)
      events.shift()
    }
  } catch (error) {
    if (done === 0 || !isErrno(error)) throw error
  }
  return done
}

/** A time that is none has passed already. */
const spanOf = ({ sec, nsec }: Timespec): Int64 => (sec < 0 || nsec < 0 ? 0 : nanoseconds({ sec, nsec: Number(nsec) }))

function getEvents(k: Kernel, task: Task, id: number, least: number, most: number, at: number, timeout: Timespec | null): SyscallResult {
  const until = keptOr(task, () => ({ at: timeout === null ? Infinity : alarmAt(later(k.state.time, spanOf(timeout))) }))
  const context = contextOf(task, id)
  if (least > most || least < 0) throw EINVAL
  const there = Math.min(context.events.length, most)
  if (there >= least || k.state.time >= until.at || (task.signalPending && there > 0)) return take(k, task, context, most, at)
  return keeping(blocked([context.queue], EINTR, until.at), until)
}

// ---- how strace shows it

const dataText = (data: bigint): string => (data === 0n ? '0' : `0x${data.toString(16)}`)

function iocbText(k: Kernel, task: Task, at: number, whole = true): string {
  const bytes = at > 0 ? peekUser(k, task, at, IOCB.size) : null
  if (bytes === null) return pointer(at)
  const { data, opcode, reqprio, fildes, buf, nbytes, offset } = readStruct(IOCB, bytes)
  const name = Object.values<number>(OPCODES).includes(opcode) ? nameOf(OPCODES, opcode) : `${opcode} /* IOCB_CMD_??? */`
  const parts = [`aio_data=${dataText(data)}`, `aio_lio_opcode=${name}`]
  if (reqprio !== 0) parts.push(`aio_reqprio=${reqprio}`)
  parts.push(`aio_fildes=${fildes | 0}`)
  if (whole && (opcode === IOCB_CMD_PREAD || opcode === IOCB_CMD_PWRITE)) {
    const shown = opcode === IOCB_CMD_PWRITE ? peekUser(k, task, buf, Math.min(nbytes, SHOWN_BYTES + 1)) : null
    parts.push(`aio_buf=${shown === null ? pointer(buf) : quote(String.fromCharCode(...shown), SHOWN_BYTES)}`, `aio_nbytes=${nbytes}`)
    parts.push(`aio_offset=${offset}`)
  }
  if (whole && (opcode === IOCB_CMD_PREADV || opcode === IOCB_CMD_PWRITEV))
    parts.push(`aio_buf=${vectorText(k, task, buf, nbytes, opcode === IOCB_CMD_PWRITEV ? Infinity : 0)}`, `aio_offset=${offset}`)
  return `{${parts.join(', ')}}`
}

const SHOWN_IOCBS = 32
const iocbs: Arg<number> = {
  ...address,
  type: 'struct iocb **',
  show(raw, k, task, all) {
    const count = all[1]
    if (count === 0) return '[]'
    const shown = Math.min(count, SHOWN_IOCBS)
    const bytes = raw > 0 && count > 0 ? peekUser(k, task, raw, shown * POINTER_BYTES) : null
    if (bytes === null) return pointer(raw)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const texts = Array.from({ length: shown }, (_, i) => iocbText(k, task, Number(view.getBigUint64(i * POINTER_BYTES, true))))
    return `[${texts.join(', ')}${count > shown ? ', ...' : ''}]`
  },
}
const oneIocb: Arg<number> = { ...address, type: 'struct iocb *', show: (raw, k, task) => iocbText(k, task, raw, false) }

const eventsOut: Arg<number> = {
  type: 'struct io_event *',
  after: true,
  read: raw => raw,
  show(raw, k, task, _all, result) {
    if (result === 0) return '[]'
    const bytes = result === undefined || result < 0 ? null : peekUser(k, task, raw, Math.min(result, SHOWN_IOCBS) * EVENT_BYTES)
    if (bytes === null) return pointer(raw)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const texts = Array.from({ length: bytes.length / EVENT_BYTES }, (_, i) => {
      const at = i * EVENT_BYTES
      const object = Number(view.getBigUint64(at + 8, true))
      return `{data=${dataText(view.getBigUint64(at, true))}, obj=${pointer(object)}, res=${view.getBigInt64(at + 16, true)}, res2=0}`
    })
    return `[${texts.join(', ')}]`
  },
}
const contextOut: Arg<number> = {
  type: 'aio_context_t *',
  after: true,
  read: raw => raw,
  show: (raw, k, task, _all, result) => {
    const bytes = result === 0 ? peekUser(k, task, raw, 8) : null
    return bytes === null ? pointer(raw) : `[${pointer(Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)))}]`
  },
}
const long: Arg<number> = { type: 'long', read: raw => raw, wide: high => (int64(high, 0) < 0 ? -1 : 2 ** 63), show: raw => String(raw) }
const maskArg: Arg<number> = {
  ...address,
  show(raw, k, task) {
    const bytes = raw > 0 ? peekUser(k, task, raw, 2 * POINTER_BYTES) : null
    if (bytes === null) return pointer(raw)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    return `{sigmask=${pointer(Number(view.getBigUint64(0, true)))}, sigsetsize=${view.getBigUint64(8, true)}}`
  },
}
const context: Arg<number> = { ...address, type: 'aio_context_t', show: raw => plainHex(raw) }

export const aioCalls: Syscall[] = [
  syscall(0, 'io_setup', { nr_events: uint, ctxp: contextOut }, (k, task, { nr_events, ctxp }) => setup(k, task, nr_events, ctxp), {
    note: 'The ring in memory stays empty: libraries ask by io_getevents.',
  }),
  syscall(1, 'io_destroy', { ctx_id: context }, (k, task, { ctx_id }) => destroy(k, task, ctx_id)),
  syscall(
    2,
    'io_submit',
    { ctx_id: context, nr: long, iocbpp: iocbs },
    (k, task, { ctx_id, nr, iocbpp }) => submit(k, task, ctx_id, nr, iocbpp),
    {
      note: 'IOCB_CMD_POLL is refused (EINVAL); of the RWF_* flags those that say when data is safe are taken. What has to wait waits in this call.',
    },
  ),
  syscall(3, 'io_cancel', { ctx_id: context, iocb: oneIocb, result: address }, (k, task, { ctx_id, iocb }) => {
    if (getU32(k, task, iocb + KEY_AT) !== 0) throw EINVAL
    contextOf(task, ctx_id)
    // All that was submitted is done.
    throw EINVAL
  }),
  syscall(
    4,
    'io_getevents',
    { ctx_id: context, min_nr: long, nr: long, events: eventsOut, timeout: timespec },
    (k, task, { ctx_id, min_nr, nr, events, timeout }) => getEvents(k, task, ctx_id, min_nr, nr, events, timeout),
  ),
  syscall(
    292,
    'io_pgetevents',
    { ctx_id: context, min_nr: long, nr: long, events: eventsOut, timeout: timespec, usig: maskArg },
    (k, task, { ctx_id, min_nr, nr, events, timeout, usig }) => {
      const first = task.call === null
      const mask = usig === 0 || !first ? 0 : getU64(k, task, usig)
      const bytes = mask === 0 ? 0 : getU64(k, task, usig + POINTER_BYTES)
      return underMask(k, task, mask, bytes, () => getEvents(k, task, ctx_id, min_nr, nr, events, timeout))
    },
  ),
]
