// Holes: making one looks only at pages that are there, however many terabytes lie between them.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDWR, SEEK_DATA, SEEK_HOLE } from '../abi/index.ts'
import { copyOut } from './index.ts'
import { BUFFER, buffer, call, fileKernel, outcome } from '../vfs/testing.ts'

const KEEP_SIZE_AND_PUNCH = 3
const TERABYTES = 2 ** 42

test('terabytes of hole are punched at once; pages go, edges become zeroes, what is beyond stays', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/sparse', O_RDWR | O_CREAT, 0o600) as number
  call(k, task, 'ftruncate', fd, TERABYTES)
  const cached = (): number => k.state.frames.used[4]
  const before = cached()
  const write = (at: number): void => {
    copyOut(
      k,
      task,
      BUFFER,
      Uint8Array.from('abcdefgh', c => c.charCodeAt(0)),
    )
    expect(call(k, task, 'pwrite64', fd, BUFFER, 8, at)).toBe(8)
  }
  const show = (at: number): string => {
    expect(call(k, task, 'pread64', fd, BUFFER, 8, at)).toBe(8)
    return buffer(k, task, 8)
  }
  for (const at of [4092, 2 ** 40, TERABYTES - 8]) write(at)
  expect(cached() - before).toBe(4)
  // From the middle of the first page's tail to just before the last bytes.
  expect(call(k, task, 'fallocate', fd, KEEP_SIZE_AND_PUNCH, 4094, TERABYTES - 8 - 4094)).toBe(0)
  expect(cached() - before).toBe(2)
  expect(show(4092)).toBe('ab' + '\0'.repeat(6))
  expect(show(2 ** 40)).toBe('\0'.repeat(8))
  expect(show(TERABYTES - 8)).toBe('abcdefgh')
  expect(call(k, task, 'fallocate', fd, KEEP_SIZE_AND_PUNCH, 0, TERABYTES)).toBe(0)
  expect(cached()).toBe(before)
})

test('what is punched out of a file that an image holds is a hole too', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/image', O_RDWR | O_CREAT, 0o600) as number
  const inode = task.files!.files[fd]!.inode
  Object.assign(inode, { size: 18000, backing: Object.freeze({ kind: 'bytes', bytes: new Uint8Array(18000).fill(120) }) })
  const extents = (): (number | string)[] => {
    const found: (number | string)[] = []
    for (
      let at: number | string = 0, whence = SEEK_DATA;
      typeof at === 'number' && found.length < 9;
      whence = SEEK_DATA + SEEK_HOLE - whence
    ) {
      at = outcome(k, task, 'lseek', fd, at, whence)
      found.push(at)
    }
    return found
  }
  expect(extents()).toEqual([0, 18000, 'ENXIO'])
  call(k, task, 'fallocate', fd, KEEP_SIZE_AND_PUNCH, 4096, 8192)
  expect(extents()).toEqual([0, 4096, 12288, 18000, 'ENXIO'])
  call(k, task, 'ftruncate', fd, 60000)
  expect(extents()).toEqual([0, 4096, 12288, 20480, 'ENXIO'])
  call(k, task, 'fallocate', fd, KEEP_SIZE_AND_PUNCH, 12288, 60000)
  expect(extents()).toEqual([0, 4096, 'ENXIO'])
  expect(call(k, task, 'lseek', fd, 5000, SEEK_HOLE)).toBe(5000)
})

test('a file grows without a look at its pages, and what it cuts off is all that it had', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/grown', O_RDWR | O_CREAT, 0o600) as number
  const { inode } = task.files!.files[fd]!
  let looks = 0
  class Pages extends Map<number, number> {
    override has(index: number): boolean {
      looks++
      return super.has(index)
    }
    override keys(): MapIterator<number> {
      looks += this.size
      return super.keys()
    }
    override [Symbol.iterator](): MapIterator<[number, number]> {
      looks += this.size
      return super[Symbol.iterator]()
    }
  }
  inode.pages = new Pages()
  for (let page = 0; page < 100; page++) call(k, task, 'pwrite64', fd, BUFFER, 4096, page * 4096)
  expect(inode.pages.size).toBe(100)
  looks = 0
  for (let i = 1; i <= 100; i++) expect(call(k, task, 'ftruncate', fd, 100 * 4096 + i * 2 ** 30)).toBe(0)
  expect(looks).toBeLessThan(100)
  expect(call(k, task, 'ftruncate', fd, 4096 * 50 + 1)).toBe(0)
  expect([...inode.pages.keys()].sort((a, b) => a - b)).toEqual([...Array(51).keys()])
  looks = 0
  // From one size to a size nearby only the pages between them.
  for (let i = 0; i < 10; i++) call(k, task, 'ftruncate', fd, 4096 * (50 - i))
  expect(looks).toBeLessThan(30)
  expect(inode.pages.size).toBe(41)
})
