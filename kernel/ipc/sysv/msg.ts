// System V message queues: a message goes to the first who waits for one like it, else into the queue as far as that has room (ipc/msg.c).
import {
  CAP_SYS_RESOURCE,
  E2BIG,
  EAGAIN,
  EIDRM,
  EINVAL,
  ENOMEM,
  ENOMSG,
  EPERM,
  ERESTARTNOHAND,
  errnoByCode,
  IPC_NOWAIT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_NOERROR,
  type Int64,
} from '../../abi/index.ts'
import type { Kernel } from '../../kernel.ts'
import { chargeKmem, KMEM } from '../../mm/index.ts'
import { newQueue, wakeAll } from '../../sched/index.ts'
import type { Task } from '../../state.ts'
import { capable } from '../../task/index.ts'
import { blocked, progressOf, type Blocked } from '../../waiting.ts'
import { checkOwner, checkUse, ipcGet, ipcObject, removeObject, secondsNow, setOwner } from './ids.ts'
import type { Message, MessageMode, MessageQueue, MessageReceiver } from './types.ts'

const READ = 0o444
const WRITE = 0o222

/** msgget(2). ENOSPC, ENOMEM and those of ipcGet. */
export function msgGet(k: Kernel, task: Task, key: number, flags: number): number {
  const ns = task.ns.ipc
  return ipcGet<MessageQueue>(k, task, key, flags, {
    kind: 'msg',
    table: ns.msg,
    most: ns.limits.msgmni,
    check: () => chargeKmem(k, KMEM.inode, ENOMEM),
    make: (_id, base) => ({
      ...base,
      messages: [],
      bytes: 0,
      maxBytes: ns.limits.msgmnb,
      stime: 0,
      rtime: 0,
      lspid: 0,
      lrpid: 0,
      receivers: [],
      senders: newQueue(),
    }),
    fits() {},
  })
}

const fitsIn = (queue: MessageQueue, length: number): boolean =>
  length + queue.bytes <= queue.maxBytes && 1 + queue.messages.length <= queue.maxBytes

/** Whether a message is one of those that are wanted; for `place` any is. */
const isLike = (message: Message, type: Int64, mode: MessageMode): boolean => {
  if (mode === 'equal') return message.type === type
  if (mode === 'other') return message.type !== type
  return mode === 'upTo' ? message.type <= type : true
}

/** A call that still waits: it was not cut short by its task's end. */
const isWaiting = (receiver: MessageReceiver): boolean =>
  receiver.outcome === null && progressOf(receiver.task, 'msgrcv')?.receiver === receiver

function finish(k: Kernel, receiver: MessageReceiver, outcome: Message | number): void {
  receiver.outcome = outcome
  wakeAll(k, receiver.queue)
}

/** To the first who waits for such a message; those for whom it is too long hear that. False: nobody took it. */
function handOver(k: Kernel, queue: MessageQueue, message: Message): boolean {
  for (const receiver of [...queue.receivers]) {
    const waits = isWaiting(receiver)
    if (waits && !isLike(message, receiver.type, receiver.mode)) continue
    queue.receivers.splice(queue.receivers.indexOf(receiver), 1)
    if (!waits) continue
    if (receiver.most < message.bytes.length) {
      finish(k, receiver, -E2BIG.code)
      continue
    }
    queue.lrpid = receiver.task.group.tgid
    queue.rtime = secondsNow(k)
    finish(k, receiver, message)
    return true
  }
  return false
}

/** What a task that slept finds: its queue may be gone. */
const queueOf = (task: Task, id: number): MessageQueue => {
  const before = progressOf(task, 'msgsnd')?.queue
  if (before?.removed) throw EIDRM
  return before ?? ipcObject(task.ns.ipc.msg, id)
}

/** msgsnd(2), with what was read already. EINVAL, EACCES, EAGAIN, EIDRM, ENOMEM. */
export function msgSend(k: Kernel, task: Task, id: number, message: Message, flags: number): number | Blocked {
  const queue = queueOf(task, id)
  checkUse(task, queue, WRITE)
  const { length } = message.bytes
  if (!fitsIn(queue, length)) {
    if (flags & IPC_NOWAIT) throw EAGAIN
    return { ...blocked([queue.senders], ERESTARTNOHAND), progress: { call: 'msgsnd', queue } }
  }
  chargeKmem(k, KMEM.element + length, ENOMEM)
  queue.lspid = task.group.tgid
  queue.stime = secondsNow(k)
  if (handOver(k, queue, message)) return 0
  queue.messages.push(message)
  queue.bytes += length
  return 0
}

