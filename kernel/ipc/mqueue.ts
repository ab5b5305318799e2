// POSIX message queues (mq_overview(7)): files of a file system of their own, whose messages go by priority. A message goes straight to who
// waits for one; who waits for room has his taken in as soon as there is some (ipc/mqueue.c).
import {
  CAP_SYS_RESOURCE,
  EAGAIN,
  EBADF,
  EBUSY,
  EINVAL,
  EMFILE,
  EMSGSIZE,
  ENOMEM,
  ENOSPC,
  EPERM,
  ERESTARTSYS,
  ETIMEDOUT,
  O_NONBLOCK,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  RLIMIT_MSGQUEUE,
  SI_MESGQ,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, KMEM } from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { queueInfo, sendSignal } from '../signal/index.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { capable } from '../task/index.ts'
import { blocked, progressOf, type Blocked } from '../waiting.ts'
import { noSpace, touchAccessed, touchChanged, touchModified } from '../vfs/index.ts'
import type { FileDescription, FileOps, FileSystemOps, FileTable, Inode } from '../vfs/types.ts'
import type { MqAttributes, MqMessage, MqNotification, MqQueue, MqWaiter } from './types.ts'

/** As stat(2) shows every queue. */
const FILE_BYTES = 80
export const MQ_PRIO_MAX = 32768
const HARD_MESSAGES = 65536
const HARD_BYTES = 16 * 2 ** 20
/** Of a message, and of a priority that is in use, in what counts against RLIMIT_MSGQUEUE. */
const MESSAGE_OVERHEAD = 48
const NODE_OVERHEAD = 48
const MQUEUE_MAGIC = 0x19800202

const queueIn = (inode: Inode): MqQueue => {
  if (inode.mqueue === null) throw new Error(`inode ${inode.ino} is no message queue`)
  return inode.mqueue
}

/** Of a descriptor. EBADF: it is no queue, or not open that way. */
export function mqueueOf(file: FileDescription): MqQueue {
  if (file.kind !== 'mqueue' || file.inode.mqueue === null) throw EBADF
  return file.inode.mqueue
}

/** What a new queue holds at most. EINVAL: none, or more than it may. */
function attributesFor(task: Task, wanted: MqAttributes | null): MqAttributes {
  const { mqueue } = task.ns.ipc
  if (wanted === null) {
    return {
      maxmsg: Math.min(mqueue.msgMax, mqueue.msgDefault),
      msgsize: Math.min(mqueue.msgsizeMax, mqueue.msgsizeDefault),
    }
  }
  const { maxmsg, msgsize } = wanted
  const free = capable(task.credentials, CAP_SYS_RESOURCE)
  if (maxmsg <= 0 || msgsize <= 0) throw EINVAL
  if (maxmsg > (free ? HARD_MESSAGES : mqueue.msgMax) || msgsize > (free ? HARD_BYTES : mqueue.msgsizeMax)) throw EINVAL
  return wanted
}

/** Makes a new file a queue. ENOSPC: too many; EINVAL; EMFILE: the user's are too large together. */
function initQueue(k: Kernel, task: Task, inode: Inode, wanted: MqAttributes | null): void {
  const { mqueue } = task.ns.ipc
  if (mqueue.count >= mqueue.queuesMax && !capable(task.credentials, CAP_SYS_RESOURCE)) throw ENOSPC
  const { maxmsg, msgsize } = attributesFor(task, wanted)
  const user = task.credentials.uid
  const bytes = maxmsg * (msgsize + MESSAGE_OVERHEAD) + Math.min(maxmsg, MQ_PRIO_MAX) * NODE_OVERHEAD
  const all = (mqueue.userBytes.get(user) ?? 0) + bytes
  if (all > task.group.rlimits.soft[RLIMIT_MSGQUEUE]) throw EMFILE
  chargeKmem(k, KMEM.inode, ENOMEM)
  mqueue.userBytes.set(user, all)
  mqueue.count++
  inode.size = FILE_BYTES
  inode.mqueue = {
    maxmsg,
    msgsize,
    user,
    reserved: bytes,
    messages: [],
    bytes: 0,
    notify: null,
    receivers: [],
    senders: [],
    changed: newQueue(),
  }
}

