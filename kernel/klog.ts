// The kernel's log (dmesg, /dev/kmsg): numbered messages with their instants, in a bounded store that forgets the oldest. Nothing of
// it is written to the console by itself.
import type { Kernel } from './kernel.ts'
import type { KernelLog, LogMessage } from './state.ts'
import { newQueue, wakeAll } from './sched/index.ts'

export const LOG_EMERG = 0
export const LOG_ERR = 3
export const LOG_WARNING = 4
export const LOG_NOTICE = 5
export const LOG_INFO = 6
/** SYSLOG_ACTION_SIZE_BUFFER: Linux's usual size. Each message counts as its text and this much around it. */
export const LOG_BYTES = 2 ** 17
const MESSAGE_OVERHEAD = 48

export const newKernelLog = (): KernelLog => ({
  messages: [],
  size: 0,
  next: 0,
  cleared: 0,
  readNext: 0,
  readers: newQueue(),
  limited: { since: 0, count: 0 },
})

/** Adds a message, which is one line. */
export function log(k: Kernel, priority: number, text: string): void {
  const { klog } = k.state
  klog.messages.push({ seq: klog.next++, time: k.state.time, priority, text })
  klog.size += text.length + MESSAGE_OVERHEAD
  let gone = 0
  while (klog.size > LOG_BYTES) klog.size -= klog.messages[gone++].text.length + MESSAGE_OVERHEAD
  // Many at once, for each removal moves all others.
  if (gone > 0) klog.messages.splice(0, gone)
  wakeAll(k, klog.readers)
}

const LIMIT_INTERVAL = 5e9
const LIMIT_BURST = 10

/** Asked before what a program can cause at will is logged: true ten times in five seconds (Linux printk_ratelimit). */
export function mayLog(k: Kernel): boolean {
  const { limited } = k.state.klog
  if (k.state.time - limited.since >= LIMIT_INTERVAL) Object.assign(limited, { since: k.state.time, count: 0 })
  return limited.count++ < LIMIT_BURST
}

/** Messages from number `seq` on. */
export function messagesFrom({ messages, next }: KernelLog, seq: number): LogMessage[] {
  return messages.slice(Math.max(0, seq - (next - messages.length)))
}

/** Number of the oldest message that is still there. */
export const oldest = ({ messages, next }: KernelLog): number => next - messages.length

const NS = 1e9
const NS_PER_US = 1000

/** "<6>[    0.000000] text\n": syslog(2), /proc/kmsg. */
export function syslogLine({ priority, time, text }: LogMessage): string {
  const seconds = String(Math.floor(time / NS)).padStart(5)
  const micros = String(Math.floor((time % NS) / NS_PER_US)).padStart(6, '0')
  return `<${priority}>[${seconds}.${micros}] ${text}\n`
}

/** "6,12,0,-;text\n": /dev/kmsg. What is not plain text is escaped. */
export function kmsgRecord({ priority, seq, time, text }: LogMessage): string {
  const plain = text.replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `${priority},${seq},${Math.floor(time / NS_PER_US)},-;${plain}\n`
}
