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
  EPOLL_EVENT,
  POLLIN,
  RLIMIT_NOFILE,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, putU32, putU64 } from '../mm/index.ts'
import type { Task } from '../state.ts'
import type { Blocked } from '../waiting.ts'
import { endCall } from '../vfs/index.ts'
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
  test('takes the segments of writev one by one, each of them a count', () => {
    const fd = event(0)
    const segments = (...lengths: number[]) => {
      lengths.forEach((length, i) => {
        putU64(k, task, BUFFER + 64 + 16 * i, BUFFER + 8 * i)
        putU64(k, task, BUFFER + 72 + 16 * i, length)
        putU64(k, task, BUFFER + 8 * i, i + 1)
      })
      return outcome(k, task, 'writev', fd, BUFFER + 64, lengths.length)
    }
    expect([segments(8, 8), read(fd), segments(4, 4), segments(8, 4), read(fd)]).toEqual([16, 3n, 'EINVAL', 8, 1n])
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

describe('epolls that watch epolls', () => {
  beforeEach(() => void (task.group.rlimits.soft[RLIMIT_NOFILE] = 4096))
  const make = (): number => call(k, task, 'epoll_create1', 0) as number
  const add = (epoll: number, fd: number): number | string => {
    copyOut(k, task, BUFFER, writeStruct(EPOLL_EVENT, { events: EPOLLIN, data: 0n }))
    return outcome(k, task, 'epoll_ctl', epoll, EPOLL_CTL_ADD, fd, BUFFER)
  }
  const many = (count: number, one: (i: number) => number | string): [number, number | string] => {
    for (let i = 0; i < count; i++) {
      const result = one(i)
      if (result !== 0) return [i, result]
    }
    return [count, 0]
  }
  /** An event file below so many epolls, one in the other; the uppermost. */
  const tower = (height: number): number => {
    let top = event(0)
    for (let i = 0; i < height; i++) {
      const outer = make()
      expect(add(outer, top)).toBe(0)
      top = outer
    }
    return top
  }
  test('are five deep at most, built from either end', () => {
    const e = Array.from({ length: 11 }, make)
    expect([0, 1, 2, 3, 4, 5].map(i => add(e[i + 1], e[i]))).toEqual([0, 0, 0, 0, 'ELOOP', 0])
    const f = Array.from({ length: 11 }, make)
    expect([0, 1, 2, 3, 4, 5].map(i => add(f[i], f[i + 1]))).toEqual([0, 0, 0, 0, 'ELOOP', 0])
    expect([add(e[0], e[3]), add(e[0], e[0])]).toEqual(['ELOOP', 'EINVAL'])
  })
  // What Linux answers to the same calls.
  test.each([
    [1, 1200, 0],
    [2, 500, 'EINVAL'],
    [3, 100, 'EINVAL'],
    [4, 50, 'EINVAL'],
    [5, 10, 'EINVAL'],
  ])('a file may be seen in many ways through %i of them: %i, then %s', (height, count, then) => {
    const below = tower(height - 1)
    expect(many(1200, () => add(make(), below))).toEqual([count, then])
  })
  test('ways count where there is a file below, also one that comes later', () => {
    const middle = make()
    expect(many(600, () => add(make(), middle))).toEqual([600, 0])
    expect(add(middle, event(0))).toBe('EINVAL')
  })
  test('are asked once in a call, however often they are named', () => {
    const top = tower(2)
    const fds = new Int32Array(2 * 1000).map((_, i) => (i % 2 === 0 ? top : POLLIN))
    copyOut(k, task, BUFFER + 4096, new Uint8Array(fds.buffer))
    const result = call(k, task, 'ppoll', BUFFER + 4096, 1000, 0, 0, 0) as Blocked
    expect([result.kind, result.queues.length]).toEqual(['blocked', 3])
    endCall(k, task)
  })
  test('watch as many files as a user may', () => {
    k.state.sysctl.epollUserWatches = 5
    const [one, other] = [make(), make()]
    expect([many(3, () => add(one, event(0))), many(3, () => add(other, event(0)))]).toEqual([[3, 0], [2, 'ENOSPC']]) // prettier-ignore
    call(k, task, 'close', one)
    expect(many(4, () => add(other, event(0)))).toEqual([3, 'ENOSPC'])
    call(k, task, 'close', other)
    expect([...k.state.vfs.epollWatches]).toEqual([])
  })
})
