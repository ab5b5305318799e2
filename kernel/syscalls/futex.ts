// futex(2): the arguments mean different things for each operation.
import {
  EAGAIN,
  EINVAL,
  ENOSYS,
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_PRIVATE_FLAG,
  FUTEX_REQUEUE,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_OP,
  TIMESPEC,
  readStruct,
} from '../abi/index.ts'
import { futexKey, futexRequeue, futexWait, futexWake } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, getI32, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, int, long, uint } from './args.ts'
import { syscall, type Syscall, type SyscallResult } from './define.ts'
import { futexOperation, futexText } from './futex-text.ts'
import { checkTimespec, instantOfRealtime, nanoseconds } from './times.ts'

const COMMAND = 0x7f

interface FutexArgs {
  uaddr: number
  op: number
  val: number
  /** Also a count: val2. */
  timeout: number
  uaddr2: number
  val3: number
}

/** The instant (ns) at which a wait gives up. FUTEX_WAIT's timeout is relative, FUTEX_WAIT_BITSET's absolute. */
function deadlineOf(k: Kernel, task: Task, { timeout, op }: FutexArgs, absolute: boolean): number {
  if (timeout === 0) return Infinity
  const value = readStruct(TIMESPEC, copyIn(k, task, timeout, TIMESPEC.size))
  checkTimespec(value)
  if (!absolute) return k.state.time + nanoseconds(value)
  return op & FUTEX_CLOCK_REALTIME ? instantOfRealtime(k, value) : nanoseconds(value)
}

type Operation = (k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean) => SyscallResult

function wait(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, bitset: number, absolute: boolean): SyscallResult {
  return futexWait(k, task, a.uaddr, isPrivate, a.val, bitset, () => deadlineOf(k, task, a, absolute))
}

const wake: Operation = (k, task, a, isPrivate) => futexWake(k, futexKey(task, a.uaddr, isPrivate), a.val, -1)

function requeue(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean): number {
  if (a.val < 0 || (a.timeout | 0) < 0) throw EINVAL
  return futexRequeue(k, futexKey(task, a.uaddr, isPrivate), futexKey(task, a.uaddr2, isPrivate), a.val, a.timeout | 0)
}

/** FUTEX_WAKE_OP's operations and comparisons, by number (futex(2)). */
const APPLY: readonly ((old: number, argument: number) => number)[] = [
  (_, a) => a,
  (o, a) => o + a,
  (o, a) => o | a,
  (o, a) => o & ~a,
  (o, a) => o ^ a,
]
const COMPARE: readonly ((old: number, argument: number) => boolean)[] = [
  (o, a) => o === a,
  (o, a) => o !== a,
  (o, a) => o < a,
  (o, a) => o <= a,
  (o, a) => o > a,
  (o, a) => o >= a,
]
const SHIFTED_ARGUMENT = 8

function wakeOp(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean): number {
  const from = futexKey(task, a.uaddr, isPrivate)
  const to = futexKey(task, a.uaddr2, isPrivate)
  const code = (a.val3 >>> 28) & 15
  const argument = (a.val3 << 8) >> 20
  const operand = code & SHIFTED_ARGUMENT ? 1 << (argument & 31) : argument
  const apply = APPLY[code & 7]
  const compare = COMPARE[(a.val3 >>> 24) & 15]
  if (apply === undefined || compare === undefined) throw ENOSYS
  const old = getI32(k, task, a.uaddr2)
  putU32(k, task, a.uaddr2, apply(old, operand) >>> 0)
  const woken = futexWake(k, from, a.val, -1)
  return compare(old, (a.val3 << 20) >> 20) ? woken + futexWake(k, to, a.timeout | 0, -1) : woken
}

const OPERATIONS: Readonly<Record<number, Operation>> = {
  [FUTEX_WAIT]: (k, task, a, isPrivate) => wait(k, task, a, isPrivate, FUTEX_BITSET_MATCH_ANY, false),
  [FUTEX_WAIT_BITSET]: (k, task, a, isPrivate) => wait(k, task, a, isPrivate, a.val3, true),
  [FUTEX_WAKE]: wake,
  [FUTEX_WAKE_BITSET]: (k, task, a, isPrivate) => {
    if (a.val3 === 0) throw EINVAL
    return futexWake(k, futexKey(task, a.uaddr, isPrivate), a.val, a.val3)
  },
  [FUTEX_REQUEUE]: requeue,
  [FUTEX_CMP_REQUEUE]: (k, task, a, isPrivate) => {
    if (getI32(k, task, a.uaddr) !== (a.val3 | 0)) throw EAGAIN
    return requeue(k, task, a, isPrivate)
  },
  [FUTEX_WAKE_OP]: wakeOp,
}

export const futexCalls: Syscall[] = [
  syscall(
    98,
    'futex',
    { uaddr: address, op: futexOperation, val: int, timeout: long, uaddr2: address, val3: uint },
    (k, task, a) => {
      const run = OPERATIONS[a.op & COMMAND]
      if (run === undefined) throw ENOSYS
      return run(k, task, a, (a.op & FUTEX_PRIVATE_FLAG) !== 0)
    },
    { note: 'Priority-inheriting operations answer ENOSYS.', text: futexText },
  ),
]
