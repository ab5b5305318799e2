// Extended attributes and access lists: rows of call and outcome, as tmpfs of Linux 6.12 answers.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR } from '../abi/index.ts'
import { copyOut } from '../mm/index.ts'
import { setAllIds } from '../task/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { lookup } from './index.ts'
import { buffer, BUFFER, fileKernel, fileTask, outcome } from './testing.ts'

const STRANGER = 1001
const [CREATE, REPLACE] = [1, 2]

function setup() {
  const { k, task: root } = fileKernel()
  const stranger = fileTask(k)
  setAllIds(stranger, 'group', STRANGER, STRANGER, STRANGER)
  setAllIds(stranger, 'user', STRANGER, STRANGER, STRANGER)
  root.fs!.umask = stranger.fs!.umask = 0
  make(k, root, '/f', 0o100644)
  make(k, root, '/p', 0o010644)
  outcome(k, root, 'symlinkat', 'f', AT_FDCWD, '/l')
  return { k, root, stranger }
}

const make = (k: Kernel, task: Task, path: string, mode: number) => outcome(k, task, 'mknodat', AT_FDCWD, path, mode, 0)

function bytes(k: Kernel, task: Task, values: number[]): void {
  copyOut(k, task, BUFFER, Uint8Array.from(values))
}

const set = (k: Kernel, task: Task, path: string, name: string, value: string, how = 0) => {
  bytes(
    k,
    task,
    [...value].map(c => c.charCodeAt(0)),
  )
  return outcome(k, task, 'lsetxattr', path, name, BUFFER, value.length, how)
}
const get = (k: Kernel, task: Task, path: string, name: string, room = 99) => {
  const length = outcome(k, task, 'lgetxattr', path, name, BUFFER, room)
  return typeof length === 'number' && room > 0 ? buffer(k, task, length) : length
}
const list = (k: Kernel, task: Task, path: string) =>
  buffer(k, task, outcome(k, task, 'llistxattr', path, BUFFER, 999) as number)
    .split('\0')
    .slice(0, -1)
const remove = (k: Kernel, task: Task, path: string, name: string) => outcome(k, task, 'lremovexattr', path, name)

test('values: made, replaced, read in rooms of any size, removed', () => {
  const { k, root } = setup()
  expect([get(k, root, '/f', 'user.a'), set(k, root, '/f', 'user.a', 'hello'), get(k, root, '/f', 'user.a')]).toEqual([
    'ENODATA',
    0,
    'hello',
  ])
  expect([get(k, root, '/f', 'user.a', 0), get(k, root, '/f', 'user.a', 4), get(k, root, '/f', 'user.a', 5)]).toEqual([
    5,
    'ERANGE',
    'hello',
  ])
  expect([
    set(k, root, '/f', 'user.a', 'x', CREATE),
    set(k, root, '/f', 'user.b', 'x', REPLACE),
    set(k, root, '/f', 'user.b', 'x', 4),
  ]).toEqual(['EEXIST', 'ENODATA', 'EINVAL'])
  expect([remove(k, root, '/f', 'user.a'), remove(k, root, '/f', 'user.a'), k.state.vfs.xattrBytes]).toEqual([0, 'ENODATA', 0])
  expect(outcome(k, root, 'lsetxattr', '/f', 'user.a', BUFFER, 65537, 0)).toBe('E2BIG')
})

test('names: spaces, lengths, what they are for', () => {
  const { k, root, stranger } = setup()
  const rows: [string, string, string | number][] = [
    ['/f', 'user.', 'EINVAL'],
    ['/f', 'user', 'EOPNOTSUPP'],
    ['/f', '', 'ERANGE'],
    ['/f', `user.${'n'.repeat(250)}`, 0],
    ['/f', `user.${'n'.repeat(251)}`, 'ERANGE'],
    ['/f', 'foo.x', 'EOPNOTSUPP'],
    ['/f', 'system.x', 'EOPNOTSUPP'],
    ['/f', 'security.capability', 'EINVAL'],
    ['/f', 'trusted.t', 0],
    ['/f', 'security.s', 0],
    ['/l', 'user.a', 'EPERM'],
    ['/l', 'trusted.a', 0],
    ['/p', 'user.a', 'EPERM'],
    ['/proc/self/stat', 'user.a', 'EOPNOTSUPP'],
  ]
  for (const [path, name, expected] of rows) expect([path, name, set(k, root, path, name, 'x')]).toEqual([path, name, expected])
  expect(list(k, root, '/f').map(name => name.slice(0, 10))).toEqual(['user.nnnnn', 'trusted.t', 'security.s'])
  expect(list(k, stranger, '/f').map(name => name.slice(0, 10))).toEqual(['user.nnnnn', 'security.s'])
  expect(['user.a', 'trusted.t', 'security.s'].map(name => set(k, stranger, '/f', name, 'x'))).toEqual(['EACCES', 'EPERM', 'EPERM'])
  expect([get(k, stranger, '/f', 'trusted.t'), get(k, stranger, '/f', 'security.s'), get(k, root, '/p', 'user.a')]).toEqual([
    'ENODATA',
    'x',
    'ENODATA',
  ])
})

