// Calls that only an administrator may make, and the memory calls' refusals that programs were found to lean on.
import { expect, test } from 'vitest'
import { rootCredentials } from '../process/index.ts'
import { findRegion } from '../mm/index.ts'
import { fileKernel, outcome } from '../vfs/testing.ts'

const PAGE = 4096
const RW = 3
const ANON = 0x22
const SHARED_ANON = 0x21

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
  task.credentials = { ...rootCredentials(), uid: 1000, euid: 1000, suid: 1000, capEffective: 0, capPermitted: 0 }
  expect(all()).toEqual(Array(7).fill('EPERM'))
  expect([call('acct', 0), call('vhangup'), call('chroot', '/dev')]).toEqual(['EPERM', 'EPERM', 'EPERM'])
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
  expect(typeof call('mmap', 0, PAGE, RW, ANON, -1, -PAGE)).toBe('number')
})
