// Waiting under a mask, over stops, in circles: what the calls that wait answer at their edges, as measured on Linux.
import { describe, expect, test } from 'vitest'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLONESHOT,
  F_SETLKW,
  F_WRLCK,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  POLLIN,
  POLLOUT,
  SIGUSR1,
} from '../abi/index.ts'
import { getU64, putU32, putU64 } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import { sigbit } from '../signal/sigset.ts'
import { killInfo, sendSignal } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { forkFiles } from '../vfs/index.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const setup = () => {
  const { k, task } = fileKernel()
  return { k, task, run: (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args) }
}

describe('a signal that the mask of the wait lets through', () => {
  const TIMEOUT = BUFFER + 64
  const MASK = BUFFER + 128
  function pending(): ReturnType<typeof setup> {
    const all = setup()
    const { k, task } = all
    all.run('pipe2', BUFFER, 0)
    putU32(k, task, BUFFER, 0)
    putU32(k, task, BUFFER + 4, POLLIN)
    putU64(k, task, TIMEOUT, 0)
    putU64(k, task, TIMEOUT + 8, 0)
    putU64(k, task, MASK, 0)
    task.blocked = sigbit(SIGUSR1)
    task.group.actions[SIGUSR1] = { ...task.group.actions[SIGUSR1], handler: 0x1000 }
    sendSignal(k, null, task, killInfo(SIGUSR1, task))
    return all
  }

  test('comes before the end of a zero timeout', () => {
    const { k, task } = pending()
    expect(call(k, task, 'ppoll', BUFFER, 1, TIMEOUT, MASK, 8)).toMatchObject({ interrupted: { name: 'ERESTARTNOHAND' } })
  })

  test('does not come before what is ready', () => {
    const { run, task } = pending()
    run('write', 1, 'x', 1)
    expect([run('ppoll', BUFFER, 1, TIMEOUT, MASK, 8), task.signalPending]).toEqual([1, false])
  })

  test('leaves what is left of the time, from which the call goes on', () => {
    const { k, task } = pending()
    putU64(k, task, TIMEOUT, 2)
    task.blocked = 0n
    task.signalPending = false
    const first = call(k, task, 'ppoll', BUFFER, 1, TIMEOUT, 0, 8)
    expect(first).toMatchObject({ deadline: 2e9 })
    k.state.time = 5e8
    task.signalPending = true
    call(k, task, 'ppoll', BUFFER, 1, TIMEOUT, 0, 8)
    expect([getU64(k, task, TIMEOUT), getU64(k, task, TIMEOUT + 8)]).toEqual([1, 5e8])
    task.signalPending = false
    k.state.time = 9e9
    expect(call(k, task, 'ppoll', BUFFER, 1, TIMEOUT, 0, 8)).toMatchObject({ deadline: 10.5e9 })
  })
})

test('select ignores bits beyond the table, but not those of closed files', () => {
  const { k, task, run } = setup()
  putU64(k, task, BUFFER, 0)
  putU64(k, task, BUFFER + 8, 0xf0)
  putU64(k, task, BUFFER + 16, 0)
  putU64(k, task, BUFFER + 24, 0)
  expect(run('pselect6', 200, BUFFER, 0, 0, BUFFER + 16, 0)).toBe(0)
  putU64(k, task, BUFFER, 2 ** 40)
  expect(run('pselect6', 64, BUFFER, 0, 0, BUFFER + 16, 0)).toBe('EBADF')
})

describe('epoll', () => {
  const event = (k: Kernel, task: Task, events: number) => {
    putU32(k, task, BUFFER + 64, events)
    return BUFFER + 64
  }

  test('EPOLLEXCLUSIVE: with whom it goes', () => {
    const { k, task, run } = setup()
    const [epoll, other, fd] = [run('epoll_create1', 0), run('epoll_create1', 0), run('eventfd2', 0, 0)] as number[]
    const control = (op: number, to: number, events: number) => run('epoll_ctl', epoll, op, to, event(k, task, events))
    expect(control(1, fd, POLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT)).toBe('EINVAL')
    expect(control(1, fd, POLLIN | 2 | EPOLLEXCLUSIVE)).toBe('EINVAL')
    expect(control(1, other, POLLIN | EPOLLEXCLUSIVE)).toBe('EINVAL')
    expect(control(1, fd, POLLIN | EPOLLEXCLUSIVE | EPOLLET)).toBe(0)
    expect([control(3, fd, POLLIN), control(3, fd, POLLIN | EPOLLEXCLUSIVE), control(9, fd, POLLIN)]).toEqual([
      'EINVAL',
      'EINVAL',
      'EINVAL',
    ])
  })

  test("edges of a pipe's write end come when it was full", () => {
    const { k, task, run } = setup()
    run('pipe2', BUFFER, O_NONBLOCK)
    const epoll = run('epoll_create1', 0) as number
    run('epoll_ctl', epoll, 1, 1, event(k, task, POLLOUT | EPOLLET))
    const edge = () => run('epoll_pwait', epoll, BUFFER + 128, 8, 0, 0, 8)
    expect([edge(), edge()]).toEqual([1, 0])
    run('write', 1, BUFFER, 100)
    run('read', 0, BUFFER, 50)
    expect(edge()).toBe(0)
    run('write', 1, BUFFER, 70000)
    run('read', 0, BUFFER, 10)
    expect(edge()).toBe(0)
    run('read', 0, BUFFER, 5000)
    expect([edge(), edge()]).toEqual([1, 0])
    run('read', 0, BUFFER, 5000)
    expect(edge()).toBe(0)
  })
})

test.each([2, 3, 15])('F_SETLKW in a circle of %i', count => {
  const { k, task, run } = setup()
  const fd = run('openat', AT_FDCWD, '/tmp/l', O_CREAT | O_RDWR, 0o600) as number
  const tasks = [task]
  while (tasks.length < count) {
    const next = fileTask(k)
    next.files = forkFiles(k, task.files!)
    tasks.push(next)
  }
  const lock = (who: Task, start: number) => {
    putU32(k, who, BUFFER, F_WRLCK)
    putU64(k, who, BUFFER + 8, start)
    putU64(k, who, BUFFER + 16, 1)
    return outcome(k, who, 'fcntl', fd, F_SETLKW, BUFFER)
  }
  tasks.forEach((who, i) => expect(lock(who, i)).toBe(0))
  tasks.forEach((who, i) => expect(lock(who, (i + 1) % count)).toBe(i === count - 1 ? 'EDEADLK' : 'blocked'))
})

test('a file of O_TMPFILE gets its first name, unless O_EXCL forbids it', () => {
  const { run } = setup()
  const file = (flags: number) => run('openat', AT_FDCWD, '/tmp', O_TMPFILE | O_RDWR | flags, 0o600) as number
  const fd = file(0)
  expect(run('linkat', AT_FDCWD, `/proc/self/fd/${fd}`, AT_FDCWD, '/tmp/a', AT_SYMLINK_FOLLOW)).toBe(0)
  expect(run('linkat', fd, '', AT_FDCWD, '/tmp/b', AT_EMPTY_PATH)).toBe(0)
  expect(run('openat', AT_FDCWD, '/tmp/b', O_RDONLY, 0)).toBe(fd + 1)
  for (const name of ['a', 'b']) run('unlinkat', AT_FDCWD, `/tmp/${name}`, 0)
  expect(run('linkat', fd, '', AT_FDCWD, '/tmp/c', AT_EMPTY_PATH)).toBe('ENOENT')
  expect(run('linkat', file(O_EXCL), '', AT_FDCWD, '/tmp/c', AT_EMPTY_PATH)).toBe('ENOENT')
})
