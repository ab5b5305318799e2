// Futexes at their edges: which pages a word may lie in, which flags go with what, whom a dead thread's locks go to.
import { beforeEach, describe, expect, test } from 'vitest'
import { FUTEX_OPS, PROT_NONE, PROT_READ } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, mapRegion, putU32, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, BUFFER_BYTES, call, fileKernel, outcome } from '../vfs/testing.ts'
import { futexExit } from './index.ts'

const PRIVATE = 0x80
const REALTIME = 0x100
const { FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP } = FUTEX_OPS
const { FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_UNLOCK_PI } = FUTEX_OPS
const UNMAPPED = BUFFER + BUFFER_BYTES + 0x10000
const READ_ONLY = 0x200000
const NO_ACCESS = 0x300000
const TIMEOUT = BUFFER + 0x1000

let k: Kernel
let task: Task
beforeEach(() => {
  ;({ k, task } = fileKernel())
  mapRegion(k, task.mm!, { start: READ_ONLY, length: 4096, prot: PROT_READ })
  mapRegion(k, task.mm!, { start: NO_ACCESS, length: 4096, prot: PROT_NONE })
  putU64(k, task, TIMEOUT, 0)
  putU64(k, task, TIMEOUT + 8, 1000)
})
const futex = (at: number, op: number, value = 0, timeout = 0, second = 0, third = 0) =>
  outcome(k, task, 'futex', at, op, value, timeout, second, third)

describe('a word', () => {
  test('has a page, unless it is private and only woken', () => {
    expect([UNMAPPED, NO_ACCESS, READ_ONLY].map(at => futex(at, FUTEX_WAKE, 1))).toEqual(['EFAULT', 'EFAULT', 'EFAULT'])
    expect([UNMAPPED, NO_ACCESS, READ_ONLY].map(at => futex(at, FUTEX_WAKE | PRIVATE, 1))).toEqual([0, 0, 0])
    expect([UNMAPPED, READ_ONLY].map(at => futex(at, FUTEX_WAIT, 0, TIMEOUT))).toEqual(['EFAULT', 'EFAULT'])
    expect([UNMAPPED, NO_ACCESS].map(at => futex(at, FUTEX_WAIT | PRIVATE, 0, TIMEOUT))).toEqual(['EFAULT', 'EFAULT'])
    expect(futex(READ_ONLY, FUTEX_WAIT | PRIVATE, 0, TIMEOUT)).toBe('blocked')
    expect([futex(BUFFER + 1, FUTEX_WAKE | PRIVATE, 1), futex(2 ** 60, FUTEX_WAKE | PRIVATE, 1)]).toEqual(['EINVAL', 'EFAULT'])
  })

  test('that takes the second part of a call has one too', () => {
    expect(futex(BUFFER, FUTEX_CMP_REQUEUE, 1, 1, UNMAPPED, 5)).toBe('EFAULT')
    expect(futex(BUFFER, FUTEX_CMP_REQUEUE, 1, 1, BUFFER + 4, 5)).toBe('EAGAIN')
    expect(futex(BUFFER, FUTEX_CMP_REQUEUE, -1, 1, BUFFER + 4, 0)).toBe('EINVAL')
    expect(futex(BUFFER, FUTEX_CMP_REQUEUE | PRIVATE, 1, 1, UNMAPPED, 0)).toBe(0)
    expect([UNMAPPED, READ_ONLY].map(at => futex(BUFFER, FUTEX_WAKE_OP, 1, 1, at))).toEqual(['EFAULT', 'EFAULT'])
  })
})

