// 64-bit values at their ends: nothing is rounded on its way in or out, and sums that leave the range are refused as Linux does.
import { describe, expect, test } from 'vitest'
import {
  AT_FDCWD,
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_WRLCK,
  FLOCK_LAYOUT,
  I64_MAX,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import { copyIn, copyOut, getBig, putBig, putU64 } from '../mm/index.ts'
import { limitPair, setRlimit } from '../task/index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

function setup() {
  const { k, task } = fileKernel()
  const run = (name: string, ...args: (number | string | bigint)[]) => outcome(k, task, name, ...args)
  const fd = run('openat', AT_FDCWD, '/tmp/f', O_CREAT | O_RDWR, 0o600) as number
  run('write', fd, '0123456789', 10)
  return { k, task, run, fd }
}

describe('offsets', () => {
  test('of positioned transfers end where the last byte would pass OFFSET_MAX', () => {
    const { run, fd, k, task } = setup()
    expect([run('pread64', fd, BUFFER, 1, I64_MAX), run('pwrite64', fd, BUFFER, 1, I64_MAX)]).toEqual(['EINVAL', 'EINVAL'])
    expect([run('pread64', fd, BUFFER, 4095, 2n ** 63n - 4096n), run('pread64', fd, BUFFER, 4096, 2n ** 63n - 4096n)]).toEqual([
      0,
      'EINVAL',
    ])
    expect([run('pwrite64', fd, BUFFER, 4095, 2n ** 63n - 4096n), run('pread64', fd, BUFFER, 1, -(2n ** 63n))]).toEqual(['EFBIG', 'EINVAL'])
    putU64(k, task, BUFFER, BUFFER + 64)
    putU64(k, task, BUFFER + 8, 1)
    expect([run('preadv', fd, BUFFER, 1, I64_MAX), run('preadv', fd, BUFFER, 1, I64_MAX - 1n)]).toEqual(['EINVAL', 0])
  })

  test('of sendfile and copy_file_range', () => {
    const { run, fd, k, task } = setup()
    const at = (value: bigint, place = BUFFER) => (putBig(k, task, place, BigInt.asUintN(64, value)), place)
    expect(run('sendfile', fd, fd, at(2n ** 62n), 3)).toBe('EOVERFLOW')
    expect([run('sendfile', fd, fd, at(I64_MAX), 3), run('sendfile', fd, fd, at(-1n), 3)]).toEqual(['EINVAL', 'EINVAL'])
    const copy = (from: bigint, to: bigint, length: number | bigint) =>
      run('copy_file_range', fd, at(from), fd, at(to, BUFFER + 8), length, 0)
    expect([copy(-5n, 0n, 2), copy(-5n, 0n, 5), copy(1n, 0n, 2n ** 64n - 1n)]).toEqual(['EINVAL', 'EOVERFLOW', 'EOVERFLOW'])
    expect([copy(0n, 2n ** 62n, 2), copy(2n ** 62n, 100n, 2), copy(0n, 1n, 3)]).toEqual(['EFBIG', 0, 'EINVAL'])
  })

  test('of advice and syncing', () => {
    const { run, fd } = setup()
    expect([run('fadvise64', fd, 0, -1, 0), run('fadvise64', fd, I64_MAX, I64_MAX, 0)]).toEqual(['EINVAL', 0])
    const sync = (offset: bigint, length: bigint, how = 2) => run('sync_file_range', fd, offset, length, how)
    expect([sync(-1n, 1n), sync(I64_MAX, 1n), sync(I64_MAX, 0n), sync(0n, 1n, 8)]).toEqual(['EINVAL', 'EINVAL', 0, 'EINVAL'])
    run('pipe2', BUFFER, 0)
    expect(run('sync_file_range', 1, 0, 1, 2)).toBe('ESPIPE')
  })
})

test('record locks reach to OFFSET_MAX and tell two bytes there apart', () => {
  const { k, task, run, fd } = setup()
  const other = fileTask(k)
  const fd2 = outcome(k, other, 'openat', AT_FDCWD, '/tmp/f', O_RDWR, 0) as number
  const flock = (start: bigint, len: bigint, type: number = F_WRLCK) => writeStruct(FLOCK_LAYOUT, { type, whence: 0, start, len })
  const lock = (start: bigint, len: bigint) => {
    copyOut(k, task, BUFFER, flock(start, len))
    return run('fcntl', fd, F_SETLK, BUFFER)
  }
  const seen = (start: bigint, len: bigint) => {
    copyOut(k, other, BUFFER, flock(start, len, F_RDLCK))
    outcome(k, other, 'fcntl', fd2, F_GETLK, BUFFER)
    const { type, start: from, len: span } = readStruct(FLOCK_LAYOUT, copyIn(k, other, BUFFER, FLOCK_LAYOUT.size))
    return type === F_WRLCK ? [from, span] : null
  }
  expect([lock(2n ** 63n - 16n, 0x20n), lock(-1n, 1n), lock(5n, -6n), lock(I64_MAX, 2n)]).toEqual([
    'EOVERFLOW',
    'EINVAL',
    'EINVAL',
    'EOVERFLOW',
  ])
  expect(lock(2n ** 53n + 1n, 1n)).toBe(0)
  expect([seen(2n ** 53n, 1n), seen(2n ** 53n, 2n)]).toEqual([null, [2n ** 53n + 1n, 1n]])
  expect(lock(2n ** 63n - 16n, 16n)).toBe(0)
  expect(seen(I64_MAX, 1n)).toEqual([2n ** 63n - 16n, 0n])
})

test('event counters hold 64 bits', () => {
  const { k, task, run } = setup()
  const event = run('eventfd2', 0, O_NONBLOCK) as number
  const write = (value: bigint) => (putBig(k, task, BUFFER, value), run('write', event, BUFFER, 8))
  expect([write(2n ** 53n + 1n), write(2n ** 63n), write(2n ** 63n), write(2n ** 64n - 1n)]).toEqual([8, 8, 'EAGAIN', 'EINVAL'])
  run('read', event, BUFFER, 8)
  expect(getBig(k, task, BUFFER)).toBe(2n ** 63n + 2n ** 53n + 1n)
})

test('limits come back as they were set', () => {
  const { k, task } = setup()
  const set = (cur: bigint, max: bigint) => setRlimit(k, task.group, task.credentials, 1, { cur, max })
  set(2n ** 53n + 1n, 2n ** 64n - 2n)
  expect(limitPair(task.group.rlimits, 1)).toEqual({ cur: 2n ** 53n + 1n, max: 2n ** 64n - 2n })
  expect(() => set(2n ** 63n + 1n, 2n ** 63n)).toThrow(expect.objectContaining({ name: 'EINVAL' }))
  set(2n ** 64n - 1n, 2n ** 64n - 1n)
  expect([task.group.rlimits.soft[1], limitPair(task.group.rlimits, 1).cur]).toEqual([Infinity, 2n ** 64n - 1n])
})

test('a command argument beyond any number keeps its low half', () => {
  const { run, fd } = setup()
  expect([run('fcntl', fd, 4, 0x7fffffff_00000802n), (run('fcntl', fd, 3, 0) as number) & 0x800]).toEqual([0, 0x800])
  expect(run('fcntl', fd, F_GETLK, 0x7fffffff_00010000n)).toBe('EFAULT')
})
