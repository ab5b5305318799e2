// mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr (POSIX message queues).
import {
  EACCES,
  EBADF,
  EEXIST,
  EINVAL,
  EMSGSIZE,
  ENAMETOOLONG,
  ENOENT,
  NAME_MAX,
  NSIG,
  O_ACCMODE,
  O_CREAT,
  O_EXCL,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SIGEV,
  SIGEVENT,
  signalName,
  struct,
  writeStruct,
  type StructValues,
} from '../abi/index.ts'
import { checkLength, mqNotify, mqReceive, mqSend, mqueueOf, MQ_PRIO_MAX } from '../ipc/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, putU32 } from '../mm/index.ts'
import { alarmAt } from '../time/index.ts'
import type { Task } from '../state.ts'
import {
  checkAccess,
  createNode,
  findChild,
  freeFd,
  getFile,
  installFd,
  isReadable,
  isWritable,
  MAY_EXEC,
  MAY_READ,
  MAY_WRITE,
  newDescription,
  releaseFile,
  removeNode,
  type FileDescription,
  type Mount,
} from '../vfs/index.ts'
import { keeping, keptOr, type SyscallResult } from '../waiting.ts'
import { bytesIn, bytesOut, fd, mode as modeArg, path, size, structIn, structOut, uint } from './args.ts'
import { syscall, type Syscall } from './define.ts'
import { openFlags } from './open-flags.ts'
import { instantOfRealtime, timeIn, timespec, type Timespec } from './times.ts'
import { flagsText, plainHex } from './text.ts'
import { wordOut } from './sysv-args.ts'

const MQ_ATTR = struct({ flags: 'i64', maxmsg: 'i64', msgsize: 'i64', curmsgs: 'i64', reserved: { bytes: 32 } })
type Attributes = StructValues<(typeof MQ_ATTR)['members']>
const MODE = 0o7777

const sizesText = ({ maxmsg, msgsize, curmsgs }: Attributes): string => `mq_maxmsg=${maxmsg}, mq_msgsize=${msgsize}, mq_curmsgs=${curmsgs}}`
const attributesText = (a: Attributes): string => `{mq_flags=${flagsText({ O_NONBLOCK }, a.flags, '0', 'O_')}, ${sizesText(a)}`
const attributesIn = structIn(MQ_ATTR, attributesText, 'struct mq_attr *')
/** mq_open ignores the flags: they are shown as a number. */
const sizesIn = structIn(MQ_ATTR, a => `{mq_flags=${plainHex(a.flags)}, ${sizesText(a)}`, 'struct mq_attr *')
const attributesOut = structOut(MQ_ATTR, attributesText, 'struct mq_attr *')

/** Where queues are. ENOENT: nowhere is their file system any more. */
function queuesMount(k: Kernel): Mount {
  const mount = k.state.ns.mnt.mounts.find(({ fs }) => fs.kind === 'mqueue')
  if (!mount) throw ENOENT
  return mount
}

/** A queue's name is one component. */
function checkName(k: Kernel, task: Task, name: string): void {
  if (name === '') throw ENOENT
  if (name.length > NAME_MAX) throw ENAMETOOLONG
  checkAccess(k, task, queuesMount(k).root.inode, MAY_EXEC)
  if (name === '.' || name === '..' || name.includes('/')) throw EACCES
}

const MAY_OF_MODE = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE]

