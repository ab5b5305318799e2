// Files of /proc/PID that are memory, or are written: what they hold, to whom, and what they refuse.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_DIRECTORY, O_RDONLY, O_RDWR, O_WRONLY, POLLIN, POLLPRI, PROT_READ } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { mapRegion, putU32, releaseMm } from '../mm/index.ts'
import { expectSound, fileOf, READ_WRITE, space } from '../mm/testing.ts'
import type { Task } from '../state.ts'
import { addChild, mountAt, newDentry } from '../vfs/index.ts'
import { opsOf } from '../vfs/ops.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'

const open = (k: Kernel, task: Task, path: string, flags: number = O_RDONLY): number | string =>
  outcome(k, task, 'openat', AT_FDCWD, path, flags, 0)

function read(k: Kernel, task: Task, path: string, max = 100_000): string {
  const fd = open(k, task, path)
  if (typeof fd !== 'number') return fd
  const count = outcome(k, task, 'read', fd, BUFFER, max)
  call(k, task, 'close', fd)
  return typeof count === 'number' ? buffer(k, task, count) : count
}

function write(k: Kernel, task: Task, path: string, text: string): number | string {
  const fd = open(k, task, path, O_WRONLY)
  if (typeof fd !== 'number') return fd
  const count = outcome(k, task, 'write', fd, text, text.length)
  call(k, task, 'close', fd)
  return count
}

/** Another user, who may not look into root's processes. */
function stranger(k: Kernel): Task {
  const task = fileTask(k)
  const ids = { uid: 1000, euid: 1000, suid: 1000, fsuid: 1000, gid: 1000, egid: 1000, sgid: 1000, fsgid: 1000 }
  task.credentials = { ...task.credentials, ...ids, capEffective: 0 }
  return task
}

const THERE = 0x4000_0000
const CODE = 0x5000_0000

/** A second process with a page of its own and one of a file that may only be read. */
function target(k: Kernel): Task {
  const other = fileTask(k)
  mapRegion(k, space(other), { start: THERE, length: 8192, prot: READ_WRITE })
  putU32(k, other, THERE, 0x64636261)
  const inode = fileOf(
    k,
    Uint8Array.from('machine code', c => c.charCodeAt(0)),
  )
  const dentry = addChild(k.state.ns.mnt.root.root, 'code', inode)
  mapRegion(k, space(other), { start: CODE, length: 4096, prot: PROT_READ, inode, path: { mount: k.state.ns.mnt.root, dentry } })
  return other
}

test('mem is the memory of another process, also where it may not be written; nothing is between mappings', () => {
  const { k, task } = fileKernel()
  const other = target(k)
  const fd = call(k, task, 'openat', AT_FDCWD, `/proc/${other.pid}/mem`, O_RDWR, 0) as number
  expect(call(k, task, 'pread64', fd, BUFFER, 4, THERE)).toBe(4)
  expect(buffer(k, task, 4)).toBe('abcd')
  expect(call(k, task, 'pread64', fd, BUFFER, 7, CODE)).toBe(7)
  expect(buffer(k, task, 7)).toBe('machine')
  expect(call(k, task, 'pwrite64', fd, 'M', 1, CODE)).toBe(1)
  expect(call(k, task, 'pread64', fd, BUFFER, 7, CODE)).toBe(7)
  expect(buffer(k, task, 7)).toBe('Machine')
  // The file keeps what it had: the process got a page of its own.
  expect(read(k, task, '/code')).toBe('machine code')
  // Up to where the mapping ends.
  expect(call(k, task, 'pread64', fd, BUFFER, 100, THERE + 8192 - 10)).toBe(10)
  expect(outcome(k, task, 'pread64', fd, BUFFER, 1, 0)).toBe('EIO')
  expect(outcome(k, task, 'pwrite64', fd, 'x', 1, THERE + 8192)).toBe('EIO')
  expect(call(k, task, 'lseek', fd, THERE + 1, 0)).toBe(THERE + 1)
  expect(call(k, task, 'read', fd, BUFFER, 2)).toBe(2)
  expect(buffer(k, task, 2)).toBe('bc')
  // Whose memory it is was settled when it was opened.
  releaseMm(k, space(other))
  other.mm = null
  expect(call(k, task, 'pread64', fd, BUFFER, 4, THERE)).toBe(0)
  expectSound(k)
})

test('mem, pagemap and the like are for those who could debug the process', () => {
  const { k } = fileKernel()
  const user = stranger(k)
  for (const name of ['mem', 'pagemap', 'stack', 'numa_maps', 'smaps', 'auxv']) expect(open(k, user, `/proc/1/${name}`)).toBe('EACCES')
  expect(open(k, user, '/proc/1/map_files', O_DIRECTORY)).toBe('EACCES')
  expect(open(k, user, '/proc/self/mem', O_RDWR)).toBe(0)
  expect(read(k, user, '/proc/self/stack')).toBe('EACCES')
})

