// io_uring(7): making a ring, submitting to it and waiting for it.
import {
  EBADFD,
  EINTR,
  EINVAL,
  EOPNOTSUPP,
  ETIME,
  EPERM,
  IO_URING_PARAMS,
  IORING_ENTER,
  IORING_FEATURES,
  IORING_MAX_ENTRIES,
  IORING_SETUP,
  isErrno,
  readStruct,
  TIMESPEC,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getU64, getU32 } from '../mm/index.ts'
import { AT, flushOverflow, openRing, readyCount, submit, type RingData } from '../ring/index.ts'
import { alarmAt, later } from '../time/index.ts'
import type { Task } from '../state.ts'
import { getFile } from '../vfs/index.ts'
import { blocked, goesOn, keeping, keptOr, type SyscallResult } from '../waiting.ts'
import { address, fd, flags, size, uint } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { underMask } from './poll.ts'
import { register } from './ring-register.ts'
import { paramsIn, paramsText, registerArgument, registerCode } from './ring-text.ts'
import { ktimeOf, timeIn } from './times.ts'

const {
  IORING_SETUP_CQSIZE,
  IORING_SETUP_CLAMP,
  IORING_SETUP_R_DISABLED,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_COOP_TASKRUN,
  IORING_SETUP_TASKRUN_FLAG,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_NO_SQARRAY,
  IORING_SETUP_SQPOLL,
  IORING_SETUP_HYBRID_IOPOLL,
} = IORING_SETUP
const KNOWN = Object.values(IORING_SETUP).reduce((all, bit) => all | bit, 0)
/** Linux's are judged first, then those that are not here are refused as a kernel does that does not know them. */
const DONE =
  IORING_SETUP_CQSIZE |
  IORING_SETUP_CLAMP |
  IORING_SETUP_R_DISABLED |
  IORING_SETUP_SUBMIT_ALL |
  IORING_SETUP_COOP_TASKRUN |
  IORING_SETUP_TASKRUN_FLAG |
  IORING_SETUP_SINGLE_ISSUER |
  IORING_SETUP_DEFER_TASKRUN |
  IORING_SETUP_NO_SQARRAY
const F = IORING_FEATURES
const FEATURES =
  F.IORING_FEAT_SINGLE_MMAP |
  F.IORING_FEAT_NODROP |
  F.IORING_FEAT_SUBMIT_STABLE |
  F.IORING_FEAT_RW_CUR_POS |
  F.IORING_FEAT_CUR_PERSONALITY |
  F.IORING_FEAT_FAST_POLL |
  F.IORING_FEAT_POLL_32BITS |
  F.IORING_FEAT_EXT_ARG |
  F.IORING_FEAT_CQE_SKIP |
  F.IORING_FEAT_LINKED_FILE

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n))

/** How many there may be. EINVAL. */
function entriesOf(asked: number, most: number, clamps: boolean): number {
  if (asked === 0 || (asked > most && !clamps)) throw EINVAL
  return powerOfTwo(Math.min(asked, most))
}

function checkFlags(bits: number): void {
  const has = (flag: number): boolean => (bits & flag) !== 0
  if (bits & ~KNOWN) throw EINVAL
  const runs = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN
  if (has(IORING_SETUP_SQPOLL) && has(runs | IORING_SETUP_TASKRUN_FLAG)) throw EINVAL
  if (has(IORING_SETUP_TASKRUN_FLAG) && !has(runs)) throw EINVAL
  if (has(IORING_SETUP_HYBRID_IOPOLL) || (has(IORING_SETUP_DEFER_TASKRUN) && !has(IORING_SETUP_SINGLE_ISSUER))) throw EINVAL
  if (has(IORING_SETUP_SQPOLL)) throw EPERM
  if (bits & ~DONE) throw EINVAL
}

function setup(k: Kernel, task: Task, asked: number, at: number): number {
  const params = readStruct(IO_URING_PARAMS, copyIn(k, task, at, IO_URING_PARAMS.size))
  if (params.resv0 !== 0 || params.resv1 !== 0 || params.resv2 !== 0) throw EINVAL
  checkFlags(params.flags)
  const clamps = (params.flags & IORING_SETUP_CLAMP) !== 0
  const entries = entriesOf(asked, IORING_MAX_ENTRIES, clamps)
  const cqEntries = params.flags & IORING_SETUP_CQSIZE ? entriesOf(params.cqEntries, 2 * IORING_MAX_ENTRIES, clamps) : 2 * entries
  if (cqEntries < entries) throw EINVAL
  const { ring, fd: number } = openRing(k, task, entries, cqEntries, params.flags, (params.flags & IORING_SETUP_R_DISABLED) !== 0)
  const answer = {
    ...params,
    sqEntries: entries,
    cqEntries,
    features: FEATURES,
    sqHead: AT.sqHead,
    sqTail: AT.sqTail,
    sqMask: AT.sqMask,
    sqRingEntries: AT.sqEntries,
    sqFlags: AT.sqFlags,
    sqDropped: AT.sqDropped,
    sqArray: params.flags & IORING_SETUP_NO_SQARRAY ? 0 : ring.arrayAt,
    cqHead: AT.cqHead,
    cqTail: AT.cqTail,
    cqMask: AT.cqMask,
    cqRingEntries: AT.cqEntries,
    cqOverflow: AT.cqOverflow,
    cqCqes: ring.cqesAt,
    cqFlags: AT.cqFlags,
  }
  copyOut(k, task, at, writeStruct(IO_URING_PARAMS, answer))
  return number
}

