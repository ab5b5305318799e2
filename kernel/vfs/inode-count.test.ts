// A file system in memory holds so many files and names, however small they are; statfs tells how many are left.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_EXCL, O_RDWR, O_TMPFILE } from '../abi/index.ts'
import { limitInodes } from './index.ts'
import { statFsOf } from './statfs.ts'
import { fileKernel, outcome } from './testing.ts'

test('files, directories, links and further names count until they are gone', () => {
  const { k, task } = fileKernel()
  limitInodes(k)
  const { root } = k.state.ns.mnt
  expect(root.fs.maxInodes - root.fs.inodes).toBe(k.state.frames.total / 2)
  root.fs.maxInodes = root.fs.inodes + 5
  const left = () => statFsOf(k, root).ffree
  const make = (name: string) => outcome(k, task, 'mknodat', AT_FDCWD, name, 0o100644, 0)
  const open = (name: string, flags: number) => outcome(k, task, 'openat', AT_FDCWD, name, flags, 0o644)
  const unlink = (name: string, flags = 0) => outcome(k, task, 'unlinkat', AT_FDCWD, name, flags)
  const link = (from: string, to: string, flags = 0) => outcome(k, task, 'linkat', AT_FDCWD, from, AT_FDCWD, to, flags)
  expect([make('/a'), left(), link('/a', '/b'), left()]).toEqual([0, 4, 0, 3])
  expect([outcome(k, task, 'mkdirat', AT_FDCWD, '/d', 0o755), outcome(k, task, 'symlinkat', 'a', AT_FDCWD, '/s'), left()]).toEqual([
    0, 0, 1,
  ])
  expect([open('/c', O_RDWR | O_CREAT | O_EXCL), left()]).toEqual([0, 0])
  expect([make('/e'), link('/a', '/e'), open('/', O_TMPFILE | O_RDWR), outcome(k, task, 'mkdirat', AT_FDCWD, '/e', 0o755)]).toEqual(
    Array(4).fill('ENOSPC'),
  )
  expect(make('/dev/shm/x')).toBe(0)
  // A name goes; a file that is open stays until it is closed.
  expect([unlink('/b'), left(), unlink('/a'), left(), unlink('/c'), left(), outcome(k, task, 'close', 0), left()]).toEqual([
    0, 1, 0, 2, 0, 2, 0, 3,
  ])
  // The first name of a nameless file is not a further one.
  expect([open('/', O_TMPFILE | O_RDWR), left(), link('/proc/self/fd/0', '/n', 0x400), left()]).toEqual([0, 2, 0, 2])
  expect([outcome(k, task, 'renameat2', AT_FDCWD, '/n', AT_FDCWD, '/s', 0), left(), unlink('/d', 0x200), left()]).toEqual([0, 3, 0, 4])
})
