// Who may change what of a file, and how openat2 restricts a walk: rows of call and outcome, as Linux 6.12 answers on tmpfs.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_PATH, O_RDONLY, O_RDWR, OPEN_HOW, RESOLVE, majorOf, makeDev, minorOf, writeStruct } from '../abi/index.ts'
import { copyIn, copyOut } from '../mm/index.ts'
import { setAllIds, setFsId } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { getFile, lookup } from './index.ts'
import { BUFFER, call, fileKernel, fileTask, outcome } from './testing.ts'

const DIRECTORY = 0o200000
const STRANGER = 1001
const TEAM = 7

const modeOf = (k: Kernel, task: Task, path: string): string => lookup(k, task, AT_FDCWD, path).dentry.inode.mode.toString(8)

function strangerOf(k: Kernel): Task {
  const task = fileTask(k)
  setAllIds(task, 'group', STRANGER, STRANGER, STRANGER)
  setAllIds(task, 'user', STRANGER, STRANGER, STRANGER)
  return task
}

function make(k: Kernel, task: Task, path: string, mode: number, uid: number, gid: number): void {
  expect(outcome(k, task, 'mknodat', AT_FDCWD, path, 0o100000 | mode, 0)).toBe(0)
  outcome(k, task, 'fchownat', AT_FDCWD, path, uid, gid, 0)
  outcome(k, task, 'fchmodat', AT_FDCWD, path, mode)
}

test('a set-group-id bit is only for members of the group', () => {
  const { k, task: root } = fileKernel()
  const stranger = strangerOf(k)
  root.fs!.umask = stranger.fs!.umask = 0
  outcome(k, root, 'mkdirat', AT_FDCWD, '/own', 0o777)
  outcome(k, root, 'fchownat', AT_FDCWD, '/own', STRANGER, TEAM, 0)
  outcome(k, root, 'mkdirat', AT_FDCWD, '/team', 0o777)
  outcome(k, root, 'fchownat', AT_FDCWD, '/team', 0, TEAM, 0)
  outcome(k, root, 'fchmodat', AT_FDCWD, '/team', 0o2777)
  expect(outcome(k, stranger, 'fchmodat', AT_FDCWD, '/own', 0o2775)).toBe(0)
  expect(modeOf(k, root, '/own')).toBe('775')
  outcome(k, stranger, 'openat', AT_FDCWD, '/team/program', O_CREAT | O_RDWR, 0o2775)
  outcome(k, stranger, 'openat', AT_FDCWD, '/team/locked', O_CREAT | O_RDWR, 0o2765)
  outcome(k, root, 'openat', AT_FDCWD, '/team/roots', O_CREAT | O_RDWR, 0o2775)
  expect(['program', 'locked', 'roots'].map(name => modeOf(k, root, `/team/${name}`))).toEqual(['775', '2765', '2775'])
})

test('chown: ids of -1 are anyone’s, set-id bits go, and are the owner’s to lose', () => {
  const { k, task: root } = fileKernel()
  const stranger = strangerOf(k)
  make(k, root, '/plain', 0o644, 0, 0)
  make(k, root, '/suid', 0o4755, 0, 0)
  make(k, root, '/own', 0o6764, STRANGER, STRANGER)
  make(k, root, '/written', 0o6764, STRANGER, TEAM)
  const chown = (path: string, uid: number, gid: number) => outcome(k, stranger, 'fchownat', AT_FDCWD, path, uid, gid, 0)
  expect([chown('/plain', -1, -1), chown('/suid', -1, -1), chown('/plain', STRANGER, -1), chown('/own', -1, TEAM)]).toEqual([
    0,
    'EPERM',
    'EPERM',
    'EPERM',
  ])
  expect([chown('/own', -1, STRANGER), modeOf(k, root, '/own'), modeOf(k, root, '/suid')]).toEqual([0, '2764', '4755'])
  const fd = outcome(k, stranger, 'openat', AT_FDCWD, '/written', O_RDWR, 0) as number
  expect([outcome(k, stranger, 'write', fd, BUFFER, 1), modeOf(k, root, '/written')]).toEqual([1, '764'])
})

