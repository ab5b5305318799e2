// Pipes and FIFOs: order, atomicity, end of file, broken pipes, waiting; poll, select, epoll and eventfd over them.
import { describe, expect, test } from 'vitest'
import {
  AT_FDCWD,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SIGPIPE,
  S_IFIFO,
} from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { hasSignal } from '../signal/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { endCall, forkFiles } from '../vfs/index.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const DATA = BUFFER + 0x8000

function pipe(flags = 0): { k: Kernel; task: Task; r: number; w: number } {
  const { k, task } = fileKernel()
  expect(call(k, task, 'pipe2', BUFFER, flags)).toBe(0)
  return { k, task, r: 0, w: 1 }
}

const fill = (k: Kernel, task: Task, count: number) =>
  copyOut(
    k,
    task,
    DATA,
    Uint8Array.from({ length: count }, (_, i) => i * 7),
  )

describe('a pipe', () => {
  test('gives bytes in order, across the end of its ring', () => {
    const { k, task, r, w } = pipe()
    fill(k, task, 3000)
    let written = 0
    let read = 0
    for (let round = 0; round < 40; round++) {
      written += call(k, task, 'write', w, DATA, 3000) as number
      const got = call(k, task, 'read', r, DATA + 4096, 1000 + ((round * 331) % 4000)) as number
      const bytes = copyIn(k, task, DATA + 4096, got)
      expect(bytes.findIndex((byte, i) => byte !== ((((read + i) % 3000) * 7) & 0xff))).toBe(-1)
      read += got
      if (written - read > 60000) break
    }
    expect(read).toBeGreaterThan(40000)
  })

  test('waits when empty, and ends with its writers', () => {
    const { k, task, r, w } = pipe()
    expect(outcome(k, task, 'read', r, BUFFER, 10)).toBe('blocked')
    task.call = null
    expect(outcome(k, task, 'read', r, BUFFER, 0)).toBe(0)
    call(k, task, 'write', w, 'xy', 2)
    call(k, task, 'close', w)
    expect(call(k, task, 'read', r, BUFFER, 10)).toBe(2)
    expect(call(k, task, 'read', r, BUFFER, 10)).toBe(0)
    expect(outcome(k, task, 'write', r, 'x', 1)).toBe('EBADF')
    expect(outcome(k, task, 'lseek', r, 0, 0)).toBe('ESPIPE')
    expect(outcome(k, task, 'pread64', r, BUFFER, 1, 0)).toBe('ESPIPE')
  })

  test('without readers is SIGPIPE and EPIPE', () => {
    const { k, task, r, w } = pipe()
    call(k, task, 'close', r)
    expect(outcome(k, task, 'write', w, 'x', 1)).toBe('EPIPE')
    expect(hasSignal(task.pending.set | task.group.pending.set, SIGPIPE)).toBe(true)
  })

  test('takes up to PIPE_BUF in whole or not at all', () => {
    const { k, task, w } = pipe(O_NONBLOCK)
    fill(k, task, 4096)
    for (let i = 0; i < 15; i++) expect(call(k, task, 'write', w, DATA, 4096)).toBe(4096)
    expect(call(k, task, 'write', w, DATA, 4000)).toBe(4000)
    expect(outcome(k, task, 'write', w, DATA, 97)).toBe('EAGAIN')
    expect(call(k, task, 'write', w, DATA, 96)).toBe(96)
    expect(outcome(k, task, 'write', w, DATA, 1)).toBe('EAGAIN')
  })

  test('a large blocking write goes on where it was', () => {
    const { k, task, r, w } = pipe()
    fill(k, task, 100000)
    expect(outcome(k, task, 'write', w, DATA, 100000)).toBe('blocked')
    expect(task.call!.progress).toEqual({ call: 'transfer', done: 65536 })
    const held = task.call
    task.call = null
    expect(call(k, task, 'read', r, BUFFER, 20000)).toBe(20000)
    task.call = held
    expect(outcome(k, task, 'write', w, DATA, 100000)).toBe('blocked')
    // Four buffers became free, and a part of the fifth, which counts for nothing.
    expect(task.call!.progress).toEqual({ call: 'transfer', done: 81920 })
  })

  test('a bad buffer loses nothing', () => {
    const { k, task, r, w } = pipe()
    call(k, task, 'write', w, 'abc', 3)
    expect(outcome(k, task, 'read', r, 8, 3)).toBe('EFAULT')
    expect(call(k, task, 'read', r, BUFFER, 3)).toBe(3)
    expect(buffer(k, task, 3)).toBe('abc')
  })

  test('can be resized, but not below what is in it', () => {
    const { k, task, w } = pipe()
    expect(call(k, task, 'fcntl', w, F_GETPIPE_SZ, 0)).toBe(65536)
    expect(call(k, task, 'fcntl', w, F_SETPIPE_SZ, 5000)).toBe(8192)
    fill(k, task, 5000)
    call(k, task, 'write', w, DATA, 5000)
    expect(outcome(k, task, 'fcntl', w, F_SETPIPE_SZ, 4096)).toBe('EBUSY')
  })
})

