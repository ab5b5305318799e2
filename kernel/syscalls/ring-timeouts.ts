// io_uring's timeouts as they are submitted: whose time is read, by which clock, and what is refused. What they do is in ring/own.ts.
import { EINVAL, IORING_OPS, IORING_TIMEOUT, readStruct, TIMESPEC } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn } from '../mm/index.ts'
import { OWN_OPS, TIMEOUT_CLOCKS, type RingOp, type RingRequest } from '../ring/index.ts'
import { alarmAt } from '../time/index.ts'
import { instantOfRealtime, ktimeOf, timeIn } from './times.ts'

const { ABS, BOOTTIME, REALTIME, UPDATE, LINK_UPDATE, ETIME_SUCCESS, MULTISHOT } = IORING_TIMEOUT

/** Reads when it ends. EFAULT, EINVAL. */
function readTime(k: Kernel, request: RingRequest, at: bigint, flags: number): void {
  const time = timeIn(readStruct(TIMESPEC, copyIn(k, request.task, Number(at), TIMESPEC.size)))
  if ((flags & ABS) === 0) {
    request.span = Number(ktimeOf(time))
    return
  }
  request.span = -1
  request.until = alarmAt(flags & REALTIME ? instantOfRealtime(k, time) : ktimeOf(time))
}

function refuse(bad: boolean): void {
  if (bad) throw EINVAL
}
const bothClocks = (flags: number): boolean => (flags & (BOOTTIME | REALTIME)) === (BOOTTIME | REALTIME)

function check(k: Kernel, request: RingRequest, link: boolean): void {
  const { sqe } = request
  const flags = sqe.opFlags
  refuse(sqe.addr3 !== 0n || sqe.bufIndex !== 0 || sqe.len !== 1 || sqe.spliceFd !== 0 || (link && sqe.off !== 0n))
  refuse(
    (flags & ~(TIMEOUT_CLOCKS | ETIME_SUCCESS | MULTISHOT)) !== 0 || bothClocks(flags) || (flags & (MULTISHOT | ABS)) === (MULTISHOT | ABS),
  )
  readTime(k, request, sqe.addr, flags)
}

const { IORING_OP_TIMEOUT, IORING_OP_LINK_TIMEOUT, IORING_OP_TIMEOUT_REMOVE } = IORING_OPS
const own = (opcode: number): RingOp => OWN_OPS[opcode]

export const TIMEOUT_OPS: Readonly<Record<number, RingOp>> = {
  [IORING_OP_TIMEOUT]: { ...own(IORING_OP_TIMEOUT), check: (k, request) => check(k, request, false) },
  [IORING_OP_LINK_TIMEOUT]: { ...own(IORING_OP_LINK_TIMEOUT), check: (k, request) => check(k, request, true) },
  [IORING_OP_TIMEOUT_REMOVE]: {
    ...own(IORING_OP_TIMEOUT_REMOVE),
    check(k, request) {
      const { sqe } = request
      const flags = sqe.opFlags
      refuse(sqe.bufIndex !== 0 || sqe.len !== 0 || sqe.spliceFd !== 0)
      if (flags & (UPDATE | LINK_UPDATE)) {
        refuse(bothClocks(flags) || (flags & ~(UPDATE | LINK_UPDATE | TIMEOUT_CLOCKS)) !== 0)
        readTime(k, request, sqe.off, flags)
      } else refuse(flags !== 0)
    },
  },
}
