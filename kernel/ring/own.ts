// Operations that are no call of the system: about requests themselves, about the ring's own tables, and nothing at all.
import {
  EALREADY,
  EBADF,
  ECANCELED,
  EINVAL,
  ENOENT,
  ENOMEM,
  ENXIO,
  EOVERFLOW,
  IORING_CANCEL,
  IORING_OPS,
  IORING_POLL,
  IORING_TIMEOUT,
  IOSQE,
  ETIME,
  POLLERR,
  POLLHUP,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM } from '../mm/index.ts'
import type { WaitQueue } from '../sched/index.ts'
import { fileAt, opsOf } from '../vfs/index.ts'
import type { FileDescription } from '../vfs/types.ts'
import { blocked, type Blocked } from '../waiting.ts'
import { cancel, note, post, postMore } from './complete.ts'
import { updateFiles } from './files.ts'
import { startTimer } from './timeouts.ts'
import type { RingOp, RingRequest } from './types.ts'

const REST = blocked([], null)
const EVENT_BITS = 0xffff
const BUFFER_LIMIT = 65536

function refuse(bad: boolean): void {
  if (bad) throw EINVAL
}

/** The file that a request works on. */
export const fileOf = ({ call }: RingRequest): FileDescription => {
  const held = call.files[0]
  if (held === undefined) throw EBADF
  return held.file
}

/** Requests that are under way and named so: by what was said of them when they were submitted. */
const named = (request: RingRequest, userData: bigint, opcodes?: readonly number[]): RingRequest[] =>
  [...request.ring.requests].filter(
    other => other !== request && other.sqe.userData === userData && (opcodes === undefined || opcodes.includes(other.sqe.opcode)),
  )

// ---- poll

const eventsOf = ({ sqe }: RingRequest): number => (sqe.opFlags & EVENT_BITS) | POLLERR | POLLHUP

function poll(k: Kernel, request: RingRequest): number | Blocked {
  const file = fileOf(request)
  const queues: WaitQueue[] = []
  const events = eventsOf(request)
  const ready = (opsOf(k, file).poll?.(k, file, queues, null, undefined, events) ?? EVENT_BITS) & events
  const several = (request.sqe.len & IORING_POLL.ADD_MULTI) !== 0 && file.kind !== 'ring'
  if (ready === 0) return blocked(queues, null)
  if (!several || !postMore(k, request, ready)) return ready
  return blocked(queues, null)
}

function pollRemove(k: Kernel, request: RingRequest): number {
  const { sqe } = request
  const [found] = named(request, sqe.addr, [IORING_OPS.IORING_OP_POLL_ADD])
  if (found === undefined) throw ENOENT
  if ((sqe.len & (IORING_POLL.UPDATE_EVENTS | IORING_POLL.UPDATE_USER_DATA)) === 0) {
    cancel(k, found)
    return 0
  }
  if (sqe.len & IORING_POLL.UPDATE_EVENTS) {
    found.sqe = { ...found.sqe, opFlags: sqe.opFlags, len: sqe.len & IORING_POLL.ADD_MULTI }
  }
  if (sqe.len & IORING_POLL.UPDATE_USER_DATA) found.sqe = { ...found.sqe, userData: sqe.off }
  note(k, found)
  return 0
}

// ---- timeouts. Their times were read when they were submitted.

function timeout(k: Kernel, request: RingRequest): number | Blocked {
  const { sqe, ring } = request
  const several = (sqe.opFlags & IORING_TIMEOUT.MULTISHOT) !== 0
  if (!request.started) {
    request.started = true
    const count = Number(sqe.off & 0xffff_ffffn)
    request.target = several || count === 0 ? null : ring.completed + count
    request.repeats = several ? count || Infinity : 1
    startTimer(k, request)
    return REST
  }
  if (request.target !== null && ring.completed >= request.target) return 0
  if (!request.due) return REST
  ring.timeouts++
  if (sqe.opFlags & IORING_TIMEOUT.ETIME_SUCCESS) request.excused = true
  request.repeats--
  if (request.repeats > 0 && postMore(k, request, -ETIME.code)) {
    startTimer(k, request)
    return REST
  }
  return -ETIME.code
}

