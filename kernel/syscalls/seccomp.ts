// Holding one's own calls to a list or to filters (seccomp(2)), also by prctl.
import {
  BPF_MAXINSNS,
  EINVAL,
  EOPNOTSUPP,
  readStruct,
  SECCOMP_DATA_BYTES,
  SECCOMP_FILTER_FLAGS,
  SECCOMP_NOTIF_BYTES,
  SECCOMP_NOTIF_RESP,
  SECCOMP_OPERATIONS,
  SECCOMP_RET,
  SOCK_FILTER_BYTES,
  SOCK_FPROG,
  ENOMEM,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, copyIn, copyOut, getU32, KMEM } from '../mm/index.ts'
import { addFilter, checkMode, isFilter, mayFilter, newListener, openListener, type BpfProgram } from '../seccomp/index.ts'
import type { Task } from '../state.ts'
import { closeFd, freeFd } from '../vfs/index.ts'
import { address, oneOf, uint } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { seccompText } from './seccomp-text.ts'

const F = SECCOMP_FILTER_FLAGS
const ALL_FLAGS = Object.values(F).reduce<number>((all, bit) => all | bit, 0)

/** A program as BPF wants it, and as seccomp takes it. EFAULT, EINVAL, EACCES. */
function readProgram(k: Kernel, task: Task, at: number): BpfProgram {
  const { len, filter } = readStruct(SOCK_FPROG, copyIn(k, task, at, SOCK_FPROG.size))
  if (len === 0 || len > BPF_MAXINSNS) throw EINVAL
  mayFilter(task)
  if (filter === 0) throw EINVAL
  const bytes = copyIn(k, task, filter, len * SOCK_FILTER_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const program = Array.from({ length: len }, (_, i) => {
    const line = i * SOCK_FILTER_BYTES
    return [view.getUint16(line, true), bytes[line + 2], bytes[line + 3], view.getUint32(line + 4, true)] as const
  })
  if (!isFilter(program)) throw EINVAL
  // Frozen: snapshots share it.
  return Object.freeze(program)
}

export function setStrict(task: Task): number {
  checkMode(task, 1)
  task.seccomp = { mode: 1, filter: null }
  return 0
}

/** Answers 0, a descriptor of the listener, or the number of the thread that cannot follow. */
export function setFilter(k: Kernel, task: Task, flags: number, at: number): number {
  if (flags & ~ALL_FLAGS) throw EINVAL
  const has = (flag: number): boolean => (flags & flag) !== 0
  const listens = has(F.SECCOMP_FILTER_FLAG_NEW_LISTENER)
  if (has(F.SECCOMP_FILTER_FLAG_TSYNC) && listens && !has(F.SECCOMP_FILTER_FLAG_TSYNC_ESRCH)) throw EINVAL
  if (has(F.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) && !listens) throw EINVAL
  const program = readProgram(k, task, at)
  chargeKmem(k, KMEM.description + KMEM.inode + program.length * KMEM.element, ENOMEM)
  if (listens) freeFd(task)
  const listener = listens ? newListener() : null
  const sync = !has(F.SECCOMP_FILTER_FLAG_TSYNC) ? 'no' : has(F.SECCOMP_FILTER_FLAG_TSYNC_ESRCH) ? 'esrch' : 'number'
  // The descriptor first: with the filter there is no way back.
  checkMode(task, 2)
  const fd = listener === null ? 0 : openListener(k, task, listener)
  try {
    const failed = addFilter(task, program, {
      log: has(F.SECCOMP_FILTER_FLAG_LOG),
      waitKillable: has(F.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV),
      listener,
      sync,
    })
    return listener === null ? failed : fd
  } catch (error) {
    if (listener !== null) closeFd(k, task, fd)
    throw error
  }
}

const ACTIONS: readonly number[] = Object.values(SECCOMP_RET)
const NOTIF_SIZES = Uint8Array.from([SECCOMP_NOTIF_BYTES, 0, SECCOMP_NOTIF_RESP.size, 0, SECCOMP_DATA_BYTES, 0])

type Operation = (k: Kernel, task: Task, flags: number, at: number) => number
const OPERATIONS: Readonly<Record<number, Operation>> = {
  [SECCOMP_OPERATIONS.SECCOMP_SET_MODE_STRICT](_k, task, flags, at) {
    if (flags !== 0 || at !== 0) throw EINVAL
    return setStrict(task)
  },
  [SECCOMP_OPERATIONS.SECCOMP_SET_MODE_FILTER]: setFilter,
  [SECCOMP_OPERATIONS.SECCOMP_GET_ACTION_AVAIL](k, task, flags, at) {
    if (flags !== 0) throw EINVAL
    if (!ACTIONS.includes(getU32(k, task, at))) throw EOPNOTSUPP
    return 0
  },
  [SECCOMP_OPERATIONS.SECCOMP_GET_NOTIF_SIZES](k, task, flags, at) {
    if (flags !== 0) throw EINVAL
    copyOut(k, task, at, NOTIF_SIZES)
    return 0
  },
}

export const seccompCalls: Syscall[] = [
  syscall(
    277,
    'seccomp',
    { op: { ...oneOf(SECCOMP_OPERATIONS), type: 'unsigned int' }, flags: uint, args: address },
    (k, task, { op, flags, args }) => {
      const run = OPERATIONS[op]
      if (run === undefined) throw EINVAL
      return run(k, task, flags, args)
    },
    {
      note: 'All operations, flags and answers of filters. What is logged is in the kernel log; actions_logged cannot be changed.',
      text: seccompText,
    },
  ),
]
