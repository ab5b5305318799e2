// eventfd(2) and epoll(7) through their calls: counts at their ends, and which members are told of, how often.
import { beforeEach, describe, expect, test } from 'vitest'
import {
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, putU32, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'

let k: Kernel
let task: Task
beforeEach(() => void ({ k, task } = fileKernel()))

const event = (count: number, flags: number = EFD_NONBLOCK): number => call(k, task, 'eventfd2', count, flags) as number
/** The value, or the error. */
function read(fd: number): bigint | string {
  const result = outcome(k, task, 'read', fd, BUFFER, 8)
  return result === 8 ? new DataView(copyIn(k, task, BUFFER, 8).slice().buffer).getBigUint64(0, true) : String(result)
}
function write(fd: number, value: bigint, bytes = 8): number | string {
  putU32(k, task, BUFFER, Number(value & 0xffff_ffffn))
  putU32(k, task, BUFFER + 4, Number(value >> 32n))
  return outcome(k, task, 'write', fd, BUFFER, bytes)
}
const MOST = 2n ** 64n - 2n

describe('eventfd', () => {
  test('adds up, is read as a whole, and is empty then', () => {
    const fd = event(3)
    expect([write(fd, 4n), read(fd), read(fd)]).toEqual([8, 7n, 'EAGAIN'])
  })
  test('as a semaphore gives one at a time', () => {
    const fd = event(2, EFD_NONBLOCK | EFD_SEMAPHORE)
    expect([read(fd), read(fd), read(fd)]).toEqual([1n, 1n, 'EAGAIN'])
  })
  test('holds up to 2^64 - 2, exactly', () => {
    const fd = event(0)
    expect([write(fd, MOST + 1n), write(fd, MOST), write(fd, 1n), write(fd, 0n), read(fd)]).toEqual(['EINVAL', 8, 'EAGAIN', 8, MOST])
    write(fd, MOST - 1n)
    expect([write(fd, 2n), write(fd, 1n), read(fd)]).toEqual(['EAGAIN', 8, MOST])
  })
  test('sleeps where it may', () => {
    const fd = event(0, 0)
    expect([read(fd), write(fd, MOST), write(fd, 1n)]).toEqual(['blocked', 8, 'blocked'])
  })
  test('wants eight bytes', () => {
    const fd = event(1)
    expect([write(fd, 1n, 7), write(fd, 1n, 9), outcome(k, task, 'read', fd, BUFFER, 7), read(fd)]).toEqual([
      'EINVAL',
      'EINVAL',
      'EINVAL',
      1n,
    ])
  })
})

describe('epoll', () => {
  let epoll: number
  beforeEach(() => void (epoll = call(k, task, 'epoll_create1', 0) as number))
  const control = (op: number, fd: number, events: number, data = fd): number | string => {
    putU32(k, task, BUFFER + 64, events >>> 0)
    putU64(k, task, BUFFER + 72, data)
    return outcome(k, task, 'epoll_ctl', epoll, op, fd, BUFFER + 64)
  }
  /** `data:events` of each that is ready. */
  function wait(max = 8): string {
    const count = outcome(k, task, 'epoll_pwait', epoll, BUFFER + 128, max, 0, 0, 8)
    if (typeof count === 'string') return count
    const view = new DataView(copyIn(k, task, BUFFER + 128, 16 * 8).slice().buffer)
    return Array.from({ length: count }, (_, i) => `${view.getUint32(16 * i + 8, true)}:${view.getUint32(16 * i, true)}`).join(' ')
  }

  test('tells of what is ready and was asked for, as long as it is', () => {
    const fd = event(0)
    expect([control(EPOLL_CTL_ADD, fd, EPOLLIN, 42), wait()]).toEqual([0, ''])
    write(fd, 1n)
    expect([wait(), wait()]).toEqual(['42:1', '42:1'])
    read(fd)
    expect([wait(), control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT, 43), wait()]).toEqual(['', 0, '43:4'])
    expect([control(EPOLL_CTL_DEL, fd, 0), wait()]).toEqual([0, ''])
  })
  test('edge-triggered: once for each time that something happens', () => {
    const fd = event(1)
    control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET)
    expect([wait(), wait()]).toEqual([`${fd}:1`, ''])
    write(fd, 1n)
    expect([wait(), wait()]).toEqual([`${fd}:1`, ''])
    control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET)
    expect(wait()).toBe(`${fd}:1`)
  })
  test('one shot: not again before it is armed anew', () => {
    const fd = event(1)
    control(EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT)
    expect([wait(), wait()]).toEqual([`${fd}:1`, ''])
    write(fd, 1n)
    expect([wait(), control(EPOLL_CTL_MOD, fd, EPOLLIN), wait()]).toEqual(['', 0, `${fd}:1`])
  })
  test('more that are ready than asked for take turns', () => {
    const fds = [event(1), event(1), event(1)]
    for (const fd of fds) control(EPOLL_CTL_ADD, fd, EPOLLIN)
    const seen = [wait(1), wait(1), wait(1), wait(1)].map(text => Number(text.split(':')[0]))
    expect(seen).toEqual([...fds, fds[0]])
    expect(wait(2).split(' ')).toHaveLength(2)
  })
  test('a closed member is gone; a copy of its descriptor keeps it', () => {
    const [fd, kept] = [event(1), event(1)]
    for (const one of [fd, kept]) control(EPOLL_CTL_ADD, one, EPOLLIN)
    call(k, task, 'dup', kept)
    for (const one of [fd, kept]) call(k, task, 'close', one)
    expect(wait()).toBe(`${kept}:1`)
  })
  test('what may not be: twice, absent, itself, a file, circles, EPOLLEXCLUSIVE changed', () => {
    const fd = event(0)
    const file = call(k, task, 'openat', -100, '/f', 0o102, 0o644) as number
    expect([control(EPOLL_CTL_MOD, fd, EPOLLIN), control(EPOLL_CTL_DEL, fd, 0), control(EPOLL_CTL_ADD, fd, EPOLLIN)]).toEqual([
      'ENOENT',
      'ENOENT',
      0,
    ])
    expect([control(EPOLL_CTL_ADD, fd, EPOLLIN), control(EPOLL_CTL_ADD, epoll, EPOLLIN), control(EPOLL_CTL_ADD, file, EPOLLIN)]).toEqual([
      'EEXIST',
      'EINVAL',
      'EPERM',
    ])
    expect([control(9, fd, EPOLLIN), control(EPOLL_CTL_ADD, 99, EPOLLIN)]).toEqual(['EINVAL', 'EBADF'])
    const exclusive = event(0)
    expect([
      control(EPOLL_CTL_ADD, exclusive, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT),
      control(EPOLL_CTL_ADD, exclusive, EPOLLIN | EPOLLEXCLUSIVE),
      control(EPOLL_CTL_MOD, exclusive, EPOLLIN),
    ]).toEqual(['EINVAL', 0, 'EINVAL'])
    const outer = call(k, task, 'epoll_create1', 0) as number
    const inner = epoll
    expect(control(EPOLL_CTL_ADD, outer, EPOLLIN)).toBe(0)
    epoll = outer
    expect(control(EPOLL_CTL_ADD, inner, EPOLLIN)).toBe('ELOOP')
  })
})
