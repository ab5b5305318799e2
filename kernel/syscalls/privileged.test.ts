// Calls that only an administrator may make, and the memory calls' refusals that programs were found to lean on.
import { expect, test } from 'vitest'
import { CLOCK_MONOTONIC, CLONE_FLAGS, IOVEC, MADV_COLD, MADV_DONTNEED, readStruct, TIMEX, writeStruct } from '../abi/index.ts'
import { rootCredentials } from '../task/index.ts'
import { copyIn, copyOut, findRegion } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const PAGE = 4096
const RW = 3
const ANON = 0x22
const SHARED_ANON = 0x21

function unprivileged(task: Task): void {
  task.credentials = { ...rootCredentials(), uid: 1000, euid: 1000, suid: 1000, capEffective: 0, capPermitted: 0 }
}

function setup() {
  const { k, task } = fileKernel()
  const call = (name: string, ...args: (number | string)[]): number | string => outcome(k, task, name, ...args)
  const map = (prot = RW, how = ANON, pages = 1): number => call('mmap', 0, pages * PAGE, prot, how, -1, 0) as number
  return { k, task, call, map }
}

test('without privileges EPERM', () => {
  const { task, call } = setup()
  const all = () => [
    call('mount', 'none', '/dev', 'tmpfs', 0, 0),
    call('umount2', '/dev', 0),
    call('swapon', '/dev/null', 0),
    call('swapoff', '/dev/null'),
    call('acct', '/dev/null'),
    call('sethostname', 'x', 1),
    call('reboot', 0, 0, 0, 0),
  ]
  expect([call('umount2', '/dev', 16), call('umount2', '/none', 0), call('swapon', '/dev/null', 0x80000)]).toEqual([
    'EINVAL',
    'ENOENT',
    'EINVAL',
  ])
  expect(all().slice(0, 5)).toEqual(['ENODEV', 'EBUSY', 'EINVAL', 'EINVAL', 'ENOSYS'])
  expect([call('acct', 0), call('vhangup')]).toEqual([0, 0])
  unprivileged(task)
  expect(all()).toEqual(Array(7).fill('EPERM'))
  expect([call('acct', 0), call('vhangup'), call('chroot', '/dev')]).toEqual(['EPERM', 'EPERM', 'EPERM'])
})

test('adjtimex: read by everybody, changed by nobody', () => {
  const { k, task, call } = setup()
  const timex = (modes: number, tick = 10_000, usec = 0) =>
    copyOut(k, task, BUFFER, writeStruct(TIMEX, { modes, tick, time: { sec: 0, usec } }))
  timex(0)
  expect(call('adjtimex', BUFFER)).toBe(5)
  expect(readStruct(TIMEX, copyIn(k, task, BUFFER, TIMEX.size))).toMatchObject({
    status: 0x40,
    maxerror: 16_000_000,
    tick: 10_000,
    tolerance: 32_768_000,
  })
  expect([call('clock_adjtime', CLOCK_MONOTONIC, BUFFER), call('clock_adjtime', 99, BUFFER), call('clock_adjtime', 0, 8)]).toEqual([
    'EOPNOTSUPP',
    'EINVAL',
    'EFAULT',
  ])
  const change = (modes: number, tick?: number, usec?: number) => (timex(modes, tick, usec), call('clock_adjtime', 0, BUFFER))
  // A singleshot without an offset, a tick and microseconds out of range; then what would be a change.
  expect([change(0x8000), change(0x4000, 8999), change(0x100, 0, 1e6), change(0x100, 0, 1e5), change(0xa001)]).toEqual([
    'EINVAL',
    'EINVAL',
    'EINVAL',
    'EOPNOTSUPP',
    5,
  ])
  unprivileged(task)
  expect([change(0), change(0x4000, 8999), change(0x8001), change(0xa001)]).toEqual([5, 'EPERM', 'EPERM', 5])
})

test('by a pidfd: hints for memory, memory to be released, namespaces to enter', () => {
  const { k, task, call, map } = setup()
  const self = call('pidfd_open', task.pid, 0)
  const other = call('pidfd_open', fileTask(k).pid, 0)
  const vector = (base: number, length = PAGE) => copyOut(k, task, BUFFER, writeStruct(IOVEC, { base, length }))
  vector(map())
  const hint = (pidfd: number | string, advice: number, flags = 0) => call('process_madvise', pidfd, BUFFER, 1, advice, flags)
  expect([hint(self, MADV_COLD), hint(self, MADV_DONTNEED), hint(self, MADV_COLD, 1), hint(99, MADV_COLD)]).toEqual([
    PAGE,
    'EINVAL',
    'EINVAL',
    'EBADF',
  ])
  expect(hint(other, MADV_COLD)).toBe('ENOMEM')
  vector(1)
  expect([hint(self, MADV_COLD), call('process_madvise', self, 8, 1, MADV_COLD, 0)]).toEqual(['EINVAL', 'EFAULT'])
  expect([call('process_mrelease', self, 0), call('process_mrelease', self, 1), call('process_mrelease', 99, 0)]).toEqual([
    'EINVAL',
    'EINVAL',
    'EBADF',
  ])
  const { CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWUTS } = CLONE_FLAGS
  const enter = (which: number, fd = self) => call('setns', fd, which)
  expect([
    enter(CLONE_NEWUTS, 99),
    enter(0),
    enter(CLONE_NEWUTS | 1),
    enter(CLONE_NEWUSER),
    enter(CLONE_NEWNS),
    enter(CLONE_NEWUTS),
  ]).toEqual(['EBADF', 'EINVAL', 'EINVAL', 'EINVAL', 'EINVAL', 0])
  unprivileged(task)
  expect([enter(CLONE_NEWUTS), enter(CLONE_NEWUSER), hint(other, MADV_COLD)]).toEqual(['EPERM', 'EINVAL', 'EPERM'])
})