function linkTimeout(k: Kernel, request: RingRequest): number | Blocked {
  if (!request.due) return REST
  const { limits } = request
  request.limits = null
  if (limits === null) return -ENOENT.code
  limits.timeout = null
  cancel(k, limits)
  return -ETIME.code
}

// ---- cancelling

function isMeant(request: RingRequest, other: RingRequest, file: FileDescription | null): boolean {
  const { addr, opFlags, len } = request.sqe
  if (other === request) return false
  if (opFlags & IORING_CANCEL.ANY) return true
  if (file !== null && other.call.files[0]?.file !== file) return false
  if (opFlags & IORING_CANCEL.OP && other.sqe.opcode !== len) return false
  const byName = file === null && !(opFlags & IORING_CANCEL.OP)
  return !(byName || opFlags & IORING_CANCEL.USERDATA) || other.sqe.userData === addr
}

function cancelled(k: Kernel, request: RingRequest): number {
  const { ring, task, sqe } = request
  let file: FileDescription | null = null
  if (sqe.opFlags & IORING_CANCEL.FD) {
    const fixed = (sqe.flags & IOSQE.FIXED_FILE) !== 0 || (sqe.opFlags & IORING_CANCEL.FD_FIXED) !== 0
    file = fixed ? (ring.files?.[sqe.fd] ?? null) : fileAt(task, sqe.fd)
    if (file === null) throw EBADF
  }
  const several = (sqe.opFlags & (IORING_CANCEL.ALL | IORING_CANCEL.ANY)) !== 0
  let count = 0
  for (const other of [...ring.requests]) {
    if (other.done || !isMeant(request, other, file)) continue
    cancel(k, other)
    count++
    if (!several) return 0
  }
  if (count === 0 && !several) throw ENOENT
  return count
}

// ---- tables of the ring

function provide(k: Kernel, { ring, sqe }: RingRequest): number {
  let group = ring.groups.get(sqe.bufIndex)
  if (group !== undefined && group.kind !== 'list') throw EINVAL
  chargeKmem(k, sqe.fd * KMEM.element, ENOMEM)
  if (group === undefined) {
    group = { kind: 'list', buffers: [] }
    ring.groups.set(sqe.bufIndex, group)
  }
  const at = Number(sqe.addr)
  for (let i = 0; i < sqe.fd; i++) group.buffers.push({ at: at + i * sqe.len, length: sqe.len, id: Number(sqe.off) + i })
  return 0
}

function remove({ ring, sqe }: RingRequest): number {
  const group = ring.groups.get(sqe.bufIndex)
  if (group === undefined) throw ENOENT
  if (group.kind !== 'list') throw EINVAL
  return group.buffers.splice(0, sqe.fd).length
}

function tellRing(k: Kernel, request: RingRequest): number {
  const { data } = fileOf(request)
  if (data?.kind !== 'ring') throw EBADF
  const { off, len, addr } = request.sqe
  if (addr !== 0n) throw EINVAL
  if (!post(k, data, off, len | 0)) throw EOVERFLOW
  return 0
}

const TIMER_FLAGS = IORING_TIMEOUT.ABS | IORING_TIMEOUT.BOOTTIME | IORING_TIMEOUT.REALTIME
const CANCEL_FLAGS = 63

