// The path walk and changes of the tree, as path_resolution(7), open(2), rename(2) and their kin have them.
import { describe, expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_PATH, O_RDWR, O_TMPFILE, O_WRONLY } from '../abi/index.ts'
import { lookup, pathOf } from './index.ts'
import { buffer, BUFFER, call, fileKernel, outcome } from './testing.ts'

const AT = AT_FDCWD

/** A kernel with /d, /d/f (a file), /d/l -> f, /d/up -> .., /loop -> loop, /abs -> /d. */
function tree() {
  const { k, task } = fileKernel()
  call(k, task, 'mkdirat', AT, '/d', 0o755)
  call(k, task, 'close', call(k, task, 'openat', AT, '/d/f', O_CREAT | O_RDWR, 0o644) as number)
  for (const [target, name] of [
    ['f', '/d/l'],
    ['..', '/d/up'],
    ['loop', '/loop'],
    ['/d', '/abs'],
    ['nothing', '/dangling'],
  ])
    call(k, task, 'symlinkat', target, AT, name)
  return { k, task, at: (path: string) => pathOf(k, lookup(k, task, AT, path)) }
}

describe('the walk', () => {
  test('goes through links, dots and mounts', () => {
    const { at } = tree()
    expect(at('/abs/l')).toBe('/d/f')
    expect(at('/abs/./up/d//f')).toBe('/d/f')
    expect(at('/../..')).toBe('/')
    expect(at('/dev/shm/..')).toBe('/dev')
    expect(at('/dev/../d')).toBe('/d')
    expect(at('/dev/shm/../../abs/')).toBe('/d')
  })

  test('refuses as Linux does', () => {
    const { k, task } = tree()
    const open = (path: string, flags = 0) => outcome(k, task, 'openat', AT, path, flags, 0o644)
    expect(open('')).toBe('ENOENT')
    expect(open('/loop')).toBe('ELOOP')
    expect(open('/d/f/')).toBe('ENOTDIR')
    expect(open('/d/f/x')).toBe('ENOTDIR')
    expect(open('/nowhere/x')).toBe('ENOENT')
    expect(open('/d/l', O_NOFOLLOW)).toBe('ELOOP')
    expect(open(`/${'x'.repeat(256)}`)).toBe('ENAMETOOLONG')
    expect(open(`/${'x/'.repeat(2048)}`)).toBe('ENAMETOOLONG')
    expect(open('/d', O_WRONLY)).toBe('EISDIR')
    expect(open('/d/f', O_DIRECTORY)).toBe('ENOTDIR')
    expect(open('/d/f', O_CREAT | O_EXCL)).toBe('EEXIST')
    expect(open('/d/l', O_CREAT | O_EXCL)).toBe('EEXIST')
    expect(open('/d/new/', O_CREAT)).toBe('EISDIR')
  })

  test('creates through a dangling link', () => {
    const { k, task, at } = tree()
    expect(outcome(k, task, 'openat', AT, '/dangling', O_CREAT | O_RDWR, 0o600)).toBe(0)
    expect(at('/nothing')).toBe('/nothing')
  })

  test('starts at a directory descriptor, which O_PATH can be', () => {
    const { k, task } = tree()
    const dir = call(k, task, 'openat', AT, '/d', O_PATH | O_DIRECTORY, 0) as number
    const fd = call(k, task, 'openat', dir, 'f', 0, 0) as number
    expect(outcome(k, task, 'read', fd, BUFFER, 1)).toBe(0)
    expect(outcome(k, task, 'read', dir, BUFFER, 1)).toBe('EBADF')
    expect(outcome(k, task, 'openat', fd, 'f', 0, 0)).toBe('ENOTDIR')
    expect(outcome(k, task, 'openat', 99, 'f', 0, 0)).toBe('EBADF')
  })
})

describe('permissions', () => {
  test('come from owner, group and others; root passes all but exec', () => {
    const { k, task } = tree()
    call(k, task, 'fchmodat', AT, '/d/f', 0o640)
    const user = {
      ...task.credentials,
      fsuid: 1000,
      fsgid: 1000,
      uid: 1000,
      euid: 1000,
      gid: 1000,
      egid: 1000,
      capEffective: 0,
      capPermitted: 0,
    }
    expect(outcome(k, task, 'faccessat', AT, '/d/f', 6)).toBe(0)
    expect(outcome(k, task, 'faccessat', AT, '/d/f', 1)).toBe('EACCES')
    task.credentials = user
    expect(outcome(k, task, 'faccessat', AT, '/d/f', 4)).toBe('EACCES')
    task.credentials = { ...user, groups: [0] }
    expect(outcome(k, task, 'faccessat', AT, '/d/f', 4)).toBe(0)
    expect(outcome(k, task, 'faccessat', AT, '/d/f', 2)).toBe('EACCES')
    expect(outcome(k, task, 'mkdirat', AT, '/d/x', 0o755)).toBe('EACCES')
    expect(outcome(k, task, 'fchmodat', AT, '/d/f', 0o777)).toBe('EPERM')
    expect(outcome(k, task, 'openat', AT, '/tmp/mine', O_CREAT | O_RDWR, 0o600)).toBe(0)
    task.credentials = { ...user, fsuid: 1001 }
    expect(outcome(k, task, 'unlinkat', AT, '/tmp/mine', 0)).toBe('EPERM')
  })
})

