// futex(2): the arguments mean different things for each operation.
import {
  EAGAIN,
  EINVAL,
  ENOSYS,
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_PRIVATE_FLAG,
  FUTEX_LOCK_PI,
  FUTEX_LOCK_PI2,
  FUTEX_REQUEUE,
  FUTEX_TRYLOCK_PI,
  FUTEX_UNLOCK_PI,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_OP,
  TIMESPEC,
  readStruct,
} from '../abi/index.ts'
import { futexKey, futexRequeue, futexWait, futexWake, lockPi, unlockPi } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, getI32, putU32 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, argument, int, uint } from './args.ts'
import { syscall, type Syscall, type SyscallResult } from './define.ts'
import { futexOperation, futexText } from './futex-text.ts'
import { checkTimespec, instantOfRealtime, nanoseconds } from './times.ts'

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

/** The instant (ns) at which a wait gives up. FUTEX_WAIT's timeout is relative, the others' absolute, FUTEX_LOCK_PI's a date. */
function deadlineOf(k: Kernel, task: Task, { timeout, op }: FutexArgs): number {
  if (timeout === 0) return Infinity
  const command = op & COMMAND
  const value = readStruct(TIMESPEC, copyIn(k, task, timeout, TIMESPEC.size))
  checkTimespec(value)
  if (command === FUTEX_WAIT) return k.state.time + nanoseconds(value)
  return op & FUTEX_CLOCK_REALTIME || command === FUTEX_LOCK_PI ? instantOfRealtime(k, value) : nanoseconds(value)
}

/** `deadline` of those with a timeout: it is read before anything else is looked at. */
type Operation = (k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, deadline: number) => SyscallResult

function wait(k: Kernel, task: Task, a: FutexArgs, isPrivate: boolean, bitset: number, deadline: number): SyscallResult {
  return futexWait(k, task, a.uaddr, isPrivate, a.val, bitset, deadline)
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
  [FUTEX_WAIT]: (k, task, a, isPrivate, deadline) => wait(k, task, a, isPrivate, FUTEX_BITSET_MATCH_ANY, deadline),
  [FUTEX_WAIT_BITSET]: (k, task, a, isPrivate, deadline) => wait(k, task, a, isPrivate, a.val3, deadline),
  [FUTEX_WAKE]: (k, task, a, isPrivate) => wake(k, task, a, isPrivate, FUTEX_BITSET_MATCH_ANY),
  [FUTEX_WAKE_BITSET]: (k, task, a, isPrivate) => wake(k, task, a, isPrivate, a.val3),
  [FUTEX_REQUEUE]: (k, task, a, isPrivate) => requeue(k, task, a, isPrivate, false),
  [FUTEX_CMP_REQUEUE]: (k, task, a, isPrivate) => requeue(k, task, a, isPrivate, true),
  [FUTEX_WAKE_OP]: wakeOp,
  [FUTEX_LOCK_PI]: (k, task, a, isPrivate, deadline) => lockPi(k, task, a.uaddr, isPrivate, true, deadline),
  [FUTEX_LOCK_PI2]: (k, task, a, isPrivate, deadline) => lockPi(k, task, a.uaddr, isPrivate, true, deadline),
  [FUTEX_TRYLOCK_PI]: (k, task, a, isPrivate) => lockPi(k, task, a.uaddr, isPrivate, false, Infinity),
  [FUTEX_UNLOCK_PI]: (k, task, a, isPrivate) => unlockPi(k, task, a.uaddr, isPrivate),
}

const TIMED: ReadonlySet<number> = new Set([FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI, FUTEX_LOCK_PI2])
const CHOOSES_CLOCK: ReadonlySet<number> = new Set([FUTEX_WAIT_BITSET, FUTEX_LOCK_PI2])

function futex(k: Kernel, task: Task, a: FutexArgs): SyscallResult {
  const command = a.op & COMMAND
  const deadline = TIMED.has(command) && task.call === null ? deadlineOf(k, task, a) : Infinity
  const run = OPERATIONS[command]
  if (run === undefined || (a.op & FUTEX_CLOCK_REALTIME && !CHOOSES_CLOCK.has(command))) throw ENOSYS
  return run(k, task, a, (a.op & FUTEX_PRIVATE_FLAG) !== 0, deadline)
}

export const futexCalls: Syscall[] = [
  syscall(98, 'futex', { uaddr: address, op: futexOperation, val: int, timeout: argument, uaddr2: address, val3: uint }, futex, {
    note: 'Owners are lent no priority by who waits (FUTEX_LOCK_PI); FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI answer ENOSYS.',
    text: futexText,
  }),
]
