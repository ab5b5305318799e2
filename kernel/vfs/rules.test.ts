// Who may change what of a file, and how openat2 restricts a walk: rows of call and outcome, as Linux 6.12 answers on tmpfs.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_PATH, O_RDONLY, O_RDWR, OPEN_HOW, RESOLVE, writeStruct } from '../abi/index.ts'
import { copyOut } from '../mm/index.ts'
import { setAllIds, setFsId } from '../process/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { lookup } from './index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from './testing.ts'

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
