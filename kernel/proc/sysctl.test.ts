// /proc/sys: what can be set, what is refused, and that a setting rules what it is about.
import { describe, expect, it, test } from 'vitest'
import { AT_FDCWD, F_SETPIPE_SZ, O_RDONLY, O_WRONLY, RLIMIT_NOFILE } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { checkCommit, mapRegion } from '../mm/index.ts'
import { READ_WRITE, space } from '../mm/testing.ts'
import { setRlimit } from '../task/index.ts'
import { sliceOf } from '../sched/index.ts'
import type { Task } from '../state.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { readNumbers } from './numbers.ts'

function read(k: Kernel, task: Task, name: string): string {
  const fd = call(k, task, 'openat', AT_FDCWD, `/proc/sys/${name}`, O_RDONLY, 0) as number
  const count = call(k, task, 'read', fd, BUFFER, 16000) as number
  call(k, task, 'close', fd)
  return buffer(k, task, count)
}

function write(k: Kernel, task: Task, name: string, text: string): number | string {
  const fd = outcome(k, task, 'openat', AT_FDCWD, `/proc/sys/${name}`, O_WRONLY, 0)
  if (typeof fd !== 'number') return fd
  const result = outcome(k, task, 'write', fd, text, text.length)
  call(k, task, 'close', fd)
  return result
}

describe('numbers as C writes them', () => {
  it.each([
    ['12\n', 1, [12]],
    [' \t-7', 1, [-7]],
    ['0x10', 1, [16]],
    ['010', 1, [8]],
    ['0', 1, [0]],
    ['5 words follow', 1, [5]],
    ['7 4 1 7\n', 4, [7, 4, 1, 7]],
    ['7\t4\n', 4, [7, 4]],
  ])('%j', (text, most, values) => expect(readNumbers(text, most, -100, 100)).toEqual(values))
  it.each(['', ' \n', 'x', '5x', '1e3', '08', '+5', '101', '-101', '4294967296', '- 5'])('not %j', text =>
    expect(() => readNumbers(text, 1, -100, 100)).toThrow(expect.objectContaining({ name: 'EINVAL' })),
  )
})

describe('what Linux lets an administrator set', () => {
  it.each([
    ['fs/epoll/max_user_watches', '9', '9\n', '-1'],
    ['fs/file-max', '5000', '5000\n', '-1'],
    ['fs/nr_open', '4096', '4096\n', '63'],
    ['fs/pipe-max-size', '5000', '8192\n', '2147483649'],
    ['fs/pipe-user-pages-soft', '10', '10\n', '-1'],
    ['fs/pipe-user-pages-hard', '10', '10\n', 'x'],
    ['fs/lease-break-time', '3', '3\n', '2147483648'],
    ['fs/inotify/max_user_watches', '9', '9\n', '-1'],
    ['kernel/core_pattern', '/tmp/core.%p\nmore', '/tmp/core.%p\n', null],
    ['kernel/core_uses_pid', '1', '1\n', 'yes'],
    ['kernel/dmesg_restrict', '1', '1\n', '2'],
    ['kernel/ns_last_pid', '77', '77\n', '-1'],
    ['kernel/pid_max', '400', '400\n', '300'],
    ['kernel/printk', '1 2', '1\t2\t1\t7\n', ''],
    ['kernel/randomize_va_space', '0', '0\n', '2'],
    ['kernel/sched_rr_timeslice_ms', '0', '100\n', 'x'],
    ['kernel/threads-max', '50', '50\n', '0'],
    ['vm/max_map_count', '70', '70\n', '-1'],
    ['vm/min_free_kbytes', '40', '40\n', '-4'],
    ['vm/overcommit_memory', '2', '2\n', '3'],
    ['vm/overcommit_kbytes', '1000', '1000\n', '-1'],
    ['vm/swappiness', '200', '200\n', '201'],
  ])('%s', (name, given, shown, refused) => {
    const { k, task } = fileKernel()
    expect(write(k, task, name, given)).toBe(given.length)
    expect(read(k, task, name)).toBe(shown)
    if (refused === null) return
    expect(write(k, task, name, refused)).toBe('EINVAL')
    expect(read(k, task, name)).toBe(shown)
  })

  it('nothing to others, nor what only tells', () => {
    const { k, task } = fileKernel()
    const user = fileTask(k)
    user.credentials = { ...user.credentials, euid: 1000, fsuid: 1000, capEffective: 0 }
    expect(write(k, user, 'vm/overcommit_memory', '1')).toBe('EACCES')
    expect(write(k, user, 'kernel/ns_last_pid', '5')).toBe('EPERM')
    expect(read(k, user, 'vm/overcommit_memory')).toBe('0\n')
    user.credentials = { ...user.credentials, euid: 0, fsuid: 0 }
    expect(write(k, user, 'kernel/osrelease', 'x')).toBe('EACCES')
    expect(write(k, user, 'kernel/tainted', '1')).toBe('EPERM')
    expect(write(k, task, 'kernel/tainted', '4096')).toBe(4)
    expect(write(k, task, 'kernel/tainted', '1')).toBe(1)
    expect(read(k, task, 'kernel/tainted')).toBe('4097\n')
  })

  it('whole, from the beginning: a second write through one descriptor does nothing', () => {
    const { k, task } = fileKernel()
    const fd = call(k, task, 'openat', AT_FDCWD, '/proc/sys/vm/swappiness', O_WRONLY, 0) as number
    expect(call(k, task, 'write', fd, '5', 1)).toBe(1)
    expect(call(k, task, 'write', fd, '7', 1)).toBe(1)
    expect(read(k, task, 'vm/swappiness')).toBe('5\n')
  })
})