test('pagemap: eight bytes a page, frame numbers only for those who may see them', () => {
  const { k, task } = fileKernel()
  const other = target(k)
  const entries = (who: Task): [number, number][] => {
    const fd = call(k, who, 'openat', AT_FDCWD, `/proc/${other.pid}/pagemap`, O_RDONLY, 0) as number
    expect(call(k, who, 'pread64', fd, BUFFER, 16, (THERE / 4096) * 8)).toBe(16)
    const bytes = Uint8Array.from(buffer(k, who, 16), c => c.charCodeAt(0))
    const view = new DataView(bytes.buffer)
    expect(outcome(k, who, 'pread64', fd, BUFFER, 12, 0)).toBe('EINVAL')
    expect(outcome(k, who, 'pread64', fd, BUFFER, 8, 4)).toBe('EINVAL')
    return [0, 8].map(at => [view.getUint32(at + 4, true), view.getUint32(at, true)])
  }
  const [[flags, frame], absent] = entries(task)
  // Present, and nobody else's.
  expect(flags).toBe(0x8100_0000)
  expect(frame).toBeGreaterThanOrEqual(0x8_0000)
  expect(absent).toEqual([0, 0])
  other.credentials = { ...other.credentials, capPermitted: 0 }
  const same = fileTask(k)
  same.credentials = { ...same.credentials, capEffective: 0 }
  expect(entries(same)[0]).toEqual([0x8100_0000, 0])
})

test('clear_refs resets the peak, and refuses marks that are not kept', () => {
  const { k, task } = fileKernel()
  space(task).peakPages = 1000
  for (const kept of ['1', '4', '0', '6', 'x']) expect(write(k, task, '/proc/self/clear_refs', kept)).toBe('EINVAL')
  expect(write(k, task, '/proc/self/clear_refs', '5\n')).toBe(2)
  expect(space(task).peakPages).toBe(space(task).anonPages)
  expect(open(k, task, '/proc/self/clear_refs', O_RDONLY)).toBeTypeOf('number')
})

test('map_files leads to what is mapped, for who may restore processes', () => {
  const { k, task } = fileKernel()
  const other = target(k)
  const link = `/proc/${other.pid}/map_files/50000000-50001000`
  const count = call(k, task, 'readlinkat', AT_FDCWD, link, BUFFER, 100) as number
  expect(buffer(k, task, count)).toBe('/code')
  expect(read(k, task, link)).toBe('machine code')
  expect(open(k, task, `/proc/${other.pid}/map_files/50000000-50002000`)).toBe('ENOENT')
  expect(open(k, task, `/proc/${other.pid}/map_files/40000000-40002000`)).toBe('ENOENT')
  // Who has fewer capabilities could not trace it; else it is a matter of restoring processes.
  task.credentials = { ...task.credentials, capEffective: 0 }
  expect(open(k, task, link)).toBe('EACCES')
  other.credentials = { ...other.credentials, capPermitted: 0 }
  expect(open(k, task, link)).toBe('EPERM')
})

test('maps of ten thousand regions come in pieces, each line once', () => {
  const { k, task } = fileKernel()
  const mm = space(task)
  for (let i = 0; i < 10_000; i++) mapRegion(k, mm, { start: THERE + i * 8192, length: 4096, prot: READ_WRITE })
  const fd = call(k, task, 'openat', AT_FDCWD, '/proc/self/maps', O_RDONLY, 0) as number
  let text = ''
  for (;;) {
    const count = call(k, task, 'read', fd, BUFFER, 7777) as number
    if (count === 0) break
    text += buffer(k, task, count)
    const { data } = task.files!.files[fd]!
    // What was read is not kept.
    if (data?.kind === 'proc') expect(data.text!.length).toBeLessThan(80_000)
  }
  const starts = text.split('\n').filter(line => line.endsWith(' 00000000 00:00 0 '))
  expect(starts.filter(line => line.startsWith('4') || line.startsWith('5')).length).toBeGreaterThan(9_999)
  expect(new Set(starts).size).toBe(starts.length)
  // Back to the middle, which is no longer kept.
  expect(call(k, task, 'pread64', fd, BUFFER, 50, 5000)).toBe(50)
  expect(buffer(k, task, 50)).toBe(text.slice(5000, 5050))
})

test('oom_score_adj moves the score; below what was set by right only with the capability', () => {
  const { k, task } = fileKernel()
  const user = stranger(k)
  const adj = '/proc/self/oom_score_adj'
  expect(read(k, user, adj)).toBe('0\n')
  expect(write(k, user, adj, '500\n')).toBe(4)
  expect(Number(read(k, user, '/proc/self/oom_score'))).toBeGreaterThan(950)
  expect(read(k, user, '/proc/self/oom_adj')).toBe('8\n')
  expect(write(k, user, adj, '0')).toBe(1)
  expect(write(k, user, adj, '-1')).toBe('EACCES')
  expect(write(k, user, adj, '1001')).toBe('EINVAL')
  expect(write(k, user, adj, 'ten')).toBe('EINVAL')
  expect(write(k, task, `/proc/${user.pid}/oom_score_adj`, '-1000')).toBe(5)
  expect(read(k, task, `/proc/${user.pid}/oom_score`)).toBe('0\n')
  expect(write(k, user, adj, '-900')).toBe(4)
  expect(write(k, task, '/proc/self/oom_adj', '-17')).toBe(3)
  expect(read(k, task, adj)).toBe('-1000\n')
})

