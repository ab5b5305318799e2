// Where writes land and what they do to the position: by descriptor's flags and by call (open(2), pwrite(2), its BUGS section for O_APPEND).
import { expect, test } from 'vitest'
import { AT_FDCWD, O_APPEND, O_CREAT, O_RDWR, O_TRUNC } from '../abi/index.ts'
import { copyOut, putU64 } from '../mm/index.ts'
import { buffer, BUFFER, call, fileKernel, outcome } from './testing.ts'

const TEXT = BUFFER
const VECTOR = BUFFER + 0x1000
const BACK = 0x2000

/** A file of ten dots; a write of "ab" by the call, at offset 3 where it has one. Answers content, result and position. */
function write(name: string, flags: number, ...rest: number[]): [string, number | string, number | string] {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR | O_TRUNC, 0o644) as number
  copyOut(k, task, TEXT, new TextEncoder().encode('..........'))
  call(k, task, 'write', fd, TEXT, 10)
  const target = call(k, task, 'openat', AT_FDCWD, '/f', O_RDWR | flags, 0) as number
  call(k, task, 'lseek', target, 5, 0)
  copyOut(k, task, TEXT, new TextEncoder().encode('ab'))
  const vector = name.includes('v')
  if (vector) for (const [i, value] of [TEXT, 1, TEXT + 1, 1].entries()) putU64(k, task, VECTOR + 8 * i, value)
  const result = vector ? outcome(k, task, name, target, VECTOR, 2, ...rest) : outcome(k, task, name, target, TEXT, 2, ...rest)
  const position = outcome(k, task, 'lseek', target, 0, 1)
  const length = call(k, task, 'pread64', fd, BUFFER + BACK, 100, 0) as number
  return [buffer(k, task, length, BACK), result, position]
}

const [NO_APPEND, APPEND] = [0, O_APPEND]
const [RWF_APPEND, RWF_NOAPPEND] = [0x10, 0x20]
const APPENDED = '..........ab'
const AT_3 = '...ab.....'
const AT_5 = '.....ab...'

test.each<[string, number, number[], string, number]>([
  ['write', NO_APPEND, [], AT_5, 7],
  ['writev', NO_APPEND, [], AT_5, 7],
  ['pwrite64', NO_APPEND, [3], AT_3, 5],
  ['pwritev', NO_APPEND, [3, 0], AT_3, 5],
  ['pwritev2', NO_APPEND, [3, 0, 0], AT_3, 5],
  ['pwritev2', NO_APPEND, [-1, 0, 0], AT_5, 7],
  ['pwritev2', NO_APPEND, [3, 0, RWF_APPEND], APPENDED, 5],
  ['pwritev2', NO_APPEND, [-1, 0, RWF_APPEND], APPENDED, 12],
  ['write', APPEND, [], APPENDED, 12],
  ['writev', APPEND, [], APPENDED, 12],
  ['pwrite64', APPEND, [3], APPENDED, 5],
  ['pwritev', APPEND, [3, 0], APPENDED, 5],
  ['pwritev2', APPEND, [3, 0, 0], APPENDED, 5],
  ['pwritev2', APPEND, [3, 0, RWF_NOAPPEND], AT_3, 5],
])('%s, descriptor flags %i, arguments %j', (name, flags, rest, content, position) => {
  expect(write(name, flags, ...rest)).toEqual([content, 2, position])
})

test('reads at an offset leave the position; those without move it; beyond the end is nothing', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR, 0o644) as number
  copyOut(k, task, TEXT, new TextEncoder().encode('0123456789'))
  call(k, task, 'write', fd, TEXT, 10)
  call(k, task, 'lseek', fd, 2, 0)
  const read = (name: string, ...rest: number[]): [number | string, string, number | string] => {
    const count = outcome(k, task, name, fd, BUFFER + BACK, 4, ...rest)
    return [count, buffer(k, task, Number(count), BACK), outcome(k, task, 'lseek', fd, 0, 1)]
  }
  expect([read('pread64', 5), read('read'), read('pread64', 8), read('read'), read('read'), read('pread64', 10)]).toEqual([
    [4, '5678', 2],
    [4, '2345', 6],
    [2, '89', 6],
    [4, '6789', 10],
    [0, '', 10],
    [0, '', 10],
  ])
  expect(outcome(k, task, 'pread64', fd, BUFFER, 1, -1)).toBe('EINVAL')
  expect(outcome(k, task, 'pwrite64', fd, BUFFER, 1, -1)).toBe('EINVAL')
})

test('truncation: what was cut off is zeroes when the file grows again, to the byte', () => {
  const { k, task } = fileKernel()
  const fd = call(k, task, 'openat', AT_FDCWD, '/f', O_CREAT | O_RDWR, 0o644) as number
  copyOut(k, task, TEXT, new Uint8Array(8200).fill(0x78))
  call(k, task, 'write', fd, TEXT, 8200)
  const at = (offset: number, count = 4) => {
    const got = call(k, task, 'pread64', fd, BUFFER + 0x4000, count, offset) as number
    return buffer(k, task, got, 0x4000)
  }
  for (const size of [8194, 4097, 4096, 5]) {
    call(k, task, 'ftruncate', fd, size)
    expect([size, at(size - 2)]).toEqual([size, 'xx'])
    call(k, task, 'ftruncate', fd, 8200)
    expect([size, at(size - 2)]).toEqual([size, 'xx\0\0'])
  }
})
