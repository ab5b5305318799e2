// Pseudo-terminals (pty(7)): opening /dev/ptmx makes a terminal whose far end is a file; terminal emulators, script(1) and ssh read and
// write it. The near end, the slave, is an ordinary terminal, /dev/pts/N.
import {
  EAGAIN,
  EINVAL,
  EIO,
  ENOSPC,
  EPERM,
  ERESTARTSYS,
  ESPIPE,
  FS_MAGIC,
  O_ACCMODE,
  O_CLOEXEC,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDNORM,
  POLLWRNORM,
  SIGINT,
  SIGQUIT,
  SIGTSTP,
  TCFLSH,
  TCIFLUSH,
  TCIOFLUSH,
  TCOFLUSH,
  TIOCGPKT,
  TIOCGPTLCK,
  TIOCGPTN,
  TIOCGPTPEER,
  TIOCINQ,
  TIOCPKT,
  TIOCPKT_DATA,
  TIOCSIG,
  TIOCSPTLCK,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { chargeKmem, getI32, KMEM, putU32 } from '../mm/index.ts'
import { newQueue, wakeAll } from '../sched/index.ts'
import { kernelInfo, signalProcessGroup } from '../signal/index.ts'
import type { Task } from '../state.ts'
import { blocked } from '../waiting.ts'
import type { Blocked, SyscallResult } from '../waiting.ts'
import { addChild, findChild, installFd, newDescription, newInode, noSpace, releaseFile, timestampNow } from '../vfs/index.ts'
import type { FileDescription, FileOps, FileSystemOps, Mount } from '../vfs/index.ts'
import { COPIED_PIECE, INPUT_BYTES, newTty, READ_PIECE } from './create.ts'
import { echoIsFull, flushEcho } from './echo.ts'
import { ttyInput } from './input.ts'
import { ttyIoctl } from './ioctl.ts'
import { hangUp } from './job.ts'
import { ttyOfFile } from './lookup.ts'
import type { PtyMaster, Tty } from './types.ts'

const SLAVE_MAJOR = 136
/** kernel.pty.max; also what fits a minor number here. */
const MAX_PTYS = 256
/** Group tty, and 0620: what devpts is mounted with everywhere. */
const TTY_GID = 5
const SLAVE_MODE = 0o620
/** Typed bytes that may wait for the line discipline; then writers of the master wait. */
const MAX_BACKLOG = INPUT_BYTES

function masterOf(tty: Tty): PtyMaster {
  if (!tty.master) throw new Error(`terminal ${tty.index} has no master side`)
  return tty.master
}

const devpts = (k: Kernel): Mount | undefined => k.state.ns.mnt.mounts.find(mount => mount.fs.kind === 'devpts')

const isFree = (tty: Tty): boolean => tty.master !== null && !tty.master.open && tty.master.slaves === 0

/** The lowest place in the list of terminals that nobody uses. ENOSPC when there are MAX_PTYS. */
function freePlace(k: Kernel): number {
  const { ttys } = k.state
  const free = ttys.findIndex(isFree)
  const place = free < 0 ? ttys.length : free
  if (place > MAX_PTYS) throw ENOSPC
  return place
}

function open(k: Kernel, task: Task, file: FileDescription): void {
  const index = freePlace(k)
  // The console has place 0.
  const number = index - 1
  const tty = newTty('pty', index, SLAVE_MAJOR, number)
  tty.master = {
    output: [],
    readers: newQueue(),
    writers: newQueue(),
    locked: true,
    open: true,
    slaves: 0,
    opened: false,
    packet: false,
    status: 0,
  }
  k.state.ttys[index] = tty
  chargeKmem(k, KMEM.tty + KMEM.inode + KMEM.dentry, ENOSPC)
  file.data = { kind: 'tty', index }
  const mount = devpts(k)
  if (!mount) return
  const inode = newInode(mount.fs, 'chardev', SLAVE_MODE, task.credentials.fsuid, TTY_GID, timestampNow(k))
  inode.rdev = (SLAVE_MAJOR << 8) | number
  addChild(mount.root, String(number), inode)
}

/** The master side was closed: the slave hangs up and loses its name. */
function release(k: Kernel, file: FileDescription): void {
  const tty = ttyOfFile(k, file)
  const master = masterOf(tty)
  master.open = false
  master.output = []
  const mount = devpts(k)
  const dentry = mount && findChild(k, null, mount.root, String(tty.minor))
  if (mount && dentry) {
    mount.root.children?.delete(dentry.name)
    dentry.deleted = true
    dentry.inode.nlink = 0
  }
  hangUp(k, tty)
}

function read(k: Kernel, _task: Task, file: FileDescription, max: number): Uint8Array | Blocked {
  const tty = ttyOfFile(k, file)
  const master = masterOf(tty)
  if (master.packet && master.status !== 0) {
    const status = Uint8Array.of(master.status)
    master.status = 0
    return status
  }
  if (master.output.length > 0) {
    const data = master.output.splice(0, master.packet ? max - 1 : max)
    const bytes = Uint8Array.from(master.packet ? [TIOCPKT_DATA, ...data] : data)
    flushEcho(k, tty)
    wakeAll(k, tty.writers)
    wakeAll(k, master.writers)
    return bytes
  }
  if (master.opened && master.slaves === 0) throw EIO
  if (file.flags & O_NONBLOCK) throw EAGAIN
  return blocked([master.readers], ERESTARTSYS)
}

/** A line that never ends is thrown away as it is typed: whoever does not read what that echoes waits too. */
const roomForInput = (tty: Tty): number => (echoIsFull(tty) ? 0 : Math.max(0, MAX_BACKLOG - tty.input.backlog.length))

function write(k: Kernel, _task: Task, file: FileDescription, bytes: Uint8Array): number | Blocked {
  const tty = ttyOfFile(k, file)
  const room = roomForInput(tty)
  if (room === 0) {
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([masterOf(tty).writers], ERESTARTSYS)
  }
  const taken = bytes.subarray(0, room)
  ttyInput(k, tty, taken)
  return taken.length
}

/** TIOCGPTPEER: a descriptor of the slave without going by its name. */
function openPeer(k: Kernel, task: Task, tty: Tty, flags: number): number {
  if (flags & ~(O_ACCMODE | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) throw EINVAL
  const mount = devpts(k)
  const dentry = mount && findChild(k, null, mount.root, String(tty.minor))
  if (!mount || !dentry) throw EIO
  const kept = (flags & (O_ACCMODE | O_NONBLOCK)) | (flags & O_ACCMODE ? 0 : O_RDWR)
  const file = newDescription('tty', dentry.inode, { mount, dentry }, kept, { kind: 'tty', index: tty.index })
  openSlave(tty)
  try {
    return installFd(k, task, file, (flags & O_CLOEXEC) !== 0)
  } catch (error) {
    releaseFile(k, file)
    throw error
  }
}

/** Requests of the master's own; all others are the terminal's. */
export const MASTER_REQUESTS: Readonly<Record<number, (k: Kernel, task: Task, tty: Tty, at: number) => SyscallResult>> = {
  [TIOCGPTN]: (k, task, tty, at) => {
    putU32(k, task, at, tty.minor)
    return 0
  },
  [TIOCSPTLCK]: (k, task, tty, at) => {
    masterOf(tty).locked = getI32(k, task, at) !== 0
    return 0
  },
  [TIOCGPTLCK]: (k, task, tty, at) => {
    putU32(k, task, at, masterOf(tty).locked ? 1 : 0)
    return 0
  },
  [TIOCGPTPEER]: (k, task, tty, flags) => openPeer(k, task, tty, flags),
  [TIOCPKT]: (k, task, tty, at) => {
    const master = masterOf(tty)
    const on = getI32(k, task, at) !== 0
    if (on && !master.packet) master.status = 0
    master.packet = on
    return 0
  },
  [TIOCGPKT]: (k, task, tty, at) => {
    putU32(k, task, at, masterOf(tty).packet ? 1 : 0)
    return 0
  },
  [TIOCSIG]: (k, _task, tty, signal) => {
    if (signal !== SIGINT && signal !== SIGQUIT && signal !== SIGTSTP) throw EINVAL
    if (tty.pgid !== 0) signalProcessGroup(k, tty.pgid, kernelInfo(signal))
    return 0
  },
  // Its input is what the slave wrote; what it wrote itself is the slave's by now.
  [TCFLSH]: (k, _task, tty, queue) => {
    if (queue !== TCIFLUSH && queue !== TCOFLUSH && queue !== TCIOFLUSH) throw EINVAL
    if (queue !== TCOFLUSH) {
      masterOf(tty).output = []
      flushEcho(k, tty)
      wakeAll(k, tty.writers)
      wakeAll(k, masterOf(tty).writers)
    }
    return 0
  },
  [TIOCINQ]: (k, task, tty, at) => {
    putU32(k, task, at, masterOf(tty).output.length)
    return 0
  },
}

/** A description of the slave was opened. EIO while it is locked or when the master is gone. */
export function openSlave(tty: Tty): void {
  const { master } = tty
  if (!master) return
  if (master.locked || !master.open) throw EIO
  master.slaves++
  master.opened = true
}

/** A description of the slave was closed: with the last one the master reads an error. */
export function releaseSlave(k: Kernel, tty: Tty): void {
  const { master } = tty
  if (!master) return
  master.slaves--
  if (master.slaves === 0) wakeAll(k, master.readers)
}

/** Names come and go with the masters. */
export const terminalFs: FileSystemOps = { fixed: EPERM, space: noSpace(FS_MAGIC.DEVPTS_SUPER_MAGIC) }

export const ptmxFileOps: FileOps = {
  spliceFrom: () => true,
  open,
  release,
  read,
  readPiece: READ_PIECE,
  write,
  writePiece: COPIED_PIECE,
  poll(k, file, queues) {
    const tty = ttyOfFile(k, file)
    const master = masterOf(tty)
    queues?.push(master.readers, master.writers)
    const told = master.packet && master.status !== 0
    const readable = (told || master.output.length > 0 ? POLLIN | POLLRDNORM : 0) | (told ? POLLPRI : 0)
    const writable = roomForInput(tty) > 0 ? POLLOUT | POLLWRNORM : 0
    return readable | writable | (master.opened && master.slaves === 0 ? POLLHUP : 0)
  },
  ioctl(k, task, file, request, argument) {
    const tty = ttyOfFile(k, file)
    const own = MASTER_REQUESTS[request]
    if (own) return own(k, task, tty, argument)
    return ttyIoctl(k, task, tty, request, argument, true)
  },
  positioned: ESPIPE,
}
