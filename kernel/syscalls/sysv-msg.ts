// msgget, msgctl, msgrcv, msgsnd (System V message queues).
import {
  EINVAL,
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSGINFO,
  MSG_COMMANDS,
  MSG_FLAGS,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
  MSQID_DS,
  narrow,
  type Int64,
} from '../abi/index.ts'
import {
  changeQueue,
  checkOwner,
  checkUse,
  highestPlace,
  ipcAtPlace,
  ipcObject,
  msgGet,
  msgReceive,
  msgSend,
  permOf,
  removeQueue,
  type MessageQueue,
} from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getBig, peekUser, putBig } from '../mm/index.ts'
import type { Task } from '../state.ts'
import { keeping, keptOr, type SyscallResult } from '../waiting.ts'
import { address, flags, int, offset, pointer, size, SHOWN_BYTES } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { commandText, controlText, getFlags, getStruct, inside, key, newPermText, permText, putStruct } from './sysv-args.ts'
import { quote } from './text.ts'

const READ = 0o444
const TYPE_BYTES = 8

function send(k: Kernel, task: Task, id: number, at: number, length: number, options: number): SyscallResult {
  const message = keptOr(task, () => {
    const type = narrow(BigInt.asIntN(64, getBig(k, task, at)))
    if (length > task.ns.ipc.limits.msgmax || id < 0 || type < 1) throw EINVAL
    return { type, bytes: copyIn(k, task, at + TYPE_BYTES, length).slice() }
  })
  return keeping(msgSend(k, task, id, message, options), message)
}

function receive(k: Kernel, task: Task, id: number, at: number, most: number, type: Int64, options: number): SyscallResult {
  if (id < 0 || most >= 2 ** 63) throw EINVAL
  const message = msgReceive(k, task, id, most, type, options)
  if ('kind' in message) return message
  putBig(k, task, at, BigInt(message.type))
  const bytes = message.bytes.subarray(0, most)
  copyOut(k, task, at + TYPE_BYTES, bytes)
  return bytes.length
}

type Control = (k: Kernel, task: Task, id: number, at: number) => number
const queueOf = (task: Task, id: number): MessageQueue => ipcObject(task.ns.ipc.msg, id)

function stat(k: Kernel, task: Task, queue: MessageQueue, at: number, checked = true): void {
  if (checked) checkUse(task, queue, READ)
  const { stime, rtime, ctime, bytes, messages, maxBytes, lspid, lrpid } = queue
  putStruct(k, task, at, MSQID_DS, {
    perm: permOf(queue),
    stime,
    rtime,
    ctime,
    cbytes: bytes,
    qnum: messages.length,
    qbytes: maxBytes,
    lspid,
    lrpid,
    unused4: 0,
    unused5: 0,
  })
}

/** Limits, of which most bound nothing; or, in three of their places, how many queues, messages and bytes there are. */
const info =
  (used: boolean): Control =>
  (k, task, _id, at) => {
    const { msg, limits } = task.ns.ipc
    const queues = [...msg.objects.values()]
    const sum = (of: (queue: MessageQueue) => number): number => queues.reduce((total, queue) => total + of(queue), 0)
    putStruct(k, task, at, MSGINFO, {
      msgpool: used ? queues.length : 512000,
      msgmap: used ? sum(({ messages }) => messages.length) : 16384,
      msgmax: limits.msgmax,
      msgmnb: limits.msgmnb,
      msgmni: limits.msgmni,
      msgssz: 16,
      msgtql: used ? sum(({ bytes }) => bytes) : 16384,
      msgseg: 0xffff,
    })
    return highestPlace(msg)
  }

const CONTROLS: Readonly<Record<number, Control>> = {
  [IPC_INFO]: info(false),
  [MSG_INFO]: info(true),
  [IPC_STAT](k, task, id, at) {
    stat(k, task, queueOf(task, id), at)
    return 0
  },
  [MSG_STAT](k, task, id, at) {
    const queue = ipcAtPlace(task.ns.ipc.msg, id)
    stat(k, task, queue, at)
    return queue.id
  },
  [MSG_STAT_ANY](k, task, id, at) {
    const queue = ipcAtPlace(task.ns.ipc.msg, id)
    stat(k, task, queue, at, false)
    return queue.id
  },
  [IPC_SET](k, task, id, at) {
    const { perm, qbytes } = getStruct(k, task, at, MSQID_DS)
    changeQueue(k, task, queueOf(task, id), { ...perm, maxBytes: qbytes })
    return 0
  },
  [IPC_RMID](k, task, id) {
    const queue = queueOf(task, id)
    checkOwner(task, queue)
    removeQueue(k, task, queue)
    return 0
  },
}

