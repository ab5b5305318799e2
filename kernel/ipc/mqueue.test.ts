// POSIX message queues: priorities, waiting, limits, who is told of what; what goes when they go.
import { beforeEach, expect, test } from 'vitest'
import { AT_FDCWD, O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR, RLIMIT_MSGQUEUE, SIGEV, SIGUSR1 } from '../abi/index.ts'
import { getU32, putU64 } from '../mm/index.ts'
import { sleepOn } from '../sched/index.ts'
import { hasSignal } from '../signal/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task } from '../state.ts'
import { BUFFER, buffer, call, fileKernel, fileTask, outcome } from '../vfs/testing.ts'
import { auditIpc } from './sysv/audit.ts'

let k: Kernel
let task: Task
const run = (name: string, ...args: (number | string)[]) => outcome(k, task, name, ...args)
const ATTR = BUFFER + 0x100
beforeEach(() => {
  ;({ k, task } = fileKernel())
})

function attributes(maxmsg: number, msgsize: number, flags = 0): number {
  for (const [i, value] of [flags, maxmsg, msgsize, 0].entries()) putU64(k, task, ATTR + 8 * i, value)
  return ATTR
}
const open = (name: string, maxmsg = 2, msgsize = 8) => run('mq_open', name, O_RDWR | O_CREAT, 0o600, attributes(maxmsg, msgsize))
const send = (text: string, priority = 0, fd = 0) => run('mq_timedsend', fd, text, text.length, priority, 0)
function receive(who = task, fd = 0): string {
  const got = outcome(k, who, 'mq_timedreceive', fd, BUFFER, 8, BUFFER + 0x80, 0)
  return typeof got === 'number' ? `${buffer(k, who, got)} ${getU32(k, who, BUFFER + 0x80)}` : got
}

test('the highest priority first, the oldest of it first; names are one component', () => {
  expect([open('q'), send('low', 1), send('high', 9)]).toEqual([0, 0, 0])
  expect(run('mq_timedsend', 0, 'x', 1, 0, 0)).toBe('blocked')
  task.call = null
  expect([receive(), receive()]).toEqual(['high 9', 'low 1'])
  expect([open('/q'), open('.'), open(''), open('a'.repeat(256)), send('too long!'), send('x', 32768)]).toEqual([
    'EACCES',
    'EACCES',
    'ENOENT',
    'ENAMETOOLONG',
    'EMSGSIZE',
    'EINVAL',
  ])
})

test('a message goes to who waits first; who waits for room gets his in', () => {
  open('q', 1)
  const other = fileTask(k)
  outcome(k, other, 'mq_open', 'q', O_RDWR, 0, 0)
  const wait = call(k, other, 'mq_timedreceive', 0, BUFFER, 8, BUFFER + 0x80, 0)
  if (typeof wait === 'number') throw new Error('it did not wait')
  sleepOn(k, other, wait.queues, wait.deadline, true)
  expect([send('one', 3), other.state, receive(other)]).toEqual([0, 'R', 'one 3'])
  send('two')
  const full = call(k, other, 'mq_timedsend', 0, 'three', 5, 7, 0)
  if (typeof full === 'number') throw new Error('it did not wait')
  sleepOn(k, other, full.queues, full.deadline, true)
  expect([receive(), other.state, receive(), [...auditIpc(k)]]).toEqual(['two 0', 'R', 'three 7', []])
})

test('queues are bounded by their number, by sysctls and by RLIMIT_MSGQUEUE, and give all back when they go', () => {
  const { mqueue } = task.ns.ipc
  task.group.rlimits.soft[RLIMIT_MSGQUEUE] = 1000
  expect([open('big', 10, 100), open('small', 1, 8), mqueue.count, mqueue.userBytes.get(0)]).toEqual(['EMFILE', 0, 1, 8 + 48 + 48])
  expect([run('mq_unlink', 'small'), send('x'), run('close', 0), mqueue.count, mqueue.userBytes.size]).toEqual([0, 0, 0, 0, 0])
  task.credentials = { ...task.credentials, capEffective: 0 }
  mqueue.queuesMax = 1
  expect([open('many', 11), open('one'), open('two')]).toEqual(['EINVAL', 0, 'ENOSPC'])
  expect([run('mq_unlink', 'none'), run('mkdirat', AT_FDCWD, '/dev/mqueue/d', 0o700)]).toEqual(['ENOENT', 'EPERM'])
})

test('who asked hears once of the first message, unless somebody waits, and no more when a descriptor is closed', () => {
  open('q')
  const asks = () => {
    for (const [i, value] of [7, SIGUSR1 + SIGEV.SIGEV_SIGNAL * 2 ** 32].entries()) putU64(k, task, BUFFER + 0x200 + 8 * i, value)
    return run('mq_notify', 0, BUFFER + 0x200)
  }
  const heard = () => hasSignal(task.group.pending.set, SIGUSR1)
  expect([asks(), asks(), heard()]).toEqual([0, 'EBUSY', false])
  send('x')
  expect([heard(), asks()]).toEqual([true, 0])
  run('dup', 0)
  run('close', 1)
  expect([asks(), run('mq_notify', 0, 0), run('mq_notify', 1, 0)]).toEqual([0, 0, 'EBADF'])
  expect(run('openat', AT_FDCWD, '/dev/mqueue/q', O_RDONLY | O_NONBLOCK, 0)).toBe(1)
  expect([run('read', 1, BUFFER, 100), buffer(k, task, 17)]).toEqual([60, 'QSIZE:1          '])
})
