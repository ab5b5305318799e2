// Lists of what the machine has, line by line in Linux's shapes.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR } from '../abi/index.ts'
import { newHartState } from '../sched/index.ts'
import { freeFrames } from '../mm/index.ts'
import { setRecordLock } from '../vfs/index.ts'
import { buffer, BUFFER, call, fileKernel } from '../vfs/testing.ts'

function machine() {
  const { k, task } = fileKernel()
  const read = (name: string): string => {
    const fd = call(k, task, 'openat', AT_FDCWD, `/proc/${name}`, O_RDONLY, 0) as number
    const text = buffer(k, task, call(k, task, 'read', fd, BUFFER, 60_000) as number)
    call(k, task, 'close', fd)
    return text
  }
  return { k, task, read }
}

test('interrupts by hart', () => {
  const { k, read } = machine()
  k.state.harts.push({ ...newHartState(1), rescheduleCalls: 7 })
  k.state.harts[0].timerInterrupts = 42
  expect(read('interrupts')).toBe(
    '           CPU0       CPU1 \n' +
      ' 10:         42          0  RISC-V INTC   5 Edge      riscv-timer\n' +
      'IPI0:          0          7  Rescheduling interrupts\n' +
      'IPI1:          0          0  Function call interrupts\n',
  )
})

test('devices, and lists that are empty', () => {
  const { read } = machine()
  expect(read('devices')).toMatch(/^Character devices:\n( {0,2}\d+ \S+\n)+\nBlock devices:\n$/)
  expect(['partitions', 'diskstats', 'modules', 'locks'].map(read)).toEqual(['', '', '', ''])
  expect(read('kallsyms')).toMatch(/^(0{16} T \w+\n)+$/)
})

test('free memory by size is all of it', () => {
  const { k, read } = machine()
  // The first read brings the page that it is read into.
  read('buddyinfo')
  const counts = /^Node 0, zone +DMA32 ((?: *\d+ ){11})\n$/.exec(read('buddyinfo'))![1].trim().split(/ +/).map(Number)
  expect(counts.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(freeFrames(k.state.frames))
  expect(read('zoneinfo')).toContain(`  pages free     ${freeFrames(k.state.frames)}\n`)
})

test('objects of the kernel by kind, as many as there are', () => {
  const { k, task, read } = machine()
  const row = (name: string) =>
    new RegExp(`^${name} +(\\d+) +(\\d+) +(\\d+) +(\\d+) +(\\d+) : tunables .* : slabdata +(\\d+) +\\1?\\d+ +0$`, 'm')
      .exec(read('slabinfo'))!
      .slice(1, 7)
      .map(Number)
  expect(read('slabinfo')).toMatch(/^slabinfo - version: 2\.1\n# name {12}<active_objs>/)
  const before = row('file_lock_cache')[0]
  for (let fd = 0; fd < 3; fd++)
    call(k, task, 'flock', call(k, task, 'openat', AT_FDCWD, `/tmp/${fd}`, O_RDWR | O_CREAT, 0o644) as number, 2)
  expect(row('file_lock_cache')[0] - before).toBe(3)
  const [active, all, size, each, pages, slabs] = row('task_struct')
  expect([active, size]).toEqual([k.state.tasks.size, 6144])
  expect([all, each]).toEqual([slabs * each, Math.floor((pages * 4096) / size)])
})

test('leases among the locks', () => {
  const { k, task, read } = machine()
  call(k, task, 'openat', AT_FDCWD, '/tmp/x', O_RDWR | O_CREAT, 0o644)
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/x', O_RDONLY, 0) as number
  call(k, task, 'close', 0)
  expect(call(k, task, 'fcntl', fd, 1024, 0)).toBe(0)
  expect(read('locks')).toMatch(/^1: LEASE {2}ACTIVE {4}READ 1 [0-9a-f]{2}:[0-9a-f]{2}:\d+ 0 EOF\n$/)
})

test('locks of files', () => {
  const { k, task, read } = machine()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/x', O_RDWR | O_CREAT, 0o644) as number
  call(k, task, 'flock', fd, 2)
  const { inode } = task.files!.files[fd]!
  const range = { owner: task.files!, start: 5, end: 15 }
  setRecordLock(k, inode, range, { ...range, pid: task.pid, write: false })
  const lines = read('locks').trimEnd().split('\n')
  expect(lines[0]).toMatch(/^1: POSIX {2}ADVISORY {2}READ 1 [0-9a-f]{2}:[0-9a-f]{2}:\d+ 5 14$/)
  expect(lines[1]).toMatch(/^2: FLOCK {2}ADVISORY {2}WRITE 1 [0-9a-f]{2}:[0-9a-f]{2}:\d+ 0 EOF$/)
})
