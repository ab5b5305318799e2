// ioctl requests of terminals (ioctl_tty(2)): one row each. What is not here is refused with ENOTTY, as Linux refuses what a
// terminal does not know.
import {
  CAP_SYS_ADMIN,
  CAP_SYS_TTY_CONFIG,
  EINVAL,
  EIO,
  ENOTTY,
  EPERM,
  SIGTTOU,
  CLOCAL,
  TCFLSH,
  TCGETA,
  TCGETS,
  TCGETS2,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSBRK,
  TCSBRKP,
  TCSETA,
  TCSETAF,
  TCSETAW,
  TCSETS,
  TCSETS2,
  TCSETSF,
  TCSETSF2,
  TCSETSW,
  TCSETSW2,
  TCXONC,
  TERMIO,
  TERMIOS,
  TERMIOS2,
  TIOCCBRK,
  TIOCCONS,
  TIOCEXCL,
  TIOCGDEV,
  TIOCGETD,
  TIOCGEXCL,
  TIOCGLCKTRMIOS,
  TIOCGSOFTCAR,
  TIOCGPGRP,
  TIOCGSID,
  TIOCGWINSZ,
  TIOCINQ,
  TIOCMGET,
  TIOCNXCL,
  TIOCNOTTY,
  TIOCOUTQ,
  TIOCSBRK,
  TIOCSCTTY,
  TIOCSETD,
  TIOCSPGRP,
  TIOCSLCKTRMIOS,
  TIOCSSOFTCAR,
  TIOCSTI,
  TIOCSWINSZ,
  TIOCVHANGUP,
  VSTART,
  VSTOP,
  WINSIZE,
  readStruct,
  writeStruct,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { copyIn, copyOut, getI32, putU32 } from '../mm/index.ts'
import { capable } from '../task/index.ts'
import type { Task } from '../state.ts'
import type { Blocked } from '../waiting.ts'
import { resizeTty } from './create.ts'
import { flushInput } from './input.ts'
import { checkForeground, disassociate, hangUp, setForeground, takeTerminal } from './job.ts'
import { startOutput, stopOutput } from './echo.ts'
import { sendOut } from './output.ts'
import { readableBytes } from './read.ts'
import { noteFlush } from './packet.ts'
import { oldTermiosBytes, setTermios, termiosBytes, termiosFrom, termiosFromOld } from './termios.ts'
import type { Tty } from './types.ts'

/** `at` is the third argument: an address, or a number itself. */
type Request = (k: Kernel, task: Task, tty: Tty, at: number) => number | Blocked

/** Requests that change the terminal: a background process is stopped by SIGTTOU first. */
const fromForeground =
  (request: Request): Request =>
  (k, task, tty, at) =>
    checkForeground(k, task, tty, SIGTTOU) ?? request(k, task, tty, at)

const getAttributes =
  (layout: typeof TERMIOS | typeof TERMIOS2): Request =>
  (k, task, tty, at) => {
    copyOut(k, task, at, termiosBytes(tty.termios, layout))
    return 0
  }

/** Output leaves at once, so there is nothing to wait for before the change. */
const setAttributes = (layout: typeof TERMIOS | typeof TERMIOS2, flushFirst: boolean): Request =>
  fromForeground((k, task, tty, at) => {
    const termios = termiosFrom(copyIn(k, task, at, layout.size), layout, tty.termios)
    if (flushFirst) flushInput(k, tty)
    setTermios(k, tty, termios)
    return 0
  })

const setOldAttributes = (flushFirst: boolean): Request =>
  fromForeground((k, task, tty, at) => {
    const termios = termiosFromOld(copyIn(k, task, at, TERMIO.size), tty.termios)
    if (flushFirst) flushInput(k, tty)
    setTermios(k, tty, termios)
    return 0
  })

function flush(k: Kernel, _task: Task, tty: Tty, queue: number): number {
  if (queue !== TCIFLUSH && queue !== TCOFLUSH && queue !== TCIOFLUSH) throw EINVAL
  if (queue !== TCOFLUSH) {
    flushInput(k, tty)
    tty.input.backlog = []
  }
  if (queue !== TCIFLUSH) {
    tty.echo = []
    noteFlush(k, tty, false, true)
  }
  return 0
}

/** tcflow(3). */
const FLOW: Readonly<Record<number, (k: Kernel, tty: Tty) => void>> = {
  [TCOOFF]: (k, tty) => stopOutput(k, tty, true),
  [TCOON]: (k, tty) => startOutput(k, tty),
  [TCIOFF]: (k, tty) => sendKey(k, tty, VSTOP),
  [TCION]: (k, tty) => sendKey(k, tty, VSTART),
}

function sendKey(k: Kernel, tty: Tty, key: number): void {
  const byte = tty.termios.cc[key] as number
  if (byte !== 0) sendOut(k, tty, Uint8Array.of(byte))
}

/** Only the session that the terminal controls may ask. */
function checkOwn(task: Task, tty: Tty): void {
  if (task.group.tty !== tty) throw ENOTTY
}

const drained: Request = fromForeground(() => 0)

const REQUESTS: Readonly<Record<number, Request>> = {
  [TCGETS]: getAttributes(TERMIOS),
  [TCSETS]: setAttributes(TERMIOS, false),
  [TCSETSW]: setAttributes(TERMIOS, false),
  [TCSETSF]: setAttributes(TERMIOS, true),
  [TCGETA]: (k, task, tty, at) => {
    copyOut(k, task, at, oldTermiosBytes(tty.termios))
    return 0
  },
  [TCSETA]: setOldAttributes(false),
  [TCSETAW]: setOldAttributes(false),
  [TCSETAF]: setOldAttributes(true),
  [TIOCGLCKTRMIOS]: (k, task, tty, at) => {
    copyOut(k, task, at, tty.locked ? termiosBytes(tty.locked, TERMIOS) : new Uint8Array(TERMIOS.size))
    return 0
  },
  [TIOCSLCKTRMIOS]: (k, task, tty, at) => {
    if (!capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
    tty.locked = termiosFrom(copyIn(k, task, at, TERMIOS.size), TERMIOS, tty.termios)
    return 0
  },
  [TIOCGSOFTCAR]: (k, task, tty, at) => {
    putU32(k, task, at, tty.termios.cflag & CLOCAL ? 1 : 0)
    return 0
  },
  [TIOCSSOFTCAR]: (k, task, tty, at) => {
    const cflag = getI32(k, task, at) ? tty.termios.cflag | CLOCAL : tty.termios.cflag & ~CLOCAL
    setTermios(k, tty, { ...tty.termios, cflag })
    return 0
  },
  [TIOCEXCL]: (_k, _task, tty) => {
    tty.exclusive = true
    return 0
  },
  [TIOCNXCL]: (_k, _task, tty) => {
    tty.exclusive = false
    return 0
  },
  [TIOCGEXCL]: (k, task, tty, at) => {
    putU32(k, task, at, tty.exclusive ? 1 : 0)
    return 0
  },
  // There is no line to break.
  [TIOCSBRK]: () => 0,
  [TIOCCBRK]: () => 0,
  [TCGETS2]: getAttributes(TERMIOS2),
  [TCSETS2]: setAttributes(TERMIOS2, false),
  [TCSETSW2]: setAttributes(TERMIOS2, false),
  [TCSETSF2]: setAttributes(TERMIOS2, true),
  [TIOCGDEV]: (k, task, tty, at) => {
    putU32(k, task, at, (tty.major << 8) | tty.minor)
    return 0
  },
  // tcsendbreak and tcdrain: there is no line to break, and nothing is ever left to be sent.
  [TCSBRK]: drained,
  [TCSBRKP]: drained,
  [TCFLSH]: fromForeground(flush),
  [TCXONC]: fromForeground((k, _task, tty, action) => {
    const act = FLOW[action]
    if (!act) throw EINVAL
    act(k, tty)
    return 0
  }),
  [TIOCGWINSZ]: (k, task, tty, at) => {
    copyOut(k, task, at, writeStruct(WINSIZE, tty.winsize))
    return 0
  },
  [TIOCSWINSZ]: (k, task, tty, at) => {
    resizeTty(k, tty, readStruct(WINSIZE, copyIn(k, task, at, WINSIZE.size)))
    return 0
  },
  [TIOCGPGRP]: (k, task, tty, at) => {
    checkOwn(task, tty)
    putU32(k, task, at, tty.pgid)
    return 0
  },
  [TIOCSPGRP]: (k, task, tty, at) => {
    const stop = task.group.tty === tty ? checkForeground(k, task, tty, SIGTTOU) : null
    if (stop) return stop
    setForeground(k, task, tty, getI32(k, task, at))
    return 0
  },
  [TIOCGSID]: (k, task, tty, at) => {
    checkOwn(task, tty)
    if (tty.sid === 0) throw ENOTTY
    putU32(k, task, at, tty.sid)
    return 0
  },
  [TIOCSCTTY]: (k, task, tty, steal) => {
    takeTerminal(k, task, tty, steal === 1 && capable(task.credentials, CAP_SYS_ADMIN))
    return 0
  },
  [TIOCNOTTY]: (k, task, tty) => {
    checkOwn(task, tty)
    disassociate(k, task.group, false)
    return 0
  },
  [TIOCINQ]: (k, task, tty, at) => {
    putU32(k, task, at, readableBytes(tty))
    return 0
  },
  [TIOCOUTQ]: (k, task, tty, at) => {
    putU32(k, task, at, tty.echo.length)
    return 0
  },
  [TIOCGETD]: (k, task, _tty, at) => {
    putU32(k, task, at, 0)
    return 0
  },
  // The only line discipline is number 0.
  [TIOCSETD]: (k, task, _tty, at) => {
    if (getI32(k, task, at) !== 0) throw EINVAL
    return 0
  },
  // As with Linux's dev.tty.legacy_tiocsti = 0: no program may type for the user.
  [TIOCSTI]: () => {
    throw EIO
  },
  [TIOCVHANGUP]: (k, task, tty) => {
    if (!capable(task.credentials, CAP_SYS_TTY_CONFIG) && !capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
    hangUp(k, tty)
    return 0
  },
}

/** Asked through the master of a pseudo-terminal, these tell about the slave, whoever controls it. */
const FROM_MASTER: Readonly<Record<number, Request>> = {
  [TIOCGPGRP]: (k, task, tty, at) => {
    putU32(k, task, at, tty.pgid)
    return 0
  },
  [TIOCGSID]: (k, task, tty, at) => {
    if (tty.sid === 0) throw ENOTTY
    putU32(k, task, at, tty.sid)
    return 0
  },
}

/** What a terminal here refuses with ENOTTY, and why. */
export const REFUSED_REQUESTS: Readonly<Record<number, string>> = {
  [TIOCMGET]: 'there are no modem lines',
  [TIOCCONS]: 'the console is not led elsewhere',
}

export const knowsRequest = (request: number): boolean => REQUESTS[request] !== undefined

/** `byMaster`: through the master side of a pseudo-terminal. ENOTTY for what terminals do not know. */
export function ttyIoctl(k: Kernel, task: Task, tty: Tty, request: number, argument: number, byMaster: boolean): number | Blocked {
  const run = (byMaster ? FROM_MASTER[request] : undefined) ?? REQUESTS[request]
  if (!run) throw ENOTTY
  if (tty.hungUp) throw EIO
  return run(k, task, tty, argument)
}
