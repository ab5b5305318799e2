// Asynchronous I/O: results come as events, contexts belong to an address space and are bounded. Refusals: test/oracle.
import { beforeEach, expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_RDWR } from '../abi/index.ts'
import { aioCount, getU64, putBig, putU64 } from '../mm/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { BUFFER, buffer, fileKernel, outcome } from '../vfs/testing.ts'

const [CONTEXT, LIST, IOCBS, EVENTS] = [BUFFER + 0x100, BUFFER + 0x200, BUFFER + 0x400, BUFFER + 0x800]
const [PREAD, PWRITE, FSYNC] = [0, 1, 2]
let k: Kernel
let task: Task
const run = (name: string, ...args: number[]) => outcome(k, task, name, ...args)
const context = () => getU64(k, task, CONTEXT)
beforeEach(() => {
  ;({ k, task } = fileKernel())
  outcome(k, task, 'openat', AT_FDCWD, '/tmp/f', O_RDWR | O_CREAT, 0o600)
  putBig(k, task, CONTEXT, 0n)
})

/** Operations on descriptor 0, in a list. */
function submit(...operations: [opcode: number, buffer: number, bytes: number, offset: number][]) {
  operations.forEach(([opcode, at, bytes, offset], i) => {
    const iocb = IOCBS + 64 * i
    ;[100 + i, 0, opcode, at, bytes, offset, 0, 0].forEach((word, j) => putU64(k, task, iocb + 8 * j, word))
    putU64(k, task, LIST + 8 * i, iocb)
  })
  return run('io_submit', context(), operations.length, LIST)
}
function events(least: number, most = 9) {
  const got = run('io_getevents', context(), least, most, EVENTS, 0)
  if (typeof got === 'string') return got
  return Array.from({ length: got }, (_, i) => [getU64(k, task, EVENTS + 32 * i), getU64(k, task, EVENTS + 32 * i + 16) | 0])
}

test('operations are done when they are submitted; a wrong one ends that', () => {
  expect(run('io_setup', 4, CONTEXT)).toBe(0)
  putU64(k, task, BUFFER, 0x6f_6c_6c_65_68)
  expect(submit([PWRITE, BUFFER, 5, 2], [PREAD, BUFFER + 16, 50, 3], [FSYNC, 0, 0, 0], [99, 0, 0, 0])).toBe(3)
  expect([buffer(k, task, 4, 16), events(1, 2), events(0), events(0)]).toEqual([
    'ello',
    [
      [100, 5],
      [101, 4],
    ],
    [[102, 0]],
    [],
  ])
  expect(events(1)).toBe('blocked')
})

test('contexts are counted, and gone with what they were made for', () => {
  k.state.sysctl.aioMaxNr = 10
  expect([run('io_setup', 8, CONTEXT), aioCount(k), run('io_setup', 8, CONTEXT)]).toEqual([0, 8, 'EINVAL'])
  const first = context()
  putBig(k, task, CONTEXT, 0n)
  expect([run('io_setup', 3, CONTEXT), run('io_destroy', first), aioCount(k), run('io_destroy', first)]).toEqual(['EAGAIN', 0, 0, 'EINVAL'])
  expect([run('io_setup', 0, CONTEXT), run('io_submit', first, 1, LIST), run('io_setup', 0x7fff_ffff, CONTEXT)]).toEqual(
    Array(3).fill('EINVAL'),
  )
})
