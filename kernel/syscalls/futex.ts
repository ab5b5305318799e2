// futex(2): the arguments mean different things for each operation.
import {
  EAGAIN,
  EINVAL,
  ENOSYS,
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_CMP_REQUEUE_PI,
  FUTEX_PRIVATE_FLAG,
  FUTEX_LOCK_PI,
  FUTEX_LOCK_PI2,
  FUTEX_REQUEUE,
  FUTEX_TRYLOCK_PI,
  FUTEX_UNLOCK_PI,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAIT_REQUEUE_PI,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_OP,
  TIMESPEC,
  readStruct,
} from '../abi/index.ts'
import {
  futexKey,
  futexRequeue,
  futexWait,
  futexWake,
  lockPi,
  requeuePi,
  unlockPi,
  waitRequeuePi,
  type FutexTimeout,
} from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, getI32, putU32 } from '../mm/index.ts'
import { alarmAt, later } from '../time/index.ts'
import type { Task } from '../state.ts'
import { address, argument, int, uint } from './args.ts'
import { type SyscallResult } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'
import { futexOperation, futexText } from './futex-text.ts'
import { instantOfRealtime, ktimeOf, timeIn } from './times.ts'

const COMMAND = ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)

interface FutexArgs {
  uaddr: number
  op: number
  val: number
  /** Also a count: val2. */
  timeout: number
  uaddr2: number
  val3: number
}

const NEVER: FutexTimeout = { deadline: Infinity, date: null }

/** When a wait gives up. FUTEX_WAIT's timeout is relative, the others' absolute, FUTEX_LOCK_PI's a date. */
function timeoutOf(k: Kernel, task: Task, { timeout, op }: FutexArgs): FutexTimeout {
  if (timeout === 0) return NEVER
  const command = op & COMMAND
  const value = readStruct(TIMESPEC, copyIn(k, task, timeout, TIMESPEC.size))
  const time = timeIn(value)
  if (command === FUTEX_WAIT) return { deadline: alarmAt(later(k.state.time, ktimeOf(time))), date: null }
  if (op & FUTEX_CLOCK_REALTIME || command === FUTEX_LOCK_PI) return { deadline: alarmAt(instantOfRealtime(k, time)), date: time }
  return { deadline: alarmAt(ktimeOf(time)), date: null }
}

/** `timeout` of those that have one: it is read before anything else is looked at. */
type Operation = (k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, timeout: FutexTimeout) => SyscallResult

function wait(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, bitset: number, timeout: FutexTimeout): SyscallResult {
  return futexWait(k, task, a.uaddr, isPrivate, a.val, bitset, timeout)
}

function requeue(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, compare: boolean): number {
  if (a.val < 0 || (a.timeout | 0) < 0) throw EINVAL
  const from = futexKey(k, task, a.uaddr, isPrivate)
  const to = futexKey(k, task, a.uaddr2, isPrivate)
  if (compare && getI32(k, task, a.uaddr) !== (a.val3 | 0)) throw EAGAIN
  return futexRequeue(k, from, to, a.val, a.timeout | 0)
}

function wake(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, bitset: number): number {
  if (bitset === 0) throw EINVAL
  return futexWake(k, futexKey(k, task, a.uaddr, isPrivate), a.val, bitset)
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
  const from = futexKey(k, task, a.uaddr, isPrivate)
  const to = futexKey(k, task, a.uaddr2, isPrivate, true)
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
  [FUTEX_WAIT]: (k, task, a, isPrivate, timeout) => wait(k, task, a, isPrivate, FUTEX_BITSET_MATCH_ANY, timeout),
  [FUTEX_WAIT_BITSET]: (k, task, a, isPrivate, timeout) => wait(k, task, a, isPrivate, a.val3, timeout),
  [FUTEX_WAKE]: (k, task, a, isPrivate) => wake(k, task, a, isPrivate, FUTEX_BITSET_MATCH_ANY),
  [FUTEX_WAKE_BITSET]: (k, task, a, isPrivate) => wake(k, task, a, isPrivate, a.val3),
  [FUTEX_REQUEUE]: (k, task, a, isPrivate) => requeue(k, task, a, isPrivate, false),
  [FUTEX_CMP_REQUEUE]: (k, task, a, isPrivate) => requeue(k, task, a, isPrivate, true),
  [FUTEX_WAKE_OP]: wakeOp,
  [FUTEX_LOCK_PI]: (k, task, a, isPrivate, timeout) => lockPi(k, task, a.uaddr, isPrivate, true, timeout),
  [FUTEX_LOCK_PI2]: (k, task, a, isPrivate, timeout) => lockPi(k, task, a.uaddr, isPrivate, true, timeout),
  [FUTEX_TRYLOCK_PI]: (k, task, a, isPrivate) => lockPi(k, task, a.uaddr, isPrivate, false, NEVER),
  [FUTEX_UNLOCK_PI]: (k, task, a, isPrivate) => unlockPi(k, task, a.uaddr, isPrivate),
  [FUTEX_WAIT_REQUEUE_PI]: (k, task, a, isPrivate, timeout) => waitRequeuePi(k, task, a.uaddr, a.uaddr2, isPrivate, a.val, timeout),
  [FUTEX_CMP_REQUEUE_PI]: (k, task, a, isPrivate) => {
    const count = a.timeout | 0
    // It wakes one at most: who gets the lock.
    if (count < 0 || a.val !== 1) throw EINVAL
    return requeuePi(k, task, a.uaddr, a.uaddr2, isPrivate, count, a.val3)
  },
}

const TIMED: ReadonlySet<number> = new Set([FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2, FUTEX_WAIT_REQUEUE_PI])
const CHOOSES_CLOCK: ReadonlySet<number> = new Set([FUTEX_WAIT_BITSET, FUTEX_LOCK_PI2, FUTEX_WAIT_REQUEUE_PI])

function futex(k: Kernel, task: Task, a: FutexArgs): SyscallResult {
  const command = a.op & COMMAND
  const timeout = TIMED.has(command) && task.call === null ? timeoutOf(k, task, a) : NEVER
  const run = OPERATIONS[command]
  if (run === undefined || (a.op & FUTEX_CLOCK_REALTIME && !CHOOSES_CLOCK.has(command))) throw ENOSYS
  return run(k, task, a, (a.op & FUTEX_PRIVATE_FLAG) !== 0, timeout)
}

export const futexCalls: Syscall[] = [
  syscall(98, 'futex', { uaddr: address, op: futexOperation, val: int, timeout: argument, uaddr2: address, val3: uint }, futex, {
    text: futexText,
    record: (uaddr, op, val, timeout, uaddr2, val3) => ({ uaddr, op, val, timeout, uaddr2, val3 }),
  }),
]