test('setfsuid takes the capabilities over files along, and brings them back', () => {
  const { k, task } = fileKernel()
  make(k, task, '/secret', 0o600, 0, 0)
  const open = () => outcome(k, task, 'openat', AT_FDCWD, '/secret', O_RDONLY, 0)
  setFsId(task, 'user', STRANGER)
  setFsId(task, 'group', STRANGER)
  expect([open(), outcome(k, task, 'mknodat', AT_FDCWD, '/node', 0o020600, 0x103)]).toEqual(['EACCES', 'EPERM'])
  setFsId(task, 'user', 0)
  expect(open()).toBe(0)
})

test('openat2', () => {
  const { k, task } = fileKernel()
  make(k, task, '/d-file', 0o644, 0, 0)
  outcome(k, task, 'mkdirat', AT_FDCWD, '/d', 0o755)
  outcome(k, task, 'mkdirat', AT_FDCWD, '/d/sub', 0o755)
  make(k, task, '/d/f', 0o644, 0, 0)
  const links = { l: 'f', abs: '/d/f', up: '../d/f', rootf: '/f', 'sub/in': '../f' }
  for (const [name, target] of Object.entries(links)) outcome(k, task, 'symlinkat', target, AT_FDCWD, `/d/${name}`)
  const d = outcome(k, task, 'openat', AT_FDCWD, '/d', O_RDONLY | DIRECTORY, 0) as number
  const root = outcome(k, task, 'openat', AT_FDCWD, '/', O_RDONLY | DIRECTORY, 0) as number
  const { RESOLVE_NO_XDEV: XDEV, RESOLVE_NO_MAGICLINKS: MAGIC, RESOLVE_NO_SYMLINKS: PLAIN } = RESOLVE
  const { RESOLVE_BENEATH: BENEATH, RESOLVE_IN_ROOT: ROOT, RESOLVE_CACHED: CACHED } = RESOLVE
  const how = (dir: number, path: string, flags: bigint, mode: bigint, resolve: number, size = OPEN_HOW.size) => {
    copyOut(k, task, BUFFER, writeStruct(OPEN_HOW, { flags, mode, resolve: BigInt(resolve) }))
    const fd = outcome(k, task, 'openat2', dir, path, BUFFER, size)
    if (typeof fd === 'number') outcome(k, task, 'close', fd)
    return typeof fd === 'number' ? 'ok' : fd
  }
  const rows: [number, string, number, string][] = [
    [d, 'l', PLAIN, 'ELOOP'],
    [d, 'f', PLAIN | BENEATH | XDEV, 'ok'],
    [d, '/d/f', BENEATH, 'EXDEV'],
    [d, 'abs', BENEATH, 'EXDEV'],
    [d, 'up', BENEATH, 'EXDEV'],
    [d, '..', BENEATH, 'EXDEV'],
    [d, 'sub/../f', BENEATH, 'ok'],
    [d, 'sub/in', BENEATH, 'ok'],
    [d, '/f', ROOT, 'ok'],
    [d, 'rootf', ROOT, 'ok'],
    [d, '../../f', ROOT, 'ok'],
    [d, 'abs', ROOT, 'ENOENT'],
    [d, '/d-file', ROOT, 'ENOENT'],
    [root, 'proc/self/cwd', MAGIC, 'ELOOP'],
    [root, 'proc/self/cwd', ROOT, 'EXDEV'],
    [root, 'proc', XDEV, 'EXDEV'],
    [d, '/dev/null', XDEV, 'EXDEV'],
    [d, '/d', XDEV, 'ok'],
    [d, 'f', CACHED, 'ok'],
    [d, 'missing', CACHED, 'EAGAIN'],
    [d, 'f', BENEATH | ROOT, 'EINVAL'],
    [d, 'f', 0x40, 'EINVAL'],
  ]
  for (const [dir, path, resolve, expected] of rows)
    expect([path, resolve, how(dir, path, 0n, 0n, resolve)]).toEqual([path, resolve, expected])
  const flagRows: [bigint, bigint, number, string][] = [
    [0n, 2n ** 64n - 1n, 24, 'EINVAL'],
    [BigInt(O_CREAT | O_RDWR), 0o200000n, 24, 'EINVAL'],
    [BigInt(O_PATH | O_RDWR), 0n, 24, 'EINVAL'],
    [BigInt(O_PATH), 0n, 24, 'ok'],
    [2n ** 63n, 0n, 24, 'EINVAL'],
    [0n, 0n, 16, 'EINVAL'],
    [0n, 0n, 4097, 'E2BIG'],
  ]
  for (const [flags, mode, size, expected] of flagRows)
    expect([flags, mode, size, how(d, 'f', flags, mode, 0, size)]).toEqual([flags, mode, size, expected])
  for (const path of ['/d/f/', '/d/', '/d/none/'])
    expect(outcome(k, task, 'openat', AT_FDCWD, path, O_CREAT | O_RDWR, 0o644)).toBe('EISDIR')
})