describe('a FIFO', () => {
  test('waits for its other end', () => {
    const { k, task } = fileKernel()
    const other = fileTask(k)
    call(k, task, 'mknodat', AT_FDCWD, '/tmp/p', S_IFIFO | 0o644, 0)
    const open = (who: Task, flags: number) => outcome(k, who, 'openat', AT_FDCWD, '/tmp/p', flags, 0)
    expect(open(task, O_WRONLY | O_NONBLOCK)).toBe('ENXIO')
    expect(open(task, O_RDONLY)).toBe('blocked')
    expect(open(other, O_WRONLY)).toBe(0)
    expect(call(k, other, 'write', 0, 'hi', 2)).toBe(2)
    expect(open(task, O_RDONLY)).toBe(0)
    expect(call(k, task, 'read', 0, BUFFER, 9)).toBe(2)
    expect(open(task, O_RDWR)).toBe(1)
  })

  test('an open that a signal ends leaves nothing behind', () => {
    const { k, task } = fileKernel()
    call(k, task, 'mknodat', AT_FDCWD, '/tmp/p', S_IFIFO | 0o644, 0)
    expect(outcome(k, task, 'openat', AT_FDCWD, '/tmp/p', O_RDONLY, 0)).toBe('blocked')
    endCall(k, task)
    expect(outcome(k, task, 'openat', AT_FDCWD, '/tmp/p', O_WRONLY | O_NONBLOCK, 0)).toBe('ENXIO')
  })
})

