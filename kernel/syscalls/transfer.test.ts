// Transfers that memory cuts short: what got through counts, what each kind of file has lost by then, as measured on Linux.
import { describe, expect, test } from 'vitest'
import { AT_FDCWD, F_SETFL, O_CREAT, O_DIRECT, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC } from '../abi/index.ts'
import { copyOut, putU64 } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { newTty } from '../tty/index.ts'
import { BUFFER, BUFFER_BYTES, call, fileKernel, outcome } from '../vfs/testing.ts'

/** Behind this nothing is mapped. */
const END = BUFFER + BUFFER_BYTES
const SEEK_CUR = 1
const TIOCSPTLCK = 0x40045431

function setup() {
  const { k, task } = fileKernel()
  const open = (path: string, flags: number = O_RDWR) => call(k, task, 'openat', AT_FDCWD, path, flags, 0o600) as number
  const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
  return { k, task, open, run }
}

/** An iovec array at BUFFER. */
function vector(k: Kernel, task: Task, ...segments: [at: number, length: number][]): [iov: number, count: number] {
  segments.forEach(([base, length], i) => {
    putU64(k, task, BUFFER + 16 * i, base)
    putU64(k, task, BUFFER + 16 * i + 8, length)
  })
  return [BUFFER, segments.length]
}

test('regular files move by what got through', () => {
  const { k, task, open, run } = setup()
  const fd = open('/tmp/f', O_RDWR | O_CREAT | O_TRUNC)
  const at = () => run('lseek', fd, 0, SEEK_CUR)
  expect(run('write', fd, BUFFER + 0x1000, 10000)).toBe(10000)
  run('lseek', fd, 0, 0)
  expect([run('read', fd, END - 100, 300), at()]).toEqual([100, 100])
  expect([run('read', fd, END, 10), at()]).toEqual(['EFAULT', 100])
  expect([run('pread64', fd, END - 5000, 6000, 0), at()]).toEqual([5000, 100])
  const [iov, n] = vector(k, task, [BUFFER + 0x2000, 5], [END - 100, 200], [BUFFER + 0x3000, 5])
  expect([run('readv', fd, iov, n), at()]).toEqual([105, 205])
  expect([run('writev', fd, iov, n), at()]).toEqual([105, 310])
  vector(k, task, [BUFFER + 0x2000, 5], [16, 200], [BUFFER + 0x3000, 5])
  expect([run('readv', fd, iov, n), run('writev', fd, iov, n), at()]).toEqual([5, 5, 320])
  expect([run('preadv', fd, iov, n, 0), run('pwritev', fd, iov, n, 0), at()]).toEqual([5, 5, 320])
  expect([run('writev', fd, 16, 0), run('readv', fd, 16, 0)]).toEqual([0, 0])
  vector(k, task, [16, 5], [BUFFER + 0x2000, 200])
  expect([run('readv', fd, iov, 2), run('writev', fd, iov, 2), at()]).toEqual(['EFAULT', 'EFAULT', 320])
  expect([run('write', fd, END - 8192, 0x8000), at()]).toEqual([8192, 8512])
})

test('devices and /proc give what there is room for; some take bytes unseen', () => {
  const { open, run } = setup()
  for (const path of ['/dev/zero', '/dev/full', '/dev/urandom', '/proc/self/status']) {
    expect(run('read', open(path, O_RDONLY), END - 100, 300)).toBe(100)
  }
  expect(run('write', open('/dev/null'), 16, 10)).toBe(10)
  expect(run('write', open('/dev/zero'), 16, 10)).toBe(10)
  expect(run('write', open('/dev/full'), 16, 10)).toBe('ENOSPC')
  expect(run('write', open('/dev/urandom'), END - 100, 300)).toBe(100)
  expect(run('write', open('/proc/self/oom_score_adj'), END - 1, 2)).toBe('EFAULT')
  expect(run('read', open('/proc/sys/kernel/osrelease', O_RDONLY), END - 2, 300)).toBe('EFAULT')
})

test('the order of refusals: the file first, then lengths, then addresses', () => {
  const { k, task, open, run } = setup()
  const fd = open('/tmp/f', O_RDONLY | O_CREAT)
  expect(run('write', fd, -1, 5)).toBe('EBADF')
  expect(run('writev', fd, -1, 5)).toBe('EBADF')
  const sink = open('/dev/null')
  expect(run('write', sink, BUFFER, -1)).toBe('EFAULT')
  expect(run('writev', sink, ...vector(k, task, [2 ** 62, 5], [BUFFER, -1]))).toBe('EINVAL')
  expect(run('writev', sink, ...vector(k, task, [2 ** 62, 0]))).toBe('EFAULT')
  expect(run('writev', sink, ...vector(k, task, [BUFFER, 2 ** 62]))).toBe(0x7ffff000)
  expect(run('writev', sink, ...vector(k, task, [BUFFER, 2 ** 62], [BUFFER, 1]))).toBe('EFAULT')
})

