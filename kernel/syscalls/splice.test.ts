// splice, tee, vmsplice, sendfile: how buffers lie in pipes, what waits, and the order of refusals, as measured on Linux.
import { expect, test } from 'vitest'
import { AT_FDCWD, F_SETFL, O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR, SPLICE_F_NONBLOCK } from '../abi/index.ts'
import { getU32, getU64, putU64 } from '../mm/index.ts'
import { buffer, BUFFER, BUFFER_BYTES, fileKernel, outcome } from '../vfs/testing.ts'

const OFFSET = BUFFER + 0x100
const DATA = BUFFER + 0x10000
const END = BUFFER + BUFFER_BYTES
const SEEK_CUR = 1
const FIONREAD = 0x541b

/** Pipes a (0, 1) and b (2, 3), and a file of 100,000 bytes (4). */
function setup() {
  const { k, task } = fileKernel()
  const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
  run('pipe2', BUFFER, 0)
  run('pipe2', BUFFER, 0)
  run('openat', AT_FDCWD, '/tmp/f', O_RDWR | O_CREAT, 0o600)
  run('write', 4, DATA, 100000)
  const offset = (value: number) => putU64(k, task, OFFSET, value)
  const inside = (fd: number) => (run('ioctl', fd, FIONREAD, BUFFER) === 0 ? getU32(k, task, BUFFER) : -1)
  const drain = (fd: number) => inside(fd) > 0 && run('read', fd, DATA, 0x20000)
  /** Of a call that slept: it runs again. */
  const wakes = (name: string, ...args: number[]) => {
    const { call: held } = task
    task.call = null
    return { again: () => ((task.call = held), run(name, ...args)) }
  }
  return { k, task, run, offset, inside, drain, at: () => getU64(k, task, OFFSET), wakes }
}

test('the order of refusals', () => {
  const { run } = setup()
  expect(run('splice', -1, 0, -1, 0, 0, 0xff)).toBe(0)
  expect(run('splice', -1, 0, -1, 0, 1, 16)).toBe('EINVAL')
  expect(run('splice', 4, 0, -1, 0, 1, 0)).toBe('EBADF')
  expect(run('splice', 0, 8, 4, 8, 1, 0)).toBe('ESPIPE')
  expect(run('splice', 4, 8, 1, 0, 1, 0)).toBe('EFAULT')
  expect(run('splice', 1, 0, 4, 0, 1, 0)).toBe('EBADF')
  expect(run('splice', 4, 0, 4, 0, 1, 0)).toBe('EINVAL')
  expect(run('splice', 0, 0, 1, 0, 1, 0)).toBe('EINVAL')
  expect([run('tee', -1, -1, 0, 0), run('tee', 4, 1, 1, 0), run('tee', 0, 1, 1, 0), run('tee', 0, 1, 1, 16)]).toEqual([
    0,
    'EINVAL',
    'EINVAL',
    'EINVAL',
  ])
  expect([run('vmsplice', 4, BUFFER, 0, 0), run('vmsplice', 1, BUFFER, 1025, 0), run('vmsplice', 1, 8, 1, 0)]).toEqual([
    0,
    'EINVAL',
    'EFAULT',
  ])
})

test('file to pipe: a page of the file is a buffer; positions and offsets move', () => {
  const { run, offset, inside, drain, at } = setup()
  offset(100)
  expect([run('splice', 4, OFFSET, 1, 0, 100000, 0), at(), inside(0)]).toEqual([65436, 65536, 65436])
  expect(run('splice', 4, OFFSET, 1, 0, 1, SPLICE_F_NONBLOCK)).toBe('EAGAIN')
  drain(0)
  run('lseek', 4, 99990, 0)
  expect([run('splice', 4, 0, 1, 0, 100, 0), run('splice', 4, 0, 1, 0, 100, 0), run('lseek', 4, 0, SEEK_CUR)]).toEqual([10, 0, 100000])
  let small = 0
  offset(0)
  while (run('splice', 4, OFFSET, 1, 0, 1, SPLICE_F_NONBLOCK) === 1) small++
  // The 10 bytes are a buffer of their own, to which nothing is added.
  expect(small).toBe(15)
  drain(0)
  offset(100)
  expect([run('sendfile', 1, 4, OFFSET, 99000), at()]).toEqual([65436, 65536])
})

