// Descriptors: numbers, duplicates, close-on-exec, limits, sharing between processes; locks.
import { expect, test } from 'vitest'
import {
  AT_FDCWD,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLKW,
  F_WRLCK,
  F_RDLCK,
  F_UNLCK,
  FLOCK_LAYOUT,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { closeOnExec, forkFiles, releaseFiles } from './index.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from './testing.ts'

const open = (k: Parameters<typeof call>[0], task: Parameters<typeof call>[1], flags = O_RDWR | O_CREAT, path = '/tmp/f') =>
  call(k, task, 'openat', AT_FDCWD, path, flags, 0o644) as number

test('the lowest free number is taken', () => {
  const { k, task } = fileKernel()
  expect([open(k, task), open(k, task), open(k, task)]).toEqual([0, 1, 2])
  call(k, task, 'close', 1)
  expect(open(k, task)).toBe(1)
  expect(outcome(k, task, 'fcntl', 0, F_DUPFD, 10)).toBe(10)
  expect(outcome(k, task, 'dup', 0)).toBe(3)
  expect(outcome(k, task, 'dup3', 0, 2, 0)).toBe(2)
  expect(outcome(k, task, 'dup3', 0, 0, 0)).toBe('EINVAL')
  expect(outcome(k, task, 'dup3', 0, 5000, 0)).toBe('EBADF')
  expect(outcome(k, task, 'dup3', 77, 5, 0)).toBe('EBADF')
  expect(outcome(k, task, 'close', 77)).toBe('EBADF')
  expect(outcome(k, task, 'close', -1)).toBe('EBADF')
})

test('a full table is EMFILE, and nothing is created then', () => {
  const { k, task } = fileKernel()
  task.group.rlimits.soft[7] = 2
  open(k, task)
  open(k, task)
  expect(outcome(k, task, 'openat', AT_FDCWD, '/tmp/new', O_CREAT | O_RDWR, 0o644)).toBe('EMFILE')
  expect(outcome(k, task, 'faccessat', AT_FDCWD, '/tmp/new', 0)).toBe('ENOENT')
  expect(outcome(k, task, 'pipe2', BUFFER, 0)).toBe('EMFILE')
  expect(outcome(k, task, 'dup', 0)).toBe('EMFILE')
  expect(outcome(k, task, 'fcntl', 0, F_DUPFD, 2)).toBe('EINVAL')
})

test('duplicates share offset and flags, other opens do not', () => {
  const { k, task } = fileKernel()
  const a = open(k, task)
  const b = call(k, task, 'dup', a) as number
  const c = open(k, task)
  call(k, task, 'write', a, 'hello', 5)
  expect(call(k, task, 'lseek', b, 0, 1)).toBe(5)
  expect(call(k, task, 'lseek', c, 0, 1)).toBe(0)
  call(k, task, 'fcntl', b, F_SETFL, O_APPEND | O_NONBLOCK)
  expect(call(k, task, 'fcntl', a, F_GETFL, 0)).toBe(O_RDWR | O_APPEND | O_NONBLOCK | 0o100000)
  expect(call(k, task, 'fcntl', c, F_GETFL, 0)).toBe(O_RDWR | 0o100000)
})

test('a position that is no offset is EINVAL, and nothing moves', () => {
  const { k, task } = fileKernel()
  const fd = open(k, task)
  call(k, task, 'lseek', fd, 7, 0)
  for (const [offset, whence] of [
    [-1, 0],
    [-8, 1],
    [2 ** 63, 0],
    [0, 9],
  ] as const)
    expect(outcome(k, task, 'lseek', fd, offset, whence)).toBe('EINVAL')
  expect(call(k, task, 'lseek', fd, 0, 1)).toBe(7)
})

test('close-on-exec belongs to the descriptor', () => {
  const { k, task } = fileKernel()
  const a = open(k, task, O_RDWR | O_CREAT | O_CLOEXEC)
  const b = call(k, task, 'dup', a) as number
  const c = call(k, task, 'fcntl', a, F_DUPFD_CLOEXEC, 40) as number
  call(k, task, 'fcntl', b, F_SETFD, 0)
  expect([a, b, c].map(fd => call(k, task, 'fcntl', fd, F_GETFD, 0))).toEqual([1, 0, 1])
  closeOnExec(k, task)
  expect([a, b, c].map(fd => outcome(k, task, 'fcntl', fd, F_GETFD, 0))).toEqual(['EBADF', 0, 'EBADF'])
})

test('close_range closes, or marks', () => {
  const { k, task } = fileKernel()
  for (let i = 0; i < 6; i++) open(k, task)
  expect(outcome(k, task, 'close_range', 2, 1, 0)).toBe('EINVAL')
  call(k, task, 'close_range', 1, 2, 0)
  call(k, task, 'close_range', 4, 0xffff_ffff, 4)
  expect(task.files!.files.map(f => f !== null)).toEqual([true, false, false, true, true, true])
  closeOnExec(k, task)
  expect(task.files!.files.map(f => f !== null)).toEqual([true, false, false, true, false, false])
})

test('a forked table shares descriptions, and ends with its last holder', () => {
  const { k, task } = fileKernel()
  const fd = open(k, task)
  const child = fileTask(k)
  child.files = forkFiles(k, task.files!)
  const file = task.files!.files[fd]!
  expect(file.refs).toBe(2)
  call(k, child, 'write', fd, 'abc', 3)
  expect(call(k, task, 'lseek', fd, 0, 1)).toBe(3)
  releaseFiles(k, child.files)
  expect(file.refs).toBe(1)
  releaseFiles(k, task.files!)
  expect(file.inode.refs).toBe(0)
})

test('record locks split, merge, conflict and end with any close', () => {
  const { k, task } = fileKernel()
  const other = fileTask(k)
  const [fd, fd2] = [open(k, task), open(k, other)]
  const again = open(k, task)
  const at = BUFFER + 512
  const lock = (who: typeof task, number: number, cmd: number, type: number, start: number, len: number) => {
    copyOut(k, who, at, writeStruct(FLOCK_LAYOUT, { type, whence: 0, start: BigInt(start), len: BigInt(len), pid: 0 }))
    return outcome(k, who, 'fcntl', number, cmd, at)
  }
  expect(lock(task, fd, F_SETLK, F_WRLCK, 0, 100)).toBe(0)
  expect(lock(other, fd2, F_SETLK, F_RDLCK, 50, 10)).toBe('EAGAIN')
  expect(lock(other, fd2, F_SETLKW, F_RDLCK, 50, 10)).toBe('blocked')
  other.call = null
  expect(lock(task, fd, F_SETLK, F_UNLCK, 40, 20)).toBe(0)
  expect(lock(other, fd2, F_SETLK, F_RDLCK, 50, 10)).toBe(0)
  expect(lock(other, fd2, F_GETLK, F_WRLCK, 0, 0)).toBe(0)
  expect(readStruct(FLOCK_LAYOUT, copyIn(k, other, at, FLOCK_LAYOUT.size))).toMatchObject({
    type: F_WRLCK,
    start: 0n,
    len: 40n,
    pid: task.group.tgid,
  })
  call(k, task, 'close', again)
  expect(task.files!.files[fd]!.inode.locks!.owned.size).toBe(1)
})

test('flock belongs to the description', () => {
  const { k, task } = fileKernel()
  const [a, b] = [open(k, task), open(k, task)]
  expect(outcome(k, task, 'flock', a, LOCK_EX)).toBe(0)
  expect(outcome(k, task, 'flock', b, LOCK_SH | LOCK_NB)).toBe('EAGAIN')
  expect(outcome(k, task, 'flock', b, LOCK_SH)).toBe('blocked')
  task.call = null
  expect(outcome(k, task, 'flock', a, LOCK_SH)).toBe(0)
  expect(outcome(k, task, 'flock', b, LOCK_SH)).toBe(0)
  expect(outcome(k, task, 'flock', b, LOCK_EX | LOCK_NB)).toBe('EAGAIN')
  call(k, task, 'close', a)
  expect(outcome(k, task, 'flock', b, LOCK_EX | LOCK_NB)).toBe(0)
})