/** EBADF, EOPNOTSUPP: no ring. */
function ringAt(task: Task, number: number): RingData {
  const { data } = getFile(task, number)
  if (data?.kind !== 'ring') throw EOPNOTSUPP
  return data
}

const { IORING_ENTER_GETEVENTS, IORING_ENTER_EXT_ARG, IORING_ENTER_ABS_TIMER, IORING_ENTER_SQ_WAKEUP, IORING_ENTER_SQ_WAIT } = IORING_ENTER
const ENTER_DONE = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG | IORING_ENTER_ABS_TIMER | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT
const EXT_ARG_BYTES = 24
const TS_AT = 16

interface Waiting {
  mask: number
  maskBytes: number
  until: number
}

/** What is waited under, and until when. */
function readWaiting(k: Kernel, task: Task, bits: number, at: number, bytes: number): Waiting {
  if (!(bits & IORING_ENTER_EXT_ARG)) return { mask: at, maskBytes: bytes, until: Infinity }
  if (bytes !== EXT_ARG_BYTES) throw EINVAL
  const mask = getU64(k, task, at)
  const place = getU64(k, task, at + TS_AT)
  let until = Infinity
  if (place !== 0) {
    const span = ktimeOf(timeIn(readStruct(TIMESPEC, copyIn(k, task, place, TIMESPEC.size))))
    until = alarmAt(bits & IORING_ENTER_ABS_TIMER ? span : later(k.state.time, span))
  }
  return { mask, maskBytes: getU32(k, task, at + 8), until }
}

/** Enough completions, or that a timeout went off, ends it. */
function waitFor(k: Kernel, task: Task, ring: RingData, least: number, submitted: number, until: number, timeouts: number): SyscallResult {
  flushOverflow(k, ring)
  if (readyCount(k, ring) >= least || ring.timeouts !== timeouts) return submitted
  if (k.state.time >= until) {
    if (submitted > 0) return submitted
    throw ETIME
  }
  if (task.signalPending && submitted > 0) return submitted
  return keeping(blocked([ring.queue], EINTR, until), { submitted, until, timeouts })
}

function enter(
  k: Kernel,
  task: Task,
  number: number,
  count: number,
  least: number,
  bits: number,
  at: number,
  bytes: number,
): SyscallResult {
  if (bits & ~ENTER_DONE) throw EINVAL
  const ring = ringAt(task, number)
  const again = goesOn(task)
  if (!again && ring.disabled) throw EBADFD
  const kept = keptOr(task, () => ({ submitted: count === 0 ? 0 : submit(k, task, ring, count), until: -1, timeouts: -1 }))
  if (!again && count > 0 && kept.submitted !== count) return kept.submitted
  if (!(bits & IORING_ENTER_GETEVENTS)) return kept.submitted
  try {
    const waiting = again ? { mask: 0, maskBytes: 0, until: kept.until } : readWaiting(k, task, bits, at, bytes)
    const timeouts = again ? kept.timeouts : ring.timeouts
    const most = Math.min(least, ring.cqEntries)
    return underMask(k, task, waiting.mask, waiting.maskBytes, () => waitFor(k, task, ring, most, kept.submitted, waiting.until, timeouts))
  } catch (error) {
    if (kept.submitted === 0 || !isErrno(error)) throw error
    return kept.submitted
  }
}

export const ringCalls: Syscall[] = [
  syscall(425, 'io_uring_setup', { entries: uint, p: paramsIn }, (k, task, { entries, p }) => setup(k, task, entries, p), {
    text: paramsText,
    refused: {
      IORING_SETUP_IOPOLL: 'EINVAL',
      IORING_SETUP_SQPOLL: 'EPERM',
      IORING_SETUP_ATTACH_WQ: 'EINVAL',
      IORING_SETUP_SQE128: 'EINVAL',
      IORING_SETUP_CQE32: 'EINVAL',
      IORING_SETUP_NO_MMAP: 'EINVAL',
      IORING_SETUP_HYBRID_IOPOLL: 'EINVAL',
    },
    note: 'No thread of the kernel submits (SQPOLL), nothing is polled for (IOPOLL). Completions are there when a call returns, whatever the task-run flags say.',
  }),
  syscall(
    426,
    'io_uring_enter',
    {
      fd,
      to_submit: uint,
      min_complete: uint,
      flags: flags(IORING_ENTER, '0', 'unsigned int', 'IORING_ENTER_'),
      sig: address,
      sigsetsize: size,
    },
    (k, task, a) => enter(k, task, a.fd, a.to_submit, a.min_complete, a.flags, a.sig, a.sigsetsize),
    {
      refused: { IORING_ENTER_REGISTERED_RING: 'EINVAL' },
      note:
        'Operations of Linux 6.0 but for URING_CMD and zero-copy sending, and FTRUNCATE, BIND, LISTEN; others are EOPNOTSUPP (IORING_REGISTER_PROBE ' +
        'tells). What waits goes on when what it waits for happens, whatever the task does meanwhile; RWF_NOWAIT and RWF_APPEND are refused.',
    },
  ),
  syscall(
    427,
    'io_uring_register',
    { fd, opcode: registerCode, arg: registerArgument, nr_args: uint },
    (k, task, { fd: number, opcode, arg, nr_args }) => {
      if (opcode < 0 || opcode > LAST_REGISTER) throw EINVAL
      const { data } = getFile(task, number)
      if (data?.kind !== 'ring') throw EOPNOTSUPP
      return register(k, task, data, opcode, arg, nr_args)
    },
    {
      note: 'Files, buffers (kept as addresses), eventfds, the probe, personalities, rings of buffers, enabling; others, and tags, are EINVAL.',
    },
  ),
]
const LAST_REGISTER = 36