test('lseek: whence is judged first; holes are found', () => {
  const { k, task } = fileKernel()
  const fd = outcome(k, task, 'openat', AT_FDCWD, '/holes', O_CREAT | O_RDWR, 0o644) as number
  outcome(k, task, 'ftruncate', fd, 65536)
  outcome(k, task, 'pwrite64', fd, BUFFER, 1, 8192)
  outcome(k, task, 'pwrite64', fd, BUFFER, 1, 20480)
  const [DATA, HOLE] = [3, 4]
  const rows: [number, number, number | string][] = [
    [0, DATA, 8192],
    [0, HOLE, 0],
    [8192, HOLE, 12288],
    [8200, DATA, 8200],
    [12288, DATA, 20480],
    [24576, DATA, 'ENXIO'],
    [24576, HOLE, 24576],
    [65536, HOLE, 'ENXIO'],
    [-1, DATA, 'ENXIO'],
    [0, 5, 'EINVAL'],
  ]
  for (const [offset, whence, expected] of rows)
    expect([offset, whence, outcome(k, task, 'lseek', fd, offset, whence)]).toEqual([offset, whence, expected])
  outcome(k, task, 'pipe2', BUFFER, 0)
  const pipe = fd + 1
  const dir = outcome(k, task, 'openat', AT_FDCWD, '/', O_RDONLY | DIRECTORY, 0) as number
  const event = outcome(k, task, 'eventfd2', 0, 0) as number
  const seek = (file: number, whence: number) => outcome(k, task, 'lseek', file, 0, whence)
  expect([seek(pipe, 9), seek(pipe, 0), seek(dir, DATA), seek(dir, 2), seek(event, 9), seek(event, 2)]).toEqual([
    'EINVAL',
    'ESPIPE',
    'EINVAL',
    'EINVAL',
    'EINVAL',
    0,
  ])
  const sync = (file: number, ...args: number[]) => outcome(k, task, 'sync_file_range', file, ...args)
  expect([sync(pipe, 0, 0, 0), sync(pipe, 0, 0, 8), sync(fd, -1, 0, 0), sync(fd, 0, -1, 0), sync(fd, 0, 0, 7)]).toEqual([
    'ESPIPE',
    'EINVAL',
    'EINVAL',
    'EINVAL',
    0,
  ])
  expect([
    outcome(k, task, 'readahead', fd, 0, 1),
    outcome(k, task, 'readahead', pipe, 0, 1),
    outcome(k, task, 'sendfile', fd, event, 0, 8),
  ]).toEqual([0, 'EINVAL', 'EINVAL'])
})

test('a descriptor without a path: stat with NULL, times with NULL', () => {
  const { k, task } = fileKernel()
  make(k, task, '/f', 0o644, 0, 0)
  const fd = outcome(k, task, 'openat', AT_FDCWD, '/f', O_RDWR, 0) as number
  const EMPTY = 0x1000
  const times = (dir: number, path: number, flags: number) => outcome(k, task, 'utimensat', dir, path, 0, flags)
  expect([outcome(k, task, 'newfstatat', fd, 0, BUFFER, EMPTY), outcome(k, task, 'newfstatat', fd, 0, BUFFER, 0)]).toEqual([0, 'EFAULT'])
  expect([outcome(k, task, 'statx', fd, 0, EMPTY, 0x7ff, BUFFER), outcome(k, task, 'statx', fd, 0, 0, 0x7ff, BUFFER)]).toEqual([
    0,
    'EFAULT',
  ])
  expect([times(fd, 0, 0), times(fd, 0, 0x100), times(AT_FDCWD, 0, 0), outcome(k, task, 'truncate', '/missing', -1)]).toEqual([
    0,
    'EINVAL',
    'EFAULT',
    'EINVAL',
  ])
})