export const OWN_OPS: Readonly<Record<number, RingOp>> = {
  [IORING_OPS.IORING_OP_NOP]: { name: 'NOP', run: () => 0 },
  [IORING_OPS.IORING_OP_POLL_ADD]: {
    name: 'POLL_ADD',
    file: true,
    check(_k, { sqe }) {
      refuse(sqe.bufIndex !== 0 || sqe.off !== 0n || sqe.addr !== 0n)
      refuse((sqe.len & ~(IORING_POLL.ADD_MULTI | IORING_POLL.ADD_LEVEL)) !== 0)
      refuse((sqe.len & IORING_POLL.ADD_MULTI) !== 0 && (sqe.flags & IOSQE.CQE_SKIP_SUCCESS) !== 0)
    },
    run: poll,
  },
  [IORING_OPS.IORING_OP_POLL_REMOVE]: {
    name: 'POLL_REMOVE',
    check(_k, { sqe }) {
      const { UPDATE_EVENTS, UPDATE_USER_DATA, ADD_MULTI } = IORING_POLL
      refuse(sqe.bufIndex !== 0 || sqe.spliceFd !== 0 || (sqe.len & ~(UPDATE_EVENTS | UPDATE_USER_DATA | ADD_MULTI)) !== 0)
      refuse(
        sqe.len === ADD_MULTI || (!(sqe.len & UPDATE_USER_DATA) && sqe.off !== 0n) || (!(sqe.len & UPDATE_EVENTS) && sqe.opFlags !== 0),
      )
    },
    run: pollRemove,
  },
  [IORING_OPS.IORING_OP_TIMEOUT]: { name: 'TIMEOUT', run: timeout },
  [IORING_OPS.IORING_OP_LINK_TIMEOUT]: { name: 'LINK_TIMEOUT', run: linkTimeout },
  [IORING_OPS.IORING_OP_TIMEOUT_REMOVE]: {
    name: 'TIMEOUT_REMOVE',
    run(k, request) {
      const { sqe } = request
      const update = (sqe.opFlags & IORING_TIMEOUT.UPDATE) !== 0
      const kind = sqe.opFlags & IORING_TIMEOUT.LINK_UPDATE ? IORING_OPS.IORING_OP_LINK_TIMEOUT : IORING_OPS.IORING_OP_TIMEOUT
      const [found] = named(request, sqe.addr, [kind])
      if (found === undefined) throw ENOENT
      if (found.noted && found.due) throw EALREADY
      if (update) {
        Object.assign(found, { span: request.span, until: request.until })
        startTimer(k, found)
      } else cancel(k, found, ECANCELED)
      return 0
    },
  },
  [IORING_OPS.IORING_OP_ASYNC_CANCEL]: {
    name: 'ASYNC_CANCEL',
    check(_k, { sqe }) {
      const { ANY, FD, OP } = IORING_CANCEL
      refuse((sqe.flags & IOSQE.BUFFER_SELECT) !== 0 || sqe.off !== 0n || sqe.spliceFd !== 0 || (sqe.opFlags & ~CANCEL_FLAGS) !== 0)
      refuse((sqe.opFlags & ANY) !== 0 && (sqe.opFlags & (FD | OP)) !== 0)
    },
    run: cancelled,
  },
  [IORING_OPS.IORING_OP_FILES_UPDATE]: {
    name: 'FILES_UPDATE',
    check(_k, { sqe }) {
      refuse((sqe.flags & (IOSQE.FIXED_FILE | IOSQE.BUFFER_SELECT)) !== 0 || sqe.opFlags !== 0 || sqe.spliceFd !== 0 || sqe.len === 0)
    },
    run(k, { ring, task, sqe }) {
      if (ring.files === null) throw ENXIO
      return updateFiles(k, task, ring, Number(sqe.off), Number(sqe.addr), sqe.len)
    },
  },
  [IORING_OPS.IORING_OP_PROVIDE_BUFFERS]: {
    name: 'PROVIDE_BUFFERS',
    check(_k, { sqe }) {
      refuse(sqe.opFlags !== 0 || sqe.spliceFd !== 0 || sqe.fd <= 0 || sqe.fd > BUFFER_LIMIT || sqe.len === 0)
      refuse(sqe.off > 0xffffn || Number(sqe.off) + sqe.fd > BUFFER_LIMIT)
    },
    run: provide,
  },
  [IORING_OPS.IORING_OP_REMOVE_BUFFERS]: {
    name: 'REMOVE_BUFFERS',
    check(_k, { sqe }) {
      refuse(
        sqe.opFlags !== 0 ||
          sqe.addr !== 0n ||
          sqe.len !== 0 ||
          sqe.off !== 0n ||
          sqe.spliceFd !== 0 ||
          sqe.fd <= 0 ||
          sqe.fd > BUFFER_LIMIT,
      )
    },
    run: (_k, request) => remove(request),
  },
  [IORING_OPS.IORING_OP_MSG_RING]: { name: 'MSG_RING', file: true, run: tellRing },
}

/** Bits that say which clock a timeout goes by, and how. */
export const TIMEOUT_CLOCKS = TIMER_FLAGS
