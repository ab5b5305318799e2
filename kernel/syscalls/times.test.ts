// Times at the ends of their range: nothing is rounded on its way in or out, and what cannot come never does.
import { beforeEach, expect, test } from 'vitest'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  FUTEX_OPS,
  I64_MAX,
  ITIMERSPEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  readStruct,
  STATX_LAYOUT,
  TIMER_ABSTIME,
  TIMESPEC,
  writeStruct,
  type Int64,
} from '../abi/index.ts'
import { progressOf } from '../waiting.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'

const OUT = BUFFER + 0x100
/** The last second of the kernel's times, and its last nanosecond. */
const LAST = { sec: 9_223_372_036, nsec: 854_775_807 }

let k: Kernel
let task: Task
beforeEach(() => {
  ;({ k, task } = fileKernel())
})
const run = (name: string, ...args: (number | string | bigint)[]) => outcome(k, task, name, ...args)
const time = (sec: Int64, nsec: Int64 = 0, at = BUFFER) => (copyOut(k, task, at, writeStruct(TIMESPEC, { sec, nsec })), at)
const timeAt = (at: number) => readStruct(TIMESPEC, copyIn(k, task, at, TIMESPEC.size))
const deadline = (name: string, ...args: number[]) => {
  task.call = null
  return (call(k, task, name, ...args) as { deadline: number }).deadline
}

test.each<[Int64, Int64, object | string]>([
  [9_007_199, 254_740_993, { sec: 9_007_199, nsec: 254_740_993 }],
  [1_000_000_000, 1, { sec: 1_000_000_000, nsec: 1 }],
  [9_223_372_035, 999_999_999, { sec: 9_223_372_035, nsec: 999_999_999 }],
  [9_223_372_036, 0, LAST],
  [I64_MAX, 999_999_999, LAST],
  [I64_MAX, 1_000_000_000, 'EINVAL'],
  [0, I64_MAX, 'EINVAL'],
  [-1, 0, 'EINVAL'],
  [-(2n ** 63n), 0, 'EINVAL'],
])('a timer of %s s and %s ns', (sec, nsec, kept) => {
  const fd = run('timerfd_create', CLOCK_MONOTONIC, O_NONBLOCK) as number
  copyOut(k, task, BUFFER, writeStruct(ITIMERSPEC, { value: { sec, nsec }, interval: { sec, nsec } }))
  const set = run('timerfd_settime', fd, 0, BUFFER, 0)
  if (typeof kept === 'string') return expect(set).toBe(kept)
  run('timerfd_gettime', fd, OUT)
  expect(readStruct(ITIMERSPEC, copyIn(k, task, OUT, ITIMERSPEC.size))).toEqual({ value: kept, interval: kept })
})

test('sleeps past the last instant never end; others do, as exactly as numbers can', () => {
  expect(deadline('nanosleep', time(I64_MAX, 999_999_999), 0)).toBe(Infinity)
  expect(deadline('nanosleep', time(9_223_372_035), 0)).toBe(9.223_372_035e18)
  expect(deadline('clock_nanosleep', CLOCK_REALTIME, TIMER_ABSTIME, time(1_735_689_600, 5), 0)).toBe(5)
  expect(run('clock_nanosleep', CLOCK_REALTIME, TIMER_ABSTIME, time(1_735_689_599, 999_999_999), 0)).toBe(0)
})

test('ppoll gives back what is left of 2^63 - 1 seconds', () => {
  k.state.time = 3e9
  task.signalPending = true
  expect(run('ppoll', 0, 0, time(I64_MAX, 5), 0, 8)).toBe('blocked')
  expect(timeAt(BUFFER)).toEqual({ sec: I64_MAX - 3n, nsec: 0 })
})

test('files keep 64 bits of seconds; the first and the last second have no fractions', () => {
  const fd = run('openat', AT_FDCWD, '/tmp/f', O_CREAT | O_RDWR, 0o600)
  const set = (atime: [Int64, number], mtime: [Int64, number]) => {
    time(...atime, OUT)
    time(...mtime, OUT + TIMESPEC.size)
    run('utimensat', fd as number, 0, OUT, 0)
    run('statx', fd as number, '', AT_EMPTY_PATH, 0xfff, BUFFER)
    const { atime: a, mtime: m } = readStruct(STATX_LAYOUT, copyIn(k, task, BUFFER, STATX_LAYOUT.size))
    return [a.sec, a.nsec, m.sec, m.nsec]
  }
  expect(set([2n ** 53n + 1n, 7], [-(2n ** 53n) - 1n, 8])).toEqual([2n ** 53n + 1n, 7, -(2n ** 53n) - 1n, 8])
  expect(set([I64_MAX, 1], [-(2n ** 63n), 1])).toEqual([I64_MAX, 0, -(2n ** 63n), 0])
  expect(set([-1, 999_999_999], [I64_MAX - 1n, 1])).toEqual([-1, 999_999_999, I64_MAX - 1n, 1])
})

test('a date is set to the nanosecond, never before boot, and for 30 years to come', () => {
  const set = (sec: Int64, nsec = 0) => run('clock_settime', CLOCK_REALTIME, time(sec, nsec))
  k.state.time = 10e9 + 1
  expect([set(8_277_292_036), set(I64_MAX), set(10, 0), set(-1), set(8_277_292_035, 999_999_999)]).toEqual([
    'EINVAL',
    'EINVAL',
    'EINVAL',
    'EINVAL',
    0,
  ])
  expect(set(1_700_000_000, 123_456_789)).toBe(0)
  k.state.time += 1
  run('clock_gettime', CLOCK_REALTIME, OUT)
  expect(timeAt(OUT)).toEqual({ sec: 1_700_000_000, nsec: 123_456_790 })
})

test('a futex wait until a date follows when that is set', () => {
  const { FUTEX_WAIT_BITSET } = FUTEX_OPS
  const now = (seconds: number) => 1_735_689_600 + seconds
  const result = call(k, task, 'futex', OUT, FUTEX_WAIT_BITSET | 0x100, 0, time(now(100)), 0, -1)
  expect(result).toMatchObject({ deadline: 100e9 })
  outcome(k, { ...task, call: null }, 'clock_settime', CLOCK_REALTIME, time(now(60)))
  expect(progressOf(task, 'futexWait')?.deadline).toBe(40e9)
  k.state.time = 40e9
  expect(run('futex', OUT, FUTEX_WAIT_BITSET | 0x100, 0, BUFFER, 0, -1)).toBe('ETIMEDOUT')
})
