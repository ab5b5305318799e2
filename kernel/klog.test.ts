// The kernel's log: what is noted, who reads it how, and that it is bounded.
import { expect, test } from 'vitest'
import { AT_FDCWD, O_NONBLOCK, O_RDONLY, O_RDWR, SYSLOG } from './abi/index.ts'
import { LOG_BYTES, LOG_INFO, kmsgRecord, log, messagesFrom, newKernelLog, oldest, syslogLine } from './klog.ts'
import { syslogCalls } from './syscalls/syslog.ts'
import { runToEnd } from './testing.ts'
import type { Kernel } from './kernel.ts'
import type { Task } from './state.ts'
import { isErrno } from './abi/index.ts'
import { buffer, BUFFER, call, fileKernel, fileTask, outcome } from './vfs/testing.ts'

const texts = (k: Kernel): string[] => messagesFrom(k.state.klog, 0).map(message => message.text)

function syslog(k: Kernel, task: Task, type: number, buf = 0, len = 0): number | string {
  try {
    const result = syslogCalls[0].run(k, task, { type, buf, len })
    return typeof result === 'number' ? result : 'blocked'
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.name
  }
}

function stranger(k: Kernel): Task {
  const task = fileTask(k)
  task.credentials = { ...task.credentials, euid: 1000, fsuid: 1000, capEffective: 0 }
  return task
}

test('it begins with the boot, and notes a program that dies of its own mistake', () => {
  const { k, status } = runToEnd('ld a0, 0(zero)')
  expect(status & 0x7f).toBe(11)
  const said = texts(k)
  expect(said[0]).toMatch(/^Linux version 6\.12\.0-hartbeat /)
  expect(said).toContain('Run /bin/test as init process')
  expect(said.at(-3)).toMatch(/^test\[1\]: unhandled signal 11 code 0x1 at 0x0000000000000000 in test\[1000,10000\+1000\]$/)
  expect(said.at(-2)).toMatch(/^epc : 0000000000010000 ra : [0-9a-f]{16} sp : [0-9a-f]{16}$/)
  expect(said.at(-1)).toBe('test[1]: read of 0x0 at pc 0x10000: no region there')
})

test('lines and records', () => {
  const message = { seq: 12, time: 3_004_005_006, priority: LOG_INFO, text: 'a\tb\\' }
  expect(syslogLine(message)).toBe('<6>[    3.004005] a\tb\\\n')
  expect(kmsgRecord(message)).toBe('6,12,3004005,-;a\\x09b\\x5c\n')
})

test('the oldest go when it is full', () => {
  const { k } = fileKernel()
  k.state.klog = newKernelLog()
  for (let i = 0; i < 5000; i++) log(k, LOG_INFO, `message ${i}`)
  const { klog } = k.state
  expect(klog.size).toBeLessThanOrEqual(LOG_BYTES)
  expect(klog.messages.length).toBeGreaterThan(1000)
  expect(klog.messages[0].seq).toBe(oldest(klog))
  expect(klog.messages.at(-1)?.seq).toBe(4999)
})

test('/dev/kmsg: a record a read, each reader for itself; what programs write; places', () => {
  const { k, task } = fileKernel()
  log(k, LOG_INFO, 'first')
  const fd = call(k, task, 'openat', AT_FDCWD, '/dev/kmsg', O_RDWR | O_NONBLOCK, 0) as number
  const next = (): string => {
    const count = outcome(k, task, 'read', fd, BUFFER, 500)
    return typeof count === 'number' ? buffer(k, task, count) : count
  }
  expect(outcome(k, task, 'read', fd, BUFFER, 5)).toBe('EINVAL')
  expect(next()).toBe('6,0,0,-;first\n')
  expect(next()).toBe('EAGAIN')
  expect(call(k, task, 'write', fd, '<3>from a program\n', 18)).toBe(18)
  expect(call(k, task, 'write', fd, 'plain', 5)).toBe(5)
  expect(next()).toBe('11,1,0,-;from a program\n')
  expect(next()).toBe('12,2,0,-;plain\n')
  expect(call(k, task, 'lseek', fd, 0, 0)).toBe(0)
  expect(next()).toBe('6,0,0,-;first\n')
  expect(call(k, task, 'lseek', fd, 0, 2)).toBe(0)
  expect(next()).toBe('EAGAIN')
  expect(outcome(k, task, 'lseek', fd, 5, 0)).toBe('ESPIPE')
  expect(outcome(k, task, 'lseek', fd, 0, 1)).toBe('EINVAL')
  call(k, task, 'lseek', fd, 0, 0)
  for (let i = 0; i < 5000; i++) log(k, LOG_INFO, `message ${i}`)
  expect(next()).toBe('EPIPE')
  expect(next()).toMatch(/^6,[1-9][0-9]*,0,-;message [0-9]+\n$/)
})