test('pipe-max-size bounds F_SETPIPE_SZ, nr_open RLIMIT_NOFILE, the time slice SCHED_RR', () => {
  const { k, task } = fileKernel()
  write(k, task, 'fs/pipe-max-size', '131072')
  const user = fileTask(k)
  user.credentials = { ...user.credentials, euid: 1000, fsuid: 1000, capEffective: 0 }
  call(k, user, 'pipe2', BUFFER, 0)
  expect(outcome(k, user, 'fcntl', 0, F_SETPIPE_SZ, 131072)).toBe(131072)
  expect(outcome(k, user, 'fcntl', 0, F_SETPIPE_SZ, 131073)).toBe('EPERM')
  write(k, task, 'fs/nr_open', '2048')
  setRlimit(k, task.group, task.credentials, RLIMIT_NOFILE, { cur: 2048n, max: 2048n })
  expect(() => setRlimit(k, task.group, task.credentials, RLIMIT_NOFILE, { cur: 2048n, max: 2049n })).toThrow(
    expect.objectContaining({ name: 'EPERM' }),
  )
  write(k, task, 'kernel/sched_rr_timeslice_ms', '7')
  const hart = { ...k.state.harts[0], queue: [task] }
  expect(sliceOf(k, hart, { ...task.sched, policy: 2 })).toBe(7_000_000)
})

test('max_map_count bounds the regions of an address space', () => {
  const { k, task } = fileKernel()
  const mm = space(task)
  write(k, task, 'vm/max_map_count', '3')
  const map = (at: number) => mapRegion(k, mm, { start: at, length: 4096, prot: READ_WRITE })
  map(0x4000_0000)
  map(0x5000_0000)
  expect(() => map(0x6000_0000)).toThrow(expect.objectContaining({ name: 'ENOMEM' }))
})

test('overcommit: a guess, nothing at all, or strict accounting', () => {
  const { k, task } = fileKernel()
  const MIB = 2 ** 20
  const fits = (bytes: number): boolean => {
    try {
      checkCommit(k, task, bytes)
      return true
    } catch {
      return false
    }
  }
  // 16 MiB of RAM.
  expect([fits(16 * MIB), fits(17 * MIB)]).toEqual([true, false])
  write(k, task, 'vm/overcommit_memory', '1')
  expect(fits(1000 * MIB)).toBe(true)
  write(k, task, 'vm/overcommit_memory', '2')
  expect([fits(7 * MIB), fits(8 * MIB)]).toEqual([true, false])
  mapRegion(k, space(task), { start: 0x4000_0000, length: 4 * MIB, prot: READ_WRITE, noReserve: false })
  expect([fits(3 * MIB), fits(4 * MIB)]).toEqual([true, false])
  write(k, task, 'vm/overcommit_kbytes', '16384')
  expect(read(k, task, 'vm/overcommit_ratio')).toBe('0\n')
  expect([fits(11 * MIB), fits(12 * MIB)]).toEqual([true, false])
  write(k, task, 'vm/overcommit_ratio', '100')
  expect(read(k, task, 'vm/overcommit_kbytes')).toBe('0\n')
})
