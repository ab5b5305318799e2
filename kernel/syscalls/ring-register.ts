// io_uring_register(2): what a ring keeps for its requests, an operation a row.
import {
  EBADFD,
  EBUSY,
  EEXIST,
  EFAULT,
  EINVAL,
  EMFILE,
  ENOENT,
  ENOMEM,
  ENXIO,
  EOVERFLOW,
  IORING_OP_LAST,
  IORING_REGISTER,
  RLIMIT_NOFILE,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, copyIn, copyOut, getU16, getU32, getU64, KMEM, writableUser } from '../mm/index.ts'
import { dropFiles, fileFor, ringOp, updateFiles, type RingData } from '../ring/index.ts'
import { rlimit } from '../task/index.ts'
import type { Task } from '../state.ts'
import { fileAt, releaseFile, retainFile } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'

const MAX_FILES = 2 ** 20
const MAX_BUFFERS = 2 ** 14
const MAX_BUFFER_BYTES = 2 ** 30
const PAGE = 4096
const MAX_RING_BUFFERS = 32768
const PERSONALITIES_MAX = 65535
const IOVEC_BYTES = 16
const FD_BYTES = 4
const PROBE_HEAD = 16
const PROBE_OP_BYTES = 8
const PROBE_SUPPORTED = 1
const OPS_MAX = 256
const PBUF_RING_BYTES = 40

type Register = (k: Kernel, task: Task, ring: RingData, at: number, count: number) => number

function registerFiles(k: Kernel, task: Task, ring: RingData, at: number, count: number): number {
  if (ring.files !== null) throw EBUSY
  if (count === 0) throw EINVAL
  if (count > MAX_FILES || count > rlimit(task.group, RLIMIT_NOFILE)) throw EMFILE
  chargeKmem(k, count * KMEM.element, ENOMEM)
  const bytes = at === 0 ? null : copyIn(k, task, at, count * FD_BYTES).slice()
  const files: (FileDescription | null)[] = []
  try {
    for (let i = 0; i < count; i++) {
      const fd = bytes === null ? -1 : new DataView(bytes.buffer).getInt32(i * FD_BYTES, true)
      files.push(fileFor(task, fd))
    }
  } catch (error) {
    for (const file of files) if (file) releaseFile(k, file)
    throw error
  }
  ring.files = files
  return 0
}

function registerBuffers(k: Kernel, task: Task, ring: RingData, at: number, count: number): number {
  if (ring.buffers !== null) throw EBUSY
  if (count === 0 || count > MAX_BUFFERS) throw EINVAL
  chargeKmem(k, count * KMEM.element, ENOMEM)
  const buffers: RingData['buffers'] = []
  for (let i = 0; i < count; i++) {
    const start = getU64(k, task, at + i * IOVEC_BYTES)
    const length = getU64(k, task, at + i * IOVEC_BYTES + 8)
    if (start === 0 && length !== 0) throw EFAULT
    if (start === 0) {
      buffers.push(null)
      continue
    }
    if (length === 0 || length > MAX_BUFFER_BYTES) throw EFAULT
    if (start + length > Number.MAX_SAFE_INTEGER) throw EOVERFLOW
    // Its pages are looked at, not kept: whoever unmaps them finds EFAULT later.
    if (writableUser(k, task, start, 1) < 1 || writableUser(k, task, start + length - 1, 1) < 1) throw EFAULT
    buffers.push({ at: start, length })
  }
  ring.buffers = buffers
  return 0
}

function registerEventFd(k: Kernel, task: Task, ring: RingData, at: number, count: number): number {
  if (count !== 1) throw EINVAL
  if (ring.eventfd !== null) throw EBUSY
  const file = fileAt(task, getU32(k, task, at) | 0)
  if (file.data?.kind !== 'eventfd') throw EINVAL
  ring.eventfd = retainFile(file)
  return 0
}

function probe(k: Kernel, task: Task, _ring: RingData, at: number, count: number): number {
  if (at === 0 || count > OPS_MAX) throw EINVAL
  const given = copyIn(k, task, at, PROBE_HEAD + count * PROBE_OP_BYTES)
  if (given.some(byte => byte !== 0)) throw EINVAL
  const shown = Math.min(count, IORING_OP_LAST)
  const bytes = new Uint8Array(PROBE_HEAD + shown * PROBE_OP_BYTES)
  bytes[0] = IORING_OP_LAST - 1
  bytes[1] = shown
  for (let op = 0; op < shown; op++) {
    bytes[PROBE_HEAD + op * PROBE_OP_BYTES] = op
    if (ringOp(k, op) !== undefined) bytes[PROBE_HEAD + op * PROBE_OP_BYTES + 2] = PROBE_SUPPORTED
  }
  copyOut(k, task, at, bytes)
  return 0
}

