// MSG_OOB on AF_UNIX streams: the mark that reads stop at, what is lost there, SIOCATMARK, SIGURG. Values are Linux's.
import { beforeEach, expect, test } from 'vitest'
import { FIONREAD, MSG_DONTWAIT, MSG_OOB, MSG_PEEK, O_NONBLOCK, SIGURG, SO, SOCKET_IOCTLS, SOL_SOCKET } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { getU32, putU32 } from '../mm/index.ts'
import { hasSignal } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, buffer, call, fileKernel, outcome } from '../vfs/testing.ts'

const VALUE = BUFFER + 0x20000
const SOCK_STREAM = 1
const F_SETOWN = 8

let k: Kernel
let task: Task
beforeEach(() => {
  ;({ k, task } = fileKernel())
  call(k, task, 'socketpair', 1, SOCK_STREAM | O_NONBLOCK, 0, VALUE)
})
const send = (text: string, flags = 0) => outcome(k, task, 'sendto', 0, text, text.length, flags, 0, 0)
const read = (flags = 0, count = 9): string => {
  const result = outcome(k, task, 'recvfrom', 1, BUFFER, count, flags | MSG_DONTWAIT, 0, 0)
  return typeof result === 'number' ? buffer(k, task, result) : result
}
function ask(request: number): number {
  expect(outcome(k, task, 'ioctl', 1, request, VALUE)).toBe(0)
  return getU32(k, task, VALUE)
}
const atMark = () => ask(SOCKET_IOCTLS.SIOCATMARK)

test('an urgent byte is read out of its turn, and leaves a mark', () => {
  expect([read(MSG_OOB), send('', MSG_OOB), send('abX', MSG_OOB)]).toEqual(['EINVAL', 'EOPNOTSUPP', 3])
  expect([ask(FIONREAD), read(MSG_OOB | MSG_PEEK), read(MSG_OOB), read(MSG_OOB), ask(FIONREAD)]).toEqual([3, 'X', 'X', 'EINVAL', 2])
  send('cd')
  expect([atMark(), read(), atMark(), read(), read()]).toEqual([0, 'ab', 1, 'cd', 'EAGAIN'])
})

test('who does not ask for it loses it at the mark, unless a later one took its place', () => {
  send('abX', MSG_OOB)
  send('cd')
  expect([read(), atMark(), read(), atMark()]).toEqual(['ab', 1, 'cd', 0])
  send('abX', MSG_OOB)
  send('cdY', MSG_OOB)
  expect([read(MSG_PEEK), read(0), read(MSG_OOB), read(), send('e'), read()]).toEqual(['abXcd', 'abXcd', 'Y', 'EAGAIN', 1, 'e'])
})

test('in its turn with SO_OOBINLINE', () => {
  putU32(k, task, VALUE, 1)
  call(k, task, 'setsockopt', 1, SOL_SOCKET, SO.SO_OOBINLINE, VALUE, 4)
  send('abX', MSG_OOB)
  send('cd')
  expect([read(MSG_OOB), read(), atMark(), read(), read()]).toEqual(['EINVAL', 'ab', 1, 'Xcd', 'EAGAIN'])
})

test('tells the owner', () => {
  call(k, task, 'fcntl', 1, F_SETOWN, task.group.tgid)
  send('a')
  expect(hasSignal(task.group.pending.set, SIGURG)).toBe(false)
  send('X', MSG_OOB)
  // Ignored, it is not kept: so it is blocked first.
  task.blocked = 1n << BigInt(SIGURG - 1)
  send('Y', MSG_OOB)
  expect(hasSignal(task.group.pending.set, SIGURG)).toBe(true)
})

test('a mark alone is nothing unread: closing is no reset', () => {
  send('X', MSG_OOB)
  read(MSG_OOB)
  call(k, task, 'close', 1)
  expect(outcome(k, task, 'recvfrom', 0, BUFFER, 9, 0, 0, 0)).toBe(0)
})