/** What msgrcv's type and flags mean. */
function wantedOf(type: Int64, flags: number): { type: Int64; mode: MessageMode } {
  if (flags & MSG_COPY) return { type, mode: 'place' }
  if (type === 0) return { type, mode: 'any' }
  if (type < 0) return { type: -type, mode: 'upTo' }
  return { type, mode: flags & MSG_EXCEPT ? 'other' : 'equal' }
}

/** The place of the message; -1: there is none. Of types up to one the lowest is taken, of several the oldest. */
function findMessage({ messages }: MessageQueue, type: Int64, mode: MessageMode): number {
  if (mode === 'place') return type >= 0 && type < messages.length ? Number(type) : -1
  let found = -1
  for (const [i, message] of messages.entries()) {
    if (!isLike(message, type, mode)) continue
    if (mode !== 'upTo') return i
    if (found < 0 || message.type < messages[found].type) found = i
  }
  return found
}

/** msgrcv(2): the message. EINVAL, EACCES, E2BIG, ENOMSG, EIDRM. */
export function msgReceive(k: Kernel, task: Task, id: number, most: number, type: Int64, flags: number): Message | Blocked {
  if (flags & MSG_COPY && (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT))) throw EINVAL
  const waiting = progressOf(task, 'msgrcv')
  if (waiting !== null) {
    const { receiver } = waiting
    if (receiver.outcome === null) {
      if (!task.signalPending) return blocked([receiver.queue], ERESTARTNOHAND)
      // Should the call be made again it begins anew, at the end of those that wait.
      waiting.from.receivers = waiting.from.receivers.filter(other => other !== receiver)
      return { ...blocked([receiver.queue], ERESTARTNOHAND), progress: null }
    }
    if (typeof receiver.outcome !== 'number') return receiver.outcome
    if (receiver.outcome !== -EAGAIN.code) throw errnoByCode(-receiver.outcome) ?? EINVAL
  }
  const queue = ipcObject(task.ns.ipc.msg, id)
  const wanted = wantedOf(type, flags)
  checkUse(task, queue, READ)
  const at = findMessage(queue, wanted.type, wanted.mode)
  if (at >= 0) return take(k, task, queue, at, most, flags)
  if (flags & IPC_NOWAIT) throw ENOMSG
  const receiver: MessageReceiver = {
    task,
    ...wanted,
    most: flags & MSG_NOERROR ? Infinity : most,
    outcome: null,
    queue: newQueue(),
  }
  queue.receivers.push(receiver)
  return { ...blocked([receiver.queue], ERESTARTNOHAND), progress: { call: 'msgrcv', receiver, from: queue } }
}

function take(k: Kernel, task: Task, queue: MessageQueue, at: number, most: number, flags: number): Message {
  const message = queue.messages[at]
  if (most < message.bytes.length && !(flags & MSG_NOERROR)) throw E2BIG
  if (flags & MSG_COPY) return message
  queue.messages.splice(at, 1)
  queue.bytes -= message.bytes.length
  queue.rtime = secondsNow(k)
  queue.lrpid = task.group.tgid
  wakeAll(k, queue.senders)
  return message
}

/** IPC_SET: owner, mode and how much goes in. Whoever waits looks again: for he may have to hear that he no longer may. */
export function changeQueue(
  k: Kernel,
  task: Task,
  queue: MessageQueue,
  to: { uid: number; gid: number; mode: number; maxBytes: number },
): void {
  checkOwner(task, queue)
  if (to.maxBytes > task.ns.ipc.limits.msgmnb && !capable(task.credentials, CAP_SYS_RESOURCE)) throw EPERM
  setOwner(k, queue, to)
  queue.maxBytes = to.maxBytes
  for (const receiver of queue.receivers.splice(0)) if (isWaiting(receiver)) finish(k, receiver, -EAGAIN.code)
  wakeAll(k, queue.senders)
}

/** IPC_RMID. */
export function removeQueue(k: Kernel, task: Task, queue: MessageQueue): void {
  removeObject(task.ns.ipc.msg, queue)
  for (const receiver of queue.receivers.splice(0)) if (isWaiting(receiver)) finish(k, receiver, -EIDRM.code)
  queue.messages = []
  wakeAll(k, queue.senders)
}