function registerBufferRing(k: Kernel, task: Task, ring: RingData, at: number, count: number): number {
  if (count !== 1) throw EINVAL
  const place = getU64(k, task, at)
  const entries = getU32(k, task, at + 8)
  const group = getU16(k, task, at + 12)
  const bits = getU16(k, task, at + 14)
  const rest = copyIn(k, task, at + 16, PBUF_RING_BYTES - 16)
  if (rest.some(byte => byte !== 0) || bits !== 0) throw EINVAL
  if (entries === 0 || (entries & (entries - 1)) !== 0 || entries > MAX_RING_BUFFERS) throw EINVAL
  const old = ring.groups.get(group)
  if (old !== undefined && (old.kind === 'ring' || old.buffers.length > 0)) throw EEXIST
  if (place === 0) throw EFAULT
  if (place % PAGE !== 0) throw EINVAL
  chargeKmem(k, KMEM.element, ENOMEM)
  ring.groups.set(group, { kind: 'ring', at: place, entries, head: 0 })
  return 0
}

function dropBufferRing(k: Kernel, task: Task, ring: RingData, at: number, count: number): number {
  if (count !== 1) throw EINVAL
  const number = getU16(k, task, at + 12)
  const group = ring.groups.get(number)
  if (group === undefined) throw ENOENT
  if (group.kind !== 'ring') throw EINVAL
  ring.groups.delete(number)
  return 0
}

const nothing = (at: number, count: number): void => {
  if (at !== 0 || count !== 0) throw EINVAL
}

const R = IORING_REGISTER
const OPERATIONS: Readonly<Record<number, Register>> = {
  [R.IORING_REGISTER_BUFFERS](k, task, ring, at, count) {
    if (at === 0) throw EFAULT
    return registerBuffers(k, task, ring, at, count)
  },
  [R.IORING_UNREGISTER_BUFFERS](_k, _task, ring, at, count) {
    nothing(at, count)
    if (ring.buffers === null) throw ENXIO
    ring.buffers = null
    return 0
  },
  [R.IORING_REGISTER_FILES]: registerFiles,
  [R.IORING_UNREGISTER_FILES](k, _task, ring, at, count) {
    nothing(at, count)
    if (ring.files === null) throw ENXIO
    dropFiles(k, ring)
    return 0
  },
  [R.IORING_REGISTER_FILES_UPDATE](k, task, ring, at, count) {
    if (count === 0) throw EINVAL
    if (getU32(k, task, at + 4) !== 0) throw EINVAL
    return updateFiles(k, task, ring, getU32(k, task, at), getU64(k, task, at + 8), count)
  },
  [R.IORING_REGISTER_EVENTFD]: registerEventFd,
  [R.IORING_REGISTER_EVENTFD_ASYNC]: registerEventFd,
  [R.IORING_UNREGISTER_EVENTFD](k, _task, ring, at, count) {
    nothing(at, count)
    const { eventfd } = ring
    if (eventfd === null) throw ENXIO
    ring.eventfd = null
    releaseFile(k, eventfd)
    return 0
  },
  [R.IORING_REGISTER_PROBE]: probe,
  [R.IORING_REGISTER_PERSONALITY](k, task, ring, at, count) {
    nothing(at, count)
    if (ring.personalities.size >= PERSONALITIES_MAX) throw ENOMEM
    chargeKmem(k, KMEM.element, ENOMEM)
    while (ring.personalities.has(ring.nextPersonality)) ring.nextPersonality = (ring.nextPersonality % PERSONALITIES_MAX) + 1
    ring.personalities.set(ring.nextPersonality, task.credentials)
    return ring.nextPersonality
  },
  [R.IORING_UNREGISTER_PERSONALITY](_k, _task, ring, at, count) {
    if (at !== 0) throw EINVAL
    if (!ring.personalities.delete(count)) throw EINVAL
    return 0
  },
  [R.IORING_REGISTER_ENABLE_RINGS](_k, _task, ring, at, count) {
    nothing(at, count)
    if (!ring.disabled) throw EBADFD
    ring.disabled = false
    return 0
  },
  [R.IORING_REGISTER_PBUF_RING]: registerBufferRing,
  [R.IORING_UNREGISTER_PBUF_RING]: dropBufferRing,
}

/** EINVAL: it is not known here. */
export function register(k: Kernel, task: Task, ring: RingData, opcode: number, at: number, count: number): number {
  const run = OPERATIONS[opcode]
  if (run === undefined) throw EINVAL
  return run(k, task, ring, at, count)
}
