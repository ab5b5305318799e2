// Lists of what the machine has, line by line in Linux's shapes.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDONLY, O_RDWR } from '../../abi/index.ts'
import { newHartState } from '../../sched/index.ts'
import { setRecordLock } from '../../vfs/index.ts'
import { buffer, BUFFER, call, fileKernel } from '../../vfs/testing.ts'

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
  expect(counts.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(k.state.frames.freeCount)
})

test('locks of files', () => {
  const { k, task, read } = machine()
  const fd = call(k, task, 'openat', AT_FDCWD, '/tmp/x', O_RDWR | O_CREAT, 0o644) as number
  call(k, task, 'flock', fd, 2)
  const { inode } = task.files!.files[fd]!
  const range = { owner: task.files!, start: 5, end: 15 }
  setRecordLock(k, inode, range, { ...range, pid: task.pid, write: false })
  const lines = read('locks').trimEnd().split('\n')
  expect(lines[0]).toMatch(/^1: POSIX {2}ADVISORY {2}READ {2}1 [0-9a-f]{2}:[0-9a-f]{2}:\d+ 5 14$/)
  expect(lines[1]).toMatch(/^2: FLOCK {2}ADVISORY {2}WRITE 0 [0-9a-f]{2}:[0-9a-f]{2}:\d+ 0 EOF$/)
})