/** The last that held it is gone: so are its messages. */
function dropQueue(k: Kernel, inode: Inode): void {
  const { mqueue } = k.state.ns.ipc
  const queue = queueIn(inode)
  const left = (mqueue.userBytes.get(queue.user) ?? 0) - queue.reserved
  if (left > 0) mqueue.userBytes.set(queue.user, left)
  else mqueue.userBytes.delete(queue.user)
  mqueue.count--
  inode.mqueue = null
}

const isWaiting = (waiter: MqWaiter): boolean => !waiter.done && progressOf(waiter.task, 'mq')?.waiter === waiter

/** The first who still waits. */
function firstOf(list: MqWaiter[]): MqWaiter | null {
  for (let waiter = list.shift(); waiter; waiter = list.shift()) if (isWaiting(waiter)) return waiter
  return null
}

function finish(k: Kernel, waiter: MqWaiter): void {
  waiter.done = true
  wakeAll(k, waiter.queue)
}

/** Behind those of its priority. */
function insert({ messages }: MqQueue, message: MqMessage): void {
  let at = messages.length
  while (at > 0 && messages[at - 1].priority < message.priority) at--
  messages.splice(at, 0, message)
}

function add(queue: MqQueue, message: MqMessage): void {
  insert(queue, message)
  queue.bytes += message.bytes.length
}

/** Who asked to be told hears of the first message in an empty queue, once. */
function tellOf(k: Kernel, task: Task, queue: MqQueue): void {
  const { notify } = queue
  if (notify !== null && queue.messages.length === 1) {
    queue.notify = null
    if (notify.signal !== 0) sendSignal(k, null, notify.group, { ...queueInfo(notify.signal, task, notify.value), code: SI_MESGQ })
  }
  wakeAll(k, queue.changed)
}

const sleep = (waiter: MqWaiter, deadline: number): Blocked => blocked([waiter.queue], ERESTARTSYS, deadline)

/** A call that slept: null when it is over. ETIMEDOUT. */
function goOn(k: Kernel, task: Task, waiter: MqWaiter, from: MqQueue, deadline: number): Blocked | null {
  if (waiter.done) return null
  const isOver = k.state.time >= deadline
  if (!isOver && !task.signalPending) return sleep(waiter, deadline)
  from.senders = from.senders.filter(other => other !== waiter)
  from.receivers = from.receivers.filter(other => other !== waiter)
  if (isOver) throw ETIMEDOUT
  // Should the call be made again it begins anew.
  return { ...sleep(waiter, deadline), progress: null }
}

function wait(task: Task, queue: MqQueue, list: MqWaiter[], message: MqMessage | null, deadline: number): Blocked {
  const waiter: MqWaiter = { task, message, done: false, queue: newQueue() }
  list.push(waiter)
  return { ...sleep(waiter, deadline), progress: { call: 'mq', waiter, from: queue } }
}

/** EMSGSIZE, before the bytes are looked at. */
export function checkLength(queue: MqQueue, length: number): void {
  if (length > queue.msgsize) throw EMSGSIZE
}

/** mq_timedsend(2). EAGAIN, ETIMEDOUT, ENOMEM. `deadline` is an instant (ns). */
export function mqSend(k: Kernel, task: Task, file: FileDescription, message: MqMessage, deadline: number): number | Blocked {
  const before = progressOf(task, 'mq')
  if (before !== null) return goOn(k, task, before.waiter, before.from, deadline) ?? 0
  const queue = mqueueOf(file)
  chargeKmem(k, KMEM.element + message.bytes.length, ENOMEM)
  if (queue.messages.length >= queue.maxmsg) {
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return wait(task, queue, queue.senders, message, deadline)
  }
  const receiver = firstOf(queue.receivers)
  if (receiver !== null) {
    receiver.message = message
    finish(k, receiver)
  } else {
    add(queue, message)
    tellOf(k, task, queue)
  }
  touchModified(k, file.inode)
  return 0
}