test('CLOCK_REALTIME goes with few operations; timeouts are read first; unknown bits are unknown operations', () => {
  expect([FUTEX_WAIT, FUTEX_WAKE].map(op => futex(BUFFER, op | REALTIME, 0, TIMEOUT))).toEqual(['ENOSYS', 'ENOSYS'])
  expect(futex(BUFFER, FUTEX_WAIT_BITSET | REALTIME, 0, TIMEOUT, 0, -1)).toBe('ETIMEDOUT')
  expect([futex(BUFFER, FUTEX_WAIT_BITSET, 0, TIMEOUT), futex(BUFFER, FUTEX_WAKE_BITSET, 1)]).toEqual(['EINVAL', 'EINVAL'])
  expect([futex(BUFFER, FUTEX_WAIT, 1, 16), futex(BUFFER, 99, 1, 16), futex(BUFFER, 0x200 | FUTEX_WAKE, 1)]).toEqual([
    'EFAULT',
    'ENOSYS',
    'ENOSYS',
  ])
  putU64(k, task, TIMEOUT + 8, 1e9)
  expect([futex(BUFFER, FUTEX_WAIT | REALTIME, 0, TIMEOUT), futex(BUFFER, FUTEX_WAIT, 1, TIMEOUT)]).toEqual(['EINVAL', 'EINVAL'])
})

test('a wait that is made again keeps its deadline and looks at the word again', () => {
  expect(futex(BUFFER, FUTEX_WAIT, 0, TIMEOUT)).toBe('blocked')
  k.state.time = 400
  expect(call(k, task, 'futex', BUFFER, FUTEX_WAIT, 0, TIMEOUT, 0, 0)).toMatchObject({
    deadline: 1000,
    interrupted: { name: 'ERESTART_RESTARTBLOCK' },
  })
  const held = task.call
  putU32(k, task, BUFFER, 1)
  task.call = held
  expect(futex(BUFFER, FUTEX_WAIT, 0, TIMEOUT)).toBe('EAGAIN')
})

test('a lock with an owner', () => {
  const lock = () => getU32(k, task, BUFFER)
  expect([futex(BUFFER, FUTEX_LOCK_PI), lock()]).toEqual([0, task.pid])
  expect([FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI].map(op => futex(BUFFER, op))).toEqual(['EDEADLK', 'EDEADLK'])
  expect([futex(BUFFER, FUTEX_UNLOCK_PI), lock(), futex(BUFFER, FUTEX_UNLOCK_PI)]).toEqual([0, 0, 'EPERM'])
  putU32(k, task, BUFFER, 9999)
  expect(futex(BUFFER, FUTEX_LOCK_PI)).toBe('ESRCH')
  // It says that somebody tried.
  expect(lock()).toBe(0x8000_0000 + 9999)
})

describe('robust lists', () => {
  const HEAD = BUFFER + 0x2000
  const OFFSET = -32

  /** Locks at entries of a list, each `OFFSET` before its link, held by the task. */
  function list(...links: number[]) {
    task.robustList = HEAD
    putU64(k, task, HEAD, links[0] ?? HEAD)
    putU64(k, task, HEAD + 8, OFFSET)
    links.forEach((link, i) => {
      putU64(k, task, link - (link % 2), links[i + 1] ?? HEAD)
      putU32(k, task, link - (link % 2) + OFFSET, task.pid)
    })
  }

  test('lead to locks at a negative offset; the next link is read before the lock is given up', () => {
    list(HEAD + 0x100, HEAD + 0x201)
    putU32(k, task, HEAD + 0x300 + OFFSET, task.pid)
    putU64(k, task, HEAD + 16, HEAD + 0x300)
    futexExit(k, task)
    expect([0x100, 0x200, 0x300].map(at => getU32(k, task, HEAD + at + OFFSET))).toEqual([2 ** 30, 2 ** 30, 2 ** 30])
  })

  test('end at a bad link, after its lock; others are left alone', () => {
    list(HEAD + 0x100)
    putU64(k, task, HEAD + 0x100, UNMAPPED)
    putU32(k, task, HEAD + 0x100 + OFFSET, 77)
    futexExit(k, task)
    expect(getU32(k, task, HEAD + 0x100 + OFFSET)).toBe(77)
    expect(task.robustList).toBe(0)
  })
})
