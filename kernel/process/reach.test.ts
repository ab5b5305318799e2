// Making processes and reaching them through descriptors: what clone3, waitid and pidfd_send_signal refuse. Also on Linux: test/oracle/programs/process.c.
import { expect, test } from 'vitest'
import { CLONE_ARGS, CLONE_FLAGS, O_EXCL, O_NONBLOCK, P_PIDFD, WEXITED, WNOHANG, writeStruct } from '../abi/index.ts'
import { copyOut, getU32, putU32 } from '../mm/index.ts'
import { endCall } from '../vfs/index.ts'
import { BUFFER, fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { rootCredentials } from '../task/index.ts'

const { CLONE_DETACHED, CLONE_FS, CLONE_INTO_CGROUP, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWTIME } = CLONE_FLAGS

function setup() {
  const { k, task } = fileKernel()
  const clone3 = (
    values: Partial<Record<'flags' | 'stack' | 'stackSize' | 'setTid' | 'setTidSize' | 'cgroup' | 'exitSignal', number>>,
  ): number | string => {
    copyOut(k, task, BUFFER, writeStruct(CLONE_ARGS, values))
    return outcome(k, task, 'clone3', BUFFER, CLONE_ARGS.size)
  }
  const unprivileged = (): void => {
    task.credentials = { ...rootCredentials(), uid: 1000, euid: 1000, suid: 1000, capEffective: 0, capPermitted: 0 }
  }
  const call = (name: string, ...args: (number | string)[]): number | string => outcome(k, task, name, ...args)
  return { k, task, clone3, unprivileged, call }
}

test('clone3: flags that are kept free, pairs that do not go together', () => {
  const { clone3, call } = setup()
  for (const flags of [CLONE_DETACHED, 1, 2 ** 34, CLONE_NEWNS | CLONE_FS]) expect(clone3({ flags })).toBe('EINVAL')
  expect([clone3({ stack: 4096 }), clone3({ stackSize: 4096 }), clone3({ exitSignal: 65 }), clone3({ setTidSize: 1 })]).toEqual(
    Array(4).fill('EINVAL'),
  )
  expect([clone3({ setTid: 8, setTidSize: 1 }), clone3({ flags: CLONE_INTO_CGROUP, cgroup: 99 })]).toEqual(['EFAULT', 'EBADF'])
  expect([call('clone3', BUFFER, 63), call('clone3', BUFFER, 4097), call('clone3', 8, 88)]).toEqual(['EINVAL', 'E2BIG', 'EFAULT'])
})

test('namespaces are EPERM to those who could not make them, EINVAL to the others', () => {
  const { clone3, call, unprivileged } = setup()
  const all = () => [
    clone3({ flags: CLONE_NEWNET }),
    clone3({ flags: CLONE_NEWTIME }),
    call('clone', CLONE_NEWNS, 0, 0, 0, 0),
    call('unshare', CLONE_NEWNS),
  ]
  expect(all()).toEqual(Array(4).fill('EINVAL'))
  unprivileged()
  expect(all()).toEqual(Array(4).fill('EPERM'))
})

test('waitid through a descriptor', () => {
  const { k, task, call } = setup()
  const child = fileTask(k)
  child.group.parent = task.group
  task.group.children = new Set([child.group])
  const nonblocking = call('pidfd_open', child.pid, O_NONBLOCK) as number
  const plain = call('pidfd_open', child.pid, 0) as number
  putU32(k, task, BUFFER, 7)
  expect(call('waitid', P_PIDFD, nonblocking, BUFFER, WEXITED, 0)).toBe('EAGAIN')
  expect(getU32(k, task, BUFFER)).toBe(0)
  expect(call('waitid', P_PIDFD, nonblocking, BUFFER, WEXITED | WNOHANG, 0)).toBe(0)
  expect(call('waitid', P_PIDFD, plain, 0, WEXITED, 0)).toBe('blocked')
  endCall(k, task)
  expect([call('waitid', P_PIDFD, -1, 0, WEXITED, 0), call('waitid', P_PIDFD, 99, 0, WEXITED, 0)]).toEqual(['EINVAL', 'EBADF'])
})

test('signals through descriptors: of processes, threads and /proc/PID', () => {
  const { k, task, call } = setup()
  const send = (fd: number | string, sig: number, at: number, scope = 0): number | string =>
    call('pidfd_send_signal', fd as number, sig, at, scope)
  const self = call('pidfd_open', task.pid, 0)
  const directory = call('openat', -100, `/proc/${task.pid}`, 0, 0)
  expect([send(directory, 0, 0), send(call('openat', -100, '/proc', 0, 0), 0, 0), send(99, 0, 0)]).toEqual([0, 'EBADF', 'EBADF'])
  putU32(k, task, BUFFER, 12)
  expect([send(self, 10, BUFFER), send(self, 12, BUFFER), send(self, 0, 0, 3), send(self, 0, 0, 8), send(self, 65, 0)]).toEqual([
    'EINVAL',
    0,
    'EINVAL',
    'EINVAL',
    'EINVAL',
  ])
  const thread = call('pidfd_open', task.pid, O_EXCL)
  expect([send(thread, 10, 0), task.pending.set]).toEqual([0, 1n << 9n])
  expect(task.group.pending.set).toBe(1n << 11n)
})

test('a thread stands for its process in rt_sigqueueinfo, and only the caller itself may be deceived', () => {
  const { k, task, call } = setup()
  const thread = fileTask(k)
  thread.group = task.group
  task.group.threads.push(thread)
  const queue = (to: number, code: number): number | string => {
    putU32(k, task, BUFFER + 8, code)
    return call('rt_sigqueueinfo', to, 10, BUFFER)
  }
  expect([queue(thread.pid, -1), queue(thread.pid, 0), queue(task.pid, 0), queue(9999, -1)]).toEqual([0, 'EPERM', 0, 'ESRCH'])
  expect([task.group.pending.set, thread.pending.set]).toEqual([1n << 9n, 0n])
})
