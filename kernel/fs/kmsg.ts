// The kernel's log as files: /dev/kmsg gives one record for each read, from the oldest on, and takes messages of programs; /proc/kmsg
// is one stream of lines that its readers share.
import {
  CAP_SYSLOG,
  EAGAIN,
  EINVAL,
  EPERM,
  EPIPE,
  ERESTARTSYS,
  ESPIPE,
  O_NONBLOCK,
  POLLIN,
  POLLRDNORM,
  SEEK_DATA,
  SEEK_END,
  SEEK_SET,
} from '../abi/index.ts'
import { kmsgRecord, log, messagesFrom, oldest, syslogLine } from '../klog.ts'
import type { Kernel } from '../kernel.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { blocked, type Blocked } from '../waiting.ts'
import { isReadable } from '../vfs/index.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import { bytesOf, textOf } from './bytes.ts'

/** Longest text that a program may log. */
const MAX_TEXT = 1024
/** Facility "user-level messages": programs cannot speak as the kernel. */
const LOG_USER = 1 << 3
const LEVEL_MASK = 7
const PREFIX = /^<([0-9]{1,10})>/

export const mayReadLog = (task: Task): boolean => capable(task.credentials, CAP_SYSLOG)

function dataOf(file: FileDescription): { seq: number } {
  if (file.data?.kind !== 'kmsg') throw new Error('an open /dev/kmsg without its place')
  return file.data
}

export const kmsgOps: FileOps = {
  spliceTo: () => false,
  open(k, task, file) {
    if (isReadable(file) && k.state.sysctl.dmesgRestrict !== 0 && !mayReadLog(task)) throw EPERM
    file.data = { kind: 'kmsg', seq: oldest(k.state.klog) }
  },
  read(k, _task, file, max): Uint8Array | Blocked {
    const data = dataOf(file)
    const { klog } = k.state
    if (data.seq >= klog.next) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([klog.readers], ERESTARTSYS)
    }
    if (data.seq < oldest(klog)) {
      // What came next has been forgotten: say so once, and go on with the oldest.
      data.seq = oldest(klog)
      throw EPIPE
    }
    const record = kmsgRecord(messagesFrom(klog, data.seq)[0])
    if (record.length > max) throw EINVAL
    return bytesOf(record)
  },
  consume(_k, file) {
    dataOf(file).seq++
  },
  write(k, _task, _file, bytes) {
    if (bytes.length > MAX_TEXT) throw EINVAL
    let text = textOf(bytes)
    let priority = LOG_USER | (k.state.sysctl.printk[1] & LEVEL_MASK)
    const prefix = PREFIX.exec(text)
    if (prefix) {
      const given = Number(prefix[1])
      priority = given > LEVEL_MASK ? given : LOG_USER | given
      text = text.slice(prefix[0].length)
    }
    log(k, priority, text.replace(/\n$/, ''))
    return bytes.length
  },
  /** To the oldest, to what came after the last clearing, or to the end; nowhere else. */
  seek(k, file, offset, whence) {
    const data = dataOf(file)
    const { klog } = k.state
    if (offset !== 0) throw ESPIPE
    if (whence === SEEK_SET) data.seq = oldest(klog)
    else if (whence === SEEK_DATA) data.seq = Math.max(klog.cleared, oldest(klog))
    else if (whence === SEEK_END) data.seq = klog.next
    else throw EINVAL
    return 0
  },
  poll(k, file, queues) {
    queues?.push(k.state.klog.readers)
    return dataOf(file).seq < k.state.klog.next ? POLLIN | POLLRDNORM : 0
  },
}

/** Whole lines, as many as fit, of what the common reader has not had (SYSLOG_ACTION_READ). */
export function readLog(k: Kernel, file: FileDescription | null, max: number): Uint8Array | Blocked {
  const { klog } = k.state
  if (klog.readNext >= klog.next) {
    if (file !== null && file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([klog.readers], ERESTARTSYS)
  }
  let text = ''
  for (const message of messagesFrom(klog, klog.readNext)) {
    const line = syslogLine(message)
    if (text.length + line.length > max) break
    text += line
    klog.readNext = message.seq + 1
  }
  return bytesOf(text)
}

/** Lines since the last clearing: the newest that fit (SYSLOG_ACTION_READ_ALL). */
export function wholeLog({ state: { klog } }: Kernel, max: number): string {
  let text = ''
  for (const message of messagesFrom(klog, klog.cleared).reverse()) {
    const line = syslogLine(message)
    if (text.length + line.length > max) break
    text = line + text
  }
  return text
}
