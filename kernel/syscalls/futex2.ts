// futex_waitv and the futex2 calls: words of 32 bits, whose size and scope flags say.
import { CLOCKS, CLOCK_MONOTONIC, CLOCK_REALTIME, EAGAIN, EINVAL, FUTEX2, readStruct, struct, type StructValues } from '../abi/index.ts'
import { futexKey, futexRequeue, futexWait, futexWaitAny, futexWake, type FutexTimeout } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, getI32, peekUser } from '../mm/index.ts'
import { alarmAt } from '../time/index.ts'
import type { Task } from '../state.ts'
import { keeping, keptOr, type SyscallResult } from '../waiting.ts'
import { address, flags as flagSet, int, oneOf, pointer, uint } from './args.ts'
import { syscall, type Arg, type Syscall } from './define.ts'
import { flagsText, plainHex } from './text.ts'
import { instantOfRealtime, ktimeOf, timeIn, timespec, type Timespec } from './times.ts'

const WAITV = struct({ value: 'big', address: 'u64', flags: 'u32', reserved: 'u32' })
type Waiter = StructValues<(typeof WAITV)['members']>
const WAITERS_MAX = 128
const SIZE_MASK = 3
const U32_MAX = 2n ** 32n - 1n

/** EINVAL: unknown flags, or a size other than 32 bits. */
function checkFlags(flags: number): void {
  if (flags & ~(SIZE_MASK | FUTEX2.FUTEX2_PRIVATE) || (flags & SIZE_MASK) !== FUTEX2.FUTEX2_SIZE_U32) throw EINVAL
}
const isPrivate = (flags: number): boolean => (flags & FUTEX2.FUTEX2_PRIVATE) !== 0

/** A value or mask that a word of 32 bits holds; a register, as it is. EINVAL. */
function wordIn(value: number): number {
  if (!(value >= 0 && value <= Number(U32_MAX))) throw EINVAL
  return value
}

/** An absolute time of one of two clocks. EINVAL. */
function timeoutOf(k: Kernel, timeout: Timespec | null, clock: number): FutexTimeout {
  if (timeout === null) return { deadline: Infinity, date: null }
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC) throw EINVAL
  const time = timeIn(timeout)
  if (clock === CLOCK_REALTIME) return { deadline: alarmAt(instantOfRealtime(k, time)), date: time }
  return { deadline: alarmAt(ktimeOf(time)), date: null }
}

/** EFAULT, EINVAL at the first that is wrong. */
function waitersAt(k: Kernel, task: Task, at: number, count: number): Waiter[] {
  return Array.from({ length: count }, (_, i) => {
    const waiter = readStruct(WAITV, copyIn(k, task, at + i * WAITV.size, WAITV.size))
    if (waiter.reserved !== 0) throw EINVAL
    checkFlags(waiter.flags)
    if (waiter.value > U32_MAX) throw EINVAL
    return waiter
  })
}

interface WaitvArgs {
  waiters: number
  nr_futexes: number
  flags: number
  timeout: Timespec | null
  clockid: number
}

function waitv(k: Kernel, task: Task, a: WaitvArgs): SyscallResult {
  if (a.flags !== 0 || a.nr_futexes === 0 || a.nr_futexes > WAITERS_MAX || a.waiters === 0) throw EINVAL
  const kept = keptOr(task, () => {
    const timeout = timeoutOf(k, a.timeout, a.clockid)
    const wishes = waitersAt(k, task, a.waiters, a.nr_futexes).map(({ value, address, flags }) => ({
      address,
      isPrivate: isPrivate(flags),
      value: Number(value),
    }))
    return { timeout, wishes }
  })
  return keeping(futexWaitAny(k, task, kept.wishes, kept.timeout), kept)
}

function requeue(k: Kernel, task: Task, at: number, flags: number, wake: number, move: number): number {
  if (flags !== 0 || at === 0) throw EINVAL
  const [from, to] = waitersAt(k, task, at, 2)
  if (from.flags !== to.flags || wake < 0 || move < 0) throw EINVAL
  const keys = [from, to].map(({ address, flags: own }) => futexKey(k, task, address, isPrivate(own)))
  if (getI32(k, task, from.address) !== (Number(from.value) | 0)) throw EAGAIN
  return futexRequeue(k, keys[0], keys[1], wake, move)
}

/** As strace shows them: of futex_waitv by their older names. */
const waiterText = ({ value, address: at, flags, reserved }: Waiter): string => {
  const names = { FUTEX_32: FUTEX2.FUTEX2_SIZE_U32, FUTEX_PRIVATE_FLAG: FUTEX2.FUTEX2_PRIVATE }
  return `{val=${value === 0n ? '0' : `0x${value.toString(16)}`}, uaddr=${pointer(at)}, flags=${flagsText(names, flags, '0', 'FUTEX_')}${reserved === 0 ? '' : `, __reserved=${plainHex(reserved)}`}}`
}
const waiters = (count: (all: readonly number[]) => number): Arg<number> => ({
  type: 'struct futex_waitv *',
  read: raw => raw,
  show(raw, k, task, all) {
    const wanted = Math.min(count(all), WAITERS_MAX)
    if (wanted === 0) return '[]'
    const bytes = raw > 0 ? peekUser(k, task, raw, wanted * WAITV.size) : null
    if (bytes === null) return pointer(raw)
    return `[${Array.from({ length: wanted }, (_, i) => waiterText(readStruct(WAITV, bytes, i * WAITV.size))).join(', ')}]`
  },
})

const noFlags: Arg<number> = { ...uint, show: raw => plainHex(raw >>> 0) }
const word: Arg<number> = { type: 'unsigned long', read: raw => raw, wide: () => -1, show: raw => plainHex(raw) }
const futexFlags = flagSet(FUTEX2)
const clockid = oneOf(CLOCKS)

export const futex2Calls: Syscall[] = [
  syscall(
    449,
    'futex_waitv',
    { waiters: waiters(all => all[1] >>> 0), nr_futexes: uint, flags: noFlags, timeout: timespec, clockid },
    (k, task, a) => waitv(k, task, a),
  ),
  syscall(454, 'futex_wake', { uaddr: address, mask: word, nr: int, flags: futexFlags }, (k, task, { uaddr, mask, nr, flags }) => {
    checkFlags(flags)
    const bits = wordIn(mask)
    if (bits === 0) throw EINVAL
    const key = futexKey(k, task, uaddr, isPrivate(flags))
    return nr === 0 ? 0 : futexWake(k, key, nr, bits | 0)
  }),
  syscall(
    455,
    'futex_wait',
    { uaddr: address, val: word, mask: word, flags: futexFlags, timeout: timespec, clockid },
    (k, task, { uaddr, val, mask, flags, timeout, clockid: clock }) => {
      checkFlags(flags)
      const [value, bits] = [wordIn(val), wordIn(mask)]
      const until = keptOr(task, () => timeoutOf(k, timeout, clock))
      return keeping(futexWait(k, task, uaddr, isPrivate(flags), value, bits | 0, until, true), until)
    },
  ),
  syscall(
    456,
    'futex_requeue',
    { waiters: waiters(() => 2), flags: noFlags, nr_wake: int, nr_requeue: int },
    (k, task, { waiters: at, flags, nr_wake, nr_requeue }) => requeue(k, task, at, flags, nr_wake, nr_requeue),
  ),
]