function msgctl(k: Kernel, task: Task, id: number, command: number, at: number): number {
  const control = CONTROLS[command]
  if (id < 0 || !control) throw EINVAL
  return control(k, task, id, at)
}

const stateText = inside(
  MSQID_DS,
  s =>
    `{msg_perm=${permText(s.perm)}, msg_stime=${s.stime}, msg_rtime=${s.rtime}, msg_ctime=${s.ctime}, msg_qnum=${s.qnum}, ` +
    `msg_qbytes=${s.qbytes}, msg_lspid=${s.lspid}, msg_lrpid=${s.lrpid}}`,
)
const infoText = inside(
  MSGINFO,
  s =>
    `{${(['msgpool', 'msgmap', 'msgmax', 'msgmnb', 'msgmni', 'msgssz', 'msgtql', 'msgseg'] as const)
      .map(name => `${name}=${s[name]}`)
      .join(', ')}}`,
)
const SHOWN: Readonly<Record<number, { on?: typeof stateText; after?: typeof stateText }>> = {
  [IPC_STAT]: { after: stateText },
  [MSG_STAT]: { after: stateText },
  [MSG_STAT_ANY]: { after: stateText },
  [IPC_INFO]: { after: infoText },
  [MSG_INFO]: { after: infoText },
  [IPC_SET]: { on: inside(MSQID_DS, s => `{msg_perm=${newPermText(s.perm)}, msg_qbytes=${s.qbytes}}`) },
}

/** `{mtype=1, mtext="hello"}`: of as many bytes as were asked for. */
function messageText(k: Kernel, task: Task, at: number, length: number): string {
  const shown = Math.min(length, SHOWN_BYTES + 1)
  const bytes = at > 0 && length >= 0 ? peekUser(k, task, at, TYPE_BYTES + shown) : null
  if (bytes === null) return pointer(at)
  const type = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true)
  return `{mtype=${type}, mtext=${quote(String.fromCharCode(...bytes.subarray(TYPE_BYTES)), SHOWN_BYTES)}}`
}

const messageFlags = flags(MSG_FLAGS)

export const msgCalls: Syscall[] = [
  syscall(186, 'msgget', { key, msgflg: getFlags({ IPC_CREAT, IPC_EXCL, IPC_NOWAIT }) }, (k, task, { key, msgflg }) =>
    msgGet(k, task, key, msgflg),
  ),
  syscall(187, 'msgctl', { msqid: int, cmd: int, buf: address }, (k, task, { msqid, cmd, buf }) => msgctl(k, task, msqid, cmd, buf), {
    text: controlText(
      raw => `${raw[0] | 0}, ${commandText(MSG_COMMANDS, raw[1] | 0, 'MSG_')}`,
      2,
      command => SHOWN[command] ?? {},
      1,
    ),
  }),
  syscall(
    188,
    'msgrcv',
    { msqid: int, msgp: address, msgsz: size, msgtyp: offset, msgflg: messageFlags },
    (k, task, { msqid, msgp, msgsz, msgtyp, msgflg }) => receive(k, task, msqid, msgp, msgsz, msgtyp, msgflg),
    {
      text(k, task, raw, result) {
        const [id, at, length, type, options] = raw
        if (result === undefined) return `${id | 0}, `
        const text = result < 0 ? pointer(at) : messageText(k, task, at, length)
        return `${text}, ${size.show(length, k, task, raw)}, ${type}, ${messageFlags.show(options, k, task, raw)}`
      },
    },
  ),
  syscall(
    189,
    'msgsnd',
    { msqid: int, msgp: address, msgsz: size, msgflg: messageFlags },
    (k, task, { msqid, msgp, msgsz, msgflg }) => send(k, task, msqid, msgp, msgsz, msgflg),
    {
      text(k, task, raw, result) {
        if (result !== undefined) return ''
        const [id, at, length, options] = raw
        return `${id | 0}, ${messageText(k, task, at, length)}, ${size.show(length, k, task, raw)}, ${messageFlags.show(options, k, task, raw)}`
      },
    },
  ),
]