test('mlock of what may not be touched is ENOMEM, and locks it', () => {
  const { call, map, task } = setup()
  const page = map(0)
  expect([call('mlock', page, PAGE), task.mm?.lockedPages]).toEqual(['ENOMEM', 1])
})

test('MADV_POPULATE: permissions are EINVAL, the first hole ENOMEM', () => {
  const { call, map, task } = setup()
  const [readable, none, holed] = [map(1), map(0), map(RW, ANON, 4)]
  expect([call('madvise', readable, PAGE, 23), call('madvise', readable, PAGE, 22)]).toEqual(['EINVAL', 0])
  expect([call('madvise', none, PAGE, 22), call('madvise', none, PAGE, 23)]).toEqual(['EINVAL', 'EINVAL'])
  call('munmap', holed + PAGE, PAGE)
  const before = task.mm?.anonPages ?? 0
  expect([call('madvise', holed, 4 * PAGE, 23), (task.mm?.anonPages ?? 0) - before]).toEqual(['ENOMEM', 1])
})

test('MADV_DONTNEED_LOCKED forgets locked pages too', () => {
  const { call, map } = setup()
  const page = map()
  expect([call('mlock', page, PAGE), call('madvise', page, PAGE, 4), call('madvise', page, PAGE, 24)]).toEqual([0, 'EINVAL', 0])
})

test('MREMAP_DONTUNMAP moves shared mappings too and leaves them mapped', () => {
  const { call, map, task } = setup()
  const old = map(RW, SHARED_ANON)
  expect(call('mlock', old, PAGE)).toBe(0)
  const moved = call('mremap', old, PAGE, PAGE, 5, 0) as number
  expect(moved).not.toBe(old)
  const at = (page: number) => (task.mm ? findRegion(task.mm, page) : null)
  expect([at(old)?.shared, at(old)?.inode === at(moved)?.inode, at(old)?.locked, at(moved)?.locked, task.mm?.lockedPages]).toEqual([
    true,
    true,
    false,
    true,
    1,
  ])
})

test('offsets of mmap: past the end of any file EOVERFLOW, of no matter without a file', () => {
  const { call } = setup()
  const file = call('openat', -100, '/tmp/file', 0x42, 0o600) as number
  expect([
    call('mmap', 0, PAGE, RW, 1, file, -PAGE),
    call('mmap', 0, PAGE, RW, 1, file, 2 ** 63 - PAGE),
    call('mmap', 0, PAGE, RW, 1, file, 1),
  ]).toEqual(['EOVERFLOW', 'EOVERFLOW', 'EINVAL'])
  expect(typeof call('mmap', 0, PAGE, RW, ANON, -1, -2 * PAGE)).toBe('number')
  // The offset is shifted with its sign on riscv, and then wraps around.
  expect(call('mmap', 0, PAGE, RW, ANON, -1, -PAGE)).toBe('EOVERFLOW')
})

test('ranges that wrap around, sizes of huge pages that MAP_SHARED_VALIDATE lets pass', () => {
  const { call, map } = setup()
  const page = map()
  expect([call('madvise', page, -PAGE, MADV_COLD), call('mlock', page, -PAGE), call('msync', page, -PAGE, 4)]).toEqual([
    'EINVAL',
    'EINVAL',
    'ENOMEM',
  ])
  const file = call('openat', -100, '/f', 0o102, 0o644) as number
  expect([typeof call('mmap', 0, PAGE, RW, 3 | (2 << 26), file, 0), call('mmap', 0, PAGE, RW, 3 | (1 << 26) | 0x400, file, 0)]).toEqual([
    'number',
    'EOPNOTSUPP',
  ])
})

test('the log is for CAP_SYSLOG, whatever else one may do; all may read it where it is not restricted', () => {
  const { k, task, call } = setup()
  const actions = [0, 3, 9, 10, 11].map(action => () => call('syslog', action, BUFFER, 0))
  const all = () => actions.map(ask => ask())
  expect(all()).toEqual([0, 0, expect.any(Number), expect.any(Number), 'EINVAL'])
  task.credentials = { ...rootCredentials(), capEffective: 2 ** 21 }
  expect(all()).toEqual(['EPERM', 0, 'EPERM', expect.any(Number), 'EPERM'])
  k.state.sysctl.dmesgRestrict = 1
  expect(all()).toEqual(Array(5).fill('EPERM'))
})