test('pwritev2: appends where asked, whatever the descriptor says', () => {
  const { k, task } = fileKernel()
  const fd = outcome(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR, 0o644) as number
  const appending = outcome(k, task, 'openat', AT_FDCWD, '/f', O_RDWR | 0o2000, 0) as number
  outcome(k, task, 'pwrite64', fd, BUFFER, 10, 0)
  copyOut(k, task, BUFFER, new Uint8Array(new BigUint64Array([BigInt(BUFFER), 4n]).buffer))
  const [NOWAIT, APPEND, NOAPPEND, ATOMIC] = [8, 16, 32, 64]
  const write = (file: number, offset: number, flags: number) => outcome(k, task, 'pwritev2', file, BUFFER, 1, offset, 0, flags)
  const size = () => lookup(k, task, AT_FDCWD, '/f').dentry.inode.size
  expect([write(fd, 2, APPEND), size(), outcome(k, task, 'lseek', fd, 0, 1)]).toEqual([4, 14, 0])
  expect([write(fd, -1, APPEND), size(), outcome(k, task, 'lseek', fd, 0, 1)]).toEqual([4, 18, 18])
  expect([write(appending, 1, NOAPPEND), size(), write(appending, 1, 0), size()]).toEqual([4, 18, 4, 22])
  expect([write(fd, 0, APPEND | NOAPPEND), write(fd, 0, NOWAIT), write(fd, 0, ATOMIC), write(fd, 0, 0x100)]).toEqual([
    'EINVAL',
    'EOPNOTSUPP',
    'EOPNOTSUPP',
    'EOPNOTSUPP',
  ])
})

test('what the kernel says of any file', () => {
  const { k, task } = fileKernel()
  const fd = outcome(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR, 0o644) as number
  const place = outcome(k, task, 'openat', AT_FDCWD, '/f', O_PATH, 0) as number
  outcome(k, task, 'pwrite64', fd, BUFFER, 1, 0)
  const ioctl = (request: number, value: number) => {
    copyOut(k, task, BUFFER, new Uint8Array(new BigUint64Array([BigInt(value)]).buffer))
    const result = outcome(k, task, 'ioctl', fd, request, BUFFER)
    return result === 0 ? new DataView(copyIn(k, task, BUFFER, 8).slice().buffer).getUint32(0, true) : result
  }
  const [FIGETBSZ, FIOQSIZE, GETFLAGS, SETFLAGS] = [2, 0x5460, 0x80086601, 0x40086602]
  expect([ioctl(FIGETBSZ, 0), ioctl(FIOQSIZE, 0), ioctl(GETFLAGS, 9), ioctl(SETFLAGS, 0x80000)]).toEqual([4096, 4096, 0, 'EOPNOTSUPP'])
  expect([ioctl(SETFLAGS, 0x10), ioctl(GETFLAGS, 0), outcome(k, task, 'openat', AT_FDCWD, '/f', O_RDWR, 0)]).toEqual([0x10, 0x10, 'EPERM'])
  expect([outcome(k, task, 'unlinkat', AT_FDCWD, '/f', 0), outcome(k, task, 'fchmod', fd, 0o600)]).toEqual(['EPERM', 'EPERM'])
  const [CREATED, SAME, GET_HINT, SET_HINT] = [1028, 1027, 1035, 1036]
  const fcntl = (file: number, command: number, argument: number) => outcome(k, task, 'fcntl', file, command, argument)
  expect([fcntl(fd, CREATED, 0), fcntl(place, CREATED, 0), fcntl(fd, SAME, fd), fcntl(fd, SAME, place), fcntl(fd, SAME, 99)]).toEqual([
    1,
    0,
    1,
    0,
    'EBADF',
  ])
  copyOut(k, task, BUFFER, Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0))
  expect([fcntl(fd, SET_HINT, BUFFER), fcntl(fd, GET_HINT, BUFFER + 8), copyIn(k, task, BUFFER + 8, 1)[0]]).toEqual([0, 0, 3])
  const flock = (file: number, operation: number) => outcome(k, task, 'flock', file, operation)
  expect([flock(99, 32), flock(99, 9), flock(place, 1), flock(fd, 3)]).toEqual([0, 'EINVAL', 'EBADF', 'EINVAL'])
  const epoll = outcome(k, task, 'epoll_create1', 0) as number
  expect(outcome(k, task, 'epoll_ctl', epoll, 1, place, BUFFER)).toBe('EBADF')
  expect(outcome(k, task, 'mknodat', AT_FDCWD, '/node', 0o020600, makeDev(200, 70000))).toBe(0)
  const { rdev } = lookup(k, task, AT_FDCWD, '/node').dentry.inode
  expect([majorOf(rdev), minorOf(rdev)]).toEqual([200, 70000])
})