describe('readiness', () => {
  /** poll of one descriptor without waiting: its revents. */
  function poll(k: Kernel, task: Task, fd: number, events: number): number {
    copyOut(k, task, BUFFER, new Uint8Array([fd, 0, 0, 0, events & 0xff, events >> 8, 0, 0]))
    copyOut(k, task, BUFFER + 64, new Uint8Array(16))
    call(k, task, 'ppoll', BUFFER, 1, BUFFER + 64, 0, 0)
    const bytes = copyIn(k, task, BUFFER + 6, 2)
    return bytes[0] | (bytes[1] << 8)
  }

  test('of pipes: input, room, hang-up, error', () => {
    const { k, task, r, w } = pipe()
    const all = POLLIN | POLLOUT
    expect(poll(k, task, r, all)).toBe(0)
    expect(poll(k, task, w, all)).toBe(POLLOUT)
    call(k, task, 'write', w, 'x', 1)
    expect(poll(k, task, r, all)).toBe(POLLIN)
    call(k, task, 'close', w)
    expect(poll(k, task, r, all)).toBe(POLLIN | POLLHUP)
    expect(poll(k, task, 99, all)).toBe(0x20)
    call(k, task, 'pipe2', BUFFER, 0)
    call(k, task, 'close', 1)
    expect(poll(k, task, 2, all)).toBe(POLLOUT | POLLERR)
  })

  test('ppoll sleeps on the queues until the deadline of its first run', () => {
    const { k, task, r, w } = pipe()
    copyOut(k, task, BUFFER, new Uint8Array([r, 0, 0, 0, POLLIN, 0, 0, 0]))
    copyOut(k, task, BUFFER + 64, new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    const sleep = call(k, task, 'ppoll', BUFFER, 1, BUFFER + 64, 0, 0)
    expect(sleep).toMatchObject({ kind: 'blocked', deadline: 2e9 })
    k.state.time = 5e8
    expect(call(k, task, 'ppoll', BUFFER, 1, BUFFER + 64, 0, 0)).toMatchObject({ deadline: 2e9 })
    const held = task.call
    task.call = null
    call(k, task, 'write', w, 'x', 1)
    task.call = held
    expect(call(k, task, 'ppoll', BUFFER, 1, BUFFER + 64, 0, 0)).toBe(1)
    expect(copyIn(k, task, BUFFER + 64, 1)[0]).toBe(1)
  })

  test('pselect6 answers in the sets', () => {
    const { k, task, r, w } = pipe()
    copyOut(k, task, BUFFER, new Uint8Array([1 << r, 0, 0, 0, 0, 0, 0, 0, 1 << w, 0, 0, 0, 0, 0, 0, 0]))
    expect(call(k, task, 'pselect6', 2, BUFFER, BUFFER + 8, 0, 0, 0)).toBe(1)
    expect([...copyIn(k, task, BUFFER, 16)].map(b => b)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    copyOut(k, task, BUFFER, new Uint8Array([1 << 5, 0, 0, 0, 0, 0, 0, 0]))
    expect(outcome(k, task, 'pselect6', 6, BUFFER, 0, 0, 0, 0)).toBe('EBADF')
  })

  test('epoll: level, edge, one shot; closed files drop out', () => {
    const { k, task, r, w } = pipe()
    const ep = call(k, task, 'epoll_create1', 0) as number
    const event = (events: number, data: number) => copyOut(k, task, BUFFER, new Uint8Array(new Uint32Array([events, 0, data, 0]).buffer))
    const wait = () => outcome(k, task, 'epoll_pwait', ep, BUFFER + 64, 8, 0, 0, 8)
    event(POLLIN, 42)
    expect(outcome(k, task, 'epoll_ctl', ep, 1, r, BUFFER)).toBe(0)
    expect(outcome(k, task, 'epoll_ctl', ep, 1, r, BUFFER)).toBe('EEXIST')
    expect(wait()).toBe(0)
    call(k, task, 'write', w, 'x', 1)
    expect(wait()).toBe(1)
    expect(wait()).toBe(1)
    expect(copyIn(k, task, BUFFER + 72, 1)[0]).toBe(42)
    event(POLLIN | 0x8000_0000, 42)
    call(k, task, 'epoll_ctl', ep, 3, r, BUFFER)
    expect([wait(), wait()]).toEqual([1, 0])
    call(k, task, 'write', w, 'y', 1)
    expect([wait(), wait()]).toEqual([1, 0])
    event(POLLIN | 0x4000_0000, 42)
    call(k, task, 'epoll_ctl', ep, 3, r, BUFFER)
    expect([wait(), wait()]).toEqual([1, 0])
    event(POLLIN, 1)
    call(k, task, 'epoll_ctl', ep, 3, r, BUFFER)
    call(k, task, 'close', r)
    expect(wait()).toBe(0)
    expect(outcome(k, task, 'epoll_ctl', ep, 1, ep, BUFFER)).toBe('EINVAL')
  })

  test('eventfd counts', () => {
    const { k, task } = fileKernel()
    const fd = call(k, task, 'eventfd2', 3, O_NONBLOCK) as number
    expect(call(k, task, 'read', fd, BUFFER, 8)).toBe(8)
    expect(copyIn(k, task, BUFFER, 1)[0]).toBe(3)
    expect(outcome(k, task, 'read', fd, BUFFER, 8)).toBe('EAGAIN')
    expect(outcome(k, task, 'read', fd, BUFFER, 7)).toBe('EINVAL')
    call(k, task, 'write', fd, '\x05\0\0\0\0\0\0\0', 8)
    expect(poll(k, task, fd, POLLIN | POLLOUT)).toBe(POLLIN | POLLOUT)
  })
})

test('descriptions survive in a child: the pipe ends only with the last writer', () => {
  const { k, task, r, w } = pipe()
  const child = fileTask(k)
  child.files = forkFiles(k, task.files!)
  call(k, task, 'close', w)
  expect(outcome(k, task, 'read', r, BUFFER, 1)).toBe('blocked')
  task.call = null
  call(k, child, 'close', w)
  expect(outcome(k, task, 'read', r, BUFFER, 1)).toBe(0)
})

test('a user’s pipes: two pages each beyond the soft limit, none beyond the hard one, as many as they like for root', () => {
  const { k, task } = fileKernel()
  Object.assign(k.state.sysctl, { pipeUserPagesSoft: 64, pipeUserPagesHard: 80 })
  const sizes = (who: Task, count: number): (number | string)[] =>
    Array.from({ length: count }, () => {
      const made = outcome(k, who, 'pipe2', BUFFER, 0)
      return made === 0 ? size(who, new DataView(copyIn(k, who, BUFFER, 4).buffer).getInt32(0, true), F_GETPIPE_SZ) : made
    })
  const size = (who: Task, fd: number, command: number, bytes = 0) => outcome(k, who, 'fcntl', fd, command, bytes)
  expect(sizes(task, 6)).toEqual([65536, 65536, 65536, 65536, 65536, 65536])
  const user = fileTask(k)
  user.credentials = { ...user.credentials, uid: 1000, capEffective: 0 }
  expect(sizes(user, 14)).toEqual([...Array(4).fill(65536), ...Array(8).fill(8192), 'ENFILE', 'ENFILE'])
  const resize = (fd: number, bytes: number) => size(user, fd, F_SETPIPE_SZ, bytes)
  expect([resize(10, 65536), resize(0, 4096), resize(2, 65536), resize(0, 65536)]).toEqual(['EPERM', 4096, 65536, 'EPERM'])
  expect([resize(2, 4096), resize(4, 4096), resize(0, 65536), resize(6, 8192)]).toEqual([4096, 4096, 65536, 8192])
  expect(outcome(k, task, 'mknodat', AT_FDCWD, '/ff', S_IFIFO | 0o666, 0)).toBe(0)
  expect(outcome(k, user, 'openat', AT_FDCWD, '/ff', O_RDWR, 0)).toBe(24)
  expect([size(user, 24, F_GETPIPE_SZ), sizes(user, 16).indexOf('ENFILE')]).toEqual([65536, 14])
  expect([outcome(k, user, 'close', 24), size(user, 2, F_SETPIPE_SZ, 65536), sizes(user, 16).indexOf('ENFILE')]).toEqual([0, 'EPERM', 8])
  expect(outcome(k, user, 'openat', AT_FDCWD, '/ff', O_RDWR, 0)).toBe('ENOMEM')
  for (const who of [task, user]) for (let fd = 0; fd < who.files!.files.length; fd++) outcome(k, who, 'close', fd)
  expect([...k.state.vfs.pipePages]).toEqual([])
})
