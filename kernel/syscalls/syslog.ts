// syslog(2): the kernel's log for dmesg. Without privileges only reading all of it and asking for its size is free, and with
// kernel.dmesg_restrict not even that.
import { EINVAL, EPERM, SYSLOG, type SyslogAction } from '../abi/index.ts'
import { bytesOf, mayReadLog, readLog, wholeLog } from '../fs/index.ts'
import type { Kernel } from '../kernel.ts'
import { LOG_BYTES, messagesFrom, syslogLine } from '../klog.ts'
import { copyOut } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { address, int, oneOf } from './args.ts'
import { type Blocked } from '../waiting.ts'
import { syscall, type Syscall } from './define.ts'

type Action = (k: Kernel, task: Task, at: number, length: number) => number | Blocked

function checkBuffer(at: number, length: number): void {
  if (at === 0 || length < 0) throw EINVAL
}

function read(k: Kernel, task: Task, at: number, length: number): number | Blocked {
  checkBuffer(at, length)
  if (length === 0) return 0
  const bytes = readLog(k, null, length)
  if (!(bytes instanceof Uint8Array)) return bytes
  copyOut(k, task, at, bytes)
  return bytes.length
}

const readAll =
  (clear: boolean): Action =>
  (k, task, at, length) => {
    checkBuffer(at, length)
    const bytes = length === 0 ? new Uint8Array(0) : bytesOf(wholeLog(k, length))
    copyOut(k, task, at, bytes)
    if (clear) k.state.klog.cleared = k.state.klog.next
    return bytes.length
  }

/** The console shows what is more urgent than this; the kernel itself says nothing so urgent. */
const consoleLevel =
  (level: (k: Kernel, given: number) => number): Action =>
  (k, _task, _at, given) => {
    k.state.sysctl.printk[0] = level(k, given)
    return 0
  }

const MAX_LEVEL = 8

const ACTIONS: Readonly<Record<SyslogAction, Action>> = {
  SYSLOG_ACTION_CLOSE: () => 0,
  SYSLOG_ACTION_OPEN: () => 0,
  SYSLOG_ACTION_READ: read,
  SYSLOG_ACTION_READ_ALL: readAll(false),
  SYSLOG_ACTION_READ_CLEAR: readAll(true),
  SYSLOG_ACTION_CLEAR: k => {
    k.state.klog.cleared = k.state.klog.next
    return 0
  },
  SYSLOG_ACTION_CONSOLE_OFF: consoleLevel(k => k.state.sysctl.printk[2]),
  SYSLOG_ACTION_CONSOLE_ON: consoleLevel(k => k.state.sysctl.printk[3]),
  SYSLOG_ACTION_CONSOLE_LEVEL: consoleLevel((k, level) => {
    if (!(level >= 1 && level <= MAX_LEVEL)) throw EINVAL
    return Math.max(level, k.state.sysctl.printk[2])
  }),
  SYSLOG_ACTION_SIZE_UNREAD: ({ state: { klog } }) =>
    messagesFrom(klog, klog.readNext).reduce((sum, message) => sum + syslogLine(message).length, 0),
  SYSLOG_ACTION_SIZE_BUFFER: () => LOG_BYTES,
}

const NAMES = Object.fromEntries(Object.entries(SYSLOG).map(([name, number]) => [number, name])) as Readonly<Record<number, SyslogAction>>

function checkRights(k: Kernel, task: Task, action: number): void {
  const free = action === SYSLOG.SYSLOG_ACTION_READ_ALL || action === SYSLOG.SYSLOG_ACTION_SIZE_BUFFER
  if ((k.state.sysctl.dmesgRestrict !== 0 || !free) && !mayReadLog(task)) throw EPERM
}

export const syslogCalls: Syscall[] = [
  syscall(
    116,
    'syslog',
    { type: oneOf(SYSLOG), buf: address, len: int },
    (k, task, { type, buf, len }) => {
      checkRights(k, task, type)
      const name = NAMES[type]
      if (name === undefined) throw EINVAL
      return ACTIONS[name](k, task, buf, len)
    },
    { note: 'The log is not written to the console, whatever its level.' },
  ),
]
