import { expect, test } from 'vitest'
import { falls, newCompatLog, type CallUse } from './compat.ts'

function usesOf(...lines: string[]): Record<string, CallUse> {
  const log = newCompatLog()
  for (const line of lines) log.add(line)
  return Object.fromEntries(log.uses().map(use => [use.name, use]))
}

test('calls are counted, whatever strace writes before them, with the errors that they end with', () => {
  const { openat, read } = usesOf(
    'openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3',
    '[pid  1234] openat(AT_FDCWD, "a) = -1 EIO, \\"(", O_RDONLY) = -1 ENOENT (No such file or directory)',
    '1234  12:00:01 openat(3, "b", O_RDONLY) = -1 EACCES (Permission denied)',
    '12:00:01.000123 openat(3, "b", O_RDONLY) = -1 EACCES (Permission denied) <0.000012>',
    '1700000000.123456 [00007f0123456789] read(3, "\\177ELF"..., 832) = 832',
    '1234  read(0,  <unfinished ...>',
    '1234  <... read resumed>"x", 1) = 1',
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---',
    '+++ exited with 0 +++',
    'strace: Process 12 attached',
  )
  expect([openat.calls, openat.errors, openat.state]).toEqual([4, { ENOENT: 1, EACCES: 2 }, 'there'])
  expect([read.calls, read.errors, falls(openat), falls(read)]).toEqual([2, {}, false, false])
})

test('calls that are not there, that riscv64 never had, that nobody knows', () => {
  const { kexec_load, open, arch_prctl, frobnicate } = usesOf(
    'kexec_load(0, 0, NULL, 0) = -1 EPERM (Operation not permitted)',
    'open("x", O_RDONLY) = 3',
    'arch_prctl(ARCH_SET_FS, 0x7f) = 0',
    'frobnicate(1) = 0',
  )
  expect([kexec_load, open, arch_prctl, frobnicate].map(u => [u.state, u.instead, falls(u)])).toEqual([
    ['missing', undefined, true],
    ['elsewhere', 'openat', false],
    ['elsewhere', '', false],
    ['unknown', undefined, true],
  ])
})

test('flags that are refused, and those that are not known; not names in strings and comments', () => {
  const { renameat2, fallocate, mmap, clone, clone3, openat } = usesOf(
    'renameat2(AT_FDCWD, "RENAME_FOO", AT_FDCWD, "b", RENAME_NOREPLACE|RENAME_WHITEOUT) = 0',
    'fallocate(3, FALLOC_FL_KEEP_SIZE|FALLOC_FL_INSERT_RANGE, 0, 4096) = 0',
    'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_FROM_MARS|0x1000000 /* MAP_??? */, -1, 0) = 0x7f0000000000',
    'clone(child_stack=NULL, flags=CLONE_NEWUSER|SIGCHLD) = 5',
    'clone3({flags=CLONE_VM|CLONE_INTO_CGROUP, exit_signal=SIGCHLD}, 88) = 6',
    'openat(AT_FDCWD, "O_NEW", O_RDWR|O_CREAT|O_TMPFILE, 0600) = 3',
  )
  expect([renameat2.refused, renameat2.unknown]).toEqual([{}, []])
  expect([fallocate.refused, fallocate.unknown]).toEqual([{ FALLOC_FL_INSERT_RANGE: 'EOPNOTSUPP' }, []])
  expect([mmap.refused, mmap.unknown]).toEqual([{}, ['MAP_FROM_MARS']])
  expect(Object.keys(clone.refused)).toEqual(['CLONE_NEWUSER'])
  expect(clone3.refused).toEqual({ CLONE_INTO_CGROUP: 'EBADF' })
  expect(falls(openat)).toBe(false)
})

test('what is no log of strace has no calls; a long or broken line does no harm', () => {
  expect(usesOf('', 'root:x:0:0', '(', 'a(', `write(1, "${'('.repeat(200_000)}`, 'read(3, "\\')).toMatchObject({
    write: { calls: 1 },
    read: { calls: 1 },
    a: { calls: 1, state: 'unknown' },
  })
})