test('attributes take memory, and there is an end to it', () => {
  const { k, root } = setup()
  const value = 'x'.repeat(60000)
  let count = 0
  while (count < 99 && set(k, root, '/f', `user.${count}`, value) === 0) count++
  expect(count).toBe(Math.floor((k.state.frames.total * 512) / (60000 + 64 + 6)))
  expect(set(k, root, '/f', 'user.more', value)).toBe('ENOSPC')
  outcome(k, root, 'unlinkat', AT_FDCWD, '/f', 0)
  expect(k.state.vfs.xattrBytes).toBe(0)
})

/** [tag, permissions, id] each. */
const acl = (...entries: [number, number, number?][]): string => {
  const out = new DataView(new ArrayBuffer(4 + entries.length * 8))
  out.setUint32(0, 2, true)
  entries.forEach(([tag, perm, id = 0xffff_ffff], i) => {
    out.setUint16(4 + i * 8, tag, true)
    out.setUint16(6 + i * 8, perm, true)
    out.setUint32(8 + i * 8, id, true)
  })
  return String.fromCharCode(...new Uint8Array(out.buffer))
}
const [OWNER, USER, GROUP, MASK, OTHER] = [1, 2, 4, 16, 32]
const EXTENDED = acl([OWNER, 6], [USER, 4, STRANGER], [GROUP, 0], [MASK, 4], [OTHER, 0])
const ACCESS = 'system.posix_acl_access'
const DEFAULT = 'system.posix_acl_default'

test('access lists: what they grant, and how the mode follows', () => {
  const { k, root, stranger } = setup()
  const mode = (path: string) => lookup(k, root, AT_FDCWD, path).dentry.inode.mode.toString(8)
  expect([set(k, root, '/f', ACCESS, acl([OWNER, 6], [GROUP, 4], [OTHER, 0])), mode('/f'), get(k, root, '/f', ACCESS)]).toEqual([
    0,
    '640',
    'ENODATA',
  ])
  expect(outcome(k, stranger, 'openat', AT_FDCWD, '/f', O_RDONLY, 0)).toBe('EACCES')
  expect([set(k, root, '/f', ACCESS, EXTENDED), mode('/f'), get(k, root, '/f', ACCESS)]).toEqual([0, '640', EXTENDED])
  expect(outcome(k, stranger, 'openat', AT_FDCWD, '/f', O_RDONLY, 0)).toBe(0)
  expect(outcome(k, stranger, 'openat', AT_FDCWD, '/f', O_RDWR, 0)).toBe('EACCES')
  outcome(k, root, 'fchmodat', AT_FDCWD, '/f', 0o600)
  expect(get(k, root, '/f', ACCESS)).toBe(acl([OWNER, 6], [USER, 4, STRANGER], [GROUP, 0], [MASK, 0], [OTHER, 0]))
  expect(outcome(k, stranger, 'openat', AT_FDCWD, '/f', O_RDONLY, 0)).toBe('EACCES')
  const bad = [
    acl([GROUP, 4], [OWNER, 6], [OTHER, 0]),
    acl([OWNER, 6], [USER, 4, 5], [GROUP, 0], [OTHER, 0]),
    acl([OWNER, 8], [GROUP, 0], [OTHER, 0]),
    'abc',
  ]
  expect(bad.map(value => set(k, root, '/f', ACCESS, value))).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL'])
  expect([set(k, root, '/l', ACCESS, EXTENDED), set(k, root, '/f', DEFAULT, EXTENDED), set(k, stranger, '/f', ACCESS, EXTENDED)]).toEqual([
    'EOPNOTSUPP',
    'EACCES',
    'EPERM',
  ])
})

test('a directory’s default list makes the lists of what is new in it, and no umask counts', () => {
  const { k, root } = setup()
  outcome(k, root, 'mkdirat', AT_FDCWD, '/d', 0o755)
  expect(set(k, root, '/d', DEFAULT, EXTENDED)).toBe(0)
  root.fs!.umask = 0o077
  outcome(k, root, 'openat', AT_FDCWD, '/d/new', O_CREAT | O_RDWR, 0o666)
  outcome(k, root, 'mkdirat', AT_FDCWD, '/d/sub', 0o777)
  expect(lookup(k, root, AT_FDCWD, '/d/new').dentry.inode.mode.toString(8)).toBe('640')
  expect([list(k, root, '/d'), list(k, root, '/d/new'), list(k, root, '/d/sub')]).toEqual([[DEFAULT], [ACCESS], [ACCESS, DEFAULT]])
  expect(remove(k, root, '/d', DEFAULT)).toBe(0)
  outcome(k, root, 'openat', AT_FDCWD, '/d/later', O_CREAT | O_RDWR, 0o666)
  expect(lookup(k, root, AT_FDCWD, '/d/later').dentry.inode.mode.toString(8)).toBe('600')
})
