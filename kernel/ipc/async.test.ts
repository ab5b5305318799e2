// F_SETOWN, F_SETSIG and O_ASYNC: who is told of what happens to a pipe, and with which words.
import { expect, test } from 'vitest'
import {
  F_GETOWN,
  F_GETOWN_EX,
  F_GETSIG,
  F_OWNER_EX,
  F_OWNER_PGRP,
  F_SETFL,
  F_SETOWN,
  F_SETSIG,
  O_ASYNC,
  POLL_IN,
  SIGIO,
  readStruct,
} from '../abi/index.ts'
import { copyIn } from '../mm/index.ts'
import type { SigInfo } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { BUFFER, call, fileKernel, outcome } from '../vfs/testing.ts'
import { sendAsync } from './index.ts'

const SIGRTMIN = 34
const FIOASYNC = 0x5452

function pipe() {
  const { k, task } = fileKernel()
  // SIGIO would end a process that neither blocks nor handles it.
  task.blocked = ~0n
  call(k, task, 'pipe2', BUFFER, 0)
  const [reader, writer] = new Int32Array(copyIn(k, task, BUFFER, 8).slice().buffer)
  return { k, task, reader, writer }
}

const told = (task: Task): SigInfo[] => [...task.group.pending.queue, ...task.pending.queue]

test('owners by number', () => {
  const { k, task, reader } = pipe()
  const fcntl = (cmd: number, argument: number) => outcome(k, task, 'fcntl', reader, cmd, argument)
  expect([fcntl(F_SETOWN, 99999), fcntl(F_SETOWN, -(2 ** 31)), fcntl(F_GETOWN, 0)]).toEqual(['ESRCH', 'EINVAL', 0])
  expect([fcntl(F_SETOWN, task.pid), fcntl(F_GETOWN, 0)]).toEqual([0, task.pid])
  k.state.ns.pid.processGroups.set(task.group.pgid, new Set([task.group]))
  expect([fcntl(F_SETOWN, -task.group.pgid), fcntl(F_GETOWN, 0), fcntl(F_GETOWN_EX, BUFFER)]).toEqual([0, -task.group.pgid, 0])
  expect(readStruct(F_OWNER_EX, copyIn(k, task, BUFFER, 8))).toEqual({ type: F_OWNER_PGRP, pid: task.group.pgid })
  expect([fcntl(F_SETSIG, 65), fcntl(F_SETSIG, SIGRTMIN), fcntl(F_GETSIG, 0)]).toEqual(['EINVAL', 0, SIGRTMIN])
})

test('a write tells the reader’s owner: SIGIO alone, or the signal asked for with band and descriptor', () => {
  const { k, task, reader, writer } = pipe()
  call(k, task, 'fcntl', reader, F_SETOWN, task.pid)
  call(k, task, 'fcntl', reader, F_SETFL, O_ASYNC)
  call(k, task, 'write', writer, BUFFER, 1)
  sendAsync(k)
  expect(told(task).map(({ signal, code, fields }) => [signal, code, fields])).toEqual([[SIGIO, 0x80, { kind: 'kill', pid: 0, uid: 0 }]])
  call(k, task, 'fcntl', reader, F_SETSIG, SIGRTMIN)
  call(k, task, 'write', writer, BUFFER, 1)
  sendAsync(k)
  expect(told(task).at(-1)).toMatchObject({ signal: SIGRTMIN, code: POLL_IN, fields: { kind: 'poll', band: 0x41, fd: reader } })
  call(k, task, 'fcntl', reader, F_SETFL, 0)
  call(k, task, 'write', writer, BUFFER, 1)
  sendAsync(k)
  expect(told(task)).toHaveLength(2)
})

test('FIOASYNC: only where there is something to hear', () => {
  const { k, task, reader } = pipe()
  const file = call(k, task, 'openat', -100, '/f', 0o102, 0o644) as number
  call(k, task, 'pwrite64', file, BUFFER, 1, 0)
  const ioctl = (fd: number) => outcome(k, task, 'ioctl', fd, FIOASYNC, BUFFER + 4)
  expect([ioctl(reader), ioctl(file)]).toEqual([0, 'ENOTTY'])
})
