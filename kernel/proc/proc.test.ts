// /proc: which names there are, what they say, who may look.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR, O_WRONLY } from '../abi/index.ts'
import { strikeOff } from '../process/newborn.ts'
import type { Kernel } from '../kernel.ts'
import { HUGE_PAGE, mapRegion, putU32 } from '../mm/index.ts'
import { READ_WRITE } from '../mm/testing.ts'
import type { Task } from '../state.ts'
import { DATA, runToEnd } from '../testing.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

function read(k: Kernel, task: Task, path: string): string {
  const fd = call(k, task, 'openat', AT_FDCWD, path, O_RDONLY, 0) as number
  const count = call(k, task, 'read', fd, BUFFER, 16000) as number
  call(k, task, 'close', fd)
  return buffer(k, task, count)
}

function link(k: Kernel, task: Task, path: string): string {
  return buffer(k, task, call(k, task, 'readlinkat', AT_FDCWD, path, BUFFER, 200) as number)
}

test('stat has the 52 fields in their places', () => {
  const { k, task } = fileKernel()
  task.comm = 'a (b) c'
  const text = read(k, task, '/proc/self/stat')
  expect(text).toMatch(/^1 \(a \(b\) c\) R 0 1 1 0 -1 /)
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trimEnd()
    .split(' ')
  expect(fields.length).toBe(50)
  expect(fields[17]).toBe('1')
  expect(fields[35]).toBe('17')
})

test('status tells ids, signals and sizes', () => {
  const { k, task } = fileKernel()
  task.blocked = 0x200n
  task.fs!.umask = 0o77
  const rows = Object.fromEntries(
    read(k, task, '/proc/self/status')
      .trimEnd()
      .split('\n')
      .map(line => line.split(':\t')),
  )
  expect(rows).toMatchObject({
    Name: 'test',
    Umask: '0077',
    State: 'R (running)',
    Pid: '1',
    Uid: '0\t0\t0\t0',
    SigBlk: '0000000000000200',
    Threads: '1',
  })
  expect(rows['VmSize']).toBe('     256 kB')
})

test('links lead to files and places; deleted ones say so', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/x', O_RDWR | O_CREAT, 0o644) as number
  call(k, task, 'pipe2', BUFFER, 0)
  expect(link(k, task, '/proc/self')).toBe('1')
  expect(link(k, task, `/proc/1/fd/${fd}`)).toBe('/tmp/x')
  expect(link(k, task, '/proc/self/fd/1')).toMatch(/^pipe:\[[0-9]+\]$/)
  call(k, task, 'write', fd, 'text', 4)
  call(k, task, 'unlinkat', AT_FDCWD, '/tmp/x', 0)
  expect(link(k, task, `/proc/1/fd/${fd}`)).toBe('/tmp/x (deleted)')
  expect(read(k, task, `/dev/fd/${fd}`)).toBe('text')
  call(k, task, 'write', 2, 'through', 7)
  expect(read(k, task, '/proc/self/fd/1')).toBe('through')
  call(k, task, 'chdir', '/proc/self/fd')
  expect(link(k, task, '../cwd')).toBe('/proc/1/fd')
  expect(read(k, task, `/proc/self/fdinfo/${fd}`)).toMatch(/^pos:\t4\nflags:\t0100002\nmnt_id:\t1\n/)
})

test('names are those of live processes, and end with them', () => {
  const { k, task } = fileKernel()
  const other = fileTask(k)
  const dir = call(k, task, 'openat', AT_FDCWD, '/proc/2', O_RDONLY | O_DIRECTORY, 0) as number
  const stat = call(k, task, 'openat', dir, 'stat', O_RDONLY, 0) as number
  expect(call(k, task, 'read', stat, BUFFER, 5)).toBe(5)
  strikeOff(k, other)
  k.state.groups.delete(other.group.id)
  expect(outcome(k, task, 'lseek', stat, 0, 0)).toBe(0)
  expect(outcome(k, task, 'read', stat, BUFFER, 5)).toBe('ESRCH')
  expect(outcome(k, task, 'openat', dir, 'stat', O_RDONLY, 0)).toBe('ENOENT')
  expect(outcome(k, task, 'openat', AT_FDCWD, '/proc/02', O_RDONLY, 0)).toBe('ENOENT')
  expect(outcome(k, task, 'openat', AT_FDCWD, '/proc/self/fd/77', O_RDONLY, 0)).toBe('ENOENT')
})