test('syslog(2): what each action gives, and to whom', () => {
  const { k, task } = fileKernel()
  const user = stranger(k)
  for (const text of ['one', 'two', 'three']) log(k, LOG_INFO, text)
  const line = (text: string): string => `<6>[    0.000000] ${text}\n`
  const { SYSLOG_ACTION_READ, SYSLOG_ACTION_READ_ALL, SYSLOG_ACTION_CLEAR, SYSLOG_ACTION_SIZE_UNREAD, SYSLOG_ACTION_SIZE_BUFFER } = SYSLOG
  expect(syslog(k, task, SYSLOG_ACTION_READ_ALL, BUFFER, 1000)).toBe(68)
  expect(buffer(k, task, 68)).toBe(line('one') + line('two') + line('three'))
  // The newest that fit.
  expect(syslog(k, task, SYSLOG_ACTION_READ_ALL, BUFFER, 50)).toBe(46)
  expect(buffer(k, task, 46)).toBe(line('two') + line('three'))
  expect(syslog(k, task, SYSLOG_ACTION_SIZE_UNREAD)).toBe(68)
  expect(syslog(k, task, SYSLOG_ACTION_READ, BUFFER, 30)).toBe(22)
  expect(syslog(k, task, SYSLOG_ACTION_SIZE_UNREAD)).toBe(46)
  expect(syslog(k, user, SYSLOG_ACTION_READ_ALL, BUFFER, 1000)).toBe(68)
  expect(syslog(k, user, SYSLOG_ACTION_SIZE_BUFFER)).toBe(LOG_BYTES)
  for (const action of [SYSLOG_ACTION_READ, SYSLOG_ACTION_CLEAR, SYSLOG_ACTION_SIZE_UNREAD, 99])
    expect(syslog(k, user, action, BUFFER, 100)).toBe('EPERM')
  expect(syslog(k, task, 99)).toBe('EINVAL')
  expect(syslog(k, task, SYSLOG_ACTION_READ, 0, 10)).toBe('EINVAL')
  expect(syslog(k, task, SYSLOG_ACTION_READ, BUFFER, -1)).toBe('EINVAL')
  expect(syslog(k, task, SYSLOG.SYSLOG_ACTION_CONSOLE_LEVEL, 0, 9)).toBe('EINVAL')
  expect(syslog(k, task, SYSLOG_ACTION_CLEAR)).toBe(0)
  expect(syslog(k, task, SYSLOG_ACTION_READ_ALL, BUFFER, 1000)).toBe(0)
  k.state.sysctl.dmesgRestrict = 1
  expect(syslog(k, user, SYSLOG_ACTION_READ_ALL, BUFFER, 1000)).toBe('EPERM')
  expect(outcome(k, user, 'openat', AT_FDCWD, '/dev/kmsg', O_RDONLY, 0)).toBe('EPERM')
})

test('/proc/kmsg is one stream, for the privileged', () => {
  const { k, task } = fileKernel()
  log(k, LOG_INFO, 'one')
  const fd = call(k, task, 'openat', AT_FDCWD, '/proc/kmsg', O_RDONLY, 0) as number
  const other = call(k, task, 'openat', AT_FDCWD, '/proc/kmsg', O_RDONLY | O_NONBLOCK, 0) as number
  expect(call(k, task, 'read', fd, BUFFER, 100)).toBe(22)
  expect(outcome(k, task, 'read', other, BUFFER, 100)).toBe('EAGAIN')
  expect(outcome(k, task, 'read', fd, BUFFER, 100)).toBe('blocked')
  const root = fileTask(k)
  root.credentials = { ...root.credentials, capEffective: 0 }
  expect(outcome(k, root, 'openat', AT_FDCWD, '/proc/kmsg', O_RDONLY, 0)).toBe('EPERM')
})
