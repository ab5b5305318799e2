// What Linux looks at first where a call has several faults: as recorded from it by random sequences of calls (test/oracle/differences.test.ts).
import { expect, test } from 'vitest'
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_UNLCK,
  F_WRLCK,
  FLOCK_LAYOUT,
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  readStruct,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  STAT,
  writeStruct,
} from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { BUFFER, fileKernel, outcome } from '../vfs/testing.ts'

const BAD = 8
const FALLOC_KEEP_PUNCH_ZERO = 0x13

function setup() {
  const { k, task } = fileKernel()
  const run = (name: string, ...args: (number | string | bigint)[]) => outcome(k, task, name, ...args)
  const open = (path: string, flags: number = O_CREAT | O_RDWR) => run('openat', AT_FDCWD, path, flags, 0o644) as number
  const stat = (fd: number) => (run('fstat', fd, BUFFER), readStruct(STAT, copyIn(k, task, BUFFER, STAT.size)))
  return { k, task, run, open, stat }
}

test('flags and sizes are judged before a name is read', () => {
  const { run } = setup()
  expect([
    run('unlinkat', AT_FDCWD, BAD, 1),
    run('linkat', AT_FDCWD, BAD, AT_FDCWD, BAD, 1),
    run('renameat2', AT_FDCWD, BAD, AT_FDCWD, BAD, RENAME_NOREPLACE | RENAME_EXCHANGE),
    run('fchownat', AT_FDCWD, BAD, 0, 0, AT_REMOVEDIR),
    run('statx', AT_FDCWD, BAD, AT_REMOVEDIR, 0, BUFFER),
    run('faccessat2', AT_FDCWD, BAD, 8, 0),
    run('truncate', BAD, -1),
    run('openat', AT_FDCWD, BAD, O_CREAT | O_DIRECTORY, 0),
    run('readlinkat', AT_FDCWD, BAD, BUFFER, 0),
    run('ftruncate', 99, -1),
  ]).toEqual(Array.from({ length: 10 }, () => 'EINVAL'))
  expect([run('unlinkat', AT_FDCWD, BAD, 0), run('truncate', BAD, 0), run('openat', AT_FDCWD, BAD, 0, 0)]).toEqual([
    'EFAULT',
    'EFAULT',
    'EFAULT',
  ])
})

test('the second name is read when the first was looked up', () => {
  const { run, open } = setup()
  const place = [AT_FDCWD, BAD] as const
  expect([
    run('linkat', AT_FDCWD, '/none', ...place, 0),
    run('renameat2', AT_FDCWD, '/none/x', ...place, 0),
    run('symlinkat', '', ...place),
  ]).toEqual(['ENOENT', 'ENOENT', 'ENOENT'])
  open('/tmp/f')
  expect([
    run('linkat', AT_FDCWD, '/tmp/f', ...place, 0),
    run('renameat2', AT_FDCWD, '/tmp/f', ...place, 0),
    run('symlinkat', 'f', ...place),
  ]).toEqual(['EFAULT', 'EFAULT', 'EFAULT'])
})

test('open in the fourth access mode is open for nothing', () => {
  const { run, open } = setup()
  const fd = open('/tmp/f', O_CREAT | O_WRONLY | O_RDWR)
  expect([run('read', fd, BUFFER, 1), run('write', fd, BUFFER, 1), run('flock', fd, 2), run('fcntl', fd, 3, 0)]).toEqual([
    'EBADF',
    'EBADF',
    'EBADF',
    expect.any(Number),
  ])
})

test('a place alone (O_PATH) is no descriptor for what works on files', () => {
  const { run, open } = setup()
  const file = open('/tmp/f')
  const place = open('/tmp/f', O_PATH)
  expect([
    run('timerfd_gettime', place, BUFFER),
    run('signalfd4', place, BUFFER, 8, 0),
    run('epoll_pwait', place, BUFFER, 1, 0, 0, 8),
    run('copy_file_range', place, 0, file, 0, 1, 0),
    run('sendfile', file, place, 0, 1),
    run('splice', place, 0, file, 0, 1, 0),
  ]).toEqual(Array.from({ length: 6 }, () => 'EBADF'))
})

test('what has no place of its own is read at none; pipes and events have one link', () => {
  const { k, task, run, stat } = setup()
  const event = run('eventfd2', 0, O_NONBLOCK) as number
  expect([run('pread64', event, BUFFER, 8, 0), run('pwrite64', event, BUFFER, 8, 0)]).toEqual(['ESPIPE', 'ESPIPE'])
  run('pipe2', BUFFER, 0)
  const [pipe] = new Int32Array(copyIn(k, task, BUFFER, 8).slice().buffer)
  expect([stat(pipe).nlink, stat(event).nlink]).toEqual([1, 1])
  expect(run('linkat', pipe, '', AT_FDCWD, '/tmp/l', AT_EMPTY_PATH)).toBe('EXDEV')
})

test('copies stay in a file system; holes are punched or filled with zeros, not both', () => {
  const { run, open } = setup()
  const file = open('/tmp/f')
  const memory = run('memfd_create', 'm', 0) as number
  expect(run('copy_file_range', file, 0, memory, 0, 1, 0)).toBe('EXDEV')
  expect(run('fallocate', file, FALLOC_KEEP_PUNCH_ZERO, 0, 4096)).toBe('EOPNOTSUPP')
})

test('F_OFD_GETLK of F_UNLCK finds any lock of another description', () => {
  const { k, task, run, open } = setup()
  const [one, other] = [open('/tmp/f'), open('/tmp/f')]
  const lock = (fd: number, command: number, type: number) => {
    copyOut(k, task, BUFFER, writeStruct(FLOCK_LAYOUT, { type, whence: 0, start: 0n, len: 0n }))
    return [run('fcntl', fd, command, BUFFER), readStruct(FLOCK_LAYOUT, copyIn(k, task, BUFFER, FLOCK_LAYOUT.size)).type]
  }
  expect(lock(one, F_OFD_SETLK, F_WRLCK)[0]).toBe(0)
  expect([lock(other, F_OFD_GETLK, F_UNLCK), lock(one, F_OFD_GETLK, F_UNLCK)]).toEqual([
    [0, F_WRLCK],
    [0, F_UNLCK],
  ])
})

test('rename leaves a whiteout where it is asked for one; slashes behind names of what is no directory', () => {
  const { run, open, stat } = setup()
  const rename = (from: string, to: string, how: number) => run('renameat2', AT_FDCWD, from, AT_FDCWD, to, how)
  open('/tmp/f')
  run('mkdirat', AT_FDCWD, '/tmp/d', 0o755)
  expect([rename('/tmp/f', '/tmp/g', RENAME_WHITEOUT), rename('/tmp/d/', '/tmp/e', RENAME_WHITEOUT)]).toEqual([0, 0])
  expect(['/tmp/f', '/tmp/d'].map(path => stat(open(path, O_PATH)))).toMatchObject([
    { mode: 0o20000, rdev: 0 },
    { mode: 0o20000, rdev: 0 },
  ])
  expect([rename('/tmp/g', '/tmp/g/', RENAME_EXCHANGE), rename('/tmp/g', '/tmp/h/', 0)]).toEqual(['ENOTDIR', 'ENOTDIR'])
  expect(rename('/tmp/g', '/tmp/h', RENAME_WHITEOUT | RENAME_EXCHANGE)).toBe('EINVAL')
  expect(open('/tmp/g', O_RDONLY)).toBeGreaterThan(0)
})
