// Leases and directory notification: who is told, what waits, and what of it comes to an end.
import { expect, test } from 'vitest'
import { AT_FDCWD, F_RDLCK, F_SETSIG, F_UNLCK, F_WRLCK, O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR, POLL_MSG } from '../abi/index.ts'
import { newSysctls } from '../sysctl.ts'
import type { Task } from '../state.ts'
import { BUFFER, fileKernel, fileTask, outcome } from './testing.ts'

const [SETLEASE, GETLEASE, NOTIFY] = [1024, 1025, 1026]
const TOLD = 40

function setup() {
  const { k, task } = fileKernel()
  Object.assign(k.state, { sysctl: newSysctls(1 << 24) })
  task.blocked = ~0n
  const other = fileTask(k)
  const fd = outcome(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDONLY, 0o644) as number
  outcome(k, task, 'fcntl', fd, F_SETSIG, TOLD)
  const lease = (command: number, type = 0) => outcome(k, task, 'fcntl', fd, command, type)
  const open = (flags: number) => outcome(k, other, 'openat', AT_FDCWD, '/f', flags, 0)
  return { k, task, other, fd, lease, open }
}

const signals = (task: Task) => task.group.pending.queue.splice(0).map(({ signal, code }) => [signal, code])

test('a read lease goes when somebody wants to write', () => {
  const { k, task, other, fd, lease, open } = setup()
  expect([lease(GETLEASE), lease(SETLEASE, F_UNLCK), lease(SETLEASE, 7), lease(SETLEASE, F_RDLCK), lease(GETLEASE)]).toEqual([
    F_UNLCK,
    'EAGAIN',
    'EINVAL',
    0,
    F_RDLCK,
  ])
  expect([open(O_RDONLY), signals(task)]).toEqual([0, []])
  expect([open(O_RDWR | O_NONBLOCK), signals(task), lease(GETLEASE)]).toEqual(['EAGAIN', [[TOLD, POLL_MSG]], F_UNLCK])
  expect([open(O_RDWR), signals(task)]).toEqual(['blocked', []])
  expect([outcome(k, other, 'truncate', '/f', 0), lease(SETLEASE, F_UNLCK), outcome(k, other, 'truncate', '/f', 0)]).toEqual([
    'blocked',
    0,
    0,
  ])
  expect([open(O_RDWR), lease(SETLEASE, F_RDLCK), outcome(k, task, 'close', fd)]).toEqual([1, 'EAGAIN', 0])
})

test('who does not give it up in time loses it', () => {
  const { k, task, lease, open } = setup()
  expect([lease(SETLEASE, F_WRLCK), open(O_RDONLY), lease(GETLEASE), signals(task)]).toEqual([0, 'blocked', F_RDLCK, [[TOLD, POLL_MSG]]])
  k.state.time += k.state.sysctl.leaseBreakTime * 1e9 - 1
  expect(open(O_RDONLY)).toBe('blocked')
  k.state.time += 1
  expect([open(O_RDONLY), lease(GETLEASE), lease(SETLEASE, F_WRLCK)]).toEqual([0, F_RDLCK, 'EAGAIN'])
})

test('a directory tells of what happens in it, once or always', () => {
  const { k, task, fd } = setup()
  outcome(k, task, 'mkdirat', AT_FDCWD, '/d', 0o755)
  const d = outcome(k, task, 'openat', AT_FDCWD, '/d', O_RDONLY, 0) as number
  outcome(k, task, 'fcntl', d, F_SETSIG, TOLD)
  const notify = (events: number) => outcome(k, task, 'fcntl', d, NOTIFY, events)
  const heard = (name: string, ...args: (number | string)[]) => {
    const result = outcome(k, task, name, ...args)
    return [typeof result === 'number' && result >= 0, signals(task).length]
  }
  const [CREATE, ALL, MULTISHOT] = [4, 0x3f, -0x8000_0000]
  expect([outcome(k, task, 'fcntl', fd, NOTIFY, CREATE), notify(CREATE)]).toEqual(['ENOTDIR', 0])
  expect([heard('openat', AT_FDCWD, '/d/a', O_CREAT | O_RDWR, 0o644), heard('mkdirat', AT_FDCWD, '/d/s', 0o700)]).toEqual([
    [true, 1],
    [true, 0],
  ])
  notify(ALL | MULTISHOT)
  const a = d + 1
  const rows: [string, (number | string)[], number][] = [
    ['write', [a, BUFFER, 1], 1],
    ['pread64', [a, BUFFER, 1, 0], 1],
    ['fchmodat', [AT_FDCWD, '/d/a', 0o600], 1],
    ['ftruncate', [a, 0], 1],
    ['renameat2', [AT_FDCWD, '/d/a', AT_FDCWD, '/d/z', 0], 3],
    ['renameat2', [AT_FDCWD, '/d/z', AT_FDCWD, '/out', 0], 1],
    ['unlinkat', [AT_FDCWD, '/d/s', 0x200], 1],
    ['truncate', ['/out', 0], 0],
    ['fcntl', [d, NOTIFY, 0], 0],
    ['mkdirat', [AT_FDCWD, '/d/t', 0o700], 0],
  ]
  for (const [name, args, count] of rows) expect([name, heard(name, ...args)]).toEqual([name, [true, count]])
})

test('who waits for a lease goes on with the file that was found, whatever its name leads to by then', () => {
  for (const again of [
    ['openat', AT_FDCWD, '/f', O_RDWR, 0],
    ['truncate', '/f', 9],
  ] as [string, ...(number | string)[]][]) {
    const { k, task, other, fd, lease } = setup()
    expect([lease(SETLEASE, F_RDLCK), outcome(k, other, ...again)]).toEqual([0, 'blocked'])
    const { inode } = task.files!.files[fd]!
    expect(outcome(k, task, 'unlinkat', AT_FDCWD, '/f', 0)).toBe(0)
    expect(outcome(k, task, 'close', fd)).toBe(0)
    expect(outcome(k, other, ...again)).toBe(0)
    expect([inode.refs, inode.size]).toEqual(again[0] === 'openat' ? [1, 0] : [0, 9])
    expect(other.files!.files[0]?.inode ?? inode).toBe(inode)
  }
})
