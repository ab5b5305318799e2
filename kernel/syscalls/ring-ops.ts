// io_uring's operations that are calls of the system: each is a row that says which call's body it is, and where its arguments lie in the
// submission. Reading and writing go where read(2) and write(2) go.
import {
  EBADF,
  EFAULT,
  EINVAL,
  EOPNOTSUPP,
  IORING_CQE,
  IORING_CQE_BUFFER_SHIFT,
  IORING_OPS,
  IOSQE,
  MSG_WAITALL,
  RWF,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { closePlace, fileOf, moveToTable, postMore, takeBuffer, type RingOp, type RingRequest } from '../ring/index.ts'
import { isReadable, isWritable, opsOf, retainFile } from '../vfs/index.ts'
import { fileAt } from '../vfs/index.ts'
import type { Blocked } from '../waiting.ts'
import { chargeCall } from './kernel-memory.ts'
import { TIMEOUT_OPS } from './ring-timeouts.ts'
import { spliceFiles, tee } from './splice.ts'
import { SYSCALLS } from './table.ts'
import { oneSegment, readFile, readOps, readVector, totalOf, writeFile, writeOps, type Segment } from './transfer.ts'

type Raw = number | bigint
const BY_NAME = new Map(SYSCALLS.flatMap(row => (row === undefined ? [] : [[row.name, row] as const])))

function refuse(bad: boolean): void {
  if (bad) throw EINVAL
}
const low = (value: bigint): number => Number(BigInt.asUintN(32, value))

/** Runs a call's row with arguments that no register held. */
function callRow(k: Kernel, { task, call }: RingRequest, name: string, raws: readonly Raw[]): number | Blocked {
  const row = BY_NAME.get(name)
  if (row === undefined) throw new Error(`a ring's operation is the call '${name}', which has no row`)
  let { values } = call
  if (values === null) {
    values = {}
    const take = (named: boolean | null): void => {
      for (const [i, [key, arg]] of row.args.entries()) {
        if (named !== null && (arg.named === true) !== named) continue
        const raw = raws[i] ?? 0
        const wide = BigInt.asIntN(64, BigInt(raw))
        if (arg.word) (values as Record<string, unknown>)[key] = arg.read(Number(BigInt.asIntN(32, wide)), k, task)
        else if (Number.isSafeInteger(Number(wide)) || arg.wide === undefined)
          (values as Record<string, unknown>)[key] = arg.read(Number(wide), k, task)
        else (values as Record<string, unknown>)[key] = arg.wide(Number(wide >> 32n), Number(BigInt.asIntN(32, wide)))
      }
    }
    take(row.first === undefined ? null : false)
    row.first?.(values)
    if (row.first !== undefined) take(true)
    chargeCall(k, task, row.nr, values)
  }
  const result = row.run(k, task, values)
  if (typeof result === 'symbol') throw new Error(`a ring's operation is the call '${name}', which does not return`)
  if (typeof result === 'object') call.values = values
  return result
}

type Extra = Partial<Pick<RingOp, 'file' | 'ioprio' | 'selects' | 'check' | 'isShort'>>

/** The body of a call, with its arguments as they lie in the submission. */
const asCall = (op: string, name: string, raws: (request: RingRequest) => readonly Raw[], extra: Extra = {}): RingOp => ({
  name: op,
  nr: BY_NAME.get(name)?.nr,
  run: (k, request) => callRow(k, request, name, raws(request)),
  ...extra,
})

// ---- reading and writing

const CURRENT = 2n ** 64n - 1n

const supported = RWF.RWF_HIPRI | RWF.RWF_DSYNC | RWF.RWF_SYNC

/** Where: null is the file's own position. EINVAL. */
function placeOf(k: Kernel, request: RingRequest): number | null {
  const { off } = request.sqe
  if (opsOf(k, fileOf(request)).positioned !== undefined || off === CURRENT) return null
  const place = BigInt.asIntN(64, off)
  if (place < 0n) throw EINVAL
  return Number(place)
}

type Find = (k: Kernel, request: RingRequest) => Segment[]

function bufferAt(_k: Kernel, { sqe, buffer }: RingRequest): Segment[] {
  if (buffer !== null) return oneSegment(buffer.at, sqe.len === 0 ? buffer.length : Math.min(sqe.len, buffer.length))
  return oneSegment(Number(sqe.addr), sqe.len)
}

/** A registered buffer: EFAULT outside of it, and where there is none. */
function fixedAt(_k: Kernel, { ring, sqe }: RingRequest): Segment[] {
  const registered = ring.buffers?.[sqe.bufIndex] ?? null
  const at = Number(sqe.addr)
  if (registered === null || at < registered.at || at + sqe.len > registered.at + registered.length) throw EFAULT
  return oneSegment(at, sqe.len)
}

function vectorAt(k: Kernel, request: RingRequest): Segment[] {
  const { task, sqe, buffer } = request
  if (buffer === null) return readVector(k, task, Number(sqe.addr), sqe.len)
  if (sqe.len !== 1) throw EINVAL
  const [{ length }] = readVector(k, task, Number(sqe.addr), 1)
  return oneSegment(buffer.at, Math.min(length, buffer.length))
}

function moving(name: string, write: boolean, find: Find, extra: Extra = {}): RingOp {
  const ops = write ? writeOps : readOps
  const move = write ? writeFile : readFile
  return {
    name,
    file: true,
    ioprio: 0xffff,
    ...extra,
    nr: BY_NAME.get(write ? 'write' : 'read')?.nr,
    run(k, request) {
      const { task, sqe, call } = request
      const file = fileOf(request)
      ops(k, file)
      if (sqe.opFlags & ~supported) throw EOPNOTSUPP
      const place = placeOf(k, request)
      // What was read of the program's memory when it was submitted holds, however long it waits.
      const segments = (call.kept as Segment[] | null) ?? find(k, request)
      const result = move(k, task, file, segments, place)
      if (typeof result !== 'object' || request.buffer !== null) return result
      return { ...result, kept: segments }
    },
    isShort: (request, result) => result < asked(request),
  }
}

const asked = ({ sqe, call, buffer }: RingRequest): number => {
  const kept = call.kept as Segment[] | null
  if (kept !== null) return totalOf(kept)
  if (buffer !== null) return sqe.len === 0 ? buffer.length : Math.min(sqe.len, buffer.length)
  const vector = sqe.opcode === IORING_OPS.IORING_OP_READV || sqe.opcode === IORING_OPS.IORING_OP_WRITEV
  return vector ? 0 : sqe.len
}

// ---- sockets

const RECV_POLL_FIRST = 1
const RECV_MULTISHOT = 2

/** One message after the other, each into a buffer of the group, until nothing is there. */
function receiveMany(k: Kernel, request: RingRequest): number | Blocked {
  const { ring, task, sqe } = request
  request.multishot = true
  for (;;) {
    const buffer = takeBuffer(k, task, ring, sqe.bufIndex)
    if (buffer === null) return -ENOBUFS_CODE
    request.call.values = null
    const result = callRow(k, request, 'recvfrom', [
      sqe.fd,
      buffer.at,
      sqe.len === 0 ? buffer.length : Math.min(sqe.len, buffer.length),
      sqe.opFlags,
      0,
      0,
    ])
    if (typeof result === 'object') {
      giveBackTo(request, buffer)
      return result
    }
    request.buffer = result > 0 ? buffer : null
    if (result <= 0) giveBackTo(request, buffer)
    if (result <= 0 || !postMore(k, request, result, IORING_CQE.F_BUFFER | (buffer.id << IORING_CQE_BUFFER_SHIFT))) return result
    request.buffer = null
  }
}

function accept(k: Kernel, request: RingRequest): number | Blocked {
  const { ring, task, sqe } = request
  const several = (sqe.ioprio & 1) !== 0
  for (;;) {
    const result = callRow(k, request, 'accept4', [sqe.fd, sqe.addr, sqe.off, sqe.opFlags])
    if (typeof result === 'object') return result
    const place = sqe.spliceFd === 0 ? result : moveToTable(k, task, ring, result, sqe.spliceFd)
    if (!several || !postMore(k, request, place)) return place
  }
}

/** A call that opens something: as a descriptor, or (sqe.file_index) in the ring's table. */
const opening = (op: string, name: string, raws: (request: RingRequest) => readonly Raw[], extra: Extra = {}): RingOp => ({
  ...asCall(op, name, raws, extra),
  run(k, request) {
    const { task, ring, sqe } = request
    const result = callRow(k, request, name, raws(request))
    return typeof result === 'object' || sqe.spliceFd === 0 ? result : moveToTable(k, task, ring, result, sqe.spliceFd)
  },
})

// ---- splice

const FD_IN_FIXED = 2 ** 31

function spliceSource(request: RingRequest): void {
  const { ring, task, sqe, call } = request
  if (call.files.length > 1) return
  const fixed = (sqe.opFlags & FD_IN_FIXED) !== 0
  const file = fixed ? (ring.files?.[sqe.spliceFd] ?? null) : fileAt(task, sqe.spliceFd)
  if (file === null) throw EBADF
  call.files.push({ fd: -1, file: retainFile(file) })
}

const offsetOf = (value: bigint): number | null => {
  const offset = BigInt.asIntN(64, value)
  if (offset === -1n) return null
  if (offset < 0n) throw EINVAL
  return Number(offset)
}

const splicing = (name: string, copies: boolean): RingOp => ({
  name,
  file: true,
  check(_k, { sqe }) {
    refuse((sqe.opFlags & ~(FD_IN_FIXED | 15)) >>> 0 !== 0 || (copies && (sqe.addr !== 0n || sqe.off !== 0n)))
  },
  run(k, request) {
    const { task, sqe } = request
    spliceSource(request)
    const [{ file: sink }, { file: source }] = request.call.files
    const flags = sqe.opFlags & 15
    if (sqe.len === 0) return 0
    if (copies) return tee(k, task, source, sink, sqe.len, flags)
    if (!isReadable(source) || !isWritable(sink)) throw EBADF
    return spliceFiles(k, task, { file: source, offset: offsetOf(sqe.addr) }, { file: sink, offset: offsetOf(sqe.off) }, sqe.len, flags)
  },
  isShort: ({ sqe }, result) => result !== sqe.len,
})

const NOTHING_ELSE = ({ sqe }: RingRequest): boolean => sqe.bufIndex !== 0 || sqe.spliceFd !== 0
const plain = (bad: (request: RingRequest) => boolean = () => false): RingOp['check'] => {
  return (_k, request) => refuse(NOTHING_ELSE(request) || bad(request))
}
/** Names are relative to descriptors, not to places of the table. */
const named = (bad: (request: RingRequest) => boolean = () => false): RingOp['check'] => {
  return (_k, request) => {
    refuse(bad(request))
    if (request.sqe.flags & IOSQE.FIXED_FILE) throw EBADF
  }
}
const whole = ({ sqe }: RingRequest, result: number): boolean => (sqe.opFlags & MSG_WAITALL) !== 0 && result < sqe.len

const ops = IORING_OPS
const ENOBUFS_CODE = 105

function giveBackTo({ ring, sqe }: RingRequest, buffer: { at: number; length: number; id: number }): void {
  const group = ring.groups.get(sqe.bufIndex)
  if (group?.kind === 'list') group.buffers.unshift(buffer)
  else if (group !== undefined) group.head--
}

export const RING_OPS: Readonly<Record<number, RingOp>> = {
  ...TIMEOUT_OPS,
  [ops.IORING_OP_READV]: moving('READV', false, vectorAt, { selects: true }),
  [ops.IORING_OP_WRITEV]: moving('WRITEV', true, vectorAt),
  [ops.IORING_OP_READ_FIXED]: moving('READ_FIXED', false, fixedAt),
  [ops.IORING_OP_WRITE_FIXED]: moving('WRITE_FIXED', true, fixedAt),
  [ops.IORING_OP_READ]: moving('READ', false, bufferAt, { selects: true }),
  [ops.IORING_OP_WRITE]: moving('WRITE', true, bufferAt),
  [ops.IORING_OP_FSYNC]: asCall('FSYNC', 'fsync', ({ sqe }) => [sqe.fd], {
    file: true,
    check: plain(({ sqe }) => sqe.addr !== 0n || (sqe.opFlags & ~1) !== 0),
  }),
  [ops.IORING_OP_SYNC_FILE_RANGE]: asCall('SYNC_FILE_RANGE', 'sync_file_range', ({ sqe }) => [sqe.fd, sqe.off, sqe.len, sqe.opFlags], {
    file: true,
    check: plain(({ sqe }) => sqe.addr !== 0n),
  }),
  [ops.IORING_OP_SEND]: asCall('SEND', 'sendto', ({ sqe }) => [sqe.fd, sqe.addr, sqe.len, sqe.opFlags, sqe.off, sqe.spliceFd & 0xffff], {
    file: true,
    ioprio: RECV_POLL_FIRST,
    check: (_k, { sqe }) => refuse((sqe.ioprio & ~RECV_POLL_FIRST) !== 0),
    isShort: whole,
  }),
  [ops.IORING_OP_RECV]: {
    ...asCall(
      'RECV',
      'recvfrom',
      ({ sqe, buffer }) => [
        sqe.fd,
        buffer?.at ?? sqe.addr,
        buffer === null ? sqe.len : sqe.len === 0 ? buffer.length : Math.min(sqe.len, buffer.length),
        sqe.opFlags,
        0,
        0,
      ],
      { file: true, ioprio: RECV_POLL_FIRST | RECV_MULTISHOT, selects: true, isShort: whole },
    ),
    check(_k, request) {
      const { sqe } = request
      refuse(sqe.off !== 0n || sqe.spliceFd !== 0 || (sqe.ioprio & ~(RECV_POLL_FIRST | RECV_MULTISHOT)) !== 0)
      if (!(sqe.ioprio & RECV_MULTISHOT)) return
      refuse(!(sqe.flags & IOSQE.BUFFER_SELECT) || (sqe.opFlags & MSG_WAITALL) !== 0)
      request.multishot = true
    },
    run(k, request) {
      const { sqe, buffer } = request
      if (request.multishot) return receiveMany(k, request)
      const length = buffer === null ? sqe.len : sqe.len === 0 ? buffer.length : Math.min(sqe.len, buffer.length)
      // The buffer may be another one each time.
      if (buffer !== null) request.call.values = null
      return callRow(k, request, 'recvfrom', [sqe.fd, buffer?.at ?? sqe.addr, length, sqe.opFlags, 0, 0])
    },
  },
  [ops.IORING_OP_SENDMSG]: asCall('SENDMSG', 'sendmsg', ({ sqe }) => [sqe.fd, sqe.addr, sqe.opFlags], {
    file: true,
    ioprio: RECV_POLL_FIRST,
    check: (_k, { sqe }) => refuse(sqe.off !== 0n || sqe.spliceFd !== 0 || (sqe.ioprio & ~RECV_POLL_FIRST) !== 0),
  }),
  [ops.IORING_OP_RECVMSG]: asCall('RECVMSG', 'recvmsg', ({ sqe }) => [sqe.fd, sqe.addr, sqe.opFlags], {
    file: true,
    ioprio: RECV_POLL_FIRST,
    check: (_k, { sqe }) => refuse(sqe.off !== 0n || sqe.spliceFd !== 0 || (sqe.ioprio & ~RECV_POLL_FIRST) !== 0),
  }),
  [ops.IORING_OP_ACCEPT]: {
    name: 'ACCEPT',
    file: true,
    ioprio: 1,
    nr: BY_NAME.get('accept4')?.nr,
    check(_k, { sqe }) {
      refuse(sqe.len !== 0 || sqe.bufIndex !== 0 || (sqe.ioprio & ~1) !== 0)
      refuse((sqe.ioprio & 1) !== 0 && sqe.spliceFd > 0)
    },
    run: accept,
  },
  [ops.IORING_OP_CONNECT]: asCall('CONNECT', 'connect', ({ sqe }) => [sqe.fd, sqe.addr, low(sqe.off)], {
    file: true,
    check: plain(({ sqe }) => sqe.len !== 0 || sqe.opFlags !== 0),
  }),
  [ops.IORING_OP_BIND]: asCall('BIND', 'bind', ({ sqe }) => [sqe.fd, sqe.addr, low(sqe.off)], {
    file: true,
    check: plain(({ sqe }) => sqe.len !== 0 || sqe.opFlags !== 0),
  }),
  [ops.IORING_OP_LISTEN]: asCall('LISTEN', 'listen', ({ sqe }) => [sqe.fd, sqe.len], {
    file: true,
    check: plain(({ sqe }) => sqe.addr !== 0n || sqe.opFlags !== 0 || sqe.off !== 0n),
  }),
  [ops.IORING_OP_SHUTDOWN]: asCall('SHUTDOWN', 'shutdown', ({ sqe }) => [sqe.fd, sqe.len], {
    file: true,
    check: plain(({ sqe }) => sqe.off !== 0n || sqe.addr !== 0n || sqe.opFlags !== 0),
  }),
  [ops.IORING_OP_SOCKET]: opening('SOCKET', 'socket', ({ sqe }) => [sqe.fd, low(sqe.off), sqe.len], {
    check: (_k, { sqe }) => refuse(sqe.addr !== 0n || sqe.opFlags !== 0 || sqe.bufIndex !== 0),
  }),
  [ops.IORING_OP_FALLOCATE]: asCall('FALLOCATE', 'fallocate', ({ sqe }) => [sqe.fd, sqe.len, sqe.off, sqe.addr], {
    file: true,
    check: plain(({ sqe }) => sqe.opFlags !== 0),
  }),
  [ops.IORING_OP_FTRUNCATE]: asCall('FTRUNCATE', 'ftruncate', ({ sqe }) => [sqe.fd, sqe.off], {
    file: true,
    check: plain(({ sqe }) => sqe.opFlags !== 0 || sqe.addr !== 0n || sqe.len !== 0 || sqe.addr3 !== 0n),
  }),
  [ops.IORING_OP_OPENAT]: opening('OPENAT', 'openat', ({ sqe }) => [sqe.fd, sqe.addr, sqe.opFlags, sqe.len], {
    check: named(({ sqe }) => sqe.bufIndex !== 0),
  }),
  [ops.IORING_OP_OPENAT2]: opening('OPENAT2', 'openat2', ({ sqe }) => [sqe.fd, sqe.addr, sqe.off, sqe.len], {
    check: named(({ sqe }) => sqe.bufIndex !== 0),
  }),
  [ops.IORING_OP_CLOSE]: {
    ...asCall('CLOSE', 'close', ({ sqe }) => [sqe.fd]),
    check(_k, { sqe }) {
      refuse(sqe.off !== 0n || sqe.addr !== 0n || sqe.len !== 0 || sqe.opFlags !== 0 || sqe.bufIndex !== 0)
      if (sqe.flags & IOSQE.FIXED_FILE) throw EBADF
      refuse(sqe.spliceFd !== 0 && sqe.fd !== 0)
    },
    run(k, request) {
      const { ring, task, sqe } = request
      if (sqe.spliceFd !== 0) return closePlace(k, ring, sqe.spliceFd - 1)
      if (fileAt(task, sqe.fd).kind === 'ring') throw EBADF
      return callRow(k, request, 'close', [sqe.fd])
    },
  },
  [ops.IORING_OP_STATX]: asCall('STATX', 'statx', ({ sqe }) => [sqe.fd, sqe.addr, sqe.opFlags, sqe.len, sqe.off], {
    check: named(({ sqe }) => sqe.bufIndex !== 0 || sqe.spliceFd !== 0),
  }),
  [ops.IORING_OP_FADVISE]: asCall('FADVISE', 'fadvise64', ({ sqe }) => [sqe.fd, sqe.off, sqe.len || sqe.addr, sqe.opFlags], {
    file: true,
    check: plain(),
  }),
  [ops.IORING_OP_MADVISE]: asCall('MADVISE', 'madvise', ({ sqe }) => [sqe.addr, sqe.len || sqe.off, sqe.opFlags], { check: plain() }),
  [ops.IORING_OP_EPOLL_CTL]: asCall('EPOLL_CTL', 'epoll_ctl', ({ sqe }) => [sqe.fd, sqe.len, low(sqe.off), sqe.addr], { check: plain() }),
  [ops.IORING_OP_SPLICE]: splicing('SPLICE', false),
  [ops.IORING_OP_TEE]: splicing('TEE', true),
  [ops.IORING_OP_RENAMEAT]: asCall('RENAMEAT', 'renameat2', ({ sqe }) => [sqe.fd, sqe.addr, sqe.len, sqe.off, sqe.opFlags], {
    check: named(NOTHING_ELSE),
  }),
  [ops.IORING_OP_UNLINKAT]: asCall('UNLINKAT', 'unlinkat', ({ sqe }) => [sqe.fd, sqe.addr, sqe.opFlags], {
    check: named(r => r.sqe.off !== 0n || r.sqe.len !== 0 || NOTHING_ELSE(r)),
  }),
  [ops.IORING_OP_MKDIRAT]: asCall('MKDIRAT', 'mkdirat', ({ sqe }) => [sqe.fd, sqe.addr, sqe.len], {
    check: named(r => r.sqe.off !== 0n || r.sqe.opFlags !== 0 || NOTHING_ELSE(r)),
  }),
  [ops.IORING_OP_SYMLINKAT]: asCall('SYMLINKAT', 'symlinkat', ({ sqe }) => [sqe.addr, sqe.fd, sqe.off], {
    check: named(r => r.sqe.len !== 0 || r.sqe.opFlags !== 0 || NOTHING_ELSE(r)),
  }),
  [ops.IORING_OP_LINKAT]: asCall('LINKAT', 'linkat', ({ sqe }) => [sqe.fd, sqe.addr, sqe.len, sqe.off, sqe.opFlags], {
    check: named(NOTHING_ELSE),
  }),
  [ops.IORING_OP_FSETXATTR]: asCall('FSETXATTR', 'fsetxattr', ({ sqe }) => [sqe.fd, sqe.addr, sqe.off, sqe.len, sqe.opFlags], {
    file: true,
  }),
  [ops.IORING_OP_SETXATTR]: asCall('SETXATTR', 'setxattr', ({ sqe }) => [sqe.addr3, sqe.addr, sqe.off, sqe.len, sqe.opFlags], {
    check: named(),
  }),
  [ops.IORING_OP_FGETXATTR]: asCall('FGETXATTR', 'fgetxattr', ({ sqe }) => [sqe.fd, sqe.addr, sqe.off, sqe.len], { file: true }),
  [ops.IORING_OP_GETXATTR]: asCall('GETXATTR', 'getxattr', ({ sqe }) => [sqe.addr3, sqe.addr, sqe.off, sqe.len], { check: named() }),
}