function open(k: Kernel, task: Task, name: string, how: number, mode: number, attributes: Attributes | null): number {
  if (name === '') throw ENOENT
  freeFd(task)
  checkName(k, task, name)
  const mount = queuesMount(k)
  const found = findChild(k, task, mount.root, name)
  let dentry = found
  if (found) {
    if (how & O_CREAT && how & O_EXCL) throw EEXIST
    if ((how & O_ACCMODE) === (O_RDWR | O_WRONLY)) throw EINVAL
    checkAccess(k, task, found.inode, MAY_OF_MODE[how & O_ACCMODE] ?? MAY_READ)
  } else {
    if (!(how & O_CREAT)) throw ENOENT
    const { mqueue } = task.ns.ipc
    mqueue.wanted = attributes
    try {
      dentry = createNode(k, task, { mount, dir: mount.root, name, trailingSlash: false }, { kind: 'regular', mode: mode & MODE })
    } finally {
      mqueue.wanted = null
    }
  }
  if (!dentry) throw ENOENT
  const access = how & O_ACCMODE
  const kept = (access > O_RDWR ? O_RDONLY : access) | (how & O_NONBLOCK)
  const file = newDescription('mqueue', dentry.inode, { mount, dentry }, kept, null)
  try {
    return installFd(k, task, file, true)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

function unlink(k: Kernel, task: Task, name: string): number {
  checkName(k, task, name)
  const mount = queuesMount(k)
  removeNode(k, task, { mount, dir: mount.root, name, trailingSlash: false }, false)
  return 0
}

/** A queue's descriptor that is open that way. EBADF. */
function queueFile(task: Task, number: number, isOpen: (file: FileDescription) => boolean): FileDescription {
  const file = getFile(task, number)
  mqueueOf(file)
  if (!isOpen(file)) throw EBADF
  return file
}

/** An absolute time, as a date. EINVAL. */
const deadlineOf = (k: Kernel, timeout: Timespec | null): number =>
  timeout === null ? Infinity : alarmAt(instantOfRealtime(k, timeIn(timeout)))

interface Sending {
  mqdes: number
  msg_ptr: number
  msg_len: number
  msg_prio: number
  abs_timeout: Timespec | null
}

function send(k: Kernel, task: Task, a: Sending): SyscallResult {
  const kept = keptOr(task, () => {
    const deadline = deadlineOf(k, a.abs_timeout)
    if (a.msg_prio >= MQ_PRIO_MAX) throw EINVAL
    const queue = mqueueOf(queueFile(task, a.mqdes, isWritable))
    checkLength(queue, a.msg_len)
    return { deadline, priority: a.msg_prio, bytes: copyIn(k, task, a.msg_ptr, a.msg_len).slice() }
  })
  const { deadline, priority, bytes } = kept
  return keeping(mqSend(k, task, queueFile(task, a.mqdes, isWritable), { priority, bytes }, deadline), kept)
}

function receive(k: Kernel, task: Task, a: Omit<Sending, 'msg_prio'> & { msg_prio: number }): SyscallResult {
  const kept = keptOr(task, () => ({ deadline: deadlineOf(k, a.abs_timeout) }))
  const file = queueFile(task, a.mqdes, isReadable)
  if (a.msg_len < mqueueOf(file).msgsize) throw EMSGSIZE
  const message = mqReceive(k, task, file, kept.deadline)
  if ('kind' in message) return keeping(message, kept)
  if (a.msg_prio !== 0) putU32(k, task, a.msg_prio, message.priority)
  copyOut(k, task, a.msg_ptr, message.bytes)
  return message.bytes.length
}

type Event = StructValues<(typeof SIGEVENT)['members']>
const eventIn = structIn(
  SIGEVENT,
  ({ signo, notify, value }: Event) => {
    const name = Object.entries(SIGEV).find(([, n]) => n === notify)?.[0] ?? `${notify} /* SIGEV_??? */`
    const given = `{sival_int=${Number(BigInt.asIntN(32, value))}, sival_ptr=${value === 0n ? 'NULL' : `0x${value.toString(16)}`}}`
    return `{sigev_value=${given}, sigev_signo=${notify === SIGEV.SIGEV_SIGNAL ? signalName(signo) : signo}, sigev_notify=${name}}`
  },
  'const struct sigevent *',
)

function notify(k: Kernel, task: Task, number: number, event: Event | null): number {
  if (event !== null) {
    const { notify, signo } = event
    if (notify !== SIGEV.SIGEV_NONE && notify !== SIGEV.SIGEV_SIGNAL && notify !== SIGEV.SIGEV_THREAD) throw EINVAL
    if (notify === SIGEV.SIGEV_SIGNAL && (signo < 0 || signo > NSIG)) throw EINVAL
    // It would be told by a netlink socket of the program's; there is none that takes it.
    if (notify === SIGEV.SIGEV_THREAD) throw EBADF
  }
  const file = getFile(task, number)
  const signal = event?.notify === SIGEV.SIGEV_SIGNAL ? event.signo : 0
  mqNotify(k, task, file, event === null ? null : { notify: event.notify, signal, value: event.value })
  return 0
}

function getset(k: Kernel, task: Task, number: number, wanted: Attributes | null, old: number): number {
  if (wanted !== null && wanted.flags !== 0 && wanted.flags !== O_NONBLOCK) throw EINVAL
  const file = getFile(task, number)
  const { maxmsg, msgsize, messages } = mqueueOf(file)
  const now = { flags: file.flags & O_NONBLOCK, maxmsg, msgsize, curmsgs: messages.length, reserved: new Uint8Array(32) }
  if (wanted !== null) file.flags = (file.flags & ~O_NONBLOCK) | wanted.flags
  if (old !== 0) copyOut(k, task, old, writeStruct(MQ_ATTR, now))
  return 0
}

export const mqueueCalls: Syscall[] = [
  syscall(
    180,
    'mq_open',
    { name: path, oflag: openFlags, mode: modeArg, attr: sizesIn },
    (k, task, { name, oflag, mode, attr }) => open(k, task, name, oflag, mode, attr),
    {
      text(k, task, raw, result) {
        if (result !== undefined) return ''
        const [name, how, mode, attr] = raw
        const start = `${path.show(name, k, task, raw)}, ${openFlags.show(how, k, task, raw)}`
        return how & O_CREAT ? `${start}, ${modeArg.show(mode, k, task, raw)}, ${sizesIn.show(attr, k, task, raw)}` : start
      },
    },
  ),
  syscall(181, 'mq_unlink', { name: path }, (k, task, { name }) => unlink(k, task, name)),
  syscall(
    182,
    'mq_timedsend',
    { mqdes: fd, msg_ptr: bytesIn(2), msg_len: size, msg_prio: uint, abs_timeout: timespec },
    (k, task, a) => send(k, task, a),
    { note: 'Who waits longest goes first, whatever its priority.' },
  ),
  syscall(
    183,
    'mq_timedreceive',
    { mqdes: fd, msg_ptr: bytesOut, msg_len: size, msg_prio: wordOut, abs_timeout: timespec },
    (k, task, a) => receive(k, task, a),
    { note: 'Who waits longest goes first, whatever its priority.' },
  ),
  syscall(184, 'mq_notify', { mqdes: fd, sevp: eventIn }, (k, task, { mqdes, sevp }) => notify(k, task, mqdes, sevp), {
    note: 'SIGEV_THREAD, for which C libraries use a netlink socket, is refused (EBADF).',
  }),
  syscall(185, 'mq_getsetattr', { mqdes: fd, newattr: attributesIn, oldattr: attributesOut }, (k, task, { mqdes, newattr, oldattr }) =>
    getset(k, task, mqdes, newattr, oldattr),
  ),
]