describe('pipes move whole buffers', () => {
  function pipe(flags: number = O_NONBLOCK) {
    const all = setup()
    expect(all.run('pipe2', BUFFER, flags)).toBe(0)
    return { ...all, r: 0, w: 1 }
  }

  test('a buffer that does not reach the program stays', () => {
    const { run, r, w } = pipe()
    run('write', w, BUFFER, 5000)
    run('write', w, BUFFER, 4000)
    expect(run('read', r, END - 6000, 8000)).toBe(5000)
    expect(run('read', r, END - 3999, 8000)).toBe('EFAULT')
    expect(run('read', r, BUFFER, 8000)).toBe(4000)
  })

  test('a page that does not come whole is not written', () => {
    const { k, task, run, r, w } = pipe()
    expect(run('write', w, END - 6000, 8000)).toBe(4096)
    expect(run('read', r, BUFFER, 8000)).toBe(4096)
    expect(run('writev', w, ...vector(k, task, [BUFFER, 5], [16, 200]))).toBe('EFAULT')
    run('write', w, BUFFER, 100)
    expect(run('write', w, END - 50, 100)).toBe('EFAULT')
    expect(run('write', w, END - 4096, 4197)).toBe(101)
    expect(run('read', r, BUFFER, 8000)).toBe(201)
    run('close', r)
    expect(run('write', w, 16, 5)).toBe('EPIPE')
  })

  test('what a write leaves over of whole pages is added only where it fits whole', () => {
    const capacityFor = (size: number): number => {
      const { run, w } = pipe()
      let total = 0
      for (;;) {
        const n = run('write', w, BUFFER, size)
        if (typeof n !== 'number') return total
        total += n
      }
    }
    expect([100, 1000, 3000, 4095, 4097, 5000, 10000, 65535].map(capacityFor)).toEqual([
      64000, 64000, 48000, 65520, 45066, 54096, 64096, 65535,
    ])
  })

  test('O_DIRECT keeps packets apart, and what is not read of one is gone', () => {
    const { run, r, w } = pipe(O_NONBLOCK | O_DIRECT)
    run('write', w, BUFFER, 10)
    run('write', w, BUFFER, 20)
    run('write', w, BUFFER, 5000)
    expect(run('read', r, BUFFER, 100)).toBe(10)
    expect(run('read', r, BUFFER, 5)).toBe(5)
    expect(run('read', r, BUFFER, 9000)).toBe(4096)
    run('fcntl', w, F_SETFL, O_NONBLOCK)
    run('write', w, BUFFER, 7)
    run('write', w, BUFFER, 8)
    // A packet is never added to; what follows it is.
    expect([run('read', r, BUFFER, 9000), run('read', r, BUFFER, 9000)]).toEqual([904, 15])
    expect(run('read', r, BUFFER, 9000)).toBe('EAGAIN')
  })
})

test('an event counter, a timer and a terminal lose what did not arrive', () => {
  const { k, task, open, run } = setup()
  const event = run('eventfd2', 5, O_NONBLOCK) as number
  expect([run('read', event, END - 4, 8), run('read', event, BUFFER, 8)]).toEqual(['EFAULT', 'EAGAIN'])
  expect([run('write', event, BUFFER, 16), run('write', event, END - 4, 8)]).toEqual(['EINVAL', 'EFAULT'])

  // The console has the first place.
  k.state.ttys.push(newTty('console', 0, 5, 1))
  const master = open('/dev/ptmx', O_RDWR | O_NONBLOCK)
  putU64(k, task, BUFFER, 0)
  run('ioctl', master, TIOCSPTLCK, BUFFER)
  const slave = open('/dev/pts/0', O_RDWR | O_NONBLOCK)
  const line = (length: number) => {
    copyOut(
      k,
      task,
      BUFFER,
      Uint8Array.from({ length }, (_, i) => (i === length - 1 ? 10 : 97)),
    )
    expect(run('write', master, BUFFER, length)).toBe(length)
  }
  line(300)
  expect([run('read', slave, END - 100, 300), run('read', slave, BUFFER, 1000)]).toEqual([100, 172])
  line(300)
  expect([run('read', slave, 16, 300), run('read', slave, BUFFER, 1000)]).toEqual(['EFAULT', 236])
  line(300)
  expect([run('read', slave, END - 128, 300), run('read', slave, BUFFER, 1000)]).toEqual([128, 108])
  while (typeof run('read', master, BUFFER, 8000) === 'number');
  expect([run('write', slave, END - 100, 300), run('write', slave, END - 3000, 4000)]).toEqual(['EFAULT', 2048])
})

test('a directory entry that is cut is for the next call', () => {
  const { open, run } = setup()
  for (let i = 0; i < 9; i++) open(`/tmp/f${i}`, O_CREAT)
  const fd = open('/tmp', O_RDONLY)
  const first = run('getdents64', fd, END - 100, 4000)
  const rest = run('getdents64', fd, BUFFER, 4000)
  expect([first, rest]).toEqual([96, 7 * 24])
  run('lseek', fd, 0, 0)
  expect(run('getdents64', fd, END - 8, 4000)).toBe('EFAULT')
})
