// Packet mode of a pseudo-terminal's master (TIOCPKT): each read begins with a byte that says what happened on the slave's side, or 0
// and then data. So a remote login learns of flushes and stops at once (ioctl_tty(2)).
import {
  EXTPROC,
  IXON,
  TIOCPKT_DOSTOP,
  TIOCPKT_FLUSHREAD,
  TIOCPKT_FLUSHWRITE,
  TIOCPKT_IOCTL,
  TIOCPKT_NOSTOP,
  TIOCPKT_START,
  TIOCPKT_STOP,
  VSTART,
  VSTOP,
} from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { wakeAll } from '../sched/index.ts'
import type { Termios, Tty } from './types.ts'

function note(k: Kernel, { master }: Tty, set: number, clear = 0): void {
  if (!master?.packet) return
  master.status = (master.status & ~clear) | set
  wakeAll(k, master.readers)
}

export const noteFlush = (k: Kernel, tty: Tty, input: boolean, output: boolean): void =>
  note(k, tty, (input ? TIOCPKT_FLUSHREAD : 0) | (output ? TIOCPKT_FLUSHWRITE : 0))

export const noteStopped = (k: Kernel, tty: Tty): void => note(k, tty, TIOCPKT_STOP, TIOCPKT_START)
export const noteStarted = (k: Kernel, tty: Tty): void => note(k, tty, TIOCPKT_START, TIOCPKT_STOP)

const CTRL_S = 0o23
const CTRL_Q = 0o21
/** ^S and ^Q stop and start output: the other end may do that by itself. */
const stopsLocally = ({ iflag, cc }: Termios): boolean => (iflag & IXON) !== 0 && cc[VSTOP] === CTRL_S && cc[VSTART] === CTRL_Q

export function noteSettings(k: Kernel, tty: Tty, old: Termios, now: Termios): void {
  const flow = stopsLocally(now)
  if (flow !== stopsLocally(old)) note(k, tty, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP)
  if ((old.lflag ^ now.lflag) & EXTPROC) note(k, tty, TIOCPKT_IOCTL)
}