test('pipe to file, and away', () => {
  const { run, offset, inside, at } = setup()
  run('write', 1, DATA, 60000)
  run('openat', AT_FDCWD, '/dev/null', O_RDWR)
  run('openat', AT_FDCWD, '/tmp/f', O_RDWR | O_APPEND)
  run('openat', AT_FDCWD, '/dev/full', O_RDWR)
  offset(99_950)
  expect([run('splice', 0, 0, 4, OFFSET, 100, 0), at(), inside(0)]).toEqual([100, 100050, 59900])
  expect([run('splice', 0, 0, 6, 0, 1, 0), run('splice', 0, 0, 7, 0, 1, 0)]).toEqual(['EINVAL', 'EINVAL'])
  offset(7)
  expect([run('splice', 0, 0, 5, OFFSET, 98304, 1), at(), inside(0)]).toEqual([59900, 7, 0])
  run('fcntl', 0, F_SETFL, O_NONBLOCK)
  expect(run('splice', 0, 0, 5, 0, 1, 0)).toBe('EAGAIN')
  run('close', 1)
  expect(run('splice', 0, 0, 5, 0, 1, 0)).toBe(0)
})

test('between pipes buffers move as they are, or are copied', () => {
  const { run, inside, drain } = setup()
  run('write', 1, 'abcdef', 6)
  expect([run('tee', 0, 3, 4, 0), inside(0), inside(2)]).toEqual([4, 6, 4])
  expect([run('splice', 0, 0, 3, 0, 2, 0), run('splice', 0, 0, 3, 0, 100, 0), inside(0), inside(2)]).toEqual([2, 4, 0, 10])
  expect([run('read', 2, BUFFER, 20), run('splice', 0, 0, 3, 0, 1, SPLICE_F_NONBLOCK)]).toEqual([10, 'EAGAIN'])
  run('write', 1, 'x', 1)
  let copies = 0
  while (run('tee', 0, 3, 1, SPLICE_F_NONBLOCK) === 1) copies++
  expect(copies).toBe(16)
  drain(2)
  // Moved whole, a buffer takes what is written after it.
  run('splice', 0, 0, 3, 0, 1, 0)
  for (let i = 0; i < 20; i++) run('write', 3, 'y', 1)
  expect(inside(2)).toBe(21)
  drain(2)
  run('close', 2)
  run('write', 1, 'x', 1)
  expect([run('tee', 0, 3, 1, 0), run('splice', 0, 0, 3, 0, 1, 0), run('splice', 4, 0, 3, 0, 1, 0)]).toEqual(['EPIPE', 'EPIPE', 'EPIPE'])
})

test('who finds nothing, or no room, waits', () => {
  const { task, run, wakes, drain } = setup()
  expect(run('splice', 0, 0, 4, 0, 10, 0)).toBe('blocked')
  const sleeper = wakes('splice', 0, 0, 4, 0, 10, 0)
  run('write', 1, 'abc', 3)
  expect(sleeper.again()).toBe(3)
  run('write', 3, DATA, 65536)
  expect(run('splice', 4, 0, 3, 0, 10000, 0)).toBe('blocked')
  const other = wakes('splice', 4, 0, 3, 0, 10000, 0)
  run('lseek', 4, 0, 0)
  run('read', 2, DATA, 5000)
  expect(other.again()).toBe(4096)
  expect(task.call).toBe(null)
  drain(2)
})

test('vmsplice takes pages of a program, and gives buffers to it whole', () => {
  const { k, task, run, inside } = setup()
  const vector = (...segments: [number, number][]): number => {
    segments.forEach(([at, length], i) => {
      putU64(k, task, BUFFER + 0x200 + 16 * i, at)
      putU64(k, task, BUFFER + 0x208 + 16 * i, length)
    })
    return segments.length
  }
  const give = (fd: number, ...segments: [number, number][]) => run('vmsplice', fd, BUFFER + 0x200, vector(...segments), SPLICE_F_NONBLOCK)
  expect([give(1, [DATA, 5000], [DATA + 1, 3]), inside(0)]).toEqual([5003, 5003])
  expect([give(1, [DATA, 3], [END, 4]), give(1, [END, 4]), inside(0)]).toEqual([3, 'EFAULT', 5006])
  expect([give(1, [DATA + 768, 100000]), give(1, [DATA, 1])]).toEqual([12 * 4096 - 768, 'EAGAIN'])
  run('splice', 0, 0, 3, 0, 5006, 0)
  expect([give(0, [DATA, 10], [END, 10]), give(0, [DATA, 10], [DATA + 10, 5000])]).toEqual(['EFAULT', 5010])
  expect([give(4, [DATA, 1]), run('openat', AT_FDCWD, '/tmp/f', O_RDONLY)]).toEqual(['EBADF', 5])
  run('write', 3, 'z', 1)
  expect(buffer(k, task, 0)).toBe('')
})
