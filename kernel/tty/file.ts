// Terminals as open files: /dev/tty, /dev/console, /dev/ttyS0, /dev/pts/N.
import {
  CAP_SYS_ADMIN,
  EAGAIN,
  EBUSY,
  EIO,
  ERESTARTSYS,
  ESPIPE,
  ICANON,
  O_ACCMODE,
  O_NOCTTY,
  O_NONBLOCK,
  O_WRONLY,
  OPOST,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  SIGTTIN,
  SIGTTOU,
  TOSTOP,
  POLL_IN,
  POLL_OUT,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import { blocked, progressOf } from '../waiting.ts'
import type { Blocked } from '../waiting.ts'
import type { FileDescription, FileOps } from '../vfs/types.ts'
import { COPIED_PIECE, READ_PIECE } from './create.ts'
import { hasLocal } from './echo.ts'
import { ttyIoctl } from './ioctl.ts'
import { checkForeground, giveTerminal } from './job.ts'
import { CONSOLE, CURRENT_TTY, ttyByDevice, ttyOfFile } from './lookup.ts'
import { isFull, processOutput, roomAtMaster, sendOut } from './output.ts'
import { openSlave, releaseSlave } from './pty.ts'
import { hasInput, rawDecision, takeLine, takeRaw } from './read.ts'
import type { Tty } from './types.ts'

const NOTHING = new Uint8Array(0)

/** Output is processed in pieces of this size, so that one huge write does not make one huge array. */
const WRITE_PIECE = 65536

function open(k: Kernel, task: Task, file: FileDescription): void {
  const { rdev } = file.inode
  const tty = ttyByDevice(k, task, rdev)
  if (tty.hungUp) throw EIO
  if (tty.exclusive && !capable(task.credentials, CAP_SYS_ADMIN)) throw EBUSY
  openSlave(tty)
  file.data = { kind: 'tty', index: tty.index }
  const { group } = task
  const mayControl = rdev !== CURRENT_TTY && rdev !== CONSOLE && !(file.flags & O_NOCTTY) && (file.flags & O_ACCMODE) !== O_WRONLY
  if (mayControl && group.sid === group.tgid && group.tty === null && tty.sid === 0) giveTerminal(group, tty)
}

function read(k: Kernel, task: Task, file: FileDescription, max: number): Uint8Array | Blocked {
  const tty = ttyOfFile(k, file)
  const stop = checkForeground(k, task, tty, SIGTTIN)
  if (stop) return stop
  const nonBlocking = (file.flags & O_NONBLOCK) !== 0
  if (max === 0) return NOTHING
  if (hasLocal(tty, ICANON)) {
    const line = takeLine(k, tty, max)
    if (line) return line
    if (tty.hungUp) return NOTHING
    if (nonBlocking) throw EAGAIN
    return blocked([tty.readers], ERESTARTSYS)
  }
  const decision = rawDecision(k, tty, max, progressOf(task, 'ttyRead'))
  if (decision === 'take' || tty.hungUp) return takeRaw(k, tty, max)
  if (nonBlocking) {
    const bytes = takeRaw(k, tty, max)
    if (bytes.length === 0) throw EAGAIN
    return bytes
  }
  return { ...blocked([tty.readers], ERESTARTSYS, decision.deadline), progress: { call: 'ttyRead', ...decision } }
}

/** Output processing of a piece of a write. */
function processed(tty: Tty, bytes: Uint8Array): Uint8Array {
  if (!(tty.termios.oflag & OPOST)) return bytes.slice()
  const out: number[] = []
  for (const byte of bytes) processOutput(tty, byte, out)
  return Uint8Array.from(out)
}

function write(k: Kernel, task: Task, file: FileDescription, bytes: Uint8Array): number | Blocked {
  const tty = ttyOfFile(k, file)
  if (hasLocal(tty, TOSTOP)) {
    const stop = checkForeground(k, task, tty, SIGTTOU)
    if (stop) return stop
  }
  if (tty.hungUp) throw EIO
  if (tty.stopped) {
    if (file.flags & O_NONBLOCK) throw EAGAIN
    return blocked([tty.writers], ERESTARTSYS)
  }
  if (tty.master) {
    if (isFull(tty)) {
      if (file.flags & O_NONBLOCK) throw EAGAIN
      return blocked([tty.writers], ERESTARTSYS)
    }
    return writeToMaster(k, tty, bytes)
  }
  for (let at = 0; at < bytes.length; at += WRITE_PIECE) {
    if (!sendOut(k, tty, processed(tty, bytes.subarray(at, at + WRITE_PIECE)))) throw EIO
  }
  return bytes.length
}

/** As much as there is room for at the master. */
function writeToMaster(k: Kernel, tty: Tty, bytes: Uint8Array): number {
  const room = roomAtMaster(tty)
  const out: number[] = []
  let taken = 0
  while (taken < bytes.length && out.length < room) processOutput(tty, bytes[taken++], out)
  if (!sendOut(k, tty, Uint8Array.from(out))) throw EIO
  return taken
}

export const ttyFileOps: FileOps = {
  channel: 'n_tty_',
  spliceFrom: () => true,
  async(k, file) {
    const { readers, writers } = ttyOfFile(k, file)
    return [
      { queue: readers, band: POLL_IN },
      { queue: writers, band: POLL_OUT },
    ]
  },
  open,
  read,
  readPiece: READ_PIECE,
  write,
  writePiece: COPIED_PIECE,
  poll(k, file, queues) {
    const tty = ttyOfFile(k, file)
    queues?.push(tty.readers, tty.writers)
    if (tty.hungUp) return POLLIN | POLLRDNORM | POLLHUP | POLLERR | POLLOUT | POLLWRNORM
    const full = tty.stopped || isFull(tty)
    return (hasInput(tty) ? POLLIN | POLLRDNORM : 0) | (full ? 0 : POLLOUT | POLLWRNORM)
  },
  release: (k, file) => releaseSlave(k, ttyOfFile(k, file)),
  ioctl: (k, task, file, request, argument) => ttyIoctl(k, task, ttyOfFile(k, file), request, argument, false),
  positioned: ESPIPE,
}