describe('names', () => {
  test('are removed and renamed by the rules', () => {
    const { k, task, at } = tree()
    const rename = (from: string, to: string, flags = 0) => outcome(k, task, 'renameat2', AT, from, AT, to, flags)
    expect(outcome(k, task, 'unlinkat', AT, '/d', 0)).toBe('EISDIR')
    expect(outcome(k, task, 'unlinkat', AT, '/d', 0x200)).toBe('ENOTEMPTY')
    expect(outcome(k, task, 'unlinkat', AT, '/d/f', 0x200)).toBe('ENOTDIR')
    expect(outcome(k, task, 'unlinkat', AT, '/d/.', 0x200)).toBe('EINVAL')
    expect(outcome(k, task, 'unlinkat', AT, '/dev', 0x200)).toBe('EBUSY')
    expect(rename('/d', '/d/sub')).toBe('EINVAL')
    expect(rename('/d/f', '/dev/shm/f')).toBe('EXDEV')
    expect(rename('/d/f', '/d/l', 1)).toBe('EEXIST')
    call(k, task, 'mkdirat', AT, '/e', 0o755)
    expect(rename('/d/f', '/e')).toBe('EISDIR')
    expect(rename('/e', '/d/f')).toBe('ENOTDIR')
    expect(rename('/e', '/d')).toBe('ENOTEMPTY')
    expect(rename('/d', '/e')).toBe(0)
    expect(at('/e/l')).toBe('/e/f')
    expect(rename('/e/f', '/abs', 2)).toBe(0)
    expect(outcome(k, task, 'readlinkat', AT, '/e/f', BUFFER, 100)).toBe(2)
    expect(buffer(k, task, 2)).toBe('/d')
  })

  test('count links and keep unlinked files alive while open', () => {
    const { k, task } = tree()
    const free = k.state.frames.freeCount
    const fd = call(k, task, 'openat', AT, '/d/f', O_RDWR, 0) as number
    call(k, task, 'write', fd, 'hello', 5)
    call(k, task, 'linkat', AT, '/d/f', AT, '/d/g', 0)
    const { inode } = task.files!.files[fd]!
    expect(inode.nlink).toBe(2)
    call(k, task, 'unlinkat', AT, '/d/f', 0)
    call(k, task, 'unlinkat', AT, '/d/g', 0)
    expect(inode.nlink).toBe(0)
    expect(call(k, task, 'pread64', fd, BUFFER, 9, 0)).toBe(5)
    expect(buffer(k, task, 5)).toBe('hello')
    expect(pathOf(k, task.files!.files[fd]!.path!)).toBe('/d/f (deleted)')
    call(k, task, 'close', fd)
    expect(inode.pages.size).toBe(0)
    // What the buffer and its page tables took stays.
    expect(free - k.state.frames.freeCount).toBeLessThan(8)
    expect(outcome(k, task, 'unlinkat', AT, '/d/f', 0)).toBe('ENOENT')
  })

  test('O_TMPFILE makes a file without one', () => {
    const { k, task } = tree()
    expect(outcome(k, task, 'openat', AT, '/tmp', O_TMPFILE | O_RDWR, 0o600)).toBe(0)
    expect(outcome(k, task, 'openat', AT, '/tmp', O_TMPFILE, 0o600)).toBe('EINVAL')
    expect(task.files!.files[0]!.inode.nlink).toBe(0)
  })

  test('show in the working directory, until it is gone', () => {
    const { k, task } = tree()
    call(k, task, 'mkdirat', AT, '/d/w', 0o755)
    call(k, task, 'chdir', '/d/w')
    expect(call(k, task, 'getcwd', BUFFER, 100)).toBe(5)
    expect(buffer(k, task, 5)).toBe('/d/w\0')
    expect(outcome(k, task, 'getcwd', BUFFER, 4)).toBe('ERANGE')
    call(k, task, 'renameat2', AT, '/d', AT, '/renamed', 0)
    expect(call(k, task, 'getcwd', BUFFER, 100)).toBe(11)
    call(k, task, 'unlinkat', AT, '/renamed/w', 0x200)
    expect(outcome(k, task, 'getcwd', BUFFER, 100)).toBe('ENOENT')
    expect(outcome(k, task, 'openat', AT, 'x', O_CREAT, 0o644)).toBe('ENOENT')
  })
})