test('F_SEAL_EXEC: what may not be made a program', () => {
  const { k, task } = fileKernel()
  const [SEAL, GET, EXEC, GROW_SHRINK_WRITE_FUTURE] = [1033, 1034, 0x20, 0x1e]
  const NOEXEC_SEAL = 8
  const plain = outcome(k, task, 'memfd_create', 'x', NOEXEC_SEAL) as number
  expect([
    outcome(k, task, 'fcntl', plain, GET, 0),
    outcome(k, task, 'fchmod', plain, 0o777),
    outcome(k, task, 'fchmod', plain, 0o600),
  ]).toEqual([EXEC, 'EPERM', 0])
  const program = outcome(k, task, 'memfd_create', 'y', 2) as number
  expect([outcome(k, task, 'fcntl', program, SEAL, EXEC), outcome(k, task, 'fcntl', program, GET, 0)]).toEqual([
    0,
    EXEC | GROW_SHRINK_WRITE_FUTURE,
  ])
  expect(outcome(k, task, 'write', program, BUFFER, 1)).toBe('EPERM')
})

test('files in memory know seals, though nothing can be sealed but what memfd_create made; others do not know them', () => {
  const { k, task } = fileKernel()
  const [SEAL, GET, F_SEAL_SEAL] = [1033, 1034, 1]
  const seals = (path: string): unknown[] => {
    const fd = call(k, task, 'openat', AT_FDCWD, path, path.startsWith('/proc') ? 0 : 0o102, 0o600) as number
    return [outcome(k, task, 'fcntl', fd, GET, 0), outcome(k, task, 'fcntl', fd, SEAL, F_SEAL_SEAL)]
  }
  expect(seals('/tmp/plain')).toEqual([F_SEAL_SEAL, 'EPERM'])
  expect(seals('/dev/shm/shared')).toEqual([F_SEAL_SEAL, 'EPERM'])
  expect(seals('/proc/version')).toEqual(['EINVAL', 'EPERM'])
  expect(seals('/dev/null')[0]).toBe('EINVAL')
})

test('an open that may not cut the file leaves nothing open', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'memfd_create', 'm', 2) as number
  call(k, task, 'ftruncate', fd, 8)
  const { inode } = getFile(task, fd)
  const seals = [call(k, task, 'fcntl', fd, 1033, 2), inode.refs]
  expect([...seals, outcome(k, task, 'openat', AT_FDCWD, `/proc/self/fd/${fd}`, 0o1002, 0), inode.refs, inode.size]).toEqual([
    0,
    1,
    'EPERM',
    1,
    8,
  ])
})

test('a descriptor that only names a place is none that could be waited for', () => {
  const { k, task } = fileKernel()
  const place = outcome(k, task, 'openat', AT_FDCWD, '/dev/null', O_PATH, 0) as number
  copyOut(k, task, BUFFER, new Uint8Array(Int16Array.of(place, 0, 1, 0).buffer))
  expect([outcome(k, task, 'ppoll', BUFFER, 1, 0, 0, 8), copyIn(k, task, BUFFER + 6, 1)[0]]).toEqual([1, 0x20])
  copyOut(k, task, BUFFER, Uint8Array.of(2 ** place, 0, 0, 0, 0, 0, 0, 0))
  expect(outcome(k, task, 'pselect6', place + 1, BUFFER, 0, 0, 0, 0)).toBe('EBADF')
})