test('fail-nth: one request for memory is refused, of that task, and of no other', () => {
  const { k, task } = fileKernel()
  const file = '/proc/self/fail-nth'
  expect([read(k, task, file), write(k, task, file, 'x'), write(k, task, file, '0')]).toEqual(['0\n', 'EINVAL', 1])
  const fd = open(k, task, file, O_RDWR) as number
  const left = (): string => buffer(k, task, outcome(k, task, 'pread64', fd, BUFFER, 10, 0) as number)
  expect([outcome(k, task, 'pwrite64', fd, '1', 1, 0), left()]).toEqual([1, '1\n'])
  k.state.harts[0].current = fileTask(k)
  expect([outcome(k, task, 'eventfd2', 0, 0), left()]).toEqual([1, '1\n'])
  k.state.harts[0].current = task
  expect([outcome(k, task, 'eventfd2', 0, 0), left(), outcome(k, task, 'eventfd2', 0, 0)]).toEqual(['ENFILE', '0\n', 2])
})

test('coredump_filter is kept, in hex', () => {
  const { k, task } = fileKernel()
  expect(read(k, task, '/proc/self/coredump_filter')).toBe('00000033\n')
  expect(write(k, task, '/proc/self/coredump_filter', '0x7f\n')).toBe(5)
  expect(read(k, task, '/proc/self/coredump_filter')).toBe('0000007f\n')
  expect(write(k, task, '/proc/self/coredump_filter', 'f')).toBe('EINVAL')
})

test('timerslack_ns is kept; 0 is the usual one; of another only with the capability', () => {
  const { k, task } = fileKernel()
  const file = `/proc/${task.pid}/timerslack_ns`
  expect(write(k, task, file, '777')).toBe(3)
  expect(read(k, task, file)).toBe('777\n')
  expect(write(k, task, file, '0')).toBe(1)
  expect(read(k, task, file)).toBe('50000\n')
  expect(write(k, stranger(k), file, '5')).toBe('EPERM')
})

test('small files, as Linux prints them', () => {
  const { k, task } = fileKernel()
  Object.assign(task.sched, { sumExec: 1000, runDelay: 20, turns: 3 })
  expect(read(k, task, '/proc/self/schedstat')).toBe('1000 20 3\n')
  expect(read(k, task, '/proc/self/projid_map')).toBe('         0          0 4294967295\n')
  expect(read(k, task, '/proc/self/attr/current')).toBe('EINVAL')
  expect(read(k, task, '/proc/self/mountstats')).toMatch(
    /^device rootfs mounted on \/ with fstype tmpfs\ndevice proc mounted on \/proc with fstype proc\n/,
  )
  expect(read(k, task, '/proc/net/dev').split('\n').length).toBe(4)
  task.group.posixTimers = new Map([
    [0, { id: 0, clock: 1, signal: 10, tid: 0, value: 255n, expires: 0, interval: 0, timer: 0, overrun: 0 }],
  ] as never)
  expect(read(k, task, '/proc/self/timers')).toBe('ID: 0\nsignal: 10/00000000000000ff\nnotify: signal/pid.1\nClockID: 1\n')
  for (const line of read(k, task, '/proc/self/numa_maps').trimEnd().split('\n'))
    expect(line).toMatch(
      /^[0-9a-f]{8,} default( file=\S+)?( heap| stack)?( anon=\d+ dirty=\d+)?( mapped=\d+)?( N0=\d+ kernelpagesize_kB=4)?$/,
    )
  expect(read(k, task, '/proc/self/task/1/children')).toBe('')
  expect(open(k, task, '/proc/self/children')).toBe('ENOENT')
  expect(open(k, task, '/proc/self/task/1/mountstats')).toBe('ENOENT')
})

test('a poll of /proc/mounts tells of a new mount, until it is read', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/proc/mounts', O_RDONLY, 0) as number
  const file = task.files!.files[fd]!
  const now = (): number => opsOf(k, file).poll!(k, file, null, task)
  expect(now() & (POLLIN | POLLPRI)).toBe(POLLIN)
  const { root } = k.state.ns.mnt
  mountAt(k, { mount: root, dentry: root.root.children!.get('tmp')! }, newDentry('', null, root.root.inode), false)
  expect(now() & (POLLIN | POLLPRI)).toBe(POLLIN | POLLPRI)
  call(k, task, 'read', fd, BUFFER, 4096)
  expect(now() & POLLPRI).toBe(0)
})