test('what is inside a program is for those who could debug it', () => {
  const { k, task } = fileKernel()
  const user = fileTask(k)
  const id = { uid: 1000, euid: 1000, suid: 1000, fsuid: 1000, gid: 1000, egid: 1000, sgid: 1000, fsgid: 1000, capEffective: 0 }
  user.credentials = { ...user.credentials, ...id }
  const open = (who: Task, path: string) => outcome(k, who, 'openat', AT_FDCWD, path, O_RDONLY, 0)
  expect(open(user, '/proc/1/status')).toBe(0)
  expect(open(user, '/proc/1/maps')).toBe('EACCES')
  expect(open(user, '/proc/1/environ')).toBe('EACCES')
  expect(open(user, '/proc/1/fd')).toBe('EACCES')
  expect(open(user, '/proc/self/maps')).toBe(1)
  expect(open(task, '/proc/2/environ')).toBe(0)
  expect(outcome(k, user, 'readlinkat', AT_FDCWD, '/proc/1/cwd', BUFFER, 100)).toBe('EACCES')
})

test('settings can be written, within bounds; nothing can be made or removed', () => {
  const { k, task } = fileKernel()
  const write = (path: string, text: string) => {
    const fd = outcome(k, task, 'openat', AT_FDCWD, path, O_WRONLY, 0)
    return typeof fd === 'number' ? outcome(k, task, 'write', fd, text, text.length) : fd
  }
  expect(write('/proc/sys/kernel/pid_max', '400\n')).toBe(4)
  expect(read(k, task, '/proc/sys/kernel/pid_max')).toBe('400\n')
  expect(write('/proc/sys/kernel/pid_max', '5')).toBe('EINVAL')
  expect(write('/proc/sys/kernel/hostname', 'box\n')).toBe(4)
  expect(k.state.ns.uts.hostname).toBe('box')
  expect(write('/proc/self/comm', 'a name that is too long')).toBe(23)
  expect(task.comm).toBe('a name that is ')
  expect(outcome(k, task, 'openat', AT_FDCWD, '/proc/x', O_CREAT | O_WRONLY, 0o644)).toBe('ENOENT')
  expect(outcome(k, task, 'unlinkat', AT_FDCWD, '/proc/stat', 0)).toBe('EPERM')
})

test('meminfo and status tell of huge pages', () => {
  const { k, task } = fileKernel()
  const mm = task.mm
  if (mm === null) throw new Error('the task has no memory')
  k.state.thp = 'always'
  for (const [start, hugetlb] of [
    [0x4000_0000, true],
    [0x5000_0000, false],
  ] as const) {
    mapRegion(k, mm, { start, length: HUGE_PAGE, prot: READ_WRITE, hugetlb })
    putU32(k, task, start, 1)
  }
  const text = read(k, task, '/proc/meminfo')
  expect(text.slice(text.indexOf('AnonHugePages'))).toBe(
    `AnonHugePages:      2048 kB
ShmemHugePages:        0 kB
ShmemPmdMapped:        0 kB
HugePages_Total:       1
HugePages_Free:        0
HugePages_Rsvd:        0
HugePages_Surp:        1
Hugepagesize:       2048 kB
Hugetlb:            2048 kB
`,
  )
  expect(read(k, task, '/proc/self/status')).toMatch(/HugetlbPages:\t +2048 kB\n[^]*THP_enabled:\t1\n/)
})

test('syscall: of who asks, the call that asks, and where it returns to', () => {
  const path = new TextEncoder().encode('/proc/self/syscall')
  const { output } = runToEnd(`
    li s1, ${DATA}
    ${[...path].map((byte, i) => `li t0, ${byte}\nsb t0, ${i}(s1)`).join('\n')}
    li a0, ${AT_FDCWD}
    mv a1, s1
    li a2, ${O_RDONLY}
    sys 56
    mv a1, s1
    li a2, 200
    sys 63
    auipc s2, 0
    mv a2, a0
    li a0, 1
    sys 64
    sd s2, 0(s1)
    li a0, 1
    li a2, 8
    sys 64
    sys 94`)
  const [, text, rest] = /^(.*)\n([^]*)$/.exec(output()) ?? []
  const returns = [...rest.slice(0, 3)].reduceRight((sum, byte) => sum * 256 + byte.charCodeAt(0), 0)
  expect(text).toMatch(/^63 0x3 0x40000 0xc8( 0x[0-9a-f]+){5}$/)
  expect(text.endsWith(` 0x${returns.toString(16)}`)).toBe(true)
})

test('meminfo adds up', () => {
  const { k, task } = fileKernel()
  const rows = Object.fromEntries(
    read(k, task, '/proc/meminfo')
      .trimEnd()
      .split('\n')
      .map(line => [line.split(':')[0], parseInt(line.split(':')[1], 10)]),
  )
  expect(rows['MemTotal']).toBe(16384)
  // Besides these only the page of zeroes is in use.
  expect(rows['MemFree'] + rows['Cached'] + rows['AnonPages'] + rows['PageTables'] + rows['Slab']).toBe(16384 - 4)
})