/** mq_timedreceive(2): the oldest message of the highest priority. */
export function mqReceive(k: Kernel, task: Task, file: FileDescription, deadline: number): MqMessage | Blocked {
  const before = progressOf(task, 'mq')
  if (before !== null) {
    const wait = goOn(k, task, before.waiter, before.from, deadline)
    if (wait !== null) return wait
    if (before.waiter.message !== null) return before.waiter.message
  }
  const queue = mqueueOf(file)
  const message = queue.messages.shift()
  if (message === undefined) {
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return wait(task, queue, queue.receivers, null, deadline)
  }
  queue.bytes -= message.bytes.length
  touchAccessed(k, file.inode)
  touchChanged(k, file.inode)
  const sender = firstOf(queue.senders)
  if (sender?.message) {
    add(queue, sender.message)
    finish(k, sender)
  } else wakeAll(k, queue.changed)
  return message
}

/** mq_notify(2): who is told of the next message in the empty queue; null: nobody any more. EBUSY. */
export function mqNotify(k: Kernel, task: Task, file: FileDescription, how: Omit<MqNotification, 'group'> | null): void {
  const queue = mqueueOf(file)
  if (how !== null && queue.notify !== null) throw EBUSY
  if (how === null && queue.notify?.group !== task.group) return
  queue.notify = how === null ? null : { ...how, group: task.group }
  touchChanged(k, file.inode)
}

const isOf = (group: ThreadGroup, table: FileTable): boolean => group.threads.some(({ files }) => files === table)

const padded = (value: number, width: number): string => String(value).padEnd(width)

export const mqueueFileOps: FileOps = {
  waitsFor: 'a change of',
  // A process that closes any descriptor of it is told no more.
  closing(_k, file, table) {
    const queue = file.inode.mqueue
    if (queue?.notify && isOf(queue.notify.group, table)) queue.notify = null
  },
  read(_k, _task, file, max, offset) {
    const { bytes, notify } = queueIn(file.inode)
    const [how, signal, pid] = notify === null ? [0, 0, 0] : [notify.notify, notify.signal, notify.group.tgid]
    const text = `QSIZE:${padded(bytes, 10)} NOTIFY:${padded(how, 5)} SIGNO:${padded(signal, 5)} NOTIFY_PID:${padded(pid, 6)}\n`
    const at = offset ?? file.pos
    return Uint8Array.from(text.slice(at, at + max), c => c.charCodeAt(0))
  },
  consume(_k, file, count) {
    file.pos += count
  },
  poll(_k, file, queues) {
    const { messages, maxmsg, changed } = queueIn(file.inode)
    queues?.push(changed)
    return (messages.length > 0 ? POLLIN | POLLRDNORM : 0) | (messages.length < maxmsg ? POLLOUT | POLLWRNORM : 0)
  },
  holds: ({ inode }) => ({ bytes: inode.mqueue?.bytes ?? 0, element: inode.mqueue?.messages.length ?? 0 }),
}

/** Only queues, made and removed: no directories, links or new names. */
export const mqueueFs: FileSystemOps = {
  space: noSpace(MQUEUE_MAGIC),
  inMemory: true,
  opens: ({ kind }) => (kind === 'regular' ? 'mqueue' : null),
  creating(k, _dir, _name, inode, task) {
    if (inode.kind !== 'regular') throw EPERM
    initQueue(k, task, inode, task.ns.ipc.mqueue.wanted)
  },
  renaming() {
    throw EPERM
  },
  evict: dropQueue,
}
